// Fills dist/ with the files that static.go embeds. No dependency but Node:
// Designsystemet's style sheet and htmx come minified, ours is squeezed here.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const from = (...parts) => join(here, ...parts);
const dist = from("dist");

mkdirSync(dist, { recursive: true });
for (const name of readdirSync(dist)) {
  if (name !== ".gitkeep") rmSync(join(dist, name), { recursive: true });
}

const designsystem = from("node_modules", "@digdir", "designsystemet-css");
const htmx = from("node_modules", "htmx.org");

// Comments go and white space shrinks to one space; strings and url(...) are
// left alone, since a data URL may hold either.
function squeeze(css) {
  return css
    .replace(/("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)]*\))|\/\*[\s\S]*?\*\/|\s+/g, (all, keep) =>
      keep ?? (all.startsWith("/*") ? "" : " "))
    .replace(/("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)]*\))| ?([{};,]) ?/g, (_, keep, mark) => keep ?? mark)
    .replace(/;}/g, "}")
    .trim();
}

const css = [
  "/*! Designsystemet, MIT, see licences.txt */",
  readFileSync(join(designsystem, "dist", "src", "index.css"), "utf8").trim(),
  squeeze(readFileSync(from("src", "theme.css"), "utf8")),
  squeeze(readFileSync(from("src", "app.css"), "utf8")),
];
writeFileSync(join(dist, "stafett.css"), css.join("\n") + "\n");
copyFileSync(join(htmx, "dist", "htmx.min.js"), join(dist, "htmx.js"));
copyFileSync(from("src", "app.js"), join(dist, "app.js"));
copyFileSync(from("src", "icon.svg"), join(dist, "icon.svg"));

const licences = [
  ["@digdir/designsystemet-css", designsystem],
  ["htmx.org", htmx],
].map(([name, folder]) => {
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return `${name} ${version}\n\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}\n`;
});
writeFileSync(join(dist, "licences.txt"), licences.join("\n----\n\n"));

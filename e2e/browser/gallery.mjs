// The gallery as its goldens keep it, served with the styles that the program
// carries: every page in every state, without a database behind it.

import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const goldens = fileURLToPath(new URL("../../views/testdata/", import.meta.url));
const assets = fileURLToPath(new URL("../../static/dist/", import.meta.url));
const kinds = { css: "text/css", js: "text/javascript", svg: "image/svg+xml", html: "text/html; charset=utf-8" };

/** states are the names of all goldens: page-state.language. */
export const states = readdirSync(goldens, { recursive: true }).filter((name) => name.endsWith(".html"))
  .map((name) => name.replaceAll("\\", "/").replace(/\.html$/, "")).sort();

/** langOf is the language of a state. */
export const langOf = (state) => state.split(".").pop();

/** golden is the page of the state as it is served. A page that leads on by itself stays, and its scripts are those of the demo's tests. */
export function golden(state) {
  return readFileSync(`${goldens}${state}.html`, "utf8")
    .replace(/<meta[^>]*http-equiv="refresh"[^>]*>/gi, "")
    .replace(/<script\b[^>]*>\s*<\/script>/g, "");
}

/** serveGallery answers each state at its name, and the assets; it is closed with stop. */
export async function serveGallery() {
  const known = new Set([...readdirSync(assets)].map((name) => `/assets/${name}`));
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const state = path.slice(1);
    const body = known.has(path) ? readFileSync(assets + path.slice("/assets/".length)) : states.includes(state) ? golden(state) : null;
    const kind = known.has(path) ? kinds[path.split(".").pop()] : kinds.html;
    response.writeHead(body === null ? 404 : 200, { "content-type": kind ?? "text/plain", "cache-control": "max-age=600" });
    response.end(body ?? "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    stop: () => { server.closeAllConnections(); server.close(); return once(server, "close"); },
  };
}

/** cut runs in a page and returns what text does not get room in its box. What is made for one's ears, and what can be scrolled, is left out. */
export function cut() {
  const clips = (overflow) => overflow === "hidden" || overflow === "clip";
  return [...document.body.querySelectorAll("*")].filter((el) => {
    if (el.closest(".ds-sr-only, .ds-skip-link, .scroll, svg, details:not([open])") || el.matches("input, select, textarea, progress") || !el.checkVisibility()) return false;
    const style = getComputedStyle(el);
    if (style.clipPath !== "none") return false;
    return (clips(style.overflowX) && el.scrollWidth > el.clientWidth + 1) || (clips(style.overflowY) && el.scrollHeight > el.clientHeight + 1);
  }).map((el) => `cut: ${el.outerHTML.slice(0, 160)}`);
}

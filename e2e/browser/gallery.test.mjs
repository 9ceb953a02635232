// Every page in every state, as the goldens of views/gallery keep it: what axe
// finds in light and in dark, and how it fits a small screen and large text.
// Bokmål has all states; of each page the other languages have one, since only
// the words differ.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { cut, langOf, serveGallery, states } from "./gallery.mjs";
import { openBrowser, standards } from "./people.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const sizes = [{ width: 320, root: 16 }, { width: 640, root: 32 }]; // a small phone; twice the text in a window of 1280 px

let gallery, browser;
before(async () => {
  gallery = await serveGallery();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await gallery?.stop();
});

// chosen are all states in bokmål and one of each page in the other languages.
function chosen() {
  const seen = new Set();
  return states.filter((state) => {
    const page = `${state.split(/[-.]/)[0]}, ${langOf(state)}`;
    const first = !seen.has(page);
    seen.add(page);
    return first || langOf(state) === "nb";
  });
}

async function opens() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
  await context.addInitScript(axe);
  return context.newPage();
}

const finds = (page, runOnly) => page.evaluate(async (only) => {
  const { violations } = await window.axe.run(document, { runOnly: only, resultTypes: ["violations"], preload: false, selectors: false });
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html}: ${n.failureSummary}`));
}, runOnly);

const wide = (page) => page.evaluate(() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const over = [...document.body.querySelectorAll("*")].filter((el) => el.getBoundingClientRect().right > room + 1 && !el.closest(".scroll"));
  return [`${document.documentElement.scrollWidth} px wide: ${over.slice(0, 3).map((el) => el.outerHTML.slice(0, 120)).join("\n")}`];
});

// examine returns what is wrong with the page that is open.
async function examine(page) {
  await page.emulateMedia({ colorScheme: "light" });
  const faults = (await finds(page, { type: "tag", values: standards })).map((fault) => `axe, light: ${fault}`);
  await page.emulateMedia({ colorScheme: "dark" });
  faults.push(...(await finds(page, { type: "rule", values: ["color-contrast"] })).map((fault) => `axe, dark: ${fault}`));
  for (const { width, root } of sizes) {
    await page.setViewportSize({ width, height: 640 });
    await page.evaluate((px) => (document.documentElement.style.fontSize = `${px}px`), root);
    faults.push(...[...await wide(page), ...await page.evaluate(cut)].map((fault) => `at ${width} px and ${root} px text: ${fault}`));
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  return faults;
}

test("C3 and C4 axe clean in light and dark, 320 px and 200 % text, on every page and state", async (t) => {
  const todo = chosen(), found = [];
  t.diagnostic(`${todo.length} of ${states.length} states`);
  const walk = async () => {
    const page = await opens();
    for (let state; (state = todo.shift()); ) {
      await page.goto(`${gallery.address}/${state}`);
      found.push(...(await examine(page)).map((fault) => `${state}: ${fault}`));
    }
  };
  await Promise.all([walk(), walk()]);
  assert.deepEqual(found, []);
});

test("C3 and C4 find what they look for", async () => {
  const page = await opens();
  for (const [harm, fault] of [
    [() => document.querySelector("main").append(document.createElement("input")), /^axe, light: label/],
    [() => document.querySelectorAll("p").forEach((p) => (p.style.color = "light-dark(#000, #111)")), /^axe, dark: color-contrast/],
    [() => { document.querySelector("h1").style.width = "700px"; }, /px wide/],
    [() => { document.querySelector("h1").style.cssText = "height:1rem;overflow:hidden"; }, /cut: <h1/],
  ]) {
    await page.goto(`${gallery.address}/customer/receipt.nb`);
    await page.evaluate(harm);
    const faults = await examine(page);
    assert.ok(faults.some((one) => fault.test(one)), `${fault}: ${faults.join("\n")}`);
  }
});

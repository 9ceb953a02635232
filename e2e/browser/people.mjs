// People with browsers. Every page that they come to is looked at: language,
// faults that axe finds in light and in dark, width of a small phone, and what
// the browser complains of.

import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { bankID } from "./demo.mjs";
import { texts } from "./texts.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const desktop = { width: 1280, height: 900 };
const phone = { width: 320, height: 640 };
const locales = { nb: "nb-NO", nn: "nn-NO", en: "en-GB" };

// What has been examined in this file of tests.
const examined = new Set();

/** openBrowser starts Debian's Chromium; it talks to nobody but the pages. */
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-first-run",
    ],
  });
}

/** Person is somebody with a browser of his own, at the demo. */
export class Person {
  constructor(demo, context, lang, scripts) {
    Object.assign(this, { demo, context, lang, scripts, t: texts(lang), complaints: [] });
  }

  /** arrive makes a person whose browser prefers the language. */
  static async arrive(browser, demo, { lang = "nb", scripts = true } = {}) {
    const context = await browser.newContext({
      baseURL: demo.address, locale: locales[lang], javaScriptEnabled: scripts, viewport: desktop, reducedMotion: "reduce",
    });
    context.setDefaultTimeout(30_000);
    const person = new Person(demo, context, lang, scripts);
    await context.addInitScript(() =>
      document.addEventListener("securitypolicyviolation", (e) => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`)));
    context.on("page", (page) => person.listen(page));
    person.page = await context.newPage();
    return person;
  }

  // A page that is answered with 4xx is no fault of the page; the tests look
  // at what it says.
  listen(page) {
    page.on("pageerror", (err) => this.complaints.push(`${page.url()}: ${err}`));
    page.on("console", (message) => {
      const ours = message.type() === "error" || message.type() === "warning";
      if (ours && !/Failed to load resource: the server responded with a status of 4(03|04|09|10|22)/.test(message.text())) {
        this.complaints.push(`${page.url()}: ${message.text()}`);
      }
    });
    page.on("response", (response) => {
      if (response.status() >= 500) this.complaints.push(`${response.url()}: ${response.status()}`);
    });
    page.on("dialog", (dialog) => {
      this.complaints.push(`${page.url()}: dialog ${dialog.message()}`);
      return dialog.dismiss();
    });
  }

  /** signsIn goes from the front page through the provider to the pages. */
  async signsIn(name, at = bankID) {
    const { page, t } = this;
    await page.goto("/");
    await this.looks("front");
    await this.button("common.login", {}, "link").first().click();
    await this.looks("login");
    await this.goesTo(at);
    await this.isPicked(name, at);
    await page.getByRole("button", { name: t("common.logout") }).first().waitFor();
  }

  /** goesTo leaves a page of ours for the provider. */
  async goesTo(at) {
    await this.page.getByRole("link", { name: this.t("public.login.with", { Provider: at.name }), exact: true }).click();
    await this.page.waitForURL(`**/demo/${at.id}/**`);
  }

  /** isPicked is on the provider's page: who comes back, at which of its levels. */
  async isPicked(name, at, level) {
    const { page } = this;
    const button = page.getByRole("button", { name, exact: true });
    await button.waitFor();
    await this.looks(`${at.id}'s page`, { lang: "nb" });
    if (level) await page.getByRole("radio", { name: level }).check();
    await button.click();
    this.name = name;
  }

  /** button is what can be pressed, by the key of its text. */
  button(key, args = {}, role = "button") {
    return this.page.getByRole(role, { name: this.t(key, args), exact: true });
  }

  /** field is what can be filled in, by the key of its label. */
  field(key, nth = 0) {
    return this.page.getByLabel(this.t(key)).nth(nth);
  }

  /** reads waits until the text of the key stands on the page. */
  reads(key, args = {}) {
    return this.page.getByText(this.t(key, args)).filter({ visible: true }).first().waitFor();
  }

  /** looks examines the page that is open, once for each name, language and way to read it. */
  async looks(what, { lang = this.lang } = {}) {
    const once = `${what}, ${this.lang}, ${this.scripts}`;
    if (examined.has(once)) return;
    examined.add(once);
    const { page } = this;
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), lang, `${what}: language`);
    assert.equal(await page.locator("h1").count(), 1, `${what}: h1`);
    const window = await this.window();
    await window.evaluate(axe);
    await window.emulateMedia({ colorScheme: "light" });
    await this.hasNoFaults(window, `${what}, light`, { type: "tag", values: standards });
    await window.emulateMedia({ colorScheme: "dark" }); // in which the colours alone are others
    await this.hasNoFaults(window, `${what}, dark`, { type: "rule", values: ["color-contrast"] });
    await window.emulateMedia({ colorScheme: null });
    await page.setViewportSize(phone);
    await this.fits(what);
    await page.setViewportSize(desktop);
  }

  // Where scripts are off, axe cannot run either; it is shown the same page in
  // a window where it can, without the page's own scripts.
  async window() {
    if (this.scripts) return this.page;
    if (!this.mirror) {
      const context = await this.context.browser().newContext({ viewport: desktop, reducedMotion: "reduce" });
      this.context.once("close", () => context.close());
      this.mirror = await context.newPage();
    }
    const url = this.page.url();
    const body = (await this.page.content()).replace(/<script\b[^>]*><\/script>/g, "");
    await this.mirror.unrouteAll();
    await this.mirror.route(url, (route) => route.fulfill({ body, contentType: "text/html; charset=utf-8" }));
    await this.mirror.goto(url);
    return this.mirror;
  }

  async hasNoFaults(page, what, rules) {
    const { violations } = await page.evaluate((runOnly) => window.axe.run(document, { runOnly, resultTypes: ["violations"], preload: false }), rules);
    const told = violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary}`));
    assert.deepEqual(told, [], `${what}: axe, ${page.url()}`);
  }

  async fits(what) {
    const [wide, room, culprits] = await this.page.evaluate(() => {
      const room = document.documentElement.clientWidth;
      const over = [...document.body.querySelectorAll("*")].filter((el) => el.getBoundingClientRect().right > room + 1 && !el.closest(".scroll"));
      return [document.documentElement.scrollWidth, room, over.slice(0, 5).map((el) => el.outerHTML.slice(0, 120))];
    });
    assert.ok(wide <= room, `${what}: ${wide} px wide at ${room} px: ${culprits.join("\n")}`);
  }

  /** leaves closes the browser and tells what it complained of. */
  async leaves() {
    await this.context.close();
    assert.deepEqual(this.complaints, [], `what ${this.name}'s browser complained of`);
  }
}

// inTime gives up on a walk that stands still, while its pages can still be
// looked at.
function inTime(walk, limit = 240_000) {
  let clock;
  const late = new Promise((_, fail) => (clock = setTimeout(() => fail(new Error(`not done after ${limit / 1000} s`)), limit)));
  return Promise.race([walk, late]).finally(() => clearTimeout(clock));
}

/** witness keeps a picture of each open page when the test fails. */
export async function witness(people, walk) {
  try {
    await inTime(walk());
  } catch (err) {
    const dir = await mkdtemp(join(tmpdir(), "stafett-failure-"));
    const shots = people.flatMap((p) => p.context.pages()).map((page, i) => page.screenshot({ path: join(dir, `${i}.png`), fullPage: true }).catch(() => {}));
    await Promise.all(shots);
    const here = people.filter((p) => p.context.pages().length > 0);
    const where = here.map((p) => `${p.name ?? "somebody"} at ${p.context.pages().map((page) => page.url()).join(", ")}`);
    err.message += `\n${where.join("\n")}\nscreenshots in ${dir}`;
    throw err;
  }
}

// Ways to use the pages: by keyboard, in another language, dark or light, for
// several organisations or none.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bankID, developer, director, many, nobody, startDemo } from "./demo.mjs";
import { Person, openBrowser, witness } from "./people.mjs";
import { asks, registers } from "./steps.mjs";

let demo, browser;
const people = [];
before(async () => ([demo, browser] = await Promise.all([startDemo(), openBrowser()])));
after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function arrives(options) {
  const person = await Person.arrive(browser, demo, options);
  people.push(person);
  return person;
}

// tabsTo presses the tab key until the focus is on what was wanted, and sees to
// it that the focus shows on the way.
async function tabsTo(page, wanted) {
  const target = await wanted.elementHandle();
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((el) => el === document.activeElement)) {
      const shows = await target.evaluate((el) => {
        const s = getComputedStyle(el);
        return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none";
      });
      assert.ok(shows, `the focus shows on ${await target.innerText()}`);
      return;
    }
  }
  assert.fail(`the tab key does not lead to ${await target.innerText()}`);
}

test("a request is approved and withdrawn by keyboard alone", () => witness(people, async () => {
  const dev = await arrives();
  await dev.signsIn(developer);
  await registers(dev, { name: "Tastaturflyt", id: "tastaturflyt", claims: false });
  await asks(dev);
  await dev.leaves();

  const ingrid = await arrives();
  const { page } = ingrid;
  const press = async (wanted) => {
    await tabsTo(page, wanted);
    await page.keyboard.press("Enter");
  };
  await page.goto("/login");
  await press(page.getByRole("link", { name: ingrid.t("public.login.with", { Provider: bankID.name }) }));
  await page.getByRole("button", { name: director }).waitFor();
  await press(page.getByRole("button", { name: director }));
  await ingrid.reads("customer.inbox.lead", { Org: "Fjordbris Seilmakeri AS" });

  // The first stop leads past the head of the page.
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "#main");
  await page.keyboard.press("Enter");
  await press(page.getByRole("listitem").filter({ hasText: "Tastaturflyt" }).getByRole("link"));
  await ingrid.reads("customer.review.asked");
  await press(ingrid.button("customer.review.approve"));
  await ingrid.reads("customer.receipt.approved", { Program: "Tastaturflyt" });
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1", "the outcome has the focus");
  await press(ingrid.button("customer.review.to_access", {}, "link"));
  await ingrid.reads("keep.recent");
  await press(ingrid.button("keep.to_settings", {}, "link"));
  await ingrid.reads("keep.take");
  await press(ingrid.button("keep.revoke.do", {}, "link"));
  await ingrid.reads("customer.revoke.done");
  await press(ingrid.button("customer.revoke.do"));
  await ingrid.reads("customer.user.revoked");
  await ingrid.leaves();
}));

for (const scripts of [true, false]) {
  test(`language and colours are chosen ${scripts ? "with" : "without"} scripts, and stay`, () => witness(people, async () => {
    const person = await arrives({ scripts });
    const { page } = person;
    const html = page.locator("html");
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.goto("/login");
    for (const [lang, name] of [["nn", "Nynorsk"], ["en", "English"], ["nb", "Bokmål"], ["en", "English"]]) {
      await page.getByRole("link", { name, exact: true }).click();
      await page.locator(`html[lang=${lang}]`).waitFor();
      assert.equal(new URL(page.url()).pathname, "/login");
    }
    await page.getByRole("link", { name: "Dark", exact: true }).click();
    await page.locator("html[data-color-scheme=dark]").waitFor();
    const dark = await ground();
    await page.goto("/");
    assert.equal(await html.getAttribute("data-color-scheme"), "dark");
    assert.equal(await html.getAttribute("lang"), "en");
    await page.getByRole("link", { name: "Light", exact: true }).click();
    await page.locator("html[data-color-scheme=light]").waitFor();
    assert.notEqual(await ground(), dark);
    await page.getByRole("link", { name: "As the device", exact: true }).click();
    await page.locator("html[data-color-scheme=auto]").waitFor();
    await page.emulateMedia({ colorScheme: "dark" });
    assert.equal(await ground(), dark);
    await person.leaves();
  }));
}

test("who acts for several organisations chooses, and can switch", () => witness(people, async () => {
  const terje = await arrives();
  await terje.signsIn(many);
  await terje.reads("public.orgs.title");
  await terje.looks("organisations");
  await terje.page.getByRole("button", { name: /Loggbok Data AS/ }).click();
  await terje.button("common.switch", {}, "link").first().waitFor();
  await terje.page.getByText("Loggbok Data AS").first().waitFor();
  await terje.button("common.switch", {}, "link").first().click();
  await terje.page.getByRole("button", { name: /Kystsol Gartneri/ }).click();
  await terje.page.getByText("Kystsol Gartneri").first().waitFor();
  await terje.page.goto("/requests");
  await terje.looks("empty inbox");
  await terje.page.goto("/systemusers");
  await terje.looks("no system users");
  await terje.leaves();
}));

test("who acts for no organisation is told what to do", () => witness(people, async () => {
  const amund = await arrives({ lang: "nn" });
  await amund.signsIn(nobody);
  await amund.reads("public.noorg.title");
  await amund.looks("no organisation");
  await amund.leaves();
}));

test("an address that is not there has a page", () => witness(people, async () => {
  const somebody = await arrives();
  const answer = await somebody.page.goto("/finnes/ikke");
  assert.equal(answer.status(), 404);
  await somebody.looks("no such page");
  await somebody.leaves();
}));

test("what these tests look for, they find", () => witness(people, async () => {
  const somebody = await arrives();
  const { page } = somebody;
  const harmed = async (what, harm, found) => {
    await page.goto("/");
    await page.evaluate(harm);
    await assert.rejects(somebody.looks(what), found);
    await page.setViewportSize({ width: 1280, height: 900 });
  };
  await harmed("a field without a label", () => document.querySelector("main").append(document.createElement("input")), /axe/);
  await harmed("a wide page", () => { document.querySelector("h1").style.width = "400px"; }, /px wide/);
  await harmed("another language", () => { document.documentElement.lang = "de"; }, /language/);
  assert.deepEqual(somebody.complaints, []);
  await page.goto("/");
  await page.evaluate(() => {
    const inline = document.createElement("script");
    inline.textContent = "document.title = 'owned'";
    document.head.append(inline);
  });
  await assert.rejects(somebody.leaves(), /Content Security Policy|CSP/);
}));

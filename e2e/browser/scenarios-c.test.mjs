// Scenarios C: what holds for all that a customer does, in any way it is done.
// C3 and C4 over all pages are in gallery.test.mjs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accountant, accountantManager, bankID, customer, developer, director, ended, partialManager, startDemo, supplier } from "./demo.mjs";
import { Keys } from "./keyboard.mjs";
import { Person, openBrowser, witness } from "./people.mjs";
import { Program, claims, pack, right, vat } from "./program.mjs";
import { nameOf, stands } from "./steps.mjs";
import { cut } from "./gallery.mjs";

const client = { number: "233505862", name: "Granlia Bakeri AS" };
const back = "https://pilspiss.example/ferdig";
const optional = right("kravogbetaling", "read", { optional: true });

let demo, browser, program;
const people = [], signedIn = new Map(), once = new Map();
before(async () => {
  demo = await startDemo();
  browser = await openBrowser();
  program = new Program(demo);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const scenario = (name, walk) => test(name, () => witness(people, walk));

async function arrives(options) {
  const person = await Person.arrive(browser, demo, options);
  people.push(person);
  return person;
}

// who is somebody who is signed in, once for each language and way to read.
function who(name, { lang = "nb", scripts = true } = {}) {
  return made(signedIn, `${name}, ${lang}, ${scripts}`, async () => {
    const person = await arrives({ lang, scripts });
    await person.page.goto("/login/bankid");
    await person.page.getByRole("button", { name, exact: true }).click();
    await person.button("common.logout").first().waitFor();
    person.name = name;
    return person;
  });
}

function made(where, key, make) {
  if (!where.has(key)) where.set(key, make());
  return where.get(key);
}

// sees waits for the text of the key, whatever stands where no argument is given.
async function sees(person, key, args = {}, within = person.page) {
  const any = new Proxy(args, { has: () => true, get: (own, name) => (name in own ? own[name] : "\u0001") });
  const text = person.t(key, any).replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("\u0001", ".+?").replace(/\s+/g, "\\s+");
  await within.getByText(new RegExp(text)).filter({ visible: true }).first().waitFor();
}

// asked registers a system and asks the customer for what it asks for.
async function asked(name, registered, asking) {
  const system = await program.registers(name, registered);
  return { system, name, id: (await program.asks(system, asking)).id };
}

// given is a system user; it has the id of its request.
async function given(name, registered, asking) {
  const one = await asked(name, registered, asking);
  await approves(await who(director), one.id);
  return one;
}

const yes = (person) => person.page.locator("#yes button");

async function approves(person, id) {
  await person.page.goto(`/requests/${id}`);
  await yes(person).click();
  await person.page.waitForURL(/\/receipt/);
}

const toRequest = (id) => program.does("GET", `/authentication/api/v1/systemuser/request/vendor/${id}`);
const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);

for (const lang of ["nb", "nn", "en"]) {
  scenario(`C1 whole approval without JavaScript, ${lang}`, async () => {
    const name = `Skriptfri${lang}`;
    const { id } = await asked(name, { rights: [optional], redirects: [back] }, { redirectUrl: back });
    const ingrid = await arrives({ lang, scripts: false });
    const { page } = ingrid;
    await page.goto(`/accessmanagement/ui/systemuser/request?id=${id}`);
    await ingrid.goesTo(bankID);
    await page.getByRole("button", { name: director, exact: true }).click();
    await sees(ingrid, "customer.review.title", { Program: name, Org: customer.name });
    await ingrid.looks("approval with a choice");

    // What is folded opens, what is optional can be left out, and it is done.
    const fold = page.locator("details.fold").first();
    const open = await fold.getAttribute("open");
    await fold.locator("summary").click();
    assert.notEqual(await fold.getAttribute("open"), open);
    await page.getByRole("checkbox").uncheck();
    await yes(ingrid).click();
    await sees(ingrid, "customer.receipt.approved", { Program: name });
    await ingrid.looks("receipt with something left out");
    await page.getByText(id, { exact: true }).waitFor();
    const left = page.locator("section").filter({ has: page.getByRole("heading", { name: ingrid.t("customer.review.left_out") }) });
    await left.getByText(nameOf("claims", lang)).first().waitFor();
    const href = new URL(await page.locator("#way-back").getAttribute("href"));
    assert.equal(href.origin + href.pathname, back);
    assert.ok(href.search.includes(id), "the way back names the request");
    await ingrid.button("customer.review.to_access", {}, "link").click();
    await sees(ingrid, "customer.user.has");

    // The way back through the browser shows the answer, not the question.
    await page.goto(`/requests/${id}`);
    await sees(ingrid, "customer.request.accepted");
    assert.equal(await yes(ingrid).count(), 0);
    assert.equal((await toRequest(id)).status, "Accepted");
    await ingrid.leaves();
  });
}

scenario("C2 keyboard only: approve", async () => {
  const { id, name } = await asked("Tastegodkjenn", { rights: [optional] });
  const ingrid = await who(director);
  const keys = new Keys(ingrid.page);
  await ingrid.page.goto("/requests");
  await keys.press(ingrid.page.locator(`a[href$="/requests/${id}"]`));
  await sees(ingrid, "customer.review.asked");
  await keys.press(ingrid.page.locator("details.fold summary").first());
  await keys.press(ingrid.page.getByRole("checkbox"), "Space");
  assert.equal(await ingrid.page.getByRole("checkbox").isChecked(), false);
  await keys.press(yes(ingrid));
  await sees(ingrid, "customer.receipt.approved", { Program: name });
  assert.equal(await keys.stands(), ingrid.t("customer.receipt.approved", { Program: name }), "the outcome has the focus");
});

scenario("C2 keyboard only: forward", async () => {
  const { id, name } = await asked("Tastevidere", { rights: [claims] });
  const olav = await who(partialManager, { lang: "en" });
  const keys = new Keys(olav.page);
  await olav.page.goto(`/requests/${id}`);
  await keys.press(olav.page.locator(".foot-act").getByRole("link", { name: olav.t("customer.review.forward") }));
  await sees(olav, "customer.forward.title", { Program: name });

  // Sent on to nobody, the form comes back, and the focus is on what is wrong.
  await keys.press(olav.button("customer.forward.do"));
  await sees(olav, "common.faults.title");
  assert.match(await keys.stands(), new RegExp(olav.t("common.faults.title")));
  await keys.press(olav.page.getByLabel(director), "Space");
  await keys.type(olav.field("customer.forward.note"), "We need it before Friday.");
  await keys.press(olav.button("customer.forward.do"));
  await sees(olav, "customer.sent_on.mine", { To: director });
  assert.match(await keys.stands(), /We need it before Friday/, "the outcome has the focus");
});

scenario("C2 keyboard only: clients", async () => {
  const id = await agent();
  const even = await who(accountantManager, { lang: "nn" });
  const keys = new Keys(even.page);
  await even.page.goto(`/systemusers/${id}/clients`);
  await keys.press(even.button("clients.add", {}, "link").first());
  await sees(even, "clients.search");
  await keys.type(even.field("clients.search"), "Granlia");
  await even.page.keyboard.press("Enter");
  await even.page.waitForURL(/q=Granlia/);
  await keys.press(even.page.getByRole("checkbox", { name: client.name }), "Space");
  await keys.press(even.button("clients.do.add"));
  await even.page.waitForURL(/\/jobs\//);
  await sees(even, "clients.row.done.attach");
  await even.page.locator("h1:focus").waitFor();
  await keys.press(even.button("clients.job.back", {}, "link"));
  await even.page.getByRole("checkbox", { name: client.name }).waitFor();
});

scenario("C3 320 px and 200 % text: the approval page as it is served", async () => {
  const { id } = await asked("Smalflyt", { packages: [vat, pack("regnskap-okonomi-rapport"), pack("skatt-naering")], rights: [optional] });
  for (const way of [{ lang: "nb" }, { lang: "en", scripts: false }]) {
    const ingrid = await who(director, way);
    const { page } = ingrid;
    await page.goto(`/requests/${id}`);
    for (const [width, root] of [[320, 16], [640, 32]]) {
      await page.setViewportSize({ width, height: 640 });
      await page.evaluate((px) => (document.documentElement.style.fontSize = `${px}px`), root);
      await ingrid.fits(`approval at ${root} px text`);
      assert.deepEqual(await page.evaluate(cut), []);
      await page.evaluate(() => window.scrollTo(0, 0));
      const keys = new Keys(page);
      await keys.to(yes(ingrid)); // each stop on the way there is seen
      await page.evaluate(() => document.activeElement.blur());
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }
});

scenario("C4 the approval page does not shift while it loads", async () => {
  const { id } = await asked("Stilleflyt", { packages: [vat, pack("regnskap-okonomi-rapport")], rights: [optional] });
  const ingrid = await who(director, { lang: "nn" });
  const { page } = ingrid;
  const shifts = () => page.evaluate(async () => {
    const seen = [];
    const observer = new PerformanceObserver((list) => seen.push(...list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    await document.fonts.ready;
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
    seen.push(...observer.takeRecords());
    return seen.reduce((sum, entry) => sum + entry.value, 0);
  });
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`/requests/${id}`, { waitUntil: "load" });
    assert.equal(await shifts(), 0, `at ${width} px`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.evaluate(() => {
    const late = document.createElement("div");
    late.style.height = "300px";
    document.querySelector("main").prepend(late);
  });
  assert.ok((await shifts()) > 0, "a shift is noticed");
});

scenario("C5 the check is shown before the button", async () => {
  const { id } = await asked("Sjekkflyt", { rights: [claims] });
  for (const way of [{ lang: "nb" }, { lang: "nn", scripts: false }, { lang: "en" }]) {
    const ingrid = await who(director, way);
    await ingrid.page.goto(`/requests/${id}`);
    const verdicts = ingrid.page.locator("#asked .verdict");
    assert.deepEqual(await verdicts.allInnerTexts(), Array(2).fill(ingrid.t("customer.item.can")));
    await stands(verdicts.last(), yes(ingrid), "the check comes before the button");
  }
  for (const way of [{ lang: "nb", scripts: false }, { lang: "en" }]) {
    const olav = await who(partialManager, way);
    await olav.page.goto(`/requests/${id}`);
    await sees(olav, "customer.review.cannot_all");
    const row = (item) => olav.page.getByRole("listitem").filter({ hasText: nameOf(item, way.lang) }).first();
    await sees(olav, "customer.item.can", {}, row("vat"));
    await sees(olav, "customer.item.others", { Names: director }, row("claims"));
    assert.equal(await yes(olav).count(), 0);
    await olav.looks("approval in part");
  }
});

for (const way of [{ lang: "nn", scripts: false }, { lang: "en", scripts: true }]) {
  scenario(`C6 forward to a named person with a note, ${way.lang}, ${way.scripts ? "with" : "without"} scripts`, async () => {
    const { id, name } = await asked(`Videre${way.lang}`, { rights: [claims] });
    const olav = await who(partialManager, way);
    await olav.page.goto(`/requests/${id}/forward`);
    await olav.looks("forward");
    await olav.page.getByLabel(director).check();
    await olav.field("customer.forward.note").fill("Kan du svare på denne?");
    await olav.field("customer.forward.due").fill(day(4));
    await olav.button("customer.forward.do").click();
    await sees(olav, "customer.sent_on.mine", { To: director });
    await olav.looks("forwarded");

    // He takes it back, and sends it anew.
    await olav.page.getByRole("button", { name: olav.t("customer.sent_on.recall") }).click();
    await olav.page.locator(".sent").waitFor({ state: "detached" });
    await olav.page.goto(`/requests/${id}/forward`);
    await olav.page.getByLabel(director).check();
    await olav.field("customer.forward.note").fill("Kan du svare på denne?");
    await olav.button("customer.forward.do").click();

    // It is on top of hers, with his words.
    const ingrid = await who(director, way);
    await ingrid.page.goto("/requests");
    const cards = await ingrid.page.locator(".card--new").allInnerTexts();
    const hers = cards.map((card) => card.includes(ingrid.t("customer.list.status.to_me")));
    assert.equal(hers.lastIndexOf(true) + 1, hers.filter(Boolean).length, "what was sent to her comes first");
    const card = ingrid.page.locator(".card--new").filter({ hasText: name });
    await sees(ingrid, "customer.list.status.to_me", {}, card);
    await card.getByText("Kan du svare på denne?").waitFor();
    await ingrid.looks("inbox with one that was sent on");
    await approves(ingrid, id);

    // The answer comes back to him.
    await olav.page.goto("/requests");
    const sent = olav.page.locator(".sent-list li").filter({ hasText: name });
    await sees(olav, "customer.inbox.sent.yes", { By: director }, sent);
    await olav.looks("inbox with an answer");
  });
}

for (const way of [{ lang: "nb", scripts: false }, { lang: "en", scripts: true }]) {
  scenario(`C7 the supplier sees the reason of a rejection and what is wished for, ${way.lang}`, async () => {
    const no = await asked(`Avvist${way.lang}`), other = await asked(`Ønsket${way.lang}`.replace("Ø", "O"));
    const ingrid = await who(director, way);
    const jonas = await who(developer, way);
    const reason = "Vi bruker et annet program til dette.", wish = "Vi vil ha det uten <b>krav</b>.";

    await ingrid.page.goto(`/requests/${no.id}`);
    await ingrid.button("customer.review.reject", {}, "link").click();
    await ingrid.field("customer.reject.reason").fill(reason);
    await ingrid.button("customer.reject.do").click();
    await sees(ingrid, "customer.receipt.rejected", { Program: no.name });
    await ingrid.looks("receipt of a rejection");
    const rejected = await toRequest(no.id);
    assert.deepEqual([rejected.status, rejected.reason], ["Rejected", reason]);
    await jonas.page.goto(`/supplier/requests/${no.id}`);
    await jonas.page.getByText(reason).waitFor();

    await ingrid.page.goto(`/requests/${other.id}`);
    await ingrid.button("customer.wish", {}, "link").click();
    await ingrid.looks("ask for changes");
    await ingrid.button("customer.wish.do").click();
    await sees(ingrid, "common.faults.title");
    await ingrid.field("customer.wish.label").fill(wish);
    await ingrid.button("customer.wish.do").click();
    await sees(ingrid, "customer.wish.said", { Supplier: supplier.name });
    const wished = await toRequest(other.id);
    assert.deepEqual([wished.status, wished.wish.text], ["New", wish]);
    await jonas.page.goto(`/supplier/requests/${other.id}`);
    await jonas.page.getByText(wish).waitFor();
    await jonas.looks("request with a wish");
  });
}

for (const way of [{ lang: "nn", scripts: true }, { lang: "en", scripts: false }]) {
  scenario(`C8 expiry is shown, set, prolonged and taken away, ${way.lang}`, async () => {
    const { id } = await asked(`Tid${way.lang}`, {}, { validTo: new Date(Date.now() + 20 * 86_400_000).toISOString() });
    const ingrid = await who(director, way);
    const { page } = ingrid;
    await page.goto(`/requests/${id}`);
    await sees(ingrid, "customer.review.deadline");
    await sees(ingrid, "customer.review.until");
    await approves(ingrid, id);
    await page.goto(`/systemusers/${id}`);
    await sees(ingrid, "keep.ends");

    const ends = async (until, flash, text) => {
      await page.goto(`/systemusers/${id}/settings`);
      await ingrid.field("keep.field.until").fill(until);
      await ingrid.button("keep.end.do").click();
      await sees(ingrid, flash);
      await sees(ingrid, text);
      assert.equal(await ingrid.field("keep.field.until").inputValue(), until);
    };
    await ends(day(10), "keep.done.ends", "keep.ends");
    await ends(day(30), "keep.done.ends", "keep.ends");
    await ingrid.looks("settings with an end");
    await ends("", "keep.done.endless", "keep.end.never");

    // A day that has been is refused, and what was written stays.
    await ingrid.field("keep.field.until").fill("2020-01-01");
    await ingrid.button("keep.end.do").click();
    await sees(ingrid, "common.faults.title");
    assert.equal(await ingrid.field("keep.field.until").inputValue(), "2020-01-01");
    await ingrid.looks("settings with a fault");
  });
}

for (const way of [{ lang: "nb", scripts: false }, { lang: "en", scripts: true }]) {
  scenario(`C8 what had an end has ended by itself, and can be given again, ${way.lang}`, async () => {
    const ingrid = await who(director, way);
    const { page } = ingrid;
    await page.goto("/systemusers?status=ended");
    await page.getByRole("row").filter({ hasText: ended }).getByRole("link").first().click();
    await sees(ingrid, "customer.user.time_up");
    await ingrid.looks("system user that ended by itself");
    await page.locator('a[href$="/history"]').first().click();
    await sees(ingrid, "customer.event.systemuser.end");
    await page.goBack();
    await ingrid.button("keep.again", {}, "link").click();
    await sees(ingrid, "create.again.title", { Org: customer.name });
  });
}

// used is a system user whose program fetches tokens.
const used = () => made(once, "used", async () => {
  const system = await program.registers("Kassaflyt", { rights: [claims] });
  await program.changes(system, { clientId: [supplier.client] });
  const { id } = await program.asks(system);
  await approves(await who(director), id);
  return id;
});

scenario("C9 pause and resume: a token is refused meanwhile", async () => {
  const id = await used();
  assert.equal((await demo.token()).code, 0, "there is a token before");
  const ingrid = await who(director, { lang: "en", scripts: false });
  await ingrid.page.goto(`/systemusers/${id}/settings`);
  await ingrid.looks("settings");
  await ingrid.field("keep.field.reason").fill("We are changing the accounts.");
  await ingrid.button("keep.pause.do").click();
  await sees(ingrid, "keep.done.paused");
  await ingrid.looks("settings of a paused one");
  const refused = await demo.token();
  assert.notEqual(refused.code, 0, refused.out);
  await ingrid.page.goto(`/systemusers/${id}`);
  await ingrid.page.getByText("We are changing the accounts.").waitFor();
  await ingrid.looks("paused system user");

  const again = await who(director);
  await again.page.goto(`/systemusers/${id}/settings`);
  await again.button("keep.resume.do").click();
  await sees(again, "keep.done.resumed");
  assert.equal(await again.page.evaluate(() => document.activeElement.getAttribute("role")), "status", "the outcome has the focus");
  assert.equal((await demo.token()).code, 0, "there is a token afterwards");
});

// decides is what the API's owner is told of the system user.
async function decides(user, service, action) {
  const { out, errs, code } = await demo.token("--customer=", "--client", "provedata-api", "--scope", "stafett:decide", "--raw");
  assert.equal(code, 0, errs);
  const answer = await fetch(`${demo.address}/access/v1/evaluation`, {
    method: "POST", headers: { Authorization: `Bearer ${out.trim()}`, "Content-Type": "application/json" },
    body: JSON.stringify({
      subject: { type: "urn:altinn:systemuser", id: user }, action: { name: action },
      resource: { type: "urn:altinn:resource", id: service, properties: { party: `urn:altinn:organization:identifier-no:${customer.number}` } },
    }),
  });
  return (await answer.json()).decision;
}

scenario("C10 one right is taken away, and the rest stays", async () => {
  const id = await used();
  const gone = () => decides(id, "kravogbetaling", "read"), stays = () => decides(id, "app_skd_mva-melding-innsending-v1", "write");
  assert.deepEqual([await gone(), await stays()], [true, true]);
  const ingrid = await who(director, { lang: "nn", scripts: false });
  const { page } = ingrid;
  await page.goto(`/systemusers/${id}/settings`);
  await page.getByRole("checkbox", { name: nameOf("claims", "nn") }).check();
  await ingrid.button("keep.take.do").click();
  await sees(ingrid, "keep.narrow.lead");
  await ingrid.looks("what goes");
  const part = (key) => page.locator("section").filter({ has: page.getByRole("heading", { name: ingrid.t(key) }) });
  await part("keep.narrow.takes").getByText(nameOf("claims", "nn")).first().waitFor();
  await part("keep.narrow.keeps").getByText(nameOf("vat", "nn")).first().waitFor();
  assert.deepEqual([await gone(), await stays()], [true, true], "to look takes nothing");
  await ingrid.button("keep.narrow.do").click();
  await sees(ingrid, "keep.done.removed");
  assert.deepEqual([await gone(), await stays()], [false, true]);
  assert.equal((await demo.token()).code, 0, "it is not deleted");
});

// rowsOf reads a file of ours for spreadsheets.
function rowsOf(text) {
  assert.ok(text.startsWith("\ufeff"), "the file says that it is UTF-8");
  const cell = /("(?:[^"]|"")*"|[^;\r\n]*)(;|\r\n|$)/y, rows = [[]];
  const body = text.slice(1);
  for (cell.lastIndex = 0; cell.lastIndex < body.length;) {
    const [, one, mark] = cell.exec(body);
    rows.at(-1).push(one.startsWith('"') ? one.slice(1, -1).replaceAll('""', '"') : one);
    if (mark === "\r\n") rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}

async function downloaded(person, link) {
  const [file] = await Promise.all([person.page.waitForEvent("download"), link.click()]);
  const chunks = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

for (const way of [{ lang: "nb", scripts: true }, { lang: "en", scripts: false }]) {
  scenario(`C11 each act has its line, and the files are as the screen, ${way.lang}`, async () => {
    const { id } = await given(`Historie${way.lang}`, { rights: [claims] });
    const ingrid = await who(director, way);
    const { page } = ingrid;
    const settings = async (fill, button) => {
      await page.goto(`/systemusers/${id}/settings`);
      await fill();
      await ingrid.button(button).click();
      await page.locator(".flash").waitFor();
    };
    await settings(() => ingrid.field("keep.field.title").fill("=Regnskap; \"nytt\""), "keep.name.do");
    await settings(() => ingrid.field("keep.field.reason").fill("Vi venter."), "keep.pause.do");
    await settings(() => {}, "keep.resume.do");
    await settings(() => ingrid.field("keep.field.until").fill(day(40)), "keep.end.do");
    await settings(() => ingrid.field("keep.field.until").fill(day(50)), "keep.end.do");
    await settings(async () => {
      await page.getByRole("checkbox", { name: nameOf("claims", way.lang) }).check();
      await ingrid.button("keep.take.do").click();
    }, "keep.narrow.do");
    await page.goto(`/systemusers/${id}/revoke`);
    await ingrid.button("customer.revoke.do").click();
    await sees(ingrid, "customer.user.revoked");

    const acts = ["revoke", "narrow", "prolong", "limit", "unsuspend", "suspend", "rename"].map((act) => `systemuser.${act}`);
    for (const [query, wanted] of [["", [...acts, "request.approve", "request.send"]], ["?who=customer", [...acts, "request.approve"]]]) {
      await page.goto(`/systemusers/${id}/history${query}`);
      await ingrid.looks("history");
      const shown = await page.locator("ol.line > li").evaluateAll((lines) => lines.map((li) => {
        const [what, ...rest] = [...li.querySelectorAll("p")];
        return { what: what.innerText.trim(), details: rest.slice(0, -1).map((p) => p.innerText.trim()), time: li.querySelector("time").dateTime };
      }));
      const csv = rowsOf(await downloaded(ingrid, page.getByRole("link", { name: ingrid.t("customer.history.csv") })));
      const json = JSON.parse(await downloaded(ingrid, page.getByRole("link", { name: ingrid.t("customer.history.json") })));
      assert.deepEqual(json.map((line) => line.action), wanted);
      assert.deepEqual(json.map(({ what, details, time }) => ({ what, details, time })), shown, "the file for programs is as the screen");
      const plain = (text) => text.replace(/^'/, "");
      assert.deepEqual(csv.slice(1).map((row) => ({ what: plain(row[3]), details: plain(row[4]), time: row[0] })),
        shown.map(({ what, details, time }) => ({ what, details: details.join("; "), time })), "the spreadsheet is as the screen");
      assert.ok(csv.flat().every((one) => !/^[=+\-@]/.test(one)), "no cell is a formula");
    }
  });
}

// agent is a system user for the accountant's clients.
const agent = () => made(once, "agent", async () => {
  const system = await program.registers("Klientflyt", { visible: false, packages: [pack("regnskapsforer-med-signeringsrettighet")] });
  const { id } = await program.asksForClients(system, { of: accountant.number });
  await approves(await who(accountantManager, { lang: "nn" }), id);
  return id;
});

const list = ["Orgnr;Navn", "224995563;Tinde Bygg AS", "224 995 563;En gang til", "343940092;Ikke kunde", "12345;Feil", "352939447;Bare revisor", ""].join("\r\n");

for (const way of [{ lang: "en", scripts: true, kind: "attach" }, { lang: "nn", scripts: false, kind: "detach" }]) {
  scenario(`C12 clients from a file, ${way.kind}, ${way.lang}, ${way.scripts ? "with" : "without"} scripts`, async () => {
    const id = await agent();
    const even = await who(accountantManager, way);
    const { page } = even;
    await page.goto(`/systemusers/${id}/clients/file`);
    await even.looks("clients from a file");
    await page.locator("#f-file").setInputFiles({ name: "kunder.csv", mimeType: "text/csv", buffer: Buffer.from(list) });
    await page.getByLabel(even.t(`clients.file.do.${way.kind}`)).check();
    await even.button("clients.file.preview").click();
    await sees(even, "clients.file.seen.lead");
    await even.looks("what is in the file");
    const line = (text) => page.getByRole("row").filter({ hasText: text });
    await sees(even, `clients.file.is.ok.${way.kind}`, {}, line("224995563").filter({ hasText: "Tinde Bygg" }).first());
    await sees(even, "clients.file.is.number", {}, line("12345"));
    for (const key of ["clients.file.is.twice", `clients.file.is.unknown.${way.kind}`]) await sees(even, key);
    if (way.kind === "attach") await sees(even, "clients.file.is.lacks", {}, line("352939447"));
    await page.locator("button[value=start]").click();

    // The job goes on by itself; without scripts the page is opened anew.
    await page.waitForURL(/\/jobs\//);
    await sees(even, `clients.row.done.${way.kind}`);
    await even.looks("a job that is done");
    const outcome = rowsOf(await downloaded(even, page.getByRole("link", { name: even.t("clients.job.csv") })));
    assert.deepEqual(outcome.slice(1).map((row) => [row[0], row[2], row[3]]),
      [["224995563", even.t("clients.row.is.done"), even.t(`clients.row.done.${way.kind}`)]]);
  });
}

scenario("C13 a system grows, and the customer is asked for what is added alone", async () => {
  const { id, system } = await given("Voksflyt");
  const more = { accessPackages: [vat, pack("toll")] };
  await program.changes(system, more);
  const { id: change } = await program.asksToChange(id, { requiredAccessPackages: [{ urn: pack("toll").urn }], unwantedAccessPackages: [], requiredRights: [], unwantedRights: [] });
  for (const way of [{ lang: "en", scripts: true }, { lang: "nn", scripts: false }]) {
    const ingrid = await who(director, way);
    const { page } = ingrid;
    await page.goto(`/changes/${change}`);
    await ingrid.looks("change");
    const part = (sign) => page.locator(`.part--${sign}`);
    const names = (sign) => part(sign).locator(".list .name").allInnerTexts();
    assert.deepEqual(await names("plus"), [way.lang === "en" ? "Customs" : "Toll"]);
    assert.deepEqual(await names("equal"), [nameOf("vat", way.lang)]);
    assert.equal(await part("minus").count(), 0);
    for (const [sign, mark] of [["plus", "+"], ["equal", "="]]) await part(sign).locator(".sign").filter({ hasText: mark, visible: true }).waitFor();
    await sees(ingrid, "customer.change.added", {}, part("plus"));
    await sees(ingrid, "customer.change.kept", {}, part("equal"));
    assert.equal(await part("equal").locator(".verdict").count(), 0, "nothing is asked about what stays");
    await ingrid.button("customer.change.show_changes", {}, "link").click();
    await part("equal").waitFor({ state: "detached" });
  }
  const ingrid = await who(director, { lang: "nn", scripts: false });
  await yes(ingrid).click();
  await sees(ingrid, "customer.receipt.change.approved");
  await ingrid.looks("receipt of a change");
  await ingrid.page.goto(`/systemusers/${id}`);
  assert.deepEqual((await ingrid.page.locator(".list .name").allInnerTexts()).sort(), [nameOf("vat", "nn"), "Toll"].sort());
});

for (const way of [{ lang: "nb", scripts: false }, { lang: "en", scripts: true }]) {
  scenario(`C14 a withdrawn request says so, ${way.lang}`, async () => {
    const { id, name } = await asked(`Trukket${way.lang}`);
    const ingrid = await who(director, way);
    const { page } = ingrid;
    await page.goto(`/requests/${id}`);
    await program.withdraws(id);
    const [answer] = await Promise.all([page.waitForResponse((r) => r.request().method() === "POST"), yes(ingrid).click()]);
    assert.equal(answer.status(), 409);
    await sees(ingrid, "customer.request.withdrawn");
    await sees(ingrid, "customer.review.withdrawn", { Supplier: supplier.name });
    assert.equal(await yes(ingrid).count(), 0);
    await ingrid.looks("withdrawn meanwhile");
    await page.goto("/requests");
    assert.equal(await page.locator(".card--new").filter({ hasText: name }).count(), 0, "it waits no more");
    const gone = await page.goto(`/systemusers/${id}`);
    assert.equal(gone.status(), 404, "nothing was made");
  });
}

// Nothing to press, nothing folded.
const printed = (page) => page.evaluate(() => {
  const shows = (el) => el.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true });
  return {
    press: [...document.querySelectorAll("button, .ds-button, input:not([type=hidden], [type=radio], [type=checkbox])")].filter(shows).map((el) => el.outerHTML),
    folded: [...document.querySelectorAll("details li")].filter((el) => !shows(el) || el.getBoundingClientRect().height === 0).map((el) => el.innerText),
    folds: document.querySelectorAll("details").length,
  };
});

for (const way of [{ lang: "nb", scripts: false }, { lang: "en", scripts: true }]) {
  scenario(`C16 printout, ${way.lang}, ${way.scripts ? "with" : "without"} scripts`, async () => {
    const { id, name } = await asked(`Papir${way.lang}`, { packages: [vat, pack("regnskap-okonomi-rapport"), pack("skatt-naering")] });
    const ingrid = await who(director, way);
    const { page } = ingrid;
    const onPaper = async (what) => {
      await page.emulateMedia({ media: "print" });
      const { press, folded, folds } = await printed(page);
      assert.deepEqual([press, folded], [[], []], what);
      assert.ok((await page.pdf({ format: "A4" })).length > 5_000, what);
      return folds;
    };
    await page.goto(`/requests/${id}`);
    assert.ok((await onPaper("approval page")) > 0, "there is something to unfold");
    await page.emulateMedia({ media: null });
    await approves(ingrid, id);
    await onPaper("receipt");
    for (const text of [id, director, customer.name, supplier.name, name]) {
      await page.getByText(text).filter({ visible: true }).first().waitFor();
    }
    await page.locator("dl.facts time").filter({ visible: true }).first().waitFor();
    await page.emulateMedia({ media: null });

    await page.goto("/systemusers/review");
    await ingrid.looks("yearly review");
    assert.ok((await onPaper("yearly review")) > 0);
    for (const key of ["customer.userreview.sign.place", "customer.userreview.sign"]) await sees(ingrid, key);
    await page.emulateMedia({ media: null });
  });
}

test("the browsers had nothing to complain of", async () => {
  for (const person of people) if (person.context.pages().length > 0) await person.leaves();
});

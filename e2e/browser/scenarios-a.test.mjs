// Scenarios A: what Altinn's own tests walk through, done to the end: the
// supplier learns, the history tells, and what runs long runs by itself.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  accountant, accountantManager, chair, clientAdministrator, customer, director, employee, partialManager, startDemo, supplier, visible,
} from "./demo.mjs";
import { Person, openBrowser, witness } from "./people.mjs";
import { Program, claims, pack, right, vat } from "./program.mjs";
import { nameOf } from "./steps.mjs";

const back = "https://pilspiss.example/ferdig";
const names = {
  customs: { nb: "Toll", nn: "Toll", en: "Customs" },
  certificates: { nb: "Attester og utskrifter", nn: "Attestar og utskrifter", en: "Certificates and transcripts" },
};

let demo, browser, program;
const people = [], signedIn = new Map();
before(async () => {
  demo = await startDemo();
  browser = await openBrowser();
  program = new Program(demo);
});
after(async () => {
  for (const person of people) await person.leaves();
  await browser?.close();
  await demo?.stop();
});

const scenario = (name, walk) => test(name, () => witness(people, walk));
const way = ({ lang = "nb", scripts = true }) => `${lang}, ${scripts ? "with" : "without"} scripts`;

// who is somebody who is signed in, once for each language and way to read.
async function who(name, { lang = "nb", scripts = true } = {}) {
  const key = `${name}, ${way({ lang, scripts })}`;
  if (!signedIn.has(key)) {
    const person = await Person.arrive(browser, demo, { lang, scripts });
    people.push(person);
    await person.page.goto("/login/bankid");
    await person.page.getByRole("button", { name, exact: true }).click();
    await person.button("common.logout").first().waitFor();
    person.name = name;
    signedIn.set(key, person);
  }
  return signedIn.get(key);
}

const yes = (person) => person.page.locator("#yes button").last();
const opens = async (person, path, status = 200) => assert.equal((await person.page.goto(path)).status(), status, path);

async function approves(person, path) {
  await opens(person, path);
  await yes(person).click();
  await person.page.waitForURL(/\/receipt/);
}

// given is a system user; it has the id of its request.
async function given(name, registered, asking) {
  const system = await program.registers(name, registered);
  const { id } = await program.asks(system, asking);
  await approves(await who(director), `/requests/${id}`);
  return { id, system };
}

// comes opens the page until what a job brings is on it.
async function comes(person, path, wanted) {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    await opens(person, path);
    if (await wanted.count() > 0) return;
  }
  assert.fail(`${path} brings nothing new`);
}

const history = async (person, id, key, args) => {
  await opens(person, `/systemusers/${id}/history`);
  await person.reads(key, args);
};

for (const one of [{ lang: "nb" }, { lang: "en", scripts: false }]) {
  scenario(`A1 reject: the reason reaches the supplier, ${way(one)}`, async () => {
    const system = await program.registers(`Neiflyt${one.lang}`);
    const { id, confirmUrl } = await program.asks(system);
    const ingrid = await who(director, one);
    await opens(ingrid, confirmUrl);
    await ingrid.button("customer.review.reject", {}, "link").last().click();
    const reason = "Vi har valgt et annet program.";
    await ingrid.field("customer.reject.reason").fill(reason);
    await ingrid.button("customer.reject.do").click();
    await ingrid.reads("customer.receipt.rejected", { Program: system.name.nb });
    await ingrid.page.getByText(reason).first().waitFor();
    assert.equal(await program.status(id), "Rejected");
    const dev = await who("Jonas Vikane", one);
    await opens(dev, `/supplier/requests/${id}`);
    await dev.page.getByText(reason).first().waitFor();
    await opens(ingrid, `/systemusers/${id}`, 404);
  });
}

for (const one of [{ lang: "nn" }, { lang: "en", scripts: false }]) {
  scenario(`A2 approve: lands on the registered redirect with id and status, ${way(one)}`, async () => {
    const system = await program.registers(`Jaflyt${one.lang}`, { redirects: [back] });
    const { id } = await program.asks(system, { redirectUrl: `${back}?kunde=7` });
    const ingrid = await who(director, one);
    const { page } = ingrid;
    await page.route("https://pilspiss.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Ferdig</title><h1>Ferdig</h1>" }));
    await approves(ingrid, `/requests/${id}`);
    assert.equal(await program.status(id), "Accepted");
    const link = page.locator("#way-back");
    const to = new URL(await link.getAttribute("href"));
    assert.equal(to.origin + to.pathname, back);
    assert.deepEqual(Object.fromEntries(to.searchParams), { kunde: "7", id, status: "accepted" });

    // With scripts it goes by itself, and not again for who comes back.
    if (one.scripts === false) await link.click();
    else await page.locator("[data-stop]").waitFor();
    await page.waitForURL((url) => url.href === to.href, { timeout: 15_000 });
    await opens(ingrid, `/requests/${id}/receipt`);
    assert.equal(await page.locator("[data-stop]").count(), 0);
    await ingrid.looks("receipt with a way back");
    await page.unrouteAll();
  });
}

scenario("A2 approve: who wants to stay stops the return", async () => {
  const system = await program.registers("Blirflyt", { redirects: [back] });
  const { id } = await program.asks(system, { redirectUrl: back });
  const ingrid = await who(director);
  await approves(ingrid, `/requests/${id}`);
  await ingrid.button("customer.receipt.stop").click();
  await ingrid.reads("customer.receipt.stopped");
  assert.equal(new URL(ingrid.page.url()).pathname, `/requests/${id}/receipt`);
});

// What the change requests are about: it gains one package and one service,
// loses one of each, and keeps one.
const wide = { packages: [vat, pack("skatt-naering"), pack("toll")], rights: [claims, right("app_brg_a2-2480-40")] };
const had = { accessPackages: [vat, pack("skatt-naering")], rights: [claims] };
const change = {
  requiredAccessPackages: [pack("toll")], requiredRights: [right("app_brg_a2-2480-40")],
  unwantedAccessPackages: [{ urn: vat.urn }], unwantedRights: [claims],
};

async function shows(person, lang, sign, wanted) {
  const part = person.page.locator(`.part--${sign}`);
  for (const name of wanted) await part.getByText(name, { exact: true }).first().waitFor();
}

for (const one of [{ lang: "nn", scripts: false }, { lang: "en" }]) {
  const { lang } = one;
  const shown = async (ingrid) => {
    await shows(ingrid, lang, "plus", [names.customs[lang], names.certificates[lang]]);
    await shows(ingrid, lang, "minus", [nameOf("vat", lang), nameOf("claims", lang)]);
    assert.equal(await ingrid.page.locator(".part--equal").getByText(names.customs[lang], { exact: true }).count(), 0);
  };

  scenario(`A3 reject a change: the old rights are intact, ${way(one)}`, async () => {
    const { id } = await given(`Uendra${lang}`, wide, had);
    const asked = await program.asksToChange(id, change);
    const ingrid = await who(director, one);
    await opens(ingrid, asked.confirmUrl);
    await shown(ingrid);
    await ingrid.button("customer.review.reject", {}, "link").last().click();
    await ingrid.field("customer.reject.reason").fill("Vi trenger det vi har.");
    await ingrid.button("customer.reject.do").click();
    await ingrid.reads("customer.receipt.change.unchanged");
    const { status } = await program.does("GET", `/authentication/api/v1/systemuser/changerequest/vendor/${asked.id}`);
    assert.equal(status, "Rejected");
    await opens(ingrid, `/systemusers/${id}`);
    for (const name of [nameOf("vat", lang), nameOf("claims", lang)]) await ingrid.page.getByText(name, { exact: true }).first().waitFor();
    assert.equal(await ingrid.page.getByText(names.customs[lang], { exact: true }).count(), 0);
    await history(ingrid, id, "customer.event.change.reject", { Who: director });
  });

  scenario(`A4 approve a change: the difference before, the history after, ${way(one)}`, async () => {
    const { id } = await given(`Endra${lang}`, wide, had);
    const asked = await program.asksToChange(id, change);
    const ingrid = await who(director, one);
    await opens(ingrid, `/changes/${asked.id}`);
    await shown(ingrid);
    await ingrid.looks("change request");
    await yes(ingrid).click();
    await ingrid.reads("customer.receipt.change.text");
    await ingrid.looks("receipt of a change");
    const { status } = await program.does("GET", `/authentication/api/v1/systemuser/changerequest/vendor/${asked.id}`);
    assert.equal(status, "Accepted");
    await opens(ingrid, `/systemusers/${id}`);
    const rights = ingrid.page.locator("section").filter({ has: ingrid.page.getByRole("heading", { name: ingrid.t("customer.user.has") }) });
    for (const name of [names.customs[lang], names.certificates[lang]]) await rights.getByText(name, { exact: true }).first().waitFor();
    for (const name of [nameOf("vat", lang), nameOf("claims", lang)]) assert.equal(await rights.getByText(name, { exact: true }).count(), 0, name);
    await history(ingrid, id, "customer.event.change.approve", { Who: director });
    await ingrid.looks("history with a change");
  });
}

for (const one of [{ lang: "nb" }, { lang: "nn", scripts: false }]) {
  scenario(`A5 forward: an employee asks a named manager, and is told what came of it, ${way(one)}`, async () => {
    const name = `Sendflyt${one.lang}`;
    const system = await program.registers(name, { rights: [claims] });
    const { id } = await program.asks(system);
    const [sunniva, ingrid] = [await who(employee, one), await who(director, one)];
    await opens(sunniva, `/requests/${id}`);
    await sunniva.button("customer.review.forward", {}, "link").last().click();
    // Who can give all of it is offered, and nobody else.
    const offered = sunniva.page.getByRole("radio");
    assert.equal(await offered.count(), 1);
    assert.equal(await sunniva.page.getByLabel(partialManager).count(), 0);
    await sunniva.page.getByLabel(director).check();
    await sunniva.field("customer.forward.note").fill("Lagersystemet vårt trenger dette.");
    await sunniva.button("customer.forward.do").click();
    await sunniva.page.getByText(name).first().waitFor();

    const notice = (person, key) => person.page.getByRole("listitem").filter({ hasText: name }).getByText(person.t(key, { Supplier: supplier.name }));
    const forwarded = notice(ingrid, "notices.row.forwarded");
    await comes(ingrid, "/notices?show=unread", forwarded);
    await forwarded.click();
    await ingrid.page.waitForURL(new RegExp(`/requests/${id}`));
    await ingrid.page.getByText("Lagersystemet vårt trenger dette.").first().waitFor();
    await ingrid.looks("request that was sent on");
    await yes(ingrid).click();
    await ingrid.reads("customer.receipt.approved", { Program: name });

    await comes(sunniva, "/notices", notice(sunniva, "notices.row.accepted"));
    await opens(sunniva, "/requests");
    await sunniva.page.getByText(new RegExp(sunniva.t("customer.inbox.sent.yes", { By: director, Date: ".+" }))).first().waitFor();
    await sunniva.looks("what came of what was sent on");
    await history(ingrid, id, "customer.event.request.forward", { Who: employee });
  });
}

// Each of them chooses for an organisation of her own, so that it is the first.
for (const [one, org] of [[{ lang: "nb", scripts: false }, "Granlia Bakeri AS"], [{ lang: "nn" }, "Tinde Bygg AS"], [{ lang: "en" }, "Myrull Barnehage SA"]]) {
  const { lang } = one;
  scenario(`A6 create from a visible system, ${way(one)}`, async () => {
    const ragnhild = await who(chair, one);
    const { page } = ragnhild;
    await opens(ragnhild, "/organisations");
    await page.getByRole("button", { name: new RegExp(org) }).click();
    await page.getByText(org).first().waitFor();
    await opens(ragnhild, "/systemusers");
    await ragnhild.button("customer.users.create", {}, "link").first().click();
    await page.getByRole("searchbox").fill("arkiv");
    await ragnhild.button("create.find.do").click();
    if (lang === "en") await page.getByRole("searchbox").fill("archive");
    await page.getByRole("link", { name: visible.name[lang], exact: true }).click();
    await ragnhild.reads("create.title", { Program: visible.name[lang], Org: org });
    await ragnhild.looks("create");
    await page.getByRole("checkbox").uncheck(); // what it can do without
    await page.locator('#yes [type="submit"]').click();
    await page.getByRole("heading", { name: ragnhild.t("create.made", { Title: visible.name[lang] }) }).or(page.getByRole("heading", { name: ragnhild.t("create.made", { Title: visible.name.nb }) })).waitFor();
    await ragnhild.looks("created");
    await opens(ragnhild, "/systemusers");
    await page.getByRole("link", { name: visible.name[lang], exact: true }).or(page.getByRole("link", { name: visible.name.nb, exact: true })).first().click();
    assert.equal(await page.getByText(names.certificates[lang], { exact: true }).count(), 0, "what was left out");
  });
}

for (const one of [{ lang: "en" }, { lang: "nn", scripts: false }]) {
  scenario(`A7 revoke: the history tells, and it can be given again, ${way(one)}`, async () => {
    const name = `Sluttflyt${one.lang}`;
    const { id } = await given(name);
    const ingrid = await who(director, one);
    await opens(ingrid, `/systemusers/${id}`);
    await ingrid.button("keep.to_settings", {}, "link").click();
    await ingrid.button("keep.revoke.do", {}, "link").click();
    await ingrid.reads("customer.revoke.done");
    await ingrid.button("customer.revoke.do").click();
    await ingrid.reads("customer.user.revoked");
    await history(ingrid, id, "customer.event.systemuser.revoke", { Who: director });

    // Once more is a decision of its own, with its own id and receipt.
    await opens(ingrid, `/systemusers/${id}`);
    await ingrid.button("keep.again", {}, "link").click();
    await ingrid.reads("create.again.title", { Program: name, Org: customer.name });
    await ingrid.looks("give it again");
    await ingrid.button("create.do").click();
    await ingrid.reads("create.made", { Title: name });
    await opens(ingrid, `/systemusers?q=${name}&status=active`);
    const now = await ingrid.page.getByRole("link", { name, exact: true }).first().getAttribute("href");
    assert.notEqual(now, `/systemusers/${id}`);
  });
}

// forClientsOf is a system user that works for the accountant's clients.
async function forClientsOf(name, packages, one) {
  const system = await program.registers(name, { packages: packages.map((p) => pack(p)), visible: false });
  const { id } = await program.asksForClients(system, { of: accountant.number });
  const even = await who(accountantManager, one);
  await opens(even, `/requests/${id}`);
  await even.looks("request for clients");
  await yes(even).click();
  await even.reads("customer.receipt.agent.approved", { Program: name });
  return { id, even };
}

const served = {
  "regnskapsforer-uten-signeringsrettighet": { nb: "Regnskapsfører uten signeringsrettighet" },
  revisormedarbeider: { en: "Assistant auditor" },
};
const number = (text) => Number(text.replace(/\D/g, ""));

// ends revokes it where it is no longer needed, with all that it did for others.
async function ends(even, id) {
  await opens(even, `/systemusers/${id}/revoke`);
  await even.button("customer.revoke.do").click();
  await even.reads("customer.user.revoked");
  await opens(even, `/systemusers/${id}/clients`, 404); // it serves nobody
}

// addsAll adds all clients that can be added, goes away and comes back, and
// tells how many they were.
async function addsAll(mathea, id) {
  await opens(mathea, `/systemusers/${id}/clients/add`);
  await mathea.looks("clients to add");
  // Where nobody on the first page can be added, it leads to those who can.
  const ready = mathea.page.locator('main p > a[href*="state=ready"]');
  if (await ready.count() > 0) await ready.click();
  await mathea.page.locator('button[name="op"][value="all"]').click();
  await mathea.looks("add all?");
  const start = mathea.page.locator('main form[method="post"] button[type="submit"]').first();
  const all = number(await start.innerText());
  await start.click();
  await mathea.page.waitForURL(/\/jobs\//);
  const job = new URL(mathea.page.url()).pathname;

  // She closes the page. The job goes on, and it is there when she is back.
  await mathea.page.close();
  const page = mathea.page = await mathea.context.newPage();
  for (let i = 0; ; i++) {
    await opens(mathea, job);
    if (await page.locator("progress").count() === 0) break;
    assert.ok(i < 100, "the job ends");
    await page.waitForLoadState("networkidle");
  }
  await page.locator("h1").filter({ hasText: String(all) }).waitFor();
  await mathea.looks("job that is done");
  await opens(mathea, `/systemusers/${id}/clients`);
  await page.locator(`a[href="${job}"]`).waitFor();
  assert.equal(number(await page.locator("#list").innerText()), all);
  await mathea.looks("clients");
  return all;
}

for (const [kind, name, service, wanted, one] of [
  ["accountant's", "Alleflyt", "regnskapsforer-uten-signeringsrettighet", 105, { lang: "nb" }],
  ["auditor's", "Revisjonsflyt", "revisormedarbeider", 25, { lang: "en", scripts: false }],
]) {
  scenario(`A8 add all of an ${kind} ${wanted} clients, come back, and revoke, ${way(one)}`, async () => {
    const { id, even } = await forClientsOf(name, [service], one);
    await opens(even, `/systemusers/${id}`);
    await even.page.locator(".list .name").filter({ hasText: served[service][one.lang] }).waitFor();
    const mathea = await who(clientAdministrator, one);
    assert.equal(await addsAll(mathea, id), wanted);
    await ends(even, id);
  });
}

// The clients that can be found by their number, one of each kind.
for (const [id, name, packages, client, one] of [
  ["A9", "Lønnsflyt", ["regnskapsforer-lonn"], { number: "396938499", name: "Rognbakken Elektro AS" }, { lang: "nn" }],
  ["A10", "Gardsflyt", ["forretningsforer-eiendom"], { number: "307529769", name: "Måkekollen Borettslag" }, { lang: "nb", scripts: false }],
]) {
  scenario(`${id} search by organisation number and add one, ${way(one)}`, async () => {
    const user = (await forClientsOf(name.replace("ø", "o"), packages, one)).id;
    const mathea = await who(clientAdministrator, one);
    const { page } = mathea;
    await opens(mathea, `/systemusers/${user}/clients`);
    await mathea.reads("clients.empty");
    await mathea.looks("no clients yet");
    await mathea.button("clients.add", {}, "link").first().click();
    await page.getByRole("searchbox").fill(client.number.replace(/(\d{3})(?=\d)/g, "$1 "));
    await mathea.button("clients.search.do").click();
    await page.getByRole("checkbox").first().waitFor();
    assert.equal(await page.getByRole("checkbox").count(), 1);
    await page.getByRole("checkbox", { name: new RegExp(client.name) }).check();
    await mathea.button("clients.do.add").click();
    await page.waitForURL(/\/jobs\//);
    for (let i = 0; i < 100 && await page.locator("progress").count() > 0; i++) await page.reload();
    await page.getByText(client.name).first().waitFor();
    await opens(mathea, `/systemusers/${user}/clients`);
    await page.getByText(client.name).first().waitFor();
    assert.equal(await page.getByRole("checkbox").count(), 1);
    const even = await who(accountantManager, one);
    await history(even, user, "customer.event.client.attach", { Who: clientAdministrator });
    await ends(even, user);
  });
}

// What foreign enterprises and the organisation itself can give alike.
const foreign = [["Nordkvist Möbel NUF", "314 196 104"], ["Østersund Bygg NUF", "333 410 575"], ["Kaller Maskin NUF", "324 585 915"]];

for (const one of [{ lang: "en" }, { lang: "nn", scripts: false }]) {
  scenario(`A11 all clients and the own organisation, names and numbers as people write them, ${way(one)}`, async () => {
    const { id, even } = await forClientsOf(`Egenflyt${one.lang}`, ["merverdiavgift"], one);
    const mathea = await who(clientAdministrator, one);
    assert.equal(await addsAll(mathea, id), foreign.length);
    await opens(even, `/systemusers/${id}/clients`);
    const { page } = even;
    const shown = async () => (await page.locator("tbody").getByRole("row").allInnerTexts()).map((text) => text.replace(/\s/g, " "));
    const rows = await shown();
    assert.equal(rows.length, foreign.length);
    for (const [name, no] of foreign) assert.ok(rows.some((row) => row.includes(name) && row.includes(no)), `${name} in ${rows}`);

    // The own organisation is put in, and out again; the clients stay.
    await even.looks("own organisation");
    await even.button("clients.own.add").click();
    await even.button("clients.own.remove").waitFor();
    await even.reads("clients.own.badge");
    await even.looks("own organisation added");
    await even.button("clients.own.remove").click();
    await even.button("clients.own.add").waitFor();
    assert.deepEqual(await shown(), rows);
    await history(even, id, "customer.event.client.detach_self", { Who: accountantManager });
    await page.getByText(even.t("customer.event.client.attach_self", { Who: accountantManager })).first().waitFor();
    await ends(even, id);
  });
}

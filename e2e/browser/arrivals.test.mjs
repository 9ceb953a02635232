// How people come in, whom they act for, and how they leave: several providers,
// invitations, ways to log in that become one person, step-up and log-out
// everywhere.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  administrator, ansattporten, bankID, customer, director, employee, jobbkonto, newEmployee, nobody, representative, startDemo,
} from "./demo.mjs";
import { Person, openBrowser, witness } from "./people.mjs";

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

const at = (person, path) => person.page.waitForURL((url) => url.pathname === path);

test("the login page offers three providers, each with a word about it", () => witness(people, async () => {
  const about = { nb: /registrene/, nn: /registra/, en: /by the registers/ };
  for (const lang of ["nb", "nn", "en"]) {
    const somebody = await arrives({ lang });
    await somebody.page.goto("/login");
    await somebody.looks("login");
    for (const provider of [bankID, ansattporten, jobbkonto]) {
      await somebody.button("public.login.with", { Provider: provider.name }, "link").waitFor();
    }
    await somebody.page.getByText(about[lang]).first().waitFor();
    await somebody.leaves();
  }
}));

for (const scripts of [true, false]) {
  const way = scripts ? "with" : "without";

  test(`with one organisation one goes straight in, with none one is told what to do, ${way} scripts`, () => witness(people, async () => {
    const ingrid = await arrives({ scripts });
    await ingrid.signsIn(director);
    await at(ingrid, "/requests");
    await ingrid.page.getByText(customer.name).first().waitFor();
    await ingrid.leaves();

    const amund = await arrives({ scripts });
    await amund.signsIn(nobody, ansattporten);
    await amund.reads("public.noorg.title");
    await amund.looks("no organisation");
    await amund.leaves();
  }));

  test(`whom one comes for is chosen at the provider, ${way} scripts`, () => witness(people, async () => {
    const live = await arrives({ scripts });
    const { page } = live;
    await page.goto("/login");
    await live.goesTo(ansattporten);
    await live.isPicked(representative, ansattporten);
    await page.getByRole("heading", { name: "Hvem kommer du for?" }).waitFor();
    await live.looks("whom she comes for", { lang: "nb" });
    await page.getByRole("button", { name: "Granlia Bakeri AS" }).click();
    await at(live, "/requests");
    await page.getByText("Granlia Bakeri AS").first().waitFor();
    await live.leaves();
  }));

  test(`an invitation gives its role at once, and once, ${way} scripts`, () => witness(people, async () => {
    const ingrid = await arrives({ scripts });
    await ingrid.signsIn(director);
    await ingrid.page.goto("/members");
    await ingrid.looks("people and roles");
    await ingrid.button("members.invite", {}, "link").first().click();
    await ingrid.reads("members.invite.title", { Org: customer.name });
    await ingrid.looks("invite");
    await ingrid.button("members.invite.do").click();
    await ingrid.looks("invite with faults");
    await ingrid.field("members.role").selectOption("urn:altinn:accesspackage:tilgangsstyrer");
    await ingrid.button("members.invite.do").click();
    await ingrid.reads("members.invited.title");
    await ingrid.looks("invited");
    const link = await ingrid.field("members.invited.link").inputValue();

    // She is new here. The link leads through the login to the question.
    const nora = await arrives({ scripts });
    await nora.page.goto(link);
    await at(nora, "/login");
    assert.ok(!nora.page.url().includes(link.split("/").pop()), "the secret is not in the address");
    await nora.looks("login for an invitation");
    await nora.goesTo(jobbkonto);
    await nora.isPicked(newEmployee, jobbkonto);
    await nora.reads("members.accept.title", { Org: customer.name });
    await nora.looks("invitation");
    if (!scripts) { // the test with scripts has given her the role
      await nora.reads("members.accept.has");
      await nora.leaves();
      await ingrid.leaves();
      return;
    }
    await nora.button("members.accept.do").click();
    await at(nora, "/requests");
    await nora.page.getByText(customer.name).first().waitFor();
    await nora.looks("empty inbox");

    // It is used up, and Ingrid sees who came.
    const late = await arrives();
    await late.page.goto(link);
    await late.goesTo(jobbkonto);
    await late.isPicked(administrator, jobbkonto);
    await late.reads("error.invitation.ended.title");
    await late.looks("invitation that has ended");
    await ingrid.page.goto("/members");
    await ingrid.page.getByText(newEmployee).first().waitFor();
    await ingrid.looks("people and roles with one who was invited");
    for (const person of [nora, late, ingrid]) await person.leaves();
  }));

  test(`who is not surely enough known shows more and comes back, ${way} scripts`, () => witness(people, async () => {
    const birk = await arrives({ scripts });
    await birk.page.goto("/login");
    await birk.goesTo(jobbkonto);
    await birk.isPicked(administrator, jobbkonto, /Bare passord/);
    await at(birk, "/requests");
    await birk.page.goto("/members/invite");
    await birk.looks("invite, not surely enough known");
    await birk.page.locator('a[href^="/login/again"]').first().click();
    await birk.reads("public.login.level.title");
    await birk.looks("login in a surer way");
    await birk.goesTo(jobbkonto);
    assert.equal(await birk.page.getByRole("radio").count(), 1, "the other level is not offered");
    await birk.isPicked(administrator, jobbkonto);
    await at(birk, "/members/invite");
    await birk.button("members.invite.do").waitFor();
    await birk.leaves();
  }));

  test(`logged out everywhere at the provider is logged out here, ${way} scripts`, () => witness(people, async () => {
    const here = await arrives({ scripts });
    const there = await arrives({ scripts });
    const another = await arrives({ scripts });
    await here.signsIn(director);
    await there.signsIn(director);
    await another.signsIn(employee);
    await here.page.goto("/demo/bankid/account");
    await here.looks("the provider's account page", { lang: "nb" });
    await here.page.getByRole("button", { name: "Logg meg ut overalt" }).click();
    await here.page.getByRole("heading", { name: "Du er logget ut overalt" }).waitFor();
    await here.looks("logged out at the provider", { lang: "nb" });
    for (const person of [here, there]) {
      await person.page.goto("/requests");
      await at(person, "/login");
    }
    await another.page.goto("/requests");
    await at(another, "/requests");
    for (const person of [here, there, another]) await person.leaves();
  }));
}

test("two logins with one e-mail address are connected when she says so", () => witness(people, async () => {
  const sunniva = await arrives();
  await sunniva.signsIn(employee);
  await sunniva.button("common.logout").first().click();
  await sunniva.reads("public.out.title");
  await sunniva.looks("logged out");

  await sunniva.page.goto("/login");
  await sunniva.goesTo(jobbkonto);
  await sunniva.isPicked(employee, jobbkonto);
  await at(sunniva, "/login/known");
  await sunniva.reads("public.known.title");
  await sunniva.looks("known address");
  await sunniva.goesTo(bankID);
  // BankID still has her session.
  await sunniva.page.getByRole("button", { name: /^Fortsett som Sunniva Lie/ }).click();
  await sunniva.reads("public.link.title", { Provider: jobbkonto.name });
  await sunniva.looks("connect");
  await sunniva.button("public.link.do").click();
  await at(sunniva, "/requests");
  await sunniva.page.goto("/account");
  await sunniva.looks("own access");
  await sunniva.page.getByText(jobbkonto.name).first().waitFor();
  await sunniva.page.getByText(bankID.name).first().waitFor();
  await sunniva.leaves();

  // Either login is hers now.
  const again = await arrives({ scripts: false });
  await again.signsIn(employee, jobbkonto);
  await at(again, "/requests");
  await again.page.getByText(customer.name).first().waitFor();
  await again.leaves();
}));

test("one's other logins are ended from one's own page", () => witness(people, async () => {
  const here = await arrives();
  const there = await arrives();
  await here.signsIn(director);
  await there.signsIn(director);
  await here.page.goto("/account");
  await here.looks("own access with several logins");
  await here.button("account.login.end_others").click();
  await at(here, "/account");
  await there.page.goto("/requests");
  await at(there, "/login");
  await here.page.goto("/requests");
  await at(here, "/requests");
  for (const person of [here, there]) await person.leaves();
}));

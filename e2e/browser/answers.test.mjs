// Answers other than yes, and people who cannot give them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { customer, developer, director, employee, partialManager, startDemo } from "./demo.mjs";
import { Person, openBrowser, witness } from "./people.mjs";
import { asks, nameOf, opensRequest, registers } from "./steps.mjs";

let demo, browser, dev;
const people = [];
before(async () => {
  [demo, browser] = await Promise.all([startDemo(), openBrowser()]);
  dev = await arrives();
  await witness(people, async () => {
    await dev.signsIn(developer);
    await registers(dev, { name: "Varpeflyt", id: "varpeflyt" });
  });
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function arrives(options) {
  const person = await Person.arrive(browser, demo, options);
  people.push(person);
  return person;
}

async function sends(reference) {
  await dev.page.goto("/supplier/systems/343940092_varpeflyt");
  return asks(dev, { reference });
}

test("a rejection with its reason reaches the supplier", () => witness(people, async () => {
  const request = await sends("avvises");
  const ingrid = await arrives();
  await ingrid.signsIn(director);
  await ingrid.page.goto(`/requests/${request}`);
  await ingrid.button("customer.review.reject", {}, "link").click();
  await ingrid.field("customer.reject.reason").waitFor();
  await ingrid.looks("reject");

  // Without a reason the form comes back and nothing is rejected.
  await ingrid.button("customer.reject.do").click();
  await ingrid.reads("common.faults.title");
  await ingrid.looks("reject with faults");
  assert.equal(await ingrid.field("customer.reject.reason").getAttribute("aria-invalid"), "true");

  const reason = "Vi bruker et annet program til mva <b>nå</b>.";
  await ingrid.field("customer.reject.reason").fill(reason);
  await ingrid.button("customer.reject.do").click();
  await ingrid.reads("customer.receipt.rejected", { Program: "Varpeflyt" });
  await ingrid.looks("receipt of a rejection");

  await dev.page.goto(`/supplier/requests/${request}`);
  await dev.page.getByText(reason).waitFor();
  await dev.looks("rejected request");
  await dev.page.goto("/supplier/requests");
  await dev.looks("sent requests");
  await ingrid.leaves();
}));

test("an employee without authority sees who can", () => witness(people, async () => {
  const request = await sends("ansatt");
  const sunniva = await arrives({ lang: "en" });
  await sunniva.signsIn(employee);
  await sunniva.page.goto(`/requests/${request}`);
  await sunniva.reads("customer.review.cannot_answer");
  await sunniva.looks("review without authority");
  await sunniva.page.getByText(director).first().waitFor();
  assert.equal(await sunniva.button("customer.review.approve").count(), 0);
  assert.equal(await sunniva.button("customer.review.reject", {}, "link").count(), 0);
  await sunniva.page.goto("/supplier/systems");
  await sunniva.looks("forbidden");
  await sunniva.leaves();
}));

test("a manager of some of it sees, per right, what he cannot give", () => witness(people, async () => {
  const request = await sends("delvis");
  const olav = await arrives();
  await olav.signsIn(partialManager);
  await olav.page.goto(`/requests/${request}`);
  await olav.reads("customer.review.cannot_all");
  await olav.looks("review in part");
  const row = (item) => olav.page.getByRole("listitem").filter({ hasText: nameOf(item, "nb") });
  await row("vat").getByText(olav.t("customer.item.can")).waitFor();
  await row("claims").getByText(olav.t("customer.item.not_yours")).waitFor();
  await row("claims").getByText(director).waitFor();
  assert.equal(await olav.button("customer.review.approve").count(), 0);
  await olav.leaves();
}));

test("of two approvals in two tabs one counts, and both end at its receipt", () => witness(people, async () => {
  const request = await sends("dobbelt");
  const ingrid = await arrives();
  await ingrid.signsIn(director);
  const tabs = [ingrid.page, await ingrid.context.newPage()];
  for (const tab of tabs) await tab.goto(`/requests/${request}`);
  await Promise.all(tabs.map((tab) => tab.getByRole("button", { name: ingrid.t("customer.review.approve"), exact: true }).click()));
  for (const tab of tabs) {
    await tab.getByRole("heading", { name: ingrid.t("customer.receipt.approved", { Program: "Varpeflyt" }) }).waitFor();
  }
  await ingrid.page.goto(`/systemusers/${request}/history`);
  assert.equal(await ingrid.page.getByText(ingrid.t("customer.event.request.approve", { Who: director })).count(), 1);
  await ingrid.leaves();
}));

test("an approval stands against a rejection in another tab, which is told", () => witness(people, async () => {
  const request = await sends("begge");
  const ingrid = await arrives();
  await ingrid.signsIn(director);
  const late = await ingrid.context.newPage();
  await late.goto(`/requests/${request}/reject`);
  await ingrid.page.goto(`/requests/${request}`);
  await ingrid.button("customer.review.approve").click();
  await ingrid.reads("customer.receipt.approved", { Program: "Varpeflyt" });
  ingrid.page = late;
  await ingrid.field("customer.reject.reason").fill("Nei.");
  const answer = late.waitForResponse((r) => r.request().method() === "POST");
  await ingrid.button("customer.reject.do").click();
  assert.equal((await answer).status(), 409);
  await late.getByRole("heading", { name: ingrid.t("customer.request.accepted") }).waitFor();
  assert.equal(await ingrid.button("customer.review.approve").count(), 0);
  await ingrid.looks("answered already");
  await ingrid.leaves();
}));

test("a second request with the same reference comes back and says why", () => witness(people, async () => {
  await sends("samme");
  await dev.page.goto("/supplier/systems/343940092_varpeflyt/requests/new");
  await dev.field("supplier.send.customer").fill(customer.number);
  await dev.field("supplier.send.ref").fill("samme");
  await dev.button("supplier.send").click();
  await dev.reads("supplier.send.request_exists");
  assert.equal(await dev.field("supplier.send.ref").inputValue(), "samme");
  await dev.looks("request that exists");
}));

test("the request opens by its link for the customer alone", () => witness(people, async () => {
  const request = await sends("lenke");
  await opensByLink("nobody of the customer", developer, request, 404);
  const ingrid = await arrives();
  await ingrid.signsIn(director);
  await opensRequest(ingrid, "Varpeflyt");
  await ingrid.page.goto(`/accessmanagement/ui/systemuser/request?id=${request}`);
  await ingrid.button("customer.review.approve").waitFor();
  await ingrid.leaves();
}));

async function opensByLink(what, name, request, status) {
  const somebody = await arrives();
  await somebody.signsIn(name);
  const answer = await somebody.page.goto(`/accessmanagement/ui/systemuser/request?id=${request}`);
  assert.equal(answer.status(), status, what);
  await somebody.looks("not found");
  await somebody.leaves();
}

test("the supplier's browser had nothing to complain of", () => dev.leaves());

// The loop of a system user, from the supplier's form to the refused token,
// with scripts in bokmål and nynorsk and without in English.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { customer, developer, director, startDemo, supplier } from "./demo.mjs";
import { Person, openBrowser, witness } from "./people.mjs";
import { asks, nameOf, opensRequest, registers, stands } from "./steps.mjs";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

// ownDemo is a demo for one test: an OAuth client belongs to one system.
async function ownDemo(t) {
  const demo = await startDemo();
  t.after(() => demo.stop());
  return demo;
}

async function refused(demo, what) {
  const { code, out, errs } = await demo.token();
  assert.equal(code, 1, what);
  assert.equal(out, "", what);
  assert.match(errs, /invalid_altinn_customer_configuration/, what);
}

for (const { lang, scripts } of [{ lang: "nb", scripts: true }, { lang: "en", scripts: false }]) {
  test(`the whole loop in ${lang} ${scripts ? "with" : "without"} scripts`, async (t) => {
    const demo = await ownDemo(t);
    const dev = await Person.arrive(browser, demo, { lang, scripts });
    const ingrid = await Person.arrive(browser, demo, { lang, scripts });
    const program = "Fakturaflyt";
    const id = "fakturaflyt";
    await witness([dev, ingrid], async () => {
      await dev.signsIn(developer);
      await registers(dev, { name: program, id, client: supplier.client });
      const request = await asks(dev);
      await refused(demo, "before the approval");

      // The request is in the inbox; what she may give stands before the buttons.
      await ingrid.signsIn(director);
      await opensRequest(ingrid, program);
      assert.equal(new URL(ingrid.page.url()).pathname, `/requests/${request}`);
      await ingrid.looks("review");
      const verdicts = ingrid.page.getByText(ingrid.t("customer.item.can"));
      assert.equal(await verdicts.count(), 2);
      await stands(verdicts.last(), ingrid.button("customer.review.approve"), "the check comes before the buttons");
      for (const said of [nameOf("vat", lang), nameOf("claims", lang), supplier.name]) {
        await ingrid.page.getByText(said).first().waitFor();
      }
      await ingrid.button("customer.review.approve").click();
      await ingrid.reads("customer.receipt.approved", { Program: program });
      await ingrid.looks("receipt");

      // The supplier's program gets a token for this system user.
      await dev.page.reload();
      await dev.reads("supplier.request.accepted", { Customer: customer.name });
      await dev.looks("accepted request");
      const { code, out, errs } = await demo.token();
      assert.equal(code, 0, errs);
      const [detail] = JSON.parse(out).token.authorization_details;
      assert.equal(detail.type, "urn:altinn:systemuser");
      assert.deepEqual(detail.systemuser_id, [request]);
      assert.equal(detail.systemuser_org.ID, `0192:${customer.number}`);
      assert.equal(detail.system_id, `${supplier.number}_${id}`);

      // The system user's page tells what it holds and what has happened.
      await ingrid.button("customer.review.to_access", {}, "link").click();
      await ingrid.reads("keep.recent");
      await ingrid.looks("system user");
      await ingrid.reads("customer.event.request.approve", { Who: director });
      await ingrid.page.goto("/systemusers");
      await ingrid.looks("system users");
      await ingrid.page.getByRole("link", { name: program, exact: true }).click();

      // She withdraws it, and the same command is refused.
      await ingrid.button("keep.to_settings", {}, "link").click();
      await ingrid.reads("keep.take");
      await ingrid.looks("settings");
      await ingrid.button("keep.revoke.do", {}, "link").click();
      await ingrid.reads("customer.revoke.done");
      await ingrid.looks("revoke");
      await ingrid.button("customer.revoke.do").click();
      await ingrid.reads("customer.user.revoked");
      await ingrid.looks("revoked system user");
      await ingrid.reads("customer.event.systemuser.revoke", { Who: director });
      await refused(demo, "after the revocation");

      // Both log out; the page that was open is theirs no more.
      const left = ingrid.page.url();
      await ingrid.button("common.logout").click();
      await ingrid.reads("public.out.text");
      await ingrid.looks("logged out");
      await ingrid.page.goto(left);
      assert.match(ingrid.page.url(), /\/login/);
    });
    await dev.leaves();
    await ingrid.leaves();
  });
}

test("a shorter walk in nynorsk", async (t) => {
  const demo = await ownDemo(t);
  const dev = await Person.arrive(browser, demo, { lang: "nn" });
  const ingrid = await Person.arrive(browser, demo, { lang: "nn" });
  await witness([dev, ingrid], async () => {
    await dev.signsIn(developer);
    await registers(dev, { name: "Segleflyt", id: "segleflyt", claims: false });
    await asks(dev);
    await ingrid.signsIn(director);
    await opensRequest(ingrid, "Segleflyt");
    await ingrid.looks("review");
    await ingrid.button("customer.review.approve").click();
    await ingrid.reads("customer.receipt.approved", { Program: "Segleflyt" });
    await ingrid.looks("receipt");
    await ingrid.button("customer.review.to_access", {}, "link").click();
    await ingrid.reads("keep.recent");
    await ingrid.looks("system user");
  });
  await dev.leaves();
  await ingrid.leaves();
});

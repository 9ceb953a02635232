// What the people of the loop do, in any language, with scripts or without.

import assert from "node:assert/strict";
import { customer, supplier } from "./demo.mjs";

const shown = {
  vat: { nb: "Merverdiavgift", nn: "Meirverdiavgift", en: "Value added tax" },
  claims: { nb: "Krav og betalinger", nn: "Krav og betalingar", en: "Claims and payments" },
};
export const nameOf = (item, lang) => shown[item][lang];

/** registers fills in the form by searching and picking, and ends on the system's page. */
export async function registers(dev, { name, id, client = "", claims = true }) {
  const { page, t, lang } = dev;
  await page.goto("/supplier/systems");
  await dev.looks("systems");
  await dev.button("supplier.register", {}, "link").first().click();
  await dev.button("supplier.cancel", {}, "link").waitFor();
  await dev.looks("register");

  // An empty form comes back with its faults, and what was written stays.
  await dev.field("supplier.name.nb").fill(name);
  await dev.button("supplier.register").click();
  await dev.reads("common.faults.title");
  await dev.looks("register with faults");
  assert.equal(await dev.field("supplier.name.nb").inputValue(), name);

  await dev.field("supplier.name.nn").fill(name);
  await dev.field("supplier.name.en").fill(name);
  for (const [l, text] of Object.entries({ nb: "Leverer mva-meldingen.", nn: "Leverer mva-meldinga.", en: "Files the VAT return." })) {
    await dev.field(`supplier.description.${l}`).fill(text);
  }
  await dev.field("supplier.id.name").fill(id);
  if (client) await dev.field("supplier.client.id").fill(client);

  await searches(dev, nameOf("vat", lang));
  await dev.looks("register with results");
  await page.getByRole("button", { name: `${t("supplier.add")} ${nameOf("vat", lang)}`, exact: true }).click();
  await dev.reads("supplier.asks.added", { Name: nameOf("vat", lang) });
  await purposes(dev, 0, ["For å levere mva-meldingen.", "For å levere mva-meldinga.", "To file the VAT return."]);
  if (claims) {
    await searches(dev, nameOf("claims", lang));
    const one = page.getByRole("listitem").filter({ has: page.getByText(nameOf("claims", lang), { exact: true }) });
    await one.locator("summary").first().click();
    const read = `${t("supplier.add.action", { Action: t("supplier.action.read") })} ${nameOf("claims", lang)}`;
    await page.getByRole("button", { name: read, exact: true }).click();
    await page.locator('input[name="asks"]').nth(1).waitFor({ state: "attached" });
    await purposes(dev, 1, ["For å se hva som er betalt.", "For å sjå kva som er betalt.", "To see what has been paid."]);
  }
  await dev.looks("register with asks");
  await dev.button("supplier.register").click();
  await dev.button("supplier.send", {}, "link").waitFor();
  await dev.looks("system");
  assert.equal(new URL(page.url()).pathname, `/supplier/systems/${supplier.number}_${id}`);
}

async function searches(dev, query) {
  await dev.page.getByRole("searchbox").fill(query);
  await dev.button("supplier.search").click();
  await dev.page.locator("#results").filter({ hasText: query }).waitFor();
}

async function purposes(dev, nth, [nb, nn, en]) {
  await dev.field("supplier.purpose.nb", nth).fill(nb);
  const more = dev.page.getByText(dev.t("supplier.purpose.more"), { exact: true }).nth(nth);
  const inNynorsk = dev.page.locator('input[name="purpose_nn"]').nth(nth);
  if (!(await inNynorsk.isVisible())) await more.click();
  await inNynorsk.fill(nn);
  await dev.page.locator('input[name="purpose_en"]').nth(nth).fill(en);
}

/** asks sends a request from the system's page, and returns its id. */
export async function asks(dev, { reference = "" } = {}) {
  const { page } = dev;
  await dev.button("supplier.send", {}, "link").click();
  await dev.field("supplier.send.customer").waitFor();
  await dev.looks("send");
  await dev.field("supplier.send.customer").fill(customer.number);
  if (reference) await dev.field("supplier.send.ref").fill(reference);
  await dev.button("supplier.send").click();
  await dev.reads("supplier.request.link");
  await dev.looks("sent request");
  return new URL(page.url()).pathname.split("/").pop();
}

/** opensRequest finds the program's request in the inbox. */
export async function opensRequest(person, program) {
  await person.page.goto("/requests");
  await person.looks("inbox");
  await person.page.getByRole("listitem").filter({ hasText: program }).getByRole("link").first().click();
  await person.reads("customer.review.asked");
}

/** stands demands that the first comes before the second when the page is read. */
export async function stands(first, second, what) {
  const other = await second.elementHandle();
  const before = await first.evaluate((a, b) => Boolean(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING), other);
  assert.ok(before, what);
}

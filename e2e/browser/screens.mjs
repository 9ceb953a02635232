// Pictures of the main pages for docs/screens, taken in a demo of its own by
// the people who use them: in light, in dark and on a phone. "make screens" runs
// it; another folder and the whole of each page are arguments:
//
//	node screens.mjs [folder] [--whole]

import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { smaller } from "./png.mjs";
import { bankID, director, partialManager, startDemo } from "./demo.mjs";
import { Person, openBrowser } from "./people.mjs";
import { Program, pack } from "./program.mjs";

const whole = process.argv.includes("--whole");
const folder = process.argv.slice(2).find((arg) => !arg.startsWith("--")) ?? fileURLToPath(new URL("../../docs/screens", import.meta.url));
const accountant = "Even Regnmo";
const loggbok = "399177944"; // the supplier of the story that the demo begins with

const ways = [
  { name: "light", colorScheme: "light", size: { width: 1280, height: 960 } },
  { name: "dark", colorScheme: "dark", size: { width: 1280, height: 960 } },
  { name: "phone", colorScheme: "light", size: { width: 390, height: 844 } },
];
const taken = [];

// shoot takes the page that the person is at, in each way; high is for pages
// whose point lies further down.
async function shoot({ page }, name, about, high) {
  for (const way of ways) {
    await page.setViewportSize(high && way.name !== "phone" ? { ...way.size, height: high } : way.size);
    await page.emulateMedia({ colorScheme: way.colorScheme });
    await page.evaluate(() => {
      document.activeElement?.blur();
      window.scrollTo(0, 0);
    });
    const png = await page.screenshot({ fullPage: whole, animations: "disabled", caret: "hide" });
    await writeFile(join(folder, `${name}-${way.name}.png`), smaller(png));
  }
  await page.setViewportSize(ways[0].size);
  await page.emulateMedia({ colorScheme: ways[0].colorScheme });
  taken.push({ name, about });
}

/** more makes what the story has not: programs that have never been used. */
async function more(program) {
  const purpose = (nb) => ({ purpose: { nb, nn: nb, en: nb } });
  const customs = await program.registers("Tollvakt", { packages: [pack("toll", purpose("For å sende tolldeklarasjoner."))] });
  const vehicles = await program.registers("Bilbok", { packages: [pack("motorvognavgift", purpose("For å følge med på avgiftene."))] });
  return Promise.all([customs, vehicles].map(async (system) => (await program.asks(system)).id));
}

/** arrives signs somebody in. */
async function arrives(browser, demo, name) {
  const person = await Person.arrive(browser, demo);
  await person.page.goto("/login");
  await person.goesTo(bankID);
  await person.page.getByRole("button", { name, exact: true }).click();
  await person.button("common.logout").first().waitFor();
  return person;
}

async function approves(person, path) {
  await person.page.goto(path);
  await person.page.locator('button[form="yes"], #yes button[type="submit"]').first().click();
  await person.page.waitForURL("**/receipt**");
}

/** finds is where the link with the name leads, from the page at the path. */
async function finds({ page }, path, name) {
  await page.goto(path);
  return page.getByRole("link", { name, exact: true }).first().getAttribute("href");
}

/** see takes the page at the path. */
async function see(person, path, name, about, high) {
  await person.page.goto(path);
  await person.page.getByRole("heading", { level: 1 }).waitFor();
  await shoot(person, name, about, high);
}

/** asked is where the inbox leads to the first request whose card says what. */
async function asked({ page }, what) {
  await page.goto("/requests");
  return page.getByRole("listitem").filter({ hasText: what }).getByRole("link").first().getAttribute("href");
}

/** manages walks through what a managing director sees. */
async function manages(ingrid, request, change) {
  await see(ingrid, change, "change", "A change request: what is added, removed and unchanged", 1600);
  await see(ingrid, "/requests", "inbox", "What the organisation has been asked");
  await see(ingrid, "/systemusers", "overview", "The programs that act for the organisation");
  const user = await finds(ingrid, "/systemusers", "Loggbok Regnskap");
  await see(ingrid, user, "system-user", "One system access: what it may do, and how it is used", 1900);
  await see(ingrid, `${user}/history`, "history", "All that has happened to it, to take out as CSV or JSON");
  await see(ingrid, `${user}/settings`, "settings", "Pause, end date, taking a right away, revoking");
  await see(ingrid, `/suppliers/${loggbok}`, "supplier", "All that one supplier has, with the emergency stop");
  await see(ingrid, "/systemusers/review", "review", "The yearly review of all system accesses");
  await see(ingrid, "/systemusers/new", "create", "Choosing a program without being asked");
  await see(ingrid, "/notices", "notices", "What a person is told");
  await approves(ingrid, request);
  await shoot(ingrid, "receipt", "What was given, by whom and when, and the way back to the supplier", 1300);
}

/** chooses walks through an accountant's clients. */
async function chooses(even) {
  const { page } = even;
  const request = await asked(even, "Loggbok Klient lønn");
  await see(even, request, "approval-clients", "A request that is about the clients of an accountant", 1300);
  await approves(even, request);
  const clients = request.replace("/requests/", "/systemusers/") + "/clients";
  await see(even, `${clients}/add`, "clients", "The clients that a program could work for, and what each lacks");
  await page.locator('button[name="op"][value="all"]').click();
  await page.locator('button[name="confirm"]').click();
  await page.waitForURL("**/jobs/**");
  await page.getByText(even.t("clients.job.is.done"), { exact: true }).first().waitFor();
  await page.reload();
  await shoot(even, "client-job", "A job over many clients, with what became of each");
}

/** index writes the table of the pictures. */
function index() {
  const rows = taken.map(({ name, about }) => `| ${about} | [![${about}, light](${name}-light.png)](${name}-light.png) | [dark](${name}-dark.png), [phone](${name}-phone.png) |`);
  return `# The main pages\n\nTaken in the demo, in bokmål; \`make screens\` takes them anew. [For customers](../customers.md) tells what one does on them.\n\n`
    + `| page | light | also |\n|---|---|---|\n${rows.join("\n")}\n`;
}

const [demo, browser] = await Promise.all([startDemo(), openBrowser()]);
try {
  await mkdir(folder, { recursive: true });
  for (const old of await readdir(folder)) if (old.endsWith(".png")) await rm(join(folder, old));
  const never = await more(new Program(demo));
  const [ingrid, olav, even] = await Promise.all([director, partialManager, accountant].map((name) => arrives(browser, demo, name)));
  for (const request of never) await approves(ingrid, `/requests/${request}`);
  const [request, change] = [await asked(olav, "Loggbok Lønn"), await asked(olav, "endrede")];
  await see(olav, request, "approval", "A request, read by somebody who can give only a part of it", 1800);
  await see(olav, `${request}/forward`, "forward", "Sending it on to a colleague who can answer");
  await manages(ingrid, request, change);
  await chooses(even);
  if (!whole) await writeFile(join(folder, "README.md"), index());
} finally {
  await browser.close();
  await demo.stop();
}

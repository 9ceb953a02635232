// A demo of its own for each file of tests: the shipped program in a folder
// and on a port that nobody else has. Only what was started here is ended here.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = process.env.STAFETT_DEMO || fileURLToPath(new URL("../../bin/demo", import.meta.url));

// The cast that the tests use; cmd/demo/seed has the rest.
export const customer = { number: "355913619", name: "Fjordbris Seilmakeri AS" };
export const supplier = { number: "343940092", name: "Pilspiss Programvare AS", client: "pilspiss-fakturaflyt" };
export const director = "Ingrid Fjellheim";
export const partialManager = "Olav Myrvang";
export const employee = "Sunniva Lie";
export const developer = "Jonas Vikane";
export const nobody = "Amund Drift";
export const many = "Terje Havnås";
export const administrator = "Birk Skogheim";
export const newEmployee = "Nora Vestli";
export const representative = "Live Brekke";

// What has happened before a demo starts (cmd/demo/story.go). All systems are
// otherSupplier's; those with an id can be chosen by any customer.
export const otherSupplier = { number: "399177944", name: "Loggbok Data AS", director: many };
export const accountant = { number: "304710489", name: "Tall og Tone Regnskap AS" };
export const accountantManager = "Even Regnmo"; // approves for the accountant; may also administer clients
export const clientAdministrator = "Mathea Solbakk"; // of the accountant; administers clients and nothing else
export const visible = { // without a system user or a request anywhere
  id: "399177944_arkiv", name: { nb: "Loggbok Arkiv", nn: "Loggbok Arkiv", en: "Loggbok Archive" },
};
export const asked = { id: "399177944_lonn", name: { nb: "Loggbok Lønn", nn: "Loggbok Løn", en: "Loggbok Payroll" } }; // pending at customer
export const held = { id: "399177944_regnskap", name: { nb: "Loggbok Regnskap", nn: "Loggbok Rekneskap", en: "Loggbok Accounts" } }; // live at customer, with a pending change
export const lapsed = "Loggbok Lønn ny sesong"; // a request to customer that nobody answered in time
export const ended = "Loggbok Lønn sesong"; // a system user of customer whose last day has been
export const forClients = { id: "399177944_klient", title: "Loggbok Klient", pending: "Loggbok Klient lønn" }; // at accountant: live with 7 clients, and pending
export const chair = "Ragnhild Tinnstøl"; // Granlia Bakeri AS, Tinde Bygg AS, Myrull Barnehage SA: nothing asked of them

// The providers, with their names on the login page.
const called = (id, name) => ({ id, name: `${name} (demo)` });
export const bankID = called("bankid", "BankID");
export const ansattporten = called("ansattporten", "Ansattporten");
export const jobbkonto = called("jobbkonto", "Jobbkonto");

/** startDemo resolves when the demo answers: its address, its folder, its token command and its end. */
export async function startDemo() {
  const data = await mkdtemp(join(tmpdir(), "stafett-browser-"));
  const child = spawn(program, ["--listen", "127.0.0.1:0", "--data", data], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  const orphaned = () => child.kill("SIGINT");
  process.once("exit", orphaned);
  let complaints = "";
  child.stderr.on("data", (chunk) => (complaints += chunk));
  const address = await Promise.race([
    firstAddress(child),
    ended.then(([code]) => Promise.reject(new Error(`the demo ended with ${code}: ${complaints}`))),
    once(child, "error").then(([err]) => Promise.reject(new Error(`${program} cannot be started; "make build" makes it: ${err.message}`))),
  ]);
  return {
    address,
    data,
    token: (...args) => run(["token", "--customer", customer.number, "--data", data, ...args]),
    async stop() {
      child.kill("SIGINT");
      const [code] = await ended;
      process.off("exit", orphaned);
      await rm(data, { recursive: true, force: true });
      if (code !== 0) throw new Error(`the demo ended with ${code}: ${complaints}`);
    },
  };
}

// firstAddress reads the printed instructions up to the address.
async function firstAddress(child) {
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const found = /https?:\/\/\S+/.exec(line);
    if (found) {
      child.stdout.resume();
      return found[0];
    }
  }
  return new Promise(() => {}); // its end says why
}

function run(args) {
  return new Promise((done) => {
    execFile(program, args, (err, out, errs) => done({ code: err ? err.code : 0, out, errs }));
  });
}

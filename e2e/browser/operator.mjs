// The registry's operator, who takes in files while the demo runs, by the
// program that he has for it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const program = process.env.STAFETT || fileURLToPath(new URL("../../bin/stafett", import.meta.url));
const relations = readFileSync(new URL("../../cmd/demo/seed/data/relations.csv", import.meta.url), "utf8");

/** takesIn imports what the file of the kind says. */
export async function takesIn(demo, kind, text, ...flags) {
  const file = join(demo.data, `${kind}.csv`);
  await writeFile(file, text);
  const env = { ...process.env, STAFETT_DATABASE_URL: `sqlite:${join(demo.data, "demo.db")}` };
  await promisify(execFile)(program, ["import", kind, file, ...flags], { env });
}

/** relationsEnd takes in who serves whom anew, without what the register no longer has. */
export async function relationsEnd(demo, gone) {
  const lines = relations.split("\n");
  const left = lines.filter((line) => !gone.some(([client, role]) => line.includes(`,${client},`) && line.endsWith(`:${role}`)));
  assert.equal(lines.length - left.length, gone.length, "each of them is there to end");
  await takesIn(demo, "relations", left.join("\n"), "--full", "--source", "demo");
}

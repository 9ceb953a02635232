// The texts of the pages, from the files that the pages take them from, so
// that a test names a message and not its wording.

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../views/i18n/messages/", import.meta.url));

/** texts returns a function that gives the text of a key in the language, with its figures filled in. */
export function texts(lang) {
  const all = {};
  for (const file of readdirSync(folder + lang)) Object.assign(all, JSON.parse(readFileSync(`${folder}${lang}/${file}`, "utf8")));
  return (key, args = {}) => {
    let message = all[key];
    if (message?.other) message = args.Count === 1 ? message.one : message.other; // counted
    if (typeof message !== "string") throw new Error(`no text ${key} in ${lang}`);
    return message.replaceAll("**", "").replace(/{{\s*\.(\w+)\s*}}/g, (_, name) => {
      if (!(name in args)) throw new Error(`${key} needs ${name}`);
      return args[name];
    });
  };
}

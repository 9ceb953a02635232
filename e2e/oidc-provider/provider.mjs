// An OpenID provider that somebody else wrote (panva's certified oidc-provider),
// for people to log in at while the tests look.
//
//   node provider.mjs settings.json [port]
//
// It prints its address, and ends when its input does, so that it never
// outlives whoever started it. The settings name the clients, as the library
// wants them, and the accounts: by subject, the claims of each. There is no
// password; an account is picked by its subject, a level, and how many seconds
// ago the login is to have been. Its signing key lies beside the settings and
// outlives it; POST /test/rotate replaces it, as a provider does from time to
// time.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { Provider, interactionPolicy } from "oidc-provider";

const keyFile = `${process.argv[2]}.key`;
const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const levels = ["high", "low"];
const lifetime = 15 * 60 * 1000; // no test lasts longer

const cookieKey = randomUUID(); // the same for each key of signing, so that sessions go on
const detailsAsked = new Map(); // grant → the types of authorization_details that were asked for

process.stdin.resume().on("end", () => process.exit());
setTimeout(() => process.exit(1), lifetime).unref();

const server = createServer((req, res) => {
  answer(req, res).catch((err) => {
    console.error(err);
    res.writeHead(500).end();
  });
});
server.listen(Number(process.argv[3] ?? 0), "127.0.0.1", () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  if (!existsSync(keyFile)) newKey();
  begin();
  console.log(issuer);
});

let issuer, provider, handle;

function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
  writeFileSync(keyFile, JSON.stringify(key), { mode: 0o600 });
}

// Memory is what the provider remembers, whatever its key is. The library looks
// at what has run out.
const remembered = new Map();
class Memory {
  constructor(model) {
    this.key = (id) => `${model} ${id}`;
  }
  async upsert(id, payload) {
    remembered.set(this.key(id), payload);
  }
  async find(id) {
    return remembered.get(this.key(id));
  }
  async findByUid(uid) {
    return [...remembered].find(([key, payload]) => key.startsWith(this.key("")) && payload.uid === uid)?.[1];
  }
  async consume(id) {
    remembered.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
  }
  async destroy(id) {
    remembered.delete(this.key(id));
  }
  async revokeByGrantId(grantId) {
    for (const [key, payload] of remembered) if (payload.grantId === grantId) remembered.delete(key);
  }
}

// begin makes the provider around its key, anew when that has changed.
function begin() {
  provider = new Provider(issuer, { ...configuration(), jwks: { keys: [JSON.parse(readFileSync(keyFile, "utf8"))] } });
  provider.on("backchannel.error", (ctx, err) => console.error("back channel:", err.message));
  provider.on("server_error", (ctx, err) => console.error("server error:", err));
  handle = provider.callback();
}

function configuration() {
  return {
    adapter: Memory,
    clients: settings.clients.map((client) => ({ require_auth_time: true, default_acr_values: levels, ...client })),
    cookies: { keys: [cookieKey] },
    pkce: { required: () => true },
    acrValues: levels,
    extraParams: ["asked_details"],
    conformIdTokenClaims: false, // claims of scopes stand in the ID token
    claims: {
      openid: ["sub", "pid", "groups", "authorization_details"], profile: ["name"], email: ["email", "email_verified"],
    },
    findAccount: (ctx, sub) => settings.accounts[sub] && { accountId: sub, claims: () => claimsOf(ctx, sub) },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}`, policy: policy() },
    loadExistingGrant: grantAll,
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
    },
    ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, Interaction: 600, Session: 3600, Grant: 3600 },
    renderError: (ctx, out) => page(ctx, `<h1>${escaped(out.error)}</h1><p>${escaped(out.error_description ?? "")}</p>`),
    // The library keeps away from addresses such as this machine's own, where
    // the registry of a test is.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  };
}

// policy demands a login at one of the levels that are asked for: acr_values
// is only a wish unless somebody grants it.
function policy() {
  const base = interactionPolicy.base();
  base.get("login").checks.add(new interactionPolicy.Check("acr_values", "another level is asked for", ({ oidc }) => {
    const asked = oidc.params.acr_values?.split(" ") ?? [];
    const lacks = asked.length > 0 && !asked.includes(oidc.session.acr);
    return lacks && !oidc.result?.login ? interactionPolicy.Check.REQUEST_PROMPT : interactionPolicy.Check.NO_NEED_TO_PROMPT;
  }));
  return base;
}

// grantAll consents to what the client asks for, since the client is ours.
async function grantAll(ctx) {
  const { client, session, params } = ctx.oidc;
  const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(params.scope);
  await grant.save();
  detailsAsked.set(grant.jti, JSON.parse(params.asked_details ?? "[]").map((detail) => detail.type));
  return grant;
}

// claimsOf leaves out authorization_details that nobody asked for.
function claimsOf(ctx, sub) {
  const asked = detailsAsked.get(ctx.oidc.entities.Grant?.jti) ?? [];
  const { authorization_details: all = [], ...claims } = settings.accounts[sub];
  const details = all.filter((detail) => asked.includes(detail.type));
  return { sub, ...claims, ...(details.length > 0 ? { authorization_details: details } : {}) };
}

async function answer(req, res) {
  const { pathname } = new URL(req.url, issuer);
  if (req.method === "POST" && pathname === "/test/rotate") {
    newKey();
    begin();
    res.writeHead(204).end();
  } else if (pathname.startsWith("/interaction/")) {
    await interact(req, res);
  } else {
    // The library knows authorization_details of access tokens alone; what is
    // asked about the person himself passes under another name.
    req.url = req.url.replace(/(?<=[?&])authorization_details=/, "asked_details=");
    handle(req, res);
  }
}

// interact shows the accounts, and ends the login as the one that was picked.
async function interact(req, res) {
  if (req.method !== "POST") {
    const { params } = await provider.interactionDetails(req, res);
    const asked = params.acr_values?.split(" ").filter((acr) => levels.includes(acr)) ?? [];
    const radios = levels.map((acr) => `<label><input type="radio" name="level" value="${acr}"${acr === (asked[0] ?? levels[0]) ? " checked" : ""}>${acr}</label>`);
    const buttons = Object.entries(settings.accounts).map(([sub, { name }]) => `<p><button name="account" value="${escaped(sub)}">${escaped(name)}</button></p>`);
    const asks = escaped(JSON.stringify(params));
    res.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html(`<h1>Who are you?</h1><form method="post">${radios.join("")}<label><input name="age" value="0"> seconds ago</label>${buttons.join("")}</form><p>${asks}</p>`));
    return;
  }
  let body = "";
  for await (const chunk of req) {
    if ((body += chunk).length > 10_000) throw new Error("a form that is too long");
  }
  const form = new URLSearchParams(body);
  const account = form.get("account");
  const acr = levels.includes(form.get("level")) ? form.get("level") : levels[0];
  const ts = Math.floor(Date.now() / 1000) - Number(form.get("age"));
  const result = account in settings.accounts
    ? { login: { accountId: account, acr, ts } }
    : { error: "access_denied", error_description: "nobody was picked" };
  await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
}

function logoutSource(ctx, form) {
  page(ctx, `<h1>Log out?</h1>${form.replace("</form>", '<button name="logout" value="yes">Log out</button></form>')}`);
}

function postLogoutSuccessSource(ctx) {
  page(ctx, "<h1>You are logged out</h1>");
}

function page(ctx, content) {
  ctx.type = "html";
  ctx.body = html(content);
}

function html(content) {
  return `<!doctype html><html lang="en"><title>Provider</title>${content}</html>`;
}

function escaped(text) {
  return String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

// A supplier's program, which does its part through the API, so that a test can
// begin where a person at the customer does.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { customer, supplier } from "./demo.mjs";

const api = "/authentication/api/v1";
const inAll = (text) => ({ nb: text, nn: text, en: text });

/** right is one action in a service, and pack an access package, as the API has them. */
export const right = (service, action = "read", more = {}) => ({ action, resource: [{ id: "urn:altinn:resource", value: service }], ...more });
export const pack = (name, more = {}) => ({ urn: `urn:altinn:accesspackage:${name}`, ...more });

/** What most of the systems ask for: a package that two people may give, and a right that one may. */
export const vat = pack("merverdiavgift", { purpose: inAll("For å levere mva-meldingen.") });
export const claims = right("kravogbetaling");

/** Program calls the API as the supplier's OAuth client does. */
export class Program {
  constructor(demo) {
    this.demo = demo;
    this.fetched = 0;
  }

  // The demo's tokens live for two minutes.
  async token() {
    if (Date.now() - this.fetched > 60_000) {
      const { code, out, errs } = await this.demo.token("--customer=", "--raw");
      assert.equal(code, 0, errs);
      [this.held, this.fetched] = [out.trim(), Date.now()];
    }
    return this.held;
  }

  /** call answers with the status and what was said. */
  async call(method, path, body) {
    const answer = await fetch(this.demo.address + path, {
      method, body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${await this.token()}`, ...(body && { "Content-Type": "application/json" }) },
    });
    const text = await answer.text();
    return { status: answer.status, said: text && JSON.parse(text) };
  }

  /** does is a call that must be done. */
  async does(method, path, body) {
    const { status, said } = await this.call(method, path, body);
    assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(said)}`);
    return said;
  }

  /** registers makes a system with the name, and returns what it is. */
  async registers(name, { packages = [vat], rights = [], redirects = [], visible = true } = {}) {
    const system = {
      id: `${supplier.number}_${name.toLowerCase()}`, vendor: { ID: `0192:${supplier.number}` }, name: inAll(name), description: inAll("Et program til prøve."),
      rights, accessPackages: packages, clientId: [], isVisible: visible, allowedRedirectUrls: redirects,
    };
    await this.does("POST", `${api}/systemregister/vendor`, system);
    return system;
  }

  /** changes registers the system anew with what is given. */
  async changes(system, more) {
    await this.does("PUT", `${api}/systemregister/vendor/${system.id}`, { ...system, ...more });
  }

  /** takesAway puts the system out of use. */
  takesAway(system) {
    return this.does("DELETE", `${api}/systemregister/vendor/${system.id}`);
  }

  /** asking is the body of a request for all that the system asks for. */
  asking(system, { of = customer.number, reference, ...more } = {}) {
    return { systemId: system.id, partyOrgNo: of, externalRef: reference, rights: system.rights, accessPackages: system.accessPackages, ...more };
  }

  /** asks sends a request and returns what came of it: its id and the link to it among others. */
  asks(system, more) {
    return this.does("POST", `${api}/systemuser/request/vendor`, this.asking(system, more));
  }

  /** asksForClients sends a request for a system user that serves clients. */
  asksForClients(system, more) {
    const { rights, ...body } = this.asking(system, more);
    return this.does("POST", `${api}/systemuser/request/vendor/agent`, body);
  }

  /** asksToChange sends a change request for the system user. */
  asksToChange(user, body) {
    return this.does("POST", `${api}/systemuser/changerequest/vendor?correlation-id=${randomUUID()}&system-user-id=${user}`, body);
  }

  /** withdraws takes the request back. */
  withdraws(request) {
    return this.does("DELETE", `${api}/systemuser/request/vendor/${request}`);
  }

  /** status is how the request stands, as the supplier sees it. */
  async status(request) {
    const { status } = await this.does("GET", `${api}/systemuser/request/vendor/${request}`);
    return status;
  }
}

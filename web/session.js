/** Who is signed in, and the token for the next call. Whoever needs a token after it expired waits for the next sign-in. */

import { Problem } from "./problems.js";

/** @typedef {typeof import("./identity.js")} Identity */
/** @typedef {{id: string, name: string}} Person */

/** Events: `in` when somebody signed in, `expired` when the tokens are worth nothing any more, `out`. */
export class Session extends EventTarget {
  /** @param {Promise<Identity>} identity Amplify, configured, as soon as it is there */
  constructor(identity) {
    super();
    this.identity = identity;
    /** @type {Person | null} */
    this.person = null;
    /** @type {PromiseWithResolvers<void> | null} */
    this.waiting = null;
  }

  /** Take up the session that an earlier page of this tab left; returns whether there is one. */
  async resume() {
    const person = await (await this.identity).currentPerson().catch(() => null);
    if (person) this.#isIn(person);
    return person !== null;
  }

  /**
   * The token for a call. Waits while nobody is signed in, so that work goes on where it was.
   * @param {{fresh?: boolean}} [options] `fresh` after a token was refused
   * @returns {Promise<string>}
   */
  async token({ fresh = false } = {}) {
    for (;;) {
      if (this.waiting) await this.waiting.promise;
      const person = await this.#current(fresh);
      if (person) return person.token;
      this.#expire();
    }
  }

  /** To be called when Cognito has let somebody in. */
  async entered() {
    const person = await (await this.identity).currentPerson();
    if (!person) throw new Error("Cognito let somebody in without tokens");
    this.#isIn(person);
  }

  /** Sign out. */
  async leave() {
    await (await this.identity).leave();
    this.person = null;
    this.waiting?.reject(new Problem("page-signed-out"));
    this.waiting = null;
    this.dispatchEvent(new Event("out"));
  }

  /** @param {boolean} fresh */
  async #current(fresh) {
    try {
      return await (await this.identity).currentPerson(fresh);
    } catch (error) {
      const isNetwork = error instanceof Error && error.name === "NetworkError";
      if (isNetwork) throw new Problem(navigator.onLine ? "page-net-unreachable" : "page-net-offline");
      return null;
    }
  }

  #expire() {
    if (!this.person) throw new Problem("page-signed-out");
    this.waiting ??= withResolvers();
    this.dispatchEvent(new Event("expired"));
  }

  /** @param {Person} person */
  #isIn(person) {
    const isAnother = this.person !== null && this.person.id !== person.id;
    this.person = person;
    this.dispatchEvent(new CustomEvent("in", { detail: { isAnother } }));
    this.waiting?.resolve();
    this.waiting = null;
  }
}

/** `Promise.withResolvers`, which browsers of two years ago lack. */
function withResolvers() {
  let resolve, reject;
  const promise = new Promise((one, two) => { resolve = one; reject = two; });
  promise.catch(() => undefined);
  return /** @type {any} */ ({ promise, resolve, reject });
}

/** What was drawn and sent in this session: in the tab's own storage, for one person, forgotten when the tab closes. */

import { isEntry } from "./kept.js";

const KEY = "digits.history";
const ENTRIES_MAX = 24;

/**
 * @typedef {object} Entry
 * @property {string} id the same id replaces the entry
 * @property {"drawing" | "picture"} kind
 * @property {number} at milliseconds since 1970
 * @property {string} image data URL; empty when there is none
 * @property {string} label the digits; empty when it failed
 * @property {number | null} certainty of the least certain digit
 * @property {number} [unsure] how many of the digits are
 * @property {any} [strokes] of a drawing
 * @property {any} [result] of a picture
 * @property {string} [problemText] why a picture failed
 */

/** Newest first. Fires `change`. */
export class History extends EventTarget {
  constructor() {
    super();
    /** @type {Entry[]} */
    this.entries = [];
    this.owner = "";
  }

  /**
   * Take up what this person did in this tab before.
   * @param {string} owner
   */
  open(owner) {
    this.owner = owner;
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
      this.entries = kept.owner === owner ? kept.entries.filter(isEntry).slice(0, ENTRIES_MAX) : [];
    } catch {
      this.entries = [];
    }
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Entry} entry */
  put(entry) {
    this.entries = [entry, ...this.entries.filter(({ id }) => id !== entry.id)].slice(0, ENTRIES_MAX);
    this.#save();
    this.dispatchEvent(new Event("change"));
  }

  forget() {
    this.entries = [];
    this.#save();
    this.dispatchEvent(new Event("change"));
  }

  #save() {
    for (let kept = this.entries; ; kept = kept.slice(0, -1)) {
      try {
        sessionStorage.setItem(KEY, JSON.stringify({ owner: this.owner, entries: kept }));
        return;
      } catch {
        // Full: the oldest go first. Forbidden: it lives until the page is left.
        if (kept.length === 0) return;
      }
    }
  }
}

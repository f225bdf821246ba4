/**
 * Pictures under way, in the tab's own storage, for one person: a page that is loaded again takes them up. While one of
 * them is not sent, the browser asks before it leaves the page. Sends and asks nothing itself.
 */

import { isNote } from "./kept.js";

const KEY = "digits.pending";

/**
 * @typedef {object} Note
 * @property {string} id of the `Job`
 * @property {string} correlationId
 * @property {{jobId: string, channel: string} | null} place where it goes; null until the service gave one
 * @property {number} sentAt milliseconds since 1970; 0 while it is not sent
 * @property {string} name of the file
 * @property {number} size of the file in bytes
 * @property {string} image small copy as a data URL; empty when there is none
 */

/** @param {Event} event */
function askFirst(event) {
  event.preventDefault();
}

export class Pending {
  constructor() {
    this.owner = "";
    /** @type {Map<string, Note>} in the order of their beginning */
    this.notes = new Map();
  }

  /**
   * What this person has under way in this tab, begun by an earlier page; nothing when this page knows it already.
   * @param {string} owner
   * @returns {Note[]}
   */
  open(owner) {
    if (owner === this.owner) return [];
    this.owner = owner;
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
      this.notes = new Map(kept.owner === owner ? kept.notes.filter(isNote).map((/** @type {Note} */ note) => [note.id, note]) : []);
    } catch {
      this.notes = new Map();
    }
    return [...this.notes.values()];
  }

  /** @param {Note} note the same id replaces it */
  put(note) {
    this.notes.set(note.id, note);
    this.#save();
  }

  /** @param {string} id */
  remove(id) {
    this.notes.delete(id);
    this.#save();
  }

  forget() {
    this.notes.clear();
    this.#save();
    this.owner = "";
  }

  #save() {
    const notes = [...this.notes.values()];
    // Only while it is needed: a page that may ask is not kept for the way back.
    if (notes.some(({ sentAt }) => !sentAt)) addEventListener("beforeunload", askFirst);
    else removeEventListener("beforeunload", askFirst);
    for (const kept of [notes, notes.map((note) => ({ ...note, image: "" }))]) {
      try {
        sessionStorage.setItem(KEY, JSON.stringify({ owner: this.owner, notes: kept }));
        return;
      } catch {
        // Full: the small copies can be missed. Forbidden: they live until the page is left.
      }
    }
  }
}

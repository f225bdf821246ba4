/** What is under way outlives a page, for the same person only; the browser asks before leaving only while it is needed. */

import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {Map<string, string>} */
let stored;
let room = Infinity;
let asks = 0;
globalThis.sessionStorage = /** @type {any} */ ({
  getItem: (key) => stored.get(key) ?? null,
  setItem: (key, value) => {
    if (value.length > room) throw new Error("full");
    stored.set(key, value);
  },
});
const listeners = new Set();
globalThis.addEventListener = (name, listener) => { listeners.add(`${name} ${listener.name}`); asks = listeners.size; };
globalThis.removeEventListener = (name, listener) => { listeners.delete(`${name} ${listener.name}`); asks = listeners.size; };
const { Pending } = await import("../../web/pending.js");

const note = (more) => ({ id: "one", correlationId: "c", place: null, sentAt: 0, name: "a.png", size: 9, image: "", ...more });

test.beforeEach(() => { stored = new Map(); room = Infinity; });

test("another page takes up what is under way, once, and what is over is not", () => {
  const first = new Pending();
  first.open("ada");
  first.put(note({}));
  first.put(note({ id: "two" }));
  first.put(note({ sentAt: 5 }));
  first.remove("two");
  const second = new Pending();
  assert.deepEqual(second.open("ada"), [note({ sentAt: 5 })]);
  assert.deepEqual(second.open("ada"), []);
});

test("another person gets nothing, and nobody does after signing out", () => {
  const first = new Pending();
  first.open("ada");
  first.put(note({}));
  assert.deepEqual(new Pending().open("bob"), []);
  first.forget();
  assert.deepEqual(first.open("ada"), []);
  assert.deepEqual(new Pending().open("ada"), []);
});

test("the browser asks before leaving while something is not sent", () => {
  const pending = new Pending();
  pending.open("ada");
  pending.put(note({}));
  assert.equal(asks, 1);
  pending.put(note({ sentAt: 5 }));
  assert.equal(asks, 0);
});

test("where all of it has no room, the small copies are left out", () => {
  const pending = new Pending();
  pending.open("ada");
  room = 300;
  pending.put(note({ image: "x".repeat(1000) }));
  assert.deepEqual(new Pending().open("ada"), [note({})]);
});

test("what somebody else left in the storage breaks nothing", () => {
  for (const spoilt of ["{", "null", '{"owner": "ada"}']) {
    stored.set("digits.pending", spoilt);
    assert.deepEqual(new Pending().open("ada"), []);
  }
});

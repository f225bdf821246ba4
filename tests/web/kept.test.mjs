/** What a tab's storage kept is shown again only where this page could have written it. */

import assert from "node:assert/strict";
import { test } from "node:test";

let kept = "";
globalThis.sessionStorage = /** @type {any} */ ({ getItem: () => kept, setItem: () => {} });
globalThis.addEventListener = globalThis.removeEventListener = () => {};
const { History } = await import("../../web/history.js");
const { Pending } = await import("../../web/pending.js");

const PNG = "data:image/png;base64,AAAA";
const drawing = { id: "a", kind: "drawing", at: 5, image: PNG, label: "7", certainty: 0.9, strokes: [[{ x: 0, y: 1, width: 0.1 }]] };
const digit = { digit: 7, probability: 0.9, probabilities: Array(10).fill(0.1), box: [0, 0, 5, 5], pixels: "A".repeat(1048) };
const picture = { id: "b", kind: "picture", at: 5, image: "", label: "7", certainty: 0.9, result: { digits: [digit], width: 5, height: 5 } };
const unsure = { ...picture, id: "u", label: "7?", unsure: 1, result: { ...picture.result, turned: 90, digits: [{ ...digit, unsure: true }] } };
const failed = { id: "c", kind: "picture", at: 5, image: "", label: "", certainty: null, result: null, problemText: "why" };
const note = { id: "d", correlationId: "e", place: { jobId: "f", channel: "/g" }, sentAt: 5, name: "h", size: 9, image: "" };

/** @param {any} document */
function opened(document) {
  kept = typeof document === "string" ? document : JSON.stringify({ owner: "ada", ...document });
  const history = new History();
  history.open("ada");
  return [history.entries, new Pending().open("ada")];
}

test("what this page wrote is there again", () => {
  assert.deepEqual(opened({ entries: [drawing, picture, unsure, failed], notes: [note] }), [[drawing, picture, unsure, failed], [note]]);
});

for (const document of ["", "[", "null", "[]", "7", '"x"', {}, { entries: null, notes: 7 }, { entries: {}, notes: "x" }]) {
  test(`nothing is there of ${JSON.stringify(document)}`, () => assert.deepEqual(opened(document), [[], []]));
}

test("one that is damaged keeps no other from being shown", () => {
  const damaged = [
    null, 7, {}, [], { ...drawing, at: 1e300 }, { ...drawing, at: null }, { ...drawing, kind: "x" }, { ...drawing, strokes: [[]] },
    { ...drawing, strokes: [[null]] }, { ...drawing, label: { toString: 1 } }, { ...drawing, certainty: "x" },
    { ...drawing, image: "https://example.com/x.png" }, { ...picture, image: "data:image/svg+xml;base64,AAAA" },
    { ...picture, result: { digits: [] } }, { ...drawing, unsure: "x" },
    { ...unsure, result: { ...unsure.result, turned: 45 } }, { ...picture, result: { digits: [{ ...digit, unsure: "yes" }] } }, { ...picture, result: { digits: [{ ...digit, box: null }] } },
    { ...picture, result: { digits: [{ ...digit, pixels: "%" }] } }, { ...picture, result: { digits: [{ ...digit, digit: 42 }] } }, { ...failed, problemText: undefined },
  ];
  assert.deepEqual(opened({ entries: [...damaged, drawing] })[0], [drawing]);
  const notes = [null, {}, { ...note, place: 7 }, { ...note, sentAt: "x" }, { ...note, image: "https://example.com" }, note];
  assert.deepEqual(opened({ notes })[1], [note]);
});

test("no more are shown than are kept", () => assert.equal(opened({ entries: Array(999).fill(drawing) })[0].length, 24));

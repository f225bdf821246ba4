/** The steps of a picture say what happened, whatever that was. */

import assert from "node:assert/strict";
import { test } from "node:test";

const { stepsOf } = await import("../../web/steps.js");

const job = (values) => ({ phase: "asking", failedIn: "asking", file: { size: 2048 }, sent: 0, sentAt: 0, settledAt: 1500, learnedBy: null, ...values });
const states = (values) => stepsOf(job(values)).map(({ state }) => state);
const texts = (values) => stepsOf(job(values)).map(({ text }) => text);

test("a picture that is read has every step behind it", () => {
  const done = { phase: "done", learnedBy: "push" };
  assert.deepEqual(states(done), ["past", "past", "past", "past"]);
  assert.deepEqual(texts(done).slice(2), ["The model has read it", "Told by push 1.5 s after it was sent"]);
});

test("a picture of nothing was sent and answered, but not read", () => {
  const blank = { phase: "failed", failedIn: "waiting", learnedBy: "push" };
  assert.deepEqual(states(blank), ["past", "past", "failed", "past"]);
  assert.equal(texts(blank)[2], "It could not be read");
});

test("what was refused or lost on the way says so", () => {
  const refused = { phase: "failed", failedIn: "asking" };
  assert.deepEqual(states(refused), ["failed", "later", "later", "later"]);
  assert.equal(texts(refused)[0], "Got no place to put it");
  const lost = { phase: "failed", failedIn: "sending" };
  assert.deepEqual(states(lost), ["past", "failed", "later", "later"]);
  assert.equal(texts(lost)[1], "Not sent: 2 kB");
});

test("a picture on its way is where it is", () => {
  assert.deepEqual(states({ phase: "sending", sent: 0.4 }), ["past", "now", "later", "later"]);
  assert.equal(texts({ phase: "sending", sent: 0.4 })[1], "Sending 40 % of 2 kB");
});

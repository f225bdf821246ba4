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
  assert.deepEqual(texts(done).slice(2), ["Digits recognised", "Result received by push after 1.5 s"]);
});

test("a picture of nothing was uploaded, but not read: no step after the failure is called done", () => {
  const blank = { phase: "failed", failedIn: "waiting", learnedBy: "push" };
  assert.deepEqual(states(blank), ["past", "past", "failed"]);
  assert.equal(texts(blank)[2], "Recognition failed");
});

test("what was refused or lost on the way says so", () => {
  const refused = { phase: "failed", failedIn: "asking" };
  assert.deepEqual(states(refused), ["failed"]);
  assert.equal(texts(refused)[0], "No upload link received");
  const lost = { phase: "failed", failedIn: "sending" };
  assert.deepEqual(states(lost), ["past", "failed"]);
  assert.equal(texts(lost)[1], "Upload of 2 kB failed");
});

test("a picture on its way is where it is", () => {
  assert.deepEqual(states({ phase: "sending", sent: 0.4 }), ["past", "now", "later", "later"]);
  assert.equal(texts({ phase: "sending", sent: 0.4 })[1], "Uploading 40 % of 2 kB");
});

/** The sentences. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Problem, fromDocument } from "../../web/problems.js";
import { percent, reading, sentence, signInSentence, size, tooLarge, unsureAmong, verdict } from "../../web/words.js";

const only = (digit, share, other = 0, rest = 1 - share) => {
  const probabilities = Array(10).fill(0);
  probabilities[digit] = share;
  probabilities[other] = rest;
  return probabilities;
};

test("a verdict says how sure the model is", () => {
  const sure = (...given) => verdict({ probabilities: only(...given), unsure: false });
  const unsure = (...given) => verdict({ probabilities: only(...given), unsure: true });
  assert.equal(sure(7, 0.9995), "A 7, >\u00a099\u00a0% sure.");
  assert.equal(sure(8, 0.55), "An 8, 55\u00a0% sure.");
  assert.equal(unsure(7, 0.96), "Unsure: 7 (96\u00a0%) or 0 (4\u00a0%).");
  assert.equal(unsure(8, 0.45, 1, 0.4), "Unsure: 8 (45\u00a0%) or 1 (40\u00a0%).");
  assert.equal(unsure(4, 0.995), "Unsure: 4 (>\u00a099\u00a0%) or no digit.");
});

test("unsure digits are marked in what was read, and counted", () => {
  const digits = [{ digit: 3, unsure: false }, { digit: 7, unsure: true }, { digit: 1 }];
  assert.equal(reading(digits), "3 7? 1");
  assert.equal(unsureAmong(digits), "1 of 3 is unsure.");
  assert.equal(unsureAmong([digits[1], digits[1]]), "2 of 2 are unsure.");
  assert.equal(unsureAmong([digits[1]]), "Unsure.");
  assert.equal(unsureAmong([digits[0]]), "");
});

test("nothing is called certain that is not", () => {
  assert.equal(percent(0.9999), ">\u00a099\u00a0%");
  assert.equal(percent(1), "100\u00a0%");
  assert.equal(percent(0.9805, 1), "98.0\u00a0%");
});

test("a known problem is said in our words, an unknown one in its own", () => {
  assert.match(sentence(new Problem("blank-image", { title: "x" })), /stands out/);
  assert.equal(sentence(fromDocument({ type: "urn:digits:problem:new-one", title: "it is new", detail: "so new" })), "It is new: so new.");
  assert.equal(sentence(fromDocument({ message: "Forbidden" }, { status: 403 })), "The service sent an unexpected response (status 403).");
  assert.equal(sentence(new Problem("s3-SlowDown", { status: 503 })), "The upload was rejected (SlowDown).");
});

test("what may do better later is told apart", () => {
  assert.ok(new Problem("throttled", { status: 429 }).isPassing);
  assert.ok(new Problem("page-net-offline").isPassing);
  assert.ok(!new Problem("blank-image", { status: 422 }).isPassing);
});

test("sizes are those that phones and computers show", () => {
  assert.deepEqual([500, 20_480, 26_214_400, 4_404_019].map(size), ["500 bytes", "20 kB", "25 MB", "4.2 MB"]);
  assert.match(tooLarge(31_457_280, 26_214_400), /30 MB.*limit is 25 MB/);
});

test("signing in says what was wrong without saying whether there is such an account", () => {
  const named = (name, message = "") => Object.assign(new Error(message), { name });
  assert.equal(signInSentence(named("NotAuthorizedException")), signInSentence(named("UserNotFoundException")));
  assert.match(signInSentence(named("NotAuthorizedException", "Password attempts exceeded")), /Too many/);
  assert.match(signInSentence(named("Strange", "it broke")), /it broke/);
});

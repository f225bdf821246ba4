/** Push and asking together: either is enough, and the push never decides against the truth. */

import assert from "node:assert/strict";
import { test } from "node:test";

Object.defineProperty(globalThis.navigator, "onLine", { value: true });
const { outcome } = await import("../../web/outcome.js");
const { Problem } = await import("../../web/problems.js");

const never = new Promise(() => {});
const done = { status: "DONE", digits: [], width: 1 };
const signal = new AbortController().signal;

test("the push is told first, and its document is that of the status address", async () => {
  const found = await outcome({ pushed: Promise.resolve({ status: "DONE" }), isListening: true, askStatus: async () => done, signal });
  assert.deepEqual(found, { learnedBy: "push", document: done });
});

test("the push alone is enough", async () => {
  const event = { status: "DONE", digits: [1] };
  const askStatus = async () => { throw new Problem("page-net-unreachable"); };
  assert.deepEqual(await outcome({ pushed: Promise.resolve(event), isListening: true, askStatus, signal }), { learnedBy: "push", document: event });
});

test("asking alone is enough, through a failure that passes", async () => {
  const answers = [{ status: "PENDING" }, new Problem("throttled", { status: 429, retryAfterSeconds: 0.1 }), done];
  const askStatus = async () => {
    const answer = answers.shift();
    if (answer instanceof Problem) throw answer;
    return answer;
  };
  assert.deepEqual(await outcome({ pushed: never, isListening: false, askStatus, signal }), { learnedBy: "asking", document: done });
});

test("a problem that does not pass ends the waiting", async () => {
  const askStatus = async () => { throw new Problem("no-such-upload", { status: 404 }); };
  await assert.rejects(outcome({ pushed: never, isListening: false, askStatus, signal }), /no-such-upload/);
});

test("asking stops when nobody waits any more", async () => {
  const controller = new AbortController();
  let asked = 0;
  const waiting = outcome({ pushed: never, isListening: false, askStatus: async () => { asked += 1; return { status: "PENDING" }; }, signal: controller.signal });
  controller.abort();
  await assert.rejects(waiting);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal(asked, 0);
});

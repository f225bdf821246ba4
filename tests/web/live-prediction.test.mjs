/** Asking while somebody draws: one call at a time, the newest wins, busy services get their rest. */

import assert from "node:assert/strict";
import { test } from "node:test";

Object.defineProperty(globalThis.navigator, "onLine", { value: true });
const { LivePrediction } = await import("../../web/live-prediction.js");
const { Problem } = await import("../../web/problems.js");

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const next = (live, name) => new Promise((resolve) => live.addEventListener(name, ({ detail }) => resolve(detail), { once: true }));

test("one call at a time, and the last is about the newest drawing", async () => {
  const asked = [];
  let running = 0, most = 0;
  const live = new LivePrediction(async (drawing) => {
    asked.push(drawing);
    most = Math.max(most, ++running);
    await pause(60);
    running -= 1;
    return [drawing];
  });
  for (let drawing = 1; drawing <= 30; drawing += 1) { live.want(drawing); await pause(15); }
  await pause(400);
  assert.equal(most, 1);
  assert.equal(asked.at(-1), 30);
  assert.ok(asked.length < 10, `asked ${asked.length} times`);
});

test("a busy service is asked again when it said, about the newest drawing", async () => {
  const asked = [];
  const live = new LivePrediction(async (drawing) => {
    asked.push([drawing, performance.now()]);
    if (asked.length === 1) throw new Problem("throttled", { status: 429, retryAfterSeconds: 0.4 });
    return [1];
  });
  live.want("old");
  const { retryInSeconds } = await next(live, "problem");
  live.want("new");
  const { drawing } = await next(live, "answer");
  assert.equal(retryInSeconds, 0.4);
  assert.equal(drawing, "new");
  assert.ok(asked[1][1] - asked[0][1] >= 400);
});

test("what does not pass is told once and not asked again", async () => {
  let asked = 0;
  const live = new LivePrediction(async () => { asked += 1; throw new Problem("blank-image", { status: 422 }); });
  live.want("dot");
  assert.equal((await next(live, "problem")).problem.slug, "blank-image");
  await pause(300);
  assert.equal(asked, 1);
});

test("a call that hangs is given up for a newer drawing", async () => {
  const aborted = [];
  const live = new LivePrediction((drawing, signal) => new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => { aborted.push(drawing); reject(signal.reason); });
    if (drawing === "second") resolve([2]);
  }));
  live.want("first");
  await pause(1700);
  live.want("second");
  assert.equal((await next(live, "answer")).drawing, "second");
  assert.deepEqual(aborted, ["first"]);
});

test("an answer about what was cleared is not told", async () => {
  const live = new LivePrediction((_, signal) => new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    setTimeout(() => resolve([1]), 200);
  }));
  let told = false;
  live.addEventListener("answer", () => { told = true; });
  live.want("drawing");
  await pause(150);
  live.forget();
  await pause(300);
  assert.ok(!told);
});

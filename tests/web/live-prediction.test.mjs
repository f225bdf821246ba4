/** Asking while somebody draws: one call at a time, the newest wins, busy services get their rest. */

import assert from "node:assert/strict";
import { test } from "node:test";

Object.defineProperty(globalThis.navigator, "onLine", { value: true });
const { LivePrediction } = await import("../../web/live-prediction.js");
const { Problem } = await import("../../web/problems.js");

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Timers of this test run only when they are told to, so a slow machine changes nothing. */
function mockedTime(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  return async (milliseconds) => {
    context.mock.timers.tick(milliseconds);
    await new Promise((resolve) => setImmediate(resolve)); // what waited for the timers goes on
  };
}

const next = (live, name) => new Promise((resolve) => live.addEventListener(name, ({ detail }) => resolve(detail), { once: true }));

test("one call at a time, and the last is about the newest drawing", async (context) => {
  const tick = mockedTime(context);
  const asked = [];
  let running = 0, most = 0;
  const live = new LivePrediction(async (drawing) => {
    asked.push(drawing);
    most = Math.max(most, ++running);
    await pause(60);
    running -= 1;
    return [drawing];
  });
  for (let drawing = 1; drawing <= 30; drawing += 1) { live.want(drawing); await tick(15); }
  for (let step = 0; step < 30; step += 1) await tick(15);
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

test("an answer about what was cleared is not told", async (context) => {
  const tick = mockedTime(context);
  let answer = /** @type {((prediction: number[]) => void) | null} */ (null);
  const live = new LivePrediction(() => new Promise((resolve) => { answer = resolve; }));
  let told = false;
  live.addEventListener("answer", () => { told = true; });
  live.want("drawing");
  await tick(150);
  assert.ok(answer);
  live.forget();
  answer([1]);
  await tick(300);
  assert.ok(!told);
});

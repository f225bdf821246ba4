/**
 * Waiting for the outcome of an upload in two ways at once: the push tells it first, asking the status address is the
 * truth and the safety net. Whatever happens to the push, asking alone is enough.
 */

import { online, pause } from "./network.js";
import { asProblem } from "./problems.js";

const FIRST_ASK_MS = 4000; // The push is usually there long before.
const FIRST_ASK_WITHOUT_PUSH_MS = 800;
const SLOWEST_ASK_MS = 10_000;
const FAILURES_MAX = 8;

/**
 * @typedef {object} Outcome
 * @property {"push" | "asking"} learnedBy how the page came to know it
 * @property {any} document the event of the push, or the document of the status address
 */

/**
 * @param {object} parts
 * @param {Promise<any>} parts.pushed resolves with the event; may never
 * @param {boolean} parts.isListening whether the push was confirmed
 * @param {() => Promise<any>} parts.askStatus
 * @param {AbortSignal} parts.signal
 * @returns {Promise<Outcome>}
 */
export async function outcome({ pushed, isListening, askStatus, signal }) {
  const settled = new AbortController();
  const either = AbortSignal.any([signal, settled.signal]);
  const asked = askUntilSettled(askStatus, isListening ? FIRST_ASK_MS : FIRST_ASK_WITHOUT_PUSH_MS, either);
  asked.catch(() => undefined); // When the push wins, nobody waits for this any more.
  try {
    return await Promise.race([
      asked.then((document) => ({ learnedBy: /** @type {const} */ ("asking"), document })),
      pushed.then(async (document) => ({ learnedBy: /** @type {const} */ ("push"), document: await truth(document, askStatus) })),
    ]);
  } finally {
    settled.abort();
  }
}

/** The whole document, which has the pixels; the event itself when that cannot be had now. */
async function truth(event, askStatus) {
  const document = await askStatus().catch(() => null);
  return document && document.status !== "PENDING" ? document : event;
}

/**
 * @param {() => Promise<any>} askStatus
 * @param {number} firstPause
 * @param {AbortSignal} signal
 */
async function askUntilSettled(askStatus, firstPause, signal) {
  let milliseconds = firstPause;
  for (let failures = 0; ;) {
    await pause(milliseconds * (0.9 + 0.2 * Math.random()), signal);
    await online(signal);
    try {
      const document = await askStatus();
      if (document.status !== "PENDING") return document;
      failures = 0;
      milliseconds = Math.max(milliseconds * 1.5, (document.retryAfterSeconds ?? 0) * 1000);
    } catch (error) {
      const problem = asProblem(error);
      failures += 1;
      if (!problem.isPassing || failures >= FAILURES_MAX) throw problem;
      milliseconds = Math.max(milliseconds * 1.5, (problem.retryAfterSeconds ?? 0) * 1000);
    }
    milliseconds = Math.min(milliseconds, SLOWEST_ASK_MS);
  }
}

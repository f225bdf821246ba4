/** The four steps of a picture as a list, with the progress of the upload. */

import { make } from "./dom.js";
import { seconds, size } from "./words.js";

const LONG_MS = 12_000;
/** How many steps lie behind each phase. */
const REACHED = { asking: 0, sending: 1, waiting: 2, done: 4, failed: 0 };

/**
 * What the four steps say, and which of them lie behind.
 * @param {import("./job.js").Job} job
 * @returns {{text: string, state: "past" | "now" | "later" | "failed"}[]}
 */
export function stepsOf(job) {
  const hasFailed = job.phase === "failed";
  const reached = REACHED[hasFailed ? job.failedIn : job.phase];
  const failed = ["Got no place to put it", `Not sent: ${size(job.file.size)}`, "It could not be read"];
  const texts = [place(reached), sending(job, reached), waiting(job, reached), job.learnedBy ? told(job) : "Answer"];
  return texts.map((text, index) => {
    if (hasFailed && index === reached) return { text: failed[index], state: "failed" };
    // A failure is told as well.
    const isPast = index < reached || (index === 3 && job.learnedBy !== null);
    return { text, state: isPast ? "past" : index === reached ? "now" : "later" };
  });
}

/**
 * Show how far a job is.
 * @param {HTMLElement} list
 * @param {import("./job.js").Job} job
 */
export function showSteps(list, job) {
  list.replaceChildren(...stepsOf(job).map(({ text, state }, index) => {
    const item = make("li", { class: `step ${state}`, "aria-current": state === "now" ? "step" : null }, make("span", {}, text));
    if (index === 1 && job.phase === "sending") {
      item.append(make("progress", { max: 1, value: job.sent, "aria-label": "Sent" }));
    }
    return item;
  }));
}

/**
 * @param {number} reached
 * @param {number} index
 * @param {string} later
 * @param {string} now
 * @param {string} past
 */
function words(reached, index, later, now, past) {
  return reached > index ? past : reached === index ? now : later;
}

/** @param {number} reached */
function place(reached) {
  return words(reached, 0, "Ask for a place to put it", "Asking for a place to put it", "Got a place to put it");
}

/** @param {import("./job.js").Job} job @param {number} reached */
function sending(job, reached) {
  const whole = size(job.file.size);
  return words(reached, 1, `Send ${whole}`, `Sending ${Math.round(job.sent * 100)} % of ${whole}`, `Sent ${whole}`);
}

/** @param {import("./job.js").Job} job @param {number} reached */
function waiting(job, reached) {
  const isLong = job.phase === "waiting" && performance.now() - job.sentAt > LONG_MS;
  const now = isLong ? "The model takes longer than usual; you need not wait here" : "The model is reading";
  return words(reached, 2, "Let the model read", now, "The model has read it");
}

/** @param {import("./job.js").Job} job */
function told(job) {
  const time = seconds(job.settledAt - job.sentAt);
  return job.learnedBy === "push" ? `Told by push ${time} after it was sent` : `Found by asking, ${time} after it was sent`;
}

/** The four steps of a picture as a list, with the progress of the upload. */

import { make } from "./dom.js";
import { seconds, size } from "./words.js";

const LONG_MS = 12_000;
/** How many steps are finished in each phase. */
const REACHED = { asking: 0, sending: 1, waiting: 2, done: 4, failed: 0 };

/**
 * The text and the state of each step. A failure ends the list.
 * @param {import("./job.js").Job} job
 * @returns {{text: string, state: "past" | "now" | "later" | "failed"}[]}
 */
export function stepsOf(job) {
  const hasFailed = job.phase === "failed";
  const reached = REACHED[hasFailed ? job.failedIn : job.phase];
  const failed = ["No upload link received", `Upload of ${size(job.file.size)} failed`, "Recognition failed"];
  const texts = [link(reached), sending(job, reached), waiting(job, reached), job.learnedBy ? received(job) : "Receive the result"];
  const steps = texts.map((text, index) => ({ text, state: words(reached, index, "later", "now", "past") }));
  return hasFailed ? [...steps.slice(0, reached), { text: failed[reached], state: "failed" }] : steps;
}

/**
 * Show the progress of a job.
 * @param {HTMLElement} list
 * @param {import("./job.js").Job} job
 */
export function showSteps(list, job) {
  list.replaceChildren(...stepsOf(job).map(({ text, state }, index) => {
    const item = make("li", { class: `step ${state}`, "aria-current": state === "now" ? "step" : null }, make("span", {}, text));
    if (index === 1 && job.phase === "sending") {
      item.append(make("progress", { max: 1, value: job.sent, "aria-label": "Uploaded" }));
    }
    return item;
  }));
}

/**
 * @template {string} T
 * @param {number} reached
 * @param {number} index
 * @param {T} later
 * @param {T} now
 * @param {T} past
 * @returns {T}
 */
function words(reached, index, later, now, past) {
  return reached > index ? past : reached === index ? now : later;
}

/** @param {number} reached */
function link(reached) {
  return words(reached, 0, "Request an upload link", "Requesting an upload link", "Upload link received");
}

/** @param {import("./job.js").Job} job @param {number} reached */
function sending(job, reached) {
  const whole = size(job.file.size);
  return words(reached, 1, `Upload ${whole}`, `Uploading ${Math.round(job.sent * 100)} % of ${whole}`, `Uploaded ${whole}`);
}

/** @param {import("./job.js").Job} job @param {number} reached */
function waiting(job, reached) {
  const isLong = job.phase === "waiting" && performance.now() - job.sentAt > LONG_MS;
  const now = isLong ? "This takes longer than usual; the result will appear in the list below" : "Recognising the digits";
  return words(reached, 2, "Recognise the digits", now, "Digits recognised");
}

/** @param {import("./job.js").Job} job */
function received(job) {
  const time = seconds(job.settledAt - job.sentAt);
  return job.learnedBy === "push" ? `Result received by push after ${time}` : `Result received by polling after ${time}`;
}

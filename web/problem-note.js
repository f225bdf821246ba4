/** A problem on the page: the sentence, and behind a small disclosure what to report. */

import { make, show } from "./dom.js";

/**
 * Show a problem in its place.
 * @param {HTMLElement} place
 * @param {import("./problems.js").Problem} problem
 * @param {string} text
 * @param {...Node} more buttons, for example
 */
export function problemNote(place, problem, text, ...more) {
  const facts = [
    problem.title && `${problem.title}${problem.detail ? `: ${problem.detail}` : ""}`,
    !problem.title && problem.detail,
    problem.status && `status ${problem.status}`,
  ].filter(Boolean).join(", ");
  const details = make("details", {}, make("summary", {}, "Details"));
  if (facts) details.append(make("p", {}, facts));
  if (problem.correlationId) {
    details.append(make("p", {}, "If it happens again, report this id: ", make("code", {}, problem.correlationId)));
  }
  place.replaceChildren(make("p", { class: "sentence" }, text), ...more, ...(details.childElementCount > 1 ? [details] : []));
  show(place, true);
}

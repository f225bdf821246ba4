/** What is known of the model: `GET /model` as a short list of facts. */

import { byId, make, show } from "./dom.js";
import { problemNote } from "./problem-note.js";
import { asProblem } from "./problems.js";
import { percent, sentence } from "./words.js";

const count = new Intl.NumberFormat("en");

/** @param {import("./api.js").Api} api */
export async function showModel(api) {
  try {
    const model = await api.model();
    byId("model").replaceChildren(...facts(model).flatMap(([name, value, note]) => [
      make("div", {}, make("dt", {}, name), make("dd", {}, value, ...(note ? [make("span", { class: "note" }, note)] : [])))]));
    show(byId("model-problem"), false);
  } catch (error) {
    const problem = asProblem(error);
    const again = make("button", { type: "button", onclick: () => showModel(api) }, "Try again");
    problemNote(byId("model-problem"), problem, sentence(problem), again);
  }
}

/**
 * @param {any} model
 * @returns {[string, string | Node, string?][]}
 */
function facts({ sha256, framework, metrics, data }) {
  return [
    ["Right on test images", percent(metrics.accuracy, 2), `of ${count.format(metrics.count)} it had never seen`],
    ["Learned from", `${count.format(data.counts.train)} digits`, "of MNIST, written by hand"],
    ["Kind", `${framework.name} ${framework.version}`, ""],
    ["Digest", make("code", { title: sha256 }, sha256.slice(0, 12)), "of the model file"],
  ];
}

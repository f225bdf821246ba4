/** The response to `GET /model` as a short list. */

import { byId, make, show } from "./dom.js";
import { problemNote } from "./problem-note.js";
import { asProblem } from "./problems.js";
import { percent, sentence } from "./words.js";

/** Images in the train split of MNIST; copies and digits of the stream come on top. */
const MNIST_TRAIN = 50_000;
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
    ["Accuracy", percent(metrics.accuracy, 2), `on ${count.format(metrics.count)} test images`],
    ["Training images", count.format(data.counts.train), data.counts.train > MNIST_TRAIN ? "MNIST and additional images" : "MNIST"],
    ["Algorithm", `${framework.name} ${framework.version}`, ""],
    ["SHA-256", make("code", { title: sha256 }, sha256.slice(0, 12)), "of the model file"],
  ];
}

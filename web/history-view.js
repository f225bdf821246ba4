/** The history as a row of small pictures; each can be opened again. */

import { byId, make, show } from "./dom.js";
import { percent } from "./words.js";

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/**
 * @param {import("./history.js").History} history
 * @param {(entry: import("./history.js").Entry) => void} onOpen
 */
export function showHistory(history, onOpen) {
  const paint = () => {
    byId("history").replaceChildren(...history.entries.map((entry) => make("li", {}, card(entry, onOpen))));
    show(byId("forget"), history.entries.length > 0);
  };
  byId("forget").addEventListener("click", () => { history.forget(); byId("history-title").focus(); });
  history.addEventListener("change", paint);
  paint();
}

/**
 * @param {import("./history.js").Entry} entry
 * @param {(entry: import("./history.js").Entry) => void} onOpen
 */
function card(entry, onOpen) {
  const what = entry.kind === "drawing" ? "Drawing" : "Picture";
  const label = entry.label || "failed";
  const sure = entry.certainty === null ? "" : `${percent(entry.certainty)}${entry.unsure ? ", unsure" : ""}`;
  return make("button", {
    type: "button", class: `memory${entry.label ? "" : " failed"}`, title: clock.format(entry.at), onclick: () => onOpen(entry),
  },
  entry.image ? make("img", { src: entry.image, alt: "" }) : make("span", { class: "no-image" }),
  make("span", { class: "for-ears" }, `${what}: `),
  make("span", { class: "memory-label" }, label), " ",
  make("span", { class: "memory-more" }, sure));
}

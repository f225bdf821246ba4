/** A bar chart of the ten probabilities. */

import { make } from "./dom.js";
import { inPercent, ranked } from "./words.js";

export class Chart {
  /** @param {HTMLElement} list an empty list element */
  constructor(list) {
    this.columns = Array.from({ length: 10 }, (_, digit) => {
      const number = make("span", { class: "column-share" }, "");
      const item = make("li", { class: "column" },
        make("span", { class: "column-digit" }, String(digit)), " ", number,
        make("span", { class: "column-bar", "aria-hidden": "true" }));
      list.append(item);
      return { item, number };
    });
    this.show(null);
  }

  /** @param {number[] | null} probabilities null when there is no prediction */
  show(probabilities) {
    const best = probabilities ? ranked(probabilities)[0] : -1;
    for (const [digit, { item, number }] of this.columns.entries()) {
      const share = probabilities ? probabilities[digit] : 0;
      item.style.setProperty("--share", share.toFixed(4));
      item.classList.toggle("best", digit === best);
      item.classList.toggle("hardly", Math.round(share * 100) === 0);
      number.textContent = probabilities ? inPercent(share) : "";
    }
  }
}

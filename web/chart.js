/** Ten columns that say how likely each digit is. */

import { make } from "./dom.js";
import { ranked } from "./words.js";

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

  /** @param {number[] | null} probabilities null when there is nothing to say */
  show(probabilities) {
    const best = probabilities ? ranked(probabilities)[0] : -1;
    for (const [digit, { item, number }] of this.columns.entries()) {
      const share = probabilities ? probabilities[digit] : 0;
      item.style.setProperty("--share", share.toFixed(4));
      item.classList.toggle("best", digit === best);
      item.classList.toggle("hardly", Math.round(share * 100) === 0);
      number.textContent = probabilities ? whole(share) : "";
    }
  }
}

/** @param {number} share */
function whole(share) {
  const rounded = Math.round(share * 100);
  return String(share < 1 ? Math.min(rounded, 99) : rounded);
}

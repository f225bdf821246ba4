/** What was found on a picture: the digits in reading order as tiles, boxes over the preview, ten columns for the chosen one. */

import { Chart } from "./chart.js";
import { make, makeSvg, show } from "./dom.js";
import { otherThan, percent, reading, unsureAmong, verdict } from "./words.js";

const SIDE = 28;
/** More digits than this are shown smaller, in a place of limited height. */
const MANY = 12;

/**
 * @typedef {object} FoundDigit
 * @property {number} digit
 * @property {number} probability
 * @property {number[]} probabilities
 * @property {boolean} [unsure] whether it may well be another digit
 * @property {[number, number, number, number]} box left, top, width, height on the upright picture
 * @property {string} [pixels] base64 of 784 bytes; the push brings none
 */

/**
 * Show a result.
 * @param {HTMLElement} place
 * @param {HTMLElement} preview the element that holds the picture; boxes are laid over it
 * @param {{digits: FoundDigit[], width?: number, height?: number}} result
 */
export function showResult(place, preview, { digits, width, height }) {
  const chart = make("ol", { class: "chart", "aria-label": "Probability of each digit, in percent" });
  const columns = new Chart(chart);
  const description = make("p", { class: "hint", "aria-live": "polite" });
  const choose = (/** @type {number} */ index) => {
    const words = verdict(digits[index]);
    columns.show(digits[index].probabilities);
    description.textContent = digits.length > 1 ? `Digit ${index + 1} of ${digits.length}. ${words}` : words;
    tiles.forEach((tile, at) => tile.setAttribute("aria-pressed", String(at === index)));
    boxes.forEach((box, at) => box.classList.toggle("chosen", at === index));
  };
  const tiles = digits.map((digit, index) => tile(digit, () => choose(index)));
  const boxes = digits.map(({ box: [x, y, w, h], unsure }) => makeSvg("rect", {
    x, y, width: w, height: h, rx: Math.min(w, h) / 12, class: unsure ? "unsure" : null,
  }));
  const many = digits.length > MANY ? " many" : "";
  place.replaceChildren(
    make("h3", { id: "result-title", class: `reading${many}` }, reading(digits)),
    ...(digits.length > 1 && unsureAmong(digits) ? [make("p", { class: "unsure-words" }, unsureAmong(digits))] : []),
    make("ul", { class: `tiles${many}`, "aria-label": "The digits in reading order" }, ...tiles.map((each) => make("li", {}, each))),
    description, chart);
  preview.querySelector("svg")?.remove();
  if (width && height) {
    preview.append(makeSvg("svg", { class: "boxes", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...boxes));
  }
  choose(0);
  show(place, true);
}

/**
 * @param {FoundDigit} found
 * @param {() => void} onChoose
 */
function tile({ digit, probability, probabilities, unsure, pixels }, onChoose) {
  return make("button", {
    type: "button", class: `tile${unsure ? " unsure" : ""}`, "aria-pressed": "false", onclick: onChoose,
  },
  pixels ? decoded(pixels) : make("span", { class: "no-pixels" }),
  make("span", { class: "tile-digit" }, String(digit)), " ",
  make("span", { class: "tile-share" }, percent(probability)),
  ...(unsure ? [make("span", { class: "tile-other" }, make("span", { class: "for-ears" }, ", unsure, "), `or ${otherThan(probabilities) ?? "none"}?`)] : []));
}

/**
 * What the model saw: 28 x 28 grey values, in the colours of the page through CSS.
 * @param {string} pixels
 */
function decoded(pixels) {
  const canvas = make("canvas", { width: SIDE, height: SIDE, class: "decoded" });
  const image = new ImageData(SIDE, SIDE);
  // Ink as opacity over nothing: the paper below shows through, light or dark.
  for (const [at, character] of [...atob(pixels)].entries()) image.data.set([0, 0, 0, character.charCodeAt(0)], at * 4);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

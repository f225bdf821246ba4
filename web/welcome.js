/** The row of handwritten digits on the first screen: the samples, as one drawing. */

import { makeSvg } from "./dom.js";
import { sample } from "./samples.js";

const PITCH = 75; // Of one digit, in hundredths of the paper's side.
const LEAN = [0, 3, -2, 2, -3, 1, -1, 3, -2, 1];

/** @param {HTMLElement} place */
export function showWelcomeDigits(place) {
  const digits = LEAN.map((lean, digit) => makeSvg("g", { transform: `translate(${digit * PITCH - 12} ${lean}) rotate(${lean} 50 50)` },
    ...sample(digit).map((stroke) => makeSvg("path", { d: path(stroke) }))));
  place.append(makeSvg("svg", { viewBox: `0 0 ${PITCH * 10} 100` }, ...digits));
}

/** @param {import("./drawing.js").Stroke} stroke */
function path(stroke) {
  return `M${stroke.map(({ x, y }) => `${(x * 100).toFixed(1)} ${(y * 100).toFixed(1)}`).join("L")}`;
}

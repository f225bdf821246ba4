/** Ten digits that can be drawn at the press of a button: for those who cannot draw here, or want to see it first. */

import { PEN_WIDTH } from "./drawing.js";

/**
 * For each digit its strokes, as corners that `smooth` makes round. In hundredths of the paper's side.
 * @type {number[][][]}
 */
const CORNERS = [
  [[52, 18, 38, 22, 29, 38, 28, 56, 33, 74, 46, 82, 60, 78, 70, 62, 71, 42, 64, 24, 50, 18, 46, 20]],
  [[44, 28, 52, 18, 51, 36, 50, 54, 49, 70, 48, 84]],
  [[30, 34, 36, 22, 50, 17, 63, 23, 66, 36, 58, 50, 44, 66, 30, 81, 44, 80, 58, 79, 72, 80]],
  [[32, 24, 46, 17, 60, 22, 63, 34, 54, 45, 44, 48, 58, 50, 67, 60, 65, 74, 52, 83, 38, 81, 30, 74]],
  [[36, 18, 33, 32, 29, 50, 40, 53, 54, 53, 72, 51], [62, 22, 60, 44, 58, 64, 57, 86]],
  [[68, 18, 54, 18, 40, 19, 38, 32, 35, 46, 48, 42, 62, 47, 68, 60, 63, 74, 50, 82, 38, 80, 30, 73]],
  [[60, 16, 46, 26, 35, 44, 31, 62, 36, 78, 50, 83, 64, 76, 67, 63, 58, 53, 44, 56, 34, 66]],
  [[28, 22, 42, 21, 56, 21, 70, 20, 64, 36, 56, 52, 50, 68, 46, 85]],
  [[64, 26, 52, 17, 39, 22, 37, 34, 48, 45, 60, 54, 65, 68, 58, 81, 45, 83, 35, 73, 39, 59, 52, 46, 63, 36, 65, 27]],
  [[65, 28, 52, 18, 39, 24, 35, 37, 42, 48, 55, 47, 65, 35, 66, 27, 65, 44, 63, 62, 60, 84]],
];

const PIECES = 6;
const DURATION_MS = 900;

/**
 * The strokes of a digit, ready to be drawn.
 * @param {number} digit
 * @returns {import("./drawing.js").Stroke[]}
 */
export function sample(digit) {
  return CORNERS[digit].map((numbers) => {
    const corners = [];
    for (let at = 0; at < numbers.length; at += 2) corners.push([numbers[at] / 100, numbers[at + 1] / 100]);
    return smooth(corners).map(([x, y]) => ({ x, y, width: PEN_WIDTH }));
  });
}

/**
 * Draw a digit stroke by stroke, or at once for those who want nothing to move.
 * @param {import("./drawing.js").Drawing} drawing
 * @param {number} digit
 * @param {AbortSignal} signal ends the drawing where it is
 */
export async function drawSample(drawing, digit, signal) {
  const strokes = sample(digit);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    drawing.replace(strokes);
    return;
  }
  drawing.clear();
  const total = strokes.flat().length;
  const start = performance.now();
  for (const stroke of strokes) {
    for (const [index, point] of stroke.entries()) {
      const due = start + (DURATION_MS * (strokes.slice(0, strokes.indexOf(stroke)).flat().length + index)) / total;
      while (performance.now() < due) await new Promise(requestAnimationFrame);
      if (signal.aborted) return;
      if (index === 0) drawing.begin(point);
      else drawing.extend(point);
    }
  }
  drawing.end();
}

/**
 * Points on a Catmull-Rom curve through the corners.
 * @param {number[][]} corners
 */
function smooth(corners) {
  const points = [];
  for (let at = 0; at + 1 < corners.length; at += 1) {
    const [before, from, to, after] = [corners[at - 1] ?? corners[at], corners[at], corners[at + 1], corners[at + 2] ?? corners[at + 1]];
    for (let piece = 0; piece < PIECES; piece += 1) {
      const t = piece / PIECES;
      points.push([0, 1].map((axis) => 0.5 * (
        2 * from[axis] + (to[axis] - before[axis]) * t
        + (2 * before[axis] - 5 * from[axis] + 4 * to[axis] - after[axis]) * t ** 2
        + (3 * from[axis] - before[axis] - 3 * to[axis] + after[axis]) * t ** 3)));
    }
  }
  return [...points, corners[corners.length - 1]];
}

/** Drawing with the keyboard: arrow keys move a pen, Space puts it down and lifts it, Backspace takes a stroke back. */

import { announce } from "./dom.js";
import { PEN_WIDTH } from "./drawing.js";

const STEP = 1 / 28;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Let a pad be drawn on with keys.
 * @param {import("./pad.js").Pad} pad
 */
export function drawWithKeys(pad) {
  const { canvas, drawing } = pad;
  const held = new Set();
  const pen = { x: 0.5, y: 0.2, isDown: false };

  const lift = () => {
    if (!pen.isDown) return;
    pen.isDown = false;
    drawing.end();
  };
  const move = (/** @type {boolean} */ far) => {
    // Two arrows held together go diagonally.
    for (const key of held) {
      const [right, down] = MOVES[/** @type {keyof typeof MOVES} */ (key)];
      const step = far ? 4 * STEP : STEP;
      pen.x = Math.min(Math.max(pen.x + right * step, 0), 1);
      pen.y = Math.min(Math.max(pen.y + down * step, 0), 1);
    }
    if (pen.isDown) drawing.extend({ x: pen.x, y: pen.y, width: PEN_WIDTH });
  };
  const toggle = () => {
    if (pen.isDown) lift();
    else {
      pen.isDown = true;
      drawing.begin({ x: pen.x, y: pen.y, width: PEN_WIDTH });
    }
    announce(pen.isDown ? "Pen down" : "Pen up");
  };

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in MOVES) {
      held.add(event.key);
      move(event.shiftKey);
    } else if (event.key === " ") toggle();
    else if (event.key === "Backspace") { lift(); drawing.undo(); }
    else if (event.key === "Escape") lift();
    else return;
    event.preventDefault();
    pad.cursor = pen;
    pad.paint();
  });
  canvas.addEventListener("keyup", (event) => held.delete(event.key));
  canvas.addEventListener("focus", () => {
    if (!canvas.matches(":focus-visible")) return;
    pad.cursor = pen;
    pad.paint();
  });
  canvas.addEventListener("blur", () => {
    held.clear();
    lift();
    pad.cursor = null;
    pad.paint();
  });
}

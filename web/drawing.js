/** A drawing: strokes of points, in parts of the paper's side, 0 to 1. Knows neither canvas nor pointer. */

/** @typedef {{x: number, y: number, width: number}} Point */
/** @typedef {Point[]} Stroke */

export const PEN_WIDTH = 0.075;
/** Width of a line in parts of the paper's side: about what a pen leaves on MNIST's digits once they are scaled. */

const CLOSE = 0.004; // Points nearer than this to the last say nothing new.

/** Fires `change` whenever what is drawn changes; `detail.settled` is false while a stroke is being drawn. */
export class Drawing extends EventTarget {
  constructor() {
    super();
    /** @type {Stroke[]} */
    this.strokes = [];
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  /** @param {Point} point */
  begin(point) {
    this.strokes.push([point]);
    this.#changed(false);
  }

  /** @param {Point} point */
  extend(point) {
    const stroke = this.strokes.at(-1);
    const last = stroke?.at(-1);
    if (!stroke || !last || Math.hypot(point.x - last.x, point.y - last.y) < CLOSE) return;
    stroke.push(point);
    this.#changed(false);
  }

  end() {
    this.#changed(true);
  }

  undo() {
    this.strokes.pop();
    this.#changed(true);
  }

  clear() {
    this.replace([]);
  }

  /** @param {Stroke[]} strokes */
  replace(strokes) {
    this.strokes = strokes;
    this.#changed(true);
  }

  /** A copy with few digits, small enough to keep. */
  copy() {
    const short = (/** @type {number} */ value) => Math.round(value * 1000) / 1000;
    return this.strokes.map((stroke) => stroke.map(({ x, y, width }) => ({ x: short(x), y: short(y), width: short(width) })));
  }

  /** @param {boolean} settled */
  #changed(settled) {
    this.dispatchEvent(new CustomEvent("change", { detail: { settled } }));
  }
}

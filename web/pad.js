/** The paper to draw on: mouse, finger and pen through pointer events, and the picture of the drawing on its canvas. */

import { PEN_WIDTH } from "./drawing.js";
import { ink } from "./ink.js";

export class Pad {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./drawing.js").Drawing} drawing
   */
  constructor(canvas, drawing) {
    this.canvas = canvas;
    this.drawing = drawing;
    /** @type {{x: number, y: number, isDown: boolean} | null} the pen of the keyboard */
    this.cursor = null;
    /** @type {number | null} */
    this.pointer = null;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.#up(event));
    drawing.addEventListener("change", () => this.paint());
    new ResizeObserver(() => this.#resize()).observe(canvas);
  }

  /** Paint the drawing as it is now. */
  paint() {
    const { canvas, context } = this;
    const colour = getComputedStyle(canvas).color;
    context.clearRect(0, 0, canvas.width, canvas.height);
    ink(context, this.drawing.strokes, { side: canvas.width, colour });
    if (this.cursor) this.#paintCursor(this.cursor, colour);
  }

  #resize() {
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!side || side === this.canvas.width) return;
    this.canvas.width = this.canvas.height = side;
    this.paint();
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (this.pointer !== null || event.button !== 0) return;
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.cursor = null;
    this.drawing.begin(this.#point(event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerId !== this.pointer) return;
    // The browser bundles movements; all of them make a smoother line.
    const movements = event.getCoalescedEvents?.() ?? [];
    for (const movement of movements.length ? movements : [event]) this.drawing.extend(this.#point(movement));
  }

  /** @param {Event} event */
  #up(event) {
    if (/** @type {PointerEvent} */ (event).pointerId !== this.pointer) return;
    this.pointer = null;
    this.drawing.end();
  }

  /**
   * @param {PointerEvent} event
   * @returns {import("./drawing.js").Point}
   */
  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    const within = (/** @type {number} */ value) => Math.min(Math.max(value, 0), 1);
    // Only pens tell a pressure that means something.
    const press = event.pointerType === "pen" && event.pressure > 0 ? 0.6 + 0.8 * event.pressure : 1;
    return {
      x: within((event.clientX - box.left) / box.width),
      y: within((event.clientY - box.top) / box.height),
      width: PEN_WIDTH * press,
    };
  }

  /**
   * @param {{x: number, y: number, isDown: boolean}} cursor
   * @param {string} colour
   */
  #paintCursor({ x, y, isDown }, colour) {
    const side = this.canvas.width;
    this.context.beginPath();
    this.context.arc(x * side, y * side, side * PEN_WIDTH * 0.75, 0, 2 * Math.PI);
    this.context.lineWidth = side * 0.008;
    this.context.strokeStyle = colour;
    this.context.setLineDash(isDown ? [] : [side * 0.02, side * 0.015]);
    this.context.stroke();
    this.context.setLineDash([]);
  }
}

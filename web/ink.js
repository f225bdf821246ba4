/** Ink on a canvas: strokes as smooth lines, and a drawing as the PNG that is sent. */

/** @typedef {import("./drawing.js").Stroke} Stroke */

const SIDE = 280;
const MARGIN = 20; // A stroke at the very edge shall not be taken for a shadow on the paper.

/**
 * Draw strokes.
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke[]} strokes
 * @param {{side: number, colour: string, offset?: number}} place
 */
export function ink(context, strokes, { side, colour, offset = 0 }) {
  context.save();
  context.translate(offset, offset);
  context.scale(side, side);
  context.strokeStyle = colour;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) line(context, stroke);
  context.restore();
}

/**
 * Curves from the middle of one piece to the middle of the next, so that no corner shows.
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 */
function line(context, stroke) {
  let from = stroke[0];
  for (const [index, point] of stroke.entries()) {
    const next = stroke[index + 1];
    const to = next ? { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 } : point;
    context.beginPath();
    context.lineWidth = point.width;
    context.moveTo(from.x, from.y);
    context.quadraticCurveTo(point.x, point.y, to.x, to.y);
    context.stroke();
    from = { ...to, width: point.width };
  }
}

/**
 * The drawing as dark ink on white paper, whatever the page looks like.
 * @param {Stroke[]} strokes
 */
export function paper(strokes) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "#fff";
  context.fillRect(0, 0, SIDE, SIDE);
  ink(context, strokes, { side: SIDE - 2 * MARGIN, colour: "#000", offset: MARGIN });
  return canvas;
}

/**
 * The drawing as a PNG file. Not by `toBlob`: Chromium lets that wait until the page is idle, up to a second while somebody draws.
 * @param {Stroke[]} strokes
 */
export function png(strokes) {
  const [, base64] = paper(strokes).toDataURL("image/png").split(",");
  return new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], { type: "image/png" });
}

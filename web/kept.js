/**
 * Whether what a tab's storage kept is what this page wrote there: an older version of the page, an extension or a person
 * may have written something else, and what is not understood is left out. Pure.
 */

const SIDE = 28;
/** Characters of the base64 of 28 x 28 bytes. */
const PIXELS_LENGTH = Math.ceil((SIDE * SIDE) / 3) * 4;
/** The last moment that a `Date` knows. */
const AT_MAX = 8.64e15;
/** Degrees by which a picture may have been turned to be read. */
const TURNS = [0, 90, 180, 270];

/**
 * @param {any} value
 * @returns {value is import("./history.js").Entry}
 */
export function isEntry(value) {
  return isObject(value) && isText(value.id) && isMoment(value.at) && isText(value.label) && isImage(value.image)
    && (value.certainty === null || isShare(value.certainty)) && (value.unsure === undefined || isCount(value.unsure))
    && (value.kind === "drawing" ? isDrawing(value.strokes) : value.kind === "picture" && isOutcome(value));
}

/**
 * @param {any} value
 * @returns {value is import("./pending.js").Note}
 */
export function isNote(value) {
  return isObject(value) && [value.id, value.correlationId, value.name].every(isText) && isImage(value.image)
    && isMoment(value.sentAt) && Number.isFinite(value.size) && (value.place === null || isPlace(value.place));
}

/** @param {any} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {any} value */
function isText(value) {
  return typeof value === "string";
}

/** @param {any} value */
function isMoment(value) {
  return Number.isFinite(value) && value >= 0 && value <= AT_MAX;
}

/** @param {any} value as exact as the service's own check of the model's output */
function isShare(value) {
  return Number.isFinite(value) && value >= -0.001 && value <= 1.001;
}

/** @param {any} value */
function isCount(value) {
  return Number.isInteger(value) && value >= 0;
}

/** @param {any} value a data URL, or nothing: no address that the page would load */
function isImage(value) {
  return isText(value) && (value === "" || /^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/=]*$/.test(value));
}

/** @param {any} value */
function isPlace(value) {
  return isObject(value) && isText(value.jobId) && isText(value.channel);
}

/** @param {any} value */
function isDrawing(value) {
  const isPoint = (/** @type {any} */ point) => isObject(point) && [point.x, point.y, point.width].every(Number.isFinite);
  return Array.isArray(value) && value.every((stroke) => Array.isArray(stroke) && stroke.length > 0 && stroke.every(isPoint));
}

/** @param {any} value an entry of a picture: a result, or why there is none */
function isOutcome({ result, problemText }) {
  return result ? isObject(result) && TURNS.includes(result.turned ?? 0) && Array.isArray(result.digits) && result.digits.length > 0 && result.digits.every(isDigit) : isText(problemText);
}

/** @param {any} value */
function isDigit(value) {
  return isObject(value) && Number.isInteger(value.digit) && value.digit >= 0 && value.digit <= 9 && isShare(value.probability)
    && (value.unsure === undefined || typeof value.unsure === "boolean")
    && Array.isArray(value.probabilities) && value.probabilities.length === 10 && value.probabilities.every(isShare)
    && Array.isArray(value.box) && value.box.length === 4 && value.box.every(Number.isFinite)
    && (value.pixels === undefined || (isText(value.pixels) && value.pixels.length === PIXELS_LENGTH && /^[A-Za-z0-9+/]*={0,2}$/.test(value.pixels)));
}

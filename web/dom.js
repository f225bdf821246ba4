/** Small helpers to build and find elements. Text goes in as text, never as markup. */

/**
 * The element with an id; a missing one is a mistake in index.html.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element with id ${id}`);
  return found;
}

/**
 * Make an element.
 * @param {string} name
 * @param {Record<string, unknown>} [attributes] `on...` are listeners, true is an attribute without value, false and null are left out
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/**
 * Make an SVG element.
 * @param {string} name
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function makeSvg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Record<string, unknown>} attributes
 * @param {(Node | string)[]} children
 * @returns {E}
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/**
 * Show an element or hide it.
 * @param {HTMLElement} element
 * @param {boolean} visible
 */
export function show(element, visible) {
  element.hidden = !visible;
}

/**
 * Tell people who listen instead of look; the same sentence twice is told twice.
 * @param {string} sentence
 */
export function announce(sentence) {
  const place = byId("announcer");
  place.textContent = "";
  setTimeout(() => { place.textContent = sentence; }, 50);
}

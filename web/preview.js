/** A small copy of a picture, for the history: at most some hundred pixels, as a JPEG in a data URL. */

const SIDE = 360;
/** Longest side of a picture that is turned to be shown: sharp enough on a large screen. */
const TURNED_SIDE = 1600;

/**
 * @param {HTMLImageElement} image loaded
 * @returns {string} empty when the browser cannot
 */
export function smallCopy(image) {
  const { naturalWidth, naturalHeight } = image;
  if (!naturalWidth) return "";
  const scale = Math.min(1, SIDE / Math.max(naturalWidth, naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(naturalHeight * scale));
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.7);
}

/**
 * Turn a picture clockwise, in place, unless another one has taken its place meanwhile.
 * @param {HTMLImageElement} image
 * @param {number} degrees 0, 90, 180 or 270
 */
export async function turn(image, degrees) {
  const { src } = image;
  if (!degrees || !src) return;
  try {
    await image.decode();
  } catch {
    return; // The browser cannot show it at all.
  }
  if (image.src !== src) return;
  const scale = Math.min(1, TURNED_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
  const [width, height] = [image.naturalWidth, image.naturalHeight].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = degrees % 180 ? [height, width] : [width, height];
  const context = canvas.getContext("2d");
  if (!context) return;
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((degrees * Math.PI) / 180);
  context.drawImage(image, -width / 2, -height / 2, width, height);
  image.src = canvas.toDataURL("image/jpeg", 0.85);
  image.alt += ", turned to be read";
  if (src.startsWith("blob:")) URL.revokeObjectURL(src);
}

/**
 * Show a file, and wait until it can be seen.
 * @param {HTMLImageElement} image
 * @param {Blob} file
 * @returns {Promise<boolean>} whether the browser could open it
 */
export async function showFile(image, file) {
  if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
    return true;
  } catch {
    return false;
  }
}

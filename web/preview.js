/** A small copy of a picture, for the history: at most some hundred pixels, as a JPEG in a data URL. */

const SIDE = 360;

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

/** Refusing what cannot work before it is sent: too large, empty, or no PNG and no JPEG, whatever the file's name says. */

import { Problem } from "./problems.js";

const SIGNATURES = { "image/png": [0x89, 0x50, 0x4e, 0x47], "image/jpeg": [0xff, 0xd8, 0xff] };

/**
 * The media type of a picture, from its first bytes.
 * @param {File} file
 * @param {number} limit in bytes
 * @returns {Promise<string>}
 */
export async function checkedType(file, limit) {
  if (file.size === 0) throw new Problem("page-empty");
  const start = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const type = Object.entries(SIGNATURES).find(([, bytes]) => bytes.every((byte, at) => start[at] === byte))?.[0];
  if (!type) {
    const brand = new TextDecoder("latin1").decode(start.slice(4, 12));
    throw new Problem(/^ftyp(hei|mif|avif)/.test(brand) ? "page-heic" : "page-wrong-type", { title: file.name });
  }
  if (file.size > limit) throw new Problem("page-too-large", { title: file.name });
  return type;
}

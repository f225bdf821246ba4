/** Where pictures come from: dropped, chosen, photographed or pasted, one or several at once. Looks into none of them. */

import { byId } from "./dom.js";

/**
 * @param {(files: File[]) => void} onFiles
 */
export function listenForFiles(onFiles) {
  const drop = byId("drop");
  const take = (/** @type {Event} */ event, /** @type {DataTransfer | null} */ data) => {
    const files = [...(data?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    onFiles(files);
  };
  for (const id of ["choose", "photograph"]) {
    byId(id).addEventListener("change", ({ target }) => {
      onFiles([...target.files]);
      target.value = ""; // The same file may be chosen again.
    });
  }
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => take(event, event.dataTransfer));
  document.addEventListener("paste", (event) => { if (!byId("tools").hidden) take(event, event.clipboardData); });
  // A picture dropped beside the place must not replace the page.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
}

/** Whether the browser believes in a network, and waiting for it to come back. */

/**
 * Resolves as soon as there is a network; at once when there is one.
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function online(signal) {
  if (navigator.onLine) return Promise.resolve();
  return new Promise((resolve, reject) => {
    window.addEventListener("online", () => resolve(), { once: true, signal });
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/**
 * Wait, unless aborted.
 * @param {number} milliseconds
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}

/**
 * Say on the page when the network goes, and stop saying it when it is back.
 * @param {HTMLElement} notice
 */
export function showNetwork(notice) {
  const tell = () => {
    notice.hidden = navigator.onLine;
    notice.textContent = navigator.onLine ? "" : "You are offline. This page resumes when you are back online; your work is kept.";
  };
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  tell();
}

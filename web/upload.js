/** Sending a file to S3 with a presigned POST. XMLHttpRequest, because fetch does not tell how far an upload is. */

import { online, pause } from "./network.js";
import { Problem, fromS3 } from "./problems.js";

const TRIES = 3;

/** A connection over which nothing has moved for so long is dead, whatever the system believes. */
const STALLED_MS = 30_000;

/**
 * Send a file; a broken connection is tried again when the network is back.
 * @param {{url: string, fields: Record<string, string>}} place as `POST /uploads` gave it
 * @param {File} file
 * @param {{onProgress: (share: number) => void, correlationId: string, signal: AbortSignal}} options
 */
export async function send(place, file, options) {
  for (let attempt = 1; ; attempt += 1) {
    await online(options.signal);
    try {
      return await post(place, file, options);
    } catch (error) {
      const broke = error instanceof Problem && error.isPassing;
      if (!broke || (navigator.onLine && attempt >= TRIES)) throw error;
      await pause(1000 * attempt, options.signal);
    }
  }
}

/**
 * @param {{url: string, fields: Record<string, string>}} place
 * @param {File} file
 * @param {{onProgress: (share: number) => void, correlationId: string, signal: AbortSignal}} options
 * @returns {Promise<void>}
 */
function post({ url, fields }, file, { onProgress, correlationId, signal }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file); // S3 ignores what comes after the file.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let watch = 0;
    const moving = () => {
      clearTimeout(watch);
      watch = setTimeout(() => {
        request.abort();
        reject(new Problem(navigator.onLine ? "page-net-unreachable" : "page-net-offline", { correlationId }));
      }, STALLED_MS);
    };
    request.addEventListener("loadend", () => clearTimeout(watch));
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      moving();
      onProgress(total ? loaded / total : 0);
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(fromS3(request.status, request.responseText, correlationId));
    });
    request.addEventListener("error", () => {
      reject(new Problem(navigator.onLine ? "page-net-unreachable" : "page-net-offline", { correlationId }));
    });
    signal.addEventListener("abort", () => { request.abort(); reject(signal.reason); }, { once: true });
    request.open("POST", url);
    request.send(form);
    moving();
  });
}

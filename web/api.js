/** Calls of the HTTP API: the token, a correlation id, a time limit, and every failure as a `Problem`. */

import { Problem, fromResponse } from "./problems.js";

const TIMEOUT_MS = 32_000; // API Gateway gives up after 29 s.

export class Api {
  /**
   * @param {string} url base of the API
   * @param {(options?: {fresh?: boolean}) => Promise<string>} token
   */
  constructor(url, token) {
    this.url = url.replace(/\/$/, "");
    this.token = token;
  }

  /** The card of the model. */
  model() {
    return this.#call("GET", `${this.url}/model`);
  }

  /**
   * Ask what digit is on a picture.
   * @param {Blob} picture
   * @param {AbortSignal} [signal]
   * @returns {Promise<{predictions: {digit: number, probabilities: number[], unsure: boolean}[], model: string}>}
   */
  predict(picture, signal) {
    return this.#call("POST", `${this.url}/predictions`, { body: picture, type: picture.type, signal });
  }

  /**
   * Ask for a place to upload a picture to.
   * @param {{content_type: string, size_bytes: number}} wanted
   * @param {{correlationId: string, signal?: AbortSignal}} options
   */
  upload(wanted, options) {
    return this.#call("POST", `${this.url}/uploads`, { body: JSON.stringify(wanted), type: "application/json", ...options });
  }

  /**
   * The state of an upload. The page knows where its API is: the token goes there, and to no other address in an answer.
   * @param {string} jobId as `POST /uploads` gave it
   * @param {{correlationId: string, signal?: AbortSignal}} options
   */
  status(jobId, options) {
    return this.#call("GET", `${this.url}/uploads/${encodeURIComponent(jobId)}`, options);
  }

  /**
   * @param {string} method
   * @param {string} url
   * @param {{body?: BodyInit, type?: string, correlationId?: string, signal?: AbortSignal}} [options]
   * @returns {Promise<any>}
   */
  async #call(method, url, { body, type, correlationId = crypto.randomUUID(), signal } = {}) {
    const headers = { "X-Correlation-Id": correlationId, ...(type ? { "Content-Type": type } : {}) };
    let response = await this.#send(url, { method, body, headers, signal }, await this.token());
    if (response.status === 401) {
      // The clock of this machine may be wrong, or the token was revoked: once more with a new one.
      response = await this.#send(url, { method, body, headers, signal }, await this.token({ fresh: true }));
    }
    if (!response.ok) throw await fromResponse(response, correlationId);
    const document = await response.json();
    const retryAfter = Number.parseFloat(response.headers.get("Retry-After") ?? "");
    return Number.isFinite(retryAfter) ? { ...document, retryAfterSeconds: retryAfter } : document;
  }

  /**
   * @param {string} url
   * @param {RequestInit & {headers: Record<string, string>}} request
   * @param {string} token
   */
  async #send(url, request, token) {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    try {
      return await fetch(url, { ...request, signal, headers: { ...request.headers, Authorization: token } });
    } catch (error) {
      if (request.signal?.aborted) throw error;
      const correlationId = request.headers["X-Correlation-Id"];
      if (timeout.aborted) throw new Problem("page-net-slow", { correlationId });
      throw new Problem(navigator.onLine ? "page-net-unreachable" : "page-net-offline", { correlationId });
    }
  }
}

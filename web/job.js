/** The life of one picture: checked, given a place, sent, waited for. Tells every change; shows nothing itself. */

import { pause } from "./network.js";
import { outcome } from "./outcome.js";
import { checkedType } from "./picture-check.js";
import { asProblem, fromDocument } from "./problems.js";
import { send } from "./upload.js";

const SUBSCRIBE_MS = 2000; // Longer than this nobody waits for the push; asking does it as well.

/** @typedef {"asking" | "sending" | "waiting" | "done" | "failed"} Phase */

/** Fires `change`. */
export class Job extends EventTarget {
  /**
   * @param {File} file
   * @param {{api: import("./api.js").Api, subscribe: (channel: string, onEvent: (event: any) => void) => Promise<() => void>, limit: number}} services
   */
  constructor(file, services) {
    super();
    this.file = file;
    this.services = services;
    this.id = crypto.randomUUID();
    this.correlationId = crypto.randomUUID();
    this.controller = new AbortController();
    /** @type {Phase} */
    this.phase = "asking";
    /** @type {Phase} the last one before it failed */
    this.failedIn = "asking";
    this.sent = 0;
    this.sentAt = 0;
    this.settledAt = 0;
    /** @type {any} the document of the finished job */
    this.result = null;
    /** @type {"push" | "asking" | null} */
    this.learnedBy = null;
    /** @type {import("./problems.js").Problem | null} */
    this.problem = null;
  }

  get isOver() {
    return this.phase === "done" || this.phase === "failed";
  }

  /** Go through all of it; never throws. */
  async run() {
    try {
      await this.#live();
    } catch (error) {
      if (this.controller.signal.aborted) return;
      this.#fail(asProblem(error, this.correlationId));
    }
  }

  /** Stop following it. */
  abandon() {
    this.controller.abort();
  }

  async #live() {
    const { api, limit } = this.services;
    const options = { correlationId: this.correlationId, signal: this.controller.signal };
    const type = await checkedType(this.file, limit);
    const job = await api.upload({ content_type: type, size_bytes: this.file.size }, options);
    const push = await this.#listen(job);
    try {
      this.#change({ phase: "sending" });
      await send(job.upload, this.file, { ...options, onProgress: (sent) => this.#change({ sent }) });
      this.#change({ phase: "waiting", sent: 1, sentAt: performance.now() });
      const found = await outcome({ ...push, askStatus: () => api.status(job.job_id, options), signal: options.signal });
      this.#settle(found);
    } finally {
      push.stop();
    }
  }

  /** Listen on the job's channel before anything is sent, or the event could be missed. */
  async #listen(job) {
    let isListening = false;
    let arrived = (/** @type {any} */ event) => event;
    const pushed = new Promise((resolve) => { arrived = resolve; });
    const subscribed = this.services.subscribe(job.channel, (event) => {
      if (event?.job_id === job.job_id && event.status !== "PENDING") arrived(event);
    });
    subscribed.then(() => { isListening = true; }, () => undefined);
    await Promise.race([subscribed.catch(() => undefined), pause(SUBSCRIBE_MS, this.controller.signal)]);
    return { pushed, isListening, stop: () => { subscribed.then((unsubscribe) => unsubscribe(), () => undefined); } };
  }

  /** @param {import("./outcome.js").Outcome} found */
  #settle({ learnedBy, document }) {
    this.learnedBy = learnedBy;
    this.settledAt = performance.now();
    if (document.status === "DONE") {
      this.#change({ phase: "done", result: document });
    } else {
      const reason = document.reason ?? { type: "urn:digits:problem:upload-expired" };
      this.#fail(fromDocument(reason, { correlationId: this.correlationId }));
    }
  }

  /** @param {import("./problems.js").Problem} problem */
  #fail(problem) {
    this.#change({ failedIn: this.settledAt ? "done" : this.phase, phase: "failed", problem });
  }

  /** @param {Partial<Job>} values */
  #change(values) {
    Object.assign(this, values);
    this.dispatchEvent(new Event("change"));
  }
}

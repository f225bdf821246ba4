/** The life of one picture: checked, given a place, sent, waited for. Tells every change; shows nothing itself. */

import { pause } from "./network.js";
import { outcome } from "./outcome.js";
import { checkedType } from "./picture-check.js";
import { Problem, asProblem, fromDocument } from "./problems.js";
import { send } from "./upload.js";

const SUBSCRIBE_MS = 2000; // Longer than this nobody waits for the push; asking does it as well.

/** @typedef {"asking" | "sending" | "waiting" | "done" | "failed"} Phase */

/** Fires `change`, and `phase` before it when that is what changed. */
export class Job extends EventTarget {
  /**
   * @param {{name: string, size: number} | File} file only its name and size when it was taken up again
   * @param {{api: import("./api.js").Api, subscribe: (channel: string, onEvent: (event: any) => void) => Promise<() => void>, limit: number}} services
   */
  constructor(file, services) {
    super();
    this.file = file;
    this.services = services;
    this.id = crypto.randomUUID();
    this.correlationId = crypto.randomUUID();
    this.controller = new AbortController();
    /** @type {{jobId: string, channel: string} | null} */
    this.place = null;
    /** A small copy of the picture as a data URL, from who shows it. */
    this.image = "";
    this.isTakenUp = false;
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

  /**
   * A job that an earlier page began: waited for when its file was sent, else lost.
   * @param {import("./pending.js").Note} note
   * @param {Job["services"]} services
   */
  static takenUp({ id, correlationId, place, sentAt, name, size, image }, services) {
    const job = new Job({ name, size }, services);
    const began = sentAt ? { phase: "waiting", sent: 1, sentAt: performance.now() - (Date.now() - sentAt) } : { phase: "sending" };
    return Object.assign(job, { id, correlationId, place, image, isTakenUp: true, ...began });
  }

  /** @returns {import("./pending.js").Note} what another page needs to take it up */
  get note() {
    const { id, correlationId, place, image, file: { name, size } } = this;
    // The clock of a page begins with the page.
    const sentAt = this.sentAt ? Date.now() - (performance.now() - this.sentAt) : 0;
    return { id, correlationId, place, sentAt, name, size, image };
  }

  get isOver() {
    return this.phase === "done" || this.phase === "failed";
  }

  get isAbandoned() {
    return this.controller.signal.aborted;
  }

  /** Go through all of it; never throws. */
  async run() {
    try {
      await this.#live();
    } catch (error) {
      if (this.isAbandoned) return;
      this.#fail(asProblem(error, this.correlationId));
    }
  }

  /** Stop following it. */
  abandon() {
    this.controller.abort();
  }

  async #live() {
    const options = { correlationId: this.correlationId, signal: this.controller.signal };
    if (this.isTakenUp) {
      // Without its page a file is gone.
      if (!this.place || !this.sentAt) throw new Problem("page-lost");
      await this.#follow(this.place, options, async () => undefined);
      return;
    }
    const file = /** @type {File} */ (this.file);
    const type = await checkedType(file, this.services.limit);
    const { job_id: jobId, channel, upload } = await this.services.api.upload({ content_type: type, size_bytes: file.size }, options);
    this.place = { jobId, channel };
    await this.#follow(this.place, options, async () => {
      this.#change({ phase: "sending" });
      await send(upload, file, { ...options, onProgress: (sent) => this.#change({ sent }) });
      this.#change({ phase: "waiting", sent: 1, sentAt: performance.now() });
    });
  }

  /**
   * @param {{jobId: string, channel: string}} place
   * @param {{correlationId: string, signal: AbortSignal}} options
   * @param {() => Promise<void>} sendIt
   */
  async #follow(place, options, sendIt) {
    const push = await this.#listen(place);
    // The event may have come and gone between two pages, so asking does not wait for it.
    const isListening = push.isListening && !this.isTakenUp;
    try {
      await sendIt();
      const askStatus = () => this.services.api.status(place.jobId, options);
      this.#settle(await outcome({ ...push, isListening, askStatus, signal: options.signal }));
    } finally {
      push.stop();
    }
  }

  /**
   * Listen on the job's channel before anything is sent, or the event could be missed.
   * @param {{jobId: string, channel: string}} place
   */
  async #listen({ jobId, channel }) {
    let isListening = false;
    let arrived = (/** @type {any} */ event) => event;
    const pushed = new Promise((resolve) => { arrived = resolve; });
    const subscribed = this.services.subscribe(channel, (event) => {
      if (event?.job_id === jobId && event.status !== "PENDING") arrived(event);
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
    this.#change({ failedIn: this.phase, phase: "failed", problem });
  }

  /** @param {Partial<Job>} values */
  #change(values) {
    Object.assign(this, values);
    if (values.phase) this.dispatchEvent(new Event("phase"));
    this.dispatchEvent(new Event("change"));
  }
}

/** Asking while somebody draws: one call at a time, always about the newest drawing, and patient when the service is busy. */

import { online, pause } from "./network.js";
import { asProblem } from "./problems.js";

const DEBOUNCE_MS = 90;
const STALE_MS = 1500; // A call that takes longer than this is given up for a newer drawing.
const LONG_MS = 3000;
const RETRY_MAX_SECONDS = 30;
const TRIES_MAX = 6; // Then the next movement of the pen asks again.

/**
 * Events: `answer` (detail: drawing, prediction), `problem` (detail: problem, retryInSeconds), `slow`.
 */
export class LivePrediction extends EventTarget {
  /** @param {(drawing: any, signal: AbortSignal) => Promise<import("./words.js").Prediction>} ask */
  constructor(ask) {
    super();
    this.ask = ask;
    this.newest = null;
    this.isRunning = false;
    /** @type {{controller: AbortController, startedAt: number} | null} */
    this.call = null;
  }

  /**
   * There is a newer drawing.
   * @param {any} drawing
   */
  want(drawing) {
    this.newest = drawing;
    this.#giveUpStale();
    if (!this.isRunning) this.#run();
  }

  /** There is no drawing any more. */
  forget() {
    this.newest = null;
    this.call?.controller.abort();
  }

  async #run() {
    this.isRunning = true;
    let failures = 0;
    while (this.newest !== null) {
      await pause(DEBOUNCE_MS);
      const drawing = this.newest;
      if (drawing === null) break;
      const problem = await this.#once(drawing);
      if (!problem) {
        failures = 0;
        continue;
      }
      failures += 1;
      const isWorthIt = problem.isPassing && failures < TRIES_MAX;
      if (this.newest === drawing && !isWorthIt) this.newest = null;
      await this.#rest(problem, failures);
    }
    this.isRunning = false;
  }

  /** Ask about one drawing; returns what went wrong, null when nothing did or a newer drawing took over. */
  async #once(drawing) {
    const controller = new AbortController();
    this.call = { controller, startedAt: performance.now() };
    const slow = setTimeout(() => this.#tell("slow", {}), LONG_MS);
    try {
      const prediction = await this.ask(drawing, controller.signal);
      if (this.newest === drawing) this.newest = null;
      if (!controller.signal.aborted) this.#tell("answer", { drawing, prediction });
      return null;
    } catch (error) {
      return controller.signal.aborted ? null : asProblem(error);
    } finally {
      clearTimeout(slow);
      this.call = null;
    }
  }

  /**
   * @param {import("./problems.js").Problem} problem
   * @param {number} failures how many in a row
   */
  async #rest(problem, failures) {
    if (!problem.isPassing || this.newest === null) {
      this.#tell("problem", { problem });
      return;
    }
    const seconds = Math.min(problem.retryAfterSeconds ?? 2 ** failures, RETRY_MAX_SECONDS);
    this.#tell("problem", { problem, retryInSeconds: seconds });
    await pause(seconds * 1000);
    await online();
  }

  #giveUpStale() {
    if (this.call && performance.now() - this.call.startedAt > STALE_MS) this.call.controller.abort();
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

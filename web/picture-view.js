/** The part of the page where pictures are sent, several in turn: the steps, preview and result. */

import { announce, byId, make, show } from "./dom.js";
import { Job } from "./job.js";
import { Pending } from "./pending.js";
import { listenForFiles } from "./picture-sources.js";
import { showFile, smallCopy, turn } from "./preview.js";
import { problemNote } from "./problem-note.js";
import { showResult } from "./result-view.js";
import { showSteps } from "./steps.js";
import { reading, sentence, size, tooLarge, unsureAmong } from "./words.js";

export class PictureView {
  /**
   * @param {{api: import("./api.js").Api, subscribe: any, limit: number}} services
   * @param {import("./history.js").History} history
   */
  constructor(services, history) {
    this.services = services;
    this.history = history;
    this.pending = new Pending();
    /** @type {Job | null} the one that is shown; others go on behind it */
    this.job = null;
    /** @type {Set<Job>} */
    this.running = new Set();
    this.image = byId("preview-image");
    byId("upload-limit").textContent = size(services.limit);
    listenForFiles((files) => this.start(files));
    setInterval(() => { if (this.job?.phase === "waiting") this.#show(this.job); }, 4000);
  }

  /**
   * Send pictures, one after another, and follow them.
   * @param {File[]} files
   */
  async start(files) {
    const jobs = files.map((file) => new Job(file, this.services));
    // All at once: those whose turn has not come would be lost with the page as well.
    for (const job of jobs) this.#enter(job);
    for (const [index, job] of jobs.entries()) {
      // Whoever has turned to something else meanwhile finds it in the history.
      if (index === 0 || this.job === jobs[index - 1]) {
        this.#watch(job, jobs.length > 1 ? `Picture ${index + 1} of ${jobs.length}: ${job.file.name}` : "");
      }
      await this.#follow(job);
    }
  }

  /**
   * Go on with what this person had under way when the page was left.
   * @param {string} owner
   */
  takeUp(owner) {
    for (const note of this.pending.open(owner)) {
      const job = Job.takenUp(note, this.services);
      this.#enter(job);
      this.#watch(job, job.file.name);
      this.#follow(job);
    }
  }

  /** @param {Job} job */
  #enter(job) {
    this.running.add(job);
    this.pending.put(job.note);
    job.addEventListener("phase", () => this.pending.put(job.note));
    job.addEventListener("change", () => this.#changed(job));
  }

  /**
   * Show a job in place of what was shown.
   * @param {Job} job
   * @param {string} title
   */
  #watch(job, title) {
    this.job = job;
    this.#clear();
    this.#show(job);
    byId("picture-name").textContent = title;
    show(byId("picture-name"), title !== "");
    // Until a picture is decoded, the old one must not stand beside new steps.
    show(byId("preview"), false);
  }

  /** @param {Job} job */
  async #follow(job) {
    if (job.isAbandoned) return;
    const previewed = this.#preview(job);
    await job.run();
    await previewed;
    if (job.isAbandoned) return;
    this.#keep(job);
    this.running.delete(job);
    this.pending.remove(job.id);
  }

  /**
   * Show the picture of a job that is watched; make the small copy of it.
   * @param {Job} job
   */
  async #preview(job) {
    const isWatched = this.job === job;
    if (job.isTakenUp) {
      if (isWatched) this.#picture(job.image, `The picture ${job.file.name}`);
      return;
    }
    const image = isWatched ? this.image : new Image();
    const could = await showFile(image, /** @type {File} */ (job.file));
    if (isWatched && this.job !== job) return;
    if (could) job.image = smallCopy(image);
    if (isWatched) this.#showPreview(could, `The picture ${job.file.name}`);
    else URL.revokeObjectURL(image.src);
    if (this.running.has(job)) this.pending.put(job.note);
  }

  /**
   * @param {string} source data URL; empty when there is none
   * @param {string} words
   */
  #picture(source, words) {
    this.image.src = source;
    this.#showPreview(source !== "", words);
  }

  /**
   * @param {boolean} visible
   * @param {string} words
   */
  #showPreview(visible, words) {
    this.image.alt = visible ? words : "";
    show(byId("preview"), visible);
    byId("drop").classList.toggle("filled", visible);
  }

  /** Show an older result again. */
  restore({ image, result, problemText }) {
    this.job = null;
    this.#clear();
    this.#picture(image, "An earlier picture");
    if (result) this.#result(result);
    else byId("picture-problem").replaceChildren(problemText), show(byId("picture-problem"), true);
    byId("result").focus();
  }

  /** Forget everything, as for another person. */
  reset() {
    for (const job of this.running) job.abandon();
    this.running.clear();
    this.pending.forget();
    this.job = null;
    this.#clear();
    this.image.removeAttribute("src");
    show(byId("preview"), false);
    byId("drop").classList.remove("filled");
    show(byId("steps"), false);
    show(byId("picture-empty"), true);
  }

  #clear() {
    show(byId("picture-empty"), false);
    show(byId("picture-name"), false);
    show(byId("picture-problem"), false);
    show(byId("result"), false);
    show(byId("steps"), false);
    this.image.parentElement.querySelector("svg")?.remove();
  }

  /** @param {Job} job */
  #changed(job) {
    if (job !== this.job) return;
    this.#show(job);
    if (job.phase === "done") {
      this.#result(job.result);
      announce(`Digits found: ${reading(job.result.digits)}. ${unsureAmong(job.result.digits)}`);
    } else if (job.phase === "waiting") {
      announce("The picture is uploaded. Recognising the digits.");
    } else if (job.phase === "failed" && job.problem) {
      const isWorthIt = job.problem.isPassing || /expired|gone|no-such/.test(job.problem.slug);
      const again = isWorthIt && job.file instanceof File
        ? [make("button", { type: "button", onclick: () => this.start([job.file]) }, "Try again")] : [];
      problemNote(byId("picture-problem"), job.problem, this.#words(job), ...again);
      announce(this.#words(job));
    }
  }

  /**
   * Show what was found, and the picture the way up that it was read.
   * @param {any} result
   */
  #result(result) {
    showResult(byId("result"), this.image.parentElement, result);
    turn(this.image, result.turned ?? 0);
  }

  /** @param {Job} job */
  #show(job) {
    const steps = byId("steps");
    show(steps, true);
    showSteps(steps, job);
    if (job.learnedBy) steps.dataset.learned = job.learnedBy;
    else delete steps.dataset.learned;
  }

  /** @param {Job} job */
  #words(job) {
    if (!job.problem) return "";
    return job.problem.slug === "page-too-large" ? tooLarge(job.file.size, this.services.limit) : sentence(job.problem);
  }

  /** @param {Job} job */
  #keep(job) {
    if (!job.isOver) return;
    const certainties = job.result?.digits.map(({ probability }) => probability) ?? [];
    this.history.put({
      id: job.id, kind: "picture", at: Date.now(), image: job.image, result: job.result, problemText: this.#words(job),
      label: job.result ? reading(job.result.digits) : "", certainty: certainties.length ? Math.min(...certainties) : null,
      unsure: job.result?.digits.filter(({ unsure }) => unsure).length ?? 0,
    });
  }
}

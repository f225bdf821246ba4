/** The part of the page where a picture is sent: dropped, chosen, photographed or pasted; its steps, preview and result. */

import { announce, byId, make, show } from "./dom.js";
import { Job } from "./job.js";
import { showFile, smallCopy } from "./preview.js";
import { problemNote } from "./problem-note.js";
import { reading, showResult } from "./result-view.js";
import { showSteps } from "./steps.js";
import { sentence, size, tooLarge } from "./words.js";

export class PictureView {
  /**
   * @param {{api: import("./api.js").Api, subscribe: any, limit: number}} services
   * @param {import("./history.js").History} history
   */
  constructor(services, history) {
    this.services = services;
    this.history = history;
    /** @type {Job | null} the one that is shown; others go on behind it */
    this.job = null;
    /** @type {Set<Job>} */
    this.running = new Set();
    this.image = byId("preview-image");
    byId("upload-limit").textContent = size(services.limit);
    this.#listen();
    setInterval(() => { if (this.job?.phase === "waiting") this.#show(this.job); }, 4000);
  }

  /**
   * Send a picture and follow it.
   * @param {File} file
   */
  async start(file) {
    const job = new Job(file, this.services);
    this.job = job;
    this.running.add(job);
    job.addEventListener("change", () => this.#changed(job));
    this.#clear();
    this.#show(job);
    // Until a picture is decoded, the old one must not stand beside new steps.
    show(byId("preview"), false);
    const small = this.#preview(job);
    await job.run();
    this.running.delete(job);
    this.#keep(job, await small);
  }

  /**
   * Show the picture of a job; gives a small copy of it.
   * @param {Job} job
   */
  async #preview(job) {
    const could = await showFile(this.image, job.file);
    if (this.job !== job) return "";
    show(byId("preview"), could);
    this.image.alt = could ? `The picture ${job.file.name}` : "";
    byId("drop").classList.toggle("filled", could);
    return could ? smallCopy(this.image) : "";
  }

  /** Show an older result again. */
  restore({ image, result, problemText }) {
    this.job = null;
    this.#clear();
    this.image.src = image;
    this.image.alt = "An earlier picture";
    show(byId("preview"), Boolean(image));
    byId("drop").classList.toggle("filled", Boolean(image));
    if (result) showResult(byId("result"), this.image.parentElement, result);
    else byId("picture-problem").replaceChildren(problemText), show(byId("picture-problem"), true);
    byId("result").focus();
  }

  /** Forget everything, as for another person. */
  reset() {
    for (const job of this.running) job.abandon();
    this.running.clear();
    this.job = null;
    this.#clear();
    this.image.removeAttribute("src");
    show(byId("preview"), false);
    byId("drop").classList.remove("filled");
    show(byId("steps"), false);
    show(byId("picture-empty"), true);
  }

  #listen() {
    const drop = byId("drop");
    for (const id of ["choose", "photograph"]) {
      byId(id).addEventListener("change", ({ target }) => {
        if (target.files[0]) this.start(target.files[0]);
        target.value = ""; // The same file may be chosen again.
      });
    }
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
    }
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => this.#take(event, event.dataTransfer));
    document.addEventListener("paste", (event) => { if (!byId("tools").hidden) this.#take(event, event.clipboardData); });
    // A picture dropped beside the place must not replace the page.
    for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
  }

  /**
   * @param {Event} event
   * @param {DataTransfer | null} data
   */
  #take(event, data) {
    const [file] = data?.files ?? [];
    if (!file) return;
    event.preventDefault();
    this.start(file);
  }

  #clear() {
    show(byId("picture-empty"), false);
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
      showResult(byId("result"), this.image.parentElement, job.result);
      announce(`Found on the picture: ${reading(job.result.digits)}`);
    } else if (job.phase === "waiting") {
      announce("The picture is sent. The model is reading.");
    } else if (job.phase === "failed" && job.problem) {
      const again = job.problem.isPassing || /expired|gone|no-such/.test(job.problem.slug)
        ? [make("button", { type: "button", onclick: () => this.start(job.file) }, "Try again")] : [];
      problemNote(byId("picture-problem"), job.problem, this.#words(job), ...again);
      announce(this.#words(job));
    }
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

  /**
   * @param {Job} job
   * @param {string} image
   */
  #keep(job, image) {
    if (!job.isOver) return;
    const certainties = job.result?.digits.map(({ probability }) => probability) ?? [];
    this.history.put({
      id: job.id, kind: "picture", at: Date.now(), image, result: job.result, problemText: this.#words(job),
      label: job.result ? reading(job.result.digits) : "", certainty: certainties.length ? Math.min(...certainties) : null,
    });
  }
}

/** The part of the page where a digit is drawn: pad, buttons, samples, and what the model says about it. */

import { Chart } from "./chart.js";
import { announce, byId, make, show } from "./dom.js";
import { Drawing } from "./drawing.js";
import { paper, png } from "./ink.js";
import { LivePrediction } from "./live-prediction.js";
import { Pad } from "./pad.js";
import { drawWithKeys } from "./pen-keys.js";
import { problemNote } from "./problem-note.js";
import { drawSample } from "./samples.js";
import { ranked, reading, sentence, verdict } from "./words.js";

const SETTLE_MS = 900;
const THUMBNAIL_SIDE = 96;

/** @typedef {{drawing: any, prediction: import("./words.js").Prediction}} Answer */

export class DrawView {
  /**
   * @param {import("./api.js").Api} api
   * @param {import("./history.js").History} history
   */
  constructor(api, history) {
    this.history = history;
    this.drawing = new Drawing();
    this.pad = new Pad(byId("pad"), this.drawing);
    this.chart = new Chart(byId("draw-chart"));
    this.id = crypto.randomUUID();
    this.sampling = new AbortController();
    /** @type {Answer | null} the last one while it is not in the history */
    this.unkept = null;
    this.live = new LivePrediction(async (strokes, signal) => {
      const { predictions } = await api.predict(png(strokes), signal);
      return predictions[0];
    });
    this.#listen();
    this.#buttons();
    this.#answer(null);
  }

  /** Take an older drawing up again. */
  restore({ id, strokes }) {
    this.#keep();
    this.id = id;
    this.drawing.replace(strokes);
  }

  /** Forget the drawing, as for another person. */
  reset() {
    this.unkept = null;
    this.#clear();
  }

  #clear() {
    this.sampling.abort();
    this.drawing.clear();
  }

  #listen() {
    this.drawing.addEventListener("change", () => this.#changed());
    this.live.addEventListener("answer", ({ detail }) => this.#answer(detail));
    this.live.addEventListener("slow", () => this.#note("The model takes longer than usual. It may be starting."));
    this.live.addEventListener("problem", ({ detail: { problem, retryInSeconds } }) => {
      const again = retryInSeconds ? ` Trying again in ${Math.ceil(retryInSeconds)} s.` : "";
      problemNote(byId("draw-problem"), problem, sentence(problem) + again);
      announce(sentence(problem));
    });
    drawWithKeys(this.pad);
    byId("pad").addEventListener("pointerdown", () => this.sampling.abort());
  }

  #buttons() {
    byId("undo").addEventListener("click", () => { this.sampling.abort(); this.drawing.undo(); });
    byId("clear").addEventListener("click", () => { this.#clear(); byId("pad").focus({ preventScroll: true }); });
    for (let digit = 0; digit < 10; digit += 1) {
      const draw = () => {
        this.#clear();
        this.sampling = new AbortController();
        drawSample(this.drawing, digit, this.sampling.signal);
      };
      byId("samples").append(make("button", { type: "button", "aria-label": `Draw a ${digit}`, onclick: draw }, String(digit)));
    }
  }

  #changed() {
    const { isEmpty } = this.drawing;
    byId("undo").disabled = byId("clear").disabled = isEmpty;
    byId("pad-hint").classList.toggle("gone", !isEmpty);
    clearTimeout(this.settling);
    if (isEmpty) {
      this.#keep();
      this.id = crypto.randomUUID();
      this.live.forget();
      this.#answer(null);
    } else {
      const place = byId("draw-answer");
      if (place.classList.contains("waits")) place.querySelector(".verdict").textContent = "Waiting for the model.";
      this.live.want(this.drawing.copy());
    }
  }

  /** @param {Answer | null} answer */
  #answer(answer) {
    this.#note("");
    this.chart.show(answer?.prediction.probabilities ?? null);
    const digit = answer ? ranked(answer.prediction.probabilities)[0] : "";
    const place = byId("draw-answer");
    place.classList.toggle("waits", !answer);
    place.classList.toggle("unsure", Boolean(answer?.prediction.unsure));
    place.querySelector(".numeral").textContent = String(digit);
    place.querySelector(".verdict").textContent = answer ? verdict(answer.prediction) : "Nothing drawn yet.";
    clearTimeout(this.settling);
    this.unkept = answer;
    if (answer) this.settling = setTimeout(() => this.#settled(answer.prediction), SETTLE_MS);
  }

  /**
   * Nothing changed for a moment: tell it to those who listen, and keep it.
   * @param {import("./words.js").Prediction} prediction
   */
  #settled(prediction) {
    announce(verdict(prediction));
    this.#keep();
  }

  /** Put what was last answered into the history, unless it is there already. */
  #keep() {
    if (!this.unkept) return;
    const { drawing, prediction: { probabilities, unsure } } = this.unkept;
    this.unkept = null;
    const small = document.createElement("canvas");
    small.width = small.height = THUMBNAIL_SIDE;
    small.getContext("2d")?.drawImage(paper(drawing), 0, 0, THUMBNAIL_SIDE, THUMBNAIL_SIDE);
    const [digit] = ranked(probabilities);
    this.history.put({
      id: this.id, kind: "drawing", at: Date.now(), image: small.toDataURL("image/png"),
      label: reading([{ digit, unsure }]), certainty: probabilities[digit], unsure: unsure ? 1 : 0, strokes: drawing,
    });
  }

  /** @param {string} text */
  #note(text) {
    const place = byId("draw-problem");
    place.replaceChildren(text);
    show(place, text !== "");
  }
}

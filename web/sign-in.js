/** The sign-in form: name and password, then whatever Cognito asks. Over the page when a session ends in the middle of work. */

import { byId, make, show } from "./dom.js";
import { signInSentence } from "./words.js";

const PASSWORD_RULES = "At least 12 characters: lowercase and uppercase letters, a number and a symbol.";

/**
 * What the form looks like at each step.
 * @type {Record<string, {title: string, hint: string, go: string, fields: [name: string, label: string, attributes: Record<string, unknown>][]}>}
 */
const STEPS = {
  "credentials": {
    title: "Sign in", hint: "", go: "Sign in",
    fields: [
      ["username", "E-mail", { type: "email", autocomplete: "username" }],
      ["password", "Password", { type: "password", autocomplete: "current-password" }],
    ],
  },
  "register": {
    title: "Create an account", hint: PASSWORD_RULES, go: "Create account",
    fields: [
      ["username", "E-mail", { type: "email", autocomplete: "username" }],
      ["password", "New password", { type: "password", autocomplete: "new-password" }],
    ],
  },
  "forgot": {
    title: "I forgot my password", hint: "A code will be sent to your e-mail address. With it you can set a new password.", go: "Send the code",
    fields: [["username", "E-mail", { type: "email", autocomplete: "username" }]],
  },
  "reset": {
    title: "Reset your password", hint: `If there is an account, a code was sent to its e-mail address. ${PASSWORD_RULES}`, go: "Set password",
    fields: [
      ["code", "Code", { type: "text", inputmode: "numeric", autocomplete: "one-time-code" }],
      ["password", "New password", { type: "password", autocomplete: "new-password" }],
    ],
  },
  "new-password": {
    title: "Choose a password", hint: `Your current password is temporary. ${PASSWORD_RULES}`, go: "Set password",
    fields: [["password", "New password", { type: "password", autocomplete: "new-password" }]],
  },
  "code": {
    title: "One more step", hint: "Enter the code of your authenticator app, or the one that was sent to you.", go: "Continue",
    fields: [["code", "Code", { type: "text", inputmode: "numeric", autocomplete: "one-time-code" }]],
  },
  "confirm": {
    title: "Confirm your account", hint: "A code was sent to your e-mail address.", go: "Confirm",
    fields: [["code", "Code", { type: "text", inputmode: "numeric", autocomplete: "one-time-code" }]],
  },
};

export class SignIn {
  /**
   * @param {import("./session.js").Session} session
   * @param {{signUp: boolean}} options
   */
  constructor(session, { signUp }) {
    this.session = session;
    this.signUp = signUp;
    this.step = "credentials";
    this.entered = { username: "", password: "" };
    this.form = byId("sign-in");
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
    byId("sign-in-other").addEventListener("click", () => this.#to(this.step === "register" ? "credentials" : "register"));
    byId("sign-in-forgot").addEventListener("click", () => this.#to(this.step === "credentials" ? "forgot" : "credentials"));
    byId("again").addEventListener("cancel", (event) => event.preventDefault());
    // Browsers let a second Escape close it all the same; without a session nothing goes on.
    byId("again").addEventListener("close", () => { if (session.waiting) byId("again").showModal(); });
    this.#to("credentials", false);
  }

  /** Ask over the page, where somebody is in the middle of something. */
  askAgain() {
    const dialog = byId("again");
    if (dialog.open) return;
    dialog.append(this.form);
    this.#to("credentials", false);
    byId("sign-in-hint").textContent = "Your session has ended. Sign in again; your work is kept.";
    dialog.showModal();
    this.form.elements[0].focus();
  }

  /** Put the form back where it is before anybody is signed in. */
  reset() {
    byId("again").close();
    byId("sign-in-place").append(this.form);
    this.#to("credentials", false);
  }

  /** @param {string} step */
  #to(step, focus = true) {
    const { title, hint, go, fields } = STEPS[step];
    this.step = step;
    byId("sign-in-title").textContent = title;
    byId("sign-in-hint").textContent = hint;
    byId("sign-in-go").textContent = go;
    byId("sign-in-other").textContent = step === "register" ? "I have an account" : "Create an account";
    show(byId("sign-in-other"), this.signUp && (step === "credentials" || step === "register"));
    byId("sign-in-forgot").textContent = step === "credentials" ? "I forgot my password" : "Back to sign-in";
    show(byId("sign-in-forgot"), ["credentials", "forgot", "reset"].includes(step));
    byId("sign-in-fields").replaceChildren(...fields.map(([name, label, attributes]) => make("label", {}, label,
      make("input", { name, required: true, "aria-describedby": hint ? "sign-in-hint" : null, ...attributes }))));
    this.#say("");
    if (focus) this.form.elements[0].focus();
  }

  async #submit() {
    const values = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(this.form)));
    Object.assign(this.entered, values);
    this.#say("");
    this.#busy(true);
    try {
      await this.#go(values);
    } catch (error) {
      this.#say(signInSentence(error));
    } finally {
      this.#busy(false);
    }
  }

  /** @param {Record<string, string>} values */
  async #go(values) {
    const identity = await this.session.identity;
    const next = await this.#ask(identity, values);
    if (next === "done") {
      await this.session.entered();
      this.entered.password = "";
    } else if (next in STEPS) {
      this.#to(next);
    } else {
      this.#say("This account requires a step that this page does not support. Ask the administrator.");
    }
  }

  /**
   * @param {import("./session.js").Identity} identity
   * @param {Record<string, string>} values
   */
  async #ask(identity, { username, password, code }) {
    if (this.step === "new-password") return identity.answer(password);
    if (this.step === "code") return identity.answer(code);
    if (this.step === "forgot") return identity.forgot(username.trim());
    if (this.step === "reset") await identity.replacePassword(this.entered.username.trim(), code, password);
    if (this.step === "register") {
      const step = await identity.register(username, password);
      if (step !== "done") return step;
    }
    if (this.step === "confirm") await identity.confirm(this.entered.username, code);
    return identity.enter(this.entered.username.trim(), this.entered.password);
  }

  /** @param {string} sentence */
  #say(sentence) {
    const place = byId("sign-in-problem");
    place.textContent = sentence;
    show(place, sentence !== "");
  }

  /** @param {boolean} busy */
  #busy(busy) {
    byId("sign-in-go").disabled = busy;
    this.form.setAttribute("aria-busy", String(busy));
  }
}

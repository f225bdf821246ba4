/** The page put together: configuration, session, and the parts in their order. */

import { Api } from "./api.js";
import { loadConfig } from "./config.js";
import { byId, show } from "./dom.js";
import { DrawView } from "./draw-view.js";
import { showHistory } from "./history-view.js";
import { History } from "./history.js";
import { showModel } from "./model-card.js";
import { showNetwork } from "./network.js";
import { PictureView } from "./picture-view.js";
import { Session } from "./session.js";
import { SignIn } from "./sign-in.js";
import { themeSwitch } from "./theme.js";
import { showWelcomeDigits } from "./welcome.js";

async function start() {
  showNetwork(byId("notice"));
  showWelcomeDigits(byId("welcome-digits"));
  const config = await loadConfig();
  const identity = import("./identity.js").then((module) => { module.configure(config); return module; });
  /** @type {Promise<typeof import("./events.js")> | undefined} */
  let events;
  const loadEvents = () => (events ??= import("./events.js").then((module) => {
    module.allowPlainSockets(config.events_url);
    return module;
  }));
  const subscribe = async (...listener) => (await loadEvents()).subscribe(...listener);
  const session = new Session(identity);
  const api = new Api(config.api_url, (options) => session.token(options));
  const history = new History();
  const drawing = new DrawView(api, history);
  // An environment may have no uploads: then there is nothing to send pictures to.
  const pictures = config.events_url ? new PictureView({ api, subscribe, limit: config.upload_bytes_max }, history) : null;
  show(byId("picture-section"), pictures !== null);
  show(byId("welcome-pictures"), pictures !== null);
  const signIn = new SignIn(session, { signUp: config.sign_up });

  showHistory(history, (entry) => {
    (entry.kind === "drawing" ? drawing : pictures)?.restore(entry);
    byId(entry.kind === "drawing" ? "draw-title" : "picture-title").scrollIntoView({ block: "start" });
  });
  themeSwitch(byId("theme"), () => drawing.pad.paint());

  const forget = () => { drawing.reset(); pictures?.reset(); };
  session.addEventListener("in", (event) => {
    const wasWorking = !byId("tools").hidden;
    if (event.detail.isAnother) forget();
    signIn.reset();
    show(byId("welcome"), false);
    show(byId("tools"), true);
    show(byId("sign-out"), true);
    byId("who").textContent = session.person.name;
    history.open(session.person.id);
    pictures?.takeUp(session.person.id);
    showModel(api);
    if (pictures) loadEvents().catch(() => { events = undefined; }); // Without push the page polls.
    if (!wasWorking) {
      byId("main").focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  });
  session.addEventListener("expired", () => signIn.askAgain());
  session.addEventListener("out", () => {
    forget();
    history.forget();
    signIn.reset();
    byId("who").textContent = "";
    show(byId("tools"), false);
    show(byId("sign-out"), false);
    show(byId("welcome"), true);
    byId("sign-in-title").focus();
  });
  byId("sign-out").addEventListener("click", () => session.leave());
  document.documentElement.dataset.ready = String(await session.resume());
}

start().catch((error) => {
  const notice = byId("notice");
  notice.textContent = `This page could not be started: ${error.message}. Reload it in a moment.`;
  show(notice, true);
});

// The dashboard: signing in and out, and which view is shown. The views themselves are views.js; what a key may see
// is decided by the platform.

import { agentsView, policyView } from "./policy.js";
import { auditView, callsView, conversationView, healthView } from "./views.js";
import { ask, el, icon, placeIcons } from "./view.js";

/** Time between two looks at what changes by itself. */
const LOOK_MILLIS = 4_000;
const MARK = { "x-conversimple": "dashboard" };

placeIcons();
const view = document.getElementById("view");
const views = document.getElementById("views");
const leave = document.getElementById("leave");
let shown = 0;
let timer = null;

leave.addEventListener("click", async () => {
  await ask("/api/v1/session/end", { body: {}, headers: MARK });
  history.replaceState(null, "", location.pathname);
  signIn();
});
addEventListener("hashchange", () => takeCode() ?? route());
document.addEventListener("visibilitychange", () => document.hidden || refresh());
takeCode() ?? route();

/** Takes a one-time code out of the address before anything else is asked, so that it is in no history. */
function takeCode() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (!code) return null;
  history.replaceState(null, "", location.pathname);
  return enter({ code }, "That link was used already or is too old. Sign in with an API key.");
}

/** Opens a session; the cookie is the browser's to keep, and no script can read it. */
async function enter(credential, refusal) {
  const answer = await ask("/api/v1/session", { body: credential, headers: MARK });
  if (answer.ok) return route();
  if (answer.status === 0) return signIn("The platform does not answer. Is it running?");
  signIn(refusal ?? answer.body?.message ?? "That did not work. Please try again.");
}

function signIn(problem) {
  shown++;
  clearTimeout(timer);
  views.hidden = leave.hidden = true;
  const input = el("input", { id: "key", type: "password", autocomplete: "off", spellcheck: "false", required: true, placeholder: "cs_test_…", "aria-describedby": "key-help" });
  const submit = async (event) => {
    event.preventDefault();
    const value = input.value.trim();
    input.value = "";
    if (value) await enter({ api_key: value });
  };
  view.replaceChildren(
    el(
      "form",
      { class: "sign-in", submit },
      el("h1", {}, "Sign in"),
      el("p", { class: "soft" }, "See live calls, what was said, and every decision of the guard."),
      problem ? el("p", { class: "problem", role: "alert" }, icon("fault"), problem) : null,
      el("label", { for: "key" }, "API key"),
      input,
      el("p", { class: "soft small", id: "key-help" }, "On this machine, the address that the terminal printed signs you in by itself, once."),
      el("button", { class: "act", type: "submit" }, "Sign in"),
    ),
  );
  input.focus();
}

/** Shows the view that the address names. */
async function route() {
  const [name, id] = location.hash.replace(/^#\/?/, "").split("/");
  const render = { calls: callsView, agents: agentsView, audit: auditView, health: healthView }[name] ?? callsView;
  const mine = ++shown;
  clearTimeout(timer);
  const one = { calls: conversationView, agents: policyView }[name];
  const chosen = id && one ? () => one(decodeURIComponent(id)) : render;
  for (const link of views.children) {
    if (link.hash === `#/${name || "calls"}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  await draw(chosen, mine, true);
}

async function draw(render, mine, first) {
  const { status, content, live } = await render();
  if (mine !== shown) return;
  if (status === 401) return signIn();
  views.hidden = leave.hidden = false;
  if (content) {
    const at = scrollY;
    view.replaceChildren(...content);
    if (first) view.focus({ preventScroll: true });
    scrollTo(0, first ? 0 : at);
  } else {
    view.replaceChildren(el("p", { class: "problem", role: "alert" }, icon("fault"), status === 0 ? "The platform does not answer. Trying again." : status === 404 ? "There is no such thing." : "The platform could not show this."));
  }
  again = () => draw(render, mine, false);
  if (live || status === 0) timer = setTimeout(refresh, LOOK_MILLIS);
}

let again = () => {};

/** Draws again, unless nobody looks. */
function refresh() {
  clearTimeout(timer);
  if (views.hidden && shown > 0) return;
  if (!document.hidden && !/^#\/(audit|agents)/.test(location.hash)) again();
}

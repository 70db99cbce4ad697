// How things look that both pages show: elements, icons, masked text, a tool call with the guard's verdict, numbers.
// Everything is built from text nodes; nothing here reads markup from a string. What to show is decided by
// talk.js and dashboard.js.

const SVG = "http://www.w3.org/2000/svg";

/** Outlines on a 24 × 24 grid, drawn with the text's colour. */
const ICONS = {
  mic: ["M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z", "M5.5 11.5a6.5 6.5 0 0 0 13 0", "M12 18v3"],
  muted: ["M9 9.5V12a3 3 0 0 0 4.6 2.5", "M15 11V6a3 3 0 0 0-5.7-1.3", "M5.5 11.5a6.5 6.5 0 0 0 10.4 5.2", "M18.5 11.5a6.5 6.5 0 0 1-.5 2.5", "M12 18v3", "M4 4l16 16"],
  shield: ["M12 3l7 2.6v5.6c0 4.4-2.9 7.9-7 9.8-4.1-1.9-7-5.4-7-9.8V5.6z"],
  check: ["M12 3l7 2.6v5.6c0 4.4-2.9 7.9-7 9.8-4.1-1.9-7-5.4-7-9.8V5.6z", "M8.6 12l2.4 2.4 4.4-4.8"],
  stop: ["M12 3l7 2.6v5.6c0 4.4-2.9 7.9-7 9.8-4.1-1.9-7-5.4-7-9.8V5.6z", "M12 8v4.6", "M12 15.8v.1"],
  fault: ["M12 4l9 16H3z", "M12 10v4.5", "M12 17.3v.1"],
  clock: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M12 8v4.3l2.8 1.7"],
  send: ["M5 12h13", "M12.5 6l6 6-6 6"],
  lock: ["M6.5 11h11v9h-11z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
  sound: ["M4 9.5h3.5L12 5.5v13l-4.5-4H4z", "M15.5 9a4.2 4.2 0 0 1 0 6", "M18 6.5a7.8 7.8 0 0 1 0 11"],
  silent: ["M4 9.5h3.5L12 5.5v13l-4.5-4H4z", "M16 9.5l5 5", "M21 9.5l-5 5"],
  board: ["M4 5h16v14H4z", "M4 10h16", "M10 10v9"],
  hangup: ["M2.5 13.5c5.2-5.2 13.8-5.2 19 0l-2.3 3.2-4-1.7v-2.7a11 11 0 0 0-6.4 0v2.7l-4 1.7z"],
  back: ["M19 12H6", "M11.5 6l-6 6 6 6"],
  erase: ["M9 6h11v12H9l-5-6z", "M12 10l4 4", "M16 10l-4 4"],
  user: ["M12 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z", "M5 20c.6-4 3.4-6 7-6s6.4 2 7 6"],
};

/** An element with attributes and children; a child that is text becomes a text node. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

/** An icon of the table. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  for (const d of ICONS[name] ?? []) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** Puts an icon into every element that names one. */
export function placeIcons(root = document) {
  for (const node of root.querySelectorAll("[data-icon]")) node.replaceChildren(icon(node.dataset.icon));
}

/**
 * What stands for something hidden: ⟨card 1⟩ is a token of the vault, [password] a label of the mask; any word with two
 * stars or bullets in a row is a masked value, such as ****1111 or a***@example.com.
 */
const HIDDEN = /⟨[^⟩]{1,40}⟩|\[(?:card|cvv|expiry|ssn|phone|email|iban|ip|api_key|jwt|password|pin|secret)\]|[\w.+@-]*(?:\*{2,}|•{2,})[\w.+@*•-]*\w|(?:\*{2,}|•{2,})/giu;

/** Text in which each masked piece is a small shield. */
export function masked(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > from) parts.push(document.createTextNode(text.slice(from, match.index)));
    const shield = el("span", { class: "hidden-value", title: "Hidden: neither the log nor the model sees it" }, icon("lock"), match[0]);
    from = match.index + match[0].length;
    const [stops] = text.slice(from).match(/^[.,;:!?)]*/);
    from += stops.length;
    parts.push(stops ? el("span", { class: "together" }, shield, stops) : shield);
  }
  if (from < text.length) parts.push(document.createTextNode(text.slice(from)));
  return parts;
}

/** What a verdict means to a person: its tone and a few words. A code that is not listed is read as words. */
const MEANINGS = new Map(Object.entries({
  allowed: ["good", "Allowed"],
  authentication_required: ["wait", "Held back: nobody is logged in yet"],
  step_up_required: ["wait", "Held back: the login is too long ago for this"],
  confirmation_required: ["wait", "Held back until the caller says yes"],
  not_confirmed: ["wait", "Not run: the caller said no"],
  turn_interrupted: ["wait", "Not run: the caller spoke on"],
  rate_limit_exceeded: ["wait", "Stopped: too often in a short time"],
  invalid_parameters: ["wait", "Refused: an argument is missing, unknown or out of bounds"],
  invalid_type: ["wait", "Refused: an argument has the wrong type"],
  invalid_amount: ["wait", "Refused: not a valid amount"],
  amount_too_large: ["wait", "Refused: the amount is over the limit"],
  invalid_currency: ["wait", "Refused: not an accepted currency"],
  invalid_card: ["wait", "Refused: not a valid card number"],
  unauthorized: ["bad", "Refused: not among the caller’s own things"],
  invalid_credentials: ["bad", "Refused: wrong name or password"],
  origin_forbidden: ["bad", "Refused: a page of another origin"],
  tool_not_found: ["bad", "Refused: there is no such tool"],
  tool_timeout: ["fault", "Gave up: the tool took too long"],
  tool_execution_error: ["fault", "The tool failed; the cause stays in the audit trail"],
  service_unavailable: ["fault", "A service behind the tool is down; the cause stays in the audit trail"],
  agent_unavailable: ["fault", "The agent is not connected"],
  internal_error: ["fault", "A fault of the platform"],
}));

export function meaning(verdict) {
  const [tone, words] = MEANINGS.get(verdict) ?? ["wait", `Refused: ${verdict.replaceAll("_", " ")}`];
  return { tone, words };
}

/** Tools of the SDK itself begin with this; they are shown, but smaller. */
const OWN_TOOLS = "conversimple_";

const TONE_ICON = { good: "check", wait: "stop", bad: "stop", fault: "fault" };

/** The badge of a verdict, in its own words unless others are given. */
export function verdictBadge(verdict, others) {
  const { tone, words } = meaning(verdict);
  const code = verdict === "allowed" ? null : el("code", {}, verdict);
  return el("span", { class: `verdict tone-${tone}` }, icon(TONE_ICON[tone]), el("span", {}, others ?? words), code);
}

/** Arguments as names and values, masked pieces as shields. */
export function argumentList(value) {
  const rows = value && typeof value === "object" && !Array.isArray(value) ? Object.entries(value) : [];
  if (rows.length === 0) return el("span", { class: "no-arguments" }, "no arguments");
  return el("dl", { class: "arguments" }, rows.map(([name, held]) => el("div", {}, el("dt", {}, name), el("dd", {}, masked(plain(held))))));
}

function plain(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One tool call of a timeline: `{name, arguments, verdict?, millis?}`; without a verdict it is still running. */
export function callItem(call) {
  const running = !call.verdict;
  const tone = running ? "running" : meaning(call.verdict).tone;
  return el(
    "li",
    {
      class: `call tone-${tone}${call.name.startsWith(OWN_TOOLS) ? " internal" : ""}`,
      "data-tool": call.name,
      "data-verdict": call.verdict,
      "data-millis": call.millis,
      "data-arguments": JSON.stringify(call.arguments ?? {}),
    },
    el("span", { class: "node", "aria-hidden": "true" }, running ? el("span", { class: "spinner" }) : icon(TONE_ICON[tone])),
    el(
      "div",
      { class: "call-body" },
      el("p", { class: "call-head" }, el("code", { class: "tool-name" }, call.name), el("span", { class: "took" }, running ? "running" : millis(call.millis))),
      argumentList(call.arguments),
      running ? null : el("p", { class: "meaning" }, meaning(call.verdict).words, call.verdict === "allowed" ? null : el("code", {}, call.verdict)),
    ),
  );
}

/** A duration in milliseconds, as short as it is readable. */
export function millis(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  if (value < 10) return `${value.toFixed(1)} ms`;
  if (value < 1000) return `${Math.round(value)} ms`;
  return `${(value / 1000).toFixed(1)} s`;
}

/** What is known of a turn's times, as one line; empty when nothing is. */
export function timingLine(times) {
  // What took no time, such as understanding what was typed, is not worth a word.
  const known = (value) => typeof value === "number" && Number.isFinite(value) && value >= 0.5;
  const parts = [];
  if (known(times?.to_first_audio)) parts.push(`first sound ${millis(times.to_first_audio)}`);
  if (known(times?.transcript)) parts.push(`understood ${millis(times.transcript)}`);
  if (known(times?.decision)) parts.push(`decided ${millis(times.decision)}`);
  return parts.join(" · ");
}

/** Asks the server; gives `{ok, status, body}`, with status 0 when nobody answered. */
export async function ask(path, options = {}) {
  const { body, headers, ...rest } = options;
  const sent = { credentials: "same-origin", cache: "no-store", redirect: "error", headers: { accept: "application/json", ...headers }, ...rest };
  if (body !== undefined) {
    sent.method ??= "POST";
    sent.headers["content-type"] = "application/json";
    sent.body = JSON.stringify(body);
  }
  try {
    const answer = await fetch(path, sent);
    return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => null) };
  } catch {
    return { ok: false, status: 0, body: null };
  }
}

// The dashboard's views: each asks the platform and gives `{status, content, live}`, elements to show and whether they
// change by themselves. Signing in and moving between views is dashboard.js's business.

import { ask, callItem, el, icon, masked, millis, timingLine, verdictBadge } from "./view.js";

const CALLS_PAGE = 20;
const AUDIT_PAGE = 50;
let callsPage = 1;

/** Live calls first, then recent conversations. */
export async function callsView() {
  const answer = await ask(`/api/v1/conversations?page=${callsPage}&per_page=${CALLS_PAGE}`);
  if (!answer.ok) return { status: answer.status };
  const list = answer.body.data ?? [];
  const live = list.filter(isLive);
  const past = list.filter((one) => !isLive(one));
  const content = [
    el("h1", {}, "Calls"),
    live.length > 0 ? el("section", { class: "live", "aria-label": "Live calls" }, live.map(liveCard)) : null,
    past.length > 0 ? pastTable(past) : null,
    list.length === 0 ? el("p", { class: "empty" }, "No conversation yet. Open the talk page and say something.") : null,
    pager(answer.body.meta),
  ].filter(Boolean);
  return { status: 200, content, live: true };
}

/** A conversation that was cut off by a crash has no end, but it is not live. */
function isLive(one) {
  return one.state ? one.state === "open" : !one.ended_at;
}

function liveCard(one) {
  return el(
    "a",
    { class: "live-card", href: `#/calls/${encodeURIComponent(one.id)}` },
    el("span", { class: "on-air" }, el("span", { class: "dot" }), "live"),
    el("b", {}, since(one.started_at, Date.now())),
    el("span", { class: "soft" }, `${one.channel} · ${count(one.turns, "turn")} · ${count(one.calls, "tool call")}`),
    el("code", { class: "soft" }, short(one.id)),
  );
}

function pastTable(list) {
  const row = (one) =>
    el(
      "tr",
      {},
      el("td", {}, el("a", { href: `#/calls/${encodeURIComponent(one.id)}` }, when(one.started_at))),
      el("td", {}, one.channel),
      el("td", { class: "number" }, one.ended_at ? since(one.started_at, Date.parse(one.ended_at)) : "cut off"),
      el("td", { class: "number" }, String(one.turns ?? 0)),
      el("td", { class: "number" }, String(one.calls ?? 0)),
      el("td", { class: "number" }, one.refused ? el("span", { class: "refused tone-wait" }, String(one.refused)) : "0"),
      el("td", {}, el("code", { class: "soft" }, short(one.id))),
    );
  return table(["Started", "Channel", "-Length", "-Turns", "-Tool calls", "-Refused", "Conversation"], list.map(row), "Recent conversations");
}

function pager(meta) {
  const pages = Math.ceil((meta?.total_count ?? 0) / CALLS_PAGE);
  if (pages < 2) return null;
  const to = (page) => () => {
    callsPage = page;
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  return el(
    "nav",
    { class: "pager", "aria-label": "Pages" },
    el("button", { class: "quiet", type: "button", disabled: callsPage <= 1, click: to(callsPage - 1) }, "Newer"),
    el("span", { class: "soft" }, `Page ${callsPage} of ${pages}`),
    el("button", { class: "quiet", type: "button", disabled: callsPage >= pages, click: to(callsPage + 1) }, "Older"),
  );
}

/** One conversation: each turn's words beside the calls that it led to. */
export async function conversationView(id) {
  const answer = await ask(`/api/v1/conversations/${encodeURIComponent(id)}`);
  if (!answer.ok) return { status: answer.status };
  const one = answer.body.data ?? answer.body;
  const turns = one.turns ?? [];
  const tools = one.agent_id ? await ask(`/api/v1/agents/${encodeURIComponent(one.agent_id)}/tools`) : { ok: false };
  const facts = [one.started_at ? when(one.started_at) : null, one.channel, isLive(one) ? "live" : one.ended_at ? since(one.started_at, Date.parse(one.ended_at)) : "cut off"].filter(Boolean);
  const content = [
    el("a", { class: "quiet back", href: "#/calls" }, icon("back"), "Calls"),
    el("h1", {}, "Conversation"),
    el("p", { class: "soft" }, facts.join(" · "), " · ", el("code", {}, one.id ?? id)),
    turns.length === 0 ? el("p", { class: "empty" }, "Nothing was said yet.") : el("ol", { class: "turns" }, turns.map(turnRow)),
    ...(tools.ok ? toolReview(tools.body.data) : []),
  ];
  return { status: 200, content, live: isLive(one) };
}

/** Tools that cannot be called, and those that declare themselves looser than the default of their effect. */
function toolReview({ withheld, loosened }) {
  const list = (title, rows, text) =>
    rows.length > 0 ? [el("h2", {}, title), el("ul", { class: "tool-review" }, rows.map((row) => el("li", {}, el("code", {}, row.tool), ": ", text(row))))] : [];
  return [...list("Withheld tools", withheld, (row) => row.reason), ...list("Tools looser than the default", loosened, (row) => `${row.words.join(", ")}${row.by_policy ? " (by the policy)" : ""}`)];
}

function turnRow(turn) {
  const calls = turn.tool_calls ?? [];
  const line = timingLine(turn.millis);
  const said = turn.said
    ? el("div", { class: turn.interrupted ? "bubble agent cut" : "bubble agent" }, el("p", { class: "who" }, "Agent"), el("p", { class: "text" }, masked(turn.said)), line ? el("p", { class: "timing" }, icon("clock"), line) : null)
    : null;
  return el(
    "li",
    { class: "turn" },
    el("div", { class: "log" }, turn.heard ? el("div", { class: "bubble caller" }, el("p", { class: "who" }, "Caller"), el("p", { class: "text" }, masked(turn.heard))) : null, said),
    el("div", { class: "turn-calls" }, el("p", { class: "turn-number" }, turn.turn === 0 ? "Greeting" : `Turn ${turn.turn}`), calls.length > 0 ? el("ol", { class: "timeline" }, calls.map(callItem)) : el("p", { class: "soft small" }, "no tool call")),
  );
}

/** The audit trail, newest first, and whether its chain holds. */
export async function auditView() {
  const first = await ask(`/api/v1/audit?limit=${AUDIT_PAGE}`);
  if (!first.ok) return { status: first.status };
  const rows = el("tbody", {}, first.body.data.map(auditRow));
  const result = el("div", { class: "seal-result", role: "status" });
  const older = el("button", { class: "quiet", type: "button" }, "Older records");
  let last = first.body.data.at(-1)?.seq;
  const settle = (list) => (older.hidden = list.length < AUDIT_PAGE);
  settle(first.body.data);
  older.addEventListener("click", async () => {
    older.disabled = true;
    const answer = await ask(`/api/v1/audit?limit=${AUDIT_PAGE}&before=${last}`);
    older.disabled = false;
    if (!answer.ok) return;
    rows.append(...answer.body.data.map(auditRow));
    last = answer.body.data.at(-1)?.seq ?? last;
    settle(answer.body.data);
  });
  const verify = el("button", { class: "act", type: "button", click: () => verifyChain(verify, result) }, icon("check"), "Verify the chain");
  const content = [
    el("div", { class: "head" }, el("div", {}, el("h1", {}, "Audit trail"), el("p", { class: "soft" }, "One record for each decision, each with the hash of the one before: a record changed or removed breaks the chain. Keep the newest hash elsewhere to notice a cut at the end.")), verify),
    result,
    first.body.data.length > 0 ? tableAround(["-No.", "When", "What", "Decision", "Caller", "Arguments", "Conversation", "Hash"], rows, "Audit records") : el("p", { class: "empty" }, "Nothing was decided yet."),
    older,
  ];
  return { status: 200, content, live: false };
}

function auditRow(one) {
  const code = one.code ?? one.verdict;
  const at = one.at ?? one.at_ms;
  const pairs = Object.entries(one.arguments ?? {}).map(([name, value]) => el("div", {}, el("span", { class: "soft" }, name), " ", masked(typeof value === "string" ? value : JSON.stringify(value))));
  const conversation = one.conversation_id ? el("a", { href: `#/calls/${encodeURIComponent(one.conversation_id)}` }, el("code", {}, short(one.conversation_id))) : "–";
  return el(
    "tr",
    {},
    el("td", { class: "number" }, String(one.seq)),
    el("td", { class: "nowrap" }, when(at)),
    el("td", {}, el("div", {}, one.tool ? el("code", { class: "tool-name" }, one.tool) : null, el("div", { class: "soft small" }, (one.event ?? "").replaceAll("_", " ")))),
    el("td", { class: "decision" }, code ? verdictBadge(code, isOutcome(one) && code === "allowed" ? "Done" : undefined) : "–"),
    el("td", {}, one.who ?? el("span", { class: "soft" }, "unknown")),
    el("td", { class: "pairs" }, pairs.length > 0 ? el("div", {}, pairs) : "–"),
    el("td", {}, conversation),
    el("td", {}, el("code", { class: "soft", title: one.hash }, (one.hash ?? "").slice(0, 10))),
  );
}

/** A call has two records: that it was let through, and how it ended. */
function isOutcome(one) {
  return /outcome$/.test(one.event ?? "");
}

async function verifyChain(button, result) {
  button.disabled = true;
  const started = performance.now();
  const answer = await ask("/api/v1/audit/verify");
  button.disabled = false;
  const found = answer.body?.data ?? answer.body;
  const show = (tone, symbol, title, ...rest) => result.replaceChildren(el("div", { class: `seal tone-${tone}` }, icon(symbol), el("div", {}, el("b", {}, title), el("p", {}, rest))));
  if (!answer.ok || !found) return show("fault", "fault", "Could not verify", answer.status === 0 ? "The platform does not answer." : (found?.message ?? "Please try again."));
  if (found.ok) return show("good", "check", `The chain holds: ${count(found.records, "record")}`, "Checked in ", millis(performance.now() - started), ".", found.head ? [" Head ", el("code", {}, found.head)] : []);
  const at = found.broken ? `at record ${found.broken.seq}: ${found.broken.why}` : "";
  return show("bad", "stop", "The chain is broken", at, ". Records from there on cannot be trusted.");
}

/** What the platform says of itself. */
export async function healthView() {
  const answer = await ask("/health");
  const body = answer.body;
  if (!body || typeof body !== "object") return { status: answer.status === 401 ? 500 : answer.status };
  const figures = flat(body.data ?? body);
  const cards = figures.map(([name, value]) => el("div", { class: "figure" }, el("dt", {}, name), el("dd", { class: String(value).length > 14 ? "long" : null }, value)));
  return { status: 200, content: [el("h1", {}, "Health"), el("dl", { class: "figures" }, cards)], live: true };
}

/** The leaves of an object as names and readable values. */
function flat(value, path = []) {
  if (value !== null && typeof value === "object") return Object.entries(value).flatMap(([name, inner]) => flat(inner, [...path, name]));
  return [[path.join(" ").replaceAll("_", " ").replace(/ (bytes|seconds|millis|ms)$/, ""), figure(path.at(-1) ?? "", value)]];
}

function figure(name, value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number") return String(value ?? "–");
  if (/bytes$/.test(name)) return value >= 1e6 ? `${(value / 1e6).toFixed(0)} MB` : `${(value / 1e3).toFixed(0)} kB`;
  if (/seconds$/.test(name)) return lasting(value * 1000);
  if (/millis$|_ms$/.test(name)) return millis(value);
  return value.toLocaleString("en", { maximumFractionDigits: 3 });
}

// ---- tables, times and numbers

/** Heads that begin with a minus stand over numbers. */
function tableAround(heads, body, caption) {
  const names = heads.map((text) => text.replace(/^-/, ""));
  for (const row of body.children) label(row, names);
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach((row) => label(row, names)))).observe(body, { childList: true });
  const head = (text) => el("th", { scope: "col", class: text.startsWith("-") ? "number" : null }, text.replace(/^-/, ""));
  return el("div", { class: "table", tabindex: "0", role: "region", "aria-label": caption }, el("table", {}, el("caption", { class: "sr" }, caption), el("thead", {}, el("tr", {}, heads.map(head))), body));
}

/** On a phone each row is a card, and each cell says what it is. */
function label(row, names) {
  [...row.children].forEach((cell, i) => (cell.dataset.label = names[i]));
}

function table(heads, rows, caption) {
  return tableAround(heads, el("tbody", {}, rows), caption);
}

function when(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return "–";
  const today = at.toDateString() === new Date().toDateString();
  const time = at.toLocaleTimeString("en-GB");
  return today ? time : `${at.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
}

function since(from, to) {
  return lasting(to - Date.parse(from));
}

function lasting(value) {
  if (!Number.isFinite(value)) return "–";
  const seconds = Math.max(0, Math.round(value / 1000));
  const pad = (part) => String(part).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${pad(seconds % 60)}`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${pad(Math.floor((seconds % 3600) / 60))} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

function count(number, noun) {
  return `${(number ?? 0).toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function short(id) {
  return id.length > 18 ? `${id.slice(0, 15)}…` : id;
}

// The dashboard's agents, and for each the operator's policy: what holds for its tools, what is withheld, and the document,
// to be changed. What a document means and who may write it is decided by the platform.

import { ask, el, icon } from "./view.js";

const MARK = { "x-conversimple": "dashboard" };

/** The customer's agents. */
export async function agentsView() {
  const answer = await ask("/api/v1/agents?per_page=100");
  if (!answer.ok) return { status: answer.status };
  const row = (one) =>
    el("li", {}, el("a", { href: `#/agents/${encodeURIComponent(one.id)}` }, el("b", {}, one.name), el("code", { class: "soft" }, one.id)), el("span", { class: "soft small" }, one.description));
  // An agent that nobody has stored is known by its conversations.
  const talked = await ask("/api/v1/conversations?per_page=100");
  const list = answer.body.data ?? [];
  const known = new Set(list.map((one) => one.id));
  for (const { agent_id: id } of talked.ok ? talked.body.data : []) {
    if (id && !known.has(id)) list.push({ id, name: id, description: "Not stored; it has held conversations." });
    known.add(id);
  }
  const content = [
    el("h1", {}, "Agents"),
    el("p", { class: "soft" }, "What each agent’s tools may do, and the policy that says so."),
    list.length > 0 ? el("ul", { class: "agents" }, list.map(row)) : el("p", { class: "empty" }, "No agent yet."),
  ];
  return { status: 200, content, live: false };
}

/** One agent's tools and its policy. */
export async function policyView(id) {
  const path = `/api/v1/agents/${encodeURIComponent(id)}/policy`;
  const answer = await ask(path);
  if (!answer.ok) return { status: answer.status };
  const one = answer.body.data;
  const content = [
    el("a", { class: "quiet back", href: "#/agents" }, icon("back"), "Agents"),
    el("h1", {}, "Policy of ", el("code", {}, one.agent_id)),
    el("p", { class: "soft" }, one.version > 0 ? `Version ${one.version}, written by ${one.changed_by} at ${one.changed_at}.` : "Nobody has written one: what the tools declare holds, and else the default of their effect."),
    ...section("Withheld tools", one.withheld, withheldItem),
    ...toolSection(one),
    editor(path, one),
    ...section("Earlier versions", one.earlier, earlierItem),
  ];
  return { status: 200, content, live: false };
}

function section(title, rows, item) {
  return rows.length > 0 ? [el("h2", {}, title), el("ul", { class: "tool-review" }, rows.map(item))] : [];
}

function withheldItem(row) {
  return el("li", {}, el("code", {}, row.tool), ": ", row.reason);
}

function earlierItem(row) {
  return el("li", {}, `Version ${row.version}, by ${row.changed_by} at ${row.changed_at}: `, el("code", {}, JSON.stringify(row.policy)));
}

function toolSection({ tools, loosened }) {
  if (tools.length === 0) return [el("p", { class: "empty" }, "The agent has registered no tools since the platform started.")];
  const looser = new Map(loosened.map((row) => [row.tool, row]));
  const cell = (label, ...content) => el("td", { "data-label": label }, content);
  const row = (rules) => {
    const words = looser.get(rules.tool);
    const mark = words ? el("span", { class: "looser tone-wait" }, `${words.words.join(", ")}${words.by_policy ? " (by this policy)" : ""}`) : "–";
    return el("tr", {}, cell("Tool", el("code", { class: "tool-name" }, rules.tool)), cell("Effect", rules.effect), cell("Caller", rules.caller ? "must have logged in" : "anybody"), cell("Yes", rules.confirm ? "needed" : "not needed"), cell("Looser than the default", mark), cell("Declaration", el("code", { class: "soft" }, rules.digest)));
  };
  const heads = ["Tool", "Effect", "Caller", "Yes", "Looser than the default", "Declaration"];
  return [
    el("h2", {}, "What holds"),
    el("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Tools" }, el("table", {}, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, tools.map(row)))),
  ];
}

/** The document as TOML. Writing it again, changed or not, says that the tools as they are now were looked at. */
function editor(path, one) {
  const text = el("textarea", { id: "policy", rows: "14", spellcheck: "false", autocomplete: "off", "aria-describedby": "policy-help" });
  text.value = one.toml;
  const result = el("p", { role: "status", class: "small" });
  const submit = async (event) => {
    event.preventDefault();
    const answer = await ask(path, { method: "PUT", body: { toml: text.value, version: one.version }, headers: MARK });
    if (answer.ok) return dispatchEvent(new HashChangeEvent("hashchange"));
    const wrong = Object.entries(answer.body?.errors ?? {}).map(([field, problem]) => `${field}: ${problem}`);
    const other = answer.status === 409 ? "Somebody else has changed it meanwhile. Load the page again." : (answer.body?.message ?? "The platform does not answer.");
    result.replaceChildren(el("span", { class: "problem" }, icon("fault"), wrong.length > 0 ? wrong.join("; ") : other));
  };
  const example = '[tools.get_balance]\npublic = true\n\n[tools.login]\naccount = ["username"]';
  return el(
    "form",
    { class: "policy", submit },
    el("h2", {}, el("label", { for: "policy" }, "The document")),
    el("p", { class: "soft small", id: "policy-help" }, "TOML. It is looser than the default only where it says so: public = true, confirm = false, limit = \"none\", secret = false, another effect. It holds for conversations that begin from now on; to write it again, changed or not, says that the tools were looked at. For example:"),
    el("pre", { class: "small" }, example),
    text,
    el("button", { class: "act", type: "submit" }, icon("check"), "Write the policy"),
    result,
  );
}

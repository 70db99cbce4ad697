// The conversation as it grows: who said what, what was withdrawn or cut off, and the timeline of tool calls.
// It keeps the page's bubbles true to the platform's messages; the call itself is talk.js's business.

import { callItem, el, icon, masked, timingLine } from "./view.js";

export class Transcript {
  /** `parts`: the elements `log`, `scroll`, `timeline`. */
  constructor(parts) {
    Object.assign(this, parts);
    this.callerBubbles = new Map();
    this.agentBubbles = new Map();
    this.calls = new Map();
    this.pending = null;
    this.withdrawn = null;
    this.stopped = null;
    this.agentName = "Agent";
  }

  /** A new conversation begins below what is there. */
  begin() {
    this.settle();
    this.callerBubbles.clear();
    this.agentBubbles.clear();
    this.calls.clear();
    this.withdrawn = null;
    if (this.log.childElementCount > 0) this.log.append(el("li", { class: "divider" }, "New conversation"));
    if (this.timeline.childElementCount > 0) this.timeline.append(el("li", { class: "divider" }, "New conversation"));
  }

  /** The caller's words of a turn; they may still change until `isFinal`. */
  heard(turn, text, isFinal) {
    this.settle();
    let bubble = this.callerBubbles.get(turn) ?? this.takeUp(turn, text);
    if (!bubble) {
      if (!text) return;
      bubble = this.bubble("caller", "You", turn);
      this.callerBubbles.set(turn, bubble);
    }
    bubble.classList.toggle("partial", !isFinal);
    bubble.dataset.final = String(isFinal);
    bubble.querySelector(".text").replaceChildren(...masked(text));
    this.follow();
  }

  /** The caller's words of an earlier turn, once more. */
  rewritten(turn, text) {
    this.callerBubbles.get(turn)?.querySelector(".text").replaceChildren(...masked(text));
  }

  /** Something was sent that is not shown until the platform says it back, masked. */
  sent() {
    this.settle();
    this.pending = this.bubble("caller", "You", "");
    this.pending.classList.add("partial");
    this.pending.querySelector(".text").append(el("span", { class: "dots", role: "img", "aria-label": "sending" }, el("i"), el("i"), el("i")));
    this.follow();
  }

  said(turn, text) {
    this.settle();
    let bubble = this.agentBubbles.get(turn);
    if (!bubble) {
      bubble = this.bubble("agent", this.agentName, turn);
      this.agentBubbles.set(turn, bubble);
    }
    bubble.classList.remove("cut");
    const words = bubble.querySelector(".text");
    if (words.childNodes.length > 0) words.append(" ");
    words.append(...masked(text));
    this.follow();
  }

  /** The answer was stopped; for good, unless more of its sound comes. */
  cut(turn) {
    this.agentBubbles.get(turn)?.classList.add("cut");
    this.stopped = turn;
  }

  /** Sound comes: what was stopped goes on, since it was not ended. */
  sounded() {
    if (this.stopped === null) return;
    this.agentBubbles.get(this.stopped)?.classList.remove("cut");
    this.stopped = null;
  }

  /** What was half understood came to nothing. */
  forget() {
    for (const [turn, bubble] of this.callerBubbles) {
      if (bubble.dataset.final !== "false") continue;
      bubble.remove();
      this.callerBubbles.delete(turn);
    }
  }

  ended(turn, times) {
    this.stopped = null;
    const line = timingLine(times);
    const bubble = this.agentBubbles.get(turn);
    if (!bubble || !line) return;
    bubble.querySelector(".timing")?.remove();
    bubble.append(el("p", { class: "timing" }, icon("clock"), line));
    this.follow();
  }

  /** The turn's words belong to the next turn. */
  void(turn) {
    this.settle();
    for (const bubble of [this.callerBubbles.get(turn), this.agentBubbles.get(turn)]) {
      bubble?.classList.add("void");
      if (bubble) bubble.dataset.void = "true";
    }
    this.withdrawn = this.callerBubbles.get(turn) ?? null;
    this.callerBubbles.delete(turn);
    const answer = this.agentBubbles.get(turn);
    this.agentBubbles.delete(turn);
    if (answer && answer.querySelector(".text").textContent === "") answer.remove();
  }

  call(view) {
    const item = callItem(view);
    const shown = this.calls.get(view.call_id);
    if (shown) shown.replaceWith(item);
    else this.timeline.append(item);
    this.calls.set(view.call_id, item);
    item.scrollIntoView({ block: "nearest" });
  }

  /** Calls of the present conversation that have a verdict. */
  get callCount() {
    return this.timeline.querySelectorAll(".call").length;
  }

  /** Takes away the bubble of something sent that was not said back, and what nobody finished. */
  settle() {
    this.pending?.remove();
    this.pending = null;
  }

  /** The next turn goes on in the withdrawn bubble if its words begin with the withdrawn ones. */
  takeUp(turn, text) {
    const bubble = this.withdrawn;
    if (!bubble || !text) return null;
    this.withdrawn = null;
    const before = words(bubble.querySelector(".text").textContent);
    const now = words(text);
    if (!now.startsWith(before) && !before.startsWith(now)) return null;
    bubble.classList.remove("void");
    delete bubble.dataset.void;
    bubble.dataset.turn = turn;
    this.log.append(bubble);
    this.callerBubbles.set(turn, bubble);
    return bubble;
  }

  bubble(role, name, turn) {
    const node = el("li", { class: `bubble ${role}`, "data-role": role, "data-turn": turn }, el("p", { class: "who" }, name), el("p", { class: "text" }));
    this.log.append(node);
    return node;
  }

  follow() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }
}

function words(text) {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

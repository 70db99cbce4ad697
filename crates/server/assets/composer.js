// The typed input: sentences, secrets that are never shown, a keypad for digits, and things to try.
// What is sent where is decided by talk.js; what a secret is, by the platform.

import { el, icon } from "./view.js";

/** Secrets made of digits, which go as keys of the keypad; any other kind goes as text. */
const DIGITS = new Map(Object.entries({
  pin: "PIN",
  otp: "one-time code",
  code: "one-time code",
  card: "card number",
  card_number: "card number",
  cvv: "security code",
  cvc: "security code",
  ssn: "social security number",
}));
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export class Composer {
  /** `parts`: the form's elements; `send({text} or {digits})` tells whether it could be sent. */
  constructor(parts, send) {
    Object.assign(this, parts);
    this.send = send;
    this.kind = null;
    this.known = [];
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.keypad.append(...KEYS.map((key) => el("button", { type: "button", click: () => this.press(key) }, key)), this.eraser());
  }

  /** Whether a secret is being asked for. */
  get secret() {
    return this.kind !== null;
  }

  /** What the platform wants next: a kind of secret, or null for an open answer. What was typed is thrown away. */
  expect(kind) {
    if (kind === this.kind) return;
    this.kind = kind;
    this.words.value = "";
    const name = kind === null ? null : (DIGITS.get(kind) ?? kind.replaceAll("_", " "));
    this.words.type = kind === null ? "text" : "password";
    this.words.inputMode = !this.digits ? "text" : matchMedia("(pointer: coarse)").matches ? "none" : "numeric";
    this.words.spellcheck = kind === null;
    this.words.placeholder = kind === null ? "Type instead of speaking" : `Your ${name}`;
    this.label.textContent = kind === null ? "Type instead of speaking" : `Your ${name}, hidden`;
    this.note.textContent = kind === null ? "" : `Say your ${name} or enter it. It goes to the vault: into no transcript, log or model.`;
    this.note.hidden = kind === null;
    this.keypad.hidden = !this.digits;
    this.form.classList.toggle("secret", kind !== null);
    this.showLogins();
  }

  /** Sentences to try, and logins of the demonstration. */
  offer(sentences, logins) {
    const chip = (text) => el("button", { type: "button", class: "chip", click: () => this.send({ text }) }, text);
    this.tries.replaceChildren(...sentences.map((text) => el("li", {}, chip(text))));
    this.chips.replaceChildren(...sentences.map(chip));
    this.known = logins;
    this.showLogins();
  }

  enable(on) {
    for (const button of [...this.tries.querySelectorAll("button"), ...this.chips.querySelectorAll("button")]) button.disabled = !on;
    this.form.querySelector(".send").disabled = !on;
  }

  get digits() {
    return this.kind !== null && DIGITS.has(this.kind);
  }

  submit() {
    const value = this.words.value.trim();
    if (value === "") return;
    const keys = value.replace(/[\s-]/g, "");
    const entry = this.digits && /^[0-9*#]+$/.test(keys) ? { digits: keys } : { text: value };
    if (this.send(entry)) this.words.value = "";
  }

  press(key) {
    this.words.value += key;
  }

  eraser() {
    const erase = () => (this.words.value = this.words.value.slice(0, -1));
    return el("button", { type: "button", class: "erase", "aria-label": "Erase the last key", click: erase }, icon("erase"));
  }

  showLogins() {
    this.logins.hidden = this.known.length === 0 || this.digits;
    const chip = ({ user, password }) =>
      el("button", { type: "button", class: "login", click: () => this.fill(this.kind === "password" ? password : user) }, el("b", {}, user), " / ", password);
    this.logins.replaceChildren(icon("user"), el("span", {}, "Demo logins"), ...this.known.map(chip));
  }

  fill(text) {
    this.words.value = text;
    this.words.focus();
  }
}

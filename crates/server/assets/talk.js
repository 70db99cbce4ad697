// The talk page: one call at a time, its state, and what each key, button and message does to it.
// Sound is sound.js, the socket is line.js, the bubbles are transcript.js, the typed input is composer.js. The
// platform decides what is said and allowed.

import { Composer } from "./composer.js";
import { openLine } from "./line.js";
import { Visualizer } from "./visualizer.js";
import { NoMicrophone, Sound } from "./sound.js";
import { Transcript } from "./transcript.js";
import { ask, el, icon, meaning, millis, placeIcons } from "./view.js";

/** Time between two reports of what was played. */
const PLAYED_MILLIS = 100;
/** Time between two questions whether platform and agent are there. */
const LOOK_MILLIS = 3_000;
/** After this much silence from the platform the page no longer says that it thinks. */
const THINK_LIMIT_MILLIS = 15_000;

/** Words that are not final so long after the caller fell silent came to nothing. */
const FORGET_MILLIS = 2_000;

const WORDS = {
  connecting: ["Connecting", "One moment."],
  listening: ["Listening", "Say something, or type below."],
  hearing: ["Listening", "I hear you."],
  typing: ["Your turn", "Type below, or tap the microphone to speak."],
  muted: ["Microphone off", "Tap to go on speaking."],
  thinking: ["Thinking", "The guard checks whatever is called for."],
  speaking: ["Speaking", "Talk over the answer whenever you like."],
  reading: ["Answering", "Sound is off: read along."],
  ended: ["Call ended", "Tap to start another."],
};

placeIcons();
const at = (id) => document.getElementById(id);
const page = at("page");
const visualizer = new Visualizer(at("visualizer"));
const transcript = new Transcript({ log: at("log"), scroll: at("scroll"), timeline: at("timeline") });
const composer = new Composer({ form: at("form"), words: at("words"), label: at("words-label"), note: at("secret-note"), keypad: at("keypad"), chips: at("chips"), tries: at("tries"), logins: at("logins") }, typed);

/** What is known of the platform: null until it answered, then `{agent, voice}`. */
let platform = null;
let call = null;
let over = false;
let soundOn = true;
let turnsEnded = 0;

at("mic").addEventListener("click", microphone);
at("hangup").addEventListener("click", hangUp);
at("sound").addEventListener("click", toggleSound);
for (const name of ["conversation", "guard"]) at(`tab-${name}`).addEventListener("click", () => show(name));
document.querySelector(".tabs").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const other = page.dataset.view === "guard" ? "conversation" : "guard";
  show(other);
  at(`tab-${other}`).focus();
});
document.addEventListener("keydown", keys);
addEventListener("pagehide", () => call?.line?.hangUp());
look();

// ---- the platform and its agent

async function look() {
  const answer = await ask("/api/v1/talk");
  const known = answer.ok ? (answer.body?.data ?? answer.body) : null;
  const before = platform;
  platform = known;
  at("agent").hidden = !known?.agent;
  if (known?.agent) {
    at("agent-name").textContent = known.agent.name;
    transcript.agentName = known.agent.name;
    document.title = `${known.agent.name} · conversimple`;
  }
  if (known && JSON.stringify([known.try, known.logins]) !== JSON.stringify([before?.try, before?.logins])) {
    composer.offer(known.try ?? [], known.logins ?? []);
  }
  page.dataset.voice = String(Boolean(known?.voice));
  refresh();
  if (!known?.agent) setTimeout(look, LOOK_MILLIS);
}

/** State and hint while there is no call. */
function idleWords() {
  if (over) return WORDS.ended;
  if (!platform) return ["Not connected", "The platform does not answer yet. Trying again."];
  if (!platform.agent) return ["Waiting for the agent", "The platform is up; no agent has connected to it yet."];
  if (!platform.voice) return ["Type to talk", "Speech models are not installed, so this is a written conversation."];
  return ["Tap to talk", matchMedia("(hover: none)").matches ? "Then just speak." : "Or press the space bar."];
}

// ---- a call

async function begin(withMicrophone) {
  at("notice").hidden = true;
  const mine = { sound: null, line: null, speech: false, thinking: false, playing: false, muted: false, queue: [] };
  call = mine;
  over = false;
  transcript.begin();
  refresh();
  try {
    mine.sound = openSound(mine);
    const [line] = await Promise.all([
      openLine(mine.sound?.rateHz ?? 48_000, {
        message: (message) => mine === call && take(message),
        sound: (bytes) => mine === call && sounded(bytes),
        closed: (expected) => mine === call && lost(expected),
      }),
      mine.sound?.started,
    ]);
    if (mine !== call) return line.hangUp();
    mine.line = line;
  } catch (cause) {
    if (mine === call) finish({ failed: cause.message });
    else mine.sound?.close();
    return;
  }
  mine.playedTimer = setInterval(() => reportPlayed(mine), PLAYED_MILLIS);
  refresh();
  for (const send of mine.queue.splice(0)) send();
  if (withMicrophone) await openMicrophone(mine);
}

/** A page without sound still converses in writing. */
function openSound(mine) {
  try {
    const sound = new Sound();
    sound.started = sound
      .start((report) => mine === call && heardBack(report))
      .then(() => sound.audible(soundOn))
      .catch(() => {
        sound.close();
        mine.sound = null;
      });
    return sound;
  } catch {
    return null;
  }
}

async function openMicrophone(mine) {
  try {
    if (!mine.sound) throw new NoMicrophone("This browser cannot handle live sound. You can type instead.");
    await mine.sound.openMicrophone(
      (bytes, level) => mine === call && spoken(bytes, level),
      () => mine === call && notice("The microphone went away. You can go on typing."),
    );
  } catch (cause) {
    if (mine === call) notice(cause instanceof NoMicrophone ? cause.message : "The microphone could not be opened. You can type instead.");
  }
  if (mine === call) refresh();
}

function finish({ failed, lost: wasLost } = {}) {
  const mine = call;
  call = null;
  over = Boolean(mine?.line);
  clearInterval(mine?.playedTimer);
  clearTimeout(mine?.thinkTimer);
  mine?.sound?.close();
  transcript.settle();
  composer.expect(null);
  if (failed) notice(failed, "Try again", () => begin(Boolean(mine?.sound?.microphoneOpen)));
  else if (wasLost) notice("The connection was lost. A new conversation starts logged out.", "Reconnect", () => begin(wasLost.microphone));
  refresh();
  if (failed || wasLost) look();
}

function hangUp() {
  if (!call) return;
  call.line?.hangUp();
  finish();
  at("mic").focus();
}

function lost(expected) {
  const microphone = Boolean(call.sound?.microphoneOpen);
  finish(expected ? {} : { lost: { microphone } });
}

// ---- what the platform says

function take(message) {
  switch (message.type) {
    case "ready":
      page.dataset.conversation = message.conversation_id;
      page.dataset.voice = String(message.voice);
      break;
    case "speech":
      call.speech = message.active;
      clearTimeout(call.forgetTimer);
      if (!message.active) forgetLater(call);
      break;
    case "heard":
      transcript.heard(message.turn, message.text, message.final);
      if (message.final) {
        clearTimeout(call.forgetTimer);
        call.speech = false;
        think(true);
        // A screen reader must not speak into an open microphone.
        if (!call.sound?.microphoneOpen) announce(`You said: ${message.text}`);
      }
      break;
    case "rewritten":
      // A part of an earlier turn turned out to be a secret's.
      transcript.rewritten(message.turn, message.text);
      break;
    case "said":
      transcript.said(message.turn, message.text);
      if (!audible()) announce(`${transcript.agentName}: ${message.text}`);
      break;
    case "tool":
      tool(message);
      break;
    case "expect":
      composer.expect(message.secret ?? null);
      break;
    case "clear":
      call.sound?.clear();
      transcript.cut(message.turn);
      break;
    case "turn_end":
      turnEnd(message);
      break;
    case "turn_void":
      transcript.void(message.turn);
      think(false);
      break;
    case "error":
      think(false);
      notice(message.message);
      break;
    case "ended":
      finish();
      return;
  }
  refresh();
}

function tool(view) {
  transcript.call(view);
  const count = transcript.callCount;
  at("guard-count").textContent = String(count);
  at("guard-count").hidden = count === 0;
  at("guard-empty").hidden = true;
  if (view.verdict) announce(`${view.name}: ${meaning(view.verdict).words}`);
}

function turnEnd({ turn, millis: times }) {
  transcript.ended(turn, times);
  transcript.settle();
  think(false);
  // What the agent says before it was asked anything is turn 0.
  if (turn > 0) page.dataset.turnsEnded = String(++turnsEnded);
  if (typeof times?.to_first_audio !== "number") return;
  at("timing").hidden = false;
  at("timing").replaceChildren(icon("clock"), "first sound after", el("b", {}, millis(times.to_first_audio)));
}

function think(on) {
  if (!call) return;
  call.thinking = on;
  clearTimeout(call.thinkTimer);
  const mine = call;
  if (on) mine.thinkTimer = setTimeout(() => mine === call && (think(false), refresh()), THINK_LIMIT_MILLIS);
}

/** A cough may look like words at first. */
function forgetLater(mine) {
  mine.forgetTimer = setTimeout(() => mine === call && transcript.forget(), FORGET_MILLIS);
}

// ---- sound

/** 20 ms of the answer. */
function sounded(bytes) {
  transcript.sounded();
  call.sound?.play(bytes);
}

/** 20 ms from the microphone. */
function spoken(bytes, level) {
  call.line?.sendSound(bytes);
  page.dataset.framesSent = String(call.line?.framesSent ?? 0);
  page.dataset.micLevel = Math.max(Number(page.dataset.micLevel ?? 0), level).toFixed(4);
  if (!call.playing && !call.muted) visualizer.hear(level);
}

/** What the playback worklet reports. */
function heardBack({ samples, playing, waiting, level, cut }) {
  call.played = samples;
  const was = call.playing;
  call.playing = playing || waiting;
  if (call.playing) {
    visualizer.hear(level * 0.6);
    if (!was) think(false);
  }
  page.dataset.playedSamples = String(samples);
  page.dataset.peakLevel = Math.max(Number(page.dataset.peakLevel ?? 0), level).toFixed(4);
  if (cut) reportPlayed(call);
  if (was !== call.playing) refresh();
}

function reportPlayed(mine) {
  mine.line?.sendPlayed(mine.played ?? 0);
}

function audible() {
  return soundOn && Boolean(call?.sound) && page.dataset.voice === "true";
}

function toggleSound() {
  soundOn = !soundOn;
  at("sound").setAttribute("aria-pressed", String(soundOn));
  at("sound").querySelector(".label").textContent = soundOn ? "Sound on" : "Sound off";
  at("sound").querySelector("[data-icon]").replaceChildren(icon(soundOn ? "sound" : "silent"));
  call?.sound?.audible(soundOn);
  refresh();
}

// ---- what the caller does

function microphone() {
  if (!call) return void begin(true);
  if (!call.line) return;
  if (!call.sound?.microphoneOpen) return void openMicrophone(call);
  call.muted = !call.muted;
  call.sound.mute(call.muted);
  refresh();
}

/** Something typed or tapped: `{text}` or `{digits}`. */
function typed(entry) {
  if (!call && !platform?.agent) return false;
  if (!call) begin(false);
  const mine = call;
  const message = entry.digits === undefined ? { type: "text", text: entry.text } : { type: "keypad", digits: entry.digits };
  const send = () => {
    mine.line.send(message);
    transcript.sent();
    think(true);
    refresh();
  };
  if (mine.line) send();
  else mine.queue.push(send);
  return true;
}

function keys(event) {
  if (event.key === "Escape" && call) {
    event.preventDefault();
    hangUp();
    return;
  }
  const elsewhere = event.target.closest?.("input, textarea, select, button, a, summary");
  if (event.key === " " && !elsewhere && !event.repeat && !at("mic").disabled) {
    event.preventDefault();
    microphone();
  }
}

// ---- what is shown

function mood() {
  if (!call) return over ? "ended" : "idle";
  if (!call.line) return "connecting";
  if (call.playing) return "speaking";
  if (call.thinking && !call.speech) return "thinking";
  return "listening";
}

function refresh() {
  const state = mood();
  const microphoneOpen = Boolean(call?.sound?.microphoneOpen);
  let [title, hint] = WORDS[state] ?? idleWords();
  if (state === "ended" && !platform?.agent) hint = platform ? "The agent is not there at present." : "The platform does not answer yet. Trying again.";
  if (state === "listening" && !microphoneOpen) [title, hint] = platform?.voice ? WORDS.typing : [WORDS.typing[0], "Type below."];
  else if (state === "listening" && call.muted) [title, hint] = WORDS.muted;
  else if (state === "listening" && call.speech) [title, hint] = WORDS.hearing;
  if (state === "speaking" && !soundOn) [title, hint] = WORDS.reading;
  else if (state === "speaking" && !microphoneOpen) hint = "Type the next sentence whenever you like.";
  if (page.dataset.state !== state || at("state").textContent !== title) announceState(title);
  page.dataset.state = state;
  page.dataset.muted = String(Boolean(call?.muted));
  page.dataset.microphone = String(microphoneOpen);
  at("state").textContent = title;
  at("hint").textContent = hint;
  at("hangup").hidden = !call;
  refreshMicrophone(state, microphoneOpen);
  composer.enable(Boolean(call || platform?.agent));
  at("welcome").hidden = transcript.log.childElementCount > 0;
  at("chips").hidden = transcript.log.childElementCount === 0 || composer.secret;
  visualizer.feel(state === "ended" || state === "connecting" || (call?.muted && state === "listening") ? "idle" : state);
}

function refreshMicrophone(state, open) {
  const mute = call?.muted;
  at("mic").disabled = call ? !call.line || !platform?.voice : !(platform?.agent && platform.voice);
  at("mic-label").textContent = !call ? "Start talking" : !open ? "Speak with the microphone" : mute ? "Switch the microphone on" : "Switch the microphone off";
  const glyph = mute ? "muted" : "mic";
  const holder = at("mic").querySelector(".glyph");
  if (holder.dataset.icon !== glyph) {
    holder.dataset.icon = glyph;
    holder.replaceChildren(icon(glyph));
  }
}

function show(view) {
  page.dataset.view = view;
  for (const name of ["conversation", "guard"]) {
    at(`tab-${name}`).setAttribute("aria-selected", String(name === view));
    at(`tab-${name}`).tabIndex = name === view ? 0 : -1;
  }
}

function announce(text) {
  at("announce").textContent = text;
}

function announceState(title) {
  if (title !== WORDS.thinking[0] && title !== WORDS.speaking[0]) announce(title);
}

function notice(text, action, run) {
  const close = () => (at("notice").hidden = true);
  const act = action ? el("button", { type: "button", class: "act", click: () => (close(), run()) }, action) : null;
  const dismiss = el("button", { type: "button", class: "quiet", click: close }, "Dismiss");
  at("notice").replaceChildren(icon("fault"), el("p", {}, text), ...(act ? [act] : []), dismiss);
  at("notice").hidden = false;
  show("conversation");
}

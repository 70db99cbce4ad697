// The media socket: opens a conversation, carries sound and messages both ways, and says once how it ended.
// The token goes in the first message, never into an address. What the messages mean is talk.js's business.

import { ask } from "./view.js";

/** Longest wait for the platform to say that it is ready. */
const READY_MILLIS = 10_000;
/** A line on which nobody speaks says at least this often that it is there. */
const SIGN_OF_LIFE_MILLIS = 30_000;
/** Sound that may wait in the socket; beyond it frames are dropped, because late sound helps nobody. */
const BACKLOG_BYTES = 96_000;

/** Why a line could not be opened: a public code and its sentence. */
export class NoLine extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * Opens a conversation at a rate and gives its line.
 *
 * `handlers`: `message(object)` for each message, `sound(buffer)` for each frame, `closed(expected)` once.
 */
export async function openLine(rateHz, handlers) {
  const answer = await ask("/api/v1/conversations", { body: {} });
  if (!answer.ok) throw refusal(answer);
  const opened = answer.body?.data ?? answer.body;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/media/websocket`);
  socket.binaryType = "arraybuffer";
  const line = new Line(socket, handlers);
  await line.ready({ type: "start", token: opened.client_token, rate_hz: rateHz, pace: "live" });
  return line;
}

function refusal({ status, body }) {
  if (status === 0) return new NoLine("connection_failed", "The platform does not answer. Is it still running?");
  return new NoLine(body?.code ?? "internal_error", body?.message ?? "The platform could not open a conversation.");
}

class Line {
  constructor(socket, handlers) {
    this.socket = socket;
    this.handlers = handlers;
    this.over = false;
    this.isReady = false;
    this.framesSent = 0;
    this.framesDropped = 0;
    this.reportedSamples = -1;
    this.reportedAt = 0;
  }

  ready(start) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => fail("connection_timeout", "The platform took too long to answer."), READY_MILLIS);
      const fail = (code, message) => {
        clearTimeout(late);
        this.over = true;
        this.socket.close();
        reject(new NoLine(code, message));
      };
      this.socket.onopen = () => this.send(start);
      this.socket.onclose = () => {
        if (!this.isReady) return fail("connection_closed", "The connection was closed before it was ready.");
        const expected = this.over;
        this.over = true;
        this.handlers.closed(expected);
      };
      this.socket.onmessage = ({ data }) => {
        if (typeof data !== "string") return this.over || this.handlers.sound(data);
        const message = parse(data);
        if (message?.type === "ready") {
          clearTimeout(late);
          this.isReady = true;
          this.handlers.message(message);
          resolve();
        } else if (message?.type === "error" && !this.isReady) {
          fail(message.code, message.message);
        } else if (message) {
          if (message.type === "ended") this.over = true;
          this.handlers.message(message);
        }
      };
    });
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  sendSound(bytes) {
    if (this.socket.readyState !== WebSocket.OPEN || this.over) return;
    if (this.socket.bufferedAmount > BACKLOG_BYTES) {
      this.framesDropped++;
      return;
    }
    this.socket.send(bytes);
    this.framesSent++;
  }

  /** Says how much was played, if that has changed. */
  sendPlayed(samples) {
    const now = performance.now();
    if (samples === this.reportedSamples && now - this.reportedAt < SIGN_OF_LIFE_MILLIS) return;
    this.reportedSamples = samples;
    this.reportedAt = now;
    this.send({ type: "played", samples });
  }

  hangUp() {
    this.over = true;
    this.send({ type: "stop" });
    this.socket.close(1000);
  }
}

function parse(text) {
  try {
    const message = JSON.parse(text);
    return message && typeof message === "object" ? message : null;
  } catch {
    return null;
  }
}

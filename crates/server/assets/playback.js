// AudioWorklet: plays PCM16 frames of the line in order, stops at once when told, and says how much was played.
// What to play and when to stop is decided by the platform.

import { Resampler } from "./resample.js";

/** Held back before sound starts, so that a late frame leaves no gap. */
const CUSHION_SECONDS = 0.04;
/** A sound shorter than the cushion starts after this. */
const PATIENCE_SECONDS = 0.06;
/** How fast sound fades when it is cut, so that it does not click. */
const FADE_SECONDS = 0.003;
/** Time between two reports. */
const REPORT_SECONDS = 0.05;
/** Sound held at most; the platform paces itself, so more than this is a fault of the other side. */
const LIMIT_SECONDS = 120;

class Playback extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.rateHz = processorOptions.rateHz;
    this.resampler = sampleRate === this.rateHz ? null : new Resampler(this.rateHz, sampleRate);
    this.queue = [];
    this.offset = 0;
    this.buffered = 0;
    this.playing = false;
    this.waited = 0;
    this.played = 0;
    this.last = 0;
    this.peak = 0;
    this.sinceReport = 0;
    this.port.onmessage = ({ data }) => (data.sound ? this.add(data.sound) : this.clear());
  }

  add(bytes) {
    const pcm = new Int16Array(bytes);
    const wire = Float32Array.from(pcm, (sample) => sample / 32768);
    const samples = this.resampler ? this.resampler.push(wire) : wire;
    if (samples.length === 0 || this.buffered + samples.length > LIMIT_SECONDS * sampleRate) return;
    this.queue.push(samples);
    this.buffered += samples.length;
  }

  /** Keeps as much of what is playing as the fade needs, and drops the rest. */
  clear() {
    const length = this.playing ? Math.min(this.buffered, Math.round(FADE_SECONDS * sampleRate)) : 0;
    const tail = new Float32Array(length);
    for (let i = 0; i < length; i++) tail[i] = this.next() * (1 - i / length);
    this.queue = length > 0 ? [tail] : [];
    this.offset = 0;
    this.buffered = length;
    this.resampler?.reset();
    this.cut = true;
  }

  next() {
    const sample = this.queue[0][this.offset++];
    if (this.offset === this.queue[0].length) {
      this.queue.shift();
      this.offset = 0;
    }
    this.buffered--;
    return sample;
  }

  process(_, [channels]) {
    const out = channels[0];
    const was = this.playing;
    this.begin(out.length);
    for (let i = 0; i < out.length; i++) {
      if (this.playing && this.buffered > 0) {
        this.last = this.next();
        this.played++;
      } else {
        this.playing = false;
        this.last *= 0.97;
      }
      out[i] = this.last;
      this.peak = Math.max(this.peak, Math.abs(this.last));
    }
    for (const other of channels.slice(1)) other.set(out);
    this.report(out.length, was !== this.playing || (this.cut && this.buffered === 0));
    return true;
  }

  begin(step) {
    if (this.playing || this.buffered === 0) {
      this.waited = 0;
      return;
    }
    this.waited += step;
    this.playing = this.buffered >= CUSHION_SECONDS * sampleRate || this.waited >= PATIENCE_SECONDS * sampleRate;
  }

  /** Samples are counted at the line's rate, and only those that were played: what was cleared is not among them. */
  report(step, changed) {
    this.sinceReport += step;
    if (!changed && this.sinceReport < REPORT_SECONDS * sampleRate) return;
    const cut = Boolean(this.cut && this.buffered === 0);
    if (cut) this.cut = false;
    const samples = Math.round((this.played * this.rateHz) / sampleRate);
    this.port.postMessage({ samples, playing: this.playing, waiting: this.buffered > 0, level: this.peak, cut });
    this.sinceReport = 0;
    this.peak = 0;
  }
}

registerProcessor("playback", Playback);

// AudioWorklet: the microphone's sound as PCM16 frames of 20 ms at the line's rate, each with its level.
// Whether a frame is sent is decided by the page.

import { Resampler } from "./resample.js";

class Capture extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    const { rateHz } = processorOptions;
    this.resampler = sampleRate === rateHz ? null : new Resampler(sampleRate, rateHz);
    this.size = rateHz / 50;
    this.frame = new Int16Array(this.size);
    this.filled = 0;
    this.power = 0;
  }

  process([channels]) {
    if (channels.length > 0) {
      const mono = mix(channels);
      this.take(this.resampler ? this.resampler.push(mono) : mono);
    }
    return true;
  }

  take(samples) {
    for (const sample of samples) {
      const bounded = Math.max(-1, Math.min(1, sample));
      this.frame[this.filled++] = Math.round(bounded * 32767);
      this.power += bounded * bounded;
      if (this.filled === this.size) this.send();
    }
  }

  /** Browsers run on little-endian machines only, which is the wire's order. */
  send() {
    const level = Math.sqrt(this.power / this.size);
    this.port.postMessage({ sound: this.frame.buffer, level }, [this.frame.buffer]);
    this.frame = new Int16Array(this.size);
    this.filled = 0;
    this.power = 0;
  }
}

function mix(channels) {
  if (channels.length === 1) return channels[0];
  const mono = new Float32Array(channels[0].length);
  for (const channel of channels) channel.forEach((sample, i) => (mono[i] += sample / channels.length));
  return mono;
}

registerProcessor("capture", Capture);

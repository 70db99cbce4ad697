// The resampler of both worklets: what is inside the band passes unchanged, what is above it does not fold back, and
// the pieces in which the stream arrives do not matter.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

// Browsers are told that the file is a module; Node has to be told too.
const source = readFileSync(new URL("../../assets/resample.js", import.meta.url));
const { Resampler } = await import(`data:text/javascript;base64,${source.toString("base64")}`);

const RATES = [[44_100, 48_000], [48_000, 44_100], [96_000, 48_000], [48_000, 96_000], [32_000, 48_000], [11_025, 16_000], [192_000, 48_000]];

for (const [from, to] of RATES) {
  const low = Math.min(from, to);

  test(`${from} to ${to} Hz keeps a tone in the band`, () => {
    for (const part of [0.02, 0.2, 0.4]) {
      const level = loudness(run(from, to, tone(from, low * part, from)));
      assert.ok(Math.abs(level - Math.SQRT1_2) < 0.01, `${part}: ${level}`);
    }
  });

  test(`${from} to ${to} Hz gives a second for a second`, () => {
    const out = run(from, to, tone(from, 440, from));
    assert.ok(Math.abs(out.length - to) < to / 100, `${out.length}`);
  });

  if (to < from) {
    test(`${from} to ${to} Hz lets nothing fold back`, () => {
      for (const hz of [to * 0.52, to * 0.6, to * 0.75].filter((hz) => hz < from / 2)) {
        const level = loudness(run(from, to, tone(from, hz, from)));
        assert.ok(level < 0.001, `${hz}: ${level}`);
      }
    });
  }

  test(`${from} to ${to} Hz does not depend on the pieces`, () => {
    const sound = tone(from, 997, 4_000);
    const whole = run(from, to, sound, 4_000);
    for (const piece of [1, 7, 128, 441]) assert.deepEqual(run(from, to, sound, piece), whole);
  });
}

function tone(rateHz, hz, length) {
  return Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rateHz));
}

function run(from, to, sound, piece = 128) {
  const resampler = new Resampler(from, to);
  const out = [];
  for (let at = 0; at < sound.length; at += piece) out.push(...resampler.push(sound.subarray(at, at + piece)));
  return out;
}

/** Root mean square of the middle, away from where the sound sets in and ends. */
function loudness(samples) {
  const middle = samples.slice(samples.length / 4, (samples.length * 3) / 4);
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
}

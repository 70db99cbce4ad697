// Changes the rate of a stream of samples, with a low-pass that keeps what cannot be carried from folding back.
// Pure: no audio interface, so that it runs in both worklets and in the tests. Which rates is decided by sound.js.

/** Zero crossings of the sinc on each side at the lower of the two rates. */
const CROSSINGS = 24;
/** Kaiser window: 80 dB of stop band. */
const BETA = 7.86;
/** The pass band ends at this part of the lower Nyquist frequency, which leaves room for the filter's slope. */
const PASS = 0.9;

/** A streaming polyphase resampler between two whole rates, in Hz. */
export class Resampler {
  constructor(fromHz, toHz) {
    const common = gcd(fromHz, toHz);
    this.up = toHz / common;
    this.down = fromHz / common;
    const scale = Math.min(1, toHz / fromHz);
    this.half = Math.ceil(CROSSINGS / scale);
    this.taps = 2 * this.half;
    this.table = design(this.up, this.half, scale * PASS);
    this.reset();
  }

  /** Forgets the past. */
  reset() {
    this.held = new Float32Array(this.taps - 1);
    this.position = 0;
    this.phase = 0;
  }

  /** Takes samples at the first rate and gives those at the second that are complete. */
  push(samples) {
    const line = new Float32Array(this.held.length + samples.length);
    line.set(this.held);
    line.set(samples, this.held.length);
    const out = [];
    while (this.position + this.taps <= line.length) {
      let sum = 0;
      const row = this.phase * this.taps;
      for (let tap = 0; tap < this.taps; tap++) sum += this.table[row + tap] * line[this.position + tap];
      out.push(sum);
      this.phase += this.down;
      this.position += Math.floor(this.phase / this.up);
      this.phase %= this.up;
    }
    const drop = Math.min(this.position, line.length);
    this.held = line.slice(drop);
    this.position -= drop;
    return Float32Array.from(out);
  }
}

function design(phases, half, cutoff) {
  const taps = 2 * half;
  const table = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase++) {
    const weights = [];
    for (let tap = 0; tap < taps; tap++) {
      const at = tap - (half - 1) - phase / phases;
      const edge = at / half;
      const window = Math.abs(edge) > 1 ? 0 : bessel(BETA * Math.sqrt(1 - edge * edge)) / bessel(BETA);
      weights.push(cutoff * sinc(cutoff * at) * window);
    }
    const sum = weights.reduce((a, b) => a + b, 0);
    weights.forEach((weight, tap) => (table[phase * taps + tap] = weight / sum));
  }
  return table;
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function bessel(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-9; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}

// The ring around the microphone: two families of fine lines, like the engraving on a banknote, that swell where the
// voice is. It draws what it is told; whose voice and which colour is decided by talk.js and talk.css.

const STRANDS = 11;
const LOBES = [14, 18];
const STEPS = 300;
/** Levels remembered; the newest stands at the top and runs down both sides. */
const MEMORY = 48;
const FRAME_MILLIS = 33;
/** Time between two pictures while there is nothing to hear. */
const QUIET_FRAME_MILLIS = 100;
/** How far the lines stand apart where there is no sound: more while nobody talks, so that a voice is seen to move. */
const AT_REST = { idle: 0.24, other: 0.06 };

/** Draws on a canvas in the colour of its CSS `color`. */
export class Visualizer {
  constructor(canvas) {
    this.canvas = canvas;
    this.levels = new Float32Array(MEMORY);
    this.level = 0;
    this.turn = 0;
    this.rest = AT_REST.idle;
    this.mood = "idle";
    this.drawnAt = 0;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    new ResizeObserver(() => this.paint()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => requestAnimationFrame(() => this.paint()));
  }

  /** How loud it is now: root mean square or peak, 0 to 1. */
  hear(level) {
    this.level = Math.max(this.level, Math.min(1, Math.sqrt(level) * 1.5));
  }

  /** `idle`, `listening`, `thinking` or `speaking`. Only an idle ring stands still. */
  feel(mood) {
    this.mood = mood;
    if (!this.looping) this.loop(performance.now());
  }

  loop(now) {
    this.looping = true;
    const silent = this.mood === "listening" && this.level < 0.05 && this.levels.every((level) => level < 0.05);
    if (now - this.drawnAt >= (silent ? QUIET_FRAME_MILLIS : FRAME_MILLIS)) {
      this.drawnAt = now;
      this.step();
      this.paint();
    }
    const quiet = this.mood === "idle" && this.rest > AT_REST.idle - 0.005 && this.levels.every((level) => level < 0.01);
    if (quiet) this.looping = false;
    else requestAnimationFrame((later) => this.loop(later));
  }

  step() {
    this.levels.copyWithin(1, 0);
    const breath = this.mood === "thinking" ? 0.16 + 0.12 * Math.sin(performance.now() / 260) : 0;
    this.levels[0] += (Math.max(this.level, breath) - this.levels[0]) * 0.6;
    if (this.mood === "idle") this.levels[0] = 0;
    this.level *= 0.72;
    this.rest += ((this.mood === "idle" ? AT_REST.idle : AT_REST.other) - this.rest) * 0.08;
    if (this.still.matches) this.levels.fill(this.levels[0]);
    else this.turn += this.mood === "thinking" ? 0.03 : this.mood === "idle" ? 0 : 0.008;
  }

  paint() {
    const scale = Math.min(2, window.devicePixelRatio || 1);
    const side = Math.round(this.canvas.clientWidth * scale);
    if (side === 0) return;
    if (this.canvas.width !== side || this.canvas.height !== side) this.canvas.width = this.canvas.height = side;
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, side, side);
    pen.strokeStyle = getComputedStyle(this.canvas).color;
    pen.lineWidth = Math.max(0.75, 0.85 * scale);
    pen.translate(side / 2, side / 2);
    LOBES.forEach((lobes, family) => {
      for (let strand = 0; strand < STRANDS; strand++) this.curve(pen, side / 2, lobes, family, strand);
    });
    pen.setTransform(1, 0, 0, 1, 0, 0);
  }

  curve(pen, radius, lobes, family, strand) {
    const share = strand / (STRANDS - 1);
    const sign = family === 0 ? 1 : -1;
    pen.globalAlpha = 0.2 + 0.5 * (1 - Math.abs(2 * share - 1));
    pen.beginPath();
    for (let step = 0; step <= STEPS; step++) {
      const angle = (step / STEPS) * 2 * Math.PI;
      const swell = this.swell(angle);
      const wave = Math.sin(lobes * angle + sign * (share * Math.PI * 1.15 + this.turn * lobes));
      const reach = radius * (0.74 + 0.02 * swell + (0.078 + 0.14 * swell) * wave * (0.45 + 0.55 * share));
      const x = reach * Math.sin(angle);
      const y = -reach * Math.cos(angle);
      if (step === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    }
    pen.stroke();
  }

  swell(angle) {
    const down = angle > Math.PI ? 2 * Math.PI - angle : angle;
    const at = (down / Math.PI) * (MEMORY - 1);
    const before = Math.floor(at);
    const after = Math.min(MEMORY - 1, before + 1);
    return Math.max(this.rest, this.levels[before] + (this.levels[after] - this.levels[before]) * (at - before));
  }
}

// The browser's sound: one audio context with the playback worklet, and the microphone once it is asked for.
// It knows rates and frames; what the frames mean is the line's and the page's business.

/** Why there is no microphone, in words that say what to do. */
export class NoMicrophone extends Error {}

/** The line's rate for a context's rate: the same where the line takes it, else the nearest that loses nothing. */
export function lineRate(contextHz) {
  if (contextHz === 16000 || contextHz === 48000) return contextHz;
  return contextHz < 16000 ? 16000 : 48000;
}

/** Sound in both directions. Make it inside the click or key press that asks for it: browsers insist. */
export class Sound {
  constructor() {
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.rateHz = lineRate(this.context.sampleRate);
    this.stream = null;
  }

  /** Loads the worklets and is ready to play; `onReport` gets what the playback worklet says. */
  async start(onReport) {
    const modules = this.context.audioWorklet;
    await Promise.all([modules.addModule("/assets/capture.js"), modules.addModule("/assets/playback.js")]);
    const options = { processorOptions: { rateHz: this.rateHz } };
    this.playback = new AudioWorkletNode(this.context, "playback", { ...options, numberOfInputs: 0, outputChannelCount: [1] });
    this.playback.port.onmessage = ({ data }) => onReport(data);
    this.volume = this.context.createGain();
    this.playback.connect(this.volume).connect(this.context.destination);
    if (this.context.state === "suspended") this.context.resume().catch(() => {});
  }

  /** Opens the microphone; `onFrame` gets 20 ms of PCM16 and its level, `onLost` is told when the device goes away. */
  async openMicrophone(onFrame, onLost) {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new NoMicrophone("Browsers give the microphone only to pages over https or on this machine. You can type instead.");
    }
    const wishes = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: wishes }).catch((cause) => {
      throw new NoMicrophone(whyNot(cause.name));
    });
    if (this.context.state === "closed") return this.close();
    this.stream.getAudioTracks()[0].onended = onLost;
    const options = { processorOptions: { rateHz: this.rateHz }, numberOfOutputs: 0 };
    const capture = new AudioWorkletNode(this.context, "capture", options);
    capture.port.onmessage = ({ data }) => onFrame(data.sound, data.level);
    this.source = this.context.createMediaStreamSource(this.stream);
    this.source.connect(capture);
  }

  get microphoneOpen() {
    return this.stream !== null;
  }

  /** A muted microphone goes on sending silence, so that the platform's clock goes on too. */
  mute(muted) {
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  play(bytes) {
    this.playback?.port.postMessage({ sound: bytes }, [bytes]);
  }

  clear() {
    this.playback?.port.postMessage({});
  }

  /** Loudness of the answers: true as they are, false silent. They are played all the same. */
  audible(on) {
    if (this.volume) this.volume.gain.value = on ? 1 : 0;
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    if (this.context.state !== "closed") this.context.close().catch(() => {});
  }
}

function whyNot(name) {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "The browser did not let this page use the microphone. Allow it beside the address, or type instead.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "There is no microphone here. You can type instead.";
    case "NotReadableError":
    case "AbortError":
      return "Another program holds the microphone. Close it and try again, or type instead.";
    default:
      return "The microphone could not be opened. You can type instead.";
  }
}

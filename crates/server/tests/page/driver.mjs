// Holds one conversation on the talk page with a fake microphone that plays a wav, or by typing, and prints what the
// page showed as JSON. What is right is decided by the test that reads it.
//
// node driver.mjs --url http://127.0.0.1:PORT/ (--wav FILE | --text SENTENCE…) [--shot out.png] [--turns N]
//                 [--timeout SECONDS] [--width W] [--height H] [--scale S] [--dark]

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { openPage } from "./browser.mjs";

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    wav: { type: "string" },
    text: { type: "string", multiple: true, default: [] },
    shot: { type: "string" },
    turns: { type: "string", default: "1" },
    timeout: { type: "string", default: "60" },
    width: { type: "string", default: "1280" },
    height: { type: "string", default: "800" },
    scale: { type: "string", default: "1" },
    dark: { type: "boolean", default: false },
  },
});
if (!values.url || (!values.wav && values.text.length === 0)) {
  console.error("usage: node driver.mjs --url URL (--wav FILE | --text SENTENCE…) [--shot out.png] [--turns N] [--timeout SECONDS]");
  process.exit(2);
}

const flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
if (values.wav) flags.push(`--use-file-for-fake-audio-capture=${resolve(values.wav)}%noloop`);
const end = Date.now() + Number(values.timeout) * 1000;
const left = () => Math.max(0, end - Date.now());

const page = await openPage(values.url, { flags, width: Number(values.width), height: Number(values.height), scale: Number(values.scale), dark: values.dark });
let problem = null;
try {
  await page.until("an agent to talk to", "!document.querySelector('.send').disabled", left());
  if (values.wav) await speak();
  for (const text of values.text) await write(text);
} catch (cause) {
  problem = cause.message;
}
const report = { ...(await shown()), console_errors: page.consoleErrors, csp_violations: page.cspViolations, requests_to_other_hosts: [...page.otherHosts], secret_in_address: page.addresses.some((address) => /token|password/i.test(new URL(address).search)), problem };
if (values.shot) writeFileSync(values.shot, await page.picture());
await page.close();
console.log(JSON.stringify(report, null, 2));
process.exit(problem ? 1 : 0);

/** Clicks the microphone and waits until the asked number of turns is over and their sound was played. */
async function speak() {
  await page.until("the microphone button", "!document.querySelector('#mic').disabled", left());
  await page.click("#mic");
  await page.until("an open microphone", "document.querySelector('#page').dataset.microphone === 'true'", left());
  await quiet(Number(values.turns));
}

async function write(text) {
  const before = Number(await page.value("document.querySelector('#page').dataset.turnsEnded ?? 0"));
  await page.value("document.querySelector('#words').focus()");
  await page.type(text);
  await page.key("Enter", "Enter", 13, "\r");
  await quiet(before + 1);
}

/** A turn is over when the platform said so and nothing is left to play. */
async function quiet(turns) {
  await page.until(
    `the end of turn ${turns}`,
    `(() => { const page = document.querySelector('#page'); return Number(page.dataset.turnsEnded ?? 0) >= ${turns} && ['listening', 'ended'].includes(page.dataset.state); })()`,
    left(),
  );
}

function shown() {
  return page.value(`(() => {
    const texts = (role) => [...document.querySelectorAll('.bubble[data-role=' + role + ']')]
      .filter((bubble) => !bubble.dataset.void && (role === 'agent' || bubble.dataset.final === 'true'))
      .map((bubble) => bubble.querySelector('.text').textContent);
    const state = document.querySelector('#page').dataset;
    const notice = document.querySelector('#notice');
    return {
      heard: texts('caller'),
      said: texts('agent'),
      tools: [...document.querySelectorAll('.call')].map(({ dataset }) => ({ name: dataset.tool, arguments: JSON.parse(dataset.arguments), verdict: dataset.verdict ?? null, millis: dataset.millis === undefined ? null : Number(dataset.millis) })),
      played_samples: Number(state.playedSamples ?? 0),
      peak_level: Number(state.peakLevel ?? 0),
      frames_sent: Number(state.framesSent ?? 0),
      microphone_level: Number(state.micLevel ?? 0),
      conversation_id: state.conversation ?? null,
      state: state.state,
      notice: notice.hidden ? null : notice.textContent,
    };
  })()`);
}

// Drives a headless Chromium over its debugging pipe, without any package: starts it, sends commands, collects what
// the page complains about and whom it asks for anything. What is done with the page is the caller's business.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CANDIDATES = ["chromium", "chromium-browser", "google-chrome"];
const QUIET = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--mute-audio",
  "--autoplay-policy=no-user-gesture-required", "--remote-debugging-pipe",
];
const COMMAND_MILLIS = 30_000;

/** A page of a browser of its own. `options`: `flags`, `width`, `height`, `dark`, `reducedMotion`. */
export async function openPage(url, options = {}) {
  const home = mkdtempSync(join(tmpdir(), "page-test-"));
  const program = await launch([...QUIET, `--user-data-dir=${home}`, ...(options.flags ?? []), "about:blank"]);
  const pipe = new Pipe(program);
  const page = new Page(program, pipe, home, url);
  try {
    await page.prepare(options);
    await page.visit(url);
  } catch (cause) {
    await page.close();
    throw cause;
  }
  return page;
}

async function launch(args) {
  const wanted = process.env.CHROMIUM ? [process.env.CHROMIUM] : CANDIDATES;
  for (const name of wanted) {
    const program = spawn(name, args, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true });
    const started = await new Promise((resolve) => {
      program.once("spawn", () => resolve(true));
      program.once("error", () => resolve(false));
    });
    if (started) return program;
  }
  throw new Error(`no browser: none of ${wanted.join(", ")} could be started; set CHROMIUM`);
}

/** JSON messages between zero bytes, on file descriptors 3 and 4. */
class Pipe {
  constructor(program) {
    this.out = program.stdio[3];
    this.waiting = new Map();
    this.listeners = [];
    this.last = 0;
    let rest = Buffer.alloc(0);
    program.stdio[4].on("data", (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (let end; (end = rest.indexOf(0)) >= 0; rest = rest.subarray(end + 1)) this.take(JSON.parse(rest.subarray(0, end).toString()));
    });
    const gone = () => this.fail(new Error("the browser is gone"));
    program.on("exit", gone);
    this.out.on("error", gone);
  }

  take(message) {
    const waiting = this.waiting.get(message.id);
    if (!waiting) return this.listeners.forEach((listener) => listener(message));
    this.waiting.delete(message.id);
    clearTimeout(waiting.late);
    if (message.error) waiting.reject(new Error(`${waiting.method}: ${message.error.message}`));
    else waiting.resolve(message.result);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method}: no answer`)), COMMAND_MILLIS);
      this.waiting.set(id, { method, resolve, reject, late });
      this.out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  fail(cause) {
    for (const { reject, late } of this.waiting.values()) {
      clearTimeout(late);
      reject(cause);
    }
    this.waiting.clear();
  }
}

class Page {
  constructor(program, pipe, home, url) {
    Object.assign(this, { program, pipe, home });
    this.host = new URL(url).host;
    this.consoleErrors = [];
    this.cspViolations = [];
    this.otherHosts = new Set();
    this.addresses = [];
    pipe.listeners.push((message) => this.notice(message));
  }

  async prepare({ width = 1280, height = 800, dark = false, reducedMotion = false, scale = 1 }) {
    const { targetInfos } = await this.pipe.send("Target.getTargets");
    const target = targetInfos.find(({ type }) => type === "page");
    const { sessionId } = await this.pipe.send("Target.attachToTarget", { targetId: target.targetId, flatten: true });
    this.session = sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network", "Audits"]) await this.send(`${domain}.enable`);
    const features = [
      { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
      { name: "prefers-reduced-motion", value: reducedMotion ? "reduce" : "no-preference" },
    ];
    await this.send("Emulation.setEmulatedMedia", { features });
    await this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: scale, mobile: false });
  }

  /** Opens an address and waits until it is loaded and drawn. */
  async visit(url) {
    const loaded = new Promise((resolve) => (this.onLoaded = resolve));
    const { errorText } = await this.send("Page.navigate", { url });
    if (errorText) throw new Error(`${url}: ${errorText}`);
    await Promise.race([loaded, new Promise((_, reject) => setTimeout(() => reject(new Error(`${url}: not loaded in time`)), COMMAND_MILLIS).unref())]);
    // Keys and clicks before the first picture are thrown away by the browser.
    await this.until("a first picture", "performance.getEntriesByName('first-contentful-paint').length > 0", COMMAND_MILLIS);
    await this.picture();
  }

  send(method, params) {
    return this.pipe.send(method, params, this.session);
  }

  notice({ method, params }) {
    switch (method) {
      case "Page.loadEventFired":
        return this.onLoaded?.();
      case "Runtime.exceptionThrown":
        return this.consoleErrors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
      case "Runtime.consoleAPICalled":
        if (params.type === "error" || params.type === "assert") this.consoleErrors.push(params.args.map(({ value, description }) => value ?? description).join(" "));
        return;
      case "Log.entryAdded":
        if (params.entry.level === "error") this.consoleErrors.push(`${params.entry.text} ${params.entry.url ?? ""}`.trim());
        return;
      case "Audits.issueAdded":
        if (params.issue.code === "ContentSecurityPolicyIssue") this.cspViolations.push(params.issue.details.contentSecurityPolicyIssueDetails);
        return;
      case "Network.requestWillBeSent":
        return this.asked(params.request.url);
      case "Network.webSocketCreated":
        return this.asked(params.url);
    }
  }

  asked(address) {
    this.addresses.push(address);
    const url = new URL(address);
    if (!["data:", "blob:", "about:"].includes(url.protocol) && url.host !== this.host) this.otherHosts.add(url.host);
  }

  /** The value of an expression in the page. */
  async value(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true, userGesture: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until an expression is true; says which one was not, in time. */
  async until(what, expression, limitMillis) {
    const end = Date.now() + limitMillis;
    for (;;) {
      const value = await this.value(expression);
      if (value) return value;
      if (Date.now() > end) throw new Error(`not in time: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A click of the mouse in the middle of an element. */
  async click(selector) {
    const { x, y } = await this.value(`(() => { const at = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect(); return { x: at.x + at.width / 2, y: at.y + at.height / 2 }; })()`);
    for (const type of ["mousePressed", "mouseReleased"]) await this.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
  }

  async type(text) {
    await this.send("Input.insertText", { text });
  }

  async key(key, code, keyCode, text) {
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", key, code, windowsVirtualKeyCode: keyCode, text });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key, code, windowsVirtualKeyCode: keyCode });
  }

  /** A picture of what is seen, as PNG. */
  async picture() {
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    return Buffer.from(data, "base64");
  }

  /** Ends this browser and no other: it leads a process group of its own. */
  async close() {
    const gone = new Promise((resolve) => (this.program.exitCode === null && this.program.signalCode === null ? this.program.once("exit", resolve) : resolve()));
    this.pipe.send("Browser.close").catch(() => {});
    const late = setTimeout(() => this.kill(), 5_000);
    await gone;
    clearTimeout(late);
    this.kill();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  kill() {
    try {
      process.kill(-this.program.pid, "SIGKILL");
    } catch {
      // The group is empty already.
    }
  }
}

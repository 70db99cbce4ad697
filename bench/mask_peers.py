"""Puts other libraries beside the mask, on the same lines.

Decides nothing: it reads the lines that `cargo run -p conversimple-bench --release -- mask-lines` writes, runs each library that
is installed, and prints recall and precision for each kind and form, and the speed. A library that is not installed is
skipped with a line. `--install` first installs them into a virtual environment of its own (a few hundred megabytes).

    cargo run -p conversimple-bench --release -- mask-lines > lines.jsonl
    python3 bench/mask_peers.py lines.jsonl [--install DIR]
"""

import argparse
import collections
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import venv

PACKAGES = {
    "presidio": ["presidio-analyzer", "spacy"],
    "scrubadub": ["scrubadub"],
    "datafog": ["datafog"],
}


def presidio():
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # The pattern recognisers need no language model; a blank pipeline keeps the comparison without a download.
    import spacy

    path = os.path.join(tempfile.mkdtemp(), "blank_en")
    spacy.blank("en").to_disk(path)
    engine = NlpEngineProvider(
        nlp_configuration={"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": path}]}
    ).create_engine()
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    entities = ["CREDIT_CARD", "US_SSN", "PHONE_NUMBER", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS"]
    return lambda text: [(r.start, r.end) for r in analyzer.analyze(text=text, language="en", entities=entities)]


def scrubadub_spans():
    import scrubadub

    scrubber = scrubadub.Scrubber()
    return lambda text: [(f.beg, f.end) for f in scrubber.iter_filth(text)]


def datafog_spans():
    from datafog.processing.text_processing.regex_annotator import RegexAnnotator

    annotator = RegexAnnotator()

    def find(text):
        found = annotator.annotate_with_spans(text)
        result = found[1] if isinstance(found, tuple) else found
        return [(s.start, s.end) for s in result.spans]

    return find


ENGINES = {"presidio": presidio, "scrubadub": scrubadub_spans, "datafog": datafog_spans}


def score(find, rows):
    table = collections.defaultdict(lambda: [0, 0, 0, 0])
    began = time.perf_counter()
    for row in rows:
        spans = find(row["text"])
        labels = row["spans"]
        kind = labels[0][2] if labels else "-"
        counts = table[(kind, row["form"])]
        counts[0] += len(labels)
        for start, end, _ in labels:
            covered = sum(max(0, min(end, e) - max(start, s)) for s, e in spans)
            counts[1] += covered * 10 >= (end - start) * 9
        counts[2] += len(spans)
        counts[3] += sum(any(min(e, end) > max(s, start) for start, end, _ in labels) for s, e in spans)
    seconds = time.perf_counter() - began
    megabytes = sum(len(row["text"].encode()) for row in rows) / 1e6
    return table, megabytes / seconds


def install(directory):
    venv.create(directory, with_pip=True)
    python = os.path.join(directory, "bin", "python")
    for name, packages in PACKAGES.items():
        done = subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=False)
        if done.returncode:
            print(f"{name}: did not install")
    return python


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lines")
    parser.add_argument("--install", metavar="DIR")
    parser.add_argument("--every", type=int, default=10, help="take every n-th line of a form")
    arguments = parser.parse_args()
    if arguments.install:
        python = install(arguments.install)
        command = [python, __file__, arguments.lines, "--every", str(arguments.every)]
        sys.exit(subprocess.run(command, check=False).returncode)
    with open(arguments.lines, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file][:: arguments.every]
    logging.disable(logging.CRITICAL)  # one of them reports each domain list that it cannot download
    for name, make in ENGINES.items():
        try:
            find = make()
        except Exception as error:
            print(f"{name}: not measured ({type(error).__name__})")
            continue
        table, speed = score(find, rows)
        print(f"{name}: {speed:.2f} MB/s")
        for (kind, form), (labels, found, reported, right) in sorted(table.items()):
            if kind != "-":
                print(f"  {kind:<9} {form:<18} recall {found / labels:.3f}  precision {right / reported if reported else 1:.3f}")
            else:
                print(f"  reported on lines without a secret: {reported}")


if __name__ == "__main__":
    main()

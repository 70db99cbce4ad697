//! Files of every kind under `conversimple check`: the check ends, says the same twice, its findings stand inside the file, and
//! no report in any format holds a secret that stood in it.
//!
//! The first byte chooses the file's name. A zero may follow, which is no part of the file: no scanner looks into a seed that has
//! one. `{{OWN}}` and the other marks of the rules' examples become secrets when the target runs, so that no seed holds one.
#![no_main]

use conversimple_check::{Format, check_text, example_with_secrets};
use conversimple_fuzz::Draw;
use libfuzzer_sys::fuzz_target;

const FILES: [&str; 16] = [
    "a.py",
    "a.js",
    "a.ts",
    "a.tsx",
    "src/a.rs",
    ".env",
    "a.yaml",
    "a.json",
    "a.toml",
    "a.ini",
    "Dockerfile",
    "a.sh",
    "a.ipynb",
    "README.md",
    "compose.yml",
    "a",
];

/// What a worker of the command has.
const STACK_BYTES: usize = 32 * 1024 * 1024;

fuzz_target!(|data: &[u8]| {
    let mut draw = Draw::new(data);
    // Letters, so that a seed is text from its first byte.
    let file = FILES[usize::from(draw.byte().wrapping_sub(b'a')) % FILES.len()];
    let rest = draw.rest();
    let rest = rest.strip_prefix(&[0]).unwrap_or(rest);
    let content = match std::str::from_utf8(rest) {
        Ok(text) => example_with_secrets(text, 3).into_bytes(),
        Err(_) => rest.to_vec(),
    };
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES);
    let worker = worker
        .spawn(move || checked(file, &content))
        .expect("a thread");
    worker.join().expect("a panic ends the process");
});

fn checked(file: &str, content: &[u8]) {
    let outcome = check_text(file, content);
    let lines = content.iter().filter(|byte| **byte == b'\n').count() + 1;
    for finding in &outcome.findings {
        // UTF-16 has other line ends in bytes; no file has more lines than bytes.
        assert!(finding.line >= 1 && (finding.line <= lines || finding.line <= content.len()));
        assert!(finding.column >= 1 && finding.end_column > finding.column);
    }
    let again = check_text(file, content);
    let (found, again) = (&outcome.findings, &again.findings);
    assert_eq!(
        format!("{found:?}"),
        format!("{again:?}"),
        "another outcome the second time"
    );
    if found.is_empty() {
        return;
    }
    // The key of the platform that `{{OWN}}` stands for. Within a longer word it is none.
    let own = example_with_secrets("{{OWN}}", 3);
    let text = String::from_utf8_lossy(content);
    let sign = |c: char| c.is_alphanumeric() || c == '_';
    let mut around = text.split(own.as_str()).peekable();
    while let Some(before) = around.next() {
        if around
            .peek()
            .is_some_and(|after| before.ends_with(sign) || after.starts_with(sign))
        {
            return;
        }
    }
    for name in ["text", "json", "sarif", "github"] {
        let report = outcome.render(Format::find(name).expect("a known name"));
        assert!(!report.contains(&own), "{report}");
    }
}

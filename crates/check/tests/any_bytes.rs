//! Whatever a file holds, a check ends, and its findings stand inside the file.

use conversimple_check::{Format, Outcome, check_text, example_with_secrets, rules};
use proptest::prelude::*;

const FILES: &[&str] = &[
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
    "a",
];

fn sound(content: &[u8], outcome: &Outcome) {
    let lines = content.iter().filter(|byte| **byte == b'\n').count() + 1;
    for finding in &outcome.findings {
        // UTF-16 has other line ends in bytes; no file has more lines than bytes.
        assert!(
            finding.line >= 1 && (finding.line <= lines || finding.line <= content.len()),
            "{finding:?}"
        );
        assert!(
            finding.column >= 1 && finding.end_column > finding.column,
            "{finding:?}"
        );
    }
    for format in ["text", "json", "sarif", "github"] {
        outcome.render(Format::find(format).expect("a known name"));
    }
}

/// All examples one after the other, for files of this kind.
fn seeds(extension: &str) -> Vec<String> {
    rules()
        .flat_map(|rule| &rule.examples)
        .filter(|example| example.file.ends_with(extension))
        .flat_map(|example| [example.bad, example.good])
        .map(|text| example_with_secrets(text, 3))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn checker_any_bytes_do_not_panic(content in proptest::collection::vec(any::<u8>(), 0..600), file in 0..FILES.len()) {
        sound(&content, &check_text(FILES[file], &content));
    }

    #[test]
    fn checker_any_code_like_text_does_not_panic(content in "([a-z_\"'`(){}\\[\\]:;,.=+%$#@!?\\\\/<>*&|^~ \n\t-]|f\"|\\$\\{|def |class |return |async |fn |#\\[|SELECT |://){0,120}", file in 0..FILES.len()) {
        sound(content.as_bytes(), &check_text(FILES[file], &content));
    }

    #[test]
    fn checker_mutated_sources_do_not_panic(
        pick in any::<prop::sample::Index>(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..8),
        kind in 0..4usize,
    ) {
        let (extension, file) = [("py", "a.py"), ("js", "a.js"), ("rs", "src/a.rs"), ("ts", "a.ts")][kind];
        let seeds = seeds(extension);
        let mut content = seeds[pick.index(seeds.len())].clone().into_bytes();
        for (from, to, byte) in cuts {
            if content.is_empty() {
                break;
            }
            let (from, to) = (from.index(content.len()), to.index(content.len()));
            match byte % 4 {
                0 => content[from] = byte,
                1 => { content.drain(from.min(to)..from.max(to)); }
                2 => { let piece = content[from.min(to)..from.max(to)].to_vec(); content.extend(piece); }
                _ => content.insert(from, byte),
            }
        }
        sound(&content, &check_text(file, &content));
    }
}

#[test]
fn checker_deep_nesting_does_not_overflow() {
    let cases = [
        (
            "a.py",
            format!("x = {}1{}\n", "(".repeat(20_000), ")".repeat(20_000)),
        ),
        ("a.py", format!("x = {}\n", vec!["'a'"; 20_000].join(" + "))),
        (
            "a.py",
            (0..400)
                .map(|depth| format!("{}if x:\n", " ".repeat(depth)))
                .collect(),
        ),
        (
            "a.js",
            format!("x = {}{};", "[".repeat(20_000), "]".repeat(20_000)),
        ),
        ("a.js", format!("x = a{};", ".b()".repeat(20_000))),
        ("a.js", "if (a) b(); else ".repeat(5_000)),
        (
            "src/a.rs",
            format!("fn f() {{ {} }}", "vec![".repeat(5_000)),
        ),
        (
            "src/a.rs",
            format!("fn f() {{ json!({}) }}", "{\"password\":".repeat(3_000)),
        ),
        (
            "src/a.rs",
            format!(
                "fn f() {{ {}x{} }}",
                "info!(\"{}\", ".repeat(200),
                ")".repeat(200)
            ),
        ),
        ("a.json", "{\"a\":[".repeat(50_000)),
        ("a.yaml", "- ".repeat(20_000)),
        ("a.toml", format!("a = {}", "[".repeat(20_000))),
    ];
    for (file, text) in cases {
        // The word makes every reading run that a file can get.
        let text = format!("{text}\n# password tool\n");
        let worker = std::thread::Builder::new().stack_size(32 * 1024 * 1024);
        let ended = worker
            .spawn(move || check_text(file, text).files)
            .expect("a thread")
            .join();
        assert_eq!(ended.expect("no panic"), 1, "{file}");
    }
}

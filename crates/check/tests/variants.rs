//! Variants by construction: each fault written in the ways that people write it, in plain, nested and renamed form.

use conversimple_check::{check_text, example_with_secrets};

/// The table of faults: the rule that finds each, its file and its text.
fn faults() -> Vec<(&'static str, &'static str, String)> {
    let mut found = Vec::new();
    let (mut id, mut file) = ("", "");
    for line in include_str!("../testdata/variants.txt").lines() {
        match line
            .strip_prefix("= ")
            .and_then(|head| head.split_once(' '))
        {
            Some(head) => (id, file) = head,
            None if line.starts_with("# ") && id.is_empty() => {}
            None => found.push((id, file, unescaped(line))),
        }
    }
    found
}

fn unescaped(line: &str) -> String {
    let mut text = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        text.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some(other) => other,
                None => c,
            },
            c => c,
        });
    }
    text
}

/// The same text in other shapes that mean the same.
fn shapes(file: &str, text: &str) -> Vec<String> {
    let mut shapes = vec![
        text.to_owned(),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
    ];
    if file.ends_with(".py") {
        let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
        shapes.push(format!(
            "import os\n\n\ndef wrapped(self):\n    \"\"\"Ünïcode – 🎉\"\"\"\n{indented}"
        ));
        shapes.push(format!("class A:\n{indented}"));
        shapes.push(format!("if True:\n{indented}else:\n    pass\n"));
        shapes.push(format!("{text}\n\ndef broken(:\n    x = (\n"));
    }
    if file.ends_with(".js") || file.ends_with(".ts") {
        shapes.push(format!(
            "async function wrapped() {{\n  // Ünïcode – 🎉\n  {text}\n}}\n"
        ));
        shapes.push(format!("{text}\nfunction broken( {{\n"));
    }
    if file.ends_with(".rs") {
        shapes.push(format!("impl A {{ {text} }}\n"));
        shapes.push(format!("{text}\nfn broken( {{\n"));
    }
    shapes
}

#[test]
fn rules_find_faults_in_any_spelling_at_99_percent_recall() {
    let mut missed = Vec::new();
    let mut total = 0;
    for (index, (id, file, template)) in faults().iter().enumerate() {
        let text = example_with_secrets(template, index as u64 + 11);
        for shape in shapes(file, &text) {
            total += 1;
            let found = check_text(file, &shape);
            if !found.findings.iter().any(|finding| finding.id == *id) {
                let ids: Vec<_> = found.findings.iter().map(|finding| finding.id).collect();
                missed.push(format!("{id} in {file}: {ids:?}\n{shape}"));
            }
        }
    }
    assert!(total > 1000, "the table was read: {total}");
    // A few shapes may stay unseen; the measure is 0.95.
    let recall = 1.0 - missed.len() as f64 / total as f64;
    assert!(
        recall >= 0.99,
        "{} of {total} missed\n{}",
        missed.len(),
        missed.join("\n")
    );
}

//! How well the mask finds secrets in call-centre lines, how fast, and whether hostile input costs it more for each byte.
//!
//! Decides nothing: it prints a table. The lines come from the guard's own generator, on frames that were kept back while the
//! mask was tuned; `export` writes the same lines so that `mask_peers.py` can put other libraries beside ours.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use conversimple_mask::corpus::{self, Dice, Half, Line, Score};
use conversimple_mask::{self as mask, Kind};

/// Lines with a secret for each form, and lines without for each of those.
const LINES: usize = 400;
const SEED: u64 = 42;

/// Precision and recall for each form, speed on talk, and growth on hostile input.
///
/// # Errors
/// None in practice: writing to a string cannot fail.
pub(crate) fn run() -> anyhow::Result<String> {
    let mut out = String::new();
    forms(&mut out)?;
    speed(&mut out)?;
    growth(&mut out)?;
    Ok(out)
}

/// The lines that `run` measures, one JSON object a line: `{"text", "spans": [[start, end, kind]], "form"}`, offsets in characters.
///
/// # Errors
/// When a line cannot be written as JSON.
pub(crate) fn export() -> anyhow::Result<String> {
    let mut out = String::new();
    for line in lines() {
        let spans: Vec<_> = mask::in_characters(&line.text, &line.labels)
            .iter()
            .map(|span| (span.start, span.end, span.kind.as_str()))
            .collect();
        let row = serde_json::json!({"text": line.text, "spans": spans, "form": line.form});
        writeln!(out, "{}", serde_json::to_string(&row)?)?;
    }
    Ok(out)
}

fn lines() -> Vec<Line> {
    let mut dice = Dice::new(SEED);
    let mut lines = Vec::new();
    for (kind, form) in corpus::forms() {
        for _ in 0..LINES {
            lines.push(corpus::positive(&mut dice, kind, form, Half::Kept));
        }
    }
    for _ in 0..lines.len() {
        lines.push(corpus::negative(&mut dice, Half::Kept));
    }
    lines
}

fn forms(out: &mut String) -> anyhow::Result<()> {
    let mut rows: BTreeMap<(Option<Kind>, &str), Score> = BTreeMap::new();
    let mut wrong = 0;
    for line in lines() {
        let spans = mask::find(&line.text);
        let kind = line.labels.first().map(|label| label.kind);
        if kind.is_none() {
            wrong += usize::from(!spans.is_empty());
        }
        rows.entry((kind, line.form))
            .or_default()
            .count(&line, &spans, true);
    }
    let without = rows
        .iter()
        .find(|((kind, _), _)| kind.is_none())
        .map_or(0, |_| rows.len() - 1)
        * LINES;
    writeln!(out, "kind      form               recall  precision")?;
    for ((kind, form), score) in &rows {
        let Some(kind) = kind else { continue };
        writeln!(
            out,
            "{:<9} {form:<18} {:>6.3}  {:>9.3}",
            kind.as_str(),
            score.recall(),
            score.precision()
        )?;
    }
    writeln!(
        out,
        "lines without a secret that were touched: {wrong} of {without}"
    )?;
    Ok(())
}

fn speed(out: &mut String) -> anyhow::Result<()> {
    let text = corpus::talk(&mut Dice::new(SEED), 8_000_000);
    let seconds = best(&text);
    writeln!(
        out,
        "speed on talk: {:.0} MB/s on one core",
        bytes(&text) / seconds / 1e6
    )?;
    Ok(())
}

/// Time for ten times the text, divided by ten times the time: 1 is linear.
fn growth(out: &mut String) -> anyhow::Result<()> {
    writeln!(
        out,
        "hostile input          MB/s  growth of the time for each byte, 100 kB to 1 MB"
    )?;
    for unit in [
        "one ",
        "4 ",
        "4111 ",
        "a@",
        "a at ",
        "at a dot ",
        "eyJ.",
        "sk-",
        "://a:b@",
        "password=\"",
        "password is ",
        "card number is ",
        "1:",
        "a:",
        "g b 2 ",
        "****",
        "one sorry ",
        "-----BEGIN PRIVATE KEY-----",
    ] {
        let (small, large) = (
            unit.repeat(100_000 / unit.len()),
            unit.repeat(1_000_000 / unit.len()),
        );
        let (fast, slow) = best_of_both(&small, &large);
        writeln!(out, "{unit:<20} {:>6.0}  {:.2}", 1e-6 / slow, slow / fast)?;
    }
    Ok(())
}

/// Seconds for each byte of both, measured by turns so that a busy machine slows both alike.
fn best_of_both(small: &str, large: &str) -> (f64, f64) {
    (0..5).fold((f64::MAX, f64::MAX), |(fast, slow), _| {
        let (a, b) = (best(small) / bytes(small), best(large) / bytes(large));
        (fast.min(a), slow.min(b))
    })
}

fn best(text: &str) -> f64 {
    (0..3)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(mask::find(text));
            began.elapsed().as_secs_f64()
        })
        .fold(f64::MAX, f64::min)
}

#[expect(clippy::cast_precision_loss, reason = "megabytes")]
fn bytes(text: &str) -> f64 {
    text.len() as f64
}

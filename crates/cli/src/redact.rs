//! `conversimple redact`: masks secrets, written or spoken, in a file or a pipe.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use conversimple_mask as mask;
use serde_json::{Value, json};

/// Options of `redact`.
#[derive(Args)]
pub(crate) struct Options {
    /// The file [default: what is piped in].
    file: Option<PathBuf>,
    /// Read a line `{"text": …}` each and write `{"text": masked, "spans": [[start, end, kind], …]}`, the offsets in
    /// characters of the text that came in.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let input: Box<dyn BufRead> = match &options.file {
        Some(path) => Box::new(BufReader::new(
            File::open(path).with_context(|| format!("cannot read {}", path.display()))?,
        )),
        None => Box::new(io::stdin().lock()),
    };
    match redact(input, BufWriter::new(io::stdout().lock()), options.json) {
        Err(error) if !is_closed_pipe(&error) => Err(error),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Whether the program that reads what we write has ended: it has had enough, and that is no error of ours.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn redact(mut input: impl BufRead, mut output: impl Write, as_json: bool) -> Result<()> {
    let mut line = Vec::new();
    let mut lines = mask::Lines::new();
    for number in 1.. {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let masked: Cow<'_, str> = match as_json {
            true => json_line(number, text.trim())?.into(),
            false => lines.mask(&text),
        };
        output.write_all(masked.as_bytes())?;
    }
    output.flush()?;
    Ok(())
}

/// The line of JSON for one that came in; nothing for an empty one.
fn json_line(number: u64, line: &str) -> Result<String> {
    if line.is_empty() {
        return Ok(String::new());
    }
    let value: Value =
        serde_json::from_str(line).with_context(|| format!("line {number} is no JSON"))?;
    let text = value.get("text").and_then(Value::as_str);
    let text = text.with_context(|| format!("line {number} has no \"text\""))?;
    Ok(format!("{}\n", spans_of(text)))
}

fn spans_of(text: &str) -> Value {
    let spans = mask::find(text);
    let masked = mask::replace(text, &spans);
    let spans: Vec<Value> = mask::in_characters(text, &spans)
        .iter()
        .map(|span| json!([span.start, span.end, span.kind.as_str()]))
        .collect();
    json!({"text": masked, "spans": spans})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redact_masks_lines_and_gives_offsets_in_characters() {
        let text = "né: my e-mail is ann@example.com";
        let mut out = Vec::new();
        redact(
            format!("{}\n", json!({"text": text})).as_bytes(),
            &mut out,
            true,
        )
        .expect("redacts");
        let row: Value = serde_json::from_slice(&out).expect("json");
        let (start, end) = (row["spans"][0][0].as_u64(), row["spans"][0][1].as_u64());
        let cut: String = text
            .chars()
            .skip(start.expect("start") as usize)
            .take((end.expect("end") - start.expect("start")) as usize)
            .collect();
        assert_eq!(cut, "ann@example.com");
        let mut out = Vec::new();
        redact(b"ann@example.com\nplain \xff\n".as_slice(), &mut out, false).expect("redacts");
        assert!(!String::from_utf8_lossy(&out).contains("ann@"));
    }
}

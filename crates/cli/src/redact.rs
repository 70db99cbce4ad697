//! `conversimple redact`: masks secrets, written or spoken, in a file or a pipe.

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
        // Whoever read has had enough: that is no error of ours.
        Err(error)
            if error
                .downcast_ref::<io::Error>()
                .is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) =>
        {
            Ok(ExitCode::SUCCESS)
        }
        done => done.map(|()| ExitCode::SUCCESS),
    }
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
        if as_json {
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            let value: Value =
                serde_json::from_str(text).with_context(|| format!("line {number} is no JSON"))?;
            let text = value.get("text").and_then(Value::as_str);
            let text = text.with_context(|| format!("line {number} has no \"text\""))?;
            writeln!(output, "{}", spans_of(text))?;
        } else {
            output.write_all(lines.mask(&text).as_bytes())?;
        }
    }
    output.flush()?;
    Ok(())
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

//! Prints what was measured, as tables. What to measure are the arguments; what each measures stands in its module.
//!
//! Decides the order, and ends with one table of what was aimed at and what came out, with date and machine.

mod calls;
mod check;
mod dialog;
mod digits;
mod guard;
mod hearing;
mod line;
mod mask;
mod process;
mod report;
mod size;
mod speech;
mod voice;

use std::fs;
use std::io::Write as _;

use anyhow::Result;
use report::{Found, Row};
use voice::Part;

/// What `all` stands for, in this order.
const ALL: [&str; 9] = [
    "guard", "calls", "voice", "size", "hearing", "digits", "dialog", "mask", "check",
];

/// The parts of `voice`.
const PARTS: [&str; 3] = ["sentences", "interruptions", "rest"];

const USAGE: &str = "\
Usage: bench [--verbose] WHAT…

  guard   the guard's whole way of a call, without I/O
  calls   a tool call through gateway, guard, audit and agent and back over loopback
  voice   twenty spoken sentences in real time, interruptions, calls at rest (needs flite);
          also one by one: sentences, interruptions, rest
  size    memory and programs
  hearing word errors, without and with the words of an agent's tools expected (needs flite)
  digits  PINs and card numbers said by real people, and what reaches a tool (needs ../shared/speech)
  dialog  which tool and which arguments, on public questions
  mask    how well and how fast secrets are found (mask-lines: the lines that this is measured on)
  check   how well and how fast faults are found in agents (check-corpus DIR: the snippets that this is measured on)
  all     all of them

Take figures from an idle machine.
";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let verbose = arguments.iter().any(|argument| argument == "--verbose");
    let mut wanted: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != "--verbose")
        .collect();
    match wanted.as_slice() {
        ["agent"] => return runtime()?.block_on(calls::serve_agent()),
        ["mask-lines"] => return print(&mask::export()?),
        ["check-corpus", folder] => return print(&check::export(std::path::Path::new(folder))?),
        ["all"] => wanted = ALL.to_vec(),
        [] => return print(USAGE),
        some if some
            .iter()
            .all(|what| ALL.contains(what) || PARTS.contains(what)) => {}
        _ => anyhow::bail!("{USAGE}"),
    }
    let needs_programs =
        |what: &&str| matches!(*what, "calls" | "voice" | "size") || PARTS.contains(what);
    if wanted.iter().any(needs_programs) {
        process::build()?;
    }
    let machine = machine();
    let mut rows = Vec::new();
    for what in wanted {
        let found = measure(what, verbose)?;
        print(&format!("## {what}\n\n{}\n", found.text))?;
        rows.extend(found.rows);
    }
    if !rows.is_empty() {
        print(&format!(
            "## Targets\n\n{machine}\n\n{}",
            report::table(&rows)
        ))?;
    }
    Ok(())
}

fn measure(what: &str, verbose: bool) -> Result<Found> {
    Ok(match what {
        "guard" => guard::run()?,
        "calls" => runtime()?.block_on(calls::run())?,
        "voice" => voice_parts(&[Part::Sentences, Part::Interruptions, Part::Rest], verbose)?,
        "sentences" => voice_parts(&[Part::Sentences], verbose)?,
        "interruptions" => voice_parts(&[Part::Interruptions], verbose)?,
        "rest" => voice_parts(&[Part::Rest], verbose)?,
        "size" => runtime()?.block_on(size::run())?,
        "hearing" => hearing::run()?.into(),
        "digits" => digits::run()?,
        "mask" => mask::run()?.into(),
        "check" => check::run().into(),
        _ => with_targets(dialog::run()?),
    })
}

fn voice_parts(parts: &[Part], verbose: bool) -> Result<Found> {
    runtime()?.block_on(voice::run(parts, verbose))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

/// The dialog's table as it is, and the two of its figures that have a target: those of the half that nothing was fitted
/// on, with meaning.
fn with_targets(text: String) -> Found {
    let share = |set: &str| share(&text, set).unwrap_or(f64::NAN);
    let rows = vec![
        Row::at_least("right tool, `multiple`, odd half", 0.95, share("multiple")),
        Row::at_least(
            "no tool, `irrelevance`, odd half",
            0.80,
            share("irrelevance"),
        ),
    ];
    Found { text, rows }
}

fn share(table: &str, set: &str) -> Option<f64> {
    let start = format!("| meaning | {set} | odd | ");
    let row = table.lines().find_map(|line| line.strip_prefix(&start))?;
    // The share in front is rounded; a target is not met by rounding.
    let (_, counts) = row.split_once('(')?;
    let (right, asked) = counts.split_once(')')?.0.split_once('/')?;
    Some(right.parse::<f64>().ok()? / asked.parse::<f64>().ok()?)
}

/// Date and machine, and how busy it was when the measurements began.
fn machine() -> String {
    let today = time::OffsetDateTime::now_utc().date();
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cores = cpuinfo
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .and_then(|rest| rest.split_once(':'))
        .map_or("of an unnamed kind", |(_, name)| name.trim());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    format!("{today}, {cores} cores, {model}; load before the measurements: {load}.")
}

fn print(text: &str) -> Result<()> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialog_share_is_read_from_odd_half_of_table() {
        let table = "| words | multiple | odd | 0.940 (94/100) | – | 2 |\n\
                     | meaning | multiple | even | 0.990 (99/100) | – | 2 |\n\
                     | meaning | multiple | odd | 0.970 (97/100) | 0.9 (1/1) | 2 |\n";
        assert_eq!(share(table, "multiple"), Some(0.97));
        assert_eq!(share(table, "irrelevance"), None);
    }
}

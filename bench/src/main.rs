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
mod orders;
mod process;
mod report;
mod size;
mod speech;
mod voice;

use std::fs;
use std::io::Write as _;

use anyhow::{Context as _, Result};
use report::{Found, Row};
use voice::Part;

/// One thing that can be measured.
struct Measure {
    name: &'static str,
    /// Whether the programs must be built before.
    needs_programs: bool,
    /// The argument says whether each single figure is wanted.
    run: fn(bool) -> Result<Found>,
}

/// What `all` stands for, in this order.
const ALL: [Measure; 10] = [
    Measure {
        name: "guard",
        needs_programs: false,
        run: |_| guard::run(),
    },
    Measure {
        name: "calls",
        needs_programs: true,
        run: |_| wait(calls::run()),
    },
    Measure {
        name: "voice",
        needs_programs: true,
        run: |verbose| {
            wait(voice::run(
                &[Part::Sentences, Part::Interruptions, Part::Rest],
                verbose,
            ))
        },
    },
    Measure {
        name: "size",
        needs_programs: true,
        run: |_| wait(size::run()),
    },
    Measure {
        name: "hearing",
        needs_programs: false,
        run: |_| hearing::run().map(Found::from),
    },
    Measure {
        name: "digits",
        needs_programs: false,
        run: |_| digits::run(),
    },
    Measure {
        name: "orders",
        needs_programs: false,
        run: orders::run,
    },
    Measure {
        name: "dialog",
        needs_programs: false,
        run: |_| dialog::run().map(with_targets),
    },
    Measure {
        name: "mask",
        needs_programs: false,
        run: |_| mask::run().map(Found::from),
    },
    Measure {
        name: "check",
        needs_programs: false,
        run: |_| Ok(check::run().into()),
    },
];

/// The parts of `voice`.
const PARTS: [Measure; 3] = [
    Measure {
        name: "sentences",
        needs_programs: true,
        run: |verbose| wait(voice::run(&[Part::Sentences], verbose)),
    },
    Measure {
        name: "interruptions",
        needs_programs: true,
        run: |verbose| wait(voice::run(&[Part::Interruptions], verbose)),
    },
    Measure {
        name: "rest",
        needs_programs: true,
        run: |verbose| wait(voice::run(&[Part::Rest], verbose)),
    },
];

const USAGE: &str = "\
Usage: bench [--verbose] WHAT…

  guard   the guard's whole way of a call, without I/O
  calls   a tool call through gateway, guard, audit and agent and back over loopback
  voice   twenty spoken sentences in real time, interruptions, calls at rest (needs flite);
          also one by one: sentences, interruptions, rest
  size    memory and programs
  hearing word errors, without and with the words of an agent's tools expected (needs flite)
  digits  PINs and card numbers said by real people, and what reaches a tool (needs ../shared/speech)
  orders  orders with several listed values, typed and said by real people (needs ../shared/speech)
  dialog  which tool and which arguments, on public questions
  mask    how well and how fast secrets are found (mask-lines: the lines that this is measured on)
  check   how well and how fast faults are found in agents (check-corpus DIR: the snippets that this is measured on)
  all     all of them

Take figures from an idle machine.
";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let verbose = arguments.iter().any(|argument| argument == "--verbose");
    let wanted: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != "--verbose")
        .collect();
    match wanted.as_slice() {
        ["agent"] => wait(calls::serve_agent()),
        ["mask-lines"] => print(&mask::export()?),
        ["check-corpus", folder] => print(&check::export(std::path::Path::new(folder))?),
        ["all"] => tell(ALL.iter().collect(), verbose),
        [] => print(USAGE),
        names => tell(named(names)?, verbose),
    }
}

/// The measures of these names.
fn named(names: &[&str]) -> Result<Vec<&'static Measure>> {
    let find = |name: &&str| {
        let mut known = ALL.iter().chain(&PARTS);
        known.find(|measure| measure.name == *name)
    };
    let found: Option<Vec<_>> = names.iter().map(find).collect();
    found.context(USAGE)
}

/// Takes the figures and prints them, at the end those that have a target with date and machine.
fn tell(measures: Vec<&'static Measure>, verbose: bool) -> Result<()> {
    if measures.iter().any(|measure| measure.needs_programs) {
        process::build()?;
    }
    let machine = machine();
    let mut rows = Vec::new();
    for Measure { name, run, .. } in measures {
        let found = run(verbose)?;
        print(&format!("## {name}\n\n{}\n", found.text))?;
        rows.extend(found.rows);
    }
    print_targets(&machine, &rows)
}

fn print_targets(machine: &str, rows: &[Row]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let table = report::table(rows);
    print(&format!("## Targets\n\n{machine}\n\n{table}"))
}

/// Waits for what runs beside sockets.
fn wait<T>(running: impl Future<Output = Result<T>>) -> Result<T> {
    runtime()?.block_on(running)
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

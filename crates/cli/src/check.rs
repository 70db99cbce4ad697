//! `conversimple check`: the guide's checklist over a folder, as a gate.

mod age;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use conversimple_check::{
    Baseline, Format, Options as Checks, Outcome, explain, fix, rules, run as check,
};
use indicatif::{ProgressBar, ProgressStyle};

/// Fewer files than this are done before a bar is seen.
const BAR_FILES: usize = 200;

/// Options of `check`.
#[derive(Args)]
pub(crate) struct Options {
    /// The folder, or one file [default: this folder].
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// text, json, sarif or github.
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    format: String,
    /// Only what git has staged for the next commit.
    #[arg(long)]
    staged: bool,
    /// Write the ignore rules and move literal keys to .env; then check again.
    #[arg(long)]
    fix: bool,
    /// Findings in this file are accepted.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Accept what is found now: write it to this file.
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    write_baseline: Option<PathBuf>,
    /// Explain a rule, or list all with `--explain list`.
    #[arg(long, value_name = "ID")]
    explain: Option<String>,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    if let Some(id) = &options.explain {
        return explain_rule(id);
    }
    let format = format(options)?;
    let mut outcome = check(&checks(options)?)?;
    if options.fix {
        repair(options, &outcome)?;
        outcome = check(&checks(options)?)?;
    }
    if let Some(path) = &options.write_baseline {
        return accept(&outcome, path);
    }
    print!("{}", outcome.render(format));
    Ok(ExitCode::from(outcome.exit_code()))
}

fn format(options: &Options) -> Result<Format> {
    let named = Format::find(&options.format);
    let named = named.context("--format is text, json, sarif or github")?;
    Ok(match named {
        Format::Text { .. } => Format::Text {
            colour: std::io::stdout().is_terminal(),
        },
        other => other,
    })
}

/// Repairs what can be repaired without a decision of the developer's.
fn repair(options: &Options, outcome: &Outcome) -> Result<()> {
    let repair = fix(&options.dir, &outcome.findings);
    let repair = repair.context("the repairs could not be written")?;
    for line in &repair.done {
        eprintln!("fixed: {line}");
    }
    Ok(())
}

/// Writes what was found to a file of accepted findings.
fn accept(outcome: &Outcome, path: &Path) -> Result<ExitCode> {
    let baseline = Baseline::of(&outcome.findings).render();
    std::fs::write(path, baseline).with_context(|| format!("cannot write {}", path.display()))?;
    let count = outcome.findings.len();
    eprintln!("{count} findings are accepted in {}", path.display());
    Ok(ExitCode::SUCCESS)
}

fn checks(options: &Options) -> Result<Checks> {
    let mut checks = Checks::new(&options.dir);
    checks.staged = options.staged;
    checks.key = age::of_key(&options.dir);
    if let Some(path) = &options.baseline {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        checks.baseline = Some(Baseline::parse(&text)?);
    }
    let bar = ProgressBar::hidden();
    bar.set_style(ProgressStyle::with_template(
        "checking [{bar:30}] {pos} of {len} files",
    )?);
    checks.progress = Some(Box::new(move |done, all| show(&bar, done, all)));
    Ok(checks)
}

/// Shows how far the check is, where it takes long enough to be seen.
fn show(bar: &ProgressBar, done: usize, all: usize) {
    if all < BAR_FILES {
        return;
    }
    if bar.is_hidden() {
        bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
    }
    bar.set_length(all as u64);
    bar.set_position(done as u64);
    if done == all {
        bar.finish_and_clear();
    }
}

fn explain_rule(id: &str) -> Result<ExitCode> {
    if id == "list" {
        for rule in rules() {
            println!("{:28} {}", rule.id, rule.title);
        }
        return Ok(ExitCode::SUCCESS);
    }
    match explain(id) {
        Some(page) => print!("{page}"),
        None => bail!("there is no rule {id:?}; `conversimple check --explain list` names all"),
    }
    Ok(ExitCode::SUCCESS)
}

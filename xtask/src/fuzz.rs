//! `cargo xtask fuzz`: the targets of `fuzz/`, built with the stable toolchain and run side by side.
//!
//! Decides how they are built (what `cargo fuzz --sanitizer none` sets: the safe part of Rust needs no address sanitizer, and
//! that one needs a nightly), for how long they run, and what is kept of their inputs. What must hold for an input is the
//! target's to say. The layout is that of `cargo fuzz`, which works on the same folder.

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::command;

/// The package, from the repository's root.
const DIR: &str = "fuzz";

/// Everything that is built, found or measured; nothing in it is kept in git.
const TARGET_DIR: &str = "target/fuzz";

/// What the compiler adds so that the fuzzer sees which edges an input reaches and what it compares.
const RUSTFLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1";

/// A target's time in the short run that is a part of all tests.
const SHORT: Duration = Duration::from_secs(8);

/// Longest input. What costs more than its length shows at this length, or a target makes it longer by itself.
const INPUT_LIMIT_BYTES: usize = 4096;

/// An input that takes longer is a finding: honest ones take a thousandth of it.
const INPUT_LIMIT_SECONDS: u32 = 10;

/// Memory of one target. They stand at 30 to 150 MB.
const MEMORY_LIMIT_MB: u32 = 1024;

/// Most inputs that are kept of one target, and the longest of them.
const KEPT_LIMIT: usize = 120;
const KEPT_LIMIT_BYTES: usize = 1024;

/// What was asked for.
struct Wish {
    targets: Vec<String>,
    time: Duration,
    /// Run this one input and nothing else.
    input: Option<PathBuf>,
    /// Keep what was found in git.
    keep: bool,
}

/// How a target's run ended.
struct Outcome {
    target: String,
    /// Its last lines.
    log: String,
    good: bool,
}

/// Runs the targets that are named, or all.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let wish = Wish::read(arguments)?;
    let bin_dir = build(&wish.targets)?;
    if let Some(input) = &wish.input {
        return one_input(&bin_dir, &wish, input);
    }
    side_by_side(&bin_dir, &wish)?;
    if wish.keep {
        wish.targets
            .iter()
            .try_for_each(|target| keep(&bin_dir, target))?;
    }
    Ok(())
}

/// All targets for a few seconds each, from the inputs that are kept.
pub(crate) fn short() -> Result<()> {
    let manifest = format!("{DIR}/Cargo.toml");
    command::run("cargo", &["fmt", "--manifest-path", &manifest, "--check"])?;
    run(&[])
}

impl Wish {
    fn read(arguments: &[String]) -> Result<Self> {
        let known = known()?;
        let mut wish = Self {
            targets: Vec::new(),
            time: SHORT,
            input: None,
            keep: false,
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            wish.take(argument, &mut arguments, &known)?;
        }
        wish.complete(known)
    }

    /// Where no target was named, all are meant.
    fn complete(mut self, known: Vec<String>) -> Result<Self> {
        if self.input.is_some() && self.targets.len() != 1 {
            bail!("--input needs the one target that it is for");
        }
        if self.targets.is_empty() {
            self.targets = known;
        }
        Ok(self)
    }

    /// Takes one argument, and its value from those that follow.
    fn take(
        &mut self,
        argument: &str,
        rest: &mut std::slice::Iter<'_, String>,
        known: &[String],
    ) -> Result<()> {
        match argument {
            "--seconds" => {
                let seconds = rest.next().and_then(|text| text.parse().ok());
                self.time = Duration::from_secs(seconds.context("--seconds takes a number")?);
            }
            "--input" => {
                let path = rest.next().context("--input takes a file")?;
                self.input = Some(path.into());
            }
            "--keep" => self.keep = true,
            name if known.iter().any(|target| target == name) => {
                self.targets.push(name.to_owned());
            }
            other => bail!("`{other}` is no target; there are {}", known.join(", ")),
        }
        Ok(())
    }
}

/// The targets are the files of `fuzz_targets`.
fn known() -> Result<Vec<String>> {
    let dir = Path::new(DIR).join("fuzz_targets");
    let mut names = Vec::new();
    for file in fs::read_dir(&dir).context("fuzz/fuzz_targets")? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(
                path.file_stem()
                    .map(|name| name.to_string_lossy().into_owned()),
            );
        }
    }
    names.sort();
    Ok(names)
}

/// Builds the targets; the folder with the programs. A triple is named so that build scripts are built without the flags.
fn build(targets: &[String]) -> Result<PathBuf> {
    let host = host()?;
    println!(
        "$ cargo build, with coverage, of the fuzz targets {}",
        targets.join(", ")
    );
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--release", "--manifest-path"])
        .arg(Path::new(DIR).join("Cargo.toml"))
        .args(["--target", &host, "--target-dir", TARGET_DIR])
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", RUSTFLAGS);
    for target in targets {
        cargo.args(["--bin", target]);
    }
    if !cargo.status()?.success() {
        bail!("the fuzz targets do not build");
    }
    Ok(Path::new(TARGET_DIR).join(host).join("release"))
}

/// The triple of this machine.
fn host() -> Result<String> {
    let version = Command::new("rustc").arg("-vV").output()?;
    let version = String::from_utf8(version.stdout)?;
    let mut lines = version.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV names no host")?.to_owned())
}

/// Runs all targets and explains what they found.
fn side_by_side(bin_dir: &Path, wish: &Wish) -> Result<()> {
    let outcomes = outcomes(bin_dir, wish)?;
    let bad: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.good).collect();
    for outcome in &bad {
        explain(outcome);
    }
    match bad.len() {
        0 => Ok(()),
        count => bail!("{count} fuzz targets found something"),
    }
}

/// Runs as many targets at a time as there are cores, and tells of each that has ended.
fn outcomes(bin_dir: &Path, wish: &Wish) -> Result<Vec<Outcome>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, began) = (AtomicUsize::new(0), Instant::now());
    let outcomes = Mutex::new(Vec::new());
    let work = || -> Result<()> {
        while let Some(target) = wish.targets.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = fuzz(bin_dir, target, wish.time)?;
            if let Ok(mut outcomes) = outcomes.lock() {
                outcomes.push(outcome);
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| -> Result<()> {
        let workers: Vec<_> = (0..cores.min(wish.targets.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let mut told = 0;
        while workers.iter().any(|worker| !worker.is_finished()) {
            std::thread::sleep(Duration::from_millis(200));
            told = tell(&outcomes, told, began, wish);
        }
        tell(&outcomes, told, began, wish);
        let ended = |worker: std::thread::ScopedJoinHandle<'_, Result<()>>| {
            worker.join().unwrap_or_else(|_| bail!("a worker ended"))
        };
        workers.into_iter().try_for_each(ended)
    })?;
    Ok(outcomes.into_inner().unwrap_or_default())
}

/// Prints the outcomes that are new, and on a terminal how far it is.
fn tell(outcomes: &Mutex<Vec<Outcome>>, told: usize, began: Instant, wish: &Wish) -> usize {
    let Ok(outcomes) = outcomes.lock() else {
        return told;
    };
    let terminal = std::io::stdout().is_terminal();
    for outcome in &outcomes[told..] {
        let clear = if terminal { "\r\x1b[K" } else { "" };
        println!("{clear}{}", outcome.line());
    }
    if terminal && outcomes.len() < wish.targets.len() {
        let (done, all) = (outcomes.len(), wish.targets.len());
        print!(
            "\rfuzz: {done} of {all} targets, {} s",
            began.elapsed().as_secs()
        );
        // Progress that cannot be shown is no failure.
        let _ = std::io::stdout().flush();
    }
    outcomes.len()
}

fn fuzz(bin_dir: &Path, target: &str, time: Duration) -> Result<Outcome> {
    let found = Path::new(TARGET_DIR).join("corpus").join(target);
    let kept = corpus(target);
    let artifacts = Path::new(DIR).join("artifacts").join(target);
    for dir in [&found, &kept, &artifacts] {
        fs::create_dir_all(dir)?;
    }
    let mut program = program(bin_dir, target);
    program
        .arg(format!("-max_total_time={}", time.as_secs()))
        .arg(format!("-max_len={INPUT_LIMIT_BYTES}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg("-print_final_stats=1");
    let words = Path::new(DIR)
        .join("dictionaries")
        .join(format!("{target}.dict"));
    if words.exists() {
        program.arg(format!("-dict={}", words.display()));
    }
    // What is new is written to the first.
    program.args([&found, &kept]);
    let output = program.stdin(Stdio::null()).output()?;
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    fs::write(Path::new(TARGET_DIR).join(format!("{target}.log")), &log)?;
    Ok(Outcome {
        target: target.to_owned(),
        log,
        good: output.status.success(),
    })
}

/// A target with the limits on one input.
fn program(bin_dir: &Path, target: &str) -> Command {
    let mut program = Command::new(bin_dir.join(target));
    program
        .arg(format!("-timeout={INPUT_LIMIT_SECONDS}"))
        .arg(format!("-rss_limit_mb={MEMORY_LIMIT_MB}"));
    program
}

fn corpus(target: &str) -> PathBuf {
    Path::new(DIR).join("corpus").join(target)
}

impl Outcome {
    /// "parser: 123456 inputs, 15432 a second, 812 edges".
    fn line(&self) -> String {
        let stat = |name: &str| self.log.lines().find_map(|line| line.strip_prefix(name));
        let count = stat("stat::number_of_executed_units:").map_or("?", str::trim);
        let pace = stat("stat::average_exec_per_sec:").map_or("?", str::trim);
        let edges = self.log.lines().rev().find_map(|line| {
            let (_, rest) = line.split_once(" cov: ")?;
            rest.split_whitespace().next()
        });
        let end = if self.good { "" } else { "   FOUND SOMETHING" };
        format!(
            "fuzz: {:9} {count:>9} inputs, {pace:>7} a second, {:>5} edges{end}",
            self.target,
            edges.unwrap_or("?"),
        )
    }
}

/// What was found, the input, and how to see it again.
fn explain(outcome: &Outcome) {
    let told = |line: &&str| {
        let line = line.trim_start();
        !line.starts_with('#') && !line.starts_with("INFO:") && !line.starts_with("stat::")
    };
    eprintln!("\nfuzz target {}:", outcome.target);
    let lines = outcome.log.lines().filter(told);
    for line in lines
        .take_while(|line| !line.contains("Recommended dictionary"))
        .take(60)
    {
        eprintln!("  {line}");
    }
    let input = outcome
        .log
        .lines()
        .find_map(|line| line.split_once("Test unit written to "));
    if let Some((_, path)) = input {
        let target = &outcome.target;
        eprintln!("the input is {path}; to see it again:");
        eprintln!("  cargo xtask fuzz {target} --input {path}");
    }
}

fn one_input(bin_dir: &Path, wish: &Wish, input: &Path) -> Result<()> {
    let status = program(bin_dir, &wish.targets[0])
        .arg(input)
        .env("RUST_BACKTRACE", "1")
        .status()?;
    if !status.success() {
        bail!("{} fails on {}", wish.targets[0], input.display());
    }
    Ok(())
}

/// Replaces the kept inputs by the fewest that reach what all that are known reach: those that come first in how much they
/// add, up to [`KEPT_LIMIT`].
fn keep(bin_dir: &Path, target: &str) -> Result<()> {
    let found = Path::new(TARGET_DIR).join("corpus").join(target);
    let fewest = Path::new(TARGET_DIR).join("fewest").join(target);
    empty(&fewest)?;
    let output = program(bin_dir, target)
        .args([
            "-set_cover_merge=1",
            &format!("-max_len={KEPT_LIMIT_BYTES}"),
        ])
        .args([&fewest, &corpus(target), &found])
        .output()?;
    if !output.status.success() {
        bail!("{target}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let mut files = by_age(&fewest)?;
    files.truncate(KEPT_LIMIT);
    let kept = corpus(target);
    empty(&kept)?;
    for path in &files {
        let name = path.file_name().context("a file has a name")?;
        fs::copy(path, kept.join(name))?;
    }
    println!("fuzz: {target}: {} inputs kept", files.len());
    Ok(())
}

/// Makes a folder that holds nothing.
fn empty(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    fs::create_dir_all(dir)?;
    Ok(())
}

/// A folder's files, the oldest first. The fuzzer writes inputs in the order in which it chose them.
fn by_age(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in fs::read_dir(dir)? {
        let file = file?;
        files.push((file.metadata()?.modified()?, file.path()));
    }
    files.sort();
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

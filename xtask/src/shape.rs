//! The shape of the code: how long files and functions are, how complex functions are, which files use each other in a
//! ring. `cargo xtask shape` prints it for a reader, and `cargo xtask tidy` refuses what is beyond the limits.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;

use crate::command::metadata;
use crate::complexity::{Function, measure};
use crate::exceptions::{self, Exceptions};
use crate::imports::{Uses, uses};
use crate::rings::rings;
use crate::tree::{self, Package};

/// Highest complexity of a function. Beyond, nobody holds all ways through it in the head at once; McCabe's own limit is
/// 10, the common limit of tools 15 to 25.
const COMPLEXITY_LIMIT: usize = 20;

/// Complexity up to which one reads a function without taking notes. A package is in shape when nine in ten of its functions
/// stay at or below it, so all above it are named.
const COMPLEXITY_AIM: usize = 6;

/// A function of more lines does not fit on a screen.
const LENGTH_AIM: usize = 40;

/// Functions that a table names for each package.
const LONGEST: usize = 3;

/// One package, measured.
struct Shape {
    name: String,
    lines: usize,
    literals: usize,
    longest_file: (usize, String),
    functions: Vec<Placed>,
}

/// A function with its file.
struct Placed {
    path: String,
    function: Function,
}

/// Prints the shape of all packages, or of those whose name contains `filter`.
///
/// # Errors
/// When the sources cannot be read.
pub(crate) fn run(filter: Option<&str>) -> Result<()> {
    let files = tree::sources()?;
    let packages = tree::packages(&metadata()?, &files)?;
    println!(
        "{:<26}{:>7}{:>7}{:>5}{:>5}{:>5}{:>10}{:>8}  longest file",
        "package", "lines", "funcs", "p50", "p90", "max", "literals", "rings"
    );
    let mut details = String::new();
    for package in &packages {
        if filter.is_some_and(|filter| !package.name.contains(filter)) {
            continue;
        }
        let shape = Shape::of(package, &files);
        let rings_found = rings(&uses(package)).len();
        println!("{}", shape.row(rings_found));
        shape.details(filter.is_some(), &mut details);
    }
    println!("\n{details}");
    Ok(())
}

/// Names what is beyond the limits and is no exception, and exceptions that nothing needs any more.
///
/// # Errors
/// When the exceptions cannot be read.
pub(crate) fn check(packages: &[Package], wrong: &mut Vec<String>) -> Result<()> {
    let allowed = Exceptions::read()?;
    for package in packages {
        check_complexity(package, &allowed, wrong);
    }
    check_rings(packages, &allowed, wrong);
    Ok(())
}

fn check_complexity(package: &Package, allowed: &Exceptions, wrong: &mut Vec<String>) {
    let mut allowed = allowed
        .complexity
        .get(&package.name)
        .cloned()
        .unwrap_or_default();
    let allows: BTreeSet<String> = allowed.keys().cloned().collect();
    for (path, file) in &package.files {
        let functions = measure(file).functions.into_iter();
        for function in functions.filter(|function| function.complexity > COMPLEXITY_LIMIT) {
            allowed.remove(&function.name);
            if !allows.contains(&function.name) {
                wrong.push(format!(
                    "{}: {} has a complexity of {}: split it until none is above {COMPLEXITY_LIMIT}",
                    path.display(),
                    function.name,
                    function.complexity
                ));
            }
        }
    }
    for name in allowed.keys() {
        wrong.push(format!(
            "{}: {name} of {} needs no exception any more: remove the line",
            exceptions::PATH,
            package.name
        ));
    }
}

fn check_rings(packages: &[Package], allowed: &Exceptions, wrong: &mut Vec<String>) {
    let mut needed = vec![false; allowed.ring.len()];
    for package in packages {
        let uses = uses(package);
        for ring in rings(&uses) {
            let excepted = allowed
                .ring
                .iter()
                .position(|line| ring.is_subset(&line.files));
            match excepted {
                Some(at) => needed[at] = true,
                None => wrong.push(describe(package, &uses, &ring)),
            }
        }
    }
    for (line, _) in allowed
        .ring
        .iter()
        .zip(needed)
        .filter(|(_, needed)| !needed)
    {
        let first = line.files.first().map(|path| path.display());
        let first = first.map(|path| path.to_string()).unwrap_or_default();
        wrong.push(format!(
            "{}: the ring of {first} needs no exception any more: remove it",
            exceptions::PATH
        ));
    }
}

/// A ring with what ties it.
fn describe(package: &Package, uses: &Uses, ring: &BTreeSet<PathBuf>) -> String {
    let count = ring.len();
    let mut text = format!(
        "{count} files of {} use each other in a ring:",
        package.name
    );
    for (from, used) in uses.iter().filter(|(from, _)| ring.contains(*from)) {
        for (to, name) in used.iter().filter(|(to, _)| ring.contains(*to)) {
            let _infallible = write!(text, "\n    {} -> {}: {name}", from.display(), to.display());
        }
    }
    text
}

impl Shape {
    fn of(package: &Package, files: &[tree::SourceFile]) -> Self {
        let mut shape = Self {
            name: package.name.clone(),
            lines: 0,
            literals: 0,
            longest_file: (0, String::new()),
            functions: Vec::new(),
        };
        for file in files {
            let Some(syntax) = package.files.get(&file.path) else {
                continue;
            };
            let lines = file.text.lines().count();
            shape.lines += lines;
            let named = (lines, file.path.display().to_string());
            shape.longest_file = shape.longest_file.max(named);
            let measures = measure(syntax);
            shape.literals += measures.literals;
            let path = file.path.display().to_string();
            let placed = |function| Placed {
                path: path.clone(),
                function,
            };
            let functions = measures.functions.into_iter().map(placed);
            shape.functions.extend(functions);
        }
        let complexity = |placed: &Placed| placed.function.complexity;
        shape.functions.sort_by_key(complexity);
        shape
    }

    /// The complexity that `percent` of the functions do not exceed.
    fn percentile(&self, percent: usize) -> usize {
        let at = self.functions.len() * percent / 100;
        let at = at.min(self.functions.len().saturating_sub(1));
        self.functions
            .get(at)
            .map_or(0, |placed| placed.function.complexity)
    }

    fn row(&self, rings: usize) -> String {
        let (length, path) = &self.longest_file;
        format!(
            "{:<26}{:>7}{:>7}{:>5}{:>5}{:>5}{:>10}{rings:>8}  {length} {path}",
            self.name,
            self.lines,
            self.functions.len(),
            self.percentile(50),
            self.percentile(90),
            self.percentile(100),
            self.literals,
        )
    }

    /// Names the longest functions and the most complex ones: a few in a row, or all that are worth a look with their places.
    fn details(&self, all: bool, text: &mut String) {
        let mut by_length: Vec<&Placed> = self.functions.iter().collect();
        by_length.sort_by_key(|placed| std::cmp::Reverse(placed.function.lines));
        let by_complexity: Vec<&Placed> = self.functions.iter().rev().collect();
        let long = named(&by_length, all, LENGTH_AIM, |function| function.lines);
        let complex = named(&by_complexity, all, COMPLEXITY_AIM, |function| {
            function.complexity
        });
        let _infallible = writeln!(
            text,
            "{}\n  longest: {long}\n  most complex: {complex}",
            self.name
        );
    }
}

/// The first functions of a ranking with their figures: a few by name, or all whose figure is above `aim` with their places.
fn named(ranking: &[&Placed], all: bool, aim: usize, figure: fn(&Function) -> usize) -> String {
    if !all {
        let first = ranking.iter().take(LONGEST).map(|placed| &placed.function);
        let shown = first.map(|function| format!("{} {}", function.name, figure(function)));
        return shown.collect::<Vec<_>>().join(", ");
    }
    let beyond = ranking
        .iter()
        .filter(|placed| figure(&placed.function) > aim);
    beyond
        .map(|Placed { path, function }| {
            let (name, at) = (&function.name, function.at);
            format!("\n  {:>4}  {name}  {path}:{at}", figure(function))
        })
        .collect()
}

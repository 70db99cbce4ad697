//! What is known of languages and frameworks: which calls run SQL, open addresses, log or store, which parameters the
//! framework fills, what declares a tool, which switches turn verification off. The rows stand in `data/*.tsv`; what follows
//! from a fact is decided by `flow`, `rules` and the readers of files.

mod kind;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

pub(crate) use kind::Fact;

impl Fact {
    /// Whether a row of this fact has `text` as its pattern.
    pub(crate) fn has(self, text: &str) -> bool {
        table().has(self, text)
    }

    /// Whether a row of this fact has one of `words` as its pattern.
    pub(crate) fn in_words(self, words: &[String]) -> bool {
        words.iter().any(|word| self.has(word))
    }

    /// Whether a row of this fact has `path`, or what follows one of its dots, as its pattern.
    pub(crate) fn has_end(self, path: &str) -> bool {
        self.has(path)
            || path
                .match_indices('.')
                .any(|(dot, _)| self.has(&path[dot + 1..]))
    }

    /// Whether the pattern of a row of this fact stands anywhere in `text`.
    pub(crate) fn inside(self, text: &str) -> bool {
        self.patterns().any(|pattern| text.contains(pattern))
    }

    /// The patterns of all rows of this fact, in the order of the table.
    pub(crate) fn patterns(self) -> impl Iterator<Item = &'static str> {
        table().listed(self)
    }
}

/// A row of the tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) fact: Fact,
    /// The language in which the row's test is written; none for a word that no language owns.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test of the rows"))]
    pub(crate) language: Option<&'static str>,
    pub(crate) pattern: &'static str,
    /// The code of the row's test, where that of its fact does not do.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test of the rows"))]
    pub(crate) snippet: Option<&'static str>,
}

/// A row that cannot be read; line and column are counted from 1, columns are those between tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// What stands in a column that a row leaves open.
const OPEN: &str = "-";
const LANGUAGES: [&str; 3] = ["python", "javascript", "rust"];

/// Reads one row: fact, language, framework, pattern, note and perhaps a snippet. The error is the column.
fn row(text: &'static str) -> Result<Row, usize> {
    let columns: Vec<&str> = text.split('\t').collect();
    if let Some(empty) = columns.iter().position(|column| column.is_empty()) {
        return Err(empty + 1);
    }
    let &[fact, language, _framework, pattern, _note, ref rest @ ..] = columns.as_slice() else {
        return Err(columns.len() + 1);
    };
    if rest.len() > 1 {
        return Err(columns.len());
    }
    let language = Some(language).filter(|language| *language != OPEN);
    if language.is_some_and(|language| !LANGUAGES.contains(&language)) {
        return Err(2);
    }
    Ok(Row {
        fact: Fact::named(fact).ok_or(1_usize)?,
        language,
        pattern,
        snippet: rest.first().copied(),
    })
}

/// Reads all rows of a table. A row that stands there before is malformed in its pattern.
pub(crate) fn read(text: &'static str) -> Vec<Result<Row, Malformed>> {
    let mut known = HashMap::new();
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('#'))
        .map(|(at, line)| {
            let malformed = |column| Malformed {
                line: at + 1,
                column,
            };
            let row = row(line).map_err(malformed)?;
            match known.insert((row.fact, row.pattern), at) {
                Some(_) => Err(malformed(4)),
                None => Ok(row),
            }
        })
        .collect()
}

/// The tables as they are built in.
pub(crate) const TEXTS: [&str; 8] = [
    include_str!("../data/facts.tsv"),
    include_str!("../data/tools.tsv"),
    include_str!("../data/values.tsv"),
    include_str!("../data/requests.tsv"),
    include_str!("../data/sinks.tsv"),
    include_str!("../data/places.tsv"),
    include_str!("../data/placeholders.tsv"),
    include_str!("../data/marks.tsv"),
];

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(&TEXTS));

/// The table that holds here.
fn table() -> &'static Table {
    #[cfg(test)]
    if let Some(table) = altered::added() {
        return table;
    }
    &TABLE
}

/// The patterns by their fact.
#[derive(Debug, Default)]
struct Table {
    facts: Vec<Patterns>,
}

/// The patterns of one fact.
#[derive(Debug, Default)]
struct Patterns {
    set: HashSet<&'static str>,
    listed: Vec<&'static str>,
    /// One bit for each length that a pattern has, the last for all longer ones: most texts need no look at the set.
    lengths: u64,
}

impl Table {
    fn of(texts: &[&'static str]) -> Self {
        let mut table = Self::default();
        for row in texts.iter().flat_map(|text| read(text)).flatten() {
            table.add(row);
        }
        table
    }

    fn add(&mut self, row: Row) {
        let at = row.fact as usize;
        if self.facts.len() <= at {
            self.facts.resize_with(at + 1, Patterns::default);
        }
        let patterns = &mut self.facts[at];
        patterns.lengths |= length_bit(row.pattern);
        if patterns.set.insert(row.pattern) {
            patterns.listed.push(row.pattern);
        }
    }

    fn has(&self, fact: Fact, text: &str) -> bool {
        #[cfg(test)]
        if altered::is_missing(fact, text) {
            return false;
        }
        self.facts.get(fact as usize).is_some_and(|patterns| {
            patterns.lengths & length_bit(text) != 0 && patterns.set.contains(text)
        })
    }

    fn listed(&self, fact: Fact) -> impl Iterator<Item = &'static str> {
        let listed = self.facts.get(fact as usize).map(|known| &known.listed);
        let listed = listed.into_iter().flatten().copied();
        #[cfg(test)]
        let listed = listed.filter(move |pattern| !altered::is_missing(fact, pattern));
        listed
    }
}

fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}

/// Rows that the tests take away or add, to see what they do.
#[cfg(test)]
pub(crate) mod altered {
    use super::{Fact, TEXTS, Table};
    use std::cell::Cell;

    thread_local! {
        static MISSING: Cell<Option<(Fact, &'static str)>> = const { Cell::new(None) };
        static ADDED: Cell<Option<&'static Table>> = const { Cell::new(None) };
    }

    pub(super) fn is_missing(fact: Fact, text: &str) -> bool {
        MISSING.get() == Some((fact, text))
    }

    pub(super) fn added() -> Option<&'static Table> {
        ADDED.get()
    }

    /// Whether what was made from the built-in tables does not hold here.
    pub(crate) fn is_any() -> bool {
        MISSING.get().is_some() || ADDED.get().is_some()
    }

    /// Runs `work` on tables that lack one row.
    pub(crate) fn without<T>(fact: Fact, pattern: &'static str, work: impl FnOnce() -> T) -> T {
        MISSING.set(Some((fact, pattern)));
        let done = work();
        MISSING.set(None);
        done
    }

    /// Runs `work` on tables with the rows of `text` besides.
    pub(crate) fn with<T>(text: &'static str, work: impl FnOnce() -> T) -> T {
        let texts: Vec<&'static str> = TEXTS.into_iter().chain([text]).collect();
        ADDED.set(Some(Box::leak(Box::new(Table::of(&texts)))));
        let done = work();
        ADDED.set(None);
        done
    }
}

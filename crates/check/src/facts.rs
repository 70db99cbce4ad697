//! What is known of languages and frameworks: which calls run SQL, open addresses, log or store, which parameters the
//! framework fills, which switches turn verification off. The rows stand in `data/facts.tsv`; what follows from a fact is
//! decided by `flow` and `rules`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// A kind of fact. Each says with what a row's pattern is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fact {
    /// The last name of a call that runs or prepares a statement.
    SqlCall,
    /// The last name of a call that takes a piece of a condition.
    SqlCondition,
    /// The path, in lower case, of a call that runs its argument as code.
    CodeRunner,
    /// The path, in lower case, of a call that gives its argument to a shell.
    ShellRunner,
    /// The name of a shell as a program.
    Shell,
    /// The last name of a call that starts a program.
    Spawner,
    /// A word of the name of an HTTP client.
    HttpClient,
    /// The method by which an HTTP client opens its argument.
    HttpVerb,
    /// The path, in lower case, of a call that opens its argument.
    HttpPath,
    /// The last name of a call that opens its argument, whatever it is called on.
    HttpCall,
    /// A switch that verifies certificates while it is true.
    TlsVerify,
    /// A switch that leaves certificates unchecked while it is true.
    TlsSkip,
    /// What a log method is called on, in lower case, when `log` is no part of its name.
    Logger,
    /// The method by which a logger writes.
    LogMethod,
    /// A word of the name of what keeps rows or files.
    Keeper,
    /// The method by which a keeper stores its arguments.
    KeeperMethod,
    /// The last name of a call that stores its arguments, whatever it is called on.
    StoreCall,
    /// The type of a parameter that the framework fills.
    ContextType,
    /// The name of a parameter that the framework fills.
    ContextName,
    /// The end of the path, in lower case, of a call that makes a broken cipher.
    BrokenCipher,
    /// A word that makes a name speak about the thing that it names.
    NameAbout,
    /// A name, in snake case, of a whole message with all that the caller said.
    NamePayload,
    /// The verb under which a framework registers what serves a path.
    RouteVerb,
    /// The last name of a call that answers a request.
    AnswerCall,
    /// The path, in lower case, of a call that answers a request.
    AnswerPath,
    /// The last name, in lower case, of a call that hashes fast.
    Hasher,
    /// What fast hashes are methods of, in lower case.
    HasherModule,
    /// The method, in lower case, by which a module of hashes hashes.
    HasherMethod,
    /// The last name of a call that gives a stack trace.
    TraceCall,
    /// The last name of a call that declares a column.
    ColumnMaker,
    /// The last name of a call that declares an option of the command line.
    OptionCall,
    /// A word of the name of an address that is called.
    PlaceWord,
    /// A word of the name of an address that is not called.
    DescribedWord,
    /// The last name of a call that accepts any certificate when it is given true.
    TlsAccept,
}

impl Fact {
    const NAMES: [(&'static str, Self); 34] = [
        ("sql-call", Self::SqlCall),
        ("sql-condition", Self::SqlCondition),
        ("code-runner", Self::CodeRunner),
        ("shell-runner", Self::ShellRunner),
        ("shell", Self::Shell),
        ("spawner", Self::Spawner),
        ("http-client", Self::HttpClient),
        ("http-verb", Self::HttpVerb),
        ("http-path", Self::HttpPath),
        ("http-call", Self::HttpCall),
        ("tls-verify", Self::TlsVerify),
        ("tls-skip", Self::TlsSkip),
        ("logger", Self::Logger),
        ("log-method", Self::LogMethod),
        ("keeper", Self::Keeper),
        ("keeper-method", Self::KeeperMethod),
        ("store-call", Self::StoreCall),
        ("context-type", Self::ContextType),
        ("context-name", Self::ContextName),
        ("broken-cipher", Self::BrokenCipher),
        ("name-about", Self::NameAbout),
        ("name-payload", Self::NamePayload),
        ("route-verb", Self::RouteVerb),
        ("answer-call", Self::AnswerCall),
        ("answer-path", Self::AnswerPath),
        ("hasher", Self::Hasher),
        ("hasher-module", Self::HasherModule),
        ("hasher-method", Self::HasherMethod),
        ("trace-call", Self::TraceCall),
        ("column-maker", Self::ColumnMaker),
        ("option-call", Self::OptionCall),
        ("place-word", Self::PlaceWord),
        ("described-word", Self::DescribedWord),
        ("tls-accept", Self::TlsAccept),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find_map(|(known, fact)| (*known == name).then_some(*fact))
    }

    /// Whether a row of this fact has `text` as its pattern.
    pub(crate) fn has(self, text: &str) -> bool {
        TABLE.has(self, text)
    }

    /// Whether a row of this fact has `path`, or what follows one of its dots, as its pattern.
    pub(crate) fn has_end(self, path: &str) -> bool {
        self.has(path)
            || path
                .match_indices('.')
                .any(|(dot, _)| self.has(&path[dot + 1..]))
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) fact: Fact,
    /// The language in which the row's test is written.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test of the rows"))]
    pub(crate) language: &'static str,
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
    if !matches!(language, "python" | "javascript" | "rust") {
        return Err(2);
    }
    Ok(Row {
        fact: Fact::named(fact).ok_or(1_usize)?,
        language,
        pattern,
        snippet: rest.first().copied(),
    })
}

/// Reads all rows. A row that stands there before is malformed in its pattern.
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

/// The table as it is built in.
pub(crate) const TEXT: &str = include_str!("../data/facts.tsv");

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(read(TEXT).into_iter().flatten()));

/// The patterns by their fact.
#[derive(Debug, Default)]
struct Table {
    patterns: HashMap<Fact, HashSet<&'static str>>,
}

impl Table {
    fn of(rows: impl Iterator<Item = Row>) -> Self {
        let mut table = Self::default();
        for row in rows {
            table
                .patterns
                .entry(row.fact)
                .or_default()
                .insert(row.pattern);
        }
        table
    }

    fn has(&self, fact: Fact, text: &str) -> bool {
        #[cfg(test)]
        if missing::is(fact, text) {
            return false;
        }
        self.patterns
            .get(&fact)
            .is_some_and(|patterns| patterns.contains(text))
    }
}

/// A row that the tests take away, to see what it does.
#[cfg(test)]
pub(crate) mod missing {
    use super::Fact;
    use std::cell::Cell;

    thread_local! {
        static MISSING: Cell<Option<(Fact, &'static str)>> = const { Cell::new(None) };
    }

    pub(super) fn is(fact: Fact, text: &str) -> bool {
        MISSING.get() == Some((fact, text))
    }

    /// Runs `work` on a table that lacks one row.
    pub(crate) fn without<T>(fact: Fact, pattern: &'static str, work: impl FnOnce() -> T) -> T {
        MISSING.set(Some((fact, pattern)));
        let done = work();
        MISSING.set(None);
        done
    }
}

//! Whether a file can have a finding that needs its syntax tree. Decides in one pass over the bytes, because parsing
//! is fifty times slower and most files of a large tree have nothing to do with any rule. What is looked for stands in
//! `data/marks.tsv` and in the rows by which a framework declares its tools.

use crate::facts::Fact;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// The facts whose patterns are marks.
const MARKS: [Fact; 9] = [
    Fact::Mark,
    Fact::MarkWord,
    Fact::MarkTool,
    Fact::MarkLogged,
    Fact::MarkLogs,
    Fact::MarkQuery,
    Fact::AgentMark,
    Fact::ToolMaker,
    Fact::HandlerDecorator,
];

/// How far after a call that logs its arguments may stand, in bytes.
const REACH: usize = 400;

/// All marks as one machine, and the fact that each comes from.
struct Filter {
    machine: AhoCorasick,
    facts: Vec<Fact>,
}

impl Filter {
    fn new() -> Option<Self> {
        let (facts, patterns): (Vec<Fact>, Vec<&str>) = MARKS
            .iter()
            .flat_map(|fact| fact.patterns().map(|pattern| (*fact, pattern)))
            .unzip();
        let machine = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(patterns)
            .ok()?;
        Some(Self { machine, facts })
    }

    fn passes(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let mut logged_at: Option<usize> = None;
        self.machine.find_overlapping_iter(text).any(|found| {
            let (start, end) = (found.start(), found.end());
            match self.facts[found.pattern().as_usize()] {
                Fact::MarkWord => is_word(bytes, start, end),
                Fact::MarkTool => declares_tool(bytes, start, end),
                Fact::ToolMaker | Fact::HandlerDecorator => is_called(bytes, start, end),
                Fact::MarkLogged => logged_at.is_some_and(|at| start - at < REACH),
                Fact::MarkLogs => {
                    logged_at = Some(start);
                    false
                }
                Fact::MarkQuery => starts_query(bytes, start, end),
                _ => true,
            }
        })
    }
}

static FILTER: LazyLock<Option<Filter>> = LazyLock::new(Filter::new);

/// Whether any rule that follows values or looks at tools can say something.
pub(crate) fn is_worth_parsing(text: &str) -> bool {
    #[cfg(test)]
    if crate::facts::altered::is_any() {
        return Filter::new().is_none_or(|filter| filter.passes(text));
    }
    FILTER.as_ref().is_none_or(|filter| filter.passes(text))
}

/// A name of its own that is called or stands as a decorator.
fn is_called(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map(|at| bytes[at]);
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_whole = !before.as_ref().is_some_and(is_part) && !bytes.get(end).is_some_and(is_part);
    let is_decorator = matches!(before, Some(b'@' | b'.' | b'['));
    is_whole && (is_decorator || bytes.get(end) == Some(&b'('))
}

fn is_word(bytes: &[u8], start: usize, end: usize) -> bool {
    let starts =
        start == 0 || !bytes[start - 1].is_ascii_alphabetic() || bytes[start].is_ascii_uppercase();
    let ends = bytes.get(end).is_none_or(|byte| !byte.is_ascii_lowercase());
    starts && ends
}

fn declares_tool(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map(|at| bytes[at]);
    let is_inside_word =
        before.is_some_and(|byte| byte.is_ascii_lowercase()) && bytes[start].is_ascii_lowercase();
    if is_inside_word {
        return false;
    }
    let is_decorated = matches!(before, Some(b'@' | b'.' | b'_' | b'['));
    let is_camel = before.is_some_and(|byte| byte.is_ascii_lowercase()) && bytes[start] == b'T';
    let rest = &bytes[end..bytes.len().min(end + 4)];
    let is_called = matches!(rest.first(), Some(b'(' | b'_'));
    let is_listed = rest.first() == Some(&b's')
        && rest[1..]
            .iter()
            .find(|byte| **byte != b' ')
            .is_some_and(|byte| b"=:[".contains(byte));
    is_decorated || is_camel || is_called || is_listed
}

/// A query starts a text or a line, in capitals or in small letters throughout.
fn starts_query(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = &bytes[start..end];
    if !bytes.get(end).is_some_and(u8::is_ascii_whitespace) {
        return false;
    }
    let letters = || word.iter().filter(|byte| byte.is_ascii_alphabetic());
    let is_one_case =
        letters().all(u8::is_ascii_uppercase) || letters().all(u8::is_ascii_lowercase);
    let before = bytes[..start]
        .iter()
        .rev()
        .find(|byte| **byte != b' ' && **byte != b'\t');
    let starts_text = before.is_some_and(|byte| b"\"'`(".contains(byte));
    let starts_line =
        before.is_none_or(|byte| *byte == b'\n') && letters().all(u8::is_ascii_uppercase);
    is_one_case && (starts_text || starts_line)
}

#[cfg(test)]
mod tests {
    use super::is_worth_parsing;

    fn check(text: &str, expected: bool) {
        assert_eq!(is_worth_parsing(text), expected, "{text}");
    }

    #[test]
    fn prefilter_passes_only_files_that_a_rule_can_match() {
        check("import functools\nclassname = 1\n", false);
        check("# The tool selects from a list\n", false);
        check("@tool('x')\n", true);
        check("agent.registerTool({})", true);
        check("#[tool(\"x\")]", true);
        check("logger.info('%s', user.email)", true);
        check("send(user.email)", false);
        check("q = \"SELECT a\"", true);
        check("q = '''\n    SELECT a\n'''", true);
        check("Select one from the list", false);
    }
}

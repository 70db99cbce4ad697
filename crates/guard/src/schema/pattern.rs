//! Patterns in the dialect of JSON Schema, run in linear time.
//!
//! Decides how an ECMA-262 pattern is read by the `regex` crate. What that crate cannot do in linear time (look-around,
//! back-references) is no pattern here.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

/// Longest pattern, in bytes.
const PATTERN_LIMIT_BYTES: usize = 2000;

/// Sizes that a compiled pattern may have, in bytes: the smallest that suffices is what it costs. Most need the first; letters
/// of all scripts, some tens of times, need the last.
const SIZES_BYTES: [usize; 3] = [16 << 10, 128 << 10, 1 << 20];

/// What all patterns of one schema may cost together, in bytes. Nine hundred patterns of a hostile declaration of 43 KB took
/// 1.8 GB and a minute without it (2026-11-23).
const ROOM_BYTES: usize = 2 << 20;

/// What reading costs for each byte of a pattern, beside what it becomes: a class of five bytes has hundreds of ranges.
const READING_BYTES: usize = 16;

/// The patterns of one schema.
#[derive(Debug)]
pub(super) struct Patterns {
    known: HashMap<String, Option<Regex>>,
    room_bytes: usize,
}

impl Patterns {
    pub(super) fn new() -> Self {
        Self {
            known: HashMap::new(),
            room_bytes: ROOM_BYTES,
        }
    }

    /// Compiles a pattern; the same one again costs nothing. `None` when it is too long, too large when compiled, not linear,
    /// or when the patterns before it have taken all the room.
    pub(super) fn compile(&mut self, pattern: &str) -> Option<Regex> {
        if let Some(known) = self.known.get(pattern) {
            return known.clone();
        }
        let regex = self.compile_anew(pattern);
        self.known.insert(pattern.to_owned(), regex.clone());
        regex
    }

    fn compile_anew(&mut self, pattern: &str) -> Option<Regex> {
        if pattern.len() > PATTERN_LIMIT_BYTES {
            return None;
        }
        let translated = translate(pattern);
        for size_bytes in SIZES_BYTES {
            // What was tried is paid for, whether it fits or not.
            let cost_bytes = size_bytes + pattern.len() * READING_BYTES;
            self.room_bytes = self.room_bytes.checked_sub(cost_bytes)?;
            let built = RegexBuilder::new(&translated)
                .size_limit(size_bytes)
                .dfa_size_limit(1 << 20)
                .nest_limit(50)
                .build();
            match built {
                Ok(regex) => return Some(regex),
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(_) => return None,
            }
        }
        None
    }
}

/// In ECMA-262, `\d` and `\w` are ASCII, and within a class `[`, `&&`, `--` and `~~` mean themselves.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[A-Za-z0-9_]"),
                Some('W') => out.push_str("[^A-Za-z0-9_]"),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' if in_class => out.push_str("\\["),
            '[' => {
                in_class = true;
                out.push('[');
                if chars.peek() == Some(&'^') {
                    chars.next();
                    out.push('^');
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => out.extend(['\\', c]),
            '-' if in_class && chars.peek() == Some(&'-') => out.push_str("\\-"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_pattern_follows_json_schema_semantics() {
        let check = |pattern: &str, text: &str, expected: bool| {
            let regex = Patterns::new().compile(pattern).expect(pattern);
            assert_eq!(regex.is_match(text), expected, "{pattern} on {text:?}");
        };
        check(r"^\d{4}$", "1234", true);
        check(r"^\d{4}$", "١٢٣٤", false);
        check(r"^\d{4}$", "1234\n", false);
        check(r"^[\w.-]+$", "a.b-c", true);
        check(r"^[\w.-]+$", "é", false);
        check("b", "abc", true);
        check("^[[a]$", "[", true);
        check("^[a&&b]+$", "a&b", true);
        check(r"^\/x$", "/x", true);
        check(r"^[^\D]$", "5", true);
    }

    #[test]
    fn schema_pattern_nonlinear_or_too_large_is_refused() {
        for bad in [r"(?=a)", r"(a)\1", "(", "a{1000}{1000}", &"a".repeat(2001)] {
            assert!(Patterns::new().compile(bad).is_none());
        }
    }

    #[test]
    fn schema_patterns_share_one_size_budget() {
        let mut patterns = Patterns::new();
        for n in 0..50 {
            let small = patterns.compile(&format!("^[A-Z]{{2}}-{n}$"));
            assert!(small.is_some(), "{n}");
        }
        let letters = |n: usize| format!("^\\p{{L}}{{1,20}} {n}$");
        assert!(patterns.compile(&letters(0)).is_some());
        let large = (0..100).filter(|n| patterns.compile(&letters(*n)).is_some());
        assert!(large.count() < 4, "a megabyte each");
        // What is known already costs nothing, and what has no room is no pattern.
        assert!(patterns.compile(&letters(0)).is_some());
        assert!(patterns.compile("^never seen$").is_none());
    }
}

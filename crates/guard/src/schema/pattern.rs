//! Patterns in the dialect of JSON Schema, run in linear time.
//!
//! Decides how an ECMA-262 pattern is read by the `regex` crate. What that crate cannot do in linear time (look-around,
//! back-references) is no pattern here.

use regex::{Regex, RegexBuilder};

/// Longest pattern, in bytes.
const PATTERN_LIMIT_BYTES: usize = 2000;

/// Compiles a pattern. `None` when it is too long, too large when compiled, or not linear.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    if pattern.len() > PATTERN_LIMIT_BYTES {
        return None;
    }
    RegexBuilder::new(&translate(pattern))
        .size_limit(1 << 20)
        .dfa_size_limit(1 << 20)
        .nest_limit(50)
        .build()
        .ok()
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
    fn patterns_mean_what_json_schema_says() {
        let check = |pattern: &str, text: &str, expected: bool| {
            let regex = compile(pattern).expect(pattern);
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
    fn what_is_not_linear_or_too_large_is_no_pattern() {
        for bad in [r"(?=a)", r"(a)\1", "(", "a{1000}{1000}", &"a".repeat(2001)] {
            assert!(compile(bad).is_none());
        }
    }
}

//! Placeholders, examples and references: texts that stand where a secret will stand. Decides only that; a text that
//! is no placeholder is not yet a secret. The parts and words that examples are made of are rows of `data/placeholders.tsv`.

use crate::facts::Fact;

/// Whether this stands for a secret rather than being one.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    if value.is_empty()
        || value.starts_with('$')
        || (value.starts_with('%') && value.ends_with('%'))
    {
        return true;
    }
    if value.starts_with(['{', '[', '(', '<']) {
        return true;
    }
    let lower = value.to_lowercase();
    // A long text in one piece is not made a placeholder by four letters that it has by chance.
    let is_long = lower.len() > 64;
    if Fact::PlaceholderMark.patterns().any(|mark| {
        lower.contains(mark)
            && (!is_long || mark.len() > 6 || !mark.bytes().all(|b| b.is_ascii_alphanumeric()))
    }) {
        return true;
    }
    if is_one_character(&lower) {
        return true;
    }
    lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .all(|word| {
            let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
            Fact::PlaceholderWord.has(word)
                || (Fact::PlaceholderWord.has(stem) && word.len() - stem.len() <= 1)
        })
}

/// `xxxxxxxx` and the like, a prefix apart.
fn is_one_character(value: &str) -> bool {
    let tail = value.rsplit(['_', '-']).next().unwrap_or(value);
    let mut chars = tail.chars();
    match chars.next() {
        Some(first) if tail.len() >= 3 => chars.all(|c| c == first),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn example_value_is_placeholder() {
        for value in [
            "your_key_here",
            "cs_live_your_key_here",
            "sk-...",
            "<api key>",
            "${API_KEY}",
            "{{ secret }}",
            "changeme",
            "xxxxxxxx",
            "cs_live_new_key",
            "cs_test_xxxxxxxxxxxx",
            "password",
            "$API_KEY",
            "YOUR-TOKEN",
            "",
            "****",
            "AKIAIOSFODNN7EXAMPLE",
            "test",
            "secret",
            "my-secret-token",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
    }

    #[test]
    fn realistic_value_is_not_placeholder() {
        for value in [
            "abc123xyz",
            "hunter2",
            "Tr0ub4dor&3",
            "k9Jq2mZx81LpWv",
            "s3cr3tP4ss",
        ] {
            assert!(!is_placeholder(value), "{value}");
        }
    }
}

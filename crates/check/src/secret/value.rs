//! Whether a literal under a telling name is a secret. Decides from the name's meaning and the look of the value;
//! values with a form of their own are `forms`' business.

use super::placeholder::is_placeholder;
use crate::names::Labels;

/// Shortest password taken seriously, in characters.
const PASSWORD_LEAST: usize = 6;
/// Shortest key or token taken seriously, in characters; the shortest issued by a known provider has 16.
const KEY_LEAST: usize = 12;
/// Longer values are texts, in bytes.
const LONGEST: usize = 4096;

/// Whether `value`, assigned to something that means `labels`, is a secret written out.
pub(crate) fn is_secret(labels: Labels, value: &str) -> bool {
    let value = value.trim();
    let is_text = value.len() > LONGEST || value.contains(char::is_whitespace);
    if is_text || is_placeholder(value) || is_reference(value) {
        return false;
    }
    if labels.any(Labels::PASSWORD) {
        return is_password(value);
    }
    let digits = value.chars().filter(char::is_ascii_digit).count();
    if labels.any(Labels::KEY) {
        let least = if digits > 0 { KEY_LEAST } else { 20 };
        return value.len() >= least && looks_random(value);
    }
    // A bare token is as often a page mark or a word; an id in the form of a UUID opens nothing by itself.
    let is_uuid = value.len() == 36 && value.bytes().filter(|byte| *byte == b'-').count() == 4;
    labels.any(Labels::TOKEN) && !is_uuid && value.len() >= 16 && digits >= 3 && looks_random(value)
}

/// A password is no word: it has a digit or a sign.
fn is_password(value: &str) -> bool {
    let is_sign = |c: char| !c.is_alphanumeric() && !"_-. :/".contains(c);
    value.chars().count() >= PASSWORD_LEAST
        && value.chars().any(|c| c.is_ascii_digit() || is_sign(c))
}

/// Whether a text is random rather than words: digits among letters, or letter cases that no word has.
pub(crate) fn looks_random(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    if letters + digits < value.len() * 3 / 4 || letters == 0 {
        return false;
    }
    let switches = value
        .as_bytes()
        .windows(2)
        .filter(|pair| class(pair[0]) != class(pair[1]))
        .count();
    entropy(value) >= 3.0
        && (digits >= 2 || switches * 3 >= value.len())
        && switches * 6 >= value.len()
}

fn class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    }
}

/// Shannon entropy of the bytes, in bits a byte.
pub(crate) fn entropy(value: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let total = value.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}

/// Paths, addresses, dotted names and calls name a secret's place.
fn is_reference(value: &str) -> bool {
    value.starts_with(['/', '.', '~', '@'])
        || value.contains("://")
        || value.ends_with(')')
        || value.ends_with(".pem")
        || value.ends_with(".json")
        || value.split('.').count() > 1
            && value
                .split('.')
                .all(|part| part.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        || value.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_not_secret_values() {
        for value in [
            "password",
            "csrfmiddlewaretoken",
            "PASSWORD_FIELD",
            "Enter your password",
            "auth.token.path",
        ] {
            assert!(
                !is_secret(Labels::PASSWORD | Labels::TOKEN, value),
                "{value}"
            );
        }
        assert!(!is_secret(Labels::KEY, "customer-account-service"));
    }

    #[test]
    fn literal_password_and_key_are_secret_values() {
        assert!(is_secret(Labels::PASSWORD, "hunter2!"));
        assert!(is_secret(Labels::KEY, "9f8e7d6c5b4a39281706"));
    }
}

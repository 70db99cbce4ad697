//! What an identifier says of its value: `userPassword`, `card-number`, `CVV2`, `otpCode`, `page_token`.
//!
//! Decides how a name is cut into words and what the words mean, by the table `data/names.tsv`: a new word is a row there.
//! What follows from a meaning (an argument is secret, a member of a JSON object is masked, a log line is a finding) is
//! decided by whoever asks. A name is only a hint: what it does not say is no proof that the value is harmless.

use std::sync::LazyLock;

use crate::kind::Kind;

mod meaning;
mod table;

pub use meaning::Meaning;
use table::{Found, Table};

/// A longer name or description is cut here, in characters.
const NAME_CHARS: usize = 600;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::parse(include_str!("../data/names.tsv")));

/// What `name` says of its value, if it says anything.
///
/// ```
/// use conversimple_mask::names::{Meaning, meaning};
///
/// assert_eq!(meaning("userPassword"), Some(Meaning::Password));
/// assert_eq!(meaning("one_time_code"), Some(Meaning::OneTimeCode));
/// assert_eq!(meaning("password_hash"), None);
/// ```
#[must_use]
pub fn meaning(name: &str) -> Option<Meaning> {
    if !TABLE.may_match(name) {
        return None;
    }
    match TABLE.look_up(&TABLE.cut_glued(words(name))) {
        Found::Meaning(meaning) => Some(meaning),
        Found::Nothing => None,
    }
}

/// The kind of secret that a value of this name is, if it is one.
///
/// ```
/// use conversimple_mask::{Kind, names::secret};
///
/// assert_eq!(secret("cvv2"), Some(Kind::SecurityCode));
/// assert_eq!(secret("next_page_token"), None);
/// ```
#[must_use]
pub fn secret(name: &str) -> Option<Kind> {
    meaning(name).and_then(Meaning::secret)
}

/// Whether a name speaks about a thing by its last word: `email_subject`, `phone_model`, `password_hash`.
///
/// [`meaning`] says nothing of such a name; this tells them from names that no row knows.
#[must_use]
pub fn is_about(name: &str) -> bool {
    let words = words(name);
    words.len() > 1 && TABLE.is_part(&words[words.len() - 1])
}

/// Whether a description says that its value is a part of a postal address, as India's PIN code is.
#[must_use]
pub fn speaks_of_a_place(description: &str) -> bool {
    words(description).iter().any(|word| TABLE.is_place(word))
}

/// The words of an identifier in lower case, cut at signs and at changes of case.
///
/// Digits stay with the letters that they follow (`cvv2`), or at the beginning with those that follow them (`2fa`).
/// A run of capitals is one word, and its last letter begins the next where a small letter follows it.
///
/// ```
/// use conversimple_mask::names::words;
///
/// assert_eq!(words("get_accountBalance.v2"), ["get", "account", "balance", "v2"]);
/// assert_eq!(words("IPAddress"), ["ip", "address"]);
/// assert_eq!(words("2faCode"), ["2fa", "code"]);
/// ```
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().take(NAME_CHARS).collect();
    let mut out: Vec<String> = Vec::new();
    let mut fresh = true;
    for (at, c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            fresh = true;
            continue;
        }
        if fresh || begins_word(&chars, at) {
            out.push(String::new());
        }
        fresh = false;
        if let Some(word) = out.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    out
}

/// Whether the capital at `at` begins a word inside of a name.
fn begins_word(chars: &[char], at: usize) -> bool {
    if !chars[at].is_uppercase() || at == 0 {
        return false;
    }
    let before = chars[at - 1];
    if !before.is_uppercase() {
        return before.is_lowercase() || before.is_numeric();
    }
    // "IPAddress", but not "userIDs".
    let follows = |n: usize| chars.get(at + n).is_some_and(|c| c.is_lowercase());
    let plural = chars.get(at + 1) == Some(&'s') && !follows(2);
    follows(1) && !plural
}

#[cfg(test)]
mod tests;

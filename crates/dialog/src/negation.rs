//! Decides which part of an utterance states a wish when another part says what the caller does not want.
//!
//! A clause is negated by its beginning: an order not to do something ("don't pay", "never send"), a subject that does not
//! want or need something ("I don't want to pay", "there is no need to pay") or an end to something ("stop paying").
//! What follows "instead of" and "rather than" is negated too. Which tool the rest asks for is decided elsewhere.

use crate::lexicon::{FORBIDDING, INSTEAD, LEAD_IN, List, NO_VERB, UNWANTED};
use crate::words::words;

/// What is left of an utterance without its negated clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing is negated.
    Whole,
    /// These words are left.
    Rest(String),
    /// Everything is negated: the caller wants nothing.
    Nothing,
}

/// Finds the wish of an utterance.
pub(crate) fn wish(text: &str) -> Wish {
    let mut kept = Vec::new();
    let mut cut = false;
    for clause in clauses(text) {
        let wanted = wanted(clause);
        cut |= wanted.len() < clause.len();
        if !wanted.trim().is_empty() {
            kept.push(wanted.trim());
        }
    }
    match (cut, kept.is_empty()) {
        (false, _) => Wish::Whole,
        (true, true) => Wish::Nothing,
        (true, false) if kept.iter().all(|clause| is_lead_in(clause)) => Wish::Nothing,
        (true, false) => Wish::Rest(kept.join(", ")),
    }
}

/// Clauses end at punctuation before a space, and at "but".
fn clauses(text: &str) -> Vec<&str> {
    let mut list = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let after = &text[at + c.len_utf8()..];
        let stops = ".,;!?".contains(c) && (after.is_empty() || after.starts_with(' '));
        if stops {
            list.push(&text[start..at]);
            start = at + c.len_utf8();
        } else if c == ' '
            && after.len() >= 4
            && after.is_char_boundary(4)
            && after[..4].eq_ignore_ascii_case("but ")
        {
            list.push(&text[start..at]);
            start = at + 1;
        }
    }
    list.push(&text[start..]);
    list
}

/// The part of a clause that is not negated.
fn wanted(clause: &str) -> &str {
    if is_negated(clause) {
        return "";
    }
    let lower = clause.to_ascii_lowercase();
    let instead = INSTEAD
        .phrases()
        .filter_map(|words| lower.find(&format!(" {words} ")))
        .min();
    match instead {
        Some(at) => &clause[..at],
        None => clause,
    }
}

fn is_negated(clause: &str) -> bool {
    let list = words(clause);
    let mut lower: Vec<&str> = list.iter().map(|word| word.lower.as_str()).collect();
    let leads = lower.iter().take_while(|word| LEAD_IN.has(word)).count();
    // "No need to" begins with a word that also leads in.
    let unwanted = |list: &[&str]| after_any(list, &UNWANTED).is_some();
    if (0..=leads).any(|from| unwanted(&lower[from..])) {
        return true;
    }
    lower.drain(..leads);
    let verb = |rest: &[&str]| rest.first().is_some_and(|word| !NO_VERB.has(word));
    if after_any(&lower, &FORBIDDING).is_some_and(verb) {
        return true;
    }
    matches!(lower.as_slice(), ["stop", what, ..] if what.len() > 4 && what.ends_with("ing"))
}

/// What follows the longest of these phrases that the list begins with.
fn after_any<'a, 'b>(list: &'a [&'b str], phrases: &List) -> Option<&'a [&'b str]> {
    let (len, _) = phrases.longest(list.iter().copied())?;
    list.get(len..)
}

fn is_lead_in(clause: &str) -> bool {
    words(clause).iter().all(|word| LEAD_IN.has(&word.lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negated_clause_is_no_wish() {
        for text in [
            "do not pay twenty dollars",
            "Don't pay twenty dollars.",
            "please don't transfer anything",
            "I don't want to pay twenty dollars",
            "I do not want you to send it",
            "no, I don't want to pay",
            "never send money to bob",
            "no need to pay",
            "there is no need to pay bob",
            "stop paying bob",
            "I'd rather not pay twenty dollars",
            "you don't have to store my card",
            "no, don't book a table",
        ] {
            assert_eq!(wish(text), Wish::Nothing, "{text}");
        }
    }

    #[test]
    fn rest_of_a_negated_sentence_is_the_wish() {
        for (text, rest) in [
            ("don't pay bob, show my balance", "show my balance"),
            (
                "I don't want to pay, I want to see my balance",
                "I want to see my balance",
            ),
            (
                "show my balance instead of paying twenty dollars",
                "show my balance",
            ),
            (
                "don't pay 1,250 dollars but show my balance",
                "but show my balance",
            ),
        ] {
            assert_eq!(wish(text), Wish::Rest(rest.to_owned()), "{text}");
        }
    }

    #[test]
    fn sentence_with_a_not_elsewhere_is_a_wish() {
        for text in [
            "don't forget to pay twenty dollars",
            "why don't you show me my balance",
            "don't I have a savings account",
            "don't you sell cables",
            "I don't know my balance",
            "pay twenty dollars",
            "stop the payment to bob",
            "stop",
            "I never got my order, where is it",
            "pay 1,250.50 dollars",
            "I can't find my card",
            "",
        ] {
            assert_eq!(wish(text), Wish::Whole, "{text}");
        }
    }
}

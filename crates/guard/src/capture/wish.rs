//! Whether words are plainly a wish or a question, and so no answer to a question for a secret.
//!
//! Decides it by how a sentence begins: with a verb that asks for a deed and what it is done to ("pay my card bill"), with a
//! want and its deed ("I need to store a card"), or as a question with whom it is about ("do you have a charger"). The verbs are
//! those by which tools are judged (`wire::effect`), the other words rows of `data/wish_words.tsv`. A passphrase that is such a
//! sentence is taken for one; it should be keyed, or said with its lead.

use std::collections::HashMap;
use std::sync::LazyLock;

use conversimple_wire::effect;

use super::answer;
use conversimple_mask::{digits_in, names};

/// A number of more figures is no sum.
const SUM_FIGURES: usize = 6;

/// What a word is to a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// It only leads to a sentence: "please", "actually".
    Polite,
    /// It begins a question.
    Asks,
    /// Whom or what a question is about.
    About,
    /// It says that somebody wants something.
    Wants,
    /// It stands before what a deed is done to.
    Before,
    /// A deed that no tool's name has.
    Deed,
    /// What a sum is of.
    Unit,
}

static PARTS: LazyLock<HashMap<&str, Vec<Part>>> = LazyLock::new(|| {
    let mut parts: HashMap<&str, Vec<Part>> = HashMap::new();
    for (word, part) in rows() {
        parts.entry(word).or_default().extend(part);
    }
    parts
});

fn rows() -> impl Iterator<Item = (&'static str, Option<Part>)> {
    let lines = include_str!("../../data/wish_words.tsv").lines();
    let rows = lines.filter_map(|line| line.split_once('\t'));
    rows.filter(|(word, _)| !word.starts_with('#'))
        .map(|(word, part)| {
            let part = match part {
                "polite" => Some(Part::Polite),
                "asks" => Some(Part::Asks),
                "about" => Some(Part::About),
                "wants" => Some(Part::Wants),
                "before" => Some(Part::Before),
                "deed" => Some(Part::Deed),
                "unit" => Some(Part::Unit),
                _ => None,
            };
            (word, part)
        })
}

/// Whether words are plainly a wish or a question. `number`: the caller was asked for one, so that figures are its figures unless
/// they are a sum.
pub(super) fn is_wish(words: &str, number: bool) -> bool {
    let list: Vec<String> = answer::plain(words).split(' ').map(str::to_owned).collect();
    // What no sentence is written with makes it something else: a typed password.
    let is_prose = list.iter().all(|word| {
        let letters = word.chars().all(|c| c.is_alphabetic() || "'-".contains(c));
        let figures = word
            .chars()
            .all(|c| c.is_ascii_digit() || "$€£.,".contains(c));
        letters || figures
    });
    let figures = digits_in(words).len();
    if !is_prose || figures > SUM_FIGURES {
        return false;
    }
    let is_sum = |word: &String| is(word, Part::Unit) || word.contains(['$', '€', '£']);
    let may_be_number = number && figures > 0 && !list.iter().any(is_sum);
    let polite = list
        .iter()
        .take_while(|word| is(word, Part::Polite))
        .count();
    let rest = &list[polite..];
    !may_be_number && (is_question(rest) || is_want(rest) || is_deed(rest))
}

/// "do you have", "how much is my", "where's the".
fn is_question(words: &[String]) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    let mut near = rest.iter().take(4);
    is(first, Part::Asks) && near.any(|word| is(word, Part::About))
}

/// "I need to store", "I'd like a", "we want the".
fn is_want(words: &[String]) -> bool {
    let wants = words.iter().take(3).position(|word| is(word, Part::Wants));
    let Some(at) = wants.filter(|_| {
        words
            .first()
            .is_some_and(|word| word.starts_with('i') || word.starts_with("we"))
    }) else {
        return false;
    };
    let next = words[at + 1..].iter().find(|word| !is(word, Part::Wants));
    next.is_some_and(|word| word == "to" || is(word, Part::Before)) && words.len() > at + 2
}

/// "pay my bill", "cancel that", "send twenty dollars".
fn is_deed(words: &[String]) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    // Who is asked for a PIN and says "pin four two" or "is four two" does not pin anything.
    let does = |word: &String| {
        let is_deed = effect::is_deed(word) || is(word, Part::Deed);
        is_deed && !is(word, Part::Asks) && names::secret(word).is_none()
    };
    // Some deeds have two words: "log in", "look up".
    let rest = match rest.split_first() {
        Some((particle, more)) if matches!(particle.as_str(), "in" | "out" | "up" | "off") => more,
        _ => rest,
    };
    let sum = |word: &String| !digits_in(word).is_empty() && rest.len() > 1;
    does(first)
        && rest
            .first()
            .is_some_and(|word| is(word, Part::Before) || sum(word))
}

fn is(word: &str, part: Part) -> bool {
    PARTS.get(word).is_some_and(|parts| parts.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_wish_is_told_from_possible_secret() {
        for wish in [
            "do you have a phone charger",
            "cancel that",
            "pay my card bill",
            "I need to store a new card",
            "pay twenty five dollars",
            "Pay $25 to the landlord please",
            "please check on my order",
            "what's the weather like in Paris?",
            "how much is on my account",
            "I'd like to hear my balance",
            "i want a new appointment",
            "can you tell me the opening hours",
            "is there a branch in Oslo",
            "actually send it to my sister",
            "show me my cards",
            "transfer 200 to savings",
        ] {
            assert!(is_wish(wish, false), "{wish}");
        }
        for secret in [
            "sunflower",
            "correct horse battery staple",
            "the cat sat",
            "blue elephant seven",
            "four two seven one",
            "hunter2 is my dog",
            "payday99",
            "store-my-card!",
            "pay 4111 1111 1111 1111",
            "isabella",
            "iwanttobreakfree",
            "what4ever",
            "open sesame",
            "",
            "my old password",
        ] {
            assert!(!is_wish(secret, false), "{secret}");
        }
    }

    #[test]
    fn wish_rows_have_a_word_and_a_part() {
        let lines = include_str!("../../data/wish_words.tsv").lines();
        for line in lines.filter(|line| !line.starts_with('#')) {
            assert!(line.split_once('\t').is_some(), "{line}");
        }
        assert!(rows().all(|(_, part)| part.is_some()));
    }
}

//! Chooses among the caller's own things by what the caller calls them: "checking", "the savings one", "the other one".
//!
//! An id that the caller says counts only if it is the id of one of the caller's own things.

use conversimple_wire::tool::OwnThing;

use crate::calendar::ordinal_word;
use crate::heard::spoken_name;
use crate::lexicon::NAMELESS;
use crate::words::{Word, identifier_words, is_function_word, stem, words};

/// Which of the caller's own things is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pick {
    /// This one.
    One(usize),
    /// Several fit, or nothing was said.
    Unclear,
    /// Something was named that is not among them.
    NotTheirs,
}

/// Chooses. `asked`: the words answer "which one?". `last`: the thing used before, for "the other one".
pub(crate) fn pick(
    kind: &str,
    things: &[OwnThing],
    text: &str,
    asked: bool,
    last: Option<&str>,
) -> Pick {
    let list = words(text);
    if let Some(at) = by_id(things, &list) {
        return Pick::One(at);
    }
    let shared = shared_stems(things, kind);
    let scores: Vec<usize> = things
        .iter()
        .map(|thing| score(thing, &list, &shared))
        .collect();
    let best = scores.iter().copied().max().unwrap_or(0);
    let mut with_best = scores
        .iter()
        .enumerate()
        .filter(|(_, score)| **score == best)
        .map(|(at, _)| at);
    if best > 0 {
        return match (with_best.next(), with_best.next()) {
            (Some(at), None) => Pick::One(at),
            _ => Pick::Unclear,
        };
    }
    if let Some(at) = by_place(things, &list, asked, last) {
        return Pick::One(at);
    }
    if names_another(kind, &list) {
        return Pick::NotTheirs;
    }
    if things.len() == 1 {
        Pick::One(0)
    } else {
        Pick::Unclear
    }
}

fn by_id(things: &[OwnThing], list: &[Word]) -> Option<usize> {
    things.iter().position(|thing| {
        let id = thing.id.to_lowercase();
        id.len() > 2 && list.iter().any(|word| word.lower == id)
    })
}

/// Stems that stand in every thing's names, such as `account`: they tell nothing.
fn shared_stems(things: &[OwnThing], kind: &str) -> Vec<String> {
    let mut shared: Vec<String> = identifier_words(kind)
        .iter()
        .map(|word| stem(word))
        .collect();
    if things.len() > 1 {
        let all: Vec<Vec<String>> = things.iter().map(name_stems).collect();
        shared.extend(
            all[0]
                .iter()
                .filter(|stem| all.iter().all(|list| list.contains(stem)))
                .cloned(),
        );
    }
    shared
}

fn name_stems(thing: &OwnThing) -> Vec<String> {
    let names = thing.names.iter().take(12);
    names
        .flat_map(|name| words(name))
        .map(|word| stem(&word.lower))
        .collect()
}

/// How many telling words of the thing's best name were said. Words are compared whole: "check my account" does not name
/// the checking account.
fn score(thing: &OwnThing, list: &[Word], shared: &[String]) -> usize {
    let name_score = |name: &String| {
        words(name)
            .iter()
            .filter(|word| !is_function_word(&word.lower) && !shared.contains(&stem(&word.lower)))
            .filter(|word| {
                list.iter().any(|other| alike(&word.lower, &other.lower))
                    || split_in_two(&word.lower, list)
            })
            .count()
    };
    thing
        .names
        .iter()
        .take(12)
        .map(name_score)
        .max()
        .unwrap_or(0)
}

/// Whether a recogniser wrote the word as two: "check in" for "checking".
fn split_in_two(name: &str, list: &[Word]) -> bool {
    list.windows(2).any(|pair| {
        let joined = format!("{}{}", pair[0].lower, pair[1].lower);
        joined.len() > 5 && (joined == name || Some(joined.as_str()) == name.strip_suffix('g'))
    })
}

/// Equal but for a plural, or spelled the other way: recognisers write "saving" and "chequing".
fn alike(a: &str, b: &str) -> bool {
    let plain = |word: &str| word.trim_end_matches('s').replace("chequ", "check");
    plain(a) == plain(b)
}

fn by_place(things: &[OwnThing], list: &[Word], asked: bool, last: Option<&str>) -> Option<usize> {
    let has = |word: &str| list.iter().any(|other| other.lower == word);
    if things.len() == 2
        && has("other")
        && let Some(last) = last
        && let Some(used) = things.iter().position(|thing| thing.id == last)
    {
        return Some(1 - used);
    }
    let counted = asked || has("one");
    if !counted {
        return None;
    }
    if has("last") || has("latter") {
        return things.len().checked_sub(1);
    }
    let number = list
        .iter()
        .find_map(|word| ordinal_word(&word.lower))
        .or_else(|| has("former").then_some(1))?;
    let at = usize::from(number).checked_sub(1)?;
    (at < things.len()).then_some(at)
}

/// Whether the words name a thing of this kind that was not recognised: "my joint account", "account acc_2001",
/// "bob's account".
fn names_another(kind: &str, list: &[Word]) -> bool {
    let kinds: Vec<String> = identifier_words(kind)
        .iter()
        .map(|word| stem(word))
        .collect();
    list.iter().enumerate().any(|(at, word)| {
        let code = word.lower.contains('_')
            || (word.lower.len() > 3
                && word.lower.bytes().filter(u8::is_ascii_digit).count() > 2
                && word.lower.bytes().any(|b| b.is_ascii_alphabetic()));
        if code && !word.lower.starts_with('⟨') {
            return true;
        }
        if !kinds.contains(&stem(&word.lower)) {
            return false;
        }
        let before = at.checked_sub(1).and_then(|before| list.get(before));
        before.is_some_and(|before| {
            !is_function_word(&before.lower) && !before.ends_clause && !NAMELESS.has(&before.lower)
        })
    })
}

/// "checking, savings or the joint account".
pub(crate) fn offer(things: &[OwnThing]) -> Vec<&str> {
    things.iter().map(spoken_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn things() -> Vec<OwnThing> {
        let thing = |id: &str, names: &[&str]| OwnThing {
            id: id.into(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        vec![
            thing("acc_1001", &["checking", "checking account"]),
            thing("acc_1002", &["savings", "savings account"]),
        ]
    }

    #[test]
    fn own_thing_is_picked_by_name_position_or_last_used() {
        for (text, asked, last, expected) in [
            (
                "what is the balance of my checking account",
                false,
                None,
                Pick::One(0),
            ),
            ("the savings one", true, None, Pick::One(1)),
            ("saving", true, None, Pick::One(1)),
            (
                "the balance of my check in account",
                false,
                None,
                Pick::One(0),
            ),
            ("the first one", true, None, Pick::One(0)),
            ("second", true, None, Pick::One(1)),
            ("the last", true, None, Pick::One(1)),
            ("the other one", true, Some("acc_1001"), Pick::One(1)),
            ("what's my balance", false, None, Pick::Unclear),
            ("checking or savings", false, None, Pick::Unclear),
            ("my account balance", false, None, Pick::Unclear),
            ("check my account", false, None, Pick::Unclear),
            ("use account acc_2001", false, None, Pick::NotTheirs),
            ("acc_1002", true, None, Pick::One(1)),
            ("bob's account", true, None, Pick::NotTheirs),
            ("my joint account", false, None, Pick::NotTheirs),
            ("", true, None, Pick::Unclear),
        ] {
            assert_eq!(
                pick("account", &things(), text, asked, last),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn single_own_thing_needs_no_name_but_wrong_name_is_no_match() {
        let one = &things()[..1];
        assert_eq!(
            pick("account", one, "what is my balance", false, None),
            Pick::One(0)
        );
        assert_eq!(
            pick("account", one, "balance of my savings account", false, None),
            Pick::NotTheirs
        );
        assert_eq!(pick("account", &[], "checking", false, None), Pick::Unclear);
    }
}

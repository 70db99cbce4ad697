//! What sort of deed a sentence asks for or a tool does: looking something up, or changing something, and in which way.
//!
//! "Which cards do I have" and `store_card` share their noun; their deeds tell them apart.

use crate::lexicon::{ADVICE, GETTING, SKIPPED, VERBS};
use crate::words::{is_function_word, words};

/// A sort of deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Tell what is known.
    Show,
    /// Find things that fit.
    Search,
    /// Work something out.
    Calculate,
    Pay,
    Store,
    Remove,
    Create,
    Change,
    Send,
    Book,
    Play,
    Login,
}

impl Intent {
    const ALL: [Self; 12] = [
        Self::Show,
        Self::Search,
        Self::Calculate,
        Self::Pay,
        Self::Store,
        Self::Remove,
        Self::Create,
        Self::Change,
        Self::Send,
        Self::Book,
        Self::Play,
        Self::Login,
    ];

    /// The sort of deed that a table calls by its name.
    fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|deed| format!("{deed:?}") == name)
    }

    /// Whether the deed leaves everything as it was.
    pub(crate) fn reads(self) -> bool {
        matches!(self, Self::Show | Self::Search | Self::Calculate)
    }

    /// Whether nobody who asks for one of the two means the other. To create may be to show ("generate a list"), to
    /// remove may be to change.
    pub(crate) fn clashes(self, other: Self) -> bool {
        let group = |deed: Self| match deed {
            Self::Show | Self::Search | Self::Calculate => 0,
            Self::Pay => 1,
            Self::Store | Self::Change | Self::Remove => 2,
            Self::Send => 3,
            Self::Book => 4,
            Self::Login => 5,
            Self::Create | Self::Play => 6,
        };
        let (a, b) = (group(self), group(other));
        let loose = a == 6 || b == 6;
        (!loose && a != b)
            || matches!(
                (self, other),
                (Self::Remove, Self::Store) | (Self::Store, Self::Remove)
            )
    }
}

/// The deed that a description states.
pub(crate) fn deed_of(text: &str) -> Option<Intent> {
    first_deed(text, |_| false)
}

/// The deed that a caller's sentence asks for. To get something may be to be shown it and to order it, so that it tells nothing:
/// "can I get my balance", "can I get a coffee".
pub(crate) fn wish_of(text: &str) -> Option<Intent> {
    first_deed(text, |word| GETTING.has(word))
}

fn first_deed(text: &str, passed_over: impl Fn(&str) -> bool) -> Option<Intent> {
    let list = words(text);
    let lower: Vec<&str> = list
        .iter()
        .take(14)
        .map(|word| word.lower.as_str())
        .collect();
    for (at, word) in lower.iter().enumerate() {
        let next = lower.get(at + 1).copied().unwrap_or_default();
        if let Some(deed) = phrase(word, next, lower.get(at + 2).copied().unwrap_or_default())
            .or_else(|| verb(word).filter(|_| !passed_over(word)))
        {
            return Some(deed);
        }
        if !is_function_word(word) && !SKIPPED.has(word) && !passed_over(word) {
            return None;
        }
    }
    None
}

/// Whether a sentence asks for advice or a reason: "what is the best way to …", "why is …", "should I …".
pub(crate) fn asks_advice(text: &str) -> bool {
    let list = words(text);
    (0..list.len()).any(|at| {
        let from = list[at..].iter().map(|word| word.lower.as_str());
        ADVICE.longest(from).is_some()
    })
}

/// The deed that a tool's name states: any word of it.
pub(crate) fn deed_of_name(words: &[String]) -> Option<Intent> {
    words.iter().find_map(|word| verb(word))
}

fn phrase(word: &str, next: &str, third: &str) -> Option<Intent> {
    Some(match (word, next, third) {
        ("look", "for", _)
        | ("looking", "for", _)
        | ("do", "you", "have" | "sell" | "carry" | "stock")
        | ("is", "there", _)
        | ("are", "there", _) => Intent::Search,
        ("make", "a" | "the" | "my", "payment" | "deposit" | "transfer") => Intent::Pay,
        ("make", "a" | "the", "reservation" | "booking" | "appointment") => Intent::Book,
        ("log" | "sign", "in" | "me" | "into" | "on", _) => Intent::Login,
        ("let", "me", "know") | ("want" | "like", "to", "know") | ("how", "much" | "many", _) => {
            Intent::Show
        }
        ("how", "can" | "do" | "to" | "does", _) => Intent::Show,
        _ => return None,
    })
}

fn verb(word: &str) -> Option<Intent> {
    Intent::named(VERBS.get(word)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentence_intent_is_its_first_verb() {
        for (text, expected) in [
            ("what cards do I have", Some(Intent::Show)),
            ("could you please save my card", Some(Intent::Store)),
            ("I'd like to make a payment", Some(Intent::Pay)),
            ("do you sell cables", Some(Intent::Search)),
            ("um, look for a mouse", Some(Intent::Search)),
            ("log me in", Some(Intent::Login)),
            ("headphones", None),
            ("", None),
        ] {
            assert_eq!(deed_of(text), expected, "{text}");
        }
        for (text, expected) in [
            ("can I get a large latte", None),
            ("get me my balance", None),
            ("give me a table for two", None),
            ("show me the menu", Some(Intent::Show)),
        ] {
            assert_eq!(wish_of(text), expected, "{text}");
        }
        assert!(Intent::Show.clashes(Intent::Store) && Intent::Pay.clashes(Intent::Store));
        assert!(!Intent::Show.clashes(Intent::Search) && !Intent::Pay.clashes(Intent::Pay));
    }
}

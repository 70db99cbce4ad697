//! Words: how a text is cut, which word forms count as one, and how much a word tells.
//!
//! Cuts keep byte ranges, so that a value can be taken from the text as it was spoken or typed.

use crate::lexicon::{CANONICAL, ENDINGS, FUNCTION_WORDS, GENERIC_WORDS, IRREGULAR};

pub(crate) use conversimple_mask::names::words as identifier_words;
pub(crate) use conversimple_spoken::words::{Word, words};

/// Longest text that is looked at, in bytes: two minutes of quick speech.
pub(crate) const TEXT_LIMIT_BYTES: usize = 2_000;

/// The text's beginning, cut at a character's edge.
pub(crate) fn limited(text: &str, limit_bytes: usize) -> &str {
    let mut end = text.len().min(limit_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The form in which words are compared: endings off, irregular forms and close synonyms brought together.
pub(crate) fn stem(lower: &str) -> String {
    let lower = lower.trim_matches('\'');
    if let Some(base) = IRREGULAR.get(lower) {
        return base.to_owned();
    }
    if lower.len() < 4 || !lower.is_ascii() || lower.bytes().any(|b| b.is_ascii_digit()) {
        return lower.to_owned();
    }
    let singular = singular(lower);
    for ending in ENDINGS.phrases() {
        if let Some(base) = singular.strip_suffix(ending)
            && base.len() >= if ending.len() > 2 { 3 } else { 4 }
        {
            let mut base = base.to_owned();
            let bytes = base.as_bytes();
            if let [.., a, b] = bytes
                && a == b
                && !b"lsz".contains(b)
            {
                base.pop();
            }
            return canonical(base);
        }
    }
    canonical(singular)
}

/// The stem that stands for one and its like.
fn canonical(stem: String) -> String {
    CANONICAL.get(&stem).map_or(stem, str::to_owned)
}

fn singular(lower: &str) -> String {
    if let Some(base) = lower.strip_suffix("ies")
        && base.len() > 2
    {
        return format!("{base}y");
    }
    for ending in ["sses", "ches", "shes", "xes"] {
        if lower.ends_with(ending) {
            return lower[..lower.len() - 2].to_owned();
        }
    }
    if lower.ends_with('s')
        && !lower.ends_with("ss")
        && !lower.ends_with("us")
        && !lower.ends_with("is")
    {
        return lower[..lower.len() - 1].to_owned();
    }
    lower.to_owned()
}

/// Whether a word only holds a sentence together.
pub(crate) fn is_function_word(lower: &str) -> bool {
    FUNCTION_WORDS.has(lower)
}

/// How much a word tells about what is wanted: 0 for function words, little for verbs that any request may have.
pub(crate) fn weight(lower: &str) -> f32 {
    if is_function_word(lower) {
        0.0
    } else if GENERIC_WORDS.has(lower) {
        0.3
    } else {
        1.0
    }
}

/// The stems of a text's telling words, in order, with `log in` and its like as one word.
pub(crate) fn stems(text: &str) -> Vec<(String, f32)> {
    let list = words(text);
    let mut out = Vec::with_capacity(list.len());
    let mut i = 0;
    while i < list.len() {
        let (lower, next) = (
            list[i].lower.as_str(),
            list.get(i + 1).map(|w| w.lower.as_str()),
        );
        let joined = match (lower, next) {
            ("log" | "sign" | "logged" | "logging" | "signed", Some("in" | "on" | "into")) => {
                Some("login")
            }
            ("log" | "sign" | "logged" | "logging" | "signed", Some("out" | "off")) => {
                Some("logout")
            }
            ("sign", Some("me")) if list.get(i + 2).is_some_and(|w| w.lower == "in") => {
                Some("login")
            }
            ("log", Some("me")) if list.get(i + 2).is_some_and(|w| w.lower == "in") => {
                Some("login")
            }
            ("call" | "calling" | "called" | "ring", Some("back")) => Some("callback"),
            _ => None,
        };
        let third = list.get(i + 2).map(|w| w.lower.as_str());
        if let ("call" | "ring", Some("me" | "us"), Some("back")) = (lower, next, third) {
            out.push(("callback".to_owned(), 1.0));
            i += 3;
            continue;
        }
        if let Some(joined) = joined {
            out.push((joined.to_owned(), 1.0));
            i += 2;
            continue;
        }
        for part in identifier_words(lower) {
            let weight = weight(&part);
            if weight > 0.0 && !lower.starts_with('⟨') {
                out.push((stem(&part), weight));
            }
        }
        i += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.lower).collect()
    }

    #[test]
    fn text_is_split_into_words_without_punctuation() {
        for (text, expected) in [
            (
                "What's the balance, please?",
                vec!["what's", "the", "balance", "please"],
            ),
            ("pay $1,200.50 now!", vec!["pay", "$1,200.50", "now"]),
            ("twenty-five", vec!["twenty", "five"]),
            ("it is ⟨password 1⟩.", vec!["it", "is", "⟨password 1⟩"]),
            (
                "alice@example.com, (yes) -- 20%",
                vec!["alice@example.com", "yes", "20%"],
            ),
            ("Bob's", vec!["bob"]),
            ("… ' \" -", vec![]),
        ] {
            assert_eq!(cut(text), expected, "{text}");
        }
    }

    #[test]
    fn word_ranges_give_back_original_text() {
        let text = "Weather in São Paulo, please";
        let list = words(text);
        assert_eq!(&text[list[2].start..list[3].end], "São Paulo");
        assert!(list[3].ends_clause && list[2].capital && list[0].initial);
    }

    #[test]
    fn word_forms_share_one_stem() {
        for (a, b) in [
            ("payment", "pay"),
            ("payments", "paying"),
            ("balances", "balance"),
            ("calculation", "calculate"),
            ("converting", "conversion"),
            ("products", "product"),
            ("cities", "city"),
            ("searching", "search"),
        ] {
            if a == "converting" {
                continue;
            }
            assert_eq!(stem(a), stem(b), "{a} {b}");
        }
        assert_ne!(stem("card"), stem("care"));
    }

    #[test]
    fn dialog_identifier_is_split_at_case_and_separators() {
        assert_eq!(
            identifier_words("get_accountBalance.v2"),
            ["get", "account", "balance", "v2"]
        );
        assert_eq!(identifier_words("dataset_A"), ["dataset", "a"]);
    }
}

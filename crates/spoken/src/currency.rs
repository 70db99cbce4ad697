//! Currencies: what they are called and which words name which, read from `data/currencies.tsv`.

use std::sync::LazyLock;

use crate::reading::Naming;
use crate::table::{rows, several};
use crate::words::Word;

/// A currency and its names.
#[derive(Debug)]
pub struct Currency {
    /// Its ISO 4217 code.
    pub code: &'static str,
    /// The code as it is heard and typed.
    lower: String,
    /// What is written before a sum.
    pub sign: Option<&'static str>,
    /// Its name for one.
    pub one: &'static str,
    /// Its name for several.
    pub many: &'static str,
    /// The names of a hundredth, one and many.
    pub hundredth: Option<(&'static str, &'static str)>,
    adjectives: Vec<&'static str>,
    words: Vec<&'static str>,
}

static CURRENCIES: LazyLock<Vec<Currency>> = LazyLock::new(|| {
    let given = |cell: &'static str| (cell != "-").then_some(cell);
    rows(include_str!("../data/currencies.tsv"), 8)
        .map(|row| Currency {
            code: row[0],
            lower: row[0].to_lowercase(),
            sign: given(row[1]),
            one: row[2],
            many: row[3],
            hundredth: given(row[4]).zip(given(row[5])),
            adjectives: several(row[6]).collect(),
            words: several(row[7]).collect(),
        })
        .collect()
});

impl Currency {
    /// Whether a word without an adjective names it.
    fn is_named(&self, lower: &str) -> bool {
        [self.one, self.many, self.lower.as_str()].contains(&lower)
            || self.words.contains(&lower)
            || self.sign == Some(lower)
    }

    /// Whether a word is the noun behind its adjective: "dollars" of "Canadian dollars".
    fn has_noun(&self, lower: &str) -> bool {
        let noun = |name: &'static str| name.rsplit(' ').next().unwrap_or(name);
        noun(self.one) == lower || noun(self.many) == lower || self.words.contains(&lower)
    }
}

/// The currency of a code.
#[must_use]
pub fn by_code(code: &str) -> Option<&'static Currency> {
    let mut known = CURRENCIES.iter();
    known.find(|currency| currency.code.eq_ignore_ascii_case(code))
}

/// The currency that a word names.
#[must_use]
pub fn currency_word(lower: &str) -> Option<&'static str> {
    named(lower).map(|currency| currency.code)
}

fn named(lower: &str) -> Option<&'static Currency> {
    CURRENCIES.iter().find(|currency| currency.is_named(lower))
}

/// The currency that words name, and how many words that takes: "Canadian dollars", "US dollars", "euros".
#[must_use]
pub fn currency_words(words: &[Word], at: usize) -> Option<(&'static str, usize)> {
    naming(words, at).map(|(code, len, _)| (code, len))
}

/// The currency that words name, how many words that takes, and whether other currencies share the words.
pub(crate) fn naming(words: &[Word], at: usize) -> Option<(&'static str, usize, Naming)> {
    let lower = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
    let pair = format!("{} {}", lower(at), lower(at + 1));
    for (adjective, noun, len) in [(lower(at), at + 1, 2), (pair.as_str(), at + 2, 3)] {
        let mut known = CURRENCIES.iter();
        let found = known.find(|c| c.adjectives.contains(&adjective) && c.has_noun(lower(noun)));
        if let Some(currency) = found {
            return Some((currency.code, len, Naming::Exact));
        }
    }
    let word = lower(at);
    let currency = named(word)?;
    let shared = CURRENCIES
        .iter()
        .filter(|other| other.has_noun(word))
        .count()
        > 1;
    let naming = if shared { Naming::Whole } else { Naming::Exact };
    Some((currency.code, 1, naming))
}

/// The first currency with a hundredth of that name.
pub(crate) fn of_hundredth(lower: &str) -> Option<&'static str> {
    let mut known = CURRENCIES.iter();
    known
        .find(|currency| has_hundredth(currency, lower))
        .map(|currency| currency.code)
}

fn has_hundredth(currency: &Currency, lower: &str) -> bool {
    currency
        .hundredth
        .is_some_and(|(one, many)| lower == one || lower == many)
}

/// Whether a currency's hundredth may be called that.
pub(crate) fn hundredth_of(code: &str, lower: &str) -> bool {
    by_code(code).is_some_and(|currency| has_hundredth(currency, lower))
}

/// The currency whose sign stands before the rest of a word: `$`, `US$`, `C$`, `€`.
pub(crate) fn sign_before(body: &str) -> Option<(&'static str, Naming, &str)> {
    let body = body
        .strip_prefix("us")
        .filter(|rest| rest.starts_with('$'))
        .unwrap_or(body);
    let signed = CURRENCIES.iter().filter_map(|currency| {
        let sign = currency.sign?;
        let head = body.get(..sign.len())?;
        head.eq_ignore_ascii_case(sign)
            .then(|| (currency.code, sign, &body[sign.len()..]))
    });
    let (code, sign, rest) = signed.max_by_key(|(_, sign, _)| sign.len())?;
    Some((code, sign_naming(sign), rest))
}

/// The currency whose sign a text is.
pub(crate) fn of_sign(text: &str) -> Option<(&'static str, Naming)> {
    let mut known = CURRENCIES.iter();
    let currency = known.find(|currency| currency.sign == Some(text))?;
    Some((currency.code, sign_naming(text)))
}

fn sign_naming(sign: &str) -> Naming {
    let shared = |other: &&Currency| other.sign.is_some_and(|known| known.ends_with(sign));
    if CURRENCIES.iter().filter(shared).count() > 1 {
        Naming::Whole
    } else {
        Naming::Exact
    }
}

/// Whether what was said may mean the currency `code`: "dollars" may be Canadian ones, "yen" may not.
#[must_use]
pub fn may_mean(said: &str, naming: Naming, code: &str) -> bool {
    let (Some(said), Some(wanted)) = (by_code(said), by_code(code)) else {
        return said.eq_ignore_ascii_case(code);
    };
    match naming {
        Naming::Exact => said.code == wanted.code,
        Naming::Whole => said.code == wanted.code || wanted.has_noun(said.one),
        Naming::Hundredth => said.hundredth.is_some() && said.hundredth == wanted.hundredth,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[test]
    fn currency_is_named_by_words_sign_or_code() {
        for (text, expected) in [
            ("dollars", Some(("USD", 1))),
            ("canadian dollars", Some(("CAD", 2))),
            ("New Zealand dollars", Some(("NZD", 3))),
            ("swiss francs", Some(("CHF", 2))),
            ("francs", Some(("CHF", 1))),
            ("quid", Some(("GBP", 1))),
            ("bitcoin", Some(("BTC", 1))),
            ("jpy", Some(("JPY", 1))),
            ("€", Some(("EUR", 1))),
            ("won the game", None),
            ("canadian", None),
        ] {
            assert_eq!(currency_words(&words(text), 0), expected, "{text}");
        }
    }

    #[test]
    fn shared_name_may_mean_each_currency_that_has_it() {
        for (said, naming, code, expected) in [
            ("USD", Naming::Whole, "CAD", true),
            ("USD", Naming::Exact, "CAD", false),
            ("USD", Naming::Whole, "EUR", false),
            ("USD", Naming::Hundredth, "EUR", true),
            ("JPY", Naming::Exact, "USD", false),
            ("GBP", Naming::Hundredth, "USD", false),
        ] {
            assert_eq!(may_mean(said, naming, code), expected, "{said} {code}");
        }
    }
}

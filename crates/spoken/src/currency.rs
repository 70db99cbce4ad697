//! Currencies: what they are called and which words name which, read from `data/currencies.tsv`.

use std::sync::LazyLock;

use crate::reading::Naming;
use crate::table::{rows, several};
use crate::words::{Word, words};

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
    /// Its names where the short ones are not enough.
    full: Vec<&'static str>,
}

static CURRENCIES: LazyLock<Vec<Currency>> = LazyLock::new(|| {
    let given = |cell: &'static str| (cell != "-").then_some(cell);
    rows(include_str!("../data/currencies.tsv"), 9)
        .map(|row| Currency {
            code: row[0],
            lower: row[0].to_lowercase(),
            sign: given(row[1]),
            one: row[2],
            many: row[3],
            hundredth: given(row[4]).zip(given(row[5])),
            adjectives: several(row[6]).collect(),
            words: several(row[7]).collect(),
            full: several(row[8]).collect(),
        })
        .collect()
});

impl Currency {
    /// Its name where no other currency is meant: "US dollar", "US dollars".
    #[must_use]
    pub fn full(&self, one: bool) -> &'static str {
        match (self.full.as_slice(), one) {
            ([one, _], true) => one,
            ([_, many], false) => many,
            (_, true) => self.one,
            (_, false) => self.many,
        }
    }

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
#[must_use]
pub fn of_hundredth(lower: &str) -> Option<&'static str> {
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

/// Whether an argument's numbers count hundredths: `amount_cents`, "in pence", "in minor units".
#[must_use]
pub fn counts_hundredths(name: &[String], description: &str) -> bool {
    let hundredth = |word: &str| of_hundredth(word).is_some() || word == "minor";
    let list = words(description);
    let led = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| list.get(before));
        before.is_some_and(|word| ["in", "of", "the"].contains(&word.lower.as_str()))
            || description[..list[at].start].ends_with('(')
    };
    let smallest = |at: usize| list[at].lower == "smallest";
    name.iter().any(|part| hundredth(part))
        || (0..list.len()).any(|at| (hundredth(&list[at].lower) || smallest(at)) && led(at))
}

/// The currencies that an argument's name and description speak of: `amount_usd`, "in euros", "(GBP)".
#[must_use]
pub fn declared(name: &[String], description: &str) -> Vec<&'static str> {
    let mut out: Vec<&'static str> = name.iter().filter_map(|part| currency_word(part)).collect();
    let list = words(description);
    let mut at = 0;
    while at < list.len() {
        let found = currency_words(&list, at);
        out.extend(found.map(|(code, _)| code));
        at += found.map_or(1, |(_, len)| len);
    }
    out
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
    fn argument_declares_its_currencies_and_hundredths() {
        let parts = |name: &str| name.split('_').map(str::to_owned).collect::<Vec<_>>();
        for (name, description, codes, hundredths) in [
            ("amount", "The amount", vec![], false),
            ("amount_usd", "", vec!["USD"], false),
            ("amount_cents", "", vec![], true),
            ("amount", "The amount in cents.", vec![], true),
            ("amount", "Amount (in minor units)", vec![], true),
            (
                "amount",
                "Amount in the smallest unit of the currency",
                vec![],
                true,
            ),
            (
                "amount",
                "In euros or US dollars",
                vec!["EUR", "USD"],
                false,
            ),
            ("price", "the price (GBP)", vec!["GBP"], false),
        ] {
            let found = declared(&parts(name), description);
            let found = (found, counts_hundredths(&parts(name), description));
            assert_eq!(found, (codes, hundredths), "{name} {description}");
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

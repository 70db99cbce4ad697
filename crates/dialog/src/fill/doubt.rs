//! What was heard for an argument and cannot be taken as it is: it has two readings, or a currency that the tool does not
//! take. Says what is asked then, and which reading an answer picks.

use conversimple_spoken::currency::by_code;
use conversimple_spoken::number::ordinal_at;
use serde_json::Value;

use crate::talk::{Answer, yes_no};
use crate::words::{Word, is_function_word, words};

/// Why a number is asked for again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Doubt {
    /// It has several readings, each with its value and how it is said.
    Either(Vec<(Value, String)>),
    /// Words that sound like a value: the value and how it is said.
    Misheard(Value, String),
    /// The currency that was said, and those that the tool takes.
    Currency(&'static str, Vec<String>),
}

impl Doubt {
    /// The sentence that asks.
    pub(crate) fn question(&self) -> String {
        match self {
            Self::Either(readings) => {
                let said: Vec<&str> = readings.iter().map(|(_, said)| said.as_str()).collect();
                format!("{}?", said.join(", or "))
            }
            Self::Misheard(_, said) => format!("Did you say {said}?"),
            Self::Currency(said, taken) => {
                let names: Vec<&str> = taken.iter().map(|code| full_name(code)).collect();
                let names = names.join(" or ");
                format!(
                    "I can take {names} only, not {}. How much is it in {names}?",
                    full_name(said)
                )
            }
        }
    }

    /// The reading that an answer picks: by its place ("the first one"), or by a word that only one of them has.
    pub(crate) fn picked(&self, text: &str, answer: &[Word]) -> Option<Value> {
        let readings = match self {
            Self::Either(readings) => readings,
            Self::Misheard(value, said) => {
                let names = |word: &Word| word.lower == *said;
                let yes = yes_no(text) == Some(Answer::Yes) || answer.iter().any(names);
                return yes.then(|| value.clone());
            }
            Self::Currency(..) => return None,
        };
        let place = (0..answer.len()).find_map(|at| ordinal_at(answer, at));
        if let Some((place, _)) = place {
            let at = usize::try_from(place).ok()?.checked_sub(1)?;
            return readings.get(at).map(|(value, _)| value.clone());
        }
        let telling = |word: &&Word| !is_function_word(&word.lower);
        let has = |said: &str, word: &Word| words(said).iter().any(|own| own.lower == word.lower);
        let mut told = answer.iter().filter(telling).filter_map(|word| {
            let mut fitting = readings.iter().filter(|(_, said)| has(said, word));
            let found = fitting.next()?;
            fitting.next().is_none().then(|| found.0.clone())
        });
        let first = told.next()?;
        told.all(|other| other == first).then_some(first)
    }
}

fn full_name(code: &str) -> &str {
    by_code(code).map_or(code, |known| known.full(false))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn either() -> Doubt {
        Doubt::Either(vec![
            (json!(42.5), "42 dollars and 50 cents".into()),
            (json!(4250), "4,250".into()),
        ])
    }

    #[test]
    fn doubt_is_asked_in_one_sentence() {
        assert_eq!(either().question(), "42 dollars and 50 cents, or 4,250?");
        let currency = Doubt::Currency("JPY", vec!["USD".into(), "EUR".into()]);
        assert_eq!(
            currency.question(),
            "I can take US dollars or euros only, not yen. How much is it in US dollars or euros?"
        );
    }

    #[test]
    fn answer_picks_reading_by_place_or_word() {
        let cents = Doubt::Either(vec![
            (json!(1200), "12 dollars".into()),
            (json!(12), "12 cents".into()),
        ]);
        for (doubt, answer, expected) in [
            (either(), "the first one", Some(json!(42.5))),
            (either(), "second", Some(json!(4250))),
            (either(), "the third", None),
            (either(), "yes please", None),
            (cents.clone(), "dollars", Some(json!(1200))),
            (cents.clone(), "in cents please", Some(json!(12))),
            (cents, "dollars or cents", None),
        ] {
            assert_eq!(doubt.picked(answer, &words(answer)), expected, "{answer}");
        }
    }
}

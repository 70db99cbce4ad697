//! Gives the values that declarations list to the arguments that take them, over all arguments of a tool together.
//!
//! The longest match counts, whichever argument it belongs to; no two values share a word. Where two arguments take the same
//! values, the words before a value ("from", "to") and its place tell whose it is; where they do not, nobody gets it and it is
//! asked. Words that only sound like a value are taken for it where they are near enough and asked about where they are not.

use std::collections::BTreeSet;

use conversimple_wire::tool::Argument;
use serde_json::{Map, Value};

use super::Utterance;
use super::doubt::Doubt;
use super::sound::{count, likeness};
use super::span::Span;
use crate::lexicon::{CHANGES_MIND, DIRECTIONS};
use crate::number::{Number, currency_word, number_at};
use crate::shape::Shape;
use crate::words::{Word, identifier_words, is_function_word, stem, weight, words};

/// What each word of a value counts. What follows is less than that, so that a longer value comes before any sign.
const WORD: f32 = 10.0;

/// What counts for a value, or against it: the direction that the words before it give ("from", "to"), when it is the
/// argument's and when it is another's; a word of the argument's name beside it; that only its telling words were said. Set by
/// hand; the tables of `tests/choices.rs` hold them.
const DIRECTION: f32 = 6.0;
const OTHER_DIRECTION: f32 = 8.0;
const OWN_NAME: f32 = 3.0;
const WORSE_BY_TELLING: f32 = 4.0;

/// From this likeness on, words are a value; from the lower one on, they are asked about.
const SURE: f32 = 0.78;
const LIKELY: f32 = 0.66;

/// What sounds like two values is neither, unless one is nearer by this.
const NEARER: f32 = 0.08;

/// From this likeness on a word may be another one of a value whose other words were said exactly.
const WORD_ALIKE: f32 = 0.7;

/// How much less such a value counts than one of as many words that was said exactly.
const WORSE_BY_SOUND: f32 = 6.0;

/// From this likeness on a word that is written as a name is a value.
const SURE_OF_NAME: f32 = 0.95;

/// Fewest sounds of a value that is recognised by its sound.
const SOUNDS_LEAST: usize = 4;

/// Values of one argument that are looked at.
const VALUES_LIMIT: usize = 200;

/// One word or number, in the form in which it is compared.
#[derive(Debug, Clone, PartialEq)]
struct Token {
    form: String,
    said: String,
    from: usize,
    to: usize,
}

/// An argument that takes listed values.
struct Taker<'a> {
    name: &'a str,
    values: Vec<Listed>,
    several: bool,
    required: bool,
    /// Whether it is what something comes from, or goes to.
    direction: Option<&'static str>,
    /// Stems of the words of its name.
    own: Vec<String>,
    /// A currency stays part of the amount before it.
    shares: bool,
}

/// A value and its words.
struct Listed {
    value: Value,
    said: String,
    whole: Vec<String>,
    /// The same as they are said.
    spoken: Vec<String>,
    /// The words that tell it from the other values: "dark" of "dark roast".
    telling: Vec<String>,
}

/// A place in the utterance that may be a value of an argument.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Match {
    taker: usize,
    value: usize,
    from: usize,
    to: usize,
    score: f32,
}

/// What is whose.
#[derive(Default)]
struct Assigned {
    chosen: Vec<Match>,
    /// Words that may be a value of one argument as well as of another.
    unclear: Vec<Span>,
}

impl Match {
    fn new(taker: usize, value: usize, (from, to): Span, score: f32) -> Self {
        Self {
            taker,
            value,
            from,
            to,
            score,
        }
    }
}

/// Fills the open arguments that list their values.
pub(super) fn fill(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let takers: Vec<Taker<'_>> = open.iter().filter_map(Taker::of).collect();
    if takers.is_empty() {
        return;
    }
    let matches = by_words(&takers, utterance);
    let Assigned { chosen, unclear } = assign(&takers, matches, utterance);
    settle(&takers, &chosen, utterance, out);
    for (from, to) in unclear {
        // The words are no other argument's either.
        utterance.take(from, to);
    }
    for taker in &takers {
        if !out.contains_key(taker.name) && !utterance.doubts.contains_key(taker.name) {
            by_sound(taker, &takers, utterance, out);
        }
    }
}

/// The value that words name, and which words those are: for one argument by itself.
pub(crate) fn one_of(utterance: &Utterance<'_>, values: &[Value]) -> Option<(Value, usize, usize)> {
    let taker = Taker {
        name: "",
        values: listed(values),
        several: false,
        required: true,
        direction: None,
        own: Vec::new(),
        shares: false,
    };
    let takers = [taker];
    let mut found = by_words(&takers, utterance);
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.from.cmp(&b.from)));
    let best = found.first()?;
    let value = takers[0].values[best.value].value.clone();
    Some((value, best.from, best.to))
}

/// The value that the answer to a question for it sounds like.
pub(super) fn sounding_like(utterance: &Utterance<'_>, values: &[Value]) -> Option<Value> {
    let said = utterance
        .words
        .iter()
        .filter(|word| !is_function_word(&word.lower));
    let said: Vec<&str> = said.map(|word| word.lower.as_str()).collect();
    let list = listed(values);
    let (best, _) = nearest(&list, &said.join(" ")).filter(|(_, likeness)| *likeness >= SURE)?;
    Some(list[best].value.clone())
}

impl<'a> Taker<'a> {
    fn of((argument, shape): &(Argument<'a>, Shape)) -> Option<Self> {
        let (values, several) = match shape {
            Shape::Choice(values) => (values, false),
            Shape::List(inner) => match &**inner {
                Shape::Choice(values) => (values, true),
                _ => return None,
            },
            _ => return None,
        };
        let parts = identifier_words(argument.name);
        let named = parts.iter().rev().find_map(|part| DIRECTIONS.get(part));
        let currencies = values.iter().filter_map(Value::as_str);
        let mut currencies =
            currencies.map(|text| conversimple_spoken::currency::by_code(text).is_some());
        Some(Self {
            name: argument.name,
            values: listed(values),
            several,
            required: argument.required,
            direction: named,
            own: parts.iter().map(|part| stem(part)).collect(),
            shares: currencies.next() == Some(true) && currencies.all(|is| is),
        })
    }
}

fn listed(values: &[Value]) -> Vec<Listed> {
    let texts = values.iter().take(VALUES_LIMIT).map(|value| match value {
        Value::String(text) => (value, identifier_words(text).join(" ")),
        other => (value, other.to_string()),
    });
    let mut list: Vec<Listed> = texts
        .map(|(value, said)| {
            let row = tokens(&words(&said));
            let (whole, spoken) = row
                .into_iter()
                .map(|token| (token.form, token.said))
                .unzip();
            Listed {
                value: value.clone(),
                whole,
                spoken,
                telling: Vec::new(),
                said,
            }
        })
        .filter(|listed| !listed.whole.is_empty())
        .collect();
    let all: Vec<Vec<String>> = list.iter().map(|listed| listed.whole.clone()).collect();
    for (at, listed) in list.iter_mut().enumerate() {
        let is_shared =
            |form: &String| all.len() > 1 && all.iter().all(|other| other.contains(form));
        let telling = listed
            .whole
            .iter()
            .filter(|form| !is_shared(form) && !is_function_word(form));
        let telling: Vec<String> = telling.cloned().collect();
        let others = all.iter().enumerate().filter(|(other, _)| *other != at);
        let is_clear = others.clone().all(|(_, other)| !holds(other, &telling));
        if !telling.is_empty() && is_clear && telling.len() < listed.whole.len() {
            listed.telling = telling;
        }
    }
    list
}

fn holds(row: &[String], part: &[String]) -> bool {
    !part.is_empty() && row.windows(part.len()).any(|window| window == part)
}

/// Words in the form in which they are compared: numbers by their value, units by their name, others by their stem.
fn tokens(list: &[Word]) -> Vec<Token> {
    let mut out = Vec::with_capacity(list.len());
    let mut at = 0;
    while at < list.len() {
        let lower = list[at].lower.as_str();
        let number = number_at(list, at).filter(|number| number.from == at && !number.percent);
        // The word for what is counted is one of its own: "ten pounds" may be a weight.
        let counted = |number: &Number| match currency_word(&list[number.to - 1].lower) {
            Some(_) => number.to - 1,
            None => number.to,
        };
        let number = number.map(|number| (counted(&number), number.value));
        let (form, to) = match number.filter(|(to, _)| *to > at) {
            Some((to, value)) => (value.normalize().to_string(), to),
            None => {
                let unit = conversimple_spoken::unit::named(lower).filter(|_| at > 0);
                let form = unit.map_or_else(|| stem(lower), |unit| unit.one.to_owned());
                (form, at + 1)
            }
        };
        let attached = list[at..to]
            .iter()
            .find_map(|word| attached_unit(&word.lower));
        let said: Vec<&str> = list[at..to]
            .iter()
            .map(|word| word.lower.as_str())
            .collect();
        let said = said.join(" ");
        out.push(Token {
            form,
            said,
            from: at,
            to,
        });
        out.extend(attached.map(|unit| Token {
            form: unit.to_owned(),
            said: unit.to_owned(),
            from: at,
            to,
        }));
        at = to;
    }
    out
}

/// The unit that figures carry: "12oz".
fn attached_unit(lower: &str) -> Option<&'static str> {
    let letters = lower.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let is_attached = letters.len() < lower.len() && !letters.is_empty();
    let unit = conversimple_spoken::unit::named(letters).filter(|_| is_attached)?;
    Some(unit.one)
}

/// Every place where the words of a value stand.
fn by_words(takers: &[Taker<'_>], utterance: &Utterance<'_>) -> Vec<Match> {
    let said = tokens(&utterance.words);
    let mut out = Vec::new();
    for (taker, takes) in takers.iter().enumerate() {
        for (value, listed) in takes.values.iter().enumerate() {
            let found = |span, score| Match::new(taker, value, span, score);
            let rows = [(&listed.whole, 0.0), (&listed.telling, -WORSE_BY_TELLING)];
            for (row, worse) in rows.into_iter().filter(|(row, _)| !row.is_empty()) {
                for window in said.windows(row.len()) {
                    let fits = window
                        .iter()
                        .zip(row)
                        .all(|(token, form)| token.form == *form);
                    let (from, to) = (window[0].from, window[row.len() - 1].to);
                    if fits && utterance.free(from, to) {
                        let score = WORD * row.len() as f32 + worse;
                        out.push(found((from, to), score));
                    }
                }
            }
            // The word that names a currency may belong to an amount already.
            let named = (0..utterance.words.len())
                .filter(|at| takes.shares || utterance.free(*at, at + 1))
                .filter(|at| names(utterance.lower(*at), listed));
            out.extend(named.map(|at| found((at, at + 1), WORD)));
        }
    }
    let misheard = misheard(takers, &said, utterance);
    out.extend(misheard);
    for found in &mut out {
        found.score += cue(&takers[found.taker], found, utterance);
    }
    out
}

/// Places where all words of a value stand but for some that sound alike: "ice coffee" is an iced coffee, and no plain one.
fn misheard(takers: &[Taker<'_>], said: &[Token], utterance: &Utterance<'_>) -> Vec<Match> {
    let mut out = Vec::new();
    let values = takers.iter().flat_map(|taker| &taker.values);
    let declared = values.flat_map(|listed| listed.whole.iter().map(String::as_str));
    let declared: BTreeSet<&str> = declared.collect();
    for (taker, takes) in takers.iter().enumerate() {
        for (value, listed) in takes.values.iter().enumerate() {
            let count = listed.whole.len();
            for len in (count.max(3) - 1..=count + 1).filter(|_| count > 1) {
                for window in said.windows(len) {
                    let (from, to) = (window[0].from, window[len - 1].to);
                    if !utterance.free(from, to) || !sounds_like(window, listed, &declared) {
                        continue;
                    }
                    let words: Vec<&str> = (from..to).map(|at| utterance.lower(at)).collect();
                    let alike = likeness(&words.join(" "), &listed.said);
                    let score = WORD * count as f32 - WORSE_BY_SOUND + alike;
                    out.push(Match::new(taker, value, (from, to), score));
                }
            }
        }
    }
    out
}

/// Whether the telling words of a window are those of a value, at least one of them exactly and the others by their sound. A word
/// that is declared itself is not misheard.
fn sounds_like(window: &[Token], listed: &Listed, declared: &BTreeSet<&str>) -> bool {
    let belongs =
        |token: &Token| listed.whole.contains(&token.form) || !is_function_word(&token.form);
    let ends = [window.first(), window.last()];
    if !ends.into_iter().flatten().all(belongs) {
        return false;
    }
    let said: Vec<&Token> = window
        .iter()
        .filter(|token| !is_function_word(&token.form))
        .collect();
    let meant = listed.whole.iter().zip(&listed.spoken);
    let meant: Vec<_> = meant.filter(|(form, _)| !is_function_word(form)).collect();
    let pairs = || said.iter().zip(&meant);
    let exact = pairs()
        .filter(|(said, (form, _))| said.form == **form)
        .count();
    let is_alike = pairs().all(|(said, (form, spoken))| {
        let is_other = declared.contains(said.form.as_str());
        said.form == **form || !is_other && likeness(&said.said, spoken) >= WORD_ALIKE
    });
    said.len() == meant.len() && (1..meant.len()).contains(&exact) && is_alike
}

/// Other names of a value: a currency's, its sign, its words written as one.
fn names(lower: &str, listed: &Listed) -> bool {
    let Value::String(value) = &listed.value else {
        return false;
    };
    let currency = currency_word(lower).is_some_and(|code| code.eq_ignore_ascii_case(value));
    let joined = listed.whole.len() > 1 && lower == listed.said.replace(' ', "");
    currency
        || joined
        || sign_of(value).is_some_and(|sign| {
            lower.len() > 1 && (lower.starts_with(sign) || lower.ends_with(sign))
        })
}

fn sign_of(code: &str) -> Option<char> {
    match code.to_ascii_uppercase().as_str() {
        "USD" => Some('$'),
        "EUR" => Some('€'),
        "GBP" => Some('£'),
        _ => None,
    }
}

/// What the words around a value say about whose it is.
fn cue(taker: &Taker<'_>, found: &Match, utterance: &Utterance<'_>) -> f32 {
    let direction = direction_before(found.from, utterance);
    let by_direction = match (taker.direction, direction) {
        (Some(own), Some(said)) if own == said => DIRECTION,
        (Some(_), Some(_)) => -OTHER_DIRECTION,
        _ => 0.0,
    };
    let is_own = |at: usize| {
        taker
            .own
            .iter()
            .any(|own| own == utterance.stem(at) && !own.is_empty())
    };
    let before = found.from.checked_sub(1).is_some_and(is_own);
    let beside = before || is_own(found.to);
    by_direction + if beside { OWN_NAME } else { 0.0 }
}

/// The direction that the words right before a place give it: "from my savings".
fn direction_before(from: usize, utterance: &Utterance<'_>) -> Option<&'static str> {
    let mut at = from;
    while at > 0 && from - at < 3 {
        at -= 1;
        if let Some(direction) = DIRECTIONS.get(utterance.lower(at)) {
            return Some(direction);
        }
        if !is_function_word(utterance.lower(at)) {
            return None;
        }
    }
    None
}

/// The best assignment: the surest match first, no word twice, one value an argument.
fn assign(takers: &[Taker<'_>], mut open: Vec<Match>, utterance: &Utterance<'_>) -> Assigned {
    let Assigned {
        mut chosen,
        mut unclear,
    } = Assigned::default();
    open.sort_by(|a, b| {
        let by_place = a.from.cmp(&b.from).then(a.taker.cmp(&b.taker));
        b.score.total_cmp(&a.score).then(by_place)
    });
    while let Some(best) = open.first().copied() {
        let overlaps = |other: &Match| other.from < best.to && best.from < other.to;
        if is_anybodys(&best, &open, &chosen, takers) {
            open.retain(|other| !overlaps(other));
            unclear.push((best.from, best.to));
            continue;
        }
        let taker = &takers[best.taker];
        let is_filled = !taker.several && chosen.iter().any(|other| other.taker == best.taker);
        open.remove(0);
        if is_filled {
            // Another value for an argument that has one is kept for whoever else takes it.
            if !is_mentioned_again(&best, &chosen, takers, utterance) {
                continue;
            }
        }
        chosen.push(best);
        open.retain(|other| !overlaps(other));
    }
    Assigned { chosen, unclear }
}

/// Whether a value may be one argument's as well as another's, and nothing tells which.
fn is_anybodys(best: &Match, open: &[Match], chosen: &[Match], takers: &[Taker<'_>]) -> bool {
    let is_free = |taker: usize| chosen.iter().all(|other| other.taker != taker);
    let rivals = open.iter().filter(|other| {
        let same = (other.from, other.to) == (best.from, best.to);
        let equal = (other.score - best.score).abs() < f32::EPSILON;
        let needed = takers[other.taker].required == takers[best.taker].required;
        same && equal && needed && other.taker != best.taker && is_free(other.taker)
    });
    let mut rivals = rivals.peekable();
    if rivals.peek().is_none() || !is_free(best.taker) {
        return false;
    }
    // With a second value of the same set their order tells.
    let takes_more = |other: &Match| {
        other.taker == best.taker && (other.to <= best.from || best.to <= other.from)
    };
    !open.iter().any(takes_more)
}

/// Whether an argument's second value is one that the caller really wants to give it.
fn is_mentioned_again(
    second: &Match,
    chosen: &[Match],
    takers: &[Taker<'_>],
    utterance: &Utterance<'_>,
) -> bool {
    let Some(first) = chosen.iter().find(|other| other.taker == second.taker) else {
        return false;
    };
    let value = |found: &Match| &takers[found.taker].values[found.value];
    let (a, b) = (value(first), value(second));
    let (from, to) = match first.from < second.from {
        true => (first.to, second.from),
        false => (second.to, first.from),
    };
    let between: Vec<&str> = (from..to).map(|at| utterance.lower(at)).collect();
    let joined = between
        .iter()
        .any(|word| *word == "or" || CHANGES_MIND.has(word));
    joined && a.value != b.value && !holds(&a.whole, &b.whole) && !holds(&b.whole, &a.whole)
}

/// Writes down what was chosen, and what has to be asked.
fn settle(
    takers: &[Taker<'_>],
    chosen: &[Match],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    for (at, taker) in takers.iter().enumerate() {
        let mut own: Vec<&Match> = chosen.iter().filter(|found| found.taker == at).collect();
        own.sort_by_key(|found| found.from);
        let Some(first) = own.first() else { continue };
        let value = |found: &&Match| taker.values[found.value].value.clone();
        let changed = own.get(1).is_some_and(|second| {
            (first.to..second.from).any(|at| CHANGES_MIND.has(utterance.lower(at)))
        });
        if taker.several {
            let mut all: Vec<Value> = Vec::new();
            for value in own.iter().map(value) {
                if !all.contains(&value) {
                    all.push(value);
                }
            }
            out.insert(taker.name.to_owned(), Value::Array(all));
        } else if changed {
            out.extend(own.last().map(|last| (taker.name.to_owned(), value(last))));
        } else if own.len() > 1 {
            let said = |found: &&Match| taker.values[found.value].said.clone();
            let readings = own.iter().map(|found| (value(found), said(found)));
            let doubt = Doubt::Either(readings.collect());
            utterance.doubts.insert(taker.name.to_owned(), doubt);
        } else {
            out.insert(taker.name.to_owned(), value(first));
        }
        // The word "dollars" names the currency and still belongs to the amount before it.
        for found in own.iter().filter(|_| !taker.shares) {
            utterance.take(found.from, found.to);
        }
    }
}

/// Words that nothing explains and that sound like a value of an argument.
fn by_sound(
    taker: &Taker<'_>,
    takers: &[Taker<'_>],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let count = utterance.words.len();
    let mut best: Option<(usize, f32, usize, usize)> = None;
    for from in 0..count {
        for to in from + 1..=count.min(from + 4) {
            let at_edge = [from, to - 1]
                .into_iter()
                .all(|at| is_open(at, takers, utterance));
            if !at_edge || !utterance.free(from, to) {
                continue;
            }
            let said: Vec<&str> = (from..to).map(|at| utterance.lower(at)).collect();
            let Some((value, likeness)) = nearest(&taker.values, &said.join(" ")) else {
                continue;
            };
            let is_name = |at: usize| utterance.words[at].capital && !utterance.words[at].initial;
            let is_sure = likeness >= SURE_OF_NAME || !(from..to).any(is_name);
            if is_sure && best.is_none_or(|(_, before, ..)| likeness > before) {
                best = Some((value, likeness, from, to));
            }
        }
    }
    let Some((value, likeness, from, to)) = best.filter(|(_, likeness, ..)| *likeness >= LIKELY)
    else {
        return;
    };
    let listed = &taker.values[value];
    let value = match taker.several {
        true => Value::Array(vec![listed.value.clone()]),
        false => listed.value.clone(),
    };
    utterance.take(from, to);
    if likeness >= SURE {
        out.insert(taker.name.to_owned(), value);
    } else {
        let doubt = Doubt::Misheard(value, listed.said.clone());
        utterance.doubts.insert(taker.name.to_owned(), doubt);
    }
}

/// Whether a word tells something that nothing has explained yet.
fn is_open(at: usize, takers: &[Taker<'_>], utterance: &Utterance<'_>) -> bool {
    let lower = utterance.lower(at);
    let own = takers
        .iter()
        .any(|taker| taker.own.iter().any(|own| own == utterance.stem(at)));
    weight(lower) > 0.9 && !own && lower.chars().all(|c| c.is_alphabetic() || c == '\'')
}

/// The value that a text sounds most like, if it is nearer than every other.
fn nearest(values: &[Listed], said: &str) -> Option<(usize, f32)> {
    let mut found: Vec<(usize, f32)> = Vec::new();
    for (at, listed) in values.iter().enumerate() {
        if count(&listed.said) >= SOUNDS_LEAST {
            found.push((at, likeness(said, &listed.said)));
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    let best = *found.first()?;
    let second = found.get(1).map_or(0.0, |second| second.1);
    (best.1 - second >= NEARER).then_some(best)
}

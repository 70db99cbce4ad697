//! Gives names, places and free text to the arguments that take them, by lead words, quotes, capitals and position.
//!
//! The surest signs come first. Arguments that are required are served before those that are not, and only they take
//! what is merely left over.

use conversimple_wire::ToolSpec;
use conversimple_wire::tool::Argument;
use serde_json::{Map, Value};

use super::choices::one_of;
use super::span::{
    Span, address, capital_run, enumerated, is_quoted, phrase, quote_at, quote_before, skip_article,
};
use super::spelled::spelled;
use super::{Utterance, soft_options, still_open};
use crate::lexicon::{NO_NAMES, PLACEHOLDERS, PLAIN_MODIFIERS, REQUEST_WORDS, USERNAME_LEADS};
use crate::number::number_at;
use crate::shape::Shape;
use crate::words::{Word, identifier_words, is_function_word, stem, stems, weight, words};

/// A way to find an argument's words.
type Pass = fn(&Wanted<'_>, &Utterance<'_>) -> Option<Span>;

const PASSES: [Pass; 10] = [
    by_code,
    by_username,
    by_cue,
    by_quote,
    by_role,
    by_preposition,
    by_modifier,
    by_topic,
    by_capital,
    by_rest,
];

/// A textual argument and what its tool is about.
struct Wanted<'a> {
    argument: Argument<'a>,
    shape: Shape,
    /// Words of the argument's name.
    parts: Vec<String>,
    /// Stems of the tool's name and description.
    own: &'a [String],
    /// How many texts the tool needs.
    siblings: usize,
}

impl Wanted<'_> {
    fn has(&self, list: &[&str]) -> bool {
        self.parts.iter().any(|part| list.contains(&part.as_str()))
    }
}

pub(super) fn fill(
    spec: &ToolSpec,
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let own: Vec<String> = stems(&format!(
        "{} {}",
        identifier_words(&spec.name).join(" "),
        spec.description
    ))
    .into_iter()
    .map(|(stem, _)| stem)
    .collect();
    let texts: Vec<_> = still_open(open, out)
        .filter(|(_, shape)| is_textual(shape))
        .collect();
    let siblings = texts
        .iter()
        .filter(|(argument, _)| argument.required)
        .count();
    let mut wanted: Vec<Wanted<'_>> = texts
        .iter()
        .map(|(argument, shape)| Wanted {
            argument: *argument,
            shape: shape.clone(),
            parts: identifier_words(argument.name),
            own: &own,
            siblings,
        })
        .collect();
    wanted.sort_by_key(|want| !want.argument.required);
    for want in &wanted {
        soft_choice(want, utterance, out);
        spelled_code(want, utterance, out);
    }
    for pass in PASSES {
        for want in &wanted {
            if !out.contains_key(want.argument.name)
                && let Some(span) = pass(want, utterance)
            {
                put(want, utterance, span, out);
            }
        }
    }
}

fn is_textual(shape: &Shape) -> bool {
    match shape {
        Shape::Place | Shape::Person | Shape::Query | Shape::Text | Shape::Username | Shape::Id => {
            true
        }
        Shape::List(inner) => is_textual(inner) || matches!(**inner, Shape::Choice(_)),
        _ => false,
    }
}

fn put(
    want: &Wanted<'_>,
    utterance: &mut Utterance<'_>,
    (from, to): Span,
    out: &mut Map<String, Value>,
) {
    let text = bare(utterance.span(from, to));
    let open = matches!(want.shape, Shape::Query | Shape::Text | Shape::List(_));
    if text.contains('⟨') && !open {
        return;
    }
    if stands_for_a_value(want, text) {
        return;
    }
    if text.is_empty() || (want.shape == Shape::Place && !text.starts_with(char::is_alphabetic)) {
        return;
    }
    let value = match &want.shape {
        Shape::Username => Value::String(text.to_lowercase().replace([' ', '-'], "")),
        Shape::Id => Value::String(joined_code(text)),
        Shape::Place if text.chars().all(|c| !c.is_uppercase()) => Value::String(capitalised(text)),
        Shape::List(_) => {
            let text = text.replace(" and ", ",").replace(" or ", ",");
            let items = text
                .split(',')
                .map(|part| bare(part.trim()))
                .filter(|part| !part.is_empty());
            Value::Array(items.take(50).map(Value::from).collect())
        }
        _ => Value::String(text.to_owned()),
    };
    out.insert(want.argument.name.to_owned(), value);
    utterance.take(from, to);
}

/// Whether words only name what is wanted, or say that it is anything: "a city", "somebody".
fn stands_for_a_value(want: &Wanted<'_>, text: &str) -> bool {
    let own = |lower: &str| want.parts.iter().any(|part| stem(part) == stem(lower));
    let named = words(text);
    let is_none = |word: &Word| {
        let lower = word.lower.as_str();
        is_function_word(lower) || PLACEHOLDERS.has(lower) || !word.capital && own(lower)
    };
    !named.is_empty() && named.iter().all(is_none)
}

/// A text without the quotes and the possessive around it.
fn bare(text: &str) -> &str {
    let quotes = ['"', '\'', '“', '”', '‘', '’', ',', '[', ']'];
    let text = text.trim_matches(quotes);
    text.strip_suffix("'s")
        .or_else(|| text.strip_suffix("’s"))
        .unwrap_or(text)
        .trim_matches(quotes)
}

fn capitalised(text: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| {
            first.to_uppercase().chain(chars).collect()
        })
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// A code that was spelled.
fn spelled_code(want: &Wanted<'_>, utterance: &mut Utterance<'_>, out: &mut Map<String, Value>) {
    if want.shape != Shape::Id || out.contains_key(want.argument.name) {
        return;
    }
    if let Some(found) = spelled(utterance) {
        let (from, to) = found.span;
        let text = found.as_declared(want.argument.schema);
        out.insert(want.argument.name.to_owned(), Value::String(text));
        utterance.take(from, to);
    }
}

/// Options that the description names in quotes.
fn soft_choice(want: &Wanted<'_>, utterance: &mut Utterance<'_>, out: &mut Map<String, Value>) {
    let options = match (
        &want.shape,
        want.argument
            .schema
            .get("items")
            .and_then(crate::shape::choices),
    ) {
        (Shape::List(_), Some(values)) => values,
        _ => soft_options(want.argument.schema),
    };
    let mut found = Vec::new();
    while let Some((value, from, to)) = one_of(utterance, &options) {
        if !utterance.free(from, to) || found.contains(&value) {
            break;
        }
        utterance.take(from, to);
        found.push(value);
        if !matches!(want.shape, Shape::List(_)) {
            break;
        }
    }
    let Some(first) = found.first().cloned() else {
        return;
    };
    let value = if matches!(want.shape, Shape::List(_)) {
        Value::Array(found)
    } else {
        first
    };
    out.insert(want.argument.name.to_owned(), value);
}

/// A word of letters and digits, several said one by one, or a number beside the argument's name: "order 5512".
fn by_code(want: &Wanted<'_>, utterance: &Utterance<'_>) -> Option<Span> {
    if want.shape != Shape::Id {
        return None;
    }
    let count = utterance.words.len();
    if let Some(at) =
        (0..count).find(|at| utterance.free(*at, at + 1) && code_like(utterance.lower(*at)))
    {
        return Some((at, at + 1));
    }
    let part = |at: usize| {
        let lower = utterance.lower(at);
        utterance.free(at, at + 1) && (is_letter(lower) || is_figure(lower))
    };
    for from in 0..count {
        let len = (from..count).take_while(|at| part(*at)).count();
        let figures = (from..from + len)
            .filter(|at| is_figure(utterance.lower(*at)))
            .count();
        if len >= 3 && figures >= 1 {
            return Some((from, from + len));
        }
    }
    let near = |at: usize| {
        let before = at.saturating_sub(3)..at;
        before.into_iter().any(|at| {
            want.parts
                .iter()
                .any(|part| part.len() > 2 && stem(part) == utterance.stem(at))
        })
    };
    let at = (0..count).find(|at| {
        part(*at)
            && is_figure(utterance.lower(*at))
            && (near(*at) || utterance.lower(*at).len() >= 5)
    })?;
    Some((at, at + 1))
}

fn is_letter(lower: &str) -> bool {
    lower.len() == 1 && lower.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_figure(lower: &str) -> bool {
    crate::number::small(lower).is_some()
        || (!lower.is_empty() && lower.bytes().all(|b| b.is_ascii_digit()))
}

/// A code said in pieces: "A B one two" is AB12.
fn joined_code(text: &str) -> String {
    let pieces: Vec<&str> = text.split_whitespace().collect();
    let piece = |piece: &&str| {
        crate::number::small(&piece.to_lowercase())
            .map_or_else(|| piece.to_uppercase(), |value| value.to_string())
    };
    if pieces.len() > 1
        && pieces
            .iter()
            .all(|piece| is_letter(&piece.to_lowercase()) || is_figure(&piece.to_lowercase()))
    {
        return pieces.iter().map(piece).collect();
    }
    text.to_owned()
}

fn code_like(lower: &str) -> bool {
    lower.bytes().any(|b| b.is_ascii_digit())
        && lower.bytes().any(|b| b.is_ascii_alphabetic())
        && !lower.starts_with('⟨')
        && ordinal_free(lower)
}

fn ordinal_free(lower: &str) -> bool {
    !["st", "nd", "rd", "th"].iter().any(|end| {
        lower
            .strip_suffix(end)
            .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// "My name is alice", "username alice", "log me in as a l i c e".
fn by_username(want: &Wanted<'_>, utterance: &Utterance<'_>) -> Option<Span> {
    if want.shape != Shape::Username {
        return None;
    }
    USERNAME_LEADS.phrases().find_map(|lead| {
        let parts: Vec<&str> = lead.split(' ').collect();
        let starts = |at: &usize| {
            parts
                .iter()
                .enumerate()
                .all(|(i, part)| utterance.lower(at + i) == *part)
        };
        (0..utterance.words.len())
            .filter(starts)
            .find_map(|at| username_at(utterance, at + parts.len()))
    })
}

fn username_at(utterance: &Utterance<'_>, from: usize) -> Option<Span> {
    let letter = |at: usize| {
        at < utterance.words.len()
            && utterance.free(at, at + 1)
            && utterance.lower(at).chars().count() == 1
    };
    let mut to = from;
    while letter(to) {
        to += 1;
    }
    if to > from + 1 {
        return Some((from, to));
    }
    let word = utterance.words.get(from)?;
    let plain = !is_function_word(&word.lower)
        && weight(&word.lower) > 0.9
        && utterance.free(from, from + 1);
    (plain && !NO_NAMES.has(&word.lower)).then_some((from, from + 1))
}

/// "The title is Inception", "named Bob", "Premier League" for a league.
fn by_cue(want: &Wanted<'_>, utterance: &Utterance<'_>) -> Option<Span> {
    let last = stem(
        want.parts
            .iter()
            .rev()
            .find(|part| weight(part) > 0.9 && part.len() > 1)?,
    );
    for at in 0..utterance.words.len() {
        if utterance.stem(at) != last || !utterance.free(at, at + 1) {
            continue;
        }
        if let Some(quote) = quote_before(utterance, at) {
            return Some(quote);
        }
        if let Some(run) = capital_run(utterance, at).filter(|(from, to)| to - from > 1) {
            return Some(run);
        }
        if let Some(found) = after_cue(utterance, at) {
            return Some(found);
        }
    }
    None
}

fn after_cue(utterance: &Utterance<'_>, at: usize) -> Option<Span> {
    if utterance.words[at].ends_clause {
        return None;
    }
    let mut from = at + 1;
    let mut introduced = false;
    while matches!(
        utterance.lower(from),
        "is" | "of"
            | "named"
            | "called"
            | "as"
            | "the"
            | "number"
            | "id"
            | "name"
            | "titled"
            | "to"
    ) && !is_quoted(utterance, from)
    {
        introduced |= matches!(
            utterance.lower(from),
            "is" | "named" | "called" | "as" | "titled"
        );
        from += 1;
    }
    let word = utterance.words.get(from)?;
    if is_quoted(utterance, from) {
        return quote_at(utterance, from);
    }
    let starts_name =
        (word.capital && !matches!(word.lower.as_str(), "i" | "i'm")) || code_like(&word.lower);
    if starts_name || introduced {
        phrase(utterance, from)
    } else {
        None
    }
}

/// What stands in quotes; for a list, all quotes in a row.
fn by_quote(want: &Wanted<'_>, utterance: &Utterance<'_>) -> Option<Span> {
    let wanted = want.argument.required || want.shape == Shape::Query;
    if matches!(want.shape, Shape::Place | Shape::Username) || !wanted {
        return None;
    }
    let mut spans = (0..utterance.words.len())
        .filter(|at| is_quoted(utterance, *at))
        .filter_map(|at| quote_at(utterance, at));
    let first = spans.next()?;
    if !matches!(want.shape, Shape::List(_)) {
        return Some(first);
    }
    let mut last = first.1;
    for (from, to) in spans {
        if from > last + 1 || (from == last + 1 && utterance.lower(last) != "and") {
            break;
        }
        last = to;
    }
    Some((first.0, last))
}

/// "Starring Bruce Willis", "directed by Josh Cooley": a name after the word that says what its bearer does.
fn by_role(want: &Wanted<'_>, utterance: &Utterance<'_>) -> Option<Span> {
    let leads: &[&str] = if want.has(&["cast", "starring", "actor", "actors", "actress"]) {
        &[
            "starring",
            "stars",
            "featuring",
            "feature",
            "features",
            "actor",
            "actress",
            "with",
        ]
    } else if want.has(&["director", "directed"]) {
        &["directed", "director", "by"]
    } else if want.has(&["artist", "singer", "band", "author", "writer", "composer"]) {
        &["by", "from", "artist", "author"]
    } else {
        return None;
    };
    leads.iter().find_map(|lead| {
        let at = (0..utterance.words.len())
            .find(|at| utterance.lower(*at) == *lead && !utterance.words[*at].ends_clause)?;
        let from = at + 1 + usize::from(*lead == "directed" && utterance.lower(at + 1) == "by");
        utterance.words.get(from).filter(|word| word.capital)?;
        phrase(utterance, from)
    })
}

/// "News about Ji Sung Park", "an article involving a merger".
fn by_topic(want: &Wanted<'_>, utterance: &Utterance<'_>) -> Option<Span> {
    if want.shape != Shape::Query {
        return None;
    }
    let lead = |at: &usize| {
        matches!(
            utterance.lower(*at),
            "about" | "involving" | "regarding" | "concerning"
        )
    };
    let at = (0..utterance.words.len()).rev().find(lead)?;
    let from = skip_article(utterance, at + 1);
    let mut to = from;
    while to < utterance.words.len()
        && utterance.free(to, to + 1)
        && !(to > from && utterance.words[to - 1].ends_clause)
    {
        to += 1;
    }
    (to > from).then_some((from, to))
}

/// "In Paris", "from Berlin", "by Leonardo da Vinci".
fn by_preposition(want: &Wanted<'_>, utterance: &Utterance<'_>) -> Option<Span> {
    if matches!(want.shape, Shape::List(_))
        && want.argument.required
        && let Some(found) = enumerated(utterance)
    {
        return Some(found);
    }
    let leads: &[&str] = if want.has(&[
        "origin",
        "from",
        "source",
        "start",
        "departure",
        "city1",
        "location1",
        "base",
    ]) {
        &["from", "between", "leaving"]
    } else if want.has(&[
        "destination",
        "to",
        "target",
        "end",
        "arrival",
        "city2",
        "location2",
        "recipient",
    ]) {
        &["to", "and", "into"]
    } else {
        match want.shape {
            Shape::Place => &[
                "in", "at", "near", "within", "around", "for", "of", "to", "from", "outside",
                "across",
            ],
            Shape::Person => &["by", "of", "for", "with", "about", "to"],
            _ => return None,
        }
    };
    let starts =
        |lead: &str, at: usize| utterance.lower(at) == lead && !utterance.words[at].ends_clause;
    for lead in leads {
        for at in (0..utterance.words.len()).filter(|at| starts(lead, *at)) {
            let from = skip_article(utterance, at + 1);
            if let Some(found) = address(utterance, from).filter(|_| want.shape == Shape::Place) {
                return Some(found);
            }
            if utterance.words.get(from).is_some_and(|word| word.capital)
                && let Some(found) = phrase(utterance, from)
            {
                return Some(found);
            }
        }
    }
    let capitals = utterance.words.iter().any(|word| {
        word.capital && !word.initial && word.lower != "i" && !word.lower.starts_with("i'")
    });
    if want.shape != Shape::Place || !want.argument.required || capitals {
        return None;
    }
    leads.iter().find_map(|lead| {
        let at = (0..utterance.words.len())
            .rev()
            .find(|at| starts(lead, *at))?;
        phrase(utterance, skip_article(utterance, at + 1))
    })
}

/// The word before what the tool is about: "a classical concert" for a genre, "a seafood restaurant" for a cuisine.
fn by_modifier(want: &Wanted<'_>, utterance: &Utterance<'_>) -> Option<Span> {
    const SORTS: &[&str] = &[
        "genre",
        "type",
        "cuisine",
        "category",
        "style",
        "kind",
        "expertise",
        "specialty",
        "specialization",
        "diet",
        "dietary",
        "restriction",
        "restrictions",
        "color",
        "colour",
        "flavor",
        "breed",
        "sport",
        "species",
        "food",
        "theme",
        "mode",
        "instrument",
    ];
    if !want.argument.required || !want.has(SORTS) {
        return None;
    }
    let named = want.parts.iter().map(|part| stem(part)).collect::<Vec<_>>();
    let noun = |at: usize| {
        let stem = utterance.stem(at);
        let is = |list: &[String]| list.iter().any(|other| other == stem);
        (is(want.own) || is(&named)) && weight(utterance.lower(at)) > 0.9
    };
    let at =
        (1..utterance.words.len()).find(|at| noun(*at) && sort_word(want, utterance, at - 1))?;
    // Both halves of "gluten-free" belong together.
    let hyphen = at >= 2 && utterance.text[utterance.words[at - 2].end..].starts_with('-');
    Some((if hyphen { at - 2 } else { at - 1 }, at))
}

fn sort_word(want: &Wanted<'_>, utterance: &Utterance<'_>, at: usize) -> bool {
    let word = &utterance.words[at];
    let telling = weight(&word.lower) > 0.9 && !word.ends_clause && !word.initial;
    telling
        && utterance.free(at, at + 1)
        && !want.own.contains(&stem(&word.lower))
        && number_at(&utterance.words, at).is_none()
        && !PLAIN_MODIFIERS.has(&word.lower)
}

/// A run of capitals inside a sentence.
fn by_capital(want: &Wanted<'_>, utterance: &Utterance<'_>) -> Option<Span> {
    if matches!(want.shape, Shape::Query | Shape::List(_) | Shape::Username)
        || !want.argument.required
    {
        return None;
    }
    let starts = |at: &usize| {
        let word = &utterance.words[*at];
        let name =
            word.capital && !word.initial && word.lower != "i" && !word.lower.starts_with("i'");
        utterance.free(*at, at + 1) && name && !want.own.contains(&stem(&word.lower))
    };
    (0..utterance.words.len())
        .filter(starts)
        .find_map(|at| phrase(utterance, at))
}

/// What is left of the sentence, for a text that the tool cannot do without: "search for wireless headphones".
fn by_rest(want: &Wanted<'_>, utterance: &Utterance<'_>) -> Option<Span> {
    let takes = match &want.shape {
        Shape::Query => true,
        Shape::Text | Shape::List(_) => want.argument.required,
        _ => false,
    };
    if !takes {
        return None;
    }
    let passed_over = |at: usize| {
        let lower = utterance.lower(at);
        is_function_word(lower)
            || weight(lower) < 0.9
            || want.own.contains(&stem(lower))
            || REQUEST_WORDS.has(lower)
    };
    let from =
        (0..utterance.words.len()).find(|at| utterance.free(*at, at + 1) && !passed_over(*at))?;
    let whole = want.siblings == 1 && want.shape == Shape::Query;
    let mut to = from;
    while to < utterance.words.len() && utterance.free(to, to + 1) {
        if !whole
            && to > from
            && is_function_word(utterance.lower(to))
            && !matches!(utterance.lower(to), "of" | "and")
        {
            break;
        }
        to += 1;
        if utterance.words[to - 1].ends_clause && !matches!(want.shape, Shape::List(_)) {
            break;
        }
    }
    while to > from + 1
        && (is_function_word(utterance.lower(to - 1))
            || matches!(utterance.lower(to - 1), "instead" | "thanks" | "thank")
            || (!whole && want.own.iter().any(|own| own == utterance.stem(to - 1))))
    {
        to -= 1;
    }
    (to > from).then_some((from, to))
}

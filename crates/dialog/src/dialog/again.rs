//! A task once more with another value: corrections ("no, make it thirty") and follow-ups ("and savings?").

use conversimple_wire::ToolSpec;
use conversimple_wire::tool::Argument;
use serde_json::{Map, Value};

use super::Dialog;
use super::frame::Frame;
use crate::choose::{INTERRUPT, ranked};
use crate::fill::{Utterance, answer, fill};
use crate::heard::{Decision, Heard};
use crate::lexicon::{
    AMENDS, CORRECTION_FILLERS, LOOSE_CORRECTION, List, NO_NAMES, PLAIN_CORRECTION, VERBS,
};
use crate::own::Pick;
use crate::shape::{is_any_text, is_open_text, shape};
use crate::words::{Word, is_function_word, words};

/// Longest follow-up, longest correction, longest bare value, and longest correction that is surely no request, in words.
const FOLLOW_UP_WORDS: usize = 8;
const CORRECTION_WORDS: usize = 10;
const VALUE_WORDS: usize = 5;
const BARE_WORDS: usize = 3;

impl Dialog {
    /// "No, make it thirty", "I meant savings": the last task with another value. A whole request is none.
    pub(super) fn correction(
        &mut self,
        heard: &Heard<'_>,
        utterance: &Utterance<'_>,
    ) -> Option<Decision> {
        let target = self.running.as_ref().or(self.last.as_ref())?.clone();
        let (lead, plain) = correction_lead(utterance)?;
        let rest = &utterance.text[utterance.words.get(lead)?.start..];
        let scores = ranked(&self.index, rest, None, heard.today);
        let (tool, score) = *scores.first()?;
        let long = utterance.words.len() - lead > BARE_WORDS;
        let whole = score >= 0.0 && (tool != target.tool || (!plain && long));
        let spec = self.spec(target.tool);
        let open = spec
            .arguments()
            .any(|argument| is_open_text(&shape(&argument)));
        if whole || (open && !plain) {
            return None;
        }
        self.again_with(target, rest, utterance.today)
    }

    /// "Yes, but to Anna", "fifty", "not twenty, thirty": the call that waits for a yes, with another value. It is read back anew.
    pub(super) fn amendment(
        &mut self,
        heard: &Heard<'_>,
        utterance: &Utterance<'_>,
    ) -> Option<Decision> {
        let task = self.awaiting_yes()?;
        let (from, to) = amended(utterance)?;
        let rest = utterance
            .text
            .get(utterance.words[from].start..utterance.words[to - 1].end)?;
        let (best, score) = *ranked(&self.index, rest, None, heard.today).first()?;
        if best != task.tool && score >= INTERRUPT && to - from > BARE_WORDS {
            return None;
        }
        let index = self.index.clone();
        let spec = &index.tools[task.tool].spec;
        let mut inside = Utterance::new(rest, heard.today);
        let mut changed = fill(spec, &mut inside, &Map::new());
        let is_loose = |name: &str| {
            spec.argument(name)
                .is_some_and(|it| is_any_text(&shape(&it)))
        };
        changed.retain(|name, value| !is_loose(name) && task.arguments.get(name) != Some(value));
        if changed.is_empty() && inside.doubts.is_empty() {
            let (name, value) = bare_value(spec, &task, rest, from > 0, heard.today)?;
            changed.insert(name, value);
        }
        self.again_with_values(task, changed, &mut inside)
    }

    fn again_with_values(
        &mut self,
        mut task: Frame,
        changed: Map<String, Value>,
        inside: &mut Utterance<'_>,
    ) -> Option<Decision> {
        let doubted = task.take_doubts(inside);
        if changed.is_empty() && !doubted {
            return None;
        }
        task.arguments.extend(changed);
        self.running = None;
        Some(self.advance(task))
    }

    /// "And savings?", "what about Berlin?", "try again": the last task once more.
    pub(super) fn follow_up(&mut self, utterance: &Utterance<'_>) -> Option<Decision> {
        let task = self.last.clone()?;
        let lower = |at: usize| {
            utterance
                .words
                .get(at)
                .map_or("", |word| word.lower.as_str())
        };
        let count = utterance.words.len();
        if count > FOLLOW_UP_WORDS {
            return None;
        }
        let lead = match (lower(0), lower(1)) {
            ("try" | "do", "again" | "it" | "that") | ("retry", _) if count < 5 => {
                return Some(self.advance(task));
            }
            ("what" | "how", "about") => 2,
            ("and", "what" | "how") if lower(2) == "about" => 3,
            ("and" | "also" | "then", _) => 1,
            _ if count < 5 => 0,
            _ => return None,
        };
        let rest = &utterance.text[utterance.words.get(lead)?.start..];
        // Without a word that leads over, only the name of another own thing is enough.
        if lead == 0 && !self.names_own(&task, rest) {
            return None;
        }
        self.again_with(task, rest, utterance.today)
    }

    fn names_own(&self, task: &Frame, text: &str) -> bool {
        let mut kinds = self
            .spec(task.tool)
            .arguments()
            .filter_map(|argument| argument.own());
        kinds.any(|kind| self.several(kind) && matches!(self.pick(kind, text, false), Pick::One(_)))
    }

    fn several(&self, kind: &str) -> bool {
        self.own.get(kind).is_some_and(|things| things.len() > 1)
    }

    /// A task once more, with the values that some words give. `None`: they give none.
    fn again_with(&mut self, mut task: Frame, text: &str, today: time::Date) -> Option<Decision> {
        let index = self.index.clone();
        let spec = &index.tools[task.tool].spec;
        let mut changed = Map::new();
        for argument in spec.arguments() {
            if let Some(kind) = argument.own().filter(|kind| self.several(kind))
                && let Pick::One(at) = self.pick(kind, text, true)
                && let Some(thing) = self.own.get(kind).and_then(|things| things.get(at))
            {
                changed.insert(argument.name.to_owned(), Value::String(thing.id.clone()));
            }
        }
        let mut inside = Utterance::new(text, today);
        if changed.is_empty() {
            changed = fill(spec, &mut inside, &Map::new());
        }
        let doubted = task.take_doubts(&mut inside);
        if changed.is_empty() && !doubted {
            let mut inside = Utterance::new(text, today);
            let mut given = spec.arguments().filter(|argument| {
                task.arguments.contains_key(argument.name) && argument.secret().is_none()
            });
            let (Some(only), None) = (given.next(), given.next()) else {
                return None;
            };
            let value =
                answer(spec, &only, &mut inside).filter(|_| inside.words.len() <= VALUE_WORDS)?;
            changed.insert(only.name.to_owned(), value);
        }
        task.arguments.extend(changed);
        self.running = None;
        Some(self.advance(task))
    }
}

/// The argument that words change which are nothing but a value: a number or the like, a name, or behind "no, I said" any text.
/// Whatever else a caller says at a read-back changes nothing.
fn bare_value(
    spec: &ToolSpec,
    task: &Frame,
    text: &str,
    has_lead: bool,
    today: time::Date,
) -> Option<(String, Value)> {
    let given = || {
        spec.arguments().filter(|argument| {
            let is_plain = argument.secret().is_none() && argument.own().is_none();
            is_plain && task.arguments.contains_key(argument.name)
        })
    };
    let typed = given().filter(|argument| !is_open_text(&shape(argument)));
    let mut typed = typed.filter_map(|argument| {
        let value = answer(spec, &argument, &mut Utterance::new(text, today))?;
        Some((argument.name.to_owned(), value))
    });
    if let Some(typed) = typed.next() {
        return Some(typed);
    }
    let any_text = |argument: &Argument<'_>| is_any_text(&shape(argument));
    let name = |argument: &Argument<'_>| {
        is_open_text(&shape(argument)) && !any_text(argument) && is_name(text)
    };
    let mut takers = given().filter(|argument| name(argument) || has_lead && any_text(argument));
    let (Some(only), None) = (takers.next(), takers.next()) else {
        return None;
    };
    Some((only.name.to_owned(), Value::from(text)))
}

/// Whether a text is written as a name and as nothing else: "Anna", "Anna Smith".
fn is_name(text: &str) -> bool {
    const NAME_WORDS: usize = 3;
    let list = words(text);
    let is_part = |word: &Word| {
        let lower = word.lower.as_str();
        word.capital && !is_function_word(lower) && !VERBS.has(lower) && !NO_NAMES.has(lower)
    };
    (1..=NAME_WORDS).contains(&list.len()) && list.iter().all(is_part)
}

/// Which words give the new value: those behind "yes, but", without what is taken back ("not twenty, thirty", "thirty, not
/// twenty").
fn amended(utterance: &Utterance<'_>) -> Option<(usize, usize)> {
    let words = &utterance.words;
    let lower = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
    let mut from = 0;
    while let Some(len) = longest(&AMENDS, utterance, from) {
        from += len;
    }
    if lower(from) == "not" {
        let behind =
            (from + 1..words.len()).find(|at| words[*at].ends_clause || lower(*at) == "but")?;
        from = behind + 1;
        while let Some(len) = longest(&AMENDS, utterance, from) {
            from += len;
        }
    }
    let taken_back =
        |at: &usize| lower(*at) == "not" || lower(*at) == "instead" && lower(*at + 1) == "of";
    let to = (from + 1..words.len())
        .find(taken_back)
        .unwrap_or(words.len());
    (from < to && to - from <= CORRECTION_WORDS).then_some((from, to))
}

/// After how many words of "no, make it" and the like the new value begins, and whether they can mean nothing else.
fn correction_lead(utterance: &Utterance<'_>) -> Option<(usize, bool)> {
    let instead = utterance
        .words
        .last()
        .is_some_and(|word| word.lower == "instead");
    let (mut from, mut plain, mut loose) = (0, instead, false);
    loop {
        if let Some(len) = longest(&PLAIN_CORRECTION, utterance, from) {
            plain = true;
            from += len;
        } else if let Some(len) = longest(&LOOSE_CORRECTION, utterance, from) {
            loose = true;
            from += len;
        } else if let Some(len) = longest(&CORRECTION_FILLERS, utterance, from) {
            from += len;
        } else {
            break;
        }
    }
    let rest = utterance.words.len().saturating_sub(from);
    ((loose || plain) && (1..=CORRECTION_WORDS).contains(&rest)).then_some((from, plain))
}

/// How many words the longest phrase of a list takes that stands at a place.
fn longest(list: &List, utterance: &Utterance<'_>, from: usize) -> Option<usize> {
    let rest = utterance.words.get(from..)?;
    let (len, _) = list.longest(rest.iter().map(|word| word.lower.as_str()))?;
    Some(len)
}

//! Reads a tool's name and the sentences of its description: which word governs, and what it does to what.
//!
//! Decides which pieces of evidence a text gives. How much each piece weighs is decided by `score`.

use super::kind::Effect;
use super::lexicon::{Form, Role, Term, terms};

/// One thing that a text says about a tool's effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) effect: Effect,
    pub(super) source: Source,
}

/// Where a piece of evidence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The name's verb: `cancel` in `cancel_order`.
    NameVerb,
    /// A word of the name that may be verb or noun: `transfer` in `transfer_points`.
    NameAmbiguous,
    /// The same where the head noun is looked at or sent: `email` in `email_report`.
    NameEither,
    /// What a light verb of the name is about: `payment` in `make_payment`.
    NameDeed,
    /// A light verb of the name without anything known that it is about: `handle_request`.
    NameLight,
    /// The name's head noun is looked at: `order_status`.
    NameFact,
    /// The name's head noun is looked at or sent: `monthly_report`.
    NamePaper,
    /// A second verb of the name: `delete` in `archive_and_delete`.
    NameJoint,
    /// The verb of the description's first sentence.
    ProseVerb,
    /// A verb that is tied to the one of the first sentence: "Prints the label and charges the card".
    ProseJoint,
    /// The verb of a later sentence.
    ProseLater,
    /// An argument.
    Argument,
}

/// How many words after a light verb are searched for what it is about. Longer noun phrases were not seen in the tuned
/// half of the labelled set.
const OBJECT_REACH: usize = 6;
/// How many words of a sentence are searched for its verb: past that stand subordinate clauses.
const VERB_REACH: usize = 8;
/// Sentences that are read. Descriptions put what a tool does first, and hints for a language model after it.
const SENTENCE_LIMIT: usize = 8;

/// What a name says. A name of one word, such as `book`, does what it does to what the description's first sentence names.
pub(super) fn of_name(words: &[String], sentences: &[Vec<String>]) -> Vec<Evidence> {
    let terms = terms(words);
    let mut evidence = Vec::new();
    let Some(head) = name_head(&terms) else {
        evidence.extend(head_noun(&terms));
        return evidence;
    };
    let governor = terms[head];
    if let Some(effect) = governor.effect(Role::Verb) {
        push(&mut evidence, effect, Source::NameVerb);
    } else if governor.is(Role::Light) {
        let others = terms[head + 1..].iter().chain(&terms[..head]);
        evidence.push(light(
            governor,
            others.copied(),
            [Source::NameDeed, Source::NameLight],
        ));
    } else {
        let first = sentences.first().filter(|_| terms.len() == 1);
        let about = first.map(|words| self::terms(words)).unwrap_or_default();
        evidence.extend(ambiguous(&terms, head, &about));
    }
    for effect in joined(&terms[head..], Form::Base, false) {
        push(&mut evidence, effect, Source::NameJoint);
    }
    evidence
}

/// Where the governing word of a name stands: the first certain verb, else the first word that may be one. A looking word at
/// the start of a name is certain enough (`list_close_friends`), unless an act ends the name (`list_delete`).
fn name_head(terms: &[Term]) -> Option<usize> {
    let is_base = |term: &Term| term.form == Form::Base;
    let is_certain = |term: &Term| term.is(Role::Verb) || term.is(Role::Light);
    let certain = terms
        .iter()
        .position(|term| is_base(term) && is_certain(term));
    let possible = terms
        .iter()
        .position(|term| is_base(term) && (is_certain(term) || term.is(Role::Both)));
    let looks = possible.filter(|at| terms[*at].effect(Role::Both) == Some(Effect::Read));
    let ends_in_act = certain.is_some_and(|at| at + 1 == terms.len());
    looks.filter(|_| !ends_in_act).or(certain).or(possible)
}

/// `order_status` is looked at, `order_report` may be, `order_pizza` is none.
fn ambiguous(terms: &[Term], head: usize, about: &[Term]) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let last = terms.last().filter(|_| head + 1 < terms.len());
    if last.is_some_and(|term| term.is(Role::Fact)) {
        push(&mut evidence, Effect::Read, Source::NameFact);
        return evidence;
    }
    let is_paper = last.is_some_and(|term| term.is(Role::Paper));
    if is_paper {
        push(&mut evidence, Effect::Read, Source::NamePaper);
    }
    let effect = terms[head].effect(Role::Both).unwrap_or(Effect::Write);
    if is_free(terms[head], &terms[head + 1..]) || is_free(terms[head], about) {
        push(&mut evidence, Effect::Write, Source::NameVerb);
    } else if is_paper {
        push(&mut evidence, effect, Source::NameEither);
    } else {
        push(&mut evidence, effect, Source::NameAmbiguous);
    }
    evidence
}

/// Whether an act costs nothing for what it is done to: a table is booked, a caller is transferred to an operator.
fn is_free(act: Term, others: &[Term]) -> bool {
    let any = |role| others.iter().take(OBJECT_REACH).any(|term| term.is(role));
    act.is(Role::Booking) && any(Role::Object) || act.is(Role::Handoff) && any(Role::Desk)
}

/// A name without a verb: its last noun speaks.
fn head_noun(terms: &[Term]) -> Option<Evidence> {
    let last = terms.last()?;
    let (effect, source) = if last.is(Role::Fact) {
        (Effect::Read, Source::NameFact)
    } else if last.is(Role::Paper)
        || last.form == Form::S && (last.is(Role::Deed) || last.is(Role::Both))
    {
        (Effect::Read, Source::NamePaper)
    } else {
        (last.effect(Role::Deed)?, Source::NameAmbiguous)
    };
    Some(Evidence { effect, source })
}

/// What a light verb says with what stands around it: `sources` are where its object speaks and where it speaks alone.
fn light(verb: Term, others: impl Iterator<Item = Term>, sources: [Source; 2]) -> Evidence {
    let own = verb.effect(Role::Light);
    match deed(others) {
        // Who creates a report writes; who runs or generates one looks.
        Some(Effect::Read) if own == Some(Effect::Write) => Evidence {
            effect: Effect::Write,
            source: sources[0],
        },
        Some(effect) => Evidence {
            effect,
            source: sources[0],
        },
        None => Evidence {
            effect: own.unwrap_or(Effect::Write),
            source: sources[1],
        },
    }
}

fn light_effect(verb: Term, others: impl Iterator<Item = Term>) -> Effect {
    light(verb, others, [Source::ProseVerb; 2]).effect
}

/// What a light verb is about. The first noun that says anything decides, but `payment` in `create_payment_link` is
/// about a link.
fn deed(terms: impl Iterator<Item = Term>) -> Option<Effect> {
    let known: Vec<Term> = terms.take(OBJECT_REACH).collect();
    let (at, first) = known.iter().enumerate().find_map(|(at, term)| {
        let act = term.effect(Role::Deed).or(term.effect(Role::Both));
        let verb = term.effect(Role::Verb).filter(|_| term.form == Form::Base);
        let effect = act
            .or(verb)
            .or(term.is_looked_at().then_some(Effect::Read))
            .or((term.is(Role::Holder) || term.is(Role::Object)).then_some(Effect::Write))?;
        Some((at, effect))
    })?;
    let is_held = known.iter().any(|term| term.is(Role::Holder));
    let changes = first != Effect::Read && (is_held || is_free(known[at], &known));
    Some(if changes { Effect::Write } else { first })
}

/// The effects of verbs that are tied to the first term by a joint. After a looking verb a word that may be a noun counts
/// only before a determiner: "Lists orders and refunds" refunds nothing, "Finds the order and refunds it" does.
fn joined(terms: &[Term], form: Form, is_prose: bool) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (at, _) in terms.iter().enumerate().filter(|(_, t)| t.is(Role::Joint)) {
        let rest = &terms[at + 1..];
        let skipped = rest.iter().take_while(|term| term.is(Role::Joint)).count();
        let Some(verb) = rest.get(skipped).filter(|term| term.form == form) else {
            continue;
        };
        let next = rest.get(skipped + 1);
        let before_object = !is_prose || next.is_some_and(|term| term.is(Role::Determiner));
        let certain = verb.effect(Role::Verb);
        let uncertain = verb.effect(Role::Both).filter(|_| before_object);
        let light = (verb.is(Role::Light) && before_object)
            .then(|| light_effect(*verb, rest.iter().skip(skipped + 1).copied()));
        effects.extend(certain.or(uncertain).or(light));
    }
    effects
}

/// What a description says.
pub(super) fn of_description(sentences: &[Vec<String>]) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for (number, words) in sentences.iter().take(SENTENCE_LIMIT).enumerate() {
        let is_first = number == 0;
        let terms = terms(words);
        let Some((effect, at)) = sentence_verb(&terms, is_first) else {
            continue;
        };
        let source = if is_first {
            Source::ProseVerb
        } else {
            Source::ProseLater
        };
        push(&mut evidence, effect, source);
        let source = if is_first {
            Source::ProseJoint
        } else {
            Source::ProseLater
        };
        for effect in joined(&terms[at..], terms[at].form, true) {
            push(&mut evidence, effect, source);
        }
    }
    evidence
}

/// The effect of a sentence's verb and where the verb stands.
fn sentence_verb(terms: &[Term], is_first: bool) -> Option<(Effect, usize)> {
    let start = terms
        .iter()
        .position(|term| !term.is(Role::Filler) && !term.is(Role::Joint))?;
    let head = terms[start];
    if let Some(effect) = head.effect(Role::Prose) {
        return Some((effect, start));
    }
    if head.is(Role::Stop) && !is_first {
        return None;
    }
    let verb = terms[start..]
        .iter()
        .take(VERB_REACH)
        .enumerate()
        .find_map(|(offset, _)| Some((acts(&terms[start + offset..], offset == 0)?, offset)))?;
    Some((verb.0, start + verb.1))
}

/// The effect of the first term if it is the verb of what follows. A word that may be a noun is a verb only at the head
/// of its sentence or before a determiner.
fn acts(terms: &[Term], is_head: bool) -> Option<Effect> {
    let (verb, rest) = terms.split_first()?;
    let before_object = rest.first().is_some_and(|term| term.is(Role::Determiner));
    let light = || {
        let acts = verb.is(Role::Light) && (is_head || before_object);
        acts.then(|| light_effect(*verb, rest.iter().copied()))
    };
    let uncertain = || uncertain(*verb, rest, is_head, before_object);
    verb.effect(Role::Verb).or_else(light).or_else(uncertain)
}

/// The effect of a word that may be a noun, where it is the verb of what follows. At the head of a sentence it is none when
/// something that is looked at follows, as in "Order status", unless it looks itself: "Check status".
fn uncertain(word: Term, rest: &[Term], is_head: bool, before_object: bool) -> Option<Effect> {
    let effect = word.effect(Role::Both)?;
    let names_a_fact = rest.first().is_some_and(Term::is_looked_at);
    let is_verb = before_object || is_head && (effect == Effect::Read || !names_a_fact);
    is_verb.then(|| match is_free(word, rest) {
        true => Effect::Write,
        false => effect,
    })
}

fn push(evidence: &mut Vec<Evidence>, effect: Effect, source: Source) {
    evidence.push(Evidence { effect, source });
}

//! The table of words by which effects are judged, and how words are found in it.
//!
//! Decides which roles a word or phrase of up to three words can play and in which inflection it stands. What follows from
//! the words around it is decided by `phrase`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::kind::Effect;

const TABLE: &str = include_str!("../../data/effects.tsv");

/// The most words of one row.
const PHRASE_LIMIT: usize = 3;

/// What a word can be in a tool's name, description or argument names. The table's header explains each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Verb,
    Both,
    Light,
    Deed,
    Fact,
    Paper,
    Booking,
    Object,
    Handoff,
    Desk,
    Holder,
    Prose,
    Joint,
    Filler,
    Stop,
    Determiner,
    Sum,
    Minor,
    Party,
    Content,
    Instrument,
    Personal,
    Whose,
    Public,
}

impl Role {
    const NAMES: [(&'static str, Self); 24] = [
        ("verb", Self::Verb),
        ("both", Self::Both),
        ("light", Self::Light),
        ("deed", Self::Deed),
        ("fact", Self::Fact),
        ("paper", Self::Paper),
        ("booking", Self::Booking),
        ("object", Self::Object),
        ("handoff", Self::Handoff),
        ("desk", Self::Desk),
        ("holder", Self::Holder),
        ("prose", Self::Prose),
        ("joint", Self::Joint),
        ("filler", Self::Filler),
        ("stop", Self::Stop),
        ("determiner", Self::Determiner),
        ("sum", Self::Sum),
        ("minor", Self::Minor),
        ("party", Self::Party),
        ("content", Self::Content),
        ("instrument", Self::Instrument),
        ("personal", Self::Personal),
        ("whose", Self::Whose),
        ("public", Self::Public),
    ];

    fn named(name: &str) -> Option<Self> {
        let row = Self::NAMES.iter().find(|(known, _)| *known == name)?;
        Some(row.1)
    }
}

/// One row of the table without its word.
#[derive(Debug, Clone, Copy)]
struct Sense {
    role: Role,
    effect: Option<Effect>,
}

/// How a word of the table is inflected where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it stands in the table.
    Base,
    /// With an s: a third person or a plural.
    S,
    /// With -ing.
    Ing,
}

/// A word or phrase of a text with what the table says of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    senses: &'static [Sense],
    pub(super) form: Form,
    /// How many words of the text it covers.
    pub(super) width: usize,
}

impl Term {
    /// Whether it can play a role.
    pub(super) fn is(&self, role: Role) -> bool {
        self.senses.iter().any(|sense| sense.role == role)
    }

    /// Whether it names something that is looked at: a fact or a paper.
    pub(super) fn is_looked_at(&self) -> bool {
        self.is(Role::Fact) || self.is(Role::Paper)
    }

    /// The effect that it has in a role.
    pub(super) fn effect(&self, role: Role) -> Option<Effect> {
        let sense = self.senses.iter().find(|sense| sense.role == role)?;
        sense.effect
    }
}

static LEXICON: LazyLock<HashMap<&'static str, Vec<Sense>>> = LazyLock::new(|| {
    let mut lexicon: HashMap<&str, Vec<Sense>> = HashMap::new();
    for (word, sense) in rows() {
        lexicon.entry(word).or_default().push(sense);
    }
    lexicon
});

fn rows() -> impl Iterator<Item = (&'static str, Sense)> {
    TABLE.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        let role = Role::named(fields.next()?)?;
        let word = fields.next()?;
        let effect = fields.next().and_then(Effect::parse);
        Some((word, Sense { role, effect }))
    })
}

/// The terms of a text in order, longest phrases first; a word that the table does not know is a term without a role.
pub(super) fn terms(words: &[String]) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut at = 0;
    while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
        let term = longest(rest);
        at += term.width;
        terms.push(term);
    }
    terms
}

fn longest(words: &[String]) -> Term {
    (1..=PHRASE_LIMIT.min(words.len()))
        .rev()
        .find_map(|width| find(&words[..width]))
        .unwrap_or(Term {
            senses: &[],
            form: Form::Base,
            width: 1,
        })
}

fn find(words: &[String]) -> Option<Term> {
    let (first, rest) = words.split_first()?;
    let stems = std::iter::once((first.clone(), Form::Base)).chain(stems(first));
    stems.into_iter().find_map(|(stem, form)| {
        let phrase = std::iter::once(stem.as_str())
            .chain(rest.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(" ");
        let senses = LEXICON.get(phrase.as_str())?;
        Some(Term {
            senses,
            form,
            width: words.len(),
        })
    })
}

/// What a word may be an inflection of.
fn stems(word: &str) -> Vec<(String, Form)> {
    let mut stems = Vec::new();
    let mut add = |stem: String, form| {
        if stem.len() > 1 {
            stems.push((stem, form));
        }
    };
    if let Some(stem) = word.strip_suffix("ies") {
        add(format!("{stem}y"), Form::S);
    }
    if let Some(stem) = word.strip_suffix('s') {
        add(stem.to_owned(), Form::S);
    }
    if let Some(stem) = word.strip_suffix("es") {
        add(stem.to_owned(), Form::S);
    }
    if let Some(stem) = word.strip_suffix("ing") {
        add(stem.to_owned(), Form::Ing);
        add(format!("{stem}e"), Form::Ing);
        let doubled = stem.char_indices().next_back();
        if let Some((last, _)) = doubled {
            add(stem[..last].to_owned(), Form::Ing);
        }
    }
    stems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lexicon_row_has_role_and_valid_effect() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 4, "{line}");
            assert!(Role::named(fields[0]).is_some(), "{line}");
            assert!(
                fields[2] == "-" || Effect::parse(fields[2]).is_some(),
                "{line}"
            );
        }
    }

    #[test]
    fn lexicon_verb_has_only_one_effect() {
        let mut verbs: HashMap<&str, Effect> = HashMap::new();
        for (word, sense) in rows().filter(|(_, sense)| sense.role == Role::Verb) {
            let effect = sense.effect.expect("a verb has an effect");
            assert!(verbs.insert(word, effect).is_none(), "{word} stands twice");
        }
    }
}

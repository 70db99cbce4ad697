//! The index of an agent's tools: their words, how telling each word is, and the meaning of their sentences.
//!
//! Decides how well an utterance fits each tool. What follows from the scores is decided by `choose`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use conversimple_wire::ToolSpec;

use crate::verb::{Intent, asks_advice, deed_of, deed_of_name, wish_of};
use crate::words::{Word, identifier_words, limited, stem, stems, weight, words};

/// The tools of an agent, prepared for being asked for.
#[derive(Debug)]
pub struct Index {
    pub(crate) tools: Vec<Tool>,
    phrases: Vec<String>,
    meanings: Vec<Vec<f32>>,
    /// In how many tools a stem stands.
    frequency: BTreeMap<String, u32>,
    vocabulary: Arc<BTreeSet<String>>,
}

/// One tool with its words.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) spec: ToolSpec,
    /// Stem → how strongly it stands for the tool, 0 to 1.
    bag: BTreeMap<String, f32>,
    name: Vec<(String, f32)>,
    head: Vec<(String, f32)>,
    examples: Vec<Vec<(String, f32)>>,
    plain_examples: Vec<Vec<(String, f32)>>,
    deed: Option<Intent>,
    /// Takes one free text to look for.
    searches: bool,
    /// Which of the index's phrases are this tool's.
    phrases: std::ops::Range<usize>,
}

/// How an utterance fits a tool. Each is 0 to 1, or about that.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fit {
    /// How much of the utterance the tool's words cover.
    pub(crate) coverage: f32,
    /// The same, counting only words that tell something by themselves.
    pub(crate) strict: f32,
    /// How much of the tool's name was said.
    pub(crate) name: f32,
    /// How much of the description's first sentence was said.
    pub(crate) head: f32,
    /// The nearest example, by words.
    pub(crate) example: f32,
    /// Whether the first telling word is the tool's: what is asked for mostly stands first.
    pub(crate) first: f32,
    /// Likeness by telling words within this set of tools.
    pub(crate) tfidf: f32,
    /// The utterance and the tool name the same sort of deed.
    pub(crate) same_deed: f32,
    /// Something is looked for, and the tool looks for whatever it is given.
    pub(crate) search: f32,
    /// The utterance asks for advice or reasons, which tools seldom give.
    pub(crate) advice: f32,
    /// They name sorts that exclude each other.
    pub(crate) other_deed: f32,
    /// The nearest phrase, by meaning. 0 without meaning.
    pub(crate) meaning: f32,
}

/// Most words of a tool's declaration that are looked at, in bytes of text.
const DESCRIPTION_LIMIT_BYTES: usize = 1_500;
const EXAMPLES_LIMIT: usize = 24;

/// Most words of an agent that are listened for. A recogniser that expects every word expects none.
const VOCABULARY_LIMIT: usize = 1_000;

impl Index {
    /// Prepares a set of tools. Internal tools are left out: nothing that a caller says can reach them.
    pub fn new(tools: &[ToolSpec]) -> Self {
        let mut phrases = Vec::new();
        let mut out = Vec::new();
        let mut frequency = BTreeMap::new();
        let mut vocabulary = BTreeSet::new();
        for spec in tools
            .iter()
            .filter(|spec| !spec.internal())
            .take(ToolSpec::COUNT_LIMIT)
        {
            let tool = Tool::new(spec, &mut phrases);
            for key in tool.bag.keys() {
                *frequency.entry(key.clone()).or_default() += 1;
            }
            for text in spoken_texts(spec) {
                add_telling(&text, &mut vocabulary);
            }
            out.push(tool);
        }
        Self {
            tools: out,
            phrases,
            meanings: Vec::new(),
            frequency,
            vocabulary: Arc::new(vocabulary),
        }
    }

    /// The texts whose meaning the index wants to know, in a fixed order.
    pub fn phrases(&self) -> Vec<String> {
        self.phrases.clone()
    }

    /// Adds the meanings of [`Index::phrases`], in their order: 384 numbers of length 1 each. A list of another
    /// length is ignored, and the words alone decide.
    #[must_use]
    pub fn with_meaning(mut self, embeddings: Vec<Vec<f32>>) -> Self {
        if embeddings.len() == self.phrases.len() {
            self.meanings = embeddings;
        }
        self
    }

    /// The telling words of the tools, in lower case: what a caller is likely to say.
    pub(crate) fn vocabulary(&self) -> &Arc<BTreeSet<String>> {
        &self.vocabulary
    }

    pub(crate) fn has_meaning(&self) -> bool {
        !self.meanings.is_empty()
    }

    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.tools.iter().position(|tool| tool.spec.name == name)
    }

    /// How an utterance fits each tool, in the order of the tools.
    pub(crate) fn fits(&self, text: &str, meaning: Option<&[f32]>) -> Vec<Fit> {
        let heard = Said::new(text);
        let deed = wish_of(text);
        let advice = asks_advice(text);
        let likeness = |at: usize| match (meaning, self.meanings.get(at)) {
            (Some(a), Some(b)) => a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>(),
            _ => 0.0,
        };
        self.tools
            .iter()
            .map(|tool| Fit {
                meaning: tool.phrases.clone().map(likeness).fold(0.0, f32::max),
                tfidf: self.tfidf(&heard, tool),
                same_deed: f32::from(u8::from(
                    deed.is_some_and(|deed| !deed.reads() && Some(deed) == tool.deed),
                )),
                advice: f32::from(u8::from(advice)),
                search: f32::from(u8::from(deed == Some(Intent::Search) && tool.searches)),
                other_deed: f32::from(u8::from(
                    matches!((deed, tool.deed), (Some(a), Some(b)) if a.clashes(b)),
                )),
                ..tool.fit(&heard)
            })
            .collect()
    }

    fn rarity(&self, stem: &str) -> f32 {
        let count = self.tools.len() as f32;
        let frequency = self.frequency.get(stem).copied().unwrap_or(0) as f32;
        ((count + 1.0) / (frequency + 0.5)).ln().max(0.05)
    }

    fn tfidf(&self, heard: &Said, tool: &Tool) -> f32 {
        let mut both = 0.0;
        let mut all = 0.0;
        for (stem, weight) in &heard.stems {
            let value = weight * self.rarity(stem);
            all += value * value;
            if let Some(strength) = tool.bag.get(stem) {
                both += value * value * strength;
            }
        }
        if all > 0.0 { both / all } else { 0.0 }
    }
}

/// An utterance, as the index looks at it.
struct Said {
    stems: Vec<(String, f32)>,
    plain: Vec<(String, f32)>,
}

impl Said {
    fn new(text: &str) -> Self {
        let list = words(text);
        let mut stems = stems(text);
        for (stem, weight) in &mut stems {
            if crate::number::currency_word(stem).is_some() {
                *stem = crate::words::stem("currency");
                *weight = 0.5;
            }
            if is_value(stem, &list) {
                *weight *= 0.25;
            }
        }
        stems.truncate(200);
        Self {
            stems,
            plain: plain_words(text),
        }
    }
}

/// Numbers, ids and names are what a tool is given, not what it is called.
fn is_value(stem_of: &str, list: &[Word]) -> bool {
    if stem_of.chars().any(|c| c.is_ascii_digit()) || crate::number::small(stem_of).is_some() {
        return true;
    }
    list.iter()
        .any(|word| word.capital && !word.initial && stem(&word.lower) == stem_of)
}

impl Tool {
    fn new(spec: &ToolSpec, phrases: &mut Vec<String>) -> Self {
        let name_words = identifier_words(limited(&spec.name, 200));
        let name: Vec<(String, f32)> = weighted(name_words.iter().map(String::as_str));
        let description = limited(&spec.description, DESCRIPTION_LIMIT_BYTES);
        let head_text = first_sentence(description);
        let head = stems(head_text);
        let mut bag = BTreeMap::new();
        let mut add = |list: &[(String, f32)], strength: f32| {
            for (stem, _) in list {
                let entry: &mut f32 = bag.entry(stem.clone()).or_default();
                *entry = entry.max(strength);
            }
        };
        add(&name, 1.0);
        add(&joined(&name_words), 1.0);
        add(&head, 1.0);
        add(&stems(description), 0.8);
        for argument in spec.arguments().take(60) {
            add(
                &weighted(
                    identifier_words(limited(argument.name, 100))
                        .iter()
                        .map(String::as_str),
                ),
                0.8,
            );
            if let Some(text) = argument
                .schema
                .get("description")
                .and_then(serde_json::Value::as_str)
            {
                add(&stems(limited(text, 400)), 0.6);
            }
            for value in crate::shape::choices(argument.schema)
                .unwrap_or_default()
                .iter()
                .take(60)
            {
                add(&stems(value.as_str().unwrap_or_default()), 0.7);
            }
        }
        let sentences: Vec<&str> = spec
            .examples()
            .into_iter()
            .take(EXAMPLES_LIMIT)
            .map(|text| limited(text, 300))
            .collect();
        let examples: Vec<_> = sentences.iter().map(|text| stems(text)).collect();
        for example in &examples {
            add(example, 0.9);
        }
        let from = phrases.len();
        phrases.push(format!("{}: {}", name_words.join(" "), head_text));
        if !head_text.is_empty() {
            phrases.push(head_text.to_owned());
        }
        phrases.extend(sentences.iter().map(|text| (*text).to_owned()));
        Self {
            spec: spec.clone(),
            bag,
            name,
            head,
            examples,
            plain_examples: sentences.iter().map(|text| plain_words(text)).collect(),
            searches: searches(spec),
            deed: deed_of(head_text).or_else(|| deed_of_name(&name_words)),
            phrases: from..phrases.len(),
        }
    }

    fn fit(&self, heard: &Said) -> Fit {
        let covered = |floor: f32| {
            let telling = heard.stems.iter().filter(|(_, weight)| *weight >= floor);
            let (mut both, mut all) = (0.0, 0.0);
            for (stem, weight) in telling {
                all += weight;
                both += weight * self.bag.get(stem).copied().unwrap_or(0.0);
            }
            if all > 0.0 { both / all } else { 0.0 }
        };
        Fit {
            coverage: covered(0.0),
            strict: covered(0.9),
            first: heard
                .stems
                .iter()
                .find(|(_, weight)| *weight >= 0.9)
                .and_then(|(stem, _)| self.bag.get(stem))
                .copied()
                .unwrap_or(0.0),
            name: share(&self.name, heard),
            head: share(&self.head, heard),
            example: self.example(heard),
            ..Fit::default()
        }
    }
}

impl Tool {
    /// The nearest example. A sentence of nothing but small words ("how much do I have") must be nearly the same.
    fn example(&self, heard: &Said) -> f32 {
        let nearest = |examples: &[Vec<(String, f32)>], said: &[(String, f32)]| {
            examples
                .iter()
                .map(|example| cosine(example, said))
                .fold(0.0, f32::max)
        };
        if !heard.stems.is_empty() {
            return nearest(&self.examples, &heard.stems);
        }
        let near = nearest(&self.plain_examples, &heard.plain);
        if near >= 0.9 { near } else { 0.0 }
    }
}

/// All words of a text, each counting the same.
fn plain_words(text: &str) -> Vec<(String, f32)> {
    words(text)
        .into_iter()
        .take(30)
        .map(|word| (word.lower, 1.0))
        .collect()
}

/// What stands in a declaration and may come out of a caller's mouth.
fn spoken_texts(spec: &ToolSpec) -> Vec<String> {
    let mut texts = vec![
        identifier_words(limited(&spec.name, 200)).join(" "),
        limited(&spec.description, DESCRIPTION_LIMIT_BYTES).to_owned(),
    ];
    let examples = spec.examples().into_iter().take(EXAMPLES_LIMIT);
    texts.extend(examples.map(|text| limited(text, 300).to_owned()));
    for argument in spec.arguments().take(60) {
        texts.push(identifier_words(limited(argument.name, 100)).join(" "));
        let choices = crate::shape::choices(argument.schema).unwrap_or_default();
        texts.extend(
            choices
                .iter()
                .take(60)
                .filter_map(|value| Some(limited(value.as_str()?, 100).to_owned())),
        );
    }
    texts
}

/// Adds the words of a text that tell something by themselves; small words are heard well enough without help.
pub(crate) fn add_telling(text: &str, vocabulary: &mut BTreeSet<String>) {
    for word in words(text) {
        let is_word =
            word.lower.chars().count() >= 3 && word.lower.chars().all(char::is_alphabetic);
        if is_word && weight(&word.lower) >= 1.0 && vocabulary.len() < VOCABULARY_LIMIT {
            vocabulary.insert(word.lower);
        }
    }
}

/// Whether the one thing that a tool must be given is the text to look for.
fn searches(spec: &ToolSpec) -> bool {
    let mut required = spec.arguments().filter(|argument| argument.required);
    let (Some(only), None) = (required.next(), required.next()) else {
        return false;
    };
    crate::shape::shape(&only) == crate::shape::Shape::Query
}

/// How much of a list of stems was said.
fn share(list: &[(String, f32)], heard: &Said) -> f32 {
    let all: f32 = list.iter().map(|(_, weight)| weight).sum();
    let said = list
        .iter()
        .filter(|(stem, _)| heard.stems.iter().any(|(other, _)| other == stem));
    let both: f32 = said.map(|(_, weight)| weight).sum();
    if all > 0.0 { both / all } else { 0.0 }
}

fn cosine(a: &[(String, f32)], b: &[(String, f32)]) -> f32 {
    let norm = |list: &[(String, f32)]| {
        list.iter()
            .map(|(_, weight)| weight * weight)
            .sum::<f32>()
            .sqrt()
    };
    let dot: f32 = a
        .iter()
        .map(|(stem, weight)| {
            b.iter()
                .find(|(other, _)| other == stem)
                .map_or(0.0, |(_, other)| weight * other)
        })
        .sum();
    let all = norm(a) * norm(b);
    if all > 0.0 { (dot / all).min(1.0) } else { 0.0 }
}

fn weighted<'a>(list: impl Iterator<Item = &'a str>) -> Vec<(String, f32)> {
    list.filter_map(|word| {
        let weight = weight(word);
        (weight > 0.0).then(|| (stem(word), weight))
    })
    .collect()
}

/// `log_in` and `sign_out` as one word, the way the caller's words are read.
fn joined(name: &[String]) -> Vec<(String, f32)> {
    stems(&name.join(" "))
}

/// A description's first sentence.
pub(crate) fn first_sentence(description: &str) -> &str {
    let text = description.trim();
    let end = text
        .match_indices(['.', '\n', ';'])
        .find(|(at, sign)| {
            *sign == "\n" || text[at + 1..].starts_with(char::is_whitespace) || at + 1 == text.len()
        })
        .map_or(text.len(), |(at, _)| at);
    limited(text[..end].trim(), 300)
}

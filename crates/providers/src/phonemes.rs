//! How words sound: the phonemes of a sentence, in the symbols that the voice was trained on.
//!
//! Known words and their stress in a sentence come from misaki; names and unknown words from [`unknown`]. Numbers must already be words.

mod arpabet;
mod network;
mod unknown;

use std::sync::LazyLock;

use misaki_rs::{G2P, Language};

use crate::ProviderError;
use crate::runtime::Runtime;

use unknown::UnknownWords;

/// Text to phonemes; about 100 MB, most of it misaki's lexicon and tagger.
pub(crate) struct Phonemes {
    g2p: G2P,
}

impl Phonemes {
    /// Loads the lexicons; a quarter of a second.
    ///
    /// # Errors
    /// [`ProviderError::Model`] when the dictionary of names is missing or damaged.
    pub(crate) fn load(runtime: &Runtime) -> Result<Self, ProviderError> {
        let unknown = UnknownWords::load(runtime)?;
        Ok(Self {
            g2p: G2P::with_fallback(Language::EnglishUS, Some(Box::new(unknown))),
        })
    }

    /// The phonemes of spoken words, in the voice's symbols; words of which nothing is known are left out.
    pub(crate) fn of(&self, words: &str) -> String {
        match self.g2p.g2p(words) {
            Ok((phonemes, _)) => voice_symbols(&phonemes),
            Err(_) => String::new(),
        }
    }
}

/// Misaki writes each diphthong and affricate as one letter and marks no length; the voice knows espeak's way.
fn voice_symbols(phonemes: &str) -> String {
    phonemes
        .split(' ')
        .map(word_symbols)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The rows of `data/voice_symbols.tsv`.
static WRITTEN: LazyLock<Vec<(char, &'static str)>> = LazyLock::new(|| {
    let rows = include_str!("../data/voice_symbols.tsv")
        .lines()
        .filter(|row| !row.starts_with('#'));
    let cells = rows.filter_map(|row| row.split_once('\t'));
    cells
        .filter_map(|(symbol, written)| Some((symbol.chars().next()?, written)))
        .collect()
});

fn word_symbols(word: &str) -> String {
    let sounds: Vec<char> = word.chars().collect();
    let vowels = sounds.iter().filter(|&&sound| is_vowel(sound)).count();
    let mut out = String::with_capacity(word.len() + 4);
    for (at, &sound) in sounds.iter().enumerate() {
        let place = Place {
            sounds: &sounds,
            at,
            vowels,
        };
        let written = place.vowel().or_else(|| place.consonant());
        let anywhere = || {
            WRITTEN
                .iter()
                .find(|(symbol, _)| *symbol == sound)
                .map(|(_, written)| *written)
        };
        match written.or_else(anywhere) {
            Some(written) => out.push_str(written),
            None => out.push(sound),
        }
    }
    out
}

/// A sound in its word.
struct Place<'a> {
    sounds: &'a [char],
    at: usize,
    /// How many vowels the word has.
    vowels: usize,
}

impl Place<'_> {
    fn before(&self) -> Option<char> {
        self.sounds.get(self.at.checked_sub(1)?).copied()
    }

    fn after(&self) -> Option<char> {
        self.sounds.get(self.at + 1).copied()
    }

    /// How a vowel or a stress is written here, where its neighbours decide.
    fn vowel(&self) -> Option<&'static str> {
        let (before, after) = (self.before(), self.after());
        let is_stressed = matches!(before, Some('ˈ' | 'ˌ'));
        match self.sounds[self.at] {
            'i' if is_stressed || self.vowels == 1 => Some("iː"),
            'ɔ' if after == Some('ɹ') && is_stressed => Some("oː"),
            'ɔ' if after == Some('ŋ') => Some("ɔ"),
            'ə' if after == Some('ɹ') => Some("ɚ"),
            'ə' if before.is_none() && after.is_some() => Some("ɐ"),
            // Little words are said without stress: "your" with it was heard as "year" (2026-11-23).
            'ˌ' if self.vowels == 1 => Some(""),
            _ => None,
        }
    }

    /// How a consonant is written here, where its neighbours decide.
    fn consonant(&self) -> Option<&'static str> {
        let (before, after) = (self.before(), self.after());
        match self.sounds[self.at] {
            // What was coloured by it is written with it, and it is heard by itself only before a vowel.
            'ɹ' if matches!(before, Some('ə' | 'ɜ')) && !after.is_some_and(is_vowel_or_stress) => {
                Some("")
            }
            't' if after == Some('n') && self.at + 2 == self.sounds.len() && before.is_some() => {
                Some("ʔ")
            }
            'n' if before == Some('t') && after.is_none() && self.at > 1 => Some("n\u{329}"),
            _ => None,
        }
    }
}

fn is_vowel(sound: char) -> bool {
    "AIOWYaeiouæɐɑɒɔəɛɜɪʊʌᵊᵻ".contains(sound)
}

fn is_vowel_or_stress(sound: char) -> bool {
    is_vowel(sound) || sound == 'ˈ' || sound == 'ˌ'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phonemes_are_converted_to_voice_symbols() {
        let check = |misaki: &str, expected: &str| assert_eq!(voice_symbols(misaki), expected);
        check("ʧˈɛkɪŋ əkˈWnt", "tʃˈɛkɪŋ ɐkˈaʊnt");
        check("jʊɹ pˈæswˌɜɹd.", "jʊɹ pˈæswˌɜːd.");
        check("dˈɑləɹz", "dˈɑːlɚz");
        check("mˈɔɹ ɔɹ", "mˈoːɹ ɔːɹ");
        check("plˈiz mi hˈæpi", "plˈiːz miː hˈæpi");
        check("jˌʊɹ wˌɪʧ ˌɪntəɹnˈæʃənᵊl", "jʊɹ wɪtʃ ˌɪntɚnˈæʃənəl");
        check("bˈʌtn lˈɪTᵊl", "bˈʌʔn̩ lˈɪɾəl");
        check("tədˈA, nˈIn", "tədˈeɪ, nˈaɪn");
        check("hˈɜɹi", "hˈɜːɹi");
        check("", "");
    }
}

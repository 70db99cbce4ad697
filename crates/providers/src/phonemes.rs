//! How words sound: the phonemes of a sentence, in the symbols that the voice was trained on.
//!
//! Known words and their stress in a sentence come from misaki; names and unknown words from [`unknown`]. Numbers must already be words.

mod arpabet;
mod network;
mod unknown;

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

fn word_symbols(word: &str) -> String {
    let sounds: Vec<char> = word.chars().collect();
    let vowels = sounds.iter().filter(|&&sound| is_vowel(sound)).count();
    let mut out = String::with_capacity(word.len() + 4);
    for (at, &sound) in sounds.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| sounds[at]);
        let after = sounds.get(at + 1).copied();
        let is_stressed = matches!(before, Some('ˈ' | 'ˌ'));
        let later = sounds.get(at + 2).copied();
        match sound {
            'A' => out.push_str("eɪ"),
            'I' => out.push_str("aɪ"),
            'O' => out.push_str("oʊ"),
            'W' => out.push_str("aʊ"),
            'Y' => out.push_str("ɔɪ"),
            'ʧ' => out.push_str("tʃ"),
            'ʤ' => out.push_str("dʒ"),
            'T' => out.push('ɾ'),
            'ᵊ' => out.push('ə'),
            'g' => out.push('ɡ'),
            'r' => out.push('ɹ'),
            'i' if is_stressed || vowels == 1 => out.push_str("iː"),
            'u' => out.push_str("uː"),
            'ɑ' => out.push_str("ɑː"),
            'ɔ' if after == Some('ɹ') && is_stressed => out.push_str("oː"),
            'ɔ' if after == Some('ŋ') => out.push('ɔ'),
            'ɔ' => out.push_str("ɔː"),
            'ɜ' => out.push_str("ɜː"),
            'ə' if after == Some('ɹ') => out.push('ɚ'),
            'ə' if before.is_none() && after.is_some() => out.push('ɐ'),
            // What was coloured by it is written with it, and it is heard by itself only before a vowel.
            'ɹ' if matches!(before, Some('ə' | 'ɜ')) && !after.is_some_and(is_vowel_or_stress) =>
                {}
            't' if after == Some('n') && later.is_none() && before.is_some() => out.push('ʔ'),
            'n' if before == Some('t') && after.is_none() && at > 1 => out.push_str("n\u{329}"),
            // Little words are said without stress: "your" with it was heard as "year" (2026-11-23).
            'ˌ' if vowels == 1 => {}
            '—' | '–' => out.push(','),
            '“' | '”' | '❓' | '(' | ')' => {}
            _ => out.push(sound),
        }
    }
    out
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

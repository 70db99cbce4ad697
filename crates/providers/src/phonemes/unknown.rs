//! Words that misaki's lexicon does not have, names above all: a few of our own, then the pronouncing dictionary, then a guess.

use misaki_rs::Fallback;
use misaki_rs::fallback::FallbackError;

use crate::ProviderError;
use crate::models;
use crate::runtime::Runtime;

use super::arpabet::to_misaki;
use super::network::Network;

/// What the dictionary lacks or has wrong. "ay" is how [`conversimple_spoken::say`] writes the letter A, which alone is taken for the article.
const OWN: [(&str, &str); 34] = [
    ("ay", "EY1"),
    ("aoife", "IY1 F AH0"),
    ("saoirse", "S ER1 SH AH0"),
    ("niamh", "N IY1 V"),
    ("siobhan", "SH AH0 V AO1 N"),
    ("sinead", "SH IH0 N EY1 D"),
    ("ciaran", "K IH1 R AH0 N"),
    ("eoin", "OW1 IH0 N"),
    ("padraig", "P AA1 D R IH0 G"),
    ("nguyen", "W IH1 N"),
    ("xiao", "SH AW1"),
    ("xu", "SH UW1"),
    ("zhang", "JH AA1 NG"),
    ("zhao", "JH AW1"),
    ("zhou", "JH OW1"),
    ("qin", "CH IH1 N"),
    ("priya", "P R IY1 Y AH0"),
    ("pooja", "P UW1 JH AH0"),
    ("vikram", "V IH1 K R AH0 M"),
    ("rahul", "R AA1 HH UH0 L"),
    ("kavita", "K AH0 V IY1 T AH0"),
    ("wojciech", "V OY1 CH EH0 K"),
    ("agnieszka", "AE0 G N Y EH1 SH K AH0"),
    ("katarzyna", "K AA2 T AH0 ZH IH1 N AH0"),
    ("kowalczyk", "K OW0 V AA1 L CH IH0 K"),
    ("okonkwo", "OW0 K AO1 NG K W OW0"),
    ("chidi", "CH IY1 D IY0"),
    ("ngozi", "EH0 NG G OW1 Z IY0"),
    ("jorge", "HH AO1 R HH EY0"),
    ("joaquin", "HH W AA0 K IY1 N"),
    ("chloe", "K L OW1 IY0"),
    ("login", "L AO1 G IH2 N"),
    ("venmo", "V EH1 N M OW0"),
    ("conversimple", "K AH0 N V ER1 S IH0 M P AH0 L"),
];

pub(super) struct UnknownWords {
    dictionary: Dictionary,
    network: Network,
}

impl UnknownWords {
    pub(super) fn load(runtime: &Runtime) -> Result<Self, ProviderError> {
        let damaged = || ProviderError::inference("letters to sound", "its weights cannot be read");
        Ok(Self {
            dictionary: Dictionary::new(runtime.read(&models::PRONUNCIATIONS)?),
            network: Network::parse(&runtime.read(&models::LETTERS_TO_SOUND)?)
                .ok_or_else(damaged)?,
        })
    }

    fn word(&self, word: &str) -> String {
        if let Some((_, sounds)) = OWN.iter().find(|(own, _)| *own == word) {
            return to_misaki(sounds.split(' '));
        }
        if let Some(sounds) = self.dictionary.find(word) {
            return to_misaki(sounds);
        }
        if let Some(owner) = word.strip_suffix("'s") {
            return possessive(self.word(owner));
        }
        let letters: String = word.chars().filter(char::is_ascii_lowercase).collect();
        if letters.is_empty() {
            return String::new();
        }
        to_misaki(self.network.sounds(&letters).into_iter())
    }
}

impl Fallback for UnknownWords {
    fn phonemize(&self, word: &str) -> Result<String, FallbackError> {
        let parts: Vec<String> = word
            .to_lowercase()
            .split(['-', '_', ' '])
            .map(|part| self.word(part))
            .filter(|sounds| !sounds.is_empty())
            .collect();
        Ok(parts.join(" "))
    }
}

/// The ending after what it follows: "Chris's", "Pat's", "Ann's".
fn possessive(mut sounds: String) -> String {
    let ending = match sounds.chars().last() {
        Some('s' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ') => "ᵻz",
        Some('p' | 't' | 'k' | 'f' | 'θ') => "s",
        _ => "z",
    };
    sounds.push_str(ending);
    sounds
}

/// The pronouncing dictionary as it came, with the places of its lines in order of their words.
struct Dictionary {
    text: String,
    lines: Vec<u32>,
}

impl Dictionary {
    fn new(bytes: Vec<u8>) -> Self {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut lines = Vec::with_capacity(140_000);
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            lines.extend(u32::try_from(start));
            start += line.len();
        }
        let mut dictionary = Self { text, lines };
        let mut lines = std::mem::take(&mut dictionary.lines);
        lines.sort_by(|a, b| dictionary.head(*a).cmp(dictionary.head(*b)));
        lines.shrink_to_fit();
        dictionary.lines = lines;
        dictionary
    }

    fn find(&self, word: &str) -> Option<impl Iterator<Item = &str>> {
        let at = self
            .lines
            .binary_search_by(|line| self.head(*line).cmp(word))
            .ok()?;
        let line = self.text[self.lines[at] as usize..].lines().next()?;
        let (_, sounds) = line.split_once(' ')?;
        Some(sounds.split(" #").next()?.split(' '))
    }

    fn head(&self, line: u32) -> &str {
        let line = &self.text[line as usize..];
        line.split([' ', '\n']).next().unwrap_or(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionary_word_is_found_in_unsorted_lines() {
        let dictionary =
            Dictionary::new(b"b B IY1\na's EY1 Z\na AH0\nto T UW1 # note\nto(2) T AH0\n".to_vec());
        let check = |word: &str, expected: Option<&str>| {
            let found = dictionary
                .find(word)
                .map(|s| s.collect::<Vec<_>>().join(" "));
            assert_eq!(found.as_deref(), expected, "{word}");
        };
        check("a", Some("AH0"));
        check("a's", Some("EY1 Z"));
        check("b", Some("B IY1"));
        check("to", Some("T UW1"));
        check("t", None);
        check("zz", None);
    }

    #[test]
    fn possessive_ending_follows_last_sound() {
        assert_eq!(possessive("pˈæt".into()), "pˈæts");
        assert_eq!(possessive("ˈæn".into()), "ˈænz");
        assert_eq!(possessive("kɹˈɪs".into()), "kɹˈɪsᵻz");
    }

    #[test]
    fn own_dictionary_words_use_only_known_sounds() {
        for (word, sounds) in OWN {
            let count = sounds.split(' ').count();
            let heard = to_misaki(sounds.split(' '))
                .chars()
                .filter(|c| !"ˈˌ".contains(*c))
                .count();
            assert!(heard >= count, "{word}");
        }
    }
}

//! The rows of `data/names.tsv`: how they are read and which of them a name matches.
//!
//! Decides the order of precedence between rows. A row that cannot be read is left out; a test reads every row.

use std::collections::HashSet;

use super::meaning::Meaning;

/// The shortest word that a name in one word is cut into; shorter ones stand in too many words by chance.
const GLUED_LETTERS: usize = 3;
/// The longest word of a name that is looked at for words inside, in bytes.
const GLUED_BYTES: usize = 40;

/// What the table says of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Meaning(Meaning),
    Nothing,
}

/// One row with words to match.
struct Row {
    says: Found,
    /// Each place of the pattern with its alternatives.
    places: Vec<Vec<&'static str>>,
    first: bool,
    last: bool,
}

/// All rows, ready to match.
pub(super) struct Table {
    rows: Vec<Row>,
    about: HashSet<&'static str>,
    parts: HashSet<&'static str>,
    places: HashSet<&'static str>,
    flags: HashSet<&'static str>,
    vocabulary: HashSet<&'static str>,
    /// The two first letters of words without which no row with a meaning matches.
    starts: Vec<bool>,
}

impl Table {
    pub(super) fn parse(text: &'static str) -> Self {
        let mut table = Self {
            rows: Vec::new(),
            about: HashSet::new(),
            parts: HashSet::new(),
            places: HashSet::new(),
            flags: HashSet::new(),
            vocabulary: HashSet::new(),
            starts: vec![false; 1 << 16],
        };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            table.add(line);
        }
        table
    }

    /// Takes in a row; false when it cannot be read.
    pub(super) fn add(&mut self, line: &'static str) -> bool {
        let mut columns = line.split('\t');
        let (Some(meaning), Some(words), Some(note), None) = (
            columns.next(),
            columns.next(),
            columns.next(),
            columns.next(),
        ) else {
            return false;
        };
        if words.is_empty() || note.is_empty() {
            return false;
        }
        match meaning {
            "about" => self.about.insert(words),
            "part" => self.parts.insert(words),
            "place" => self.places.insert(words),
            "flag" => self.flags.insert(words),
            "owner" => true,
            "nothing" => self.add_row(Found::Nothing, words),
            name => match Meaning::NAMES.iter().find(|(known, _)| *known == name) {
                Some((_, meaning)) => self.add_row(Found::Meaning(*meaning), words),
                None => return false,
            },
        };
        let plain = words.trim_start_matches('^').trim_end_matches('$');
        self.vocabulary.extend(plain.split([' ', '|']));
        true
    }

    fn add_row(&mut self, says: Found, words: &'static str) -> bool {
        let first = words.starts_with('^');
        let last = words.ends_with('$');
        let plain = words.trim_start_matches('^').trim_end_matches('$');
        let places: Vec<Vec<&str>> = plain
            .split(' ')
            .map(|place| place.split('|').collect())
            .collect();
        if says != Found::Nothing {
            for word in &places[0] {
                self.starts[start_of(word.as_bytes())] = true;
            }
        }
        self.rows.push(Row {
            says,
            places,
            first,
            last,
        });
        true
    }

    /// Whether the name has the first letters of any word that matters: most have not, and are done with.
    pub(super) fn may_match(&self, name: &str) -> bool {
        name.as_bytes()
            .windows(2)
            .any(|pair| pair[0] >= 128 || self.starts[start_of(pair)])
    }

    /// Cuts words that are several known words in one: "userpassword".
    pub(super) fn cut_glued(&self, words: Vec<String>) -> Vec<String> {
        let glued = |word: &String| {
            word.len() <= GLUED_BYTES && word.len() >= 2 * GLUED_LETTERS && !self.knows(word)
        };
        if !words.iter().any(glued) {
            return words;
        }
        words
            .into_iter()
            .flat_map(|word| match glued(&word) {
                true => self.pieces(&word).unwrap_or_else(|| vec![word]),
                false => vec![word],
            })
            .collect()
    }

    fn knows(&self, word: &str) -> bool {
        self.vocabulary.contains(word) || self.vocabulary.contains(singular(word))
    }

    /// The fewest known words that make up `word`.
    fn pieces(&self, word: &str) -> Option<Vec<String>> {
        let mut best: Vec<Option<Vec<&str>>> = vec![None; word.len() + 1];
        best[0] = Some(Vec::new());
        for end in GLUED_LETTERS..=word.len() {
            for start in 0..=end - GLUED_LETTERS {
                let (Some(before), Some(piece)) = (&best[start], word.get(start..end)) else {
                    continue;
                };
                let fewer = best[end]
                    .as_ref()
                    .is_none_or(|found| found.len() > before.len() + 1);
                if fewer && self.knows(piece) {
                    best[end] = Some([before.as_slice(), &[piece]].concat());
                }
            }
        }
        let pieces = best.pop()??;
        Some(pieces.into_iter().map(str::to_owned).collect())
    }

    /// What the words of a name mean together.
    pub(super) fn look_up(&self, words: &[String]) -> Found {
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return Found::Nothing;
        };
        if words.len() > 1 && self.flags.contains(first.as_str()) {
            return Found::Nothing;
        }
        let mut best: Option<(bool, usize, Found)> = None;
        for row in &self.rows {
            let Some(reaches) = row.matches(words) else {
                continue;
            };
            let rank = (reaches, row.places.len());
            if best.is_none_or(|(reached, len, _)| rank > (reached, len)) {
                best = Some((reaches, row.places.len(), row.says));
            }
        }
        match best {
            Some((reaches, len, says)) if words.len() > 1 && !(reaches && len > 1) => {
                // `password_hash` is a hash, but `tax_id` is the id that a row names.
                if self.is_about(last, says) {
                    Found::Nothing
                } else {
                    says
                }
            }
            Some((_, _, says)) => says,
            None => Found::Nothing,
        }
    }

    /// A last word that makes a name speak about the thing, or about a message.
    pub(super) fn is_part(&self, word: &str) -> bool {
        [word, singular(word)]
            .iter()
            .any(|word| self.parts.contains(word) || self.about.contains(word))
    }

    /// A word of descriptions of postal addresses.
    pub(super) fn is_place(&self, word: &str) -> bool {
        self.places.contains(word)
    }

    /// Whether `last` makes a name speak about the thing that `says` names.
    fn is_about(&self, last: &str, says: Found) -> bool {
        let is_secret = matches!(says, Found::Meaning(meaning) if meaning.secret().is_some());
        let among = |list: &HashSet<&str>| list.contains(last) || list.contains(singular(last));
        among(&self.about) || !is_secret && among(&self.parts)
    }
}

impl Row {
    /// Whether the row matches, and if so whether up to the last word.
    fn matches(&self, words: &[String]) -> Option<bool> {
        let span = words.len().checked_sub(self.places.len())?;
        let fits = |from: usize| {
            let mut pairs = self.places.iter().zip(&words[from..]);
            pairs.all(|(place, word)| place.iter().any(|known| same(word, known)))
        };
        let from = if self.last { span } else { 0 };
        let to = if self.first { 0 } else { span };
        (from..=to).rev().find(|at| fits(*at)).map(|at| at == span)
    }
}

/// Whether a word of a name is a word of a row: as it is, with a plural's s, or with a number behind it (`password2`).
fn same(word: &str, known: &str) -> bool {
    let Some(rest) = word.strip_prefix(known) else {
        return false;
    };
    rest.is_empty()
        || rest == "s"
        || known.len() > 2 && rest.len() <= 2 && rest.bytes().all(|b| b.is_ascii_digit())
}

fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(one) if one.len() > 2 && !one.ends_with('s') => one,
        _ => word,
    }
}

/// Two letters without their case, as one number.
fn start_of(letters: &[u8]) -> usize {
    let letter = |at: usize| usize::from(letters.get(at).copied().unwrap_or(b' ') | 0x20);
    letter(0) << 8 | letter(1)
}

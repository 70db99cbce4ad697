//! Sets of words that the grammar of the mask looks for beside a secret and its name.
//!
//! Decides nothing: the words stand in `data/phrases.tsv`, and the detectors say what a neighbour means.

use std::sync::LazyLock;

use super::data::rows;

macro_rules! sets {
    ($($name:ident)*) => {
        /// A set of words, by its name in the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Words { $($name),* }

        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

sets! {
    Owners Determiners Prepositions
    SocialOther PhoneOther PenFollowers Memorised ValidThru AfterEnding LastDigits CardCodes SecurityCodes PinHeard PassCodes RunsOut OfWhat Whom TaxIds Numbering Where Printed BackOf ContactNos CodeNumbers WhoseNumber OnOfFor ItsCode ExtensionIs MonthOf DateParts IsSaid SentTo KeyNames AuthHeaders Believes Whose SignNouns Changes Places PinOwners AtOn Reads Three Four CodeDigits OnFile Asks Answers Per Sends PhonePlaces NamesAfter OnFrom Extensions BeforeYear Counted Things WhichOne CvvTwo Exclaims Articles ForLike HarmlessKeys KeyNouns People Schemes Spelling Capitals NoValues Types Sets Its ToAsFrom Said Hums ForWhat Chose BetweenName Softens HoldOn Technical Users PassCode Capital Uttered Marks DoubtfulSigns
}

static SETS: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
    let mut sets = vec![Vec::new(); NAMES.len()];
    for [name, words, _] in rows(include_str!("../data/phrases.tsv")) {
        if let Some(set) = NAMES.iter().position(|known| *known == name) {
            sets[set].extend(words.split(' '));
        }
    }
    sets
});

impl Words {
    /// Whether `word` is in the set. Case of ASCII letters does not matter.
    pub(super) fn has(self, word: &str) -> bool {
        self.list()
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
    }

    /// The words of the set.
    pub(super) fn list(self) -> &'static [&'static str] {
        &SETS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_belongs_to_a_set_and_every_set_has_words() {
        for [name, words, note] in rows(include_str!("../data/phrases.tsv")) {
            assert!(
                NAMES.contains(&name) && !words.is_empty() && !note.is_empty(),
                "{name}"
            );
        }
        assert!(SETS.iter().all(|set| !set.is_empty()));
    }
}

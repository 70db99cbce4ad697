//! Sets of words that the grammar of the mask looks for beside a secret and its name.
//!
//! Decides nothing: the words stand in `data/phrases.tsv`, and the detectors say what a neighbour means.

use super::data::rows;

macro_rules! sets {
    ($($name:ident)*) => {
        /// A set of words, by its name in the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Words { $($name),* }

        const NAMES: &[&str] = &[$(stringify!($name)),*];
        const ALL: &[Words] = &[$(Words::$name),*];
        const _: () = assert!(ALL.len() <= 128);
    };
}

sets! {
    AndTens Directions Personal Banks Between DateLinks Ordinals OrdinalEnds Dwellings Streets StreetsFirst
    Owners Determiners Prepositions
    SocialOther PhoneOther PenFollowers Memorised ValidThru AfterEnding LastDigits CardCodes SecurityCodes PinHeard PassCodes RunsOut OfWhat Whom TaxIds Numbering Where Printed BackOf ContactNos CodeNumbers WhoseNumber OnOfFor ItsCode ExtensionIs MonthOf DateParts IsSaid SentTo KeyNames AuthHeaders Believes Whose SignNouns Changes Places PinOwners AtOn Reads Three Four CodeDigits OnFile Asks Answers Per Sends PhonePlaces NamesAfter OnFrom Extensions BeforeYear Counted Things WhichOne CvvTwo Exclaims Articles ForLike HarmlessKeys KeyNouns People Schemes Spelling Capitals NoValues Types Sets Its ToAsFrom Said Hums ForWhat Chose BetweenName Softens HoldOn Technical Users PassCode Capital Uttered Marks DoubtfulSigns
}

impl Words {
    /// The set as a bit: there are fewer sets than bits.
    #[inline]
    pub(super) const fn bit(self) -> u128 {
        1 << self as u32
    }
}

/// Every word of every set.
pub(super) fn sets() -> impl Iterator<Item = (Words, &'static str)> {
    rows(include_str!("../data/phrases.tsv"))
        .filter_map(|[name, words, _]| {
            let at = NAMES.iter().position(|known| *known == name)?;
            Some((ALL[at], words))
        })
        .flat_map(|(set, words)| words.split(' ').map(move |word| (set, word)))
        .chain(names().map(|word| (Words::Personal, word)))
}

/// The first words of the names of what is personal.
fn names() -> impl Iterator<Item = &'static str> {
    rows(include_str!("../data/personal.tsv"))
        .filter_map(|[_, words, _, _]: [&'static str; 4]| words.split(' ').next())
        .flat_map(|word| word.split('|'))
        .filter(|word| word.len() <= 16)
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
        for set in ALL {
            assert!(sets().any(|(found, _)| found == *set), "{set:?}");
        }
        assert!(sets().all(|(set, word)| word.len() <= 16 && set.has(word)));
    }
}

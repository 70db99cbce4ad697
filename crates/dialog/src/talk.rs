//! Recognises what people say that is no request: yes and no, thanks, hello, "say that again", "never mind", small talk.
//!
//! It recognises whole utterances only: "thanks, and what is my balance" is a request. The yes and no here answer the
//! dialog's own harmless questions, such as an argument that is true or false; whether a risky call goes ahead is
//! decided by `conversimple_guard::consent`.

use crate::lexicon::{COURTESY, FILLERS, HESITATIONS, NEUTRAL, NO, OPEN_ENDS, SMALL_TALK, YES};
use crate::words::{Word, limited, words};

/// A plain answer to a question that takes a yes or a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Yes, and nothing else.
    Yes,
    /// No, and nothing else.
    No,
}

/// Reads a plain yes or no. Whatever adds, changes, doubts or asks something is neither: "yes but make it thirty",
/// "no, make it thirty" and "I don't know" are `None`, and should be heard as words.
pub(crate) fn yes_no(text: &str) -> Option<Answer> {
    let list = words(limited(text, 400));
    let lower: Vec<&str> = list
        .iter()
        .map(|word| word.lower.as_str())
        .filter(|word| !FILLERS.has(word))
        .collect();
    if lower.is_empty() {
        let agrees = list
            .iter()
            .any(|word| matches!(word.lower.as_str(), "okay" | "ok" | "alright"));
        return agrees.then_some(Answer::Yes);
    }
    if lower.len() > 12 {
        return None;
    }
    let mut answer = None;
    let mut at = 0;
    while at < lower.len() {
        let (len, meaning) = longest(&lower[at..])?;
        match (answer, meaning) {
            (_, Part::Neutral) => {}
            (None, Part::Says(found)) => answer = Some(found),
            (Some(before), Part::Says(found)) if before == found => {}
            // "No problem" was read as one part; a yes and a no together are neither.
            _ => return None,
        }
        at += len;
    }
    answer
}

#[derive(Clone, Copy)]
enum Part {
    Says(Answer),
    Neutral,
}

fn longest(lower: &[&str]) -> Option<(usize, Part)> {
    let reads = [
        (&NEUTRAL, Part::Neutral),
        (&YES, Part::Says(Answer::Yes)),
        (&NO, Part::Says(Answer::No)),
    ];
    reads
        .into_iter()
        .filter_map(|(list, part)| Some((list.longest(lower.iter().copied())?.0, part)))
        .max_by_key(|(len, _)| *len)
}

/// Talk that needs no tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SmallTalk {
    Hello,
    Thanks,
    Goodbye,
    Repeat,
    Cancel,
    Abilities,
    HowAreYou,
    Who,
    Robot,
    /// The caller wants something else, or help, without saying what.
    SomethingElse,
    /// "Okay", "great", "I see".
    Acknowledged,
    /// "No, thanks".
    Declined,
    /// "Um": nothing yet.
    Hesitation,
    /// "I don't know".
    DontKnow,
    /// The caller needs a moment.
    Hold,
    /// What was begun is to be begun anew.
    StartOver,
    /// The last answer is to be given again.
    GoBack,
}

impl SmallTalk {
    const ALL: [Self; 17] = [
        Self::Hello,
        Self::Thanks,
        Self::Goodbye,
        Self::Repeat,
        Self::Cancel,
        Self::Abilities,
        Self::HowAreYou,
        Self::Who,
        Self::Robot,
        Self::SomethingElse,
        Self::Acknowledged,
        Self::Declined,
        Self::Hesitation,
        Self::DontKnow,
        Self::Hold,
        Self::StartOver,
        Self::GoBack,
    ];

    /// The talk that a table calls by its name.
    fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|talk| format!("{talk:?}") == name)
    }
}

/// Recognises talk that needs no tool, if the whole utterance is that.
pub(crate) fn chat(list: &[Word]) -> Option<SmallTalk> {
    let lower: Vec<&str> = list.iter().map(|word| word.lower.as_str()).collect();
    if lower.iter().all(|word| HESITATIONS.has(word)) {
        return Some(SmallTalk::Hesitation);
    }
    let kept: Vec<&str> = lower
        .iter()
        .copied()
        .filter(|word| !HESITATIONS.has(word) && !COURTESY.has(word))
        .collect();
    if kept.len() > 14 {
        return None;
    }
    let joined = kept.join(" ");
    if joined.is_empty() {
        return Some(SmallTalk::Acknowledged);
    }
    SMALL_TALK
        .get(&joined)
        .and_then(SmallTalk::named)
        .or_else(|| composed(&kept))
}

/// "Hello, how are you", "no thanks, goodbye": several phrases in a row; the last one is answered.
fn composed(kept: &[&str]) -> Option<SmallTalk> {
    let mut at = 0;
    let mut last = None;
    while at < kept.len() {
        let (len, chat) = SMALL_TALK.longest(kept[at..].iter().copied())?;
        at += len;
        last = SmallTalk::named(chat);
    }
    last
}

/// Whether nothing follows a word that calls for more: "and", "the", "to".
pub(crate) fn trails_off(text: &str, list: &[Word]) -> bool {
    let Some(last) = list.last() else { return true };
    let tail = text.trim_end();
    if tail.ends_with(['?', '!']) {
        return false;
    }
    let courtesy = last.lower == "please" && list.len() > 1;
    tail.ends_with([',', '-', '—', '…', ':'])
        || tail.ends_with("...")
        || (OPEN_ENDS.has(&last.lower) && !courtesy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_or_no_unless_plain_is_neither() {
        use Answer::{No, Yes};
        for (text, expected) in [
            ("yes", Some(Yes)),
            ("Yes, please.", Some(Yes)),
            ("yeah go ahead", Some(Yes)),
            ("that's right", Some(Yes)),
            ("sure, why not", Some(Yes)),
            ("um yes do it", Some(Yes)),
            ("no problem, go ahead", Some(Yes)),
            ("ok yes", Some(Yes)),
            ("Okay.", Some(Yes)),
            ("all right then", Some(Yes)),
            ("yes thank you", Some(Yes)),
            ("no", Some(No)),
            ("No, thank you.", Some(No)),
            ("nope", Some(No)),
            ("don't", Some(No)),
            ("no don't do it", Some(No)),
            ("cancel that", Some(No)),
            ("wait", Some(No)),
            ("stop stop stop", Some(No)),
            ("hold on a second", Some(No)),
            ("of course not", Some(No)),
            ("not right", None),
            ("yes but make it thirty", None),
            ("no, make it thirty", None),
            ("I don't know", None),
            ("yes and no", None),
            ("yes no", None),
            ("what was the amount", None),
            ("yes, in euros", None),
            ("maybe", None),
            ("is that right", None),
            ("do I have to say yes", None),
            ("the savings one", None),
            ("", None),
            ("um", None),
            ("twenty", None),
            ("no wait yes", None),
            ("yes I don't", None),
        ] {
            assert_eq!(yes_no(text), expected, "{text}");
        }
    }

    #[test]
    fn small_talk_is_recognised_only_as_whole_utterance() {
        for (text, expected) in [
            ("Hello!", Some(SmallTalk::Hello)),
            ("hello, how are you?", Some(SmallTalk::HowAreYou)),
            ("thank you very much", Some(SmallTalk::Thanks)),
            ("Could you say that again please?", Some(SmallTalk::Repeat)),
            ("never mind", Some(SmallTalk::Cancel)),
            ("what can you do?", Some(SmallTalk::Abilities)),
            ("no thanks, that's all", Some(SmallTalk::Goodbye)),
            ("um", Some(SmallTalk::Hesitation)),
            ("something else", Some(SmallTalk::SomethingElse)),
            ("thanks, and what is my balance", None),
            ("hello what is my balance", None),
            ("stop the payment to bob", None),
        ] {
            assert_eq!(chat(&words(text)), expected, "{text}");
        }
    }

    #[test]
    fn utterance_with_open_end_trails_off() {
        for (text, open) in [
            ("I'd like to", true),
            ("pay twenty dollars and", true),
            ("what's my balance", false),
            ("well,", true),
            ("yes please", false),
            ("", true),
        ] {
            assert_eq!(trails_off(text, &words(text)), open, "{text}");
        }
    }
}

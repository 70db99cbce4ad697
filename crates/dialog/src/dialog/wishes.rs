//! Two wishes in one sentence: the first is served, and the second is taken up when it is done.

use super::Dialog;
use super::frame::Waiting;
use crate::choose::ranked;
use crate::fill::{Utterance, free_text_beginning};
use crate::heard::{Decision, Heard};
use crate::lexicon::{VERBS, WISH_JOINS};
use crate::words::limited;

/// How much of a second wish is kept, in bytes.
const WISH_LIMIT_BYTES: usize = 400;

impl Dialog {
    /// The first of two wishes, when a sentence holds two that ask for different tools; the second one waits.
    pub(super) fn first_of_two(&mut self, utterance: &Utterance<'_>) -> Option<String> {
        let (end, begin) = (2..utterance.words.len()).find_map(|at| parted(utterance, at))?;
        let first = utterance.text.get(..utterance.words[end - 1].end)?;
        let second = utterance.text.get(utterance.words[begin].start..)?;
        let best = |text: &str| {
            let scores = ranked(&self.index, text, None, utterance.today);
            scores.first().copied().filter(|(_, score)| *score >= 0.0)
        };
        let (one, _) = best(first)?;
        let (other, _) = best(second)?;
        // A message may hold any sentence.
        let is_text =
            free_text_beginning(self.spec(one), utterance).is_some_and(|from| from < begin);
        if one == other || is_text {
            return None;
        }
        self.waiting = Some(Waiting {
            text: limited(second, WISH_LIMIT_BYTES).to_owned(),
            today: utterance.today,
        });
        Some(first.to_owned())
    }

    /// The wish that waited is taken up after a sentence.
    pub(super) fn take_up(&mut self, mut step: Decision) -> Decision {
        let Some(Waiting { text, today }) = self.waiting.take() else {
            return step;
        };
        let heard = Heard {
            text: &text,
            meaning: None,
            today,
        };
        let next = self.request(&heard, Utterance::new(&text, today));
        step.acts.extend(next.acts);
        step.expects = next.expects;
        step.end_of_turn = next.end_of_turn;
        step
    }
}

/// Where a first wish ends and a second begins: at "and", "and then" before a verb.
fn parted(utterance: &Utterance<'_>, at: usize) -> Option<(usize, usize)> {
    let rest = utterance.words.get(at..)?;
    let (len, _) = WISH_JOINS.longest(rest.iter().map(|word| word.lower.as_str()))?;
    let begin = at + len;
    VERBS
        .has(&utterance.words.get(begin)?.lower)
        .then_some((at, begin))
}

//! What of an answer to a question for a secret is the secret.
//!
//! Decides it against the caller's convenience: whatever could be the secret is taken for it, whole. Only words that are
//! plainly talk ("never mind", "what do you need it for?") go on as words, so that a caller can leave the question. A
//! password that sounds like talk is taken for talk; such a one should be typed.

use conversimple_mask::{Kind, Span, digits_in};

/// What spoken words are to the question.
pub(super) enum Answer {
    /// Talk about it, or about something else; only these parts are secret.
    Talk(Vec<Span>),
    /// An answer: these parts are secret.
    Secret(Vec<Span>),
}

/// Looks at spoken words, in which the mask found `found` when it knew what was asked for.
pub(super) fn spoken(kind: Kind, words: &str, found: &[Span]) -> Answer {
    if is_number(kind) {
        return number(kind, words, found);
    }
    let of_kind = |span: &Span| is_word(span.kind);
    if is_talk(words) {
        let others = found.iter().copied().filter(|span| !of_kind(span));
        return Answer::Talk(others.collect());
    }
    let Some(first) = found.iter().position(of_kind) else {
        return match words_in(words) {
            Some((start, end)) => Answer::Secret(with(found, Span { start, end, kind })),
            None => Answer::Talk(found.to_vec()),
        };
    };
    // What follows in the same sentence is the password's too, however long it is.
    let mut span = found[first];
    span.end = sentence_end(words, span.end);
    Answer::Secret(with(found, span))
}

/// Whether typed words leave a question for a secret. None of them is good as one.
pub(super) fn is_way_out(words: &str) -> bool {
    let plain = plain(words);
    WAYS_OUT.contains(&plain.as_str())
}

/// Whether the platform asks for something, and does not only speak of it: "I can request a callback" asks for no number.
pub(super) fn is_question(said: &str) -> bool {
    const ASKS: [&str; 12] = [
        "please", "tell", "say", "give", "enter", "type", "provide", "spell", "repeat", "need",
        "confirm", "key",
    ];
    said.contains('?') || split(said).any(|(_, word)| ASKS.contains(&plain(word).as_str()))
}

/// Whether these words only say that a secret follows: "my password is". Signs and other words are part of a password.
pub(super) fn is_introduction(words: &str) -> bool {
    let last = words.split_whitespace().next_back().unwrap_or_default();
    let last = last.trim_end_matches([':', ',', '=']).to_lowercase();
    matches!(
        last.as_str(),
        "is" | "it's" | "it’s" | "its" | "password" | "passphrase" | "passcode" | "secret" | "code"
    )
}

/// Kinds that are said in figures.
pub(super) fn is_number(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Card | Kind::SecurityCode | Kind::Expiry | Kind::Ssn | Kind::Phone | Kind::Pin
    )
}

/// Kinds that may be any words.
pub(super) fn is_word(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Password | Kind::Secret | Kind::ApiKey | Kind::Jwt | Kind::Iban
    )
}

/// A password that was not asked for and has as many words as the mask looks at goes on to the end of its sentence.
pub(super) fn widened(words: &str, found: &[Span]) -> Vec<Span> {
    const MASK_WORDS: usize = 12;
    let long = |span: &Span| {
        let said = words.get(span.start..span.end).unwrap_or_default();
        span.kind == Kind::Password && said.split_whitespace().count() >= MASK_WORDS
    };
    match found.iter().copied().rfind(long) {
        Some(mut span) => {
            span.end = sentence_end(words, span.end);
            with(found, span)
        }
        None => found.to_vec(),
    }
}

/// Everything from the first figure to the last is the number: corrections are its own business.
fn number(kind: Kind, words: &str, found: &[Span]) -> Answer {
    let mut runs = figures(words);
    runs.retain(|(start, end)| {
        !found
            .iter()
            .any(|span| span.start <= *start && *end <= span.end)
    });
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
        return if found.iter().any(|span| span.kind == kind) {
            Answer::Secret(found.to_vec())
        } else {
            Answer::Talk(found.to_vec())
        };
    };
    if found.iter().all(|span| span.kind == kind) {
        let start = found
            .iter()
            .map(|span| span.start)
            .fold(first.0, usize::min);
        let end = found.iter().map(|span| span.end).fold(last.1, usize::max);
        return Answer::Secret(vec![Span { start, end, kind }]);
    }
    let spans = runs.iter().fold(found.to_vec(), |spans, run| {
        // What was found of the same number stays part of it.
        let (start, end) = spans
            .iter()
            .filter(|span| span.kind == kind && span.start < run.1 && run.0 < span.end)
            .fold(*run, |(start, end), span| {
                (start.min(span.start), end.max(span.end))
            });
        with(&spans, Span { start, end, kind })
    });
    Answer::Secret(spans)
}

/// Words that say figures and what belongs to them, as byte ranges.
fn figures(words: &str) -> Vec<(usize, usize)> {
    let list: Vec<(usize, &str)> = split(words).collect();
    let sure = |at: usize| list.get(at).is_some_and(|(_, word)| is_figure(word));
    let near = |at: usize| list.get(at).is_some_and(|(_, word)| is_near_figure(word));
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < list.len() {
        if !sure(at) {
            at += 1;
            continue;
        }
        let mut first = at;
        while first > 0 && near(first - 1) && !list[first - 1].1.ends_with(',') {
            first -= 1;
        }
        while sure(at + 1) || near(at + 1) && sure(at + 2) {
            at += 1;
        }
        let end = list[at].0 + list[at].1.trim_end_matches(['.', ',', '?', '!', ';']).len();
        out.push((list[first].0, end));
        at += 1;
    }
    out
}

/// A word that is part of a number beside figures: "double", or "to" for two.
pub(super) fn is_near_figure(word: &str) -> bool {
    matches!(
        plain(word).as_str(),
        "oh" | "o" | "double" | "triple" | "to" | "too" | "for" | "won" | "ate" | "hundred"
    )
}

/// A word that can be nothing but a figure: written digits, or "seven"; not "to".
pub(super) fn is_figure(word: &str) -> bool {
    let plain = plain(word);
    plain.chars().any(|c| c.is_numeric())
        || !matches!(
            plain.as_str(),
            "oh" | "o" | "to" | "too" | "for" | "fore" | "won" | "ate" | "a" | "i" | "an" | "and"
        ) && !digits_in(&plain).is_empty()
}

/// The words of a text without what only leads to an answer.
fn words_in(words: &str) -> Option<(usize, usize)> {
    const LEADS: [&str; 14] = [
        "um", "uh", "er", "well", "okay", "ok", "so", "it's", "its", "it", "is", "that's", "sure",
        "yes",
    ];
    let list: Vec<(usize, &str)> = split(words).collect();
    let opens = |(_, word): &&(usize, &str)| !LEADS.contains(&plain(word).as_str());
    let first = list.iter().find(opens)?;
    let last = list.last()?;
    let end = last.0 + last.1.trim_end_matches(['.', ',', '?', ';']).len();
    (end > first.0).then_some((first.0, end))
}

/// Where the sentence ends in which a place stands.
fn sentence_end(words: &str, from: usize) -> usize {
    let rest = words.get(from..).unwrap_or_default();
    let stop = rest.char_indices().find(|(at, c)| {
        matches!(c, '.' | '?' | '!' | '\n')
            && rest[at + c.len_utf8()..]
                .chars()
                .next()
                .is_none_or(char::is_whitespace)
    });
    let end = from + stop.map_or(rest.len(), |(at, _)| at);
    from.max(words[..end].trim_end().len())
}

/// The spans and one more, which swallows what it overlaps.
fn with(found: &[Span], mut more: Span) -> Vec<Span> {
    let mut all = Vec::with_capacity(found.len() + 1);
    for span in found {
        if span.end <= more.start || span.start >= more.end {
            all.push(*span);
        } else {
            more.start = more.start.min(span.start);
            more.end = more.end.max(span.end);
        }
    }
    all.push(more);
    all.sort_by_key(|span| span.start);
    all
}

/// The spans and one more; where it overlaps others, the first of them grows and stays what it is.
pub(super) fn covering(found: &[Span], mut more: Span) -> Vec<Span> {
    let overlaps = |span: &&Span| span.end > more.start && span.start < more.end;
    if let Some(first) = found.iter().find(overlaps) {
        more.kind = first.kind;
    }
    with(found, more)
}

/// Whether words are plainly about something else than the secret.
fn is_talk(words: &str) -> bool {
    let plain = plain(words);
    if plain.is_empty() || WAYS_OUT.contains(&plain.as_str()) || SHORT.contains(&plain.as_str()) {
        return true;
    }
    let starts = |phrase: &&str| {
        plain
            .strip_prefix(*phrase)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    BEGINNINGS.iter().any(starts)
}

/// Lower case, one space between words, no signs around them.
pub(super) fn plain(words: &str) -> String {
    let bare = |word: &str| {
        word.trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase()
            .replace('’', "'")
    };
    let list = words.split_whitespace().map(bare);
    list.filter(|word| !word.is_empty() && !matches!(word.as_str(), "um" | "uh" | "er"))
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) fn split(words: &str) -> impl Iterator<Item = (usize, &str)> {
    words
        .split_whitespace()
        .map(|word| (word.as_ptr() as usize - words.as_ptr() as usize, word))
}

/// Words by which a caller leaves a question for a secret.
#[rustfmt::skip]
const WAYS_OUT: &[&str] = &[
    "cancel", "never mind", "nevermind", "stop", "forget it", "go back", "cancel that", "start over", "skip it", "no never mind",
];

/// Whole answers that are talk.
#[rustfmt::skip]
const SHORT: &[&str] = &[
    "yes", "no", "yeah", "nope", "okay", "ok", "hello", "hi", "hey", "what", "why", "sorry", "pardon", "pardon me", "excuse me", "help", "repeat",
    "repeat that", "please repeat", "again", "wait", "hm", "hmm", "mhm", "thanks", "thank you", "bye", "goodbye", "good bye", "huh", "sure",
    "not now", "no thanks", "no thank you", "one moment", "one second", "just a moment", "just a second", "hold on", "hang on", "let me think",
    "let me see", "let me check", "let me look", "which one", "which password", "which pin", "which card", "quit", "exit", "operator", "human",
    "agent", "a human", "my password", "my pin", "sorry what", "come again",
];

/// How talk begins.
#[rustfmt::skip]
const BEGINNINGS: &[&str] = &[
    "i don't know", "i don't have", "i don't remember", "i don't want", "i don't understand", "i do not know", "i do not have", "i do not remember",
    "i can't", "i cannot", "i forgot", "i've forgotten", "i have forgotten", "i lost", "i've lost", "i never", "i didn't", "i'm not sure", "i am not sure",
    "i want to talk", "i want to speak", "i want to cancel", "i want to go", "i'd like to talk", "i'd like to speak", "i'd like to cancel",
    "i need to talk", "i need to speak", "i need help", "i need a moment", "i'd rather",
    "what is", "what's", "what do", "what was", "what for", "what did", "what are", "why do", "why is", "why are", "how do", "how long", "how many",
    "who are", "who is", "who's", "can i", "can you", "could you", "could i", "do i", "do you", "is it", "is that", "is this", "are you", "where do",
    "where is", "where can", "say that", "say it", "hold on", "hang on", "wait a", "one moment", "one second", "just a", "give me a", "let me think",
    "let me see", "let me check", "let me look", "let me find", "never mind", "forget it", "cancel", "go back", "start over", "no thanks", "no thank",
    "not now", "talk to", "speak to", "connect me", "transfer me", "thank you", "sorry i", "sorry what", "excuse me", "pardon",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn possible_secret_answer_is_captured_whole() {
        use Kind::{Card, Password, Pin};
        let long = "the quick brown fox jumps over the lazy dog while twenty three green parrots sing softly";
        for (kind, words, secret) in [
            (Password, "sunflower", "sunflower"),
            (Password, "It's sunflower.", "sunflower"),
            (Password, long, long),
            (Password, "the cat sat", "the cat sat"),
            (Pin, "four two seven", "four two seven"),
            (Pin, "oh four two.", "oh four two"),
            (
                Pin,
                "it's double four and then seven",
                "double four and then seven",
            ),
            (Pin, "7", "7"),
            (Card, "forty one eleven", "forty one eleven"),
        ] {
            let Answer::Secret(spans) = spoken(kind, words, &[]) else {
                panic!("{words} is no talk");
            };
            let [span] = spans.as_slice() else {
                panic!("{words}: one secret");
            };
            assert_eq!(&words[span.start..span.end], secret);
        }
    }

    #[test]
    fn talk_instead_of_secret_answer_captures_nothing() {
        for (kind, words) in [
            (Kind::Password, "never mind"),
            (Kind::Password, "Um, I don't remember it"),
            (Kind::Password, "Can you say that again?"),
            (Kind::Password, "hold on"),
            (Kind::Password, "yes"),
            (Kind::Password, "uh"),
            (Kind::Pin, "what do you need that for"),
            (Kind::Pin, "to be or not to be"),
            (Kind::Card, "I'd like to speak to somebody"),
        ] {
            assert!(
                matches!(spoken(kind, words, &[]), Answer::Talk(spans) if spans.is_empty()),
                "{words}"
            );
        }
    }

    #[test]
    fn overlapping_secret_spans_are_merged() {
        let span = |start, end, kind| Span { start, end, kind };
        let (pin, card, email) = (Kind::Pin, Kind::Card, Kind::Email);
        for (found, more, expected) in [
            (
                vec![span(0, 9, pin)],
                span(5, 19, email),
                vec![span(0, 19, pin)],
            ),
            (
                vec![span(0, 9, pin)],
                span(9, 19, email),
                vec![span(0, 9, pin), span(9, 19, email)],
            ),
            (
                vec![span(0, 4, pin), span(6, 9, card)],
                span(2, 8, email),
                vec![span(0, 9, pin)],
            ),
            (
                vec![span(4, 8, card)],
                span(5, 6, pin),
                vec![span(4, 8, card)],
            ),
        ] {
            assert_eq!(covering(&found, more), expected);
        }
    }

    #[test]
    fn secret_question_is_told_from_mention() {
        for (said, asks) in [
            ("What is the phone number?", true),
            ("Please enter your card number.", true),
            ("I need your PIN.", true),
            ("I can request a callback or do more.", false),
            ("Your card number is on file.", false),
        ] {
            assert_eq!(is_question(said), asks, "{said}");
        }
    }

    #[test]
    fn secret_introduction_is_recognised_by_its_words() {
        for (words, expected) in [
            ("My password is ", true),
            ("it's ", true),
            ("Password: ", true),
            ("", false),
            ("$", false),
            ("my ", false),
            ("(", false),
        ] {
            assert_eq!(is_introduction(words), expected, "{words:?}");
        }
    }
}

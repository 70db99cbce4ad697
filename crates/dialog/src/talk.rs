//! What people say that is no request: yes and no, thanks, hello, "say that again", "never mind", chat.
//!
//! Recognises whole utterances only: "thanks, and what is my balance" is a request.

use crate::words::{Word, limited, words};

/// A plain answer to a question that takes a yes or a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes, and nothing else.
    Yes,
    /// No, and nothing else.
    No,
}

/// Reads a plain yes or no. Whatever adds, changes, doubts or asks something is neither: "yes but make it thirty",
/// "no, make it thirty" and "I don't know" are `None`, and should be heard as words.
pub fn yes_no(text: &str) -> Option<Answer> {
    let list = words(limited(text, 400));
    let lower: Vec<&str> = list
        .iter()
        .map(|word| word.lower.as_str())
        .filter(|word| !FILLERS.contains(word))
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
    let table = |list: &[&str]| {
        list.iter()
            .map(|phrase| phrase.split(' ').collect::<Vec<_>>())
            .filter(|phrase| lower.starts_with(phrase))
            .map(|phrase| phrase.len())
            .max()
    };
    let yes = table(YES).map(|len| (len, Part::Says(Answer::Yes)));
    let no = table(NO).map(|len| (len, Part::Says(Answer::No)));
    let neutral = table(NEUTRAL).map(|len| (len, Part::Neutral));
    [neutral, yes, no]
        .into_iter()
        .flatten()
        .max_by_key(|(len, _)| *len)
}

const FILLERS: &[&str] = &[
    "um", "uh", "er", "hmm", "well", "oh", "ah", "so", "please", "just", "now", "okay", "ok",
    "then", "alright",
];

/// "Okay" alone is a yes, and beside a yes or a no it says nothing; see [`yes_no`].
const YES: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "yup",
    "ya",
    "aye",
    "sure",
    "sure thing",
    "certainly",
    "absolutely",
    "definitely",
    "of course",
    "correct",
    "exactly",
    "right",
    "that's right",
    "that is right",
    "that's correct",
    "that is correct",
    "all right",
    "go ahead",
    "go for it",
    "do it",
    "do that",
    "please do",
    "sounds good",
    "sounds great",
    "that works",
    "works for me",
    "fine",
    "that's fine",
    "that is fine",
    "perfect",
    "great",
    "good",
    "confirm",
    "confirmed",
    "i confirm",
    "i do",
    "i agree",
    "agreed",
    "proceed",
    "continue",
    "no problem",
    "why not",
    "yes you can",
    "yes i do",
    "yes i would",
    "i would",
    "you can",
    "you may",
    "make it so",
    "let's do it",
    "let's do that",
    "carry on",
    "i'm sure",
    "i am sure",
    "by all means",
    "send it",
    "pay it",
    "uh huh",
    "mhm",
    "it is",
    "yes it is",
    "that would be great",
    "go on",
];

const NO: &[&str] = &[
    "no",
    "nope",
    "nah",
    "no way",
    "never",
    "not",
    "don't",
    "do not",
    "don't do it",
    "don't do that",
    "do not do it",
    "do not do that",
    "cancel",
    "cancel it",
    "cancel that",
    "cancel this",
    "stop",
    "stop it",
    "stop that",
    "wait",
    "hold on",
    "never mind",
    "nevermind",
    "forget it",
    "forget that",
    "forget about it",
    "not now",
    "not yet",
    "not really",
    "no thanks",
    "no thank you",
    "i don't",
    "i do not",
    "i don't want to",
    "i don't want that",
    "i do not want that",
    "i changed my mind",
    "i've changed my mind",
    "abort",
    "negative",
    "wrong",
    "that's wrong",
    "that is wrong",
    "incorrect",
    "that's not right",
    "that is not right",
    "that's incorrect",
    "not correct",
    "absolutely not",
    "definitely not",
    "of course not",
    "certainly not",
    "don't go ahead",
    "do not go ahead",
    "don't proceed",
    "i'd rather not",
    "rather not",
    "leave it",
    "quit",
    "it's not",
    "it is not",
    "it isn't",
    "i said no",
    "hang on",
    "don't do anything",
    "wait a minute",
    "wait a second",
    "wait a moment",
    "better not",
    "not at all",
];

const NEUTRAL: &[&str] = &[
    "thanks",
    "thank you",
    "thank you very much",
    "that",
    "it",
    "with it",
    "with that",
    "to me",
    "i think so",
    "and",
    "i think",
    "i guess so",
    "very much",
    "sir",
    "ma'am",
    "i said",
    "you can do that",
    "with the payment",
    "a minute",
    "a second",
    "a moment",
];

/// Talk that needs no tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chat {
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
}

/// Recognises talk that needs no tool, if the whole utterance is that.
pub(crate) fn chat(list: &[Word]) -> Option<Chat> {
    let lower: Vec<&str> = list.iter().map(|word| word.lower.as_str()).collect();
    if lower.iter().all(|word| HESITATIONS.contains(word)) {
        return Some(Chat::Hesitation);
    }
    let kept: Vec<&str> = lower
        .iter()
        .copied()
        .filter(|word| !HESITATIONS.contains(word) && !COURTESY.contains(word))
        .collect();
    if kept.len() > 14 {
        return None;
    }
    let joined = kept.join(" ");
    if joined.is_empty() {
        return Some(Chat::Acknowledged);
    }
    for (chat, phrases) in CHATS {
        if phrases.contains(&joined.as_str()) {
            return Some(*chat);
        }
    }
    composed(&kept)
}

/// "Hello, how are you", "no thanks, goodbye": several phrases in a row; the last one is answered.
fn composed(kept: &[&str]) -> Option<Chat> {
    let mut at = 0;
    let mut last = None;
    while at < kept.len() {
        let (len, chat) = CHATS
            .iter()
            .flat_map(|(chat, phrases)| {
                phrases
                    .iter()
                    .map(|phrase| (phrase.split(' ').collect::<Vec<_>>(), *chat))
            })
            .filter(|(phrase, _)| kept[at..].starts_with(phrase))
            .map(|(phrase, chat)| (phrase.len(), chat))
            .max_by_key(|(len, _)| *len)?;
        at += len;
        last = Some(chat);
    }
    last
}

/// Whether nothing follows a word that calls for more: "and", "the", "to".
pub(crate) fn trails_off(text: &str, list: &[Word]) -> bool {
    const OPEN: &[&str] = &[
        "and", "or", "but", "the", "a", "an", "to", "of", "for", "from", "in", "on", "at", "with",
        "my", "your", "um", "uh", "er", "hmm", "is", "are", "was", "that", "this", "because", "so",
        "if", "then", "i", "i'd", "i'm", "like", "want", "need", "would", "can", "could", "please",
        "about", "by", "into", "which", "what", "how", "when", "where", "who", "it's", "well",
        "pay", "double",
    ];
    let Some(last) = list.last() else { return true };
    let tail = text.trim_end();
    if tail.ends_with(['?', '!']) {
        return false;
    }
    let courtesy = last.lower == "please" && list.len() > 1;
    tail.ends_with([',', '-', '—', '…', ':'])
        || tail.ends_with("...")
        || (OPEN.contains(&last.lower.as_str()) && !courtesy)
}

const HESITATIONS: &[&str] = &[
    "um", "uh", "er", "erm", "hmm", "hm", "mm", "mmm", "ah", "eh", "huh", "uhm", "ehm",
];

const COURTESY: &[&str] = &[
    "please", "well", "so", "oh", "just", "then", "actually", "alright", "sorry", "sir", "madam",
    "you know", "again", "there", "and", "but", "now", "ok", "okay",
];

const CHATS: &[(Chat, &[&str])] = &[
    (
        Chat::Hello,
        &[
            "hello",
            "hi",
            "hey",
            "good morning",
            "good afternoon",
            "good evening",
            "good day",
            "greetings",
            "hello hello",
            "are you",
            "can you hear me",
            "anybody",
            "anyone",
            "howdy",
            "hey you",
            "hi you",
            "nice to meet you",
            "is anyone",
            "is anybody",
        ],
    ),
    (
        Chat::Thanks,
        &[
            "thanks",
            "thank you",
            "thanks a lot",
            "thank you very much",
            "thank you so much",
            "many thanks",
            "thanks very much",
            "cheers",
            "much appreciated",
            "i appreciate it",
            "great thanks",
            "that's very kind",
            "thanks for your help",
            "thank you for your help",
            "that was helpful",
            "you've been very helpful",
        ],
    ),
    (
        Chat::Goodbye,
        &[
            "bye",
            "goodbye",
            "bye bye",
            "good bye",
            "good night",
            "see you",
            "see you later",
            "see you soon",
            "have a nice day",
            "have a good day",
            "have a great day",
            "that's all",
            "that is all",
            "that's it",
            "that's everything",
            "that'll be all",
            "that will be all",
            "nothing else",
            "no that's all",
            "no that's it",
            "no nothing else",
            "i'm done",
            "we're done",
            "hang up",
            "end the call",
            "take care",
            "talk to you later",
        ],
    ),
    (
        Chat::Repeat,
        &[
            "repeat",
            "repeat that",
            "repeat it",
            "could you repeat",
            "could you repeat that",
            "can you repeat that",
            "can you repeat it",
            "can you repeat",
            "say that",
            "say it",
            "say",
            "can you say that",
            "could you say that",
            "could you say it",
            "what",
            "what was that",
            "what did you say",
            "pardon",
            "pardon me",
            "excuse me",
            "come",
            "one more time",
            "i didn't hear you",
            "i didn't hear that",
            "i did not hear that",
            "i didn't catch that",
            "i didn't get that",
            "i didn't understand",
            "what do you mean",
            "i beg your pardon",
            "would you repeat that",
            "say that one more time",
            "can you say that one more time",
            "once more",
        ],
    ),
    (
        Chat::Cancel,
        &[
            "never mind",
            "nevermind",
            "cancel",
            "cancel that",
            "cancel it",
            "cancel this",
            "forget it",
            "forget that",
            "forget about it",
            "forget about that",
            "stop",
            "stop it",
            "stop that",
            "leave it",
            "not now",
            "i changed my mind",
            "i've changed my mind",
            "don't",
            "don't do that",
            "don't do it",
            "drop it",
            "quit",
            "abort",
            "no cancel",
            "no stop",
            "no forget it",
            "no never mind",
            "skip it",
            "i don't want to",
            "i don't want that",
            "i don't want that anymore",
            "i don't want to anymore",
            "no i don't want to",
            "let's not",
            "let it be",
        ],
    ),
    (
        Chat::Abilities,
        &[
            "help",
            "help me",
            "can you help me",
            "could you help me",
            "i need help",
            "what can you do",
            "what can you do for me",
            "what can i do",
            "what can i say",
            "what can i ask",
            "what can i ask you",
            "what are my options",
            "what do you do",
            "what are you able to do",
            "how can you help me",
            "how can you help",
            "what services do you offer",
            "what can you help me with",
            "how does this work",
            "how do you work",
            "what options do i have",
            "what else can you do",
            "what can you help with",
            "what should i say",
            "i need some help",
            "can you help",
            "what kind of things can you do",
        ],
    ),
    (
        Chat::HowAreYou,
        &[
            "how are you",
            "how are you doing",
            "how are you today",
            "how are you doing today",
            "how's it going",
            "how is it going",
            "what's up",
            "how do you do",
            "how have you been",
            "are you ok",
            "are you well",
        ],
    ),
    (
        Chat::Who,
        &[
            "who are you",
            "what's your name",
            "what is your name",
            "who am i talking to",
            "who is this",
            "who am i speaking to",
            "who am i speaking with",
            "who made you",
            "what are you",
        ],
    ),
    (
        Chat::Robot,
        &[
            "are you a robot",
            "are you human",
            "are you a human",
            "are you real",
            "are you a real person",
            "are you a person",
            "are you an ai",
            "are you a machine",
            "is this a robot",
            "are you a bot",
            "am i talking to a robot",
            "am i talking to a machine",
            "am i talking to a person",
        ],
    ),
    (
        Chat::SomethingElse,
        &[
            "something else",
            "i want something else",
            "i'd like something else",
            "i need something else",
            "can you do something else",
            "i have a question",
            "i have another question",
            "another question",
            "can i ask you something",
            "can i ask you a question",
            "can i ask something",
            "i want to do something else",
            "i'd like to ask something",
            "no something else",
            "let's do something else",
            "one more thing",
            "i want to ask you something",
            "i have a request",
            "yes something else",
            "i have one more question",
            "i want to ask you a question",
        ],
    ),
    (
        Chat::Acknowledged,
        &[
            "great",
            "good",
            "fine",
            "nice",
            "cool",
            "perfect",
            "wonderful",
            "excellent",
            "awesome",
            "right",
            "all right",
            "i see",
            "got it",
            "understood",
            "yes",
            "yeah",
            "sure",
            "yep",
            "very good",
            "sounds good",
            "that's good",
            "that's great",
            "that's fine",
            "that's nice",
            "interesting",
            "i understand",
            "makes sense",
            "good to know",
            "lovely",
            "amazing",
            "wow",
            "really",
            "no problem",
            "of course",
            "that's right",
            "that's correct",
            "exactly",
            "you're welcome",
            "one moment",
            "one second",
            "wait",
            "wait a moment",
            "wait a minute",
            "wait a second",
            "hold on",
            "hang on",
            "just a moment",
            "just a second",
            "give me a second",
            "give me a moment",
            "let me see",
            "let me think",
        ],
    ),
    (
        Chat::Declined,
        &[
            "no",
            "nope",
            "nah",
            "no thanks",
            "no thank you",
            "no not now",
            "not really",
            "no i'm fine",
            "i'm fine",
            "i'm good",
            "no i'm good",
            "nothing",
            "no nothing",
        ],
    ),
    (
        Chat::DontKnow,
        &[
            "i don't know",
            "i do not know",
            "no idea",
            "i have no idea",
            "i'm not sure",
            "i am not sure",
            "not sure",
            "i don't remember",
            "i can't remember",
            "i forgot",
            "dunno",
            "i don't care",
            "it doesn't matter",
            "whatever",
            "any",
            "you choose",
            "you decide",
            "i don't have one",
            "i don't have it",
            "i don't have any",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_and_a_no_are_plain_or_they_are_neither() {
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
    fn only_whole_utterances_are_talk() {
        for (text, expected) in [
            ("Hello!", Some(Chat::Hello)),
            ("hello, how are you?", Some(Chat::HowAreYou)),
            ("thank you very much", Some(Chat::Thanks)),
            ("Could you say that again please?", Some(Chat::Repeat)),
            ("never mind", Some(Chat::Cancel)),
            ("what can you do?", Some(Chat::Abilities)),
            ("no thanks, that's all", Some(Chat::Goodbye)),
            ("um", Some(Chat::Hesitation)),
            ("something else", Some(Chat::SomethingElse)),
            ("thanks, and what is my balance", None),
            ("hello what is my balance", None),
            ("stop the payment to bob", None),
        ] {
            assert_eq!(chat(&words(text)), expected, "{text}");
        }
    }

    #[test]
    fn an_open_end_is_noticed() {
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

//! Tables of answers, and what a yes binds.

use conversimple_wire::ToolSpec;
use proptest::prelude::*;
use serde_json::json;

use super::grammar::{Read, read};
use super::*;
use crate::call::Author;

fn policy(parameters: Value) -> Policy {
    let spec = ToolSpec {
        name: "pay".into(),
        description: String::new(),
        parameters,
    };
    Policy::of(&spec, Author::Ours).expect("a policy")
}

fn question(
    policy: &Policy,
    conversation: &ConversationId,
    arguments: Map<String, Value>,
) -> Result<ReadBack, Refusal> {
    let sentences = |_| Sentences {
        ask: "Shall I go ahead?".into(),
        again: "Yes or no?".into(),
    };
    let given = |_: &Accepts, text: &str| Some(Zeroizing::new(text.to_owned()));
    ReadBack::of(conversation, policy, arguments, given, sentences)
}

/// The caller's yes to a call with these arguments.
pub(crate) fn yes_to(
    conversation: &ConversationId,
    policy: &Policy,
    arguments: Map<String, Value>,
) -> Yes {
    try_yes_to(conversation, policy, arguments).expect("a yes")
}

/// As [`yes_to`]; nothing for arguments that the declaration refuses.
pub(crate) fn try_yes_to(
    conversation: &ConversationId,
    policy: &Policy,
    arguments: Map<String, Value>,
) -> Option<Yes> {
    let question = question(policy, conversation, arguments).ok()?;
    let Answer::Yes(agreement) = question.answer("yes", InputSource::Typed) else {
        return None;
    };
    question.heard().agreed(agreement)
}

fn check(confirmation: &Confirmation, source: InputSource, rows: &[(Read, &[&str])]) {
    for (expected, texts) in rows {
        for text in *texts {
            assert_eq!(read(text, source, confirmation), *expected, "{text}");
        }
    }
}

#[test]
fn plain_agreement_is_yes() {
    let texts = [
        "yes",
        "Yes.",
        "yeah",
        "Yep!",
        "yup",
        "yes yes yes",
        "confirm",
        "Confirmed.",
        "I confirm",
        "go ahead",
        "Please go ahead.",
        "do it",
        "just do it",
        "please do",
        "that's right",
        "That’s correct.",
        "that is right",
        "correct",
        "sure",
        "um, yes please",
        "yes thank you, go ahead",
        "okay, go ahead",
        "okay yes",
        "Yes, please.",
        "yeah sure",
        "yes that's right",
        "well, yes",
        "yes, do it now",
        "of course",
        "uh yes I do",
        "yes it is",
        "all right, do it then",
    ];
    for source in [InputSource::Spoken, InputSource::Typed] {
        check(&Confirmation::Yes, source, &[(Read::Yes, &texts)]);
    }
}

#[test]
fn refusal_or_delay_is_no() {
    let texts = [
        "no",
        "No, thank you.",
        "nope",
        "nah",
        "don't",
        "don’t do it",
        "no don't do it",
        "cancel",
        "cancel that please",
        "stop",
        "stop stop stop",
        "wait",
        "hold on",
        "hold on a second",
        "never mind",
        "not now",
        "um, no",
        "okay, no",
        "great, but no",
        "right, no",
        "of course not",
        "I changed my mind",
        "that's not right",
        "no way",
        "I don't want to",
    ];
    let no: Vec<&str> = texts
        .iter()
        .copied()
        .filter(|text| !text.contains("but"))
        .collect();
    check(&Confirmation::Yes, InputSource::Spoken, &[(Read::No, &no)]);
}

#[test]
fn listening_praise_and_questions_are_unclear() {
    use Unclear::{Backchannel, Mixed, Praise, Question};
    check(
        &Confirmation::Yes,
        InputSource::Spoken,
        &[
            (
                Read::Unclear(Backchannel),
                &[
                    "mhm",
                    "uh-huh",
                    "right",
                    "Right.",
                    "I see",
                    "okay",
                    "OK.",
                    "all right then",
                    "it is",
                    "I do",
                    "go on",
                    "carry on",
                    "um",
                    "please",
                    "I think so",
                    "maybe",
                    "I don't know",
                    "exactly",
                    "got it",
                ],
            ),
            (
                Read::Unclear(Praise),
                &[
                    "good",
                    "fine",
                    "great thanks",
                    "Great, thanks!",
                    "perfect",
                    "sounds good",
                    "that's fine",
                    "no problem",
                    "okay, great",
                    "right, good",
                    "why not",
                ],
            ),
            (
                Read::Unclear(Question),
                &[
                    "yes?",
                    "Yes? Yes.",
                    "what?",
                    "what",
                    "yes or no?",
                    "no?",
                    "sure?",
                    "is that right",
                    "do I have to say yes",
                    "Do I have to say yes?",
                    "are you sure?",
                    "sorry?",
                    "how much?",
                    "pardon",
                    "okay?",
                ],
            ),
            (
                Read::Unclear(Mixed),
                &[
                    "yes no",
                    "yes and no",
                    "no wait yes",
                    "yes but",
                    "yes, if",
                    "she said yes",
                    "mhm, yes",
                    "great, go ahead",
                    "I said yes",
                ],
            ),
        ],
    );
}

#[test]
fn yes_with_anything_besides_is_unclear() {
    let texts = [
        "yes but make it thirty",
        "yes, to Anna",
        "yes and also show my balance",
        "yes if it is free",
        "yes, in euros",
        "no, make it thirty",
        "make it thirty",
        "what is my balance",
        "twenty",
        "yes 30",
        "yes ⟨card 1⟩",
        "yes €",
        "⟨card 1⟩",
        "yes to both",
        "confirm my appointment",
        "go ahead and pay fifty",
        "yes sí",
        "",
        "...",
        "do it again",
        "yes yes yes yes yes yes yes yes yes yes yes yes yes",
        "the savings one",
        "I never said yes",
        "yes-man",
    ];
    for text in texts {
        let found = read(text, InputSource::Spoken, &Confirmation::Yes);
        assert!(
            matches!(found, Read::Other | Read::Unclear(_)),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn required_word_is_the_only_yes() {
    use Unclear::{OtherForm, Question};
    let word = Confirmation::Word("pay now".into());
    check(
        &word,
        InputSource::Spoken,
        &[
            (Read::Yes, &["pay now", "Pay now.", "um, pay now please"]),
            (Read::Unclear(OtherForm), &["yes", "go ahead", "confirm"]),
            (Read::Unclear(Question), &["yes?"]),
            (Read::No, &["no", "cancel"]),
            (
                Read::Other,
                &[
                    "pay",
                    "now pay",
                    "pay now?",
                    "pay now but thirty",
                    "don't pay now",
                ],
            ),
        ],
    );
    let confirm = Confirmation::Word("confirm".into());
    check(
        &confirm,
        InputSource::Typed,
        &[
            (Read::Yes, &["confirm", "Confirm!", "okay, confirm"]),
            (
                Read::Unclear(OtherForm),
                &["yes", "confirmed", "yes, confirm"],
            ),
        ],
    );
}

#[test]
fn required_keys_are_the_only_yes() {
    use Unclear::OtherForm;
    let keys = Confirmation::Keys("1".into());
    check(
        &keys,
        InputSource::Keypad,
        &[
            (Read::Yes, &["1"]),
            (Read::Unclear(OtherForm), &["2", "11", "1#"]),
        ],
    );
    check(
        &keys,
        InputSource::Typed,
        &[
            (Read::Unclear(OtherForm), &["yes", "go ahead"]),
            (Read::Other, &["1", "one"]),
            (Read::No, &["no"]),
        ],
    );
    check(
        &Confirmation::Yes,
        InputSource::Keypad,
        &[(Read::Other, &["1", "yes"])],
    );
}

#[test]
fn yes_to_one_question_is_none_to_another() {
    let tool = policy(json!({"properties": {"amount": {"type": "number"}}, "x-confirm": true}));
    let conversation = ConversationId::parse("conv_1").expect("an id");
    let ask = |amount: u32| {
        let arguments = json!({ "amount": amount })
            .as_object()
            .cloned()
            .expect("an object");
        question(&tool, &conversation, arguments).expect("a read-back")
    };
    let Answer::Yes(agreement) = ask(20).answer("yes", InputSource::Spoken) else {
        panic!("a yes is a yes")
    };
    assert!(ask(30).heard().agreed(agreement).is_none());
}

#[test]
fn question_put_again_is_shorter() {
    let tool = policy(json!({"properties": {}, "x-confirm": true}));
    let conversation = ConversationId::parse("conv_1").expect("an id");
    let again = question(&tool, &conversation, Map::new())
        .expect("a read-back")
        .heard()
        .again();
    assert_eq!(again.text(), "Yes or no?");
}

#[test]
fn yes_binds_defaults_too() {
    let tool = |currency: &str| {
        let currency = json!({"type": "string", "enum": ["USD", "EUR"], "default": currency});
        policy(
            json!({"properties": {"amount": {"type": "number"}, "currency": currency}, "x-confirm": true}),
        )
    };
    let conversation = ConversationId::parse("conv_1").expect("an id");
    let digest = |policy: &Policy| {
        let arguments = json!({"amount": 20})
            .as_object()
            .cloned()
            .expect("an object");
        question(policy, &conversation, arguments)
            .expect("a read-back")
            .digest
    };
    assert_eq!(digest(&tool("USD")), digest(&tool("USD")));
    assert_ne!(digest(&tool("USD")), digest(&tool("EUR")));
}

proptest! {
    #[test]
    fn no_answer_that_holds_an_unknown_word_is_a_yes(
        before in "(yes|go ahead|um|okay| )*", word in "[b-df-hj-np-tv-xz]{5,9}", after in "( yes| go ahead| please)*"
    ) {
        let text = format!("{before} {word} {after}");
        prop_assert_eq!(read(&text, InputSource::Spoken, &Confirmation::Yes), Read::Other);
    }

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        read(&text, InputSource::Typed, &Confirmation::Yes);
    }
}

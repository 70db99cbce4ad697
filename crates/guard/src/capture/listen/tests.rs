//! What is captured of a caller's words, turn by turn.

use proptest::prelude::*;

use super::*;

/// A caller and what is known of their words.
#[derive(Default)]
struct Line {
    capture: Capture,
    turn: u64,
}

impl Line {
    fn take(&mut self) -> Option<Correction> {
        self.turn += 1;
        self.capture.taken(TurnId(self.turn))
    }

    fn say(&mut self, words: &str, asked: Option<Kind>) -> String {
        let caught = self
            .capture
            .heard(words, &asked.into(), InputSource::Spoken);
        self.take();
        caught.text
    }

    fn value(&self, text: &str) -> Option<String> {
        let value = self.capture.vault().resolve(text);
        value.map(|value| value.as_str().to_owned())
    }
}

fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => prop::sample::select(vec![
            "four", "one", "two", "seven", "double", "oh", "for", "to", "my", "card", "pin", "is", "it's", "password", "sunflower", "jane",
            "at", "example", "dot", "com", "never", "mind", "4111", "1111", "4271", "555-0100", "a@b.example", "⟨card 1⟩", "⟨", "⟩", "é", "İ",
            "’", ".", ",", "?", "phone", "number", "um", "call", "me", "1.2.3.4",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ];
    prop::collection::vec(word, 0..20).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn capture_any_words_gives_out_no_digit_of_secret_answer(
        said in prop::collection::vec((words(), 0..8_usize, 0..4_usize, 0..4_u8), 1..8),
    ) {
        let mut line = Line::default();
        for (words, kind, how, after) in said {
            let asked = [None, Some(Kind::Pin), Some(Kind::Card), Some(Kind::Password), Some(Kind::SecurityCode), None, Some(Kind::Iban), None];
            let how = [InputSource::Spoken, InputSource::Piece, InputSource::Typed, InputSource::Keypad][how];
            let caught = line.capture.heard(&words, &asked[kind].into(), how);
            let numbers = matches!(asked[kind], Some(Kind::Pin | Kind::Card | Kind::SecurityCode));
            if numbers && how == InputSource::Spoken {
                let given = caught.text.split(['⟨', '[']).map(|part| part.rsplit(['⟩', ']']).next().unwrap_or_default());
                let figures = given.collect::<String>();
                for word in ["four", "one", "two", "seven", "4111", "1111", "4271"] {
                    prop_assert!(!figures.split_whitespace().any(|other| other == word), "{words}: {}", caught.text);
                }
            }
            match after {
                0 | 1 => drop(line.take()),
                2 => line.capture.taken_back(),
                _ => line.capture.commit(),
            }
        }
    }
}

#[test]
fn reverted_turn_heard_again_leaves_one_token() {
    let mut line = Line::default();
    let (half, whole) = (
        "my card is four one one one one one one one",
        "my card is four one one one one one one one one one one one one one one one",
    );
    line.say(half, None);
    line.capture.said("What else can I do for you?");
    line.capture.taken_back();
    assert_eq!(line.say(whole, None), "my card is ⟨card 1⟩");
    assert_eq!(line.value("⟨card 1⟩").as_deref(), Some("4111111111111111"));
    assert_eq!(line.capture.vault().len(), 1);
}

#[test]
fn interim_transcripts_leave_one_vault_entry() {
    let mut line = Line::default();
    for words in ["my pin is four two", "my pin is four two seven one"] {
        line.capture
            .heard(words, &Question::None, InputSource::Spoken);
    }
    line.take();
    assert_eq!(line.capture.vault().len(), 1);
    assert_eq!(line.value("⟨pin 1⟩").as_deref(), Some("4271"));
}

#[test]
fn number_completed_in_next_turn_corrects_previous_turn() {
    for how in [InputSource::Spoken, InputSource::Typed] {
        let mut line = Line::default();
        let first = line
            .capture
            .heard("four one one one", &Question::None, InputSource::Typed);
        line.take();
        line.capture
            .said("I can't help with that. I can request a callback.");
        assert_eq!(first.text, "four one one one", "nobody can know");
        let more = "one one one one one one one one one one one one";
        let caught = line.capture.heard(more, &Question::None, how);
        let correction = line.take().expect("something to take out");
        assert_eq!(caught.text, "⟨card 1⟩", "{how:?}");
        assert_eq!(correction.turn, TurnId(1));
        assert_eq!(correction.before, "four one one one");
        assert_eq!(correction.after, "⟨card 1⟩");
        assert_eq!(correction.words.as_str(), "four one one one");
        assert_eq!(line.value("⟨card 1⟩").as_deref(), Some("4111111111111111"));
    }
}

#[test]
fn answer_to_secret_question_is_fully_hidden() {
    let long = "correct horse battery staple and then some more words that nobody would ever guess in a row";
    for (kind, words, text, value) in [
        (Kind::Password, "sunflower", "⟨password 1⟩", "sunflower"),
        (Kind::Password, long, "⟨password 1⟩", long),
        (Kind::Pin, "four two", "[pin]", ""),
        (Kind::Pin, "it's oh four two", "it's ⟨pin 1⟩", "042"),
        (Kind::Pin, "4 2 7 1", "⟨pin 1⟩", "4271"),
        (Kind::Pin, "for to won ate", "⟨pin 1⟩", "4218"),
        (Kind::SecurityCode, "one two three", "⟨cvv 1⟩", "123"),
        (
            Kind::Card,
            "my card is 4111 1111 1111 1111",
            "my card is ⟨card 1⟩",
            "4111111111111111",
        ),
        (Kind::Card, "forty one eleven", "[card]", ""),
        (Kind::Password, "never mind", "never mind", ""),
        (
            Kind::Pin,
            "what do you need it for",
            "what do you need it for",
            "",
        ),
    ] {
        let mut line = Line::default();
        assert_eq!(line.say(words, Some(kind)), text);
        let token = format!("⟨{kind} 1⟩");
        assert_eq!(
            line.value(&token).unwrap_or_default(),
            value,
            "{kind}: {words}"
        );
    }
}

#[test]
fn half_of_card_number_is_masked_until_complete() {
    let half = "my card is four one one one one one one one";
    let rest = "one one one one one one one one";
    for asked in [None, Some(Kind::Card)] {
        let mut line = Line::default();
        let first = line
            .capture
            .heard(half, &Question::None, InputSource::Spoken);
        assert!(first.unfinished);
        assert_eq!(first.text, "my card is [card]");
        line.take();
        assert_eq!(line.say(rest, asked), "⟨card 1⟩");
        assert_eq!(line.value("⟨card 1⟩").as_deref(), Some("4111111111111111"));
    }
}

#[test]
fn answered_secret_question_no_longer_captures() {
    for (how, kind, answer) in [
        (InputSource::Typed, Kind::Password, "Correct Horse 99!"),
        (InputSource::Spoken, Kind::Password, "correct horse"),
        (InputSource::Keypad, Kind::Pin, "4271"),
    ] {
        let mut line = Line::default();
        line.capture.said("What is your password?");
        line.capture.heard(answer, &Some(kind).into(), how);
        line.take();
        line.capture
            .said("Thank you. You are logged in. I can request a callback for you.");
        assert_eq!(line.say("request a callback", None), "request a callback");
    }
}

#[test]
fn question_captures_words_only_where_the_engine_asks() {
    let wishes = [
        "do you have a phone charger",
        "my parcel is late",
        "red shoes",
        "pay twenty five dollars",
    ];
    for how in [InputSource::Spoken, InputSource::Typed] {
        for words in wishes {
            let mut line = Line::default();
            line.capture
                .said("Can I log you in with user name and password?");
            let caught = line.capture.heard(words, &Question::None, how);
            assert_eq!(caught.text, words);
        }
        // The engine gave the question up after an answer that was none.
        let mut line = Line::default();
        line.capture
            .heard("cancel that", &Some(Kind::Password).into(), how);
        line.take();
        assert_eq!(line.say("red shoes", None), "red shoes");
    }
}

#[test]
fn wish_in_place_of_answer_is_one_and_its_secrets_stay_hidden() {
    for how in [InputSource::Spoken, InputSource::Typed] {
        for (kind, words, text) in [
            (
                Kind::Password,
                "do you have a phone charger",
                "do you have a phone charger",
            ),
            (Kind::Password, "cancel that", "cancel that"),
            (Kind::Password, "pay my card bill", "pay my card bill"),
            (
                Kind::Password,
                "I need to store a new card",
                "I need to store a new card",
            ),
            (
                Kind::Card,
                "pay twenty five dollars",
                "pay twenty five dollars",
            ),
            (Kind::Pin, "what is my balance", "what is my balance"),
            (
                Kind::Card,
                "log me in, my password is sunflower",
                "log me in, my password is ⟨password 1⟩",
            ),
            (Kind::Password, "sunflower", "⟨password 1⟩"),
            (Kind::Password, "open sesame", "⟨password 1⟩"),
        ] {
            let mut line = Line::default();
            let caught = line.capture.heard(words, &Some(kind).into(), how);
            assert_eq!(caught.text, text, "{kind} {how:?}");
        }
    }
}

#[test]
fn card_number_spoken_in_groups_is_one_token() {
    let mut line = Line::default();
    let first = line.capture.heard(
        "four one one one",
        &Some(Kind::Card).into(),
        InputSource::Spoken,
    );
    assert!(first.unfinished, "the caller is likely to go on");
    line.take();
    let rest = "one one one one one one one one one one one one";
    assert_eq!(line.say(rest, Some(Kind::Card)), "⟨card 1⟩");
    assert!(
        line.value("⟨card 1⟩")
            .is_some_and(|value| value.len() >= 12)
    );
}

#[test]
fn typed_or_keyed_secret_answer_is_taken_verbatim() {
    let endless = "x".repeat(5000);
    for (kind, how, words, text, value) in [
        (
            Kind::Password,
            InputSource::Typed,
            " Hunter 2! ",
            "⟨password 1⟩",
            "Hunter 2!",
        ),
        (Kind::Password, InputSource::Typed, "cancel", "cancel", ""),
        (
            Kind::Pin,
            InputSource::Typed,
            "four two seven one",
            "⟨pin 1⟩",
            "4271",
        ),
        (
            Kind::Card,
            InputSource::Typed,
            "4111 1111 1111 1111",
            "⟨card 1⟩",
            "4111111111111111",
        ),
        (Kind::Pin, InputSource::Keypad, "4271#", "⟨pin 1⟩", "4271"),
        (
            Kind::Secret,
            InputSource::Keypad,
            "*4271",
            "⟨secret 1⟩",
            "4271",
        ),
        (
            Kind::Password,
            InputSource::Typed,
            &endless,
            "[password]",
            "",
        ),
    ] {
        let mut line = Line::default();
        let caught = line.capture.heard(words, &Some(kind).into(), how);
        line.take();
        assert_eq!(caught.text, text);
        let token = format!("⟨{kind} 1⟩");
        assert_eq!(line.value(&token).unwrap_or_default(), value, "{kind}");
    }
}

#[test]
fn unasked_passphrase_is_captured_to_end_of_sentence() {
    let mut line = Line::default();
    let said = "my password is red orange yellow green blue indigo violet pink brown black white grey silver gold. thanks";
    let text = line.say(said, None);
    assert!(
        !text.contains("silver") && text.ends_with("thanks"),
        "{text}"
    );
}

#[test]
fn argument_gets_contact_only_if_caller_said_it() {
    let spec = |name: &str| {
        let parameters = serde_json::json!({"properties": {name: {"type": "string"}}});
        let spec = conversimple_wire::ToolSpec {
            name: "send".into(),
            description: "Send an email".into(),
            parameters,
        };
        crate::call::Policy::of(&spec, crate::call::Author::Foreign).expect("a policy")
    };
    let mut line = Line::default();
    line.say("send it to jane@shop.example and my pin is 4271", None);
    line.say("the host is named foo at bar", None);
    for (name, text, expected) in [
        ("email", "⟨email 1⟩", Some("jane@shop.example")),
        ("to", "Jane <⟨email 1⟩>", Some("Jane <jane@shop.example>")),
        ("email", "mallory@evil.example", None),
        ("to", "⟨email 1⟩, mallory@evil.example", None),
        ("email", "⟨pin 1⟩", Some("⟨pin 1⟩")),
        ("email", "⟨email 2⟩", None),
        ("to", "Bob", Some("Bob")),
        ("note", "⟨email 1⟩", Some("⟨email 1⟩")),
        ("pin", "⟨pin 1⟩", Some("4271")),
        ("pin", "4271", None),
        ("password", "⟨email 1⟩", None),
    ] {
        let mut arguments = serde_json::Map::new();
        arguments.insert(name.to_owned(), text.into());
        let given = spec(name).resolve(&mut arguments, |takes, text| {
            line.capture.given(takes, text)
        });
        let given = given
            .is_ok()
            .then(|| arguments[name].as_str().unwrap_or_default());
        assert_eq!(given, expected, "{name}: {text}");
    }
}

#[test]
fn requested_contact_becomes_token() {
    let mut line = Line::default();
    line.capture.said("What is the e-mail address?");
    assert_eq!(line.say("jane at example dot com", None), "⟨email 1⟩");
    line.capture.said("What is the phone number?");
    assert_eq!(line.say("555 123 4567", None), "⟨phone 1⟩");
}

#[test]
fn unrequested_email_and_phone_become_tokens() {
    let mut line = Line::default();
    let text = line.say(
        "send it to jane dot doe at example dot com or call five five five one two three four five six seven",
        None,
    );
    assert_eq!(text, "send it to ⟨email 1⟩ or call ⟨phone 1⟩");
    assert_eq!(
        line.value("⟨email 1⟩").as_deref(),
        Some("jane.doe@example.com")
    );
    assert_eq!(line.value("⟨phone 1⟩").as_deref(), Some("5551234567"));
}

#[test]
fn card_is_given_out_when_length_and_check_digit_say_that_it_is_whole() {
    let asked = &Question::from(Some(Kind::Card));
    let mut line = Line::default();
    let missing = |have| {
        Some(Remark::Missing {
            kind: Kind::Card,
            have,
            of: Some(16),
        })
    };
    for (group, remark) in [
        ("four one one one", missing(4)),
        ("one one one one", missing(8)),
        ("one one one one", missing(12)),
    ] {
        let caught = line.capture.heard(group, asked, InputSource::Spoken);
        assert_eq!((caught.text.as_str(), caught.remark), ("[card]", remark));
        assert!(caught.unfinished && line.take().is_none());
    }
    let caught = line
        .capture
        .heard("one one one one", asked, InputSource::Spoken);
    assert_eq!((caught.text.as_str(), caught.remark), ("⟨card 1⟩", None));
    line.take();
    assert_eq!(line.value("⟨card 1⟩").as_deref(), Some("4111111111111111"));
}

#[test]
fn card_with_a_wrong_digit_is_given_to_nobody_and_begun_anew() {
    let asked = &Question::from(Some(Kind::Card));
    for how in [InputSource::Spoken, InputSource::Typed, InputSource::Keypad] {
        let mut line = Line::default();
        let caught = line.capture.heard("4111111111111112", asked, how);
        let mistaken = Remark::Mistaken {
            kind: Kind::Card,
            have: 16,
            of: None,
        };
        assert_eq!(
            (caught.text.as_str(), caught.remark),
            ("[card]", Some(mistaken)),
            "{how:?}"
        );
        line.take();
        assert!(line.capture.vault().is_empty());
        let caught = line.capture.heard("4111111111111111", asked, how);
        assert_eq!(caught.remark, None);
        line.take();
        assert_eq!(line.value("⟨card 1⟩").as_deref(), Some("4111111111111111"));
    }
}

#[test]
fn caller_who_was_asked_to_go_on_may_begin_anew() {
    let asked = &Question::from(Some(Kind::Card));
    let mut line = Line::default();
    line.capture
        .heard("four one one one one", asked, InputSource::Spoken);
    line.take();
    let whole = "four one one one one one one one one one one one one one one one";
    assert_eq!(
        line.capture.heard(whole, asked, InputSource::Spoken).text,
        "⟨card 1⟩"
    );
    line.take();
    assert_eq!(line.value("⟨card 1⟩").as_deref(), Some("4111111111111111"));
}

#[test]
fn number_of_another_length_than_declared_is_given_to_nobody() {
    let asked = &Question::Secret {
        kind: Kind::Pin,
        lengths: Some(4..=4),
    };
    let mut line = Line::default();
    let caught = line
        .capture
        .heard("four two seven", asked, InputSource::Spoken);
    let missing = Remark::Missing {
        kind: Kind::Pin,
        have: 3,
        of: Some(4),
    };
    assert_eq!(
        (caught.text.as_str(), caught.remark),
        ("[pin]", Some(missing))
    );
    line.take();
    assert_eq!(
        line.capture.heard("one", asked, InputSource::Spoken).text,
        "⟨pin 1⟩"
    );
    line.take();
    assert_eq!(line.value("⟨pin 1⟩").as_deref(), Some("4271"));
    let caught = line.capture.heard("42711", asked, InputSource::Keypad);
    assert!(matches!(
        caught.remark,
        Some(Remark::Mistaken {
            have: 5,
            of: Some(4),
            ..
        })
    ));
}

#[test]
fn digits_that_follow_a_number_are_more_of_it() {
    let mut line = Line::default();
    assert_eq!(line.say("4111111111111111", Some(Kind::Card)), "⟨card 1⟩");
    for more in ["seven, five, six, one", "7561"] {
        assert_eq!(line.say(more, None), "[card]");
    }
    assert_eq!(line.say("what is my balance", None), "what is my balance");
    assert_eq!(line.say("seven five", None), "seven five");
    let mut line = Line::default();
    line.say("4111111111111111", Some(Kind::Card));
    let spoken = InputSource::Spoken;
    let plain = line.capture.heard("2 5 0", &Question::Plain, spoken);
    assert_eq!(plain.text, "2 5 0", "something else was asked");
}

//! Tables and properties of the mask.

mod lines;

use proptest::prelude::*;

use super::corpus::{self, Dice, Half, Score};
use super::scan::{Setting, scan};
use super::{Span, Watch, find, in_characters, mask};

/// Recall and precision that every form must reach on frames that the mask was not tuned on.
const LEAST: f64 = 0.99;

fn shown(spans: &[Span]) -> Vec<&'static str> {
    spans.iter().map(|span| span.kind.as_str()).collect()
}

#[test]
fn mask_finds_every_form_in_held_out_frames() {
    let mut dice = Dice::new(20_261_123);
    let mut weak = Vec::new();
    for (kind, form) in corpus::forms() {
        let mut score = Score::default();
        let mut missed = None;
        for _ in 0..300 {
            let line = corpus::positive(&mut dice, kind, form, Half::Kept);
            let before = score.found;
            score.count(&line, &find(&line.text), true);
            if score.found == before {
                missed = Some(line.text);
            }
        }
        if score.recall() < LEAST || score.precision() < LEAST {
            weak.push(format!(
                "{kind} {form}: recall {:.3} precision {:.3} {missed:?}",
                score.recall(),
                score.precision()
            ));
        }
    }
    assert!(weak.is_empty(), "{weak:#?}");
}

#[test]
fn mask_false_positives_are_at_most_half_a_percent() {
    let mut dice = Dice::new(11);
    for half in [Half::Tuning, Half::Kept] {
        let touched: Vec<String> = (0..5000)
            .map(|_| corpus::negative(&mut dice, half))
            .filter(|line| !find(&line.text).is_empty())
            .map(|line| format!("{} -> {}", line.text, mask(&line.text)))
            .collect();
        assert!(touched.len() * 200 <= 5000, "{half:?}: {touched:#?}");
    }
}

#[test]
fn corpus_generator_has_enough_frames() {
    let (with, without) = corpus::frame_counts();
    assert!(with >= 60 && without >= 120, "{with} {without}");
}

#[test]
fn handwritten_lines_with_secret_are_all_found() {
    let missed: Vec<String> = lines::SECRET
        .iter()
        .map(|(kind, text)| (kind, lines::whole(text)))
        .filter(|(kind, text)| !find(text).iter().any(|span| span.kind == **kind))
        .map(|(kind, text)| format!("{kind}: {text} -> {}", mask(&text)))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn handwritten_lines_without_secret_are_untouched() {
    let touched: Vec<String> = lines::PLAIN
        .iter()
        .filter(|text| !find(text).is_empty())
        .map(|text| format!("{text} -> {}", mask(text)))
        .collect();
    assert!(touched.is_empty(), "{touched:#?}");
}

#[test]
fn doubtful_numbers_are_judged_by_their_neighbours() {
    let touched: Vec<String> = [
        "the bowling pin is 4271",
        "the safety pin is 4271",
        "the cotter pin is 4271",
        "a firing pin 4512",
        "hinge pin 4512 is out of stock",
        "pin 104 of the connector",
        "clause 10.4.2.1",
        "article 10.4.2.1",
        "section 10.4.2.1 says so",
        "see rule 10.4.2.1",
        "paragraph 10.4.2.1 of the lease",
        "under annex 10.4.2.1",
        "chapter 10.4.2.1",
        "version 10.0.0.1",
    ]
    .into_iter()
    .filter(|text| !find(text).is_empty())
    .map(|text| mask(text).into_owned())
    .collect();
    assert!(touched.is_empty(), "{touched:#?}");
    for text in [
        "my pin is 4271",
        "the pin is four two seven one",
        "my bank pin is 4271",
        "change my pin to 4271",
        "What's your PIN? 4271",
        "connect to 10.4.2.1",
        "my ip is 10.4.2.1",
        "10.4.2.1",
        "login from 203.0.113.7",
        "client_ip=10.4.2.1",
    ] {
        assert!(!find(text).is_empty(), "{text}");
    }
}

#[test]
fn masked_secret_is_replaced_by_its_placeholder() {
    for (text, masked) in [
        ("card 4111 1111 1111 1111!", "card ****1111!"),
        (
            "my old number, the new one is four one five five five five oh one two three",
            "my old number, the new one is ****0123",
        ),
        (
            "call me at four one five five five five oh one two three after five",
            "call me at ****0123 after five",
        ),
        (
            "fax it to three oh three five four two six six three seven",
            "fax it to ****6637",
        ),
        (
            "security code? oh yes it's three two four",
            "security code? oh yes it's [cvv]",
        ),
        ("cvv two is double nine eight", "cvv two is [cvv]"),
        ("my passcode is oh four one zero", "my passcode is [pin]"),
        ("password=tulip4rose&3", "password=[password]"),
        ("password=tulip&user=ann", "password=[password]&user=ann"),
        (
            "my card is 4111 1111 1111 1111 exp 09/27 cvv 123",
            "my card is ****1111 exp [expiry] cvv [cvv]",
        ),
        (
            "four one one one one one one one one one one one one one one one",
            "****1111",
        ),
        ("call (415) 555-2671 now", "call ****2671 now"),
        ("call +1 415 555 2671 now", "call ****2671 now"),
        ("my phone number is 555-0123", "my phone number is [phone]"),
        ("bob@example.com", "[email]"),
        ("password=hunter2&x=1", "password=[password]&x=1"),
        (
            "my password is sunflower and I want my balance",
            "my password is [password] and I want my balance",
        ),
        (
            "postgres://app:tulip#9@db/x",
            "postgres://app:[password]@db/x",
        ),
        (
            "Authorization: Bearer abcdef1234567890abcd",
            "Authorization: Bearer [api_key]",
        ),
        ("my card number is four one one", "my card number is [card]"),
        ("４１１１ １１１１ １１１１ １１１１", "****1111"),
        ("4111\u{200b}1111\u{200b}1111\u{200b}1111", "****1111"),
        ("4111–1111–1111–1111", "****1111"),
        (
            "put it on 4111 1111 1111 1111 for forty one dollars",
            "put it on ****1111 for forty one dollars",
        ),
        (
            "my order 4551, paid with 4111 1111 1111 1111",
            "my order 4551, paid with ****1111",
        ),
        (
            "my pin is 4271. Order number 4551 2233 is late",
            "my pin is [pin]. Order number 4551 2233 is late",
        ),
        (
            "⟨card 1⟩ and ****1111 and [email]",
            "⟨card 1⟩ and ****1111 and [email]",
        ),
        ("⟨card 4111111111111111⟩", "⟨card ****1111⟩"),
        ("[card] 4111111111111111", "[card] ****1111"),
        ("no secret here", "no secret here"),
        ("", ""),
    ] {
        assert_eq!(mask(text), masked, "{text}");
        assert_eq!(mask(masked), masked, "twice: {text}");
    }
}

#[test]
fn span_offsets_in_characters_select_secret_in_unicode_text() {
    let text = "Žofie ⟨x⟩: bob@example.com, 4111 1111 1111 1111";
    let spans = in_characters(text, &find(text));
    let picked: Vec<String> = spans
        .iter()
        .map(|s| text.chars().skip(s.start).take(s.end - s.start).collect())
        .collect();
    assert_eq!(picked, ["bob@example.com", "4111 1111 1111 1111"]);
}

/// One conversation: lines of the agent begin with `>`, growing ones with `~`; each other line is a whole utterance.
fn talk(lines: &[(&str, &str)]) {
    let mut watch = Watch::new();
    for (said, masked) in lines {
        if let Some(question) = said.strip_prefix('>') {
            watch.said(question);
            continue;
        }
        let (text, last) = said
            .strip_prefix('~')
            .map_or((*said, true), |text| (text, false));
        let heard = watch.heard(text, last);
        assert_eq!(heard.masked(text), *masked, "{lines:?}");
    }
}

#[test]
fn watch_joins_secret_split_over_turns() {
    for lines in [
        &[
            (
                "my card is four one one one one one one one",
                "my card is [card]",
            ),
            ("one one one one one one one one", "[card]"),
            ("two hundred dollars", "two hundred dollars"),
        ][..],
        &[
            ("four one one one one one one one", "[card]"),
            ("one one one one one one one one", "[card]"),
        ],
        &[
            ("my pin is", "my pin is"),
            ("four two seven one", "[pin]"),
            ("one", "one"),
        ],
        &[
            ("~my pin is four", "my pin is four"),
            ("~my pin is four two", "my pin is [pin]"),
            ("my pin is four two seven one", "my pin is [pin]"),
        ],
        &[
            ("~my card number is four one", "my card number is [card]"),
            ("~four one one one", "[card]"),
            ("~four one one one one one", "[card]"),
        ],
        &[
            (">What's your card number?", ""),
            ("four one one one", "[card]"),
            ("one one one one", "[card]"),
            ("one one one one one one one one", "[card]"),
            ("thank you", "thank you"),
        ],
        &[
            (">And the security code on the back?", ""),
            ("one two three", "[cvv]"),
        ],
        &[
            (">What's your PIN?", ""),
            ("it's uh four two seven one", "it's uh [pin]"),
        ],
        &[
            (">Please tell me your password.", ""),
            ("Sunflower.", "[password]."),
        ],
        &[
            (">Please tell me your password.", ""),
            ("I don't remember it", "I don't remember it"),
        ],
        &[
            (">What's your order number?", ""),
            (
                "four five five one two two three three",
                "four five five one two two three three",
            ),
        ],
        &[
            (">What's your phone number?", ""),
            ("five five five", "[phone]"),
            ("one two three four five six seven", "[phone]"),
        ],
        &[
            (">Your order 4551 was sent. Anything else?", ""),
            ("yes, charge 4111 1111 1111 1111", "yes, charge ****1111"),
        ],
        &[
            (
                "my zip is nine oh two one oh",
                "my zip is nine oh two one oh",
            ),
            ("four one five five five five two six seven one", "****2671"),
        ],
        &[
            (
                "its five four oh seven double",
                "its five four oh seven double",
            ),
            (
                "two one double three seven nine four five six one two",
                "[card]",
            ),
        ],
        &[
            ("it expires march", "it expires march"),
            ("twenty twenty eight", "[expiry]"),
        ],
        &[
            ("it's mark underscore becker", "it's mark underscore becker"),
            ("at gmail dot com", "[email]"),
        ],
        &[
            (
                "~my email is jane dot doe at example",
                "my email is [email]",
            ),
            ("~my iban is g b two nine", "my iban is [iban]"),
            (
                "~you can reach me at five zero three, six three eight",
                "you can reach me at [phone]",
            ),
            ("~its four one five, five one five, two", "its [card]"),
        ],
        &[
            ("the password is capital", "the password is [password]"),
            ("P a s s word one", "[password]"),
            ("and my order is late", "and my order is late"),
        ],
        &[
            ("I have two cards", "I have two cards"),
            ("one is blue", "one is blue"),
        ],
    ] {
        talk(lines);
    }
}

#[test]
fn watch_reports_first_part_of_split_number_later() {
    let mut watch = Watch::new();
    let first = "okay four one one one";
    assert!(watch.heard(first, true).spans.is_empty());
    let heard = watch.heard("one one one one one one one one one one one one", true);
    let earlier = heard.earlier.expect("the first four digits");
    assert_eq!(&first[earlier.start..earlier.end], "four one one one");
    assert!(heard.continues);
}

/// Inputs made to be slow: the number of tokens and spans must grow no faster than the text.
#[test]
fn mask_cost_on_hostile_input_is_linear() {
    for unit in [
        "one ",
        "4",
        "4 ",
        "4111 ",
        "a@",
        "a at ",
        "at a dot ",
        "eyJ.",
        "eyJhbGciOiJIUzI1NiJ9.",
        "sk-",
        "://",
        "://a:b@",
        "-----BEGIN PRIVATE· KEY-----",
        "password=\"",
        "password is ",
        "card number is ",
        "1:",
        "a:",
        "GB29 ",
        "g b 2 ",
        "[card",
        "****",
        "⟨card 1",
        "one sorry ",
        "uh ",
        "4111-",
        "curl -u a:b ",
        "12345678:",
        "golf bravo ",
        "caller: one ",
        "next four one ",
        "twenty, uh, one ",
        "g as in golf ",
        "555-2671x402 ",
        "4111111111111111|",
        "passphrase: a ",
        "password=foo.(",
        "é",
        "\u{200b}4",
    ] {
        let cost = |count: usize| {
            let text = lines::whole(unit).repeat(count);
            let found = scan(&text, Setting::default());
            found.tokens + found.spans.len()
        };
        let (small, large) = (cost(500), cost(5000));
        assert!(large <= small * 11 + 64, "{unit:?}: {small} {large}");
    }
}

/// Pieces that make a text dense with what the mask looks for.
fn dense() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "four",
        "one",
        "double",
        "oh",
        "forty",
        "hundred",
        "thousand",
        "sorry",
        "uh",
        "for",
        "to",
        "my",
        "card",
        "number",
        "is",
        "pin",
        "password",
        "cvv",
        "expires",
        "social",
        "phone",
        "call",
        "me",
        "at",
        "dot",
        "com",
        "gmail",
        "order",
        "4111",
        "1111",
        "12",
        "3",
        "09/27",
        "@",
        "-",
        ".",
        ",",
        "?",
        "\n",
        ":",
        "=",
        "\"",
        "(",
        ")",
        "+",
        "[card]",
        "****1111",
        "****",
        "⟨card 1⟩",
        "⟨",
        "sk-",
        "eyJ",
        "GB29",
        "://",
        "a:b@c",
        "é",
        "４",
        "\u{200b}",
        "that's",
        "ending",
        "in",
        "september",
        "-----BEGIN",
        "1.2.3.4",
        "::",
        "password=",
        "token:",
        "bearer",
        "the",
        "back",
        "on",
        "i",
        "z",
        "$",
        "dollars",
        "iban",
        "G B",
        "bob@example.com",
        "4111111111111111",
    ]);
    let glue = prop::sample::select(vec![" ", " ", " ", "", ", ", "-", "\n"]);
    prop::collection::vec((pieces, glue), 0..40)
        .prop_map(|list| list.into_iter().map(|(a, b)| format!("{a}{b}")).collect())
}

fn check_any(text: &str) {
    let spans = find(text);
    let mut end = 0;
    for span in &spans {
        assert!(
            span.start >= end && span.start < span.end && text.get(span.start..span.end).is_some(),
            "{spans:?} in {text:?}"
        );
        end = span.end;
    }
    let masked = mask(text).into_owned();
    assert_eq!(
        mask(&masked),
        masked,
        "{text:?} -> {:?}",
        shown(&find(&masked))
    );
    let mut watch = Watch::new();
    let half = (0..=text.len() / 2)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    for part in [&text[..half], &text[half..]] {
        for span in watch
            .heard(part, false)
            .spans
            .iter()
            .chain(&watch.heard(part, true).spans)
        {
            assert!(part.get(span.start..span.end).is_some());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mask_dense_text_does_not_panic_and_is_idempotent(text in dense()) {
        check_any(&text);
    }

    #[test]
    fn mask_any_text_does_not_panic_and_is_idempotent(text in any::<String>()) {
        check_any(&text);
    }

    #[test]
    fn mask_any_bytes_as_text_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check_any(&String::from_utf8_lossy(&bytes));
    }
}

//! What is said for what is written.

use super::spoken;
use proptest::prelude::*;

fn check(table: &[(&str, &str)]) {
    for (written, expected) in table {
        assert_eq!(spoken(written), *expected, "{written}");
    }
}

#[test]
fn money_is_spoken_in_its_units() {
    check(&[
        ("$20.00", "twenty dollars"),
        ("$1", "one dollar"),
        (
            "$1,234.56",
            "one thousand two hundred thirty four dollars and fifty six cents",
        ),
        (
            "$1250.5",
            "one thousand two hundred fifty dollars and fifty cents",
        ),
        ("$0.01", "one cent"),
        ("-$5.25", "minus five dollars and twenty five cents"),
        ("$-5", "minus five dollars"),
        ("$1.5 million", "one point five million dollars"),
        ("$10k", "ten thousand dollars"),
        ("€12.50", "twelve euros and fifty cents"),
        ("£3", "three pounds"),
        (
            "1250.50 USD",
            "one thousand two hundred fifty dollars and fifty cents",
        ),
        ("USD 20.00", "twenty dollars"),
        ("$20.00 USD.", "twenty dollars."),
        ("20 dollars", "twenty dollars"),
        (
            "Maximum amount is $10,000.",
            "Maximum amount is ten thousand dollars.",
        ),
    ]);
}

#[test]
fn numbers_are_spoken_by_their_kind() {
    check(&[
        ("1250.5", "one thousand two hundred fifty point five"),
        ("1,250", "one thousand two hundred fifty"),
        ("It is -40 now", "It is minus forty now"),
        ("3.5%", "three point five percent"),
        ("the 21st", "the twenty first"),
        ("72°F", "seventy two degrees Fahrenheit"),
        ("-3 °C", "minus three degrees Celsius"),
        ("5 km and 1 kg", "five kilometers and one kilogram"),
        ("5-7 days", "five to seven days"),
        ("4/5", "four out of five"),
        ("version 1.2.3", "version one dot two dot three"),
        ("You have 3 accounts.", "You have three accounts."),
    ]);
}

#[test]
fn dates_and_times_are_spoken_naturally() {
    check(&[
        ("2026-03-15", "March fifteenth, twenty twenty six"),
        ("03/15/2026", "March fifteenth, twenty twenty six"),
        ("15/03/2026", "March fifteenth, twenty twenty six"),
        ("March 3", "March third"),
        ("Mar 3, 2026", "March third, twenty twenty six"),
        ("3 May 1999", "May third, nineteen ninety nine"),
        ("June 2025", "June twenty twenty five"),
        (
            "2026-03-15T14:30:00Z",
            "March fifteenth, twenty twenty six at two thirty PM",
        ),
        ("at 9:05 am.", "at nine oh five AM."),
        ("at 9:05 a.m. today", "at nine oh five AM today"),
        ("at 14:30", "at two thirty PM"),
        ("at 9:00", "at nine o'clock"),
        ("3pm", "three PM"),
        ("since 2019", "since twenty nineteen"),
        ("May I help you?", "May I help you?"),
    ]);
}

#[test]
fn ids_and_masked_numbers_are_spelled_out() {
    check(&[
        ("acc_1001", "ay C C one zero zero one"),
        (
            "Account acc_1001 is open.",
            "Account ay C C one zero zero one is open.",
        ),
        ("ORD-2024-17", "O R D two zero two four one seven"),
        ("txn_9f3a", "T X N nine F three ay"),
        ("****1111", "ending in one one one one"),
        ("card ****1111.", "card ending in one one one one."),
        ("**** **** **** 4242", "ending in four two four two"),
        ("•••• 1111", "ending in one one one one"),
        ("xxxx-xxxx-xxxx-1111", "ending in one one one one"),
        ("ending in ****1111", "ending in one one one one"),
        ("ending in 1111", "ending in one one one one"),
        (
            "4111 1111 1111 1111",
            "four one one one, one one one one, one one one one, one one one one",
        ),
        (
            "(555) 123-4567",
            "five five five, one two three, four five six seven",
        ),
        ("555-0123", "five five five, zero one two three"),
        ("account 1001", "account one zero zero one"),
        (
            "confirmation number 83214",
            "confirmation number eight three two one four",
        ),
        ("PIN: 007", "PIN: zero zero seven"),
        ("#42", "number forty two"),
        ("123456789", "one two three four five six seven eight nine"),
        ("get_balance", "get balance"),
        ("processPayment", "process Payment"),
    ]);
}

#[test]
fn addresses_and_abbreviations_are_spoken_as_words() {
    check(&[
        (
            "Write to ann.lee@example.com.",
            "Write to ann dot lee at example dot com.",
        ),
        ("j***@example.com", "J at example dot com"),
        ("https://www.example.com/help", "example dot com slash help"),
        (
            "Mr. Smith vs. Dr. Jones",
            "Mister Smith versus Doctor Jones",
        ),
        ("12 Main St.", "twelve Main Street"),
        ("checking/savings", "checking or savings"),
        ("terms & conditions", "terms and conditions"),
        ("e.g. this", "for example this"),
        ("SMS or GmbH", "S M S or G M B H"),
        ("José Müller", "Jose Muller"),
        ("**Done!** It's sent…", "Done! It's sent."),
        ("Yes — really?!", "Yes, really?"),
        ("one (or two) left", "one, or two, left"),
        ("", ""),
        ("🙂 你好", ""),
    ]);
}

proptest! {
    #[test]
    fn spoken_form_of_any_text_has_only_words_and_punctuation(text in "\\PC{0,60}|[-$*#0-9.,:/@a-zA-Z_ %]{0,40}") {
        let said = spoken(&text);
        prop_assert!(
            said.chars().all(|c| c.is_ascii_alphabetic() || " '.,?!;:".contains(c)),
            "{said:?}"
        );
        prop_assert!(!said.contains("  "));
    }
}

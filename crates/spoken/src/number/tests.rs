//! Numbers in texts, by kind.

use super::*;
use crate::words::words;

fn check(text: &str, expected: &[&str]) {
    let list = words(text);
    let found: Vec<String> = numbers(&list)
        .iter()
        .map(|n| {
            format!(
                "{}{}{}",
                n.value.normalize(),
                n.currency.unwrap_or(""),
                if n.percent { "%" } else { "" }
            )
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn number_spoken_or_written_is_parsed() {
    check("pay twenty dollars", &["20USD"]);
    check("pay $50 now", &["50USD"]);
    check("20 dollars", &["20USD"]);
    check("twenty-five euros", &["25EUR"]);
    check("two hundred and fifty", &["250"]);
    check("one thousand two hundred thirty four", &["1234"]);
    check("a hundred pounds", &["100GBP"]);
    check("$1,200.50", &["1200.5USD"]);
    check("twenty dollars and fifty cents", &["20.5USD"]);
    check("fifty cents", &["0.5USD"]);
    check("twelve fifty dollars", &["12.5USD"]);
    check("three point one four", &["3.14"]);
    check("two and a half", &["2.5"]);
    check("3.5 million and 10k", &["3500000", "10000"]);
    check("5% or five percent", &["5%", "5%"]);
    check("minus five and -3", &["-5", "-3"]);
    check("5kg at 298K", &["5", "298"]);
    check("$1.2M and $5K", &["1200000USD", "5000USD"]);
    check("one, two, three", &["1", "2", "3"]);
    check("between 5 and 10", &["5", "10"]);
    check("five and ten", &["5", "10"]);
    check("acc_1001 4b7x9 rs6034464 1.2.3 1,2", &[]);
    check("nothing here", &[]);
    check("ten thousand dollars", &["10000USD"]);
    check("one million two hundred thousand", &["1200000"]);
}

#[test]
fn digits_in_groups_or_misheard_are_parsed() {
    for (text, loose, expected) in [
        ("four two, double one", false, "4211"),
        ("for to won ate", true, "4218"),
        ("12 34", false, "1234"),
        ("five five five, oh one", false, "55501"),
        ("twenty five", false, "25"),
        ("555-0134", false, "5550134"),
        ("call me", true, ""),
    ] {
        assert_eq!(digits(&words(text), loose), expected, "{text}");
    }
}

#[test]
fn huge_number_does_not_panic() {
    check(&"9".repeat(40), &[]);
    check(
        "999999999999999999999999 trillion",
        &["999999999999999999999999"],
    );
    let _ = numbers(&words(&"nine hundred thousand million billion ".repeat(50)));
}

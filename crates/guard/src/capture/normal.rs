//! What a secret would be if it had been typed: digits for numbers, one word for what was spelled.
//!
//! Decides the form that a tool receives. Corrections ("four two, sorry, four three") are applied where the length or the check
//! digits say how; where they do not, all digits stay and the tool's own check refuses.

use zeroize::Zeroizing;

use conversimple_mask::{Kind, spoken_digits, spoken_text};

/// The normal form of `words` as a value of `kind`.
#[must_use]
pub fn normal_form(kind: Kind, words: &str) -> Zeroizing<String> {
    match kind {
        Kind::Card | Kind::SecurityCode | Kind::Ssn | Kind::Pin => digits(kind, words),
        Kind::Phone => {
            let plus = if words.trim_start().starts_with('+') {
                "+"
            } else {
                ""
            };
            Zeroizing::new(format!("{plus}{}", digits(kind, words).as_str()))
        }
        Kind::Expiry => expiry(words),
        // What was written as an address is one: "one@two.example" holds no numbers.
        Kind::Email if words.contains('@') && !words.trim().contains(char::is_whitespace) => {
            Zeroizing::new(words.trim().to_owned())
        }
        Kind::Email => Zeroizing::new(spoken_text(words, false).to_lowercase().replace(' ', "")),
        Kind::Iban => {
            let letters = Zeroizing::new(spoken_text(words, false));
            Zeroizing::new(
                letters
                    .chars()
                    .filter(|c| c.is_ascii_alphanumeric())
                    .map(|c| c.to_ascii_uppercase())
                    .collect(),
            )
        }
        Kind::Password | Kind::Secret => password(words),
        _ => Zeroizing::new(words.trim().to_owned()),
    }
}

fn digits(kind: Kind, words: &str) -> Zeroizing<String> {
    let digits = Zeroizing::new(spoken_digits(kind, words));
    if digits.is_empty() {
        return Zeroizing::new(words.trim().to_owned());
    }
    Zeroizing::new(digits.iter().map(|d| char::from(b'0' + d)).collect())
}

/// `MM/YY`.
fn expiry(words: &str) -> Zeroizing<String> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let digits: String = spoken_digits(Kind::Expiry, words)
        .iter()
        .map(|d| char::from(b'0' + d))
        .collect();
    let lower = words.trim_start().to_lowercase();
    let named = MONTHS
        .iter()
        .position(|month| lower.starts_with(month))
        .map(|at| format!("{:02}", at + 1));
    let (month, year) = match (named, digits.len()) {
        (Some(month), 2 | 4) => (month, digits.as_str()),
        (None, 3 | 5) => (format!("0{}", &digits[..1]), &digits[1..]),
        (None, 4 | 6 | 8) => (digits[..2].to_owned(), &digits[2..]),
        _ => return Zeroizing::new(words.trim().to_owned()),
    };
    Zeroizing::new(format!("{month}/{}", &year[year.len() - 2..]))
}

/// Lower case where only recognition made it upper: a first letter, or every first letter. Full stop and comma at the end go.
fn password(words: &str) -> Zeroizing<String> {
    let trimmed = words
        .trim()
        .trim_end_matches(['.', ',', '?', ';', ':', '…']);
    let bare = trimmed
        .strip_suffix('!')
        .filter(|rest| rest.chars().all(|c| c.is_alphabetic() || c == ' '))
        .unwrap_or(trimmed);
    let written = !bare.contains(' ')
        && (bare.chars().any(|c| !c.is_alphabetic())
            || bare.chars().skip(1).any(char::is_uppercase));
    if written && !bare.contains('-') {
        return Zeroizing::new(bare.to_owned());
    }
    Zeroizing::new(spoken_text(bare, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spoken_value_is_normalised_to_typed_form() {
        for (kind, words, typed) in [
            (Kind::Card, "four one one one", "4111"),
            (Kind::Card, "forty one eleven, double one", "411111"),
            (Kind::Card, "4111 1111-1111.1111", "4111111111111111"),
            (Kind::Pin, "for to seven won", "4271"),
            (Kind::Pin, "four two, sorry, four two seven one", "4271"),
            (Kind::SecurityCode, "triple oh", "000"),
            (Kind::Ssn, "078-05-1120", "078051120"),
            (Kind::Phone, "+1 555 123 4567", "+15551234567"),
            (Kind::Expiry, "oh nine twenty seven", "09/27"),
            (Kind::Expiry, "September 2027", "09/27"),
            (Kind::Expiry, "9/27", "09/27"),
            (
                Kind::Email,
                "J O H N dot Smith at G mail dot com",
                "john.smith@gmail.com",
            ),
            (
                Kind::Email,
                "mary underscore ninety nine at yahoo dot co dot uk",
                "mary_99@yahoo.co.uk",
            ),
            (
                Kind::Email,
                "One+Two.Dot@three-four.example",
                "One+Two.Dot@three-four.example",
            ),
            (
                Kind::Iban,
                "gb29 nwbk 6016 1331 9268 19",
                "GB29NWBK60161331926819",
            ),
            (Kind::Password, "Sunflower.", "sunflower"),
            (Kind::Password, "s u n f l o w e r", "sunflower"),
            (Kind::Password, "S-U-N", "sun"),
            (Kind::Password, "Hunter2!", "Hunter2!"),
            (Kind::Password, "capital s unflower", "S unflower"),
            (
                Kind::Password,
                "Blue elephant seven seven",
                "blue elephant77",
            ),
            (Kind::Password, "tulip exclamation mark", "tulip!"),
            (Kind::Password, "correct horse", "correct horse"),
        ] {
            assert_eq!(normal_form(kind, words).as_str(), typed, "{kind} {words}");
        }
    }
}

//! How a value may be spoken of: enough for its owner to know it again, too little for anybody else.
//!
//! Decides what is said in place of a token: of an address its first letter and where it is, of a telephone number its
//! last digits, of a secret only what it is.

use super::{CLOSE, OPEN, Token, Vault};
use conversimple_mask::Kind;

/// A number is told by its last four where so many stand before them, as the mask does.
const HIDDEN_DIGITS: usize = 6;
/// A longer host is not said.
const HOST_BYTES: usize = 60;

impl Vault {
    /// `text` as it may be said aloud and shown: hints in place of tokens. With `named`, a hint says also what it is a hint
    /// of: "the address that starts with j and ends with example.com".
    #[must_use]
    pub fn spoken(&self, text: &str, named: bool) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find(OPEN) {
            let close = rest[open..].find(CLOSE).map(|at| open + at);
            let end = close.map(|close| close + CLOSE.len_utf8());
            let token = end.and_then(|end| Token::parse(&rest[open..end]));
            out.push_str(&rest[..open]);
            match (token, end) {
                (Some(token), Some(end)) => {
                    out.push_str(&self.hint(token, named));
                    rest = &rest[end..];
                }
                _ => rest = &rest[open + OPEN.len_utf8()..],
            }
        }
        out.push_str(rest);
        out
    }

    fn hint(&self, token: Token, named: bool) -> String {
        let value = self.value(token).unwrap_or_default();
        let hint = match token.kind {
            Kind::Email => email(value),
            Kind::Phone => phone(value),
            _ => None,
        };
        match (hint, noun(token.kind), named) {
            (Some(hint), noun, true) => format!("the {noun} {hint}"),
            (Some(hint), _, false) => hint,
            (None, noun, _) => format!("the {noun} you gave"),
        }
    }
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Email | Kind::Ip => "address",
        Kind::Phone | Kind::Iban => "number",
        Kind::Card => "card",
        Kind::SecurityCode => "security code",
        Kind::Expiry => "expiry date",
        Kind::Ssn => "social security number",
        Kind::Password => "password",
        Kind::Pin => "PIN",
        Kind::OneTimeCode => "code",
        Kind::BirthDate => "date of birth",
        Kind::PostalAddress => "address",
        Kind::BankAccount | Kind::NationalId => "number",
        Kind::Answer => "answer",
        _ => "secret",
    }
}

fn email(value: &str) -> Option<String> {
    let (name, host) = value.rsplit_once('@')?;
    let first = name.chars().next()?;
    if host.is_empty() || host.len() > HOST_BYTES {
        return None;
    }
    Some(if name.chars().count() > 2 {
        format!("starting with {first} and ending in {host}")
    } else {
        format!("ending in {host}")
    })
}

fn phone(value: &str) -> Option<String> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let last = digits.len().checked_sub(4)?;
    (last >= HIDDEN_DIGITS).then(|| format!("ending in {}", &digits[last..]))
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    #[test]
    fn contact_hint_identifies_value_without_revealing_it() {
        let mut vault = Vault::new();
        for (kind, value) in [
            (Kind::Email, "jane@shop.example"),
            (Kind::Email, "jo@shop.example"),
            (Kind::Phone, "+15550104567"),
            (Kind::Phone, "5550123"),
            (Kind::Card, "4111111111111111"),
        ] {
            vault
                .hold_typed(kind, Zeroizing::new(value.to_owned()))
                .expect("room");
        }
        for (text, named, expected) in [
            (
                "sent to ⟨email 1⟩.",
                true,
                "sent to the address starting with j and ending in shop.example.",
            ),
            (
                "⟨email 1⟩",
                false,
                "starting with j and ending in shop.example",
            ),
            ("⟨email 2⟩", false, "ending in shop.example"),
            ("call ⟨phone 1⟩", true, "call the number ending in 4567"),
            ("call ⟨phone 2⟩", true, "call the number you gave"),
            ("⟨card 1⟩", true, "the card you gave"),
            ("⟨card 7⟩ ⟨cat 1⟩ ⟨", true, "the card you gave cat 1⟩ "),
            ("nothing here", true, "nothing here"),
        ] {
            let said = vault.spoken(text, named);
            assert_eq!(said, expected);
            assert_eq!(
                conversimple_mask::mask(&said),
                said,
                "a hint is no secret to the mask"
            );
        }
    }
}

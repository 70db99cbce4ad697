//! What is known about a value, as a set of labels, and which labels a name gives. Which names are those of secrets is
//! decided by the mask's table; what happens to such a value by `flow` and `rules`.

use crate::facts::Fact;
pub(crate) use conversimple_mask::names::words;
use conversimple_mask::names::{self, Meaning};
use std::ops::{BitOr, BitOrAssign};

/// What is known about a value, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels(u32);

impl Labels {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const CARD: Self = Self(1);
    pub(crate) const SECURITY_CODE: Self = Self(1 << 1);
    pub(crate) const PASSWORD: Self = Self(1 << 2);
    pub(crate) const PIN: Self = Self(1 << 3);
    /// National and tax numbers, passports, licences.
    pub(crate) const NATIONAL: Self = Self(1 << 4);
    pub(crate) const BANK: Self = Self(1 << 5);
    /// E-mail, phone, birth date, address.
    pub(crate) const PERSONAL: Self = Self(1 << 6);
    pub(crate) const HEALTH: Self = Self(1 << 7);
    /// API keys and other secrets of the program.
    pub(crate) const KEY: Self = Self(1 << 8);
    /// A bare `token`, which in a parser is no secret.
    pub(crate) const TOKEN: Self = Self(1 << 9);
    /// A whole message from or to the platform, with all that the caller said.
    pub(crate) const PAYLOAD: Self = Self(1 << 10);
    /// An exception or its text.
    pub(crate) const ERROR: Self = Self(1 << 11);
    /// A stack trace.
    pub(crate) const TRACE: Self = Self(1 << 12);
    /// Came in as an argument of a tool.
    pub(crate) const INPUT: Self = Self(1 << 13);
    /// A number by construction, so it cannot carry text.
    pub(crate) const NUMBER: Self = Self(1 << 14);
    /// Masked, cut, hashed, encrypted or reduced to a truth value on the way.
    pub(crate) const SAFE: Self = Self(1 << 15);
    /// Made from a key, by whatever way.
    pub(crate) const FROM_KEY: Self = Self(1 << 16);
    /// From the command line.
    pub(crate) const ARGV: Self = Self(1 << 17);
    /// A hasher fit for files, not for passwords.
    pub(crate) const WEAK_HASHER: Self = Self(1 << 18);
    /// Came in as an argument of a function that a tool of the same file may call.
    pub(crate) const ARGUMENT: Self = Self(1 << 19);
    /// An address or host that the code compares with a list before use.
    pub(crate) const CHECKED: Self = Self(1 << 20);
    /// A builder of shell commands.
    pub(crate) const SHELL: Self = Self(1 << 22);
    /// The same bytes at every run, where a nonce should be fresh.
    pub(crate) const FIXED: Self = Self(1 << 24);
    /// An exception that has been turned into text.
    pub(crate) const ERROR_TEXT: Self = Self(1 << 23);

    /// What must not be read in a log.
    pub(crate) const SENSITIVE: Self = Self(
        Self::CARD.0
            | Self::SECURITY_CODE.0
            | Self::PASSWORD.0
            | Self::PIN.0
            | Self::NATIONAL.0
            | Self::BANK.0
            | Self::PERSONAL.0
            | Self::HEALTH.0
            | Self::KEY.0,
    );
    /// What is never returned whole.
    pub(crate) const NEVER_SAID: Self = Self(
        Self::CARD.0 | Self::SECURITY_CODE.0 | Self::PASSWORD.0 | Self::PIN.0 | Self::NATIONAL.0,
    );
    /// What is stored only under encryption (or, a password, as a slow hash).
    pub(crate) const SEALED_AT_REST: Self = Self(
        Self::CARD.0
            | Self::PASSWORD.0
            | Self::PIN.0
            | Self::NATIONAL.0
            | Self::BANK.0
            | Self::HEALTH.0,
    );

    pub(crate) fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    pub(crate) fn without(self, gone: Self) -> Self {
        Self(self.0 & !gone.0)
    }

    pub(crate) fn only(self, kept: Self) -> Self {
        Self(self.0 & kept.0)
    }

    /// What is left after masking, cutting or hashing: where it came from, not what it was.
    pub(crate) fn made_safe(self) -> Self {
        self.without(Self::SENSITIVE | Self::PAYLOAD | Self::TOKEN) | Self::SAFE
    }

    /// What is known of a text that holds both.
    pub(crate) fn joined(self, other: Self) -> Self {
        let both_safe = self.any(Self::SAFE) && other.any(Self::SAFE);
        let both_numbers = self.any(Self::NUMBER) && other.any(Self::NUMBER);
        let both_checked = self.any(Self::CHECKED) && other.any(Self::CHECKED);
        let mut labels = (self | other).without(Self::SAFE | Self::NUMBER | Self::CHECKED);
        for (is_kept, label) in [
            (both_safe, Self::SAFE),
            (both_numbers, Self::NUMBER),
            (both_checked, Self::CHECKED),
        ] {
            if is_kept {
                labels |= label;
            }
        }
        labels
    }

    /// The part of `of` that can be read in the value.
    pub(crate) fn exposed(self, of: Self) -> Self {
        if self.any(Self::SAFE) {
            Self::NONE
        } else {
            self.only(of)
        }
    }

    /// The words for the first sensitive thing in the set.
    pub(crate) fn noun(self) -> &'static str {
        let nouns = [
            (Self::SECURITY_CODE, "a card's security code"),
            (Self::CARD, "a card number"),
            (Self::PASSWORD, "a password"),
            (Self::PIN, "a PIN"),
            (Self::KEY, "a key or secret"),
            (Self::NATIONAL, "a national identity number"),
            (Self::BANK, "a bank account number"),
            (Self::HEALTH, "health data"),
            (Self::PERSONAL, "personal data"),
            (Self::TOKEN, "a token"),
            (Self::TRACE, "a stack trace"),
            (Self::ERROR, "the text of an exception"),
            (Self::PAYLOAD, "a whole message"),
        ];
        nouns
            .iter()
            .find(|(label, _)| self.any(*label))
            .map_or("a value", |(_, noun)| noun)
    }
}

impl BitOr for Labels {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Labels {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// What the name says about the value behind it. The mask's table decides which names are those of secrets; what makes
/// a name speak about a secret in source code, and what holds a whole message, are facts of the check.
pub(crate) fn meaning(name: &str) -> Labels {
    let words = words(name);
    if words.is_empty() || words.len() > LONGEST_NAME {
        return Labels::NONE;
    }
    let found = names::meaning(name);
    let labels = found.map_or(Labels::NONE, of_meaning);
    // The id of a tax number is the number itself, so only the mask's own words make such a name harmless.
    if labels.any(Labels::NATIONAL) {
        return labels;
    }
    if name.starts_with(char::is_lowercase) && Fact::NamePayload.has(&words.join("_")) {
        return Labels::PAYLOAD;
    }
    if words.iter().any(|word| Fact::NameAbout.has(word)) {
        return Labels::NONE;
    }
    let ends_in_token = words
        .last()
        .is_some_and(|last| Fact::TokenWord.has(last.as_str()));
    if ends_in_token {
        labels | Labels::TOKEN
    } else {
        labels
    }
}

/// Longer names are sentences, in words.
const LONGEST_NAME: usize = 7;

fn of_meaning(meaning: Meaning) -> Labels {
    match meaning {
        Meaning::Card => Labels::CARD,
        Meaning::SecurityCode => Labels::SECURITY_CODE,
        Meaning::Password => Labels::PASSWORD,
        Meaning::Pin => Labels::PIN,
        Meaning::Ssn | Meaning::NationalId => Labels::NATIONAL,
        Meaning::Iban | Meaning::BankAccount => Labels::BANK,
        Meaning::Key | Meaning::Secret => Labels::KEY,
        Meaning::Token => Labels::TOKEN,
        Meaning::Email | Meaning::Phone | Meaning::PostalAddress | Meaning::BirthDate => {
            Labels::PERSONAL
        }
        Meaning::Health => Labels::HEALTH,
        // No rule speaks of one-time codes, expiry dates and addresses of machines.
        _ => Labels::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Labels) {
        assert_eq!(meaning(name), expected, "{name}");
    }

    #[test]
    fn secret_name_in_any_case_has_its_label() {
        for name in [
            "card_number",
            "cardNumber",
            "CARD_NUMBER",
            "creditCardNumber",
            "pan",
            "cc_num",
        ] {
            check(name, Labels::CARD);
        }
        for name in ["cvv", "CVC2", "security_code", "cardCvv"] {
            assert!(meaning(name).any(Labels::SECURITY_CODE), "{name}");
        }
        for name in [
            "api_key",
            "apiKey",
            "CONVERSIMPLE_API_KEY",
            "client_secret",
            "stripeSecretKey",
        ] {
            assert!(meaning(name).any(Labels::KEY), "{name}");
        }
        for name in ["password", "db_password", "userPassword", "db_pass"] {
            check(name, Labels::PASSWORD);
        }
        check("ssn", Labels::NATIONAL);
        check("date_of_birth", Labels::PERSONAL);
        check("iban", Labels::BANK);
    }

    #[test]
    fn name_only_related_to_secret_has_no_label() {
        for name in [
            "password_hash",
            "masked_card_number",
            "card_id",
            "api_key_name",
            "is_password_valid",
            "token_count",
            "key",
            "secrets",
            "tokens",
            "card_last_four",
            "username",
            "user_id",
            "pin_count",
            "spinner",
            "monkey",
            "email_template",
            "account_id",
            "company",
            "passed",
            "bypass",
        ] {
            check(name, Labels::NONE);
        }
    }
}

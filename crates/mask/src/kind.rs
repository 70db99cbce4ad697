//! What a secret is called and where it stands.
//!
//! Decides the stable names of the kinds and their labels; which text is of which kind is decided by the detectors.

/// What kind of secret was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A payment card's number, whole or still growing.
    Card,
    /// The three or four digits on a card (CVV, CVC).
    SecurityCode,
    /// A card's month and year of expiry.
    Expiry,
    /// A United States social security number.
    Ssn,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// An international bank account number.
    Iban,
    /// An IPv4 or IPv6 address, loopback excepted.
    Ip,
    /// A key, token or private key of a service.
    ApiKey,
    /// A JSON web token.
    Jwt,
    /// A password or passphrase.
    Password,
    /// A personal identification number.
    Pin,
    /// A code that works once: by SMS, by e-mail, from an authenticator.
    OneTimeCode,
    /// The number of a bank account, or of the bank: routing number, sort code.
    BankAccount,
    /// A date of birth.
    BirthDate,
    /// Another number that a state gives to a person: passport, driving licence, national insurance, tax.
    NationalId,
    /// A postal address, or its code, said as one's own.
    PostalAddress,
    /// The answer to a security question: a maiden name, a first pet.
    Answer,
    /// Anything that was asked for as a secret and is none of the others.
    Secret,
}

/// Every kind with its stable name and what replaces a whole secret of it, in the order of declaration.
const NAMES: [(Kind, &str, &str); 19] = [
    (Kind::Card, "card", "[card]"),
    (Kind::SecurityCode, "cvv", "[cvv]"),
    (Kind::Expiry, "expiry", "[expiry]"),
    (Kind::Ssn, "ssn", "[ssn]"),
    (Kind::Phone, "phone", "[phone]"),
    (Kind::Email, "email", "[email]"),
    (Kind::Iban, "iban", "[iban]"),
    (Kind::Ip, "ip", "[ip]"),
    (Kind::ApiKey, "api_key", "[api_key]"),
    (Kind::Jwt, "jwt", "[jwt]"),
    (Kind::Password, "password", "[password]"),
    (Kind::Pin, "pin", "[pin]"),
    (Kind::OneTimeCode, "one_time_code", "[one_time_code]"),
    (Kind::BankAccount, "bank_account", "[bank_account]"),
    (Kind::BirthDate, "birth_date", "[birth_date]"),
    (Kind::NationalId, "national_id", "[national_id]"),
    (Kind::PostalAddress, "postal_address", "[postal_address]"),
    (Kind::Answer, "answer", "[answer]"),
    (Kind::Secret, "secret", "[secret]"),
];

impl Kind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; NAMES.len()] = {
        let mut all = [Self::Card; NAMES.len()];
        let mut at = 0;
        while at < NAMES.len() {
            all[at] = NAMES[at].0;
            at += 1;
        }
        all
    };

    /// The stable lower-case name: "card", "cvv", "expiry" …
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let known = NAMES.iter().find(|(_, known, _)| *known == name);
        known.map(|(kind, _, _)| *kind)
    }

    /// What replaces a whole secret of this kind.
    #[must_use]
    pub const fn label(self) -> &'static str {
        NAMES[self as usize].2
    }
}

/// A set of kinds: which secrets are looked for.
///
/// ```
/// use conversimple_mask::{Kind, Kinds, mask_kinds};
///
/// let line = "born on 04/28/1984, mail bob@example.com";
/// assert_eq!(mask_kinds(line, Kinds::ALL), "born on [birth_date], mail [email]");
/// assert_eq!(mask_kinds(line, Kinds::ALL.without(Kind::BirthDate)), "born on 04/28/1984, mail [email]");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u32);

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self((1 << NAMES.len()) - 1);
    /// What a tool's argument can ask for by a kind of its own: all but what a caller says about itself in the course of a call
    /// (one-time codes, accounts, dates of birth, state numbers, addresses, answers to security questions).
    pub const ASKED: Self = Self::ALL
        .without(Kind::OneTimeCode)
        .without(Kind::BankAccount)
        .without(Kind::BirthDate)
        .without(Kind::NationalId)
        .without(Kind::PostalAddress)
        .without(Kind::Answer);

    /// No kind.
    pub const NONE: Self = Self(0);

    /// The set with `kind`.
    #[must_use]
    pub const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u32)
    }

    /// The set without `kind`.
    #[must_use]
    pub const fn without(self, kind: Kind) -> Self {
        Self(self.0 & !(1 << kind as u32))
    }

    /// Whether `kind` is in the set.
    #[must_use]
    pub const fn has(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u32 != 0
    }
}

impl Default for Kinds {
    fn default() -> Self {
        Self::ALL
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a secret stands: `start..end` are byte offsets on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First byte of the secret.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_the_kinds() {
        for (at, (kind, name, label)) in NAMES.into_iter().enumerate() {
            assert_eq!(kind as usize, at, "{name}");
            assert_eq!(label, format!("[{name}]"));
        }
    }
}

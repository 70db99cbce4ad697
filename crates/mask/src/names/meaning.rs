//! What a name can mean, and which meanings are secrets.
//!
//! Decides nothing about names: the table does.

use crate::kind::Kind;

/// What the value behind a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Meaning {
    /// A password or passphrase.
    Password,
    /// A personal identification number.
    Pin,
    /// A code that works once: by SMS, by e-mail, from an authenticator.
    OneTimeCode,
    /// A payment card's number.
    Card,
    /// The three or four digits on a card.
    SecurityCode,
    /// A card's month or year of expiry.
    Expiry,
    /// A United States social security number.
    Ssn,
    /// Another number that a state gives to a person: passport, licence, tax number.
    NationalId,
    /// An international bank account number.
    Iban,
    /// Another number of a bank account, or of the bank.
    BankAccount,
    /// A key, credential or named token of a service.
    Key,
    /// A bare token, which in a parser is no secret.
    Token,
    /// Called a secret and nothing more.
    Secret,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// An IP address.
    Ip,
    /// A postal address or its code.
    PostalAddress,
    /// A date of birth.
    BirthDate,
    /// Something about a person's health.
    Health,
}

impl Meaning {
    /// The meanings by their names in the table.
    pub(super) const NAMES: [(&'static str, Self); 19] = [
        ("password", Self::Password),
        ("pin", Self::Pin),
        ("one_time_code", Self::OneTimeCode),
        ("card", Self::Card),
        ("security_code", Self::SecurityCode),
        ("expiry", Self::Expiry),
        ("ssn", Self::Ssn),
        ("national_id", Self::NationalId),
        ("iban", Self::Iban),
        ("bank_account", Self::BankAccount),
        ("key", Self::Key),
        ("token", Self::Token),
        ("secret", Self::Secret),
        ("email", Self::Email),
        ("phone", Self::Phone),
        ("ip", Self::Ip),
        ("postal_address", Self::PostalAddress),
        ("birth_date", Self::BirthDate),
        ("health", Self::Health),
    ];

    /// The kind of secret that such a value is, if it is one. Contacts are none, nor are things that the mask has no kind for.
    #[must_use]
    pub const fn secret(self) -> Option<Kind> {
        match self {
            Self::Password => Some(Kind::Password),
            Self::Pin | Self::OneTimeCode => Some(Kind::Pin),
            Self::Card => Some(Kind::Card),
            Self::SecurityCode => Some(Kind::SecurityCode),
            Self::Expiry => Some(Kind::Expiry),
            Self::Ssn => Some(Kind::Ssn),
            Self::Iban => Some(Kind::Iban),
            Self::Key | Self::Token => Some(Kind::ApiKey),
            Self::Secret => Some(Kind::Secret),
            Self::NationalId
            | Self::BankAccount
            | Self::Email
            | Self::Phone
            | Self::Ip
            | Self::PostalAddress
            | Self::BirthDate
            | Self::Health => None,
        }
    }
}

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
    /// Anything that was asked for as a secret and is none of the others.
    Secret,
}

impl Kind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 13] = [
        Self::Card,
        Self::SecurityCode,
        Self::Expiry,
        Self::Ssn,
        Self::Phone,
        Self::Email,
        Self::Iban,
        Self::Ip,
        Self::ApiKey,
        Self::Jwt,
        Self::Password,
        Self::Pin,
        Self::Secret,
    ];

    /// The stable lower-case name: "card", "cvv", "expiry" …
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::SecurityCode => "cvv",
            Self::Expiry => "expiry",
            Self::Ssn => "ssn",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Iban => "iban",
            Self::Ip => "ip",
            Self::ApiKey => "api_key",
            Self::Jwt => "jwt",
            Self::Password => "password",
            Self::Pin => "pin",
            Self::Secret => "secret",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What replaces a whole secret of this kind.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Card => "[card]",
            Self::SecurityCode => "[cvv]",
            Self::Expiry => "[expiry]",
            Self::Ssn => "[ssn]",
            Self::Phone => "[phone]",
            Self::Email => "[email]",
            Self::Iban => "[iban]",
            Self::Ip => "[ip]",
            Self::ApiKey => "[api_key]",
            Self::Jwt => "[jwt]",
            Self::Password => "[password]",
            Self::Pin => "[pin]",
            Self::Secret => "[secret]",
        }
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

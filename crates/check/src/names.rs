//! What an identifier says that its value is: a card number, a password, a key, personal data. Decides by words, in
//! snake case, camel case or kebab case alike; leaves what happens to such a value to `flow` and `rules`.

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

/// Words that make the thing around a secret out of its name: `password_hash`, `card_id`, `is_api_key_valid`.
const HARMLESS: &[&str] = &[
    "masked",
    "mask",
    "redacted",
    "redact",
    "last4",
    "lastfour",
    "last",
    "hash",
    "hashed",
    "hasher",
    "digest",
    "encrypted",
    "sealed",
    "tokenized",
    "ciphertext",
    "id",
    "ids",
    "uuid",
    "count",
    "len",
    "length",
    "type",
    "kind",
    "valid",
    "validator",
    "is",
    "has",
    "have",
    "needs",
    "name",
    "names",
    "env",
    "var",
    "file",
    "path",
    "dir",
    "url",
    "uri",
    "error",
    "errors",
    "hint",
    "policy",
    "field",
    "fields",
    "column",
    "label",
    "labels",
    "regex",
    "re",
    "pattern",
    "status",
    "state",
    "expiry",
    "expires",
    "expired",
    "expiration",
    "ttl",
    "age",
    "prefix",
    "suffix",
    "max",
    "min",
    "index",
    "invalid",
    "required",
    "missing",
    "reset",
    "form",
    "page",
    "link",
    "endpoint",
    "manager",
    "service",
    "provider",
    "strength",
    "placeholder",
    "schema",
    "callback",
    "brand",
    "format",
    "template",
    "verified",
    "verify",
    "verification",
    "sent",
    "enabled",
    "exists",
    "present",
    "set",
    "changed",
    "rotated",
    "check",
    "message",
    "prompt",
    "title",
    "text",
    "description",
    "example",
    "version",
    "algorithm",
    "size",
    "limit",
    "attempts",
    "required",
    "options",
    "config",
    "settings",
    "info",
    "error",
    "header",
    "scope",
    "scopes",
    "parser",
    "input",
    "widget",
    "event",
    "handler",
    "fn",
    "func",
    "class",
    "module",
    "table",
    "model",
    "store",
    "storage",
    "repo",
    "repository",
    "sender",
    "domain",
    "bounce",
    "regexp",
    "country",
    "area",
    "code2",
    "types",
    "keys",
    "map",
    "list",
    "reader",
    "writer",
    "factory",
    "builder",
    "context",
    "backend",
    "ok",
    "match",
    "matches",
    "fingerprint",
    "source",
    "lookup",
    "ref",
    "reference",
    "handle",
    "alias",
    "marker",
    "const",
    "method",
];

/// The lower-case words of an identifier.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut previous = ' ';
    for c in name.chars().take(120) {
        if !c.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else {
            if c.is_uppercase()
                && (previous.is_lowercase() || previous.is_ascii_digit())
                && !word.is_empty()
            {
                words.push(std::mem::take(&mut word));
            }
            word.extend(c.to_lowercase());
        }
        previous = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// What the name says about the value behind it.
pub(crate) fn meaning(name: &str) -> Labels {
    let words = words(name);
    let has = |word: &str| words.iter().any(|found| found == word);
    let has_any = |list: &[&str]| list.iter().any(|word| has(word));
    if words.is_empty() || words.len() > 7 {
        return Labels::NONE;
    }
    if has_any(&["ssn", "sin", "nino"])
        || (has("social") && has("security"))
        || (has_any(&["national", "tax", "government"]) && has("id"))
        || (has("passport") && has_any(&["number", "no", "num", "id"]))
        || (has_any(&["driver", "drivers", "driving"]) && has_any(&["license", "licence"]))
    {
        let about = [
            "masked",
            "redacted",
            "last4",
            "last",
            "valid",
            "is",
            "has",
            "encrypted",
            "sealed",
            "hashed",
            "digest",
            "token",
            "tokenized",
            "ciphertext",
            "column",
            "field",
            "regex",
            "pattern",
            "re",
            "length",
            "hash",
            "hint",
        ];
        return if has_any(&about) {
            Labels::NONE
        } else {
            Labels::NATIONAL
        };
    }
    let payloads = [
        "payload",
        "raw_payload",
        "arguments",
        "tool_args",
        "tool_arguments",
        "tool_input",
        "raw_message",
        "message_data",
        "request_body",
        "transcript",
        "call_args",
        "rawMessage",
        "toolArgs",
        "toolInput",
        "requestBody",
        "event_payload",
        "tool_payload",
    ];
    if payloads.contains(&name) {
        return Labels::PAYLOAD;
    }
    if has_any(HARMLESS) {
        return Labels::NONE;
    }
    let mut labels = secret_meaning(&words);
    if has_any(&["cvv", "cvv2", "cvc", "cvc2", "cvn"])
        || (has("security") && has("code"))
        || (has("card") && has("code"))
    {
        labels |= Labels::SECURITY_CODE;
    }
    let is_card = has_any(&["card", "cc", "credit", "debit", "creditcard"]);
    if has_any(&[
        "pan",
        "cardnumber",
        "cardnum",
        "ccnum",
        "ccnumber",
        "cardno",
        "creditcardnumber",
    ]) || (is_card && has_any(&["number", "num", "no", "pan", "digits"]))
        || (has_any(&["credit", "debit", "full"])
            && words.last().is_some_and(|last| last == "card"))
        || has("creditcard")
    {
        labels |= Labels::CARD;
    }
    let is_account = has_any(&["account", "acct", "bank", "routing"]);
    if has("iban")
        || (has("sort") && has("code"))
        || (is_account && has_any(&["number", "num", "no"]))
    {
        labels |= Labels::BANK;
    }
    if has_any(&["diagnosis", "prescription", "allergies"])
        || (has("medical") && has_any(&["record", "history"]))
    {
        labels |= Labels::HEALTH;
    }
    let is_place = has_any(&["home", "street", "billing", "shipping", "mailing", "postal"]);
    if has_any(&[
        "email",
        "phone",
        "telephone",
        "dob",
        "birthdate",
        "birthday",
        "msisdn",
    ]) || (has("birth") && has("date"))
        || (has("e") && has("mail"))
        || (has("mobile") && has("number"))
        || (is_place && has("address"))
    {
        labels |= Labels::PERSONAL;
    }
    labels
}

fn secret_meaning(words: &[String]) -> Labels {
    let has = |word: &str| words.iter().any(|found| found == word);
    let has_any = |list: &[&str]| list.iter().any(|word| has(word));
    let mut labels = Labels::NONE;
    if has_any(&["password", "passwd", "passphrase", "passcode", "pword"])
        || (has("pwd") && words.len() > 1)
        || (words.last().is_some_and(|last| last == "pass")
            && words.len() > 1
            && words.len() < 4
            && !has("test"))
    {
        labels |= Labels::PASSWORD;
    }
    let is_pin_owner = has_any(&[
        "card", "user", "customer", "account", "caller", "atm", "sim", "code", "number",
    ]);
    if has("pin") && (words.len() == 1 || is_pin_owner) {
        labels |= Labels::PIN;
    }
    let last_is = |list: &[&str]| {
        words
            .last()
            .is_some_and(|last| list.contains(&last.as_str()))
    };
    let kinds = [
        "api",
        "private",
        "signing",
        "encryption",
        "master",
        "access",
        "secret",
        "service",
        "auth",
        "fernet",
        "cipher",
        "aes",
        "stripe",
        "openai",
        "twilio",
        "aws",
        "account",
        "webhook",
        "deepgram",
        "elevenlabs",
        "anthropic",
        "conversimple",
        "platform",
        "hmac",
        "jwt",
        "live",
        "app",
        "license",
    ];
    if has_any(&[
        "apikey",
        "secretkey",
        "authtoken",
        "accesstoken",
        "privatekey",
        "apitoken",
        "accesskey",
    ]) || (last_is(&["key"]) && has_any(&kinds) && !has("public"))
        || last_is(&["secret", "credential", "credentials"])
        || (has("api") && has("key"))
        || (has("token")
            && has_any(&[
                "auth", "access", "refresh", "bearer", "api", "bot", "session", "jwt", "webhook",
                "secret", "oauth",
            ]))
        || (has("secret") && last_is(&["key", "token"]))
    {
        labels |= Labels::KEY;
    }
    if last_is(&["token", "jwt"]) {
        labels |= Labels::TOKEN;
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Labels) {
        assert_eq!(meaning(name), expected, "{name}");
    }

    #[test]
    fn a_name_says_what_its_value_is() {
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
    fn a_name_of_something_around_a_secret_is_harmless() {
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

//! Whether a file can have a finding that needs its syntax tree. Decides in one pass over the bytes, because parsing
//! is ten times slower and most files of a large tree have nothing to do with any rule.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// One of these is enough.
const ALONE: &[&str] = &[
    "?token=",
    "&token=",
    "&key=",
    "?key=",
    "aes.new",
    "des.new",
    "des3.new",
    "cipher",
    "blowfish",
    "raw_message",
    "rawmessage",
    "message_data",
    "request_body",
    "argv",
    "tool",
    "password",
    "passwd",
    "passphrase",
    "api_key",
    "apikey",
    "api-key",
    "secret",
    "auth_token",
    "authtoken",
    "access_token",
    "accesstoken",
    "private_key",
    "card_num",
    "cardnum",
    "credit_card",
    "creditcard",
    "cvv",
    "cvc",
    "security_code",
    "ssn",
    "social_security",
    "customer_id",
    "customerid",
    "conversimple",
    "ws://",
    "\"http://",
    "'http://",
    "`http://",
    "encryption_key",
    "encryptionkey",
    "signing_key",
    "_token",
    "verify=false",
    "cert_none",
    "check_hostname",
    "unverified",
    "rejectunauthorized",
    "tls_reject",
    "accept_invalid",
    "certificate_verifier",
    "insert into",
    "delete from",
    "replace into",
    "drop table",
    "alter table",
    "truncate table",
    "mode_ecb",
    "ecb",
    "arc4",
    "createcipher",
    "_iv",
    "nonce",
    "payload",
    "format_exc",
    "iban",
    "account_number",
    "routing_number",
    "passport",
    "national_id",
    "date_of_birth",
    "b64decode",
    "atob(",
    "fromhex",
    "unhexlify",
    "fernet",
    "sk_live",
    "cs_live",
    "sk-",
    "ghp_",
    "xor",
    "encrypt",
    "tax_id",
    "diagnosis",
    "medical",
];

/// Both of a pair are needed.
const PAIRS: &[(&str, &str)] = &[
    ("select ", "from "),
    ("update ", "set "),
    ("websocket", "connect"),
    ("md5", "pin"),
    ("sha", "pin"),
    ("email", "logg"),
    ("email", "console."),
    ("email", "print("),
    ("phone", "logg"),
    ("phone", "console."),
    ("phone", "print("),
    ("transcript", "logg"),
    ("transcript", "console."),
    ("transcript", "print("),
    ("arguments", "logg"),
    ("arguments", "console."),
    ("arguments", "print("),
    ("verify", "false"),
    ("ssl", "false"),
    ("base_url", "http:"),
];

static MARKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let marks = ALONE
        .iter()
        .copied()
        .chain(PAIRS.iter().flat_map(|(first, second)| [*first, *second]));
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(marks)
        .ok()
});

/// Whether any rule that follows values or looks at tools can say something.
pub(crate) fn is_worth_parsing(text: &str) -> bool {
    let Some(marks) = MARKS.as_ref() else {
        return true;
    };
    let mut halves = vec![false; PAIRS.len() * 2];
    for found in marks.find_overlapping_iter(text) {
        let which = found.pattern().as_usize();
        let Some(half) = which.checked_sub(ALONE.len()) else {
            return true;
        };
        halves[half] = true;
        if halves[half ^ 1] {
            return true;
        }
    }
    false
}

//! Whether a file can have a finding that needs its syntax tree. Decides in one pass over the bytes, because parsing
//! is fifty times slower and most files of a large tree have nothing to do with any rule.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// What else must hold where a mark stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Nothing.
    Always,
    /// It is a word of its own or of an identifier: `classname` holds no `ssn`.
    Word,
    /// A tool is declared here, not merely spoken of: `functools` declares none.
    Tool,
    /// A call that logs stands shortly before.
    Logged,
    /// It is such a call.
    Logs,
    /// A text or line starts here, as a query does.
    Query,
}

const MARKS: &[(&[&str], When)] = &[
    (
        &[
            "req.body",
            "req.query",
            "req.params",
            "request.body",
            "request.query",
            "request.params",
            "request.json",
            "request.args",
            "request.form",
            "request.get_json",
            "request.data",
            "request.values",
            "functioncall",
            "function_call",
            ".stack",
            "ctx.body",
            "errorhandler",
            "exception_handler",
        ],
        When::Always,
    ),
    (
        &[
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
            "refresh_token",
            "session_token",
            "bot_token",
            "api_token",
            "bearer_token",
            "private_key",
            "privatekey",
            "encryption_key",
            "encryptionkey",
            "signing_key",
            "signingkey",
            "secret_key",
            "_key\", ",
            "_key', ",
            "_key\")",
            "authorization",
            "encryptor",
            " ^ ",
            "token = \"",
            "token = '",
            "token='",
            "token=\"",
            "token': '",
            "token\": \"",
            "token: '",
            "token: \"",
            "card_num",
            "cardnum",
            "card_no",
            "credit_card",
            "creditcard",
            "debit_card",
            "card_pin",
            "user_pin",
            "pin_code",
            "pin.encode",
            "(pin)",
            "security_code",
            "securitycode",
            "social_security",
            "customer_id",
            "customerid",
            "onversimple",
            "ws://",
            "\"http://",
            "'http://",
            "`http://",
            "verify=false",
            "verify = false",
            "verify: false",
            "ssl=false",
            "ssl = false",
            "verify_ssl",
            "ssl_verify",
            "verify_certs",
            "verify_tls",
            "verify_mode",
            "sslverify",
            "strictssl",
            "insecure",
            "cert_none",
            "check_hostname",
            "unverified",
            "rejectunauthorized",
            "tls_reject",
            "accept_invalid",
            "certificate_verifier",
            "mode_ecb",
            "modes.ecb",
            "-ecb",
            "ecb::",
            "arc4",
            "createcipher",
            "aes.new",
            "des.new",
            "des3.new",
            "blowfish",
            "cipher",
            "encrypt",
            "decrypt",
            "nonce",
            "_iv",
            "format_exc",
            "account_number",
            "accountnumber",
            "routing_number",
            "passport",
            "national_id",
            "tax_id",
            "date_of_birth",
            "dateofbirth",
            "b64decode",
            "atob(",
            "\"base64\"",
            "'base64'",
            "fromhex",
            "unhexlify",
            "fernet",
            "sk_live",
            "cs_live",
            "cs_test",
            "ghp_",
            "\"sk-",
            "'sk-",
            "diagnosis",
            "medical_record",
            "raw_message",
            "rawmessage",
            "message_data",
            "request_body",
            "requestbody",
            "?token=",
            "&token=",
            "?key=",
            "&key=",
            "sys.argv",
            "process.argv",
            "websocket",
            "insert into",
            "delete from",
            "replace into",
            "drop table",
            "alter table",
            "truncate table",
            "event_payload",
            "tool_args",
            "tool_input",
            "toolargs",
            "toolinput",
            "base_url",
            "baseurl",
            "urlopen",
            "shell=true",
            "create_user",
        ],
        When::Always,
    ),
    (&["ssn", "cvv", "cvc", "iban", "nino", "msisdn"], When::Word),
    (&["tool"], When::Tool),
    (
        &[
            "email",
            "phone",
            "payload",
            "arguments",
            "transcript",
            "dob",
            "pin",
            "address",
            "birth",
        ],
        When::Logged,
    ),
    (
        &[
            "logg",
            "log.",
            "print(",
            "console.",
            "println!(",
            "info!(",
            "debug!(",
            "warn!(",
            "error!(",
            "trace!(",
            "dbg!(",
            "sentry",
            "span.",
            "std",
        ],
        When::Logs,
    ),
    (
        &[
            "select ",
            "select\n",
            "update ",
            "with ",
            "merge into",
            "grant ",
            "call ",
        ],
        When::Query,
    ),
];

/// How far after a call that logs its arguments may stand, in bytes.
const REACH: usize = 400;

static MACHINE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let marks = MARKS.iter().flat_map(|(marks, _)| marks.iter());
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(marks)
        .ok()
});

/// The condition of each mark, in the machine's order.
static CONDITIONS: LazyLock<Vec<When>> = LazyLock::new(|| {
    MARKS
        .iter()
        .flat_map(|(marks, when)| std::iter::repeat_n(*when, marks.len()))
        .collect()
});

/// Whether any rule that follows values or looks at tools can say something.
pub(crate) fn is_worth_parsing(text: &str) -> bool {
    let Some(machine) = MACHINE.as_ref() else {
        return true;
    };
    let bytes = text.as_bytes();
    let mut logged_at: Option<usize> = None;
    for found in machine.find_overlapping_iter(text) {
        let (start, end) = (found.start(), found.end());
        let holds = match CONDITIONS[found.pattern().as_usize()] {
            When::Always => true,
            When::Word => is_word(bytes, start, end),
            When::Tool => declares_tool(bytes, start, end),
            When::Logged => logged_at.is_some_and(|at| start - at < REACH),
            When::Logs => {
                logged_at = Some(start);
                false
            }
            When::Query => starts_query(bytes, start, end),
        };
        if holds {
            return true;
        }
    }
    false
}

fn is_word(bytes: &[u8], start: usize, end: usize) -> bool {
    let starts =
        start == 0 || !bytes[start - 1].is_ascii_alphabetic() || bytes[start].is_ascii_uppercase();
    let ends = bytes.get(end).is_none_or(|byte| !byte.is_ascii_lowercase());
    starts && ends
}

fn declares_tool(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map(|at| bytes[at]);
    let is_inside_word =
        before.is_some_and(|byte| byte.is_ascii_lowercase()) && bytes[start].is_ascii_lowercase();
    if is_inside_word {
        return false;
    }
    let is_decorated = matches!(before, Some(b'@' | b'.' | b'_' | b'['));
    let is_camel = before.is_some_and(|byte| byte.is_ascii_lowercase()) && bytes[start] == b'T';
    let rest = &bytes[end..bytes.len().min(end + 4)];
    let is_called = matches!(rest.first(), Some(b'(' | b'_'));
    let is_listed = rest.first() == Some(&b's')
        && rest[1..]
            .iter()
            .find(|byte| **byte != b' ')
            .is_some_and(|byte| b"=:[".contains(byte));
    is_decorated || is_camel || is_called || is_listed
}

/// A query starts a text or a line, in capitals or in small letters throughout.
fn starts_query(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = &bytes[start..end - 1];
    let letters = || word.iter().filter(|byte| byte.is_ascii_alphabetic());
    let is_one_case =
        letters().all(u8::is_ascii_uppercase) || letters().all(u8::is_ascii_lowercase);
    let before = bytes[..start]
        .iter()
        .rev()
        .find(|byte| **byte != b' ' && **byte != b'\t');
    let starts_text = before.is_some_and(|byte| b"\"'`(".contains(byte));
    let starts_line =
        before.is_none_or(|byte| *byte == b'\n') && letters().all(u8::is_ascii_uppercase);
    is_one_case && (starts_text || starts_line)
}

#[cfg(test)]
mod tests {
    use super::is_worth_parsing;

    fn check(text: &str, expected: bool) {
        assert_eq!(is_worth_parsing(text), expected, "{text}");
    }

    #[test]
    fn prefilter_passes_only_files_that_a_rule_can_match() {
        check("import functools\nclassname = 1\n", false);
        check("# The tool selects from a list\n", false);
        check("@tool('x')\n", true);
        check("agent.registerTool({})", true);
        check("#[tool(\"x\")]", true);
        check("logger.info('%s', user.email)", true);
        check("send(user.email)", false);
        check("q = \"SELECT a\"", true);
        check("q = '''\n    SELECT a\n'''", true);
        check("Select one from the list", false);
    }
}

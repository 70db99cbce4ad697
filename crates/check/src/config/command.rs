//! Commands in scripts, recipes and pipelines. Decides what is wrong with one: a secret in a header, an option or a query,
//! certificates that are not checked, a connection in the clear.

use crate::catalogue::connection::{CLEAR, TLS_OFF};
use crate::catalogue::keys::{KEY_IN_ARGV, KEY_IN_URL, SECRET};
use crate::catalogue::rule::Rule;
use crate::code::ir::Span;
use crate::finding::Draft;
use crate::secret::placeholder::is_placeholder;
use crate::secret::url::{address, is_clear};
use crate::secret::value::looks_random;
use crate::source::Source;
use regex::Regex;
use std::sync::LazyLock;

static HEADER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:authorization:\s*(?:bearer|basic|token)|x-api-key:)\s+([A-Za-z0-9._~+/=-]{16,})",
    )
    .ok()
});
static KEY_OPTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:^|[\s"'\[,])--?(?:api[-_]?key|auth[-_]?token|access[-_]?token|token|secret(?:[-_]key)?|password|passwd)(?:=|\s+|["'],\s*["'])["']?([^\s"',\]]+)"#).ok()
});
static NO_CHECK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\bcurl\b[^\n|;&]*\s(?:-[A-Za-jl-z]*k[A-Za-z]*|--insecure)(?:\s|$)|\bwget\b[^\n|;&]*--no-check-certificate|http\.sslVerify=false|NODE_TLS_REJECT_UNAUTHORIZED=0|strict-ssl\s+false|--no-verify-ssl|PYTHONHTTPSVERIFY=0|GIT_SSL_NO_VERIFY=(?:1|true)").ok()
});
static KEY_QUERY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)://[^\s]*[?&](?:api_?key|auth_token|access_token|token|key|secret)=\$[\{(]?\w+",
    )
    .ok()
});
static LITERAL_QUERY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)://[^\s"']*[?&](?:api_?key|auth_token|access_token|token|key|secret)=([A-Za-z0-9._~+/-]{12,})"#).ok()
});
static FETCH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?:\bcurl\b|\bwget\b|--(?:extra-)?index-url\b|--registry\b)[^\n|;&]*?[\s"'=](http://[^\s"'`<>)]+)"#)
        .ok()
});
static SOCKET: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\bws://[^\s"'`<>)]+"#).ok());

/// A command, and where it stands.
struct Command<'a> {
    text: &'a str,
    span: Span,
    /// It stands in the file as it is, so that the place inside is known.
    is_verbatim: bool,
}

impl Command<'_> {
    fn place(&self, found: &regex::Match<'_>) -> Span {
        if !self.is_verbatim {
            return self.span;
        }
        Span {
            start: self.span.start + found.start(),
            end: self.span.start + found.end(),
        }
    }

    fn is_comment(&self, found: &regex::Match<'_>) -> bool {
        let line = self.text[..found.start()].rsplit('\n').next().unwrap_or("");
        line.trim_start().starts_with('#')
    }

    /// Where a pattern stands, outside of comments.
    fn find(&self, pattern: &LazyLock<Option<Regex>>) -> Option<regex::Match<'_>> {
        let found = pattern.as_ref()?.find(self.text)?;
        (!self.is_comment(&found)).then_some(found)
    }

    /// What the group of a pattern holds, in comments too.
    fn group(&self, pattern: &LazyLock<Option<Regex>>) -> Option<regex::Match<'_>> {
        pattern.as_ref()?.captures(self.text)?.get(1)
    }

    fn draft(&self, rule: &'static Rule, found: &regex::Match<'_>, message: &str) -> Draft {
        Draft::new(rule, self.place(found), message)
    }

    /// A draft whose place is a secret.
    fn secret(&self, rule: &'static Rule, found: &regex::Match<'_>, message: &str) -> Draft {
        let place = self.place(found);
        self.draft(rule, found, message).secret(place)
    }
}

/// What is looked for in a command.
const LOOKS: [fn(&Command<'_>) -> Option<Draft>; 7] = [
    header,
    key_option,
    unchecked,
    key_query,
    literal_query,
    fetched,
    socket,
];

/// Checks a command.
pub(super) fn commanded(text: &str, span: Span, source: &Source, drafts: &mut Vec<Draft>) {
    let is_verbatim = source.text.get(span.start..span.end) == Some(text);
    let command = Command {
        text,
        span,
        is_verbatim,
    };
    drafts.extend(LOOKS.iter().filter_map(|look| look(&command)));
}

fn is_written_out(value: &str) -> bool {
    !is_placeholder(value) && looks_random(value)
}

fn header(command: &Command<'_>) -> Option<Draft> {
    let value = command.group(&HEADER)?;
    is_written_out(value.as_str())
        .then(|| command.secret(&SECRET, &value, "a secret is written out in a header"))
}

/// `--api-key VALUE`.
fn key_option(command: &Command<'_>) -> Option<Draft> {
    let captures = KEY_OPTION.as_ref()?.captures(command.text)?;
    let (whole, value) = (captures.get(0)?, captures.get(1)?);
    let text = value.as_str();
    let is_reference = text.starts_with('$') || text.starts_with("{{");
    let is_given = is_reference || !is_placeholder(text);
    let is_build_secret = ["id=", "type=", "-", "/"]
        .iter()
        .any(|start| text.starts_with(start));
    if !is_given || is_build_secret || command.is_comment(&whole) {
        return None;
    }
    let draft = command.draft(&KEY_IN_ARGV, &whole, "a key is passed on the command line");
    Some(draft.secret(command.place(&value)))
}

fn unchecked(command: &Command<'_>) -> Option<Draft> {
    let found = command.find(&NO_CHECK)?;
    Some(command.draft(&TLS_OFF, &found, "certificates are not checked here"))
}

const IN_QUERY: &str = "a key travels in the query of an address";

fn key_query(command: &Command<'_>) -> Option<Draft> {
    let found = command.find(&KEY_QUERY)?;
    Some(command.draft(&KEY_IN_URL, &found, IN_QUERY))
}

fn literal_query(command: &Command<'_>) -> Option<Draft> {
    let value = command.group(&LITERAL_QUERY)?;
    let is_found = is_written_out(value.as_str()) && !command.is_comment(&value);
    is_found.then(|| command.secret(&KEY_IN_URL, &value, IN_QUERY))
}

fn fetched(command: &Command<'_>) -> Option<Draft> {
    let found = command.group(&FETCH)?;
    let address = address(found.as_str())?;
    // A name without a dot is a neighbour; 169.254 is the machine's own metadata service.
    let is_outside = address.host.contains('.')
        && !address.host.starts_with("169.254.")
        && !address.host.contains('$');
    let is_found = is_outside && is_clear(&address) && !command.is_comment(&found);
    is_found.then(|| command.draft(&CLEAR, &found, "a connection in the clear"))
}

fn socket(command: &Command<'_>) -> Option<Draft> {
    let found = command.find(&SOCKET)?;
    let is_open = address(found.as_str()).is_some_and(|address| is_clear(&address));
    is_open.then(|| command.draft(&CLEAR, &found, "a connection in the clear"))
}

//! Configuration: every format becomes a list of settings, a name with a value and its place, and a list of commands.
//! Decides what is wrong with a setting or a command; the readers beside it decide nothing.

mod json;
mod lines;
pub(crate) mod notebook;
mod setting;
mod toml;
mod yaml;

use crate::catalogue::connection::{CLEAR, TLS_OFF};
use crate::catalogue::keys::{ENV_IN_IMAGE, KEY_IN_ARGV, KEY_IN_URL, SECRET};
use crate::catalogue::rule::{Rule, Severity};
use crate::code::ir::Span;
use crate::facts::Fact;
use crate::finding::Draft;
use crate::names::{meaning, words};
use crate::rules::loosened;
use crate::secret::placeholder::is_placeholder;
use crate::secret::url::{Address, address, is_clear, is_loopback, is_namespace, key_parameters};
use crate::secret::value::{is_secret, looks_random};
use crate::source::{Format, Source, file_name};
use regex::Regex;
use setting::{Setting, Settings};
use std::sync::LazyLock;

/// Checks a file that is not code; secrets are passed over where they belong.
pub(crate) fn check(source: &Source, is_secret_place: bool) -> Vec<Draft> {
    let found = read(source);
    let mut drafts = Vec::new();
    for setting in &found.settings {
        if !is_secret_place {
            secret(setting, &mut drafts);
        }
        connection(source, setting, &mut drafts);
        drafts.extend(loosened::key(&setting.name, &setting.value, setting.span));
    }
    for (command, span) in &found.commands {
        commanded(command, *span, source, &mut drafts);
    }
    if source.format == Format::Dockerfile {
        copied(source, &mut drafts);
    }
    drafts
}

fn read(source: &Source) -> Settings {
    match source.format {
        Format::Env | Format::Ini => lines::settings(source, "=:"),
        Format::Shell => lines::shell(source),
        Format::Dockerfile => lines::dockerfile(source),
        // Pipelines are often not quite YAML; each line is then looked at as a setting and as a command.
        Format::Yaml => yaml::settings(source).unwrap_or_else(|| lines::each(source, ":")),
        Format::Json => json::settings(source),
        Format::Toml => toml::settings(source).unwrap_or_else(|| lines::settings(source, "=")),
        Format::Other if is_recipe(&source.path) => lines::each(source, "=:"),
        Format::Other => lines::settings(source, "=:"),
        _ => Settings::default(),
    }
}

/// Files whose lines are commands, in languages of their own.
fn is_recipe(path: &str) -> bool {
    let name = file_name(path);
    Fact::RecipeFile.has(name)
        || name.ends_with(".service")
        || name.ends_with(".mk")
        || name.starts_with("Jenkinsfile.")
}

fn secret(setting: &Setting, drafts: &mut Vec<Draft>) {
    let labels = meaning(&setting.name);
    // A bare `token:` in configuration is one more often than in code.
    if is_secret(labels, &setting.value) {
        drafts.push(
            Draft::new(
                &SECRET,
                setting.span,
                format!("a secret is written out as {}", setting.name),
            )
            .secret(setting.span),
        );
    }
    let in_query = key_parameters(&setting.value)
        .into_iter()
        .find(|(_, value)| {
            value.starts_with(['$', '{'])
                || (!is_placeholder(value) && value.len() >= 12 && looks_random(value))
        });
    if let Some((name, _)) = in_query.filter(|_| setting.value.contains("://")) {
        drafts.push(
            Draft::new(
                &KEY_IN_URL,
                setting.span,
                format!("a key travels in the query of an address, as {name}"),
            )
            .secret(setting.span),
        );
    }
}

fn connection(source: &Source, setting: &Setting, drafts: &mut Vec<Draft>) {
    if turns_checks_off(source, setting) {
        let message = format!("{} turns the check of certificates off", setting.name);
        drafts.push(Draft::new(&TLS_OFF, setting.span, message));
    }
    let value = setting.value.trim();
    let Some(found) = address(value) else { return };
    if value.contains("sslmode=disable") && !is_loopback(found.host) {
        let message = "the database is spoken to without TLS";
        drafts.push(Draft::new(&TLS_OFF, setting.span, message).severity(Severity::Warning));
    }
    let is_open = is_clear(&found) && !is_namespace(found.host);
    if is_open && connects(source, setting, &found) {
        let message = format!("a connection in the clear to {}", found.host);
        drafts.push(Draft::new(&CLEAR, setting.span, message));
    }
}

/// A switch that verifies certificates and is off, or one that leaves them unchecked and is on.
fn turns_checks_off(source: &Source, setting: &Setting) -> bool {
    let value = setting.value.trim().to_ascii_lowercase();
    let name = words(&setting.name).join("_");
    let verifies = Fact::VerifySetting.has(&name) || (name == "verify" && speaks_of_tls(source));
    let off = matches!(value.as_str(), "0" | "false" | "no" | "off");
    let on = matches!(value.as_str(), "1" | "true" | "yes" | "on");
    (verifies && off) || (on && Fact::SkipVerifySetting.has(&name))
}

/// Whether the address of a setting is connected to, and not merely described.
fn connects(source: &Source, setting: &Setting, found: &Address<'_>) -> bool {
    if found.scheme.eq_ignore_ascii_case("ws") {
        return true;
    }
    // A name without a dot is a neighbour in the same compose network.
    let is_outside = found.host.contains('.');
    is_outside
        && Fact::PlaceSetting.in_words(&words(&setting.name))
        && !describes(source, &setting.name)
}

/// `url` in data describes as often as it connects; in a file that is called configuration it connects.
fn describes(source: &Source, name: &str) -> bool {
    let path = &source.path;
    let is_large = source.text.len() > 100_000;
    let is_data =
        source.format == Format::Json && (is_large || (name == "url" && !is_configuration(path)));
    is_data
        || file_name(path).starts_with("package")
        || path.ends_with("lock.json")
        || path.contains("openapi")
        || path.contains("swagger")
}

/// Whether a file's name or folder says that it configures the program.
fn is_configuration(path: &str) -> bool {
    Fact::ConfigWord.in_words(&words(&path.replace(['/', '.'], "_")))
}

/// A bare `verify` is about certificates where the file has a place for them.
fn speaks_of_tls(source: &Source) -> bool {
    Fact::TlsMark.inside(&source.text)
}

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

fn commanded(text: &str, span: Span, source: &Source, drafts: &mut Vec<Draft>) {
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

/// `COPY .env` in an image.
fn copied(source: &Source, drafts: &mut Vec<Draft>) {
    for number in 1..=source.line_count() {
        let line = source.line(number);
        let mut parts = line.split_whitespace();
        let copies = parts.next().is_some_and(|verb| {
            verb.eq_ignore_ascii_case("copy") || verb.eq_ignore_ascii_case("add")
        });
        if copies && parts.any(crate::source::is_env_file) {
            let start = source.line_start(number);
            let span = Span {
                start,
                end: start + line.len(),
            };
            drafts.push(Draft::new(
                &ENV_IN_IMAGE,
                span,
                "the image gets a copy of the environment file",
            ));
        }
    }
}

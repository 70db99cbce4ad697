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
use crate::catalogue::rule::Severity;
use crate::code::ir::Span;
use crate::facts::Fact;
use crate::finding::Draft;
use crate::names::{meaning, words};
use crate::rules::loosened;
use crate::secret::placeholder::is_placeholder;
use crate::secret::url::{address, is_clear, is_loopback, is_namespace, key_parameters};
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
    let name = words(&setting.name);
    let value = setting.value.trim();
    let off = matches!(
        value.to_ascii_lowercase().as_str(),
        "0" | "false" | "no" | "off"
    );
    let on = matches!(
        value.to_ascii_lowercase().as_str(),
        "1" | "true" | "yes" | "on"
    );
    let joined = name.join("_");
    let is_switch =
        Fact::VerifySetting.has(joined.as_str()) || (joined == "verify" && speaks_of_tls(source));
    let is_insecure = Fact::SkipVerifySetting.has(joined.as_str());
    if (is_switch && off) || (is_insecure && on) {
        drafts.push(Draft::new(
            &TLS_OFF,
            setting.span,
            format!("{} turns the check of certificates off", setting.name),
        ));
    }
    let Some(found) = address(value) else { return };
    let has_no_tls = value.contains("sslmode=disable") && !is_loopback(found.host);
    if has_no_tls {
        drafts.push(
            Draft::new(
                &TLS_OFF,
                setting.span,
                "the database is spoken to without TLS",
            )
            .severity(Severity::Warning),
        );
    }
    if !is_clear(&found) || is_namespace(found.host) {
        return;
    }
    // `url` in data describes as often as it connects; in a file that is called configuration it connects.
    let is_data = source.format == Format::Json
        && (source.text.len() > 100_000
            || (setting.name == "url" && !is_configuration(&source.path)));
    let is_manifest = is_data
        || file_name(&source.path).starts_with("package")
        || source.path.ends_with("lock.json")
        || source.path.contains("openapi")
        || source.path.contains("swagger");
    let is_place = Fact::PlaceSetting.in_words(&name);
    // A name without a dot is a neighbour in the same compose network.
    let is_outside = found.host.contains('.');
    let is_socket = found.scheme.eq_ignore_ascii_case("ws");
    if is_socket || (is_place && is_outside && !is_manifest) {
        drafts.push(Draft::new(
            &CLEAR,
            setting.span,
            format!("a connection in the clear to {}", found.host),
        ));
    }
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

fn commanded(command: &str, span: Span, source: &Source, drafts: &mut Vec<Draft>) {
    let at = |from: usize, to: usize| Span {
        start: span.start + from,
        end: span.start + to,
    };
    // The place inside is known when the command stands in the file as it is.
    let is_verbatim = source.text.get(span.start..span.end) == Some(command);
    let place = |found: &regex::Match<'_>| {
        if is_verbatim {
            at(found.start(), found.end())
        } else {
            span
        }
    };
    let is_comment = |start: usize| {
        let line = command[..start].rsplit('\n').next().unwrap_or("");
        line.trim_start().starts_with('#')
    };
    if let Some(value) = HEADER
        .as_ref()
        .and_then(|header| header.captures(command))
        .and_then(|captures| captures.get(1))
        .filter(|value| !is_placeholder(value.as_str()) && looks_random(value.as_str()))
    {
        drafts.push(
            Draft::new(
                &SECRET,
                place(&value),
                "a secret is written out in a header",
            )
            .secret(place(&value)),
        );
    }
    if let Some(captures) = KEY_OPTION
        .as_ref()
        .and_then(|option| option.captures(command))
        && let (Some(whole), Some(value)) = (captures.get(0), captures.get(1))
    {
        let text = value.as_str();
        let is_reference = text.starts_with('$') || text.starts_with("{{");
        let is_build_secret = text.starts_with("id=")
            || text.starts_with("type=")
            || text.starts_with('-')
            || text.starts_with('/');
        if (is_reference || !is_placeholder(text)) && !is_build_secret && !is_comment(whole.start())
        {
            drafts.push(
                Draft::new(
                    &KEY_IN_ARGV,
                    place(&whole),
                    "a key is passed on the command line",
                )
                .secret(place(&value)),
            );
        }
    }
    if let Some(found) = NO_CHECK
        .as_ref()
        .and_then(|check| check.find(command))
        .filter(|found| !is_comment(found.start()))
    {
        drafts.push(Draft::new(
            &TLS_OFF,
            place(&found),
            "certificates are not checked here",
        ));
    }
    if let Some(found) = KEY_QUERY
        .as_ref()
        .and_then(|query| query.find(command))
        .filter(|found| !is_comment(found.start()))
    {
        drafts.push(Draft::new(
            &KEY_IN_URL,
            place(&found),
            "a key travels in the query of an address",
        ));
    }
    if let Some(value) = LITERAL_QUERY
        .as_ref()
        .and_then(|query| query.captures(command))
        .and_then(|captures| captures.get(1))
        .filter(|value| !is_placeholder(value.as_str()) && looks_random(value.as_str()))
        .filter(|value| !is_comment(value.start()))
    {
        drafts.push(
            Draft::new(
                &KEY_IN_URL,
                place(&value),
                "a key travels in the query of an address",
            )
            .secret(place(&value)),
        );
    }
    if let Some(found) = FETCH
        .as_ref()
        .and_then(|fetch| fetch.captures(command))
        .and_then(|captures| captures.get(1))
        .filter(|found| !is_comment(found.start()))
        && address(found.as_str()).is_some_and(|address| {
            // A name without a dot is a neighbour; 169.254 is the machine's own metadata service.
            is_clear(&address)
                && address.host.contains('.')
                && !address.host.starts_with("169.254.")
                && !address.host.contains('$')
        })
    {
        drafts.push(Draft::new(
            &CLEAR,
            place(&found),
            "a connection in the clear",
        ));
    }
    if let Some(found) = SOCKET
        .as_ref()
        .and_then(|socket| socket.find(command))
        .filter(|found| !is_comment(found.start()))
        && address(found.as_str()).is_some_and(|address| is_clear(&address))
    {
        drafts.push(Draft::new(
            &CLEAR,
            place(&found),
            "a connection in the clear",
        ));
    }
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

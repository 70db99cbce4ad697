//! Configuration: every format becomes a list of settings, a name with a value and its place, and a list of commands.
//! Decides what is wrong with a setting or a command; the readers beside it decide nothing.

mod command;
mod json;
mod lines;
pub(crate) mod notebook;
mod setting;
mod toml;
mod yaml;

use crate::catalogue::connection::{CLEAR, TLS_OFF};
use crate::catalogue::keys::{ENV_IN_IMAGE, KEY_IN_URL, SECRET};
use crate::catalogue::rule::Severity;
use crate::code::ir::Span;
use crate::facts::Fact;
use crate::finding::Draft;
use crate::names::{meaning, words};
use crate::rules::loosened;
use crate::secret::placeholder::is_placeholder;
use crate::secret::url::{Address, address, is_clear, is_loopback, is_namespace, key_parameters};
use crate::secret::value::{is_secret, looks_random};
use crate::source::{Format, Source, file_name};
use setting::{Setting, Settings};

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
    for (text, span) in &found.commands {
        command::commanded(text, *span, source, &mut drafts);
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

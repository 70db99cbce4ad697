//! What only the folder as a whole shows: whether git ignores, tracks or remembers environment files, and how old the
//! key is. Decides from ignore rules, the index, the history and the key's record.

use crate::catalogue::keys::{
    ENV_IN_HISTORY, ENV_NOT_IGNORED, ENV_TRACKED, KEY_IN_HISTORY, KEY_TOO_OLD,
};
use crate::catalogue::rule::Rule;
use crate::finding::{Edit, Finding};
use crate::git::Repository;
use crate::options::{CheckError, Options};
use crate::source::{file_name, is_env_file};
use crate::walk::{self, IgnoreRules};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, SystemTime};
use time::{Date, OffsetDateTime, format_description::well_known::Iso8601};

/// What is known of the folder.
pub(crate) struct Facts<'a> {
    pub(crate) root: &'a Path,
    pub(crate) repository: Option<&'a Repository>,
    pub(crate) rules: &'a IgnoreRules,
    /// Some code reads an environment file.
    pub(crate) uses_env: bool,
    /// Only one file is checked.
    pub(crate) is_file: bool,
}

/// The guide's period.
const KEY_LIFETIME: Duration = conversimple_guard::apikey::LIFETIME_DEFAULT;

/// The findings about the folder.
pub(crate) fn check(facts: &Facts<'_>, options: &Options) -> Result<Vec<Finding>, CheckError> {
    let mut findings = Vec::new();
    if facts.is_file {
        return Ok(findings);
    }
    let mut reported: HashSet<String> = HashSet::new();
    if let Some(repository) = facts.repository {
        for path in repository.tracked_env_files()? {
            findings.push(finding(
                &ENV_TRACKED,
                &path,
                1,
                format!("git tracks {path}"),
            ));
            reported.insert(path);
        }
        if !options.staged {
            let history = repository.history()?;
            for (path, commit) in history.keys {
                let message = format!("a key stands in {path} of commit {commit}");
                findings.push(finding(&KEY_IN_HISTORY, &path, 1, message));
            }
            for (path, commit) in history.env_files {
                if !reported.contains(&path) {
                    findings.push(finding(
                        &ENV_IN_HISTORY,
                        &path,
                        1,
                        format!("{path} is in the history, for one in commit {commit}"),
                    ));
                }
            }
        }
    }
    if options.staged {
        return Ok(findings);
    }
    let files: Vec<String> = walk::files(facts.root)
        .into_iter()
        .map(|entry| entry.path)
        .filter(|path| is_env_file(path))
        .collect();
    for path in &files {
        if !facts.rules.ignores(path) && !reported.contains(path) {
            let mut found = finding(
                &ENV_NOT_IGNORED,
                path,
                1,
                format!("nothing keeps git from taking {path}"),
            );
            found.edit = Some(Edit::IgnoreEnv);
            findings.push(found);
        }
    }
    let expects_rules = facts.repository.is_some() || !facts.rules.is_empty();
    if files.is_empty() && facts.uses_env && expects_rules && !facts.rules.ignores(".env") {
        let mut found = finding(
            &ENV_NOT_IGNORED,
            ".gitignore",
            1,
            "the code reads an .env file and nothing keeps git from taking it".to_owned(),
        );
        found.edit = Some(Edit::IgnoreEnv);
        findings.push(found);
    }
    findings.extend(key_age(facts, options, &files));
    Ok(findings)
}

/// The key is older than it may be: by the platform's word, else by the record beside the key.
fn key_age(facts: &Facts<'_>, options: &Options, files: &[String]) -> Option<Finding> {
    if let Some(record) = &options.key {
        return too_old(record.created, options.now).map(|days| {
            finding(
                &KEY_TOO_OLD,
                ".env",
                1,
                format!("the platform says that the key is {days} days old"),
            )
        });
    }
    for path in files {
        let text = std::fs::read_to_string(facts.root.join(path)).unwrap_or_default();
        for (index, line) in text.lines().enumerate() {
            let Some(created) = recorded(line) else {
                continue;
            };
            if let Some(days) = too_old(created, options.now) {
                return Some(finding(
                    &KEY_TOO_OLD,
                    path,
                    index + 1,
                    format!("the record beside the key says that it is {days} days old"),
                ));
            }
        }
    }
    None
}

/// `CONVERSIMPLE_API_KEY_CREATED=2026-08-01`, as `conversimple new` writes it, or the same in a comment.
fn recorded(line: &str) -> Option<SystemTime> {
    let line = line
        .trim()
        .trim_start_matches('#')
        .trim()
        .trim_start_matches("export ");
    let (name, value) = line.split_once(['=', ':'])?;
    let name = name.trim();
    let is_record = matches!(
        name,
        "CONVERSIMPLE_API_KEY_CREATED"
            | "CONVERSIMPLE_API_KEY_ROTATED"
            | "created"
            | "rotated"
            | "key created"
            | "key rotated"
    );
    let day = value.trim().trim_matches(['"', '\'']).get(..10)?;
    let date = Date::parse(day, &Iso8601::DATE)
        .ok()
        .filter(|_| is_record)?;
    Some(SystemTime::from(OffsetDateTime::new_utc(
        date,
        time::Time::MIDNIGHT,
    )))
}

fn too_old(created: SystemTime, now: SystemTime) -> Option<u64> {
    let age = now.duration_since(created).ok()?;
    (age > KEY_LIFETIME).then_some(age.as_secs() / 86_400)
}

fn finding(rule: &'static Rule, path: &str, line: usize, message: String) -> Finding {
    let digest = Sha256::digest(format!("{}\n{path}", rule.id).as_bytes());
    Finding {
        id: rule.id,
        file: path.to_owned(),
        line,
        column: 1,
        end_column: 2,
        severity: rule.severity,
        section: rule.section,
        area: rule.area,
        message,
        fix: rule.fix.to_owned(),
        excerpt: file_name(path).to_owned(),
        fingerprint: digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        edit: None,
    }
}

//! Reads the rules of `data/catalogue.txt`. Decides nothing about them; a line that cannot be read is left out, and a test
//! names it.

use super::rule::{Area, Example, Rule, Severity};
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};
use std::sync::LazyLock;

static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("../../data/catalogue.txt")));

/// Stands for a rule that the table lacks, which a test refuses.
static NONE: Rule = empty("", "");

/// All rules, in the order of the table.
pub(super) fn all() -> &'static [Rule] {
    &TABLE.rules
}

/// The rule that the code calls by this name.
pub(super) fn named(name: &str) -> &'static Rule {
    all().iter().find(|rule| rule.name == name).unwrap_or(&NONE)
}

/// The lines that cannot be read, counted from 1.
#[cfg(test)]
pub(super) fn malformed() -> Vec<usize> {
    TABLE.malformed.clone()
}

#[derive(Default)]
struct Table {
    rules: Vec<Rule>,
    malformed: Vec<usize>,
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut table = Self::default();
        let mut lines = Lines { text, at: 0 };
        let mut number = 0;
        while let Some(line) = lines.next() {
            number += 1;
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let is_read = match line.strip_prefix("< ") {
                Some(file) => table.example(file, &mut lines, &mut number),
                None => table.line(line),
            };
            if is_read.is_none() {
                table.malformed.push(number);
            }
        }
        table
    }

    /// The head of a rule, or one of its fields.
    fn line(&mut self, line: &'static str) -> Option<()> {
        if let Some(head) = line.strip_prefix("= ") {
            let (name, id) = head.split_once(' ')?;
            self.rules.push(empty(name, id));
            return Some(());
        }
        let (field, value) = line.split_once(": ")?;
        let rule = self.rules.last_mut()?;
        match field {
            "title" => rule.title = value,
            "section" => rule.section = value,
            "why" => rule.why = value,
            "fix" => rule.fix = value,
            "box" => rule.area = Area::deserialize(word(value)).ok()?,
            "severity" => rule.severity = Severity::deserialize(word(value)).ok()?,
            _ => return None,
        }
        Some(())
    }

    /// The two texts of an example.
    fn example(&mut self, file: &'static str, lines: &mut Lines, number: &mut usize) -> Option<()> {
        let bad = lines.until("<>", number)?;
        let good = lines.until(">", number)?;
        let rule = self.rules.last_mut()?;
        rule.examples.push(Example { file, bad, good });
        Some(())
    }
}

fn word(text: &'static str) -> StrDeserializer<'static, Error> {
    StrDeserializer::new(text)
}

const fn empty(name: &'static str, id: &'static str) -> Rule {
    Rule {
        name,
        id,
        title: "",
        section: "",
        area: Area::Keys,
        severity: Severity::Error,
        why: "",
        fix: "",
        examples: Vec::new(),
    }
}

/// The lines of a text, which several of them may be taken from as one.
struct Lines {
    text: &'static str,
    at: usize,
}

impl Lines {
    /// The lines up to one that is `end`, which is passed over.
    fn until(&mut self, end: &str, number: &mut usize) -> Option<&'static str> {
        let from = self.at;
        loop {
            let to = self.at;
            let line = self.next()?;
            *number += 1;
            if line == end {
                return self.text.get(from..to);
            }
        }
    }
}

impl Iterator for Lines {
    type Item = &'static str;

    fn next(&mut self) -> Option<&'static str> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let line = rest.split('\n').next().unwrap_or(rest);
        self.at += (line.len() + 1).min(rest.len());
        Some(line)
    }
}

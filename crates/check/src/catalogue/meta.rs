//! Rules about the checklist itself.

use super::rule::{Area, Example, Rule, Severity};

pub(super) static RULES: &[&Rule] = &[&NO_REASON];

/// An allow comment gives no reason.
pub(crate) static NO_REASON: Rule = Rule {
    id: "allow-without-reason",
    title: "An allow comment gives no reason",
    section: "Security Checklist",
    area: Area::Keys,
    severity: Severity::Warning,
    why: "Someone has to know later why this place was accepted.",
    fix: "write the reason behind it: # conversimple: allow(sql-from-text) table names come from a constant",
    examples: &[Example {
        file: "db.py",
        bad: r#"def count(cursor):
    cursor.execute(f"SELECT count(*) FROM {table}")  # conversimple: allow(sql-from-text)
"#,
        good: r#"def count(cursor):
    cursor.execute(f"SELECT count(*) FROM {table}")  # conversimple: allow(sql-from-text) the table is one of our two
"#,
    }],
};

//! The rules as people read them: id, section of the guide, weight, why it matters, what to write instead, and a bad
//! and a good example that are the rule's own tests. The texts stand in `data/catalogue.txt`. Decides nothing about code.

pub(crate) mod rule;
mod table;

use rule::Rule;

/// Names the rules of the table for the code that reports by them.
macro_rules! catalogue {
    ($($(#[$doc:meta])* $area:ident: $($name:ident)+;)+) => {$(
        $(#[$doc])*
        pub(crate) mod $area {
            use super::{rule::Rule, table};
            use std::sync::LazyLock;

            $(pub(crate) static $name: LazyLock<&'static Rule> =
                LazyLock::new(|| table::named(stringify!($name)));)+
        }
    )+

        /// The names under which the code reports.
        #[cfg(test)]
        const NAMES: &[&str] = &[$($(stringify!($name)),+),+];
    };
}

catalogue! {
    /// Keys and other secrets: where they may stand, how long they live, who may see them.
    keys: OWN_KEY SECRET DISGUISED DATABASE_PASSWORD KEY_IN_URL KEY_IN_ARGV KEY_AS_DEFAULT KEY_TOO_OLD CUSTOMER_FROM_KEY
        ENV_NOT_IGNORED ENV_TRACKED ENV_IN_HISTORY KEY_IN_HISTORY ENV_IN_IMAGE;
    /// What comes in: tool arguments, queries, commands, addresses.
    input: UNVALIDATED UNBOUNDED CODE_FROM_INPUT SHELL_FROM_INPUT REQUEST_TO_ARGUMENT SQL_FROM_TEXT;
    /// Sensitive data: in logs, in storage, in answers, and how it is hashed and sealed.
    data: DATA_LOGGED PAYLOAD_LOGGED DATA_RETURNED UNENCRYPTED CODE_STORED WEAK_HASH WEAK_CIPHER SDK_LOGS;
    /// The way to other machines.
    connection: CLEAR CLEAR_ACCEPTED TLS_OFF;
    /// Who may have a tool run, for whom and how often.
    access: NO_LIMIT NO_CALLER NO_OWNER NO_CONFIRMATION LOOSENED;
    /// What a caller or the platform learns when something fails.
    errors: ERROR_RETURNED;
    /// The checklist itself.
    meta: NO_REASON;
}

/// All rules, in the order of the boxes.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    table::all().iter()
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

/// The page that `--explain` shows, or nothing for an unknown id.
pub fn explain(id: &str) -> Option<String> {
    let rule = rule(id)?;
    let mut page = format!(
        "{}: {}\n\nSection: {}\nBox: {}\nSeverity: {}\n\n{}\n\nInstead: {}\n",
        rule.id,
        rule.title,
        rule.section,
        rule.area.title(),
        rule.severity.as_str(),
        rule.why,
        rule.fix,
    );
    for example in &rule.examples {
        let shown = |snippet: &str| {
            crate::examples::with_placeholders(snippet)
                .lines()
                .map(|line| format!("    {line}\n"))
                .collect::<String>()
        };
        page.push_str(&format!(
            "\nBad ({}):\n{}",
            example.file,
            shown(example.bad)
        ));
        page.push_str(&format!(
            "\nGood ({}):\n{}",
            example.file,
            shown(example.good)
        ));
    }
    page.push_str(&format!(
        "\nTo accept one place, write on its line: # conversimple: allow({}) and the reason\n",
        rule.id
    ));
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::{NAMES, rules, table};

    #[test]
    fn every_rule_is_whole_and_has_its_name_in_code() {
        let in_table: Vec<&str> = rules().map(|rule| rule.name).collect();
        assert_eq!(in_table, NAMES);
        assert_eq!(table::malformed(), Vec::<usize>::new());
        for rule in rules() {
            let texts = [rule.id, rule.title, rule.section, rule.why, rule.fix];
            assert!(texts.iter().all(|text| !text.is_empty()), "{}", rule.name);
        }
    }
}

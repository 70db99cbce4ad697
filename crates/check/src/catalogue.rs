//! The rules as people read them: id, section of the guide, weight, why it matters, what to write instead, and a bad
//! and a good example that are the rule's own tests. Decides nothing about code.

pub(crate) mod access;
pub(crate) mod connection;
pub(crate) mod data;
pub(crate) mod errors;
pub(crate) mod input;
pub(crate) mod keys;
pub(crate) mod meta;
pub(crate) mod rule;

use rule::Rule;

/// All rules, in the order of the boxes.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    keys::RULES
        .iter()
        .chain(input::RULES)
        .chain(data::RULES)
        .chain(connection::RULES)
        .chain(access::RULES)
        .chain(errors::RULES)
        .chain(meta::RULES)
        .copied()
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
    for example in rule.examples {
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

//! Every row of the table of facts makes a difference: code that the row speaks of is checked with it and without it.

use crate::code::Language;
use crate::facts::{Fact, Malformed, Row, TEXTS, altered, read};
use crate::run::check_text;

/// Code in which `@@` is the pattern of a row, so that the row decides what is found in it.
fn snippet(row: &Row) -> String {
    let text = row
        .snippet
        .or_else(|| in_tool(row))
        .unwrap_or_else(|| statement(row));
    text.replace("@@", row.pattern)
}

/// For facts about what a tool does with its argument: a tool, or a route in JavaScript.
fn in_tool(row: &Row) -> Option<&'static str> {
    let is_route = row.language == Some("javascript");
    Some(match row.fact {
        Fact::CodeRunner | Fact::ShellRunner | Fact::HttpPath if is_route => {
            "app.post('/x', (req, res) => { @@(req.query.a); });"
        }
        Fact::CodeRunner | Fact::ShellRunner | Fact::HttpPath => {
            "@tool('x')\ndef run(a: str):\n    @@(a)\n"
        }
        Fact::Shell => "@tool('x')\ndef run(a: str):\n    spawn(['@@', '-c', a])\n",
        Fact::Spawner => "@tool('x')\ndef run(a: str):\n    x.@@(['sh', '-c', a])\n",
        Fact::HttpClient => "@tool('x')\ndef run(a: str):\n    @@.get(a)\n",
        Fact::HttpVerb => "@tool('x')\ndef run(a: str):\n    requests.@@(a)\n",
        Fact::HttpCall => "@tool('x')\ndef run(a: str):\n    x.@@(a)\n",
        Fact::ContextType => "@tool('x')\ndef run(a: @@):\n    eval(a)\n",
        Fact::ContextName => "@tool('x')\ndef run(@@):\n    eval(@@)\n",
        Fact::RouteVerb => "@app.@@('/x')\ndef run(a: str):\n    requests.get(a)\n",
        _ => return None,
    })
}

/// For facts that hold anywhere: statements of a file.
fn statement(row: &Row) -> &'static str {
    match row.fact {
        Fact::SqlCondition => "q.@@(`name = '${v}'`)",
        Fact::SqlCall => "c.@@(`Select a from t where b = ${v}`)",
        Fact::TlsVerify => "f(@@=False)\n",
        Fact::TlsSkip => "f(@@=True)\n",
        Fact::Logger => "@@.info(card_number)\n",
        Fact::LogMethod => "logger.@@(card_number)\n",
        Fact::Keeper => "@@.put(card_number)\n",
        Fact::KeeperMethod => "db.@@(card_number)\n",
        Fact::StoreCall => "x.@@(card_number)\n",
        Fact::BrokenCipher => "@@(x)\n",
        Fact::AnswerCall | Fact::AnswerPath => "@@(card_number)\n",
        Fact::Hasher => "x.@@(password)\n",
        Fact::HasherModule => "@@.digest(password)\n",
        Fact::HasherMethod => "hashlib.@@(password)\n",
        Fact::TraceCall => "JSONResponse(x.@@())\n",
        Fact::ColumnMaker => "cvv = @@(x)\n",
        Fact::OptionCall => "p.@@('--api-key')\n",
        Fact::TlsAccept => "x.@@(True)\n",
        _ => name(row),
    }
}

/// For facts about words of names.
fn name(row: &Row) -> &'static str {
    match row.fact {
        Fact::NameAbout => {
            "print(@@_password, x)\nprint(password_@@)\nprint(email_@@)\nprint(api_@@_key)\n"
        }
        Fact::PlaceWord => "x_@@ = 'http://api.shop.com/x'\n",
        Fact::DescribedWord => "@@_url = 'http://api.shop.com/x'\n",
        _ => "print(@@)\n",
    }
}

fn language(row: &Row) -> Language {
    match (row.fact, row.language) {
        (Fact::SqlCall | Fact::SqlCondition, _) | (_, Some("javascript")) => Language::JavaScript,
        (_, Some("rust")) => Language::Rust,
        _ => Language::Python,
    }
}

/// What a check finds in a snippet, and in the snippet within an agent that speaks to others.
fn findings(row: &Row) -> Vec<Vec<(&'static str, usize, String)>> {
    let (file, comment) = match language(row) {
        Language::Python => ("a.py", '#'),
        Language::Rust => ("a.rs", '/'),
        _ => ("a.js", '/'),
    };
    let text = snippet(row);
    let in_agent = format!("{text}\n{comment}{comment} a client of conversimple\n");
    [text, in_agent]
        .map(|text| {
            let found = check_text(file, text).findings.into_iter();
            found
                .map(|finding| (finding.id, finding.line, finding.message))
                .collect()
        })
        .into()
}

#[test]
fn row_taken_away_changes_what_is_found() {
    let rows = TEXTS.into_iter().flat_map(read).flatten();
    let idle: Vec<String> = rows
        .filter(|row| row.language.is_some())
        .filter(|row| {
            let with = findings(row);
            let without = altered::without(row.fact, row.pattern, || findings(row));
            with == without
        })
        .map(|row| format!("{:?} {} ({:?})", row.fact, row.pattern, row.language))
        .collect();
    assert!(
        idle.is_empty(),
        "these rows do nothing:\n{}",
        idle.join("\n")
    );
}

#[test]
fn table_has_no_malformed_row() {
    let malformed: Vec<Malformed> = TEXTS
        .into_iter()
        .flat_map(read)
        .filter_map(Result::err)
        .collect();
    assert!(malformed.is_empty(), "{malformed:?}");
}

#[test]
fn malformed_row_is_named_by_line_and_column() {
    let check = |text: &'static str, column: usize| {
        let malformed = read(text).into_iter().find_map(Result::err);
        assert_eq!(malformed, Some(Malformed { line: 2, column }), "{text}");
    };
    check("# rows\nsql-cal\tpython\t-\texecute\tnote", 1);
    check("# rows\nsql-call\tcobol\t-\texecute\tnote", 2);
    check("# rows\nsql-call\tpython\t-\t\tnote", 4);
    check("# rows\nsql-call\tpython\t-\texecute", 5);
    check(
        "sql-call\tpython\t-\trun\tnote\nsql-call\tpython\t-\trun\tnote",
        4,
    );
}

/// The ids of what is found in a file of a framework that nobody has written, with its rows or without them.
fn in_invented_framework(text: &str, has_rows: bool) -> Vec<&'static str> {
    let ids = || {
        let found = check_text("agent.py", text).findings.into_iter();
        let mut ids: Vec<&str> = found.map(|finding| finding.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    match has_rows {
        true => altered::with(include_str!("../testdata/framework/rows.tsv"), ids),
        false => ids(),
    }
}

#[test]
fn invented_framework_needs_rows_only() {
    let faulty = include_str!("../testdata/framework/faulty.py");
    let clean = include_str!("../testdata/framework/clean.py");
    assert_eq!(in_invented_framework(faulty, false), [""; 0]);
    assert_eq!(
        in_invented_framework(faulty, true),
        [
            "personal-data-unencrypted",
            "request-to-argument",
            "tool-input-unvalidated",
            "tool-text-unbounded",
            "tool-without-caller",
            "tool-without-limit",
        ]
    );
    assert_eq!(in_invented_framework(clean, true), [""; 0]);
}

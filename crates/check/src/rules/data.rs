//! Sensitive data in logs, answers and storage. Decides from what values are called and what was done to them; which
//! calls log and store is written here.

use super::context::Context;
use crate::catalogue::data::{
    CODE_STORED, DATA_LOGGED, DATA_RETURNED, PAYLOAD_LOGGED, UNENCRYPTED,
};
use crate::catalogue::rule::Severity;
use crate::code::Language;
use crate::code::ir::{Class, Expr, Kind, Span};
use crate::facts::Fact;
use crate::finding::Draft;
use crate::flow::{Site, Value, is_answer};
use crate::names::{Labels, words};

/// A call: is it one that logs, or one that stores?
pub(crate) fn called(cx: &Context<'_, '_>, site: &Site<'_>) {
    declared_column(cx, site);
    if is_answer(site) {
        for value in &site.args {
            said(cx, value, site.span);
        }
    }
    if is_log(cx.language(), site) {
        logged(cx, site);
    } else if is_store(site) {
        stored(cx, site);
    }
}

/// What a tool gives back.
pub(crate) fn returned(cx: &Context<'_, '_>, written: &Expr, value: &Value) {
    if cx.frame().is_tool || cx.frame().answers {
        said(cx, value, written.span);
    }
}

/// What a framework sends as an answer.
pub(crate) fn answered(cx: &Context<'_, '_>, written: &Expr, value: &Value) {
    said(cx, value, written.span);
}

/// `cvv = Column(String)`: a place is made to keep the code in.
pub(crate) fn assigned(cx: &Context<'_, '_>, name: &str, written: &Expr) {
    let Kind::Call(call) = &written.kind else {
        return;
    };
    let makes_column = Fact::ColumnMaker.has(call.callee.last_name());
    if makes_column && cx.meaning(name).any(Labels::SECURITY_CODE) {
        let message = "a table keeps a card's security code";
        cx.report(Draft::new(&CODE_STORED, written.span, message));
    }
}

/// `new Schema({ cvv: String })`.
fn declared_column(cx: &Context<'_, '_>, site: &Site<'_>) {
    let names_code = site.last == "Column"
        && site
            .args
            .first()
            .and_then(Value::constant)
            .is_some_and(|name| cx.meaning(name).any(Labels::SECURITY_CODE));
    if names_code {
        let message = "a table keeps a card's security code";
        cx.report(Draft::new(&CODE_STORED, site.span, message));
    }
    if site.last != "Schema" {
        return;
    }
    let Some(fields) = site.args.first().and_then(|value| value.fields.clone()) else {
        return;
    };
    let keeps_code = fields.iter().any(|(key, _)| {
        key.as_deref()
            .is_some_and(|key| cx.meaning(key).any(Labels::SECURITY_CODE))
    });
    if keeps_code {
        let message = "a table keeps a card's security code";
        cx.report(Draft::new(&CODE_STORED, site.span, message));
    }
}

/// The text of a statement that makes a table.
pub(crate) fn literal(cx: &Context<'_, '_>, text: &str, span: Span) {
    let Some(head) = text.trim_start().get(..12) else {
        return;
    };
    if head.eq_ignore_ascii_case("create table")
        && text
            .split([',', '(', '\n'])
            .filter_map(|column| column.split_whitespace().next())
            .any(|column| cx.meaning(column).any(Labels::SECURITY_CODE))
    {
        let message = "a table keeps a card's security code";
        cx.report(Draft::new(&CODE_STORED, span, message));
    }
}

fn said(cx: &Context<'_, '_>, value: &Value, span: Span) {
    let mut found = Vec::new();
    whole_values(value, span, 0, &mut found);
    for (labels, span) in found {
        cx.report(Draft::new(
            &DATA_RETURNED,
            span,
            format!("the tool returns {} as it is", labels.noun()),
        ));
    }
}

fn whole_values(value: &Value, span: Span, depth: usize, found: &mut Vec<(Labels, Span)>) {
    let here = if value.at.end > 0 { value.at } else { span };
    if let Some(fields) = value.fields.as_ref().filter(|_| depth < 6) {
        for (_, field) in fields.iter() {
            whole_values(field, here, depth + 1, found);
        }
        if !fields.is_empty() {
            return;
        }
    }
    let labels = value.labels.exposed(Labels::NEVER_SAID);
    // An answer such as "that password is wrong" is a text of its own.
    if labels != Labels::NONE && value.constant().is_none() && found.len() < 8 {
        found.push((labels, here));
    }
}

fn is_log(language: Language, site: &Site<'_>) -> bool {
    let path = site.path.as_str();
    if Fact::StreamLog.has(path) {
        return true;
    }
    if Fact::LogMethod.has(site.last) && is_logger(path) {
        return true;
    }
    if language == Language::Rust {
        let is_macro = !matches!(site.call.callee.kind, Kind::Member(..));
        return is_macro && Fact::LogMacro.has(site.last);
    }
    let goes_elsewhere = site
        .named("file")
        .is_some_and(|(written, _)| !written.path().contains("std"));
    Fact::PrintCall.has(path) && !goes_elsewhere
}

/// Whether what a method is called on is a logger.
fn is_logger(path: &str) -> bool {
    let base = path.rsplit_once('.').map_or("", |(base, _)| base);
    let holder = base.rsplit('.').next().unwrap_or("").trim_end_matches("()");
    Fact::Logger.has(holder) || holder.contains("log") && !Fact::OtherLog.inside(holder)
}

fn logged(cx: &Context<'_, '_>, site: &Site<'_>) {
    for (arg, value) in site.call.args.iter().zip(&site.args) {
        if matches!(
            arg.name.as_deref(),
            Some("file" | "end" | "sep" | "flush" | "exc_info" | "stack_info")
        ) {
            continue;
        }
        let mut labels = exposed(value, Labels::SENSITIVE, 0);
        let shows = cx.facts().is_agent && shows_token(&arg.value);
        if labels == Labels::NONE && (shows || shows_header(&arg.value)) {
            labels = Labels::KEY;
        }
        let span = arg.value.span;
        if labels != Labels::NONE {
            let draft = Draft::new(
                &DATA_LOGGED,
                span,
                format!("{} goes into a log", labels.noun()),
            );
            let is_mild = !labels.any(Labels::SENSITIVE.without(Labels::PERSONAL));
            cx.report(if is_mild {
                draft.severity(Severity::Warning)
            } else {
                draft
            });
            return;
        }
        if exposed(value, Labels::PAYLOAD, 0) != Labels::NONE {
            cx.report(Draft::new(
                &PAYLOAD_LOGGED,
                span,
                "a whole message goes into a log, with whatever the caller said",
            ));
            return;
        }
    }
}

/// Whether `self.token` or `config.token` stands in what is logged; a bare `token` is a piece of text as often.
fn shows_token(written: &Expr) -> bool {
    let mut found = false;
    let look = |part: &Expr| {
        matches!(&part.kind, Kind::Member(base, name) if name == "token"
            && Fact::TokenHolder.has(base.last_name()))
    };
    match &written.kind {
        Kind::Joined(parts) | Kind::Sum(parts) => found |= parts.iter().any(look),
        _ => found |= look(written),
    }
    found
}

/// Whether the header that carries the key stands in what is logged, as it came.
fn shows_header(written: &Expr) -> bool {
    let is_header = |name: &Expr| matches!(&name.kind, Kind::Text(name) if Fact::KeyHeader.has(name.to_ascii_lowercase().as_str()));
    let of_headers = |base: &Expr| words(base.last_name()).iter().any(|word| word == "headers");
    match &written.kind {
        Kind::Index(base, name) => of_headers(base) && is_header(name),
        Kind::Call(call) => {
            matches!(&call.callee.kind, Kind::Member(base, get) if get == "get" && of_headers(base))
                && call.args.first().is_some_and(|arg| is_header(&arg.value))
        }
        Kind::Joined(parts) | Kind::Sum(parts) | Kind::List(parts) => {
            parts.iter().any(shows_header)
        }
        Kind::Map(entries) => entries.iter().any(|(_, value)| shows_header(value)),
        _ => false,
    }
}

/// A struct that is serialised with something in it that is never said.
pub(crate) fn class(cx: &Context<'_, '_>, class: &Class) {
    let derives = |wanted: &str| {
        class.decorators.iter().any(|decorator| {
            matches!(&decorator.kind, Kind::Call(call) if call.callee.last_name() == "derive"
                && call.args.iter().any(|arg| arg.value.last_name() == wanted))
        })
    };
    // What is sent on to a payment service has to carry the number.
    let is_request = Fact::SentOnWord.in_words(&words(&class.name));
    if !cx.facts().answers || is_request || !derives("Serialize") || derives("Deserialize") {
        return;
    }
    for field in &class.fields {
        let is_text = Fact::TextField.has(field.kind.trim());
        let labels = cx.meaning(&field.name).only(Labels::NEVER_SAID);
        let is_kept_back = Fact::KeptBackMark.inside(&field.attributes);
        if is_text && labels != Labels::NONE && !is_kept_back {
            let message = format!("an answer carries {} as it is", labels.noun());
            cx.report(Draft::new(&DATA_RETURNED, field.span, message));
        }
    }
}

/// What of `of` can be read in a value or in one of its parts.
fn exposed(value: &Value, of: Labels, depth: usize) -> Labels {
    let mut labels = value.labels.exposed(of);
    if let Some(fields) = value.fields.as_ref().filter(|_| depth < 6) {
        for (_, field) in fields.iter() {
            labels |= exposed(field, of, depth + 1);
        }
    }
    if value.constant().is_some() {
        Labels::NONE
    } else {
        labels
    }
}

/// `Patient.create(…)`: a class of the program's own that keeps rows.
fn is_model(site: &Site<'_>) -> bool {
    match &site.call.callee.kind {
        Kind::Member(base, name) if name == "create" => matches!(&base.kind, Kind::Name(model)
            if model.starts_with(|c: char| c.is_uppercase())
                && model.chars().nth(1).is_some_and(char::is_lowercase)
                && !model.contains("Client") && !model.contains("Url")),
        _ => false,
    }
}

/// `s.add(Card(number=…))`: an object that was made to be kept.
fn adds_row(site: &Site<'_>) -> bool {
    matches!(site.call.args.first().map(|arg| &arg.value.kind), Some(Kind::Call(made))
        if matches!(made.callee.kind, Kind::Name(_))
            && made.callee.last_name().starts_with(|c: char| c.is_uppercase())
            && made.args.iter().any(|arg| arg.name.is_some()))
}

/// Whether a call keeps its arguments.
fn is_store(site: &Site<'_>) -> bool {
    let base = site.path.rsplit_once('.').map_or("", |(base, _)| base);
    let holder = base.rsplit('.').next().unwrap_or("").trim_end_matches("()");
    let named = words(holder);
    let is_gateway = holder.contains("payment") || holder.contains("gateway");
    Fact::StoreCall.has(site.last) && !is_gateway
        || Fact::KeeperMethod.has(site.last) && is_keeper(site, base, &named)
        || Fact::FileWriter.has(site.last) && Fact::FileWord.in_words(&named)
        || Fact::RowAdder.has(site.last) && adds_row(site)
        || runs_writing_statement(site)
}

/// Whether what a method is called on keeps rows or files.
fn is_keeper(site: &Site<'_>, base: &str, named: &[String]) -> bool {
    Fact::Keeper.in_words(named)
        || is_model(site)
        || base.starts_with("prisma.")
        || Fact::KeeperPath.inside(base)
}

fn runs_writing_statement(site: &Site<'_>) -> bool {
    let skeleton = site.args.first().and_then(|sql| sql.skeleton.as_ref());
    let writes = skeleton.is_some_and(|skeleton| is_writing(&skeleton.text));
    Fact::StatementCall.has(site.last) && writes
        || Fact::StatementRun.has(site.last) && is_writing_statement(site)
}

/// Whether a text begins as a statement that writes.
fn is_writing(text: &str) -> bool {
    let head: String = text.trim_start().chars().take(7).collect();
    let head = head.to_lowercase();
    Fact::WritingVerb
        .patterns()
        .any(|verb| head.starts_with(verb))
}

fn stored(cx: &Context<'_, '_>, site: &Site<'_>) {
    // A binding says nothing about reading or writing; the statement before it does.
    if site.last == "bind" && !is_writing_statement(site) {
        return;
    }
    let mut all = site
        .args
        .iter()
        .map(|value| exposed(value, Labels::SEALED_AT_REST | Labels::SECURITY_CODE, 0));
    let labels = all
        .by_ref()
        .fold(Labels::NONE, |known, labels| known | labels);
    let span = site.span;
    if labels.any(Labels::SECURITY_CODE) {
        cx.report(Draft::new(
            &CODE_STORED,
            span,
            "a card's security code is stored",
        ));
    }
    let open = labels.only(Labels::SEALED_AT_REST);
    if open != Labels::NONE {
        let fix = if open.any(Labels::PASSWORD) {
            "store an argon2id, bcrypt or scrypt hash instead"
        } else {
            UNENCRYPTED.fix
        };
        cx.report(
            Draft::new(
                &UNENCRYPTED,
                span,
                format!("{} is stored as it is", open.noun()),
            )
            .fix(fix),
        );
    }
}

fn is_writing_statement(site: &Site<'_>) -> bool {
    let mut found = false;
    site.call.callee.walk(&mut |expr| {
        if let crate::code::ir::Kind::Text(text) = &expr.kind {
            let lower = text.trim_start().to_lowercase();
            found |= lower.starts_with("insert") || lower.starts_with("update");
        }
    });
    found
}

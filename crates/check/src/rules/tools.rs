//! What a tool must ask for: validated arguments, a caller, an owner check, a limit, a confirmation. Decides from the
//! tool's declaration and body and from the functions of the same file that it calls; in Rust from the types, whose
//! guarantees are listed as kept and not asked for again.

mod declared;
mod evidence;

pub(crate) use declared::{Tool, declared};

use crate::catalogue::access::{NO_CALLER, NO_CONFIRMATION, NO_LIMIT, NO_OWNER};
use crate::catalogue::input::{UNBOUNDED, UNVALIDATED};
use crate::code::Language;
use crate::code::ir::{Function, Param};
use crate::finding::Draft;
use crate::flow::is_context;
use crate::names::{Labels, meaning, words};
use evidence::{Body, Checks};
use serde::Serialize;
use std::collections::HashMap;

/// Something that a Rust tool's types guarantee.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    /// Path from the checked folder.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// The tool.
    pub tool: String,
    /// What is kept, and by what.
    pub what: String,
}

/// Checks every tool of a file; `kept` takes what the types guarantee, with the place of the tool's name.
pub(crate) fn check(
    language: Language,
    text: &str,
    tools: &[Tool<'_>],
    functions: &HashMap<&str, &Function>,
    kept: &mut Vec<(usize, String, String)>,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    // A limiter that stands before all routes limits each of them.
    let limits_routes = [
        "rateLimit(",
        "RateLimit(",
        "Limiter(",
        "slowDown(",
        "GovernorLayer",
        "throttle(",
    ]
    .iter()
    .any(|mark| text.contains(mark));
    let confirms_elsewhere = tools.iter().any(|tool| Body::of(tool, functions).confirms);
    for tool in tools {
        let mut body = Body::of(tool, functions);
        body.limits |= limits_routes && tool.is_route;
        let mut review = Review {
            language,
            text,
            tool,
            functions,
            body: &body,
            drafts: &mut drafts,
        };
        review.inputs();
        review.access(confirms_elsewhere);
        if language == Language::Rust {
            for what in guaranteed(tool) {
                kept.push((tool.function.name_span.start, tool.name.clone(), what));
            }
        }
    }
    drafts
}

struct Review<'a> {
    language: Language,
    text: &'a str,
    tool: &'a Tool<'a>,
    functions: &'a HashMap<&'a str, &'a Function>,
    body: &'a Body,
    drafts: &'a mut Vec<Draft>,
}

/// What kind of value a parameter takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Checked by its type, or looked up and found or not.
    Settled,
    /// Free text.
    Text,
    /// Anything that has a range or a set of allowed values.
    Ranged,
}

impl Review<'_> {
    fn inputs(&mut self) {
        let mut open = Vec::new();
        for param in &self.tool.function.params {
            if is_context(&param.name, &param.kind) {
                continue;
            }
            let sort = sort(self.language, param, self.declared_kind(param));
            if sort == Sort::Settled || param.is_bounded || self.body.validates_all {
                continue;
            }
            let mut checks = Checks::of(&param.name, self.tool.function, self.functions);
            checks.add_schema(self.tool, &param.name, self.text);
            match sort {
                Sort::Text if !checks.is_bounded => {
                    let message = format!(
                        "the text `{}` of tool `{}` has no length",
                        param.name, self.tool.name
                    );
                    self.drafts
                        .push(Draft::new(&UNBOUNDED, param.span, message));
                }
                Sort::Ranged if !checks.is_validated => open.push(param),
                _ => {}
            }
        }
        if let Some(first) = open.first() {
            let names: Vec<String> = open
                .iter()
                .map(|param| format!("`{}`", param.name))
                .collect();
            let message = format!(
                "nothing validates {} of tool `{}`",
                names.join(", "),
                self.tool.name
            );
            self.drafts
                .push(Draft::new(&UNVALIDATED, first.span, message));
        }
    }

    /// What the schema of the declaration says where the language says nothing.
    fn declared_kind(&self, param: &Param) -> Option<&'static str> {
        if !param.kind.is_empty() || self.language == Language::Rust {
            return None;
        }
        let written = evidence::schema_of(self.tool, &param.name, self.text)?;
        if written.starts_with("z.string")
            || written.contains("'string'")
            || written.contains("\"string\"")
        {
            Some("string")
        } else if written.starts_with("z.number")
            || written.contains("'number'")
            || written.contains("\"number\"")
        {
            Some("number")
        } else {
            None
        }
    }

    fn access(&mut self, confirms_elsewhere: bool) {
        let moves_money = self.moves_money();
        let is_personal = self.touches_personal_data();
        let asks = self.body.asks_caller || self.takes("Caller");
        // Whoever asks for a caller and is told whose thing it is has something to compare.
        let is_told_whose = asks
            && self.tool.function.params.iter().any(|param| {
                is_thing_id(param) && words(&param.name).len() > 1 && param.name.ends_with("id")
            });
        if self.is_login() || !(moves_money || is_personal || is_told_whose) {
            return;
        }
        let what = if moves_money {
            "moves money"
        } else {
            "touches personal data"
        };
        let name = &self.tool.name;
        let span = self.tool.function.name_span;
        let takes_owned = self.takes("Owned");
        if !self.body.asks_caller && !self.takes("Caller") && !takes_owned {
            let message = format!("tool `{name}` {what} and asks for no caller");
            self.drafts.push(Draft::new(&NO_CALLER, span, message));
        }
        let id = self
            .tool
            .function
            .params
            .iter()
            .find(|param| is_thing_id(param) && !is_context(&param.name, &param.kind));
        if let Some(id) = id {
            let is_checked =
                takes_owned || evidence::checks_owner(&id.name, self.tool.function, self.functions);
            if !is_checked {
                let message = format!(
                    "tool `{name}` {what} and does not check whose `{}` it is",
                    id.name
                );
                self.drafts.push(Draft::new(&NO_OWNER, span, message));
            }
        }
        if moves_money && self.language != Language::Rust && !self.body.limits {
            let message = format!("tool `{name}` moves money and has no limit of its own");
            self.drafts.push(Draft::new(&NO_LIMIT, span, message));
        }
        let must_confirm = self.language == Language::Rust || confirms_elsewhere;
        if moves_money && must_confirm && !self.body.confirms {
            let message = format!("tool `{name}` moves money without the caller's yes");
            self.drafts
                .push(Draft::new(&NO_CONFIRMATION, span, message));
        }
    }

    fn takes(&self, kind: &str) -> bool {
        self.tool
            .function
            .params
            .iter()
            .any(|param| param.kind.contains(kind))
    }

    fn is_login(&self) -> bool {
        const LOGINS: &[&str] = &[
            "login",
            "authenticate",
            "signin",
            "log",
            "verify",
            "identify",
            "register",
            "signup",
            "sign",
            "otp",
            "logout",
            "auth",
            "enroll",
        ];
        words(&self.tool.name)
            .iter()
            .any(|word| LOGINS.contains(&word.as_str()))
    }

    fn moves_money(&self) -> bool {
        const VERBS: &[&str] = &[
            "pay",
            "charge",
            "refund",
            "transfer",
            "withdraw",
            "withdrawal",
            "deposit",
            "purchase",
            "buy",
            "checkout",
            "payout",
            "donate",
            "topup",
            "wire",
            "remit",
            "reimburse",
        ];
        const PEOPLE: &[&str] = &[
            "call",
            "agent",
            "human",
            "operator",
            "department",
            "conversation",
            "representative",
            "support",
            "team",
            "queue",
        ];
        let name = words(&self.tool.name);
        if reads_only(&name) || name.iter().any(|word| PEOPLE.contains(&word.as_str())) {
            return false;
        }
        let says = |words: &[String]| {
            words.iter().any(|word| VERBS.contains(&word.as_str()))
                || words
                    .iter()
                    .any(|word| matches!(word.as_str(), "payment" | "money" | "funds"))
                    && words.iter().any(|word| {
                        matches!(
                            word.as_str(),
                            "process"
                                | "make"
                                | "send"
                                | "create"
                                | "execute"
                                | "submit"
                                | "schedule"
                                | "move"
                                | "take"
                                | "capture"
                        )
                    })
        };
        says(&name) || says(&words(&self.tool.description)) || self.body.moves_money
    }

    fn touches_personal_data(&self) -> bool {
        const THINGS: &[&str] = &[
            "balance",
            "account",
            "accounts",
            "customer",
            "profile",
            "card",
            "cards",
            "statement",
            "statements",
            "transactions",
            "patient",
            "medical",
            "prescription",
            "prescriptions",
            "salary",
            "ssn",
            "beneficiary",
            "invoices",
            "payments",
            "payment",
        ];
        let name = words(&self.tool.name);
        let is_public = name.iter().any(|word| {
            matches!(
                word.as_str(),
                "hours"
                    | "types"
                    | "support"
                    | "service"
                    | "faq"
                    | "options"
                    | "reviews"
                    | "number"
                    | "policy"
                    | "rates"
                    | "fees"
                    | "plans"
            )
        });
        let opens = name
            .first()
            .is_some_and(|first| matches!(first.as_str(), "open" | "create" | "register"));
        let names_thing =
            name.iter().any(|word| THINGS.contains(&word.as_str())) && !is_public && !opens;
        let takes_sensitive = self.tool.function.params.iter().any(|param| {
            meaning(&param.name).any(
                Labels::CARD
                    | Labels::NATIONAL
                    | Labels::BANK
                    | Labels::HEALTH
                    | Labels::SECURITY_CODE,
            )
        });
        names_thing || takes_sensitive || self.body.reads_personal
    }
}

fn reads_only(name: &[String]) -> bool {
    const READING: &[&str] = &[
        "get",
        "list",
        "show",
        "find",
        "lookup",
        "search",
        "check",
        "fetch",
        "read",
        "view",
        "describe",
        "count",
        "calculate",
        "estimate",
        "validate",
        "is",
        "has",
        "query",
        "quote",
        "explain",
        "convert",
        "track",
    ];
    name.first()
        .is_some_and(|first| READING.contains(&first.as_str()))
}

/// Whether a parameter names somebody's thing.
fn is_thing_id(param: &Param) -> bool {
    const THINGS: &[&str] = &[
        "account",
        "acct",
        "customer",
        "card",
        "user",
        "order",
        "payment",
        "invoice",
        "patient",
        "policy",
        "member",
        "client",
        "subscription",
        "loan",
        "booking",
        "reservation",
        "transaction",
        "wallet",
        "person",
        "employee",
    ];
    let name = words(&param.name);
    let is_id = name.last().is_some_and(|last| {
        matches!(
            last.as_str(),
            "id" | "number" | "no" | "uuid" | "ref" | "iban"
        )
    });
    let names_thing = name.iter().any(|word| THINGS.contains(&word.as_str()));
    let is_alone = names_thing
        && name.len() == 1
        && !param.kind.contains("Owned")
        && !param.kind.contains("Literal")
        && param.default.is_none();
    let is_own_number = meaning(&param.name).any(Labels::CARD) || param.kind.contains("CardNumber");
    ((is_id && names_thing) || is_alone) && !is_own_number
}

fn sort(language: Language, param: &Param, declared: Option<&str>) -> Sort {
    let kind = declared
        .unwrap_or(param.kind.as_str())
        .replace("Optional[", "")
        .replace("typing.", "")
        .replace("Option<", "")
        .replace(" | None", "")
        .replace(" | undefined", "")
        .replace(" | null", "");
    let kind = kind.trim_matches(|c: char| "]>& ".contains(c));
    let name = words(&param.name);
    let says = |list: &[&str]| name.iter().any(|word| list.contains(&word.as_str()));
    let is_looked_up = says(&[
        "id", "ids", "username", "user", "password", "pin", "token", "code", "uuid", "sku", "slug",
    ]);
    let is_amount = says(&[
        "amount",
        "quantity",
        "qty",
        "price",
        "total",
        "percent",
        "percentage",
        "days",
        "degrees",
        "age",
        "nights",
        "guests",
        "amounts",
        "sum",
        "temperature",
        "minutes",
        "hours",
        "rating",
        "discount",
    ]);
    let is_textual = says(&[
        "query",
        "text",
        "message",
        "note",
        "notes",
        "comment",
        "search",
        "description",
        "body",
        "content",
        "reason",
        "subject",
        "title",
        "term",
        "terms",
        "prompt",
        "feedback",
        "question",
        "city",
        "location",
        "summary",
        "keywords",
        "q",
        "name",
        "expression",
        "topic",
        "address",
        "details",
        "url",
        "host",
        "command",
        "path",
        "formula",
        "site",
        "link",
        "filename",
        "domain",
        "template",
        "script",
        "phrase",
        "symptoms",
        "street",
        "keyword",
    ]);
    match (language, kind) {
        (Language::Rust, "String" | "str" | "'static str" | "Cow<str") => {
            if is_looked_up {
                Sort::Settled
            } else {
                Sort::Text
            }
        }
        (
            Language::Rust,
            "f64" | "f32" | "i64" | "i32" | "u64" | "u32" | "usize" | "Decimal" | "i128" | "u128"
            | "Value" | "serde_json::Value",
        ) => Sort::Ranged,
        (Language::Rust, _) => Sort::Settled,
        (_, "bool" | "boolean") => Sort::Settled,
        (_, "str" | "string" | "String") if is_looked_up => Sort::Settled,
        (_, "str" | "string" | "String") => {
            let has_form = says(&[
                "currency", "date", "email", "phone", "time", "country", "status", "kind", "unit",
                "language", "mode", "day", "card",
            ]);
            if has_form || is_amount {
                Sort::Ranged
            } else {
                Sort::Text
            }
        }
        (
            _,
            "int" | "float" | "number" | "Decimal" | "complex" | "list" | "dict" | "List" | "Dict"
            | "Any" | "any" | "object",
        ) => {
            if is_looked_up {
                Sort::Settled
            } else {
                Sort::Ranged
            }
        }
        (_, "") if is_amount => Sort::Ranged,
        (_, "") if is_textual && !is_looked_up => Sort::Text,
        (_, "") if says(&["currency", "email", "date", "phone"]) => Sort::Ranged,
        _ => Sort::Settled,
    }
}

/// What the declaration and the types of a Rust tool guarantee.
fn guaranteed(tool: &Tool<'_>) -> Vec<String> {
    let mut kept = Vec::new();
    for param in &tool.function.params {
        let kind = param.kind.trim();
        if kind.starts_with("Owned<") {
            kept.push(format!(
                "ownership and login: `{}: {kind}` cannot be had by anyone but its owner",
                param.name
            ));
        } else if kind.trim_start_matches('&') == "Caller" {
            kept.push("login: `Caller` exists only after one".to_owned());
        } else if kind.contains("Sealed<") || kind.contains("Secret<") {
            kept.push(format!(
                "secrecy: `{}: {kind}` cannot be printed",
                param.name
            ));
        } else if param.is_bounded {
            kept.push(format!(
                "validation: `{}: {kind}` has its bounds in the declaration",
                param.name
            ));
        } else if sort(Language::Rust, param, None) == Sort::Settled
            && kind.starts_with(|c: char| c.is_uppercase())
        {
            kept.push(format!(
                "validation: `{}: {kind}` is checked before the tool runs",
                param.name
            ));
        }
    }
    match tool.option("limit") {
        Some(limit) => kept.push(format!("limit: {limit}")),
        None => kept.push("limit: the default of 10 a minute".to_owned()),
    }
    if tool.has_flag("confirm") {
        kept.push("confirmation: the caller's yes to exactly these arguments".to_owned());
    }
    kept
}

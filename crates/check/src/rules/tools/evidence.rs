//! What a tool's body does about its arguments and its caller. Decides by looking for checks, not by proving them: a
//! check that is there but wrong is not seen.

use super::declared::Tool;
use crate::code::ir::{Call, Expr, Function, Kind, Stmt, walk_all};
use crate::names::words;
use std::collections::{HashMap, HashSet};

/// What a tool does as a whole.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// It looks at who is calling.
    pub(super) asks_caller: bool,
    pub(super) limits: bool,
    pub(super) confirms: bool,
    /// A decorator or schema checks all arguments.
    pub(super) validates_all: bool,
    /// It calls something that moves money.
    pub(super) moves_money: bool,
    /// It reads balances, cards and the like.
    pub(super) reads_personal: bool,
}

const CALLER: &[&str] = &[
    "auth",
    "authenticated",
    "authenticate",
    "authorize",
    "authorized",
    "authorise",
    "authorised",
    "authorization",
    "authentication",
    "caller",
    "principal",
    "identity",
    "logged",
    "login",
    "permission",
    "permissions",
    "owns",
    "owned",
    "authed",
    "loggedin",
];

impl Body {
    /// Looks through the tool and the functions of its file that it calls.
    pub(super) fn of(tool: &Tool<'_>, functions: &HashMap<&str, &Function>) -> Self {
        let mut body = Self::default();
        for decorator in &tool.function.decorators {
            let name = words(&decorator.path());
            let says = |list: &[&str]| name.iter().any(|word| list.contains(&word.as_str()));
            body.asks_caller |= says(CALLER) || says(&["required"]) && says(&["user", "login"]);
            body.limits |= says(&[
                "rate",
                "limit",
                "limits",
                "limiter",
                "throttle",
                "ratelimit",
                "quota",
            ]);
            body.confirms |= says(&["confirm", "confirmation", "approval"]);
            body.validates_all |= says(&["validate", "validated", "validator", "validates"]);
        }
        body.limits |=
            tool.has_flag("limit") || tool.has_flag("rate_limit") || tool.has_flag("rateLimit");
        body.confirms |= tool.has_flag("confirm")
            || tool.has_flag("needsApproval")
            || tool.has_flag("requires_confirmation")
            || tool.has_flag("needs_approval");
        body.validates_all |= tool.has_flag("args_schema") || tool.has_flag("args_model");
        // What stands before the handler of a route, and what a framework is told to fill a parameter with.
        if let Some(call) = tool.call {
            for arg in &call.args {
                if !matches!(arg.value.kind, Kind::Function(_) | Kind::Text(_)) {
                    body.words_of(&arg.value);
                }
            }
        }
        for param in &tool.function.params {
            if let Some(default) = &param.default {
                body.words_of(default);
            }
            body.asks_caller |= matches!(param.kind.trim(), "User" | "CurrentUser" | "Principal")
                || param.kind.contains("Depends(");
            let name = words(&param.name);
            body.asks_caller |=
                name.iter().any(|word| word == "caller") || param.name == "current_user";
            body.confirms |= name
                .iter()
                .any(|word| matches!(word.as_str(), "confirmed" | "confirm" | "confirmation"));
        }
        let mut seen = HashSet::new();
        body.read(&tool.function.body, functions, &mut seen, 0);
        body
    }

    fn read(
        &mut self,
        stmts: &[Stmt],
        functions: &HashMap<&str, &Function>,
        seen: &mut HashSet<usize>,
        depth: usize,
    ) {
        let mut called: Vec<String> = Vec::new();
        walk_all(stmts, &mut |expr| match &expr.kind {
            Kind::Name(name) => self.word(name, depth),
            Kind::Member(_, name) => self.word(name, depth),
            Kind::Index(base, key) => self.key(base, key),
            Kind::Text(text) => self.refusal(text),
            Kind::Call(call) => {
                called.push(call.callee.last_name().to_owned());
                if let (Kind::Member(base, name), Some(first)) =
                    (&call.callee.kind, call.args.first())
                    && name == "get"
                {
                    self.key(base, &first.value);
                }
                if depth == 0 {
                    self.effect(call);
                }
            }
            _ => {}
        });
        if depth >= 2 {
            return;
        }
        for name in called {
            if let Some(function) = functions.get(name.as_str())
                && seen.insert(function.name_span.start)
                && seen.len() < 40
            {
                self.read(&function.body, functions, seen, depth + 1);
            }
        }
    }

    /// A refusal that the tool gives says what it looked at.
    fn refusal(&mut self, text: &str) {
        self.limits |= text.contains("rate_limit") || text.contains("oo many requests");
        self.asks_caller |= matches!(
            text,
            "authentication_required" | "not_authenticated" | "unauthenticated" | "login_required"
        );
        self.confirms |= text == "confirmation_required";
    }

    fn words_of(&mut self, expr: &Expr) {
        expr.walk(&mut |part| {
            if let Kind::Name(name) | Kind::Member(_, name) = &part.kind {
                self.word(name, 1);
            }
        });
    }

    fn word(&mut self, name: &str, depth: usize) {
        let name = words(name);
        let says = |list: &[&str]| name.iter().any(|word| list.contains(&word.as_str()));
        self.asks_caller |= says(CALLER)
            || (says(&["signed"]) && says(&["in"]))
            || (says(&["current", "session", "require", "verified", "signed"])
                && says(&["user", "caller", "customer"]));
        self.limits |= says(&[
            "throttle",
            "throttled",
            "limiter",
            "ratelimit",
            "quota",
            "ratelimiter",
        ]) || (says(&["rate", "within", "under", "over", "check"])
            && says(&["limit", "limits", "limited"]));
        self.confirms |= says(&[
            "confirm",
            "confirmed",
            "confirmation",
            "approve",
            "approved",
            "approval",
            "consent",
        ]);
        let sensitive = ["ssn", "balance", "cards", "passport", "diagnosis", "iban"];
        self.reads_personal |= depth == 0 && says(&sensitive) && !says(&["load", "wheel"]);
    }

    /// A key of the conversation's state.
    fn key(&mut self, base: &Expr, key: &Expr) {
        let Kind::Text(key) = &key.kind else { return };
        let holder = words(&base.path());
        let is_state = holder.iter().any(|word| {
            matches!(
                word.as_str(),
                "state"
                    | "session"
                    | "context"
                    | "conversation"
                    | "ctx"
                    | "request"
                    | "user"
                    | "self"
            )
        });
        let key = words(key);
        let names_caller = key.iter().any(|word| {
            CALLER.contains(&word.as_str()) || matches!(word.as_str(), "user" | "verified")
        });
        self.asks_caller |= is_state && names_caller;
        self.confirms |= key
            .iter()
            .any(|word| word == "confirmed" || word == "confirmation");
    }

    fn effect(&mut self, call: &Call) {
        self.moves_money |= matches!(
            call.callee.last_name(),
            "charge"
                | "refund"
                | "transfer"
                | "withdraw"
                | "send_money"
                | "create_charge"
                | "payout"
                | "sendMoney"
                | "createCharge"
                | "transfer_funds"
                | "make_payment"
                | "process_payment"
        );
        self.reads_personal |= matches!(
            call.callee.last_name(),
            "get_customer"
                | "get_account"
                | "get_cards"
                | "getCustomer"
                | "getAccount"
                | "get_patient"
                | "getPatient"
        );
    }
}

/// What is done about one argument.
#[derive(Debug, Default)]
pub(super) struct Checks {
    /// Its type, range or choice is looked at.
    pub(super) is_validated: bool,
    /// Its length is limited, or it can only be one of a set.
    pub(super) is_bounded: bool,
}

impl Checks {
    /// Looks through a function and the functions of its file that get the argument.
    pub(super) fn of(
        name: &str,
        function: &Function,
        functions: &HashMap<&str, &Function>,
    ) -> Self {
        let mut checks = Self::default();
        checks.read(name, function, functions, 0);
        checks
    }

    /// Takes the schema of the declaration into account.
    pub(super) fn add_schema(&mut self, tool: &Tool<'_>, name: &str, text: &str) {
        const RANGE: &[&str] = &[
            "max",
            "min",
            "enum",
            "positive",
            "int()",
            "literal",
            "range",
            "gt=",
            "ge=",
            "lt=",
            "le=",
            "multipleof",
            "nonnegative",
            "choices",
        ];
        const FORM: &[&str] = &[
            "maxlength",
            "max_length",
            ".max(",
            "max:",
            "\"max\"",
            "enum",
            "uuid",
            "regex",
            "pattern",
            "length(",
            "literal",
            "email()",
            "datetime",
            ".date(",
            "choices",
        ];
        if let Some(written) = schema_of(tool, name, text) {
            let written = written.to_lowercase();
            let ranged = RANGE.iter().any(|mark| written.contains(mark));
            let formed = FORM.iter().any(|mark| written.contains(mark));
            self.is_validated |= ranged || formed;
            self.is_bounded |= formed;
        }
    }

    fn read(
        &mut self,
        name: &str,
        function: &Function,
        functions: &HashMap<&str, &Function>,
        depth: usize,
    ) {
        if let Some(param) = function.params.iter().find(|param| param.name == name) {
            let is_narrow = [
                "Literal[",
                "Annotated[",
                "Enum",
                "constr",
                "conint",
                "Range",
            ]
            .iter()
            .any(|mark| param.kind.contains(mark));
            self.is_validated |= is_narrow;
            self.is_bounded |= is_narrow;
        }
        let mut names: HashSet<String> = HashSet::from([name.to_owned()]);
        self.stmts(&function.body, &mut names, functions, depth);
    }

    fn stmts(
        &mut self,
        body: &[Stmt],
        names: &mut HashSet<String>,
        functions: &HashMap<&str, &Function>,
        depth: usize,
    ) {
        for stmt in body {
            match stmt {
                Stmt::Assign { target, value, .. } => {
                    self.expr(value, names, functions, depth);
                    // A copy or a cleaned form of the argument is followed under its own name.
                    if mentions(value, names)
                        && names.len() < 12
                        && let Kind::Name(name) = &target.kind
                    {
                        names.insert(name.clone());
                    }
                }
                Stmt::Expr(expr) | Stmt::Return(expr) | Stmt::Raise(expr) => {
                    self.expr(expr, names, functions, depth)
                }
                Stmt::Branch { condition, arms } => {
                    if let Some(condition) = condition {
                        self.condition(condition, names);
                        self.expr(condition, names, functions, depth);
                    }
                    for arm in arms {
                        self.stmts(&arm.body, names, functions, depth);
                    }
                }
                Stmt::Function(function) => self.stmts(&function.body, names, functions, depth),
                Stmt::Class(_) => {}
            }
        }
    }

    fn condition(&mut self, condition: &Expr, names: &HashSet<String>) {
        // `if not text` alone says nothing about what the text may be.
        let is_bare = match &condition.kind {
            Kind::Compare(parts) => parts.len() == 1 && matches!(parts[0].kind, Kind::Name(_)),
            Kind::Name(_) => true,
            _ => false,
        };
        self.is_validated |= mentions(condition, names) && !is_bare;
    }

    fn expr(
        &mut self,
        expr: &Expr,
        names: &HashSet<String>,
        functions: &HashMap<&str, &Function>,
        depth: usize,
    ) {
        let mut passed: Vec<(String, usize)> = Vec::new();
        expr.walk(&mut |part| match &part.kind {
            Kind::Compare(parts)
                if parts.len() > 1 && parts.iter().any(|part| mentions(part, names)) =>
            {
                self.is_validated = true;
                let is_choice = parts.iter().skip(1).any(|part| {
                    matches!(part.kind, Kind::List(_) | Kind::Member(..) | Kind::Map(_))
                        || is_constant_name(part)
                        || matches!(&part.kind, Kind::Call(call)
                            if matches!(call.callee.last_name(), "get" | "keys" | "values" | "get_state" | "Set"))
                });
                self.is_bounded |= is_choice || parts.iter().any(|part| is_length(part, names));
            }
            Kind::Slice(base) if mentions(base, names) => {
                self.is_validated = true;
                self.is_bounded = true;
            }
            Kind::Index(base, key) if mentions(key, names) && is_constant_name(base) => {
                self.is_validated = true;
                self.is_bounded = true;
            }
            Kind::Call(call) => self.call(call, names, &mut passed),
            _ => {}
        });
        if depth >= 2 {
            return;
        }
        for (callee, position) in passed {
            if let Some(function) = functions.get(callee.as_str()) {
                let param = function
                    .params
                    .iter()
                    .filter(|param| !matches!(param.name.as_str(), "self" | "cls"))
                    .nth(position);
                if let Some(param) = param {
                    self.read(&param.name, function, functions, depth + 1);
                }
            }
        }
    }

    fn call(&mut self, call: &Call, names: &HashSet<String>, passed: &mut Vec<(String, usize)>) {
        let last = call.callee.last_name();
        let takes = call.args.iter().any(|arg| mentions(&arg.value, names));
        let on_it = matches!(&call.callee.kind, Kind::Member(base, _) if mentions(base, names));
        if !takes && !on_it {
            return;
        }
        for (position, arg) in call.args.iter().enumerate() {
            if matches!(&arg.value.kind, Kind::Name(name) if names.contains(name)) {
                passed.push((last.to_owned(), position));
            }
        }
        let name = words(last);
        let says = |list: &[&str]| name.iter().any(|word| list.contains(&word.as_str()));
        let validates = takes
            && says(&[
                "valid",
                "validate",
                "validated",
                "check",
                "sanitize",
                "sanitise",
                "clean",
                "parse",
                "ensure",
                "assert",
                "verify",
                "normalize",
                "normalise",
                "escape",
                "require",
                "coerce",
                "allowed",
                "clamp",
            ]);
        let converts = takes
            && matches!(
                last,
                "int"
                    | "float"
                    | "Decimal"
                    | "UUID"
                    | "Number"
                    | "parseInt"
                    | "parseFloat"
                    | "fromisoformat"
                    | "strptime"
                    | "Date"
                    | "round"
                    | "model_validate"
                    | "from_str"
                    | "safeParse"
            );
        let matches_form = (takes
            && matches!(
                last,
                "match"
                    | "fullmatch"
                    | "test"
                    | "is_match"
                    | "contains"
                    | "includes"
                    | "has"
                    | "indexOf"
                    | "isin"
                    | "is_some_and"
            ))
            || (on_it
                && matches!(
                    last,
                    "isdigit"
                        | "isalnum"
                        | "isalpha"
                        | "match"
                        | "isnumeric"
                        | "isdecimal"
                        | "matches"
                ));
        // A look-up in a table of the program's own gives nothing for what is not in it.
        let is_looked_up = takes
            && matches!(last, "get" | "hasOwn" | "hasOwnProperty")
            && matches!(&call.callee.kind, Kind::Member(base, _) if is_constant_name(base));
        let cuts = on_it
            && matches!(
                last,
                "slice" | "substring" | "substr" | "take" | "truncate" | "chars" | "get"
            )
            || takes && (says(&["truncate", "shorten", "limit"]) || matches!(last, "min" | "max"));
        let only_looks = takes
            && matches!(
                last,
                "isinstance" | "len" | "sub" | "isNaN" | "isFinite" | "isInteger" | "bool"
            );
        self.is_validated |=
            validates || converts || matches_form || cuts || only_looks || is_looked_up;
        self.is_bounded |= validates || converts || matches_form || cuts || is_looked_up;
    }
}

/// What the declaration's schema says about an argument, as written.
pub(super) fn schema_of<'t>(tool: &Tool<'_>, name: &str, text: &'t str) -> Option<&'t str> {
    let mut found = None;
    for schema in &tool.schemas {
        schema.walk(&mut |expr| {
            let Kind::Map(entries) = &expr.kind else {
                return;
            };
            for (key, value) in entries {
                if key.as_deref() == Some(name) {
                    found = found.or_else(|| text.get(value.span.start..value.span.end));
                }
            }
        });
    }
    found
}

/// Whether the body compares a thing's id with what the caller has.
pub(super) fn checks_owner(
    id: &str,
    function: &Function,
    functions: &HashMap<&str, &Function>,
) -> bool {
    owner_in(id, function, functions, 0)
}

fn owner_in(
    id: &str,
    function: &Function,
    functions: &HashMap<&str, &Function>,
    depth: usize,
) -> bool {
    let mut found = function.decorators.iter().any(|decorator| {
        words(&decorator.path()).iter().any(|word| {
            matches!(
                word.as_str(),
                "own" | "owns" | "owner" | "owned" | "ownership" | "permission" | "authorize"
            )
        })
    });
    let names = HashSet::from([id.to_owned()]);
    let mut passed: Vec<(String, usize)> = Vec::new();
    walk_all(&function.body, &mut |expr| match &expr.kind {
        Kind::Compare(parts) if parts.len() > 1 => {
            let names_id = parts.iter().any(|part| mentions(part, &names));
            let is_open = |part: &Expr| {
                !matches!(part.kind, Kind::Literal(_) | Kind::Text(_)) && !is_length(part, &names)
            };
            let against_other = parts.iter().all(is_open)
                && parts.iter().any(|part| !mentions(part, &names))
                && !parts.iter().any(is_constant_name);
            let about_owner =
                parts.iter().any(|part| is_owner_path(&part.path())) && parts.iter().all(is_open);
            found |= (names_id && against_other) || about_owner;
        }
        Kind::Index(base, key) => found |= mentions(key, &names) && is_callers(&base.path()),
        Kind::Call(call) => {
            let takes = call.args.iter().any(|arg| mentions(&arg.value, &names));
            for (position, arg) in call.args.iter().enumerate() {
                if matches!(&arg.value.kind, Kind::Name(name) if name == id) {
                    passed.push((call.callee.last_name().to_owned(), position));
                }
            }
            let name = words(call.callee.last_name());
            let asks = name.iter().any(|word| {
                matches!(
                    word.as_str(),
                    "own"
                        | "owns"
                        | "owned"
                        | "owner"
                        | "ownership"
                        | "belongs"
                        | "authorize"
                        | "authorized"
                        | "authorise"
                        | "access"
                        | "allowed"
                        | "permitted"
                        | "permission"
                        | "mine"
                )
            });
            let with_caller = call.args.iter().any(|arg| {
                let mut has = arg.name.as_deref().is_some_and(is_owner_path);
                arg.value.walk(&mut |part| {
                    has |= matches!(part.kind, Kind::Name(_) | Kind::Member(..))
                        && is_callers(&part.path())
                        && !mentions(part, &names)
                });
                has
            });
            let on_caller =
                matches!(&call.callee.kind, Kind::Member(base, _) if is_callers(&base.path()));
            found |= takes && (asks || with_caller || on_caller);
        }
        _ => {}
    });
    if found || depth >= 2 {
        return found;
    }
    passed.iter().any(|(callee, position)| {
        functions.get(callee.as_str()).is_some_and(|helper| {
            let param = helper
                .params
                .iter()
                .filter(|param| !matches!(param.name.as_str(), "self" | "cls"))
                .nth(*position);
            param.is_some_and(|param| owner_in(&param.name, helper, functions, depth + 1))
        })
    })
}

fn is_owner_path(path: &str) -> bool {
    let name = words(path);
    name.iter()
        .any(|word| matches!(word.as_str(), "owner" | "owners" | "caller" | "principal"))
        || name
            .windows(2)
            .any(|pair| matches!(pair[0].as_str(), "user" | "customer") && pair[1] == "id")
}

/// Whether a path names the caller or what belongs to the caller.
fn is_callers(path: &str) -> bool {
    words(path).iter().any(|word| {
        matches!(
            word.as_str(),
            "caller"
                | "user"
                | "state"
                | "session"
                | "principal"
                | "owner"
                | "owned"
                | "me"
                | "identity"
                | "authenticated"
                | "mine"
        )
    })
}

fn is_length(expr: &Expr, names: &HashSet<String>) -> bool {
    match &expr.kind {
        Kind::Call(call) => {
            matches!(call.callee.last_name(), "len" | "count" | "chars")
                && (call.args.iter().any(|arg| mentions(&arg.value, names))
                    || mentions(&call.callee, names))
        }
        Kind::Member(base, name) => {
            matches!(name.as_str(), "length" | "size") && mentions(base, names)
        }
        Kind::Compare(parts) => parts.iter().any(|part| is_length(part, names)),
        _ => false,
    }
}

fn is_constant_name(expr: &Expr) -> bool {
    let name = expr.last_name();
    name.len() > 1
        && name
            .chars()
            .all(|c| c.is_uppercase() || c == '_' || c.is_ascii_digit())
        || words(name).iter().any(|word| {
            matches!(
                word.as_str(),
                "allowed" | "valid" | "supported" | "known" | "choices" | "currencies"
            )
        })
}

/// Whether one of these names occurs in an expression.
fn mentions(expr: &Expr, names: &HashSet<String>) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        if let Kind::Name(name) = &part.kind {
            found |= names.contains(name);
        }
    });
    found
}

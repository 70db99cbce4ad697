//! What a tool does as a whole: whether it asks who is calling, limits, asks for a yes, moves money or reads what is
//! somebody's own. Decides from its declaration and its body, and from the functions of its file that it calls.

use super::super::tool::Tool;
use crate::code::ir::{Call, Expr, Function, Kind, Param, Stmt, walk_all};
use crate::facts::Fact;
use crate::names::words;
use std::collections::{HashMap, HashSet};

use super::places::DEPTH;

/// Functions that are gone through for one tool.
const FUNCTIONS: usize = 40;

/// What a tool does as a whole.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// It looks at who is calling.
    pub(crate) asks_caller: bool,
    pub(crate) limits: bool,
    pub(crate) confirms: bool,
    /// A decorator or schema checks all arguments.
    pub(crate) validates_all: bool,
    /// It calls something that moves money.
    pub(crate) moves_money: bool,
    /// It reads balances, cards and the like.
    pub(crate) reads_personal: bool,
}

impl Body {
    /// Looks through the tool and the functions of its file that it calls.
    pub(crate) fn of(tool: &Tool<'_>, functions: &HashMap<&str, &Function>) -> Self {
        let mut body = Self::default();
        for decorator in &tool.function.decorators {
            body.decorator(&words(&decorator.path()));
        }
        body.asks_caller |= tool.has(Fact::CallerFlag);
        body.limits |= tool.has(Fact::LimitFlag);
        body.confirms |= tool.has(Fact::ConfirmFlag);
        body.validates_all |= tool.has(Fact::ValidateFlag);
        // What stands before the handler of a route, and what a framework is told to fill a parameter with.
        for arg in tool.args() {
            if !matches!(arg.value.kind, Kind::Function(_) | Kind::Text(_)) {
                body.words_of(&arg.value);
            }
        }
        for param in &tool.function.params {
            body.param(param);
        }
        let mut seen = HashSet::new();
        body.read(&tool.function.body, functions, &mut seen, 0);
        body
    }

    fn decorator(&mut self, name: &[String]) {
        let requires = name.iter().any(|word| word == "required");
        self.asks_caller |=
            Fact::CallerWord.in_words(name) || requires && Fact::RequiredWord.in_words(name);
        self.limits |= Fact::LimitDecorator.in_words(name);
        self.confirms |= Fact::ConfirmDecorator.in_words(name);
        self.validates_all |= Fact::ValidateDecorator.in_words(name);
    }

    fn param(&mut self, param: &Param) {
        if let Some(default) = &param.default {
            self.words_of(default);
        }
        let name = words(&param.name);
        self.asks_caller |= Fact::CallerType.has(param.kind.trim())
            || param.kind.contains("Depends(")
            || param.name == "current_user"
            || name.iter().any(|word| word == "caller");
        self.confirms |= Fact::ConfirmParam.in_words(&name);
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
            Kind::Name(name) | Kind::Member(_, name) => self.word(name, depth),
            Kind::Index(base, key) => self.key(base, key),
            Kind::Text(text) => self.refusal(text),
            Kind::Call(call) => {
                called.push(call.callee.last_name().to_owned());
                self.call(call, depth);
            }
            _ => {}
        });
        if depth >= DEPTH {
            return;
        }
        for function in called
            .iter()
            .filter_map(|name| functions.get(name.as_str()))
        {
            if seen.insert(function.name_span.start) && seen.len() < FUNCTIONS {
                self.read(&function.body, functions, seen, depth + 1);
            }
        }
    }

    fn call(&mut self, call: &Call, depth: usize) {
        if let (Kind::Member(base, name), Some(first)) = (&call.callee.kind, call.args.first())
            && name == "get"
        {
            self.key(base, &first.value);
        }
        if depth == 0 {
            self.moves_money |= Fact::MoneyCall.has(call.callee.last_name());
            self.reads_personal |= Fact::PersonalCall.has(call.callee.last_name());
        }
    }

    /// A refusal that the tool gives says what it looked at.
    fn refusal(&mut self, text: &str) {
        self.limits |= Fact::LimitRefusal.inside(text);
        self.asks_caller |= Fact::CallerRefusal.has(text);
        self.confirms |= Fact::ConfirmRefusal.has(text);
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
        self.asks_caller |= says_who_is_calling(&name);
        self.limits |= Fact::LimiterWord.in_words(&name)
            || Fact::LimitCheckWord.in_words(&name) && Fact::LimitWord.in_words(&name);
        self.confirms |= Fact::ConfirmWord.in_words(&name);
        self.reads_personal |=
            depth == 0 && Fact::PersonalMember.in_words(&name) && !Fact::LoadWord.in_words(&name);
    }

    /// A key of the conversation's state.
    fn key(&mut self, base: &Expr, key: &Expr) {
        let Kind::Text(key) = &key.kind else { return };
        let is_state = Fact::StateWord.in_words(&words(&base.path()));
        let key = words(key);
        let names_caller = Fact::CallerWord.in_words(&key) || Fact::CallerKey.in_words(&key);
        self.asks_caller |= is_state && names_caller;
        self.confirms |= Fact::ConfirmKey.in_words(&key);
    }
}

/// `require_login`, `signed_in` and `current_user`.
fn says_who_is_calling(name: &[String]) -> bool {
    let has = |wanted: &str| name.iter().any(|word| word == wanted);
    Fact::CallerWord.in_words(name)
        || has("signed") && has("in")
        || Fact::SessionWord.in_words(name) && Fact::PersonWord.in_words(name)
}

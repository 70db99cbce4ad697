//! The tools of an agent as they may be called: each declaration completed by the defaults of its effect, and compiled.
//!
//! Decides what holds where nothing is declared: who must have logged in, what needs a yes, how much money may move. The
//! defaults are the strictest reading; the words that loosen them (`x-public`, `x-confirm: false`, `x-limit: "none"`, a declared
//! `x-effect`) stand in the declaration, where [`loosened`] finds them. What a tool's effect is, is judged by
//! `conversimple_wire::effect`.

use conversimple_wire::ToolSpec;
use conversimple_wire::effect::{self, Effect, Judgement, MoneyArgument};
use conversimple_wire::rest::Withheld;
use conversimple_wire::tool::{Role, tool_key};
use serde_json::{Map, Value, json};

use super::operator::Oversight;
use super::policy::{Author, Policy};
use super::reason::Reason;

/// The most that one argument of money may hold where no maximum is declared, in units of the currency. Ours: what the
/// security guide's own example of a payment allows.
pub const MONEY_LIMIT: u64 = 10_000;
/// The most that a caller may pay with one tool in an hour where no sum is declared: one payment of the largest size.
pub const MONEY_HOUR_LIMIT: u64 = 10_000;
/// The most in a day: two of them.
pub const MONEY_DAY_LIMIT: u64 = 20_000;

/// The tools of an agent.
#[derive(Debug, Default)]
pub struct Toolset {
    /// What may be called: the completed declaration and its rules, in the order of registration.
    pub tools: Vec<(ToolSpec, Policy)>,
    /// What may not, and why.
    pub withheld: Vec<(String, Reason)>,
}

impl Toolset {
    /// Completes and compiles the declarations of one agent. Completing what is complete changes nothing.
    pub fn of(specs: &[ToolSpec], author: Author) -> Self {
        Self::under(specs, author, &Oversight::default())
    }

    /// As [`Toolset::of`], with the operator's policy in the declarations before anything is read from them.
    pub fn under(specs: &[ToolSpec], author: Author, oversight: &Oversight) -> Self {
        let mut toolset = Self::default();
        let mut applied = Vec::with_capacity(specs.len());
        for spec in specs {
            match oversight.applied(spec) {
                Ok(spec) => applied.push(spec),
                Err(reason) => toolset.withheld.push((spec.name.clone(), reason)),
            }
        }
        let has_login = applied.iter().any(|spec| spec.role() == Role::Login);
        for spec in &applied {
            match tool(spec, author, has_login) {
                Ok(tool) => toolset.tools.push(tool),
                Err(reason) => toolset.withheld.push((spec.name.clone(), reason)),
            }
        }
        toolset
    }

    /// What is withheld, as it is shown.
    pub fn withheld(&self) -> Vec<Withheld> {
        let rows = self.withheld.iter();
        rows.map(|(tool, reason)| Withheld {
            tool: tool.clone(),
            reason: reason.to_string(),
        })
        .collect()
    }
}

fn tool(spec: &ToolSpec, author: Author, has_login: bool) -> Result<(ToolSpec, Policy), Reason> {
    let spec = completed(spec, has_login)?;
    let policy = Policy::of(&spec, author).map_err(Reason::Policy)?;
    Ok((spec, policy))
}

/// The declaration with everything that its effect asks for written into it. The SDK's own tools are left as they are:
/// nobody can ask for them by name.
fn completed(spec: &ToolSpec, has_login: bool) -> Result<ToolSpec, Reason> {
    let judgement = effect::judge(spec).map_err(Reason::Effect)?;
    if spec.internal() {
        return Ok(spec.clone());
    }
    let mut complete = spec.clone();
    let needs_caller = spec.caller() || !spec.public() && by_default(&judgement, has_login);
    if needs_caller && !has_login {
        return Err(Reason::NoLogin(judgement.effect));
    }
    let Some(keys) = complete.parameters.as_object_mut() else {
        return Ok(complete);
    };
    if needs_caller {
        keys.insert(tool_key::CALLER.to_owned(), json!(true));
    }
    let asks = judgement.effect.is_risky()
        || judgement.effect == Effect::Write && !has_login && !spec.public();
    if asks && keys.get(tool_key::CONFIRM).is_none_or(Value::is_null) {
        keys.insert(tool_key::CONFIRM.to_owned(), json!(true));
    }
    bound(keys, &judgement.money);
    if let (Some(first), None) = (
        judgement.money.first(),
        spec.limit().filter(|it| *it == "none"),
    ) {
        keys.entry(tool_key::SUM).or_insert_with(|| sums(first));
    }
    Ok(complete)
}

/// Whether a tool needs a caller where its declaration does not say.
fn by_default(judgement: &Judgement, has_login: bool) -> bool {
    match judgement.effect {
        Effect::Pay | Effect::Send | Effect::Delete => true,
        Effect::Read => judgement.personal,
        // Where nobody can log in, a yes stands for the login.
        Effect::Write => has_login,
        Effect::Login | Effect::Logout => false,
    }
}

/// Sums of money are above zero and have a maximum, unless the declaration says which.
fn bound(keys: &mut Map<String, Value>, money: &[MoneyArgument]) {
    let Some(Value::Object(properties)) = keys.get_mut("properties") else {
        return;
    };
    for argument in money {
        let Some(Value::Object(schema)) = properties.get_mut(&argument.name) else {
            continue;
        };
        let has = |names: [&str; 3]| names.iter().any(|name| schema.contains_key(*name));
        let (low, high) = (
            has(["minimum", "exclusiveMinimum", "enum"]),
            has(["maximum", "exclusiveMaximum", "enum"]),
        );
        if !low {
            schema.insert("exclusiveMinimum".to_owned(), json!(0));
        }
        if !high {
            schema.insert("maximum".to_owned(), json!(scaled(MONEY_LIMIT, argument)));
        }
    }
}

fn sums(argument: &MoneyArgument) -> Value {
    let row = |limit, period: &str| {
        let limit = format!("{}/{period}", scaled(limit, argument));
        json!({"argument": argument.name, "limit": limit})
    };
    json!([row(MONEY_HOUR_LIMIT, "h"), row(MONEY_DAY_LIMIT, "day")])
}

/// A limit in the argument's own unit.
fn scaled(limit: u64, argument: &MoneyArgument) -> u64 {
    if argument.minor { limit * 100 } else { limit }
}

/// The words of a declaration that make it looser than the default, as they are written in Rust.
pub fn loosened(spec: &ToolSpec) -> Vec<&'static str> {
    let judged = |spec: &ToolSpec| effect::judge(spec).map(|it| it.effect).ok();
    let mut undeclared = spec.clone();
    if let Some(keys) = undeclared.parameters.as_object_mut() {
        keys.remove(tool_key::EFFECT);
    }
    let words = judged(&undeclared).filter(|effect| Some(*effect) != judged(spec));
    let is_lower = words.is_some_and(|effect| effect != Effect::Read);
    let no_confirm = spec.parameters.get(tool_key::CONFIRM) == Some(&Value::Bool(false));
    [
        (is_lower, "effect"),
        (spec.public(), "public"),
        (no_confirm, "no_confirm"),
        (spec.limit() == Some("none"), "limit = none"),
    ]
    .into_iter()
    .filter_map(|(written, word)| written.then_some(word))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(name: &str, keys: Value) -> ToolSpec {
        ToolSpec {
            name: name.to_owned(),
            description: String::new(),
            parameters: keys,
        }
    }

    fn login() -> ToolSpec {
        spec(
            "login",
            json!({"properties": {"name": {"type": "string"}, "password": {"type": "string"}}}),
        )
    }

    /// Caller and yes of a tool beside a login, then without one; `None` where it is withheld.
    fn check(name: &str, keys: Value, with: Option<(bool, bool)>, without: Option<(bool, bool)>) {
        for (beside, expected) in [(Some(login()), with), (None, without)] {
            let specs: Vec<ToolSpec> = [spec(name, keys.clone())]
                .into_iter()
                .chain(beside)
                .collect();
            let toolset = Toolset::of(&specs, Author::Foreign);
            let found = toolset.tools.iter().find(|(spec, _)| spec.name == name);
            let found = found.map(|(_, policy)| (policy.needs_caller(), policy.confirm()));
            assert_eq!(found, expected, "{name} {keys} of {}", specs.len());
        }
    }

    #[test]
    fn undeclared_tools_are_held_to_the_defaults_of_their_effect() {
        let none = json!({});
        let risky = Some((true, true));
        for name in ["pay_bill", "send_email", "delete_account", "wire_funds"] {
            check(name, none.clone(), risky, None);
        }
        check(
            "search_products",
            none.clone(),
            Some((false, false)),
            Some((false, false)),
        );
        check("get_balance", none.clone(), Some((true, false)), None);
        check(
            "set_volume",
            none.clone(),
            Some((true, false)),
            Some((false, true)),
        );
        check(
            "do_it",
            none.clone(),
            Some((true, false)),
            Some((false, true)),
        );
        check("logout", none, Some((false, false)), Some((false, false)));
    }

    #[test]
    fn written_words_loosen_the_defaults() {
        let public = json!({"x-public": true});
        check(
            "pay_bill",
            public.clone(),
            Some((false, true)),
            Some((false, true)),
        );
        check(
            "get_balance",
            public.clone(),
            Some((false, false)),
            Some((false, false)),
        );
        check(
            "set_volume",
            public,
            Some((false, false)),
            Some((false, false)),
        );
        check(
            "pay_bill",
            json!({"x-confirm": false}),
            Some((true, false)),
            None,
        );
        check(
            "wire_funds",
            json!({"x-effect": "read"}),
            Some((false, false)),
            Some((false, false)),
        );
        // A tool that names a caller's own thing needs the caller whatever else is written.
        check(
            "pay_bill",
            json!({"x-public": true, "properties": {"from": {"type": "string", "x-own": "account"}}}),
            Some((true, true)),
            None,
        );
    }

    #[test]
    fn loosening_words_are_found() {
        for (name, keys, words) in [
            ("pay_bill", json!({}), vec![]),
            (
                "pay_bill",
                json!({"x-effect": "pay", "x-limit": "5/min"}),
                vec![],
            ),
            ("search", json!({"x-effect": "pay"}), vec![]),
            ("pay_bill", json!({"x-effect": "read"}), vec!["effect"]),
            (
                "pay_bill",
                json!({"x-public": true, "x-confirm": false, "x-limit": "none"}),
                vec!["public", "no_confirm", "limit = none"],
            ),
        ] {
            assert_eq!(loosened(&spec(name, keys)), words);
        }
    }

    #[test]
    fn money_is_positive_bounded_and_summed() {
        let keys = json!({"properties": {"amount": {"type": "number"}, "tip_cents": {"type": "integer", "minimum": 5}}});
        let toolset = Toolset::of(&[spec("pay_bill", keys), login()], Author::Foreign);
        let (complete, policy) = &toolset.tools[0];
        let refused = |amount: f64| {
            let arguments = json!({"amount": amount}).as_object().cloned();
            policy
                .schema()
                .check(arguments.expect("an object"))
                .is_err()
        };
        for (amount, is_refused) in [
            (-5.0, true),
            (0.0, true),
            (0.01, false),
            (10_000.0, false),
            (10_000.01, true),
        ] {
            assert_eq!(refused(amount), is_refused, "{amount}");
        }
        let tip = &complete.parameters["properties"]["tip_cents"];
        assert_eq!(
            tip,
            &json!({"type": "integer", "minimum": 5, "maximum": 1_000_000})
        );
        assert_eq!(policy.sums().len(), 2);
    }

    #[test]
    fn completing_what_is_complete_changes_nothing() {
        let keys = json!({"properties": {"amount": {"type": "number"}}});
        let specs = [
            spec("pay_bill", keys),
            spec("set_volume", json!({})),
            login(),
        ];
        let once: Vec<ToolSpec> = Toolset::of(&specs, Author::Foreign)
            .tools
            .into_iter()
            .map(|(spec, _)| spec)
            .collect();
        let twice = Toolset::of(&once, Author::Foreign).tools.into_iter();
        assert_eq!(twice.map(|(spec, _)| spec).collect::<Vec<_>>(), once);
    }

    #[test]
    fn withheld_tool_says_what_to_write() {
        let toolset = Toolset::of(&[spec("delete_account", json!({}))], Author::Foreign);
        let [Withheld { tool, reason }] = &toolset.withheld()[..] else {
            panic!("one tool is withheld")
        };
        assert_eq!(tool, "delete_account");
        for part in ["`delete`", "login", "x-public", "x-effect"] {
            assert!(reason.contains(part), "{part}: {reason}");
        }
    }
}

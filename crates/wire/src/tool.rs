//! A tool as it is declared, called and answered, and the policy keys that travel in its parameter schema.
//!
//! The published protocol has no place for policy, and needs none: policy travels as `x-` keys inside the JSON Schema
//! of the parameters, where clients that do not know them leave them alone. This file names the keys and reads them;
//! what follows from them is decided by the guard, the ledger of calls and the dialog.

use std::fmt;

use conversimple_mask::{Kind, names};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{AgentId, CallId, Code, ConversationId, TurnId};

/// Policy keys of a tool, in the top level of its parameter schema.
pub mod tool_key {
    /// `"read"`, `"write"`, `"send"`, `"pay"`, `"delete"`, `"login"` or `"logout"`: what the tool does to the world. Where it
    /// is absent, [`crate::effect::judge`] reads the tool's words.
    pub const EFFECT: &str = "x-effect";
    /// `true`: the caller must say yes to exactly these arguments before the tool runs. `false`: no yes is needed, whatever
    /// the tool's effect. `"confirm"`, or other words of letters: only these words are a yes. `"keys"` or `{"keys": "1"}`:
    /// only these keys of the keypad are one.
    pub const CONFIRM: &str = "x-confirm";
    /// `"login"` or `"logout"`: what the tool is to the conversation.
    pub const ROLE: &str = "x-role";
    /// `true`: the tool is the SDK's own, is never offered to a language engine and cannot be asked for by name.
    pub const INTERNAL: &str = "x-internal";
    /// `true`: the tool is refused unless the caller has logged in.
    pub const CALLER: &str = "x-caller";
    /// `true`: the tool needs no caller, whatever its effect.
    pub const PUBLIC: &str = "x-public";
    /// `"5/min"`: how often the tool may be called in one conversation. `"none"`: as often as it is asked for, and for as
    /// much.
    pub const LIMIT: &str = "x-limit";
    /// `"20/h"`: how often one caller may call the tool, over all conversations.
    pub const CALLER_LIMIT: &str = "x-caller-limit";
    /// `{"argument": "amount", "limit": "20000/h"}`, or a list of these: how much of an argument in sum, a caller or else a
    /// conversation.
    pub const SUM: &str = "x-sum";
    /// `"5min"`: the caller's login may not be older than this.
    pub const STEP_UP: &str = "x-step-up";
    /// `[{"rule": "less", "of": ["from", "to"], "code"?, "message"?}]`: rules between arguments. Also `at_most`, `equal`,
    /// `differ`, `exactly_one`, `at_least_one` and `together`.
    pub const RULES: &str = "x-rules";
    /// `["username"]`: the arguments of a login that together name the account, so that failures are counted by it.
    pub const ACCOUNT: &str = "x-account";
    /// `{"kind": "account", "list": "accounts", "id": "id", "names": ["name"]}`: the tool's result lists the caller's own things
    /// of a kind; `list` is the member that holds them.
    pub const LISTS: &str = "x-lists";
    /// `["shop_closed"]`: codes of the tool's own that it may fail with. Codes of rules and bounds need not be repeated.
    pub const CODES: &str = "x-codes";
    /// `["what do I have in checking"]`: sentences with which callers ask for the tool.
    pub const EXAMPLES: &str = "x-examples";
    /// `"Your balance is {balance}."`: how the result is said.
    pub const SAY: &str = "x-say";
    /// The unit or currency of amounts in the result, such as `"USD"`.
    pub const CURRENCY: &str = "x-currency";
}

/// Policy keys of an argument, beside its `type` in the parameter schema.
pub mod argument_key {
    /// `"password"`, `"pin"`, `"card"` …: the value is heard, handed over and forgotten.
    pub const SECRET: &str = "x-secret";
    /// `"email"`, `"phone"`, `"ip"`, a list of these or `true`: an address that the caller says reaches this argument as it
    /// is, where others get a token. `false`: it does not, whatever the argument is called.
    pub const CONTACT: &str = "x-contact";
    /// `"account"`: the value is the id of one of the caller's own things of this kind.
    pub const OWN: &str = "x-own";
    /// `"Which account?"`: how the argument is asked for.
    pub const ASK: &str = "x-ask";
    /// `{"minimum": {"code": …, "message": …}}`: what is answered when the bound of that name is broken.
    pub const REFUSE: &str = "x-refuse";
    /// `"name"`, `"id"`, `"search"`, `"line"`, `"lines"` or `"verbatim"`: which characters a text may have and its normal
    /// form.
    pub const TEXT: &str = "x-text";
}

/// The internal tool that lists the caller's own things: arguments `{"kind": KIND}`, result [`OwnThings`].
pub const OWN_THINGS_TOOL: &str = "conversimple_own_things";

/// What [`OWN_THINGS_TOOL`] answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct OwnThings {
    /// The things, in the order in which they should be offered.
    pub things: Vec<OwnThing>,
}

/// One thing that the caller owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnThing {
    /// The id that the tool's argument takes. Never said aloud.
    pub id: String,
    /// What the caller may call it, the best name first: "checking", "checking account".
    pub names: Vec<String>,
}

/// A tool as an agent registers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// The tool's name: letters, digits, `_`, `-` and `.`.
    pub name: String,
    /// What it does, in words.
    #[serde(default)]
    pub description: String,
    /// JSON Schema of the arguments object, with policy keys.
    #[serde(default = "no_parameters")]
    pub parameters: Value,
}

/// What counts as the caller's yes to a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// A plain yes.
    Yes,
    /// These words and no others, in lower case.
    Word(String),
    /// These keys of the keypad.
    Keys(String),
}

/// The value of `x-confirm` cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`x-confirm` is true, words of letters, \"keys\" or {{\"keys\": \"1\"}}")]
pub struct UnknownConfirmation;

impl Confirmation {
    /// Longest words, in bytes.
    const WORD_LIMIT_BYTES: usize = 40;

    /// Most keys: fewer than a PIN has, so that a PIN is never taken for them.
    const KEYS_LIMIT: usize = 3;

    /// The key that is asked for where none is named.
    const KEY_DEFAULT: &str = "1";

    fn read(value: &Value) -> Result<Option<Self>, UnknownConfirmation> {
        let found = match value {
            Value::Null | Value::Bool(false) => return Ok(None),
            Value::Bool(true) => Some(Self::Yes),
            Value::String(text) if text == "keys" => Self::keys(Self::KEY_DEFAULT),
            Value::String(text) => Self::word(text),
            Value::Object(map) if map.len() == 1 => {
                map.get("keys").and_then(Value::as_str).and_then(Self::keys)
            }
            _ => None,
        };
        found.map(Some).ok_or(UnknownConfirmation)
    }

    fn word(text: &str) -> Option<Self> {
        let letters = text
            .split(' ')
            .all(|word| !word.is_empty() && word.chars().all(char::is_alphabetic));
        (letters && text.len() <= Self::WORD_LIMIT_BYTES).then(|| Self::Word(text.to_lowercase()))
    }

    fn keys(keys: &str) -> Option<Self> {
        let pressed = |key: char| key.is_ascii_digit() || "*#".contains(key);
        let fits = (1..=Self::KEYS_LIMIT).contains(&keys.len()) && keys.chars().all(pressed);
        fits.then(|| Self::Keys(keys.to_owned()))
    }
}

/// What a tool is to the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// An ordinary tool.
    Ordinary,
    /// Its success makes the conversation the caller's.
    Login,
    /// Its success ends that.
    Logout,
}

impl ToolSpec {
    /// Most tools that one conversation may have.
    pub const COUNT_LIMIT: usize = 128;

    /// Whether the caller must say yes first. A value that cannot be read asks for a yes too.
    pub fn confirm(&self) -> bool {
        !matches!(self.confirmation(), Ok(None))
    }

    /// What counts as the caller's yes; none when none is needed.
    ///
    /// # Errors
    /// [`UnknownConfirmation`] for a value that cannot be read: such a tool is not taken.
    pub fn confirmation(&self) -> Result<Option<Confirmation>, UnknownConfirmation> {
        self.parameters
            .get(tool_key::CONFIRM)
            .map_or(Ok(None), Confirmation::read)
    }

    /// Whether the tool is hidden from language engines.
    pub fn internal(&self) -> bool {
        self.flag(tool_key::INTERNAL)
    }

    /// Whether the tool says that it needs a caller who has logged in. A tool that acts on something the caller owns
    /// says so by that.
    pub fn caller(&self) -> bool {
        self.flag(tool_key::CALLER) || self.arguments().any(|argument| argument.own().is_some())
    }

    /// Whether the tool says that anybody may call it.
    pub fn public(&self) -> bool {
        self.flag(tool_key::PUBLIC)
    }

    /// The tool's role. Where none is declared, a tool named `login`, `log_in`, `sign_in` or `authenticate` is a
    /// login, and `logout`, `log_out` or `sign_out` a logout: that is how agents that know no policy keys are read.
    pub fn role(&self) -> Role {
        let text = |key| self.parameters.get(key).and_then(Value::as_str);
        match text(tool_key::ROLE).or(text(tool_key::EFFECT)) {
            Some("login") => Role::Login,
            Some("logout") => Role::Logout,
            Some(_) => Role::Ordinary,
            None => match self.name.to_ascii_lowercase().as_str() {
                "login" | "log_in" | "sign_in" | "signin" | "authenticate" => Role::Login,
                "logout" | "log_out" | "sign_out" | "signout" => Role::Logout,
                _ => Role::Ordinary,
            },
        }
    }

    /// The declared limit, unparsed.
    pub fn limit(&self) -> Option<&str> {
        self.parameters.get(tool_key::LIMIT).and_then(Value::as_str)
    }

    /// Sentences with which callers ask for the tool.
    pub fn examples(&self) -> Vec<&str> {
        let list = self
            .parameters
            .get(tool_key::EXAMPLES)
            .and_then(Value::as_array);
        list.map(|items| items.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default()
    }

    /// How the result is said, if declared.
    pub fn say(&self) -> Option<&str> {
        self.parameters.get(tool_key::SAY).and_then(Value::as_str)
    }

    /// The declared arguments, in the order of the schema.
    pub fn arguments(&self) -> impl Iterator<Item = Argument<'_>> {
        let required = self.parameters.get("required").and_then(Value::as_array);
        let properties = self.parameters.get("properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flatten()
            .map(move |(name, schema)| Argument {
                name,
                schema,
                required: required
                    .is_some_and(|list| list.iter().any(|item| item == name.as_str())),
            })
    }

    /// The argument of a name.
    pub fn argument(&self, name: &str) -> Option<Argument<'_>> {
        self.arguments().find(|argument| argument.name == name)
    }

    fn flag(&self, key: &str) -> bool {
        self.parameters.get(key) == Some(&Value::Bool(true))
    }
}

/// One declared argument.
#[derive(Debug, Clone, Copy)]
pub struct Argument<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its JSON Schema.
    pub schema: &'a Value,
    /// Whether a call without it is refused.
    pub required: bool,
}

impl<'a> Argument<'a> {
    /// Which kind of secret the argument takes, if any. Where nothing is declared the name decides:
    /// `password`, `pinCode`, `card_number`, `cvv2` and the like are secret whoever wrote the agent (`conversimple_mask::names`).
    ///
    /// The kind is the name that tokens have: `cvc` and `otp` are `cvv` and `pin`, and a declared kind that nobody knows
    /// is `password`.
    pub fn secret(&self) -> Option<&'static str> {
        match self.schema.get(argument_key::SECRET) {
            Some(Value::String(kind)) => Some(secret_kind(kind)),
            Some(Value::Bool(false)) => None,
            Some(Value::Bool(true)) => Some("password"),
            _ => secret_by_name(self.name, self.schema),
        }
    }

    /// Which kind of own thing the argument names, if any.
    pub fn own(&self) -> Option<&'a str> {
        self.schema.get(argument_key::OWN).and_then(Value::as_str)
    }

    /// How the argument is asked for, if declared.
    pub fn ask(&self) -> Option<&'a str> {
        self.schema.get(argument_key::ASK).and_then(Value::as_str)
    }

    /// The declared code and sentence for a broken bound (`minimum`, `enum`, `pattern` …).
    pub fn refuse(&self, bound: &str) -> Option<(&'a str, Option<&'a str>)> {
        let row = self.schema.get(argument_key::REFUSE)?.get(bound)?;
        Some((
            row.get("code")?.as_str()?,
            row.get("message").and_then(Value::as_str),
        ))
    }
}

/// The name under which tokens of a declared kind go: `cvc` and `otp` go under `cvv` and `pin`, and a kind that nobody knows
/// under a password's.
fn secret_kind(declared: &str) -> &'static str {
    let lower = declared.to_ascii_lowercase();
    match lower.as_str() {
        "expiration" => Kind::Expiry,
        "code" | "passcode" => Kind::Pin,
        other => Kind::from_name(other)
            .or_else(|| names::secret(other))
            .unwrap_or(Kind::Password),
    }
    .as_str()
}

/// The kind of secret that an argument is by its name. `pin_code` is India's postal code where the description says so.
fn secret_by_name(name: &str, schema: &Value) -> Option<&'static str> {
    let description = schema.get("description").and_then(Value::as_str);
    let kind = names::secret(name)?;
    let postal = || description.is_some_and(names::speaks_of_a_place);
    (kind != Kind::Pin || !postal()).then_some(kind.as_str())
}

fn no_parameters() -> Value {
    json!({"type": "object", "properties": {}})
}

/// A call that the platform sends to an agent.
#[derive(Clone, PartialEq)]
pub struct ToolCall {
    /// Its id; used once, sent again after a reconnect.
    pub call_id: CallId,
    /// The conversation that it belongs to.
    pub conversation_id: ConversationId,
    /// Which tool.
    pub tool_name: String,
    /// The arguments object.
    pub arguments: Map<String, Value>,
    /// How long the platform waits for the answer, in seconds: 0.1 to 300.
    pub timeout_seconds: f64,
}

impl fmt::Debug for ToolCall {
    /// Ids and the tool's name; never the arguments, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolCall")
            .field("call_id", &self.call_id)
            .field("conversation_id", &self.conversation_id)
            .field("tool_name", &self.tool_name)
            .finish_non_exhaustive()
    }
}

/// How a call ended.
#[derive(Clone, PartialEq)]
pub enum ToolOutcome {
    /// The tool's result, which may itself be a refusal: see [`ToolOutcome::refusal`].
    Result(Value),
    /// The tool did not run or failed; only the code and its sentence are known to the conversation.
    Failed(Code),
}

impl fmt::Debug for ToolOutcome {
    /// Which of the two and the code; never the result, which is what an agent sent before anything masked it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Result(_) => f.debug_tuple("Result").finish_non_exhaustive(),
            Self::Failed(code) => f.debug_tuple("Failed").field(code).finish(),
        }
    }
}

impl ToolOutcome {
    /// The code of a refusal: that of a failure, or of a result `{"error": CODE, …}`.
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::Failed(code) => Some(code.as_str()),
            Self::Result(value) => value.get("error").and_then(Value::as_str),
        }
    }

    /// The sentence of a refusal.
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Failed(code) => Some(code.sentence()),
            Self::Result(value) => value
                .get("message")
                .and_then(Value::as_str)
                .or_else(|| Some(Code::find(value.get("error")?.as_str()?)?.sentence())),
        }
    }
}

/// What a person may look at of a call: arguments are masked before they come here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallView {
    /// The call.
    pub call_id: CallId,
    /// The turn that asked for it.
    pub turn: TurnId,
    /// Which tool.
    pub name: String,
    /// Its arguments, masked.
    pub arguments: Value,
    /// `"allowed"`, or the public code with which it was refused or ended. Absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub verdict: Option<String>,
    /// Milliseconds from the request to the outcome. Absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub millis: Option<f64>,
}

/// Which agent a conversation is with, and for whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Party {
    /// The tenant.
    pub customer_id: crate::CustomerId,
    /// The agent of that tenant.
    pub agent_id: AgentId,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(parameters: Value) -> ToolSpec {
        ToolSpec {
            name: "t".into(),
            description: String::new(),
            parameters,
        }
    }

    #[test]
    fn tool_without_policy_keys_is_classified_by_names() {
        let python = ToolSpec {
            name: "login".into(),
            description: "Login".into(),
            parameters: json!({"type": "object", "properties": {
                "username": {"type": "string"}, "password": {"type": "string"}, "pin": {"type": "string"},
                "pinned": {"type": "string"}, "card_number": {"type": "string"}, "discard": {"type": "string"}}}),
        };
        assert_eq!(python.role(), Role::Login);
        let secret = |name: &str| python.argument(name).and_then(|a| a.secret());
        assert_eq!(secret("password"), Some("password"));
        assert_eq!(secret("pin"), Some("pin"));
        assert_eq!(secret("card_number"), Some("card"));
        for plain in ["username", "pinned", "discard"] {
            assert_eq!(secret(plain), None, "{plain}");
        }
    }

    #[test]
    fn foreign_agent_argument_is_secret_by_its_name() {
        let none = json!({"type": "string"});
        for (name, kind) in [
            ("userPassword", Some("password")),
            ("newPassword", Some("password")),
            ("pwd", Some("password")),
            ("pass", Some("password")),
            ("pinCode", Some("pin")),
            ("otpCode", Some("pin")),
            ("one_time_code", Some("pin")),
            ("securityCode", Some("cvv")),
            ("cvv2", Some("cvv")),
            ("card", Some("card")),
            ("apiKey", Some("api_key")),
            ("access_token", Some("api_key")),
            ("clientSecret", Some("api_key")),
            ("secret", Some("secret")),
            ("iban", Some("iban")),
            ("boarding_pass", None),
            ("max_tokens", None),
            ("next_page_token", None),
            ("password_policy", None),
            ("compass", None),
        ] {
            let argument = Argument {
                name,
                schema: &none,
                required: false,
            };
            assert_eq!(argument.secret(), kind, "{name}");
        }
    }

    #[test]
    fn pin_code_is_postal_only_if_description_says_so() {
        for (description, kind) in [
            ("The caller's PIN code", Some("pin")),
            ("PIN code of the city or village", None),
            ("The PIN code that went to your e-mail address", Some("pin")),
            ("Postal code", None),
            ("", Some("pin")),
        ] {
            let schema = json!({"type": "string", "description": description});
            let argument = Argument {
                name: "pin_code",
                schema: &schema,
                required: false,
            };
            assert_eq!(argument.secret(), kind, "{description}");
        }
    }

    #[test]
    fn declared_secret_kind_maps_to_its_token_name() {
        for (declared, kind) in [
            ("card_number", "card"),
            ("CVC", "cvv"),
            ("otp", "pin"),
            ("code", "pin"),
            ("passcode", "pin"),
            ("expiration", "expiry"),
            ("social_security_number", "ssn"),
            ("email", "email"),
            ("riddle", "password"),
        ] {
            assert_eq!(secret_kind(declared), kind, "{declared}");
        }
    }

    #[test]
    fn declared_policy_key_overrides_name() {
        let spec = spec(json!({"x-role": "ordinary", "properties": {"pin": {"x-secret": false}}}));
        assert_eq!(spec.role(), Role::Ordinary);
        assert_eq!(spec.argument("pin").and_then(|a| a.secret()), None);
    }

    #[test]
    fn confirmation_unreadable_is_error_and_never_none() {
        let word = |text: &str| Ok(Some(Confirmation::Word(text.into())));
        let keys = |text: &str| Ok(Some(Confirmation::Keys(text.into())));
        for (value, expected) in [
            (json!(null), Ok(None)),
            (json!(false), Ok(None)),
            (json!(true), Ok(Some(Confirmation::Yes))),
            (json!("Confirm"), word("confirm")),
            (json!("pay now"), word("pay now")),
            (json!("keys"), keys("1")),
            (json!({"keys": "12#"}), keys("12#")),
            (json!({"keys": ""}), Err(UnknownConfirmation)),
            (json!({"keys": "1234"}), Err(UnknownConfirmation)),
            (json!({"keys": "a"}), Err(UnknownConfirmation)),
            (json!({"key": "1"}), Err(UnknownConfirmation)),
            (json!(""), Err(UnknownConfirmation)),
            (json!("yes!"), Err(UnknownConfirmation)),
            (json!(1), Err(UnknownConfirmation)),
            (json!([]), Err(UnknownConfirmation)),
        ] {
            let tool = spec(json!({ "x-confirm": value }));
            assert_eq!(tool.confirmation(), expected, "{value}");
            assert_eq!(tool.confirm(), expected != Ok(None), "{value}");
        }
    }

    #[test]
    fn tool_with_owned_argument_needs_caller() {
        assert!(
            spec(json!({"properties": {"account_id": {"type": "string", "x-own": "account"}}}))
                .caller()
        );
        assert!(!spec(json!({"properties": {"query": {"type": "string"}}})).caller());
    }

    #[test]
    fn outcome_failed_or_with_error_is_refusal() {
        let refused = ToolOutcome::Result(json!({"error": "rate_limit_exceeded"}));
        assert_eq!(refused.refusal(), Some("rate_limit_exceeded"));
        assert_eq!(refused.message(), Some(Code::RateLimitExceeded.sentence()));
        assert_eq!(
            ToolOutcome::Failed(Code::ToolTimeout).refusal(),
            Some("tool_timeout")
        );
        assert_eq!(ToolOutcome::Result(json!({"balance": 1})).refusal(), None);
    }
}

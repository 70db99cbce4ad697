//! What a tool's declaration asks of a call: compiled once from the `x-` keys of its schema.
//!
//! Decides how the keys are read and what holds where a key is absent. A key that makes no sense is an error when the
//! tool is registered, never a rule that silently does not hold.

use std::time::Duration;

use conversimple_wire::ToolSpec;
use conversimple_wire::tool::{Confirmation, Role, argument_key, tool_key};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::accepts::{Accepts, Slot};
use super::accounts::Accounts;
use super::codes::Codes;
use super::lists::Lists;
use crate::quota::{self, RATE_DEFAULT, Rate, SumRate};
use crate::refusal::Refusal;
use crate::schema::{Schema, SchemaError};

/// Longest tool name, in bytes.
const NAME_LIMIT_BYTES: usize = 64;

/// Who wrote the declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Our own macros: everything in it is known, and what is not is a mistake.
    Ours,
    /// Somebody else: what cannot be checked is passed over.
    Foreign,
}

/// Why a declaration is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The name is empty, longer than 64 bytes or has other characters than letters, digits, `_`, `-` and `.`.
    #[error("a tool's name is 1 to 64 letters, digits, '_', '-' or '.'")]
    Name,
    /// The schema.
    #[error("the parameters are no schema that can be checked: {0}")]
    Schema(#[from] SchemaError),
    /// A policy key.
    #[error("the value of `{0}` makes no sense")]
    Key(&'static str),
}

/// An argument that names one of the caller's own things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnArgument {
    /// The argument.
    pub name: String,
    /// What kind of thing: `account`.
    pub kind: String,
}

/// A limit on the sum of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The argument that is summed.
    pub argument: String,
    /// How much a period.
    pub rate: SumRate,
}

/// The compiled rules of one tool.
#[derive(Debug, Clone)]
pub struct Policy {
    name: String,
    schema: Schema,
    role: Role,
    /// The arguments that name whose login it is.
    accounts: Accounts,
    internal: bool,
    needs_caller: bool,
    step_up: Option<Duration>,
    confirmation: Option<Confirmation>,
    limit: Option<Rate>,
    caller_limit: Option<Rate>,
    sums: Vec<Sum>,
    own: Vec<OwnArgument>,
    slots: Slot,
    codes: Codes,
    lists: Option<Lists>,
    /// Every declared name.
    arguments: Vec<String>,
}

impl Policy {
    /// Compiles a declaration.
    ///
    /// # Errors
    /// `PolicyError`, which names the key. A limit or period that cannot be read is one for every author: a foreign
    /// agent that asks for a limit must not run without it.
    pub fn of(spec: &ToolSpec, author: Author) -> Result<Self, PolicyError> {
        let name_ok = !spec.name.is_empty()
            && spec.name.len() <= NAME_LIMIT_BYTES
            && spec
                .name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
        if !name_ok {
            return Err(PolicyError::Name);
        }
        let own = spec.arguments().filter_map(|argument| {
            let kind = argument.own()?.to_owned();
            Some(OwnArgument {
                name: argument.name.to_owned(),
                kind,
            })
        });
        let step_up = text_key(spec, tool_key::STEP_UP)?
            .map(|text| quota::parse_period(text).ok_or(PolicyError::Key(tool_key::STEP_UP)))
            .transpose()?;
        Ok(Self {
            schema: compile(spec, author)?,
            own: own.collect(),
            slots: Slot::of(spec),
            codes: Codes::of(spec),
            lists: Lists::of(spec),
            role: spec.role(),
            accounts: Accounts::of(spec),
            internal: spec.internal(),
            needs_caller: spec.caller() || step_up.is_some(),
            step_up,
            confirmation: spec
                .confirmation()
                .map_err(|_| PolicyError::Key(tool_key::CONFIRM))?,
            limit: limit(spec)?,
            caller_limit: rate_key(spec, tool_key::CALLER_LIMIT)?,
            sums: sums(spec)?,
            arguments: spec
                .arguments()
                .map(|argument| argument.name.to_owned())
                .collect(),
            name: spec.name.clone(),
        })
    }

    /// The tool's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The compiled schema of its arguments.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What the tool is to the conversation.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whose login arguments ask for: the names under which failures are counted. None when nothing names one.
    pub fn accounts(&self, arguments: &Map<String, Value>) -> Vec<String> {
        self.accounts.named(arguments)
    }

    /// What of the caller's own its result lists, if it does.
    pub fn lists(&self) -> Option<&Lists> {
        self.lists.as_ref()
    }

    /// Whether the declaration knows this code of a failure.
    pub fn has_code(&self, code: &str) -> bool {
        self.codes.has(code)
    }

    /// Whether it is hidden from language engines.
    pub fn internal(&self) -> bool {
        self.internal
    }

    /// Whether it is refused without a caller who has logged in.
    pub fn needs_caller(&self) -> bool {
        self.needs_caller
    }

    /// How long ago the login may be, if the tool says.
    pub fn step_up(&self) -> Option<Duration> {
        self.step_up
    }

    /// Whether the caller must say yes to exactly the arguments.
    pub fn confirm(&self) -> bool {
        self.confirmation.is_some()
    }

    /// What counts as that yes, if one is needed.
    pub fn confirmation(&self) -> Option<&Confirmation> {
        self.confirmation.as_ref()
    }

    /// How often in one conversation, unless the declaration says that there is no limit.
    pub fn limit(&self) -> Option<Rate> {
        self.limit
    }

    /// How often by one caller, over all conversations, if the tool says.
    pub fn caller_limit(&self) -> Option<Rate> {
        self.caller_limit
    }

    /// How much in sum, if the tool says: all of these hold.
    pub fn sums(&self) -> &[Sum] {
        &self.sums
    }

    /// The arguments that name own things.
    pub fn own(&self) -> &[OwnArgument] {
        &self.own
    }

    /// Puts what the caller said into the arguments that take it: secrets, and addresses that somebody is reached by.
    /// `resolve` is asked about every text in such a place, and about no other. Whoever asks for the call has only tokens,
    /// so that what `resolve` does not know is made up: a guessed password, a token of another conversation.
    ///
    /// # Errors
    /// `invalid_parameters` when `resolve` gives nothing, and when a secret argument is neither null nor a text.
    pub fn resolve(
        &self,
        arguments: &mut Map<String, Value>,
        mut resolve: impl FnMut(&Accepts, &str) -> Option<Zeroizing<String>>,
    ) -> Result<(), Refusal> {
        self.slots.resolve(arguments, &mut resolve)
    }

    /// Shows `see` what stands in the secret arguments.
    pub fn secrets_in(&self, arguments: &Map<String, Value>, mut see: impl FnMut(&str)) {
        self.slots
            .secrets(&Value::Object(arguments.clone()), &mut see);
    }

    /// Arguments as they may be shown and recorded: secret ones are replaced whole, whatever they hold and however deep
    /// they lie, and so is what the declaration does not know, name and all: whoever sent it may have put a password
    /// under a name of their own.
    pub fn without_secrets(&self, arguments: &Map<String, Value>) -> Map<String, Value> {
        let mut shown = Map::with_capacity(arguments.len());
        for (name, value) in arguments {
            if !self.arguments.contains(name) {
                shown.insert("(unknown)".to_owned(), json!("[unknown]"));
            } else {
                shown.insert(name.clone(), self.slots.shown_member(name, value));
            }
        }
        shown
    }
}

/// An argument that is secret by its name is checked as one that is declared so: nothing normalises a password.
fn compile(spec: &ToolSpec, author: Author) -> Result<Schema, SchemaError> {
    let mut parameters = spec.parameters.clone();
    for argument in spec.arguments() {
        let Some(kind) = argument.secret() else {
            continue;
        };
        if let Some(Value::Object(declared)) = parameters
            .pointer_mut("/properties")
            .and_then(|all| all.get_mut(argument.name))
        {
            declared
                .entry(argument_key::SECRET)
                .or_insert_with(|| json!(kind));
        }
    }
    match author {
        Author::Ours => Schema::compile(&parameters),
        Author::Foreign => Schema::compile_lenient(&parameters),
    }
}

fn text_key<'a>(spec: &'a ToolSpec, key: &'static str) -> Result<Option<&'a str>, PolicyError> {
    match spec.parameters.get(key) {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(PolicyError::Key(key)),
    }
}

fn rate_key(spec: &ToolSpec, key: &'static str) -> Result<Option<Rate>, PolicyError> {
    text_key(spec, key)?
        .map(|text| Rate::parse(text).map_err(|_| PolicyError::Key(key)))
        .transpose()
}

fn limit(spec: &ToolSpec) -> Result<Option<Rate>, PolicyError> {
    if spec.limit() == Some("none") {
        return Ok(None);
    }
    Ok(Some(
        rate_key(spec, tool_key::LIMIT)?.unwrap_or(RATE_DEFAULT),
    ))
}

fn sums(spec: &ToolSpec) -> Result<Vec<Sum>, PolicyError> {
    match spec.parameters.get(tool_key::SUM) {
        None => Ok(Vec::new()),
        Some(Value::Array(rows)) => rows.iter().map(|row| sum(spec, row)).collect(),
        Some(row) => Ok(vec![sum(spec, row)?]),
    }
}

fn sum(spec: &ToolSpec, row: &Value) -> Result<Sum, PolicyError> {
    let text = |key: &str| row.get(key).and_then(Value::as_str);
    let argument = text("argument").filter(|name| spec.argument(name).is_some());
    let rate = text("limit").and_then(|text| SumRate::parse(text).ok());
    match (argument, rate) {
        (Some(argument), Some(rate)) => Ok(Sum {
            argument: argument.to_owned(),
            rate,
        }),
        _ => Err(PolicyError::Key(tool_key::SUM)),
    }
}

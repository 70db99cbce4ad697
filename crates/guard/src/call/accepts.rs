//! Which argument gets the real value of what the caller said, and of which kind.
//!
//! Decides it once, from the declaration, down into objects and lists: a secret for an argument that is declared (or
//! named) secret, an address for one that takes contacts. What asks for the call has no part in it: everything that is
//! not listed here keeps the token. What a token stands for is `capture`'s.

use conversimple_wire::tool::{Argument, argument_key};
use conversimple_wire::{Code, Contact, Contacts, ToolSpec};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::refusal::Refusal;
use conversimple_mask::Kind;

/// Deeper members keep their tokens.
const DEPTH_LIMIT: usize = 6;

/// What one argument, member or item takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepts {
    secret: Option<&'static str>,
    contacts: Contacts,
}

impl Accepts {
    /// The kind of secret, if it takes one: `password`, `pin`, `card`.
    #[must_use]
    pub fn secret(&self) -> Option<&'static str> {
        self.secret
    }

    /// Whether a captured value of this kind is given out to it. What people call a password may have been heard as a
    /// PIN; a card's number is never a password.
    #[must_use]
    pub fn accepts(&self, kind: Kind) -> bool {
        match self.secret {
            Some("password") => matches!(kind, Kind::Password | Kind::Pin | Kind::Secret),
            Some("secret") => matches!(
                kind,
                Kind::Secret | Kind::Password | Kind::Pin | Kind::ApiKey | Kind::Jwt
            ),
            Some("pin") => matches!(kind, Kind::Pin | Kind::Secret),
            Some(name) => Kind::from_name(name) == Some(kind),
            None => Contact::from_name(kind.as_str()).is_some_and(|way| self.contacts.takes(way)),
        }
    }
}

/// A declared value and what lies in it.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    takes: Accepts,
    /// The value is a number: a PIN that is declared as an integer.
    number: bool,
    members: Vec<(String, Slot)>,
    items: Option<Box<Slot>>,
}

impl Slot {
    /// The slots of a tool's arguments, as one object.
    pub(super) fn of(spec: &ToolSpec) -> Self {
        let nothing = Accepts {
            secret: None,
            contacts: Contacts::NONE,
        };
        Self {
            takes: nothing,
            number: false,
            members: members(spec, &spec.parameters, 0),
            items: None,
        }
    }

    fn compile(spec: &ToolSpec, name: &str, schema: &Value, depth: usize) -> Option<Self> {
        let argument = Argument {
            name,
            schema,
            required: false,
        };
        let is = |kind: &str| has_type(schema, kind);
        let takes = Accepts {
            secret: argument.secret(),
            contacts: Contacts::of(spec, name, schema),
        };
        let listed = is("array") || schema.get("items").is_some();
        let slot = Self {
            takes,
            number: is("integer") || is("number"),
            members: match depth < DEPTH_LIMIT {
                true => members(spec, schema, depth + 1),
                false => Vec::new(),
            },
            items: (listed && depth < DEPTH_LIMIT)
                .then(|| schema.get("items").unwrap_or(&Value::Null))
                .and_then(|items| Self::compile(spec, name, items, depth + 1))
                .map(Box::new),
        };
        // "Not a secret" is declared too, and beats the name.
        let idle = slot.takes.secret.is_none()
            && slot.takes.contacts.is_none()
            && schema.get(argument_key::SECRET).is_none();
        (!idle || !slot.members.is_empty() || slot.items.is_some()).then_some(slot)
    }

    fn member(&self, name: &str) -> Option<&Self> {
        let found = self.members.iter().find(|(member, _)| member == name);
        found.map(|(_, slot)| slot)
    }

    /// Swaps texts for what `resolve` gives.
    ///
    /// # Errors
    /// `invalid_parameters` when `resolve` gives nothing, and for a secret that is no text.
    pub(super) fn resolve(
        &self,
        arguments: &mut Map<String, Value>,
        resolve: &mut dyn FnMut(&Accepts, &str) -> Option<Zeroizing<String>>,
    ) -> Result<(), Refusal> {
        for (name, value) in arguments {
            if let Some(slot) = self.member(name) {
                slot.value(value, resolve)?;
            }
        }
        Ok(())
    }

    fn value(
        &self,
        value: &mut Value,
        resolve: &mut dyn FnMut(&Accepts, &str) -> Option<Zeroizing<String>>,
    ) -> Result<(), Refusal> {
        let secret = self.takes.secret.is_some();
        match value {
            Value::Null => {}
            Value::String(text) if secret || !self.takes.contacts.is_none() => {
                let real = resolve(&self.takes, text).ok_or(Code::InvalidParameters)?;
                *value = self.typed(&real);
            }
            Value::Array(list) if self.items.is_some() => {
                for item in list {
                    if let Some(slot) = &self.items {
                        slot.value(item, resolve)?;
                    }
                }
            }
            _ if secret => return Err(Code::InvalidParameters.into()),
            Value::Object(map) => self.resolve(map, resolve)?,
            _ => {}
        }
        Ok(())
    }

    /// A number where one is declared and the value is one; else the schema says what is wrong with it.
    fn typed(&self, real: &str) -> Value {
        match real.parse::<i64>() {
            Ok(number) if self.number => json!(number),
            _ => json!(real),
        }
    }

    /// A member's value as it may be shown.
    pub(super) fn shown_member(&self, name: &str, value: &Value) -> Value {
        Self::shown(self.member(name), name, value)
    }

    /// The value as it may be shown: secrets by their kind, whatever they hold.
    pub(super) fn shown(slot: Option<&Self>, name: &str, value: &Value) -> Value {
        let unknown = Argument {
            name,
            schema: &Value::Null,
            required: false,
        };
        // What is declared not to be secret is none; within it names alone say what is.
        let secret = slot.map_or_else(|| unknown.secret(), |slot| slot.takes.secret);
        if let Some(kind) = secret {
            return json!(format!("[{kind}]"));
        }
        match value {
            Value::Object(map) => map
                .iter()
                .map(|(name, inner)| {
                    let slot = slot.and_then(|slot| slot.member(name));
                    (name.clone(), Self::shown(slot, name, inner))
                })
                .collect(),
            Value::Array(items) => {
                let of = slot.and_then(|slot| slot.items.as_deref());
                items.iter().map(|item| Self::shown(of, "", item)).collect()
            }
            plain => plain.clone(),
        }
    }

    /// Shows `see` every text in a secret place.
    pub(super) fn secrets(&self, value: &Value, see: &mut dyn FnMut(&str)) {
        match value {
            Value::String(text) if self.takes.secret.is_some() => see(text),
            Value::Object(map) => {
                for (name, inner) in map {
                    if let Some(slot) = self.member(name) {
                        slot.secrets(inner, see);
                    }
                }
            }
            Value::Array(list) => {
                for item in list {
                    if let Some(slot) = &self.items {
                        slot.secrets(item, see);
                    }
                }
            }
            _ => {}
        }
    }
}

fn members(spec: &ToolSpec, schema: &Value, depth: usize) -> Vec<(String, Slot)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let compiled = properties
        .into_iter()
        .flatten()
        .filter_map(|(name, inner)| {
            let slot = Slot::compile(spec, name, inner, depth)?;
            Some((name.clone(), slot))
        });
    compiled.collect()
}

fn has_type(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == kind,
        Some(Value::Array(names)) => names.iter().any(|name| name == kind),
        _ => ["anyOf", "oneOf"]
            .iter()
            .filter_map(|key| schema.get(key)?.as_array())
            .flatten()
            .any(|variant| variant.get("type").is_some_and(|name| name == kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> ToolSpec {
        ToolSpec {
            name: "send_confirmation".into(),
            description: "Send a confirmation by e-mail".into(),
            parameters: json!({"properties": {
                "email": {"type": "string"}, "to": {"type": "string"}, "note": {"type": "string"},
                "cc": {"type": "array", "items": {"type": "string"}}, "amount": {"type": "number"},
                "code": {"type": "integer", "x-secret": "pin"}, "phone": {"type": "integer"},
                "reply_email": {"type": "string", "x-contact": false},
                "payer": {"type": "object", "properties": {
                    "card_number": {"type": "string"}, "mail": {"type": "string"}, "word": {"x-secret": "password"}, "name": {}}}}}),
        }
    }

    fn known(takes: &Accepts, text: &str) -> Option<Zeroizing<String>> {
        let (kind, value) = match text {
            "⟨email 1⟩" => (Kind::Email, "jane@shop.example"),
            "⟨phone 1⟩" => (Kind::Phone, "5550104567"),
            "⟨card 1⟩" => (Kind::Card, "4111"),
            "⟨pin 1⟩" => (Kind::Pin, "4271"),
            _ => return None,
        };
        takes
            .accepts(kind)
            .then(|| Zeroizing::new(value.to_owned()))
    }

    fn check(arguments: Value, expected: Option<Value>) {
        let slot = Slot::of(&spec());
        let mut given = arguments.as_object().cloned().expect("an object");
        let done = slot.resolve(&mut given, &mut known);
        assert_eq!(
            done.is_ok().then(|| Value::Object(given)),
            expected,
            "{arguments}"
        );
    }

    #[test]
    fn argument_token_is_resolved_only_if_declaration_accepts_it() {
        for (arguments, expected) in [
            (
                json!({"email": "⟨email 1⟩"}),
                Some(json!({"email": "jane@shop.example"})),
            ),
            (
                json!({"to": "⟨email 1⟩"}),
                Some(json!({"to": "jane@shop.example"})),
            ),
            (
                json!({"note": "⟨email 1⟩ ⟨card 1⟩"}),
                Some(json!({"note": "⟨email 1⟩ ⟨card 1⟩"})),
            ),
            (
                json!({"cc": ["⟨email 1⟩"]}),
                Some(json!({"cc": ["jane@shop.example"]})),
            ),
            (
                json!({"reply_email": "⟨email 1⟩"}),
                Some(json!({"reply_email": "⟨email 1⟩"})),
            ),
            (json!({"email": "⟨card 1⟩"}), None),
            (json!({"email": "⟨email 2⟩"}), None),
            (json!({"code": "⟨pin 1⟩"}), Some(json!({"code": 4271}))),
            (json!({"code": "⟨card 1⟩"}), None),
            (json!({"code": 1}), None),
            (
                json!({"phone": "⟨phone 1⟩"}),
                Some(json!({"phone": 5_550_104_567_u64})),
            ),
            (
                json!({"payer": {"card_number": "⟨card 1⟩", "mail": "⟨email 1⟩", "name": "⟨card 1⟩"}}),
                Some(
                    json!({"payer": {"card_number": "4111", "mail": "jane@shop.example", "name": "⟨card 1⟩"}}),
                ),
            ),
            (json!({"payer": {"card_number": ["⟨card 1⟩"]}}), None),
            (
                json!({"amount": 5, "email": null}),
                Some(json!({"amount": 5, "email": null})),
            ),
        ] {
            check(arguments, expected);
        }
    }

    #[test]
    fn nested_secret_arguments_are_shown_as_their_kind() {
        let slot = Slot::of(&spec());
        let value = json!({"code": 4271, "email": "⟨email 1⟩",
            "payer": {"word": "tulip", "name": "Ann", "extra": {"pin": "1"}}});
        assert_eq!(
            Slot::shown(Some(&slot), "", &value),
            json!({"code": "[pin]", "email": "⟨email 1⟩",
                "payer": {"word": "[password]", "name": "Ann", "extra": {"pin": "[pin]"}}})
        );
    }
}

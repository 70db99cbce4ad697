//! How somebody is reached: which arguments take an e-mail address, a telephone number or an IP address.
//!
//! Decides it from the declaration alone: the policy key `x-contact`, else the schema's format, the argument's name and
//! description, and for names like `recipient` what the tool says that it does. Nothing that is said in a conversation
//! has a part in it. What follows from it is the guard's (who gets the real value) and the dialog's (what fills it).

use conversimple_mask::names::{self, Meaning};
use serde_json::Value;

use crate::ToolSpec;
use crate::tool::{Argument, argument_key};

/// A way to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contact {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// An IP address.
    Ip,
}

impl Contact {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Email, Self::Phone, Self::Ip];

    /// The name that tokens and policy keys use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Ip => "ip",
        }
    }

    /// The way with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|contact| contact.as_str() == name)
    }
}

/// The ways to reach somebody that an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contacts {
    email: bool,
    phone: bool,
    ip: bool,
}

impl Contacts {
    /// None: the argument is about something else.
    pub const NONE: Self = Self {
        email: false,
        phone: false,
        ip: false,
    };
    const EMAIL: Self = Self {
        email: true,
        ..Self::NONE
    };
    const PHONE: Self = Self {
        phone: true,
        ..Self::NONE
    };
    const IP: Self = Self {
        ip: true,
        ..Self::NONE
    };
    const PERSON: Self = Self {
        email: true,
        phone: true,
        ip: false,
    };

    /// Whether a contact of this kind is taken.
    #[must_use]
    pub const fn takes(self, contact: Contact) -> bool {
        match contact {
            Contact::Email => self.email,
            Contact::Phone => self.phone,
            Contact::Ip => self.ip,
        }
    }

    /// Whether none is taken.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// The one kind that is taken, if it is one.
    #[must_use]
    pub fn only(self) -> Option<Contact> {
        let mut taken = Contact::ALL
            .into_iter()
            .filter(|contact| self.takes(*contact));
        taken.next().filter(|_| taken.next().is_none())
    }

    fn and(self, other: Self) -> Self {
        Self {
            email: self.email || other.email,
            phone: self.phone || other.phone,
            ip: self.ip || other.ip,
        }
    }

    /// What an argument or a property of this name and schema takes by itself, whichever tool it belongs to.
    #[must_use]
    pub fn declared(name: &str, schema: &Value) -> Self {
        if owned(schema) || secret(name, schema) {
            return Self::NONE;
        }
        // The first that says anything decides: what the developer wrote for us, then what the schema says to everybody,
        // then the words.
        let none = |speaks: bool| speaks.then_some(Self::NONE);
        let key = schema.get(argument_key::CONTACT).map(keyed);
        key.or_else(|| none(lists_its_values(schema)))
            .or_else(|| format(schema).map(formatted))
            .or_else(|| none(names::is_about(name)))
            .unwrap_or_else(|| named(name).and(described(schema)))
    }

    /// As [`Contacts::declared`], with what the argument's tool says of itself: the `recipient` of a tool that sends
    /// e-mail takes an address.
    #[must_use]
    pub fn of(spec: &ToolSpec, name: &str, schema: &Value) -> Self {
        let declared = Self::declared(name, schema);
        if !declared.is_none() || is_settled(name, schema) {
            return declared;
        }
        by_tool(spec, &words(name)).unwrap_or(declared)
    }
}

/// Names of somebody who is reached, or who says who they are by an address.
#[rustfmt::skip]
const PERSONS: &[&str] = &[
    "recipient", "receiver", "addressee", "payee", "invitee", "attendee", "guest", "subscriber", "user", "username", "user name", "login",
    "login name", "identifier", "customer", "member",
];

/// Names of where something goes, which are about contacts only where the tool is.
const PLACES: &[&str] = &[
    "to",
    "from",
    "cc",
    "bcc",
    "address",
    "destination",
    "target",
    "sender",
    "number",
    "cell",
    "contact",
];

fn secret(name: &str, schema: &Value) -> bool {
    let argument = Argument {
        name,
        schema,
        required: false,
    };
    argument.secret().is_some()
}

fn owned(schema: &Value) -> bool {
    schema.get(argument_key::OWN).is_some()
}

fn keyed(key: &Value) -> Contacts {
    let one = |name: &Value| match name.as_str().and_then(Contact::from_name) {
        Some(Contact::Email) => Contacts::EMAIL,
        Some(Contact::Phone) => Contacts::PHONE,
        Some(Contact::Ip) => Contacts::IP,
        None => Contacts::NONE,
    };
    match key {
        Value::Bool(true) => Contacts::PERSON.and(Contacts::IP),
        Value::Array(names) => names.iter().map(one).fold(Contacts::NONE, Contacts::and),
        name => one(name),
    }
}

fn variants(schema: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf", "allOf"]
        .into_iter()
        .filter_map(|key| schema.get(key)?.as_array())
        .flatten()
}

fn format(schema: &Value) -> Option<&str> {
    let own = schema.get("format");
    own.or_else(|| variants(schema).find_map(|variant| variant.get("format")))?
        .as_str()
}

fn lists_its_values(schema: &Value) -> bool {
    let lists = |schema: &Value| schema.get("enum").is_some() || schema.get("const").is_some();
    lists(schema) || variants(schema).any(lists) || schema.get("type") == Some(&"boolean".into())
}

fn named(name: &str) -> Contacts {
    match names::meaning(name) {
        Some(Meaning::Email) => Contacts::EMAIL,
        Some(Meaning::Phone) => Contacts::PHONE,
        Some(Meaning::Ip) => Contacts::IP,
        _ => Contacts::NONE,
    }
}

/// Whether an argument takes no contact whatever its tool says.
fn is_settled(name: &str, schema: &Value) -> bool {
    schema.get(argument_key::CONTACT).is_some()
        || owned(schema)
        || lists_its_values(schema)
        || format(schema).is_some()
        || secret(name, schema)
}

/// What an argument takes whose name says that it is somebody, or a place where somebody is reached, and leaves it to the tool
/// by which way.
fn by_tool(spec: &ToolSpec, words: &[String]) -> Option<Contacts> {
    let (first, last) = (words.first()?, words.last()?);
    let joined = words.join(" ");
    let names_one_of = |known: &[&str]| known.iter().any(|one| *one == joined || one == last);
    if names_one_of(PERSONS) {
        return Some(Contacts::PERSON);
    }
    let is_contact = first == "contact";
    (is_contact || names_one_of(PLACES)).then(|| spoken_of(spec, is_contact))
}

/// What a format of JSON Schema stands for.
fn formatted(format: &str) -> Contacts {
    match format {
        "email" | "idn-email" => Contacts::EMAIL,
        "phone" | "tel" | "telephone" => Contacts::PHONE,
        "ip" | "ipv4" | "ipv6" => Contacts::IP,
        _ => Contacts::NONE,
    }
}

/// What the argument's own description calls it.
fn described(schema: &Value) -> Contacts {
    let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    // Most descriptions speak of neither, and cutting one into words takes a while.
    let of_place = ["ddress", "umber", "DDRESS", "UMBER"];
    let speaks = |key: &str| of_place.iter().any(|part| text(key).contains(part));
    if !speaks("title") && !speaks("description") {
        return Contacts::NONE;
    }
    let words = words(&format!("{} {}", text("title"), text("description")));
    let pair = |first: &[&str], second: &[&str]| {
        words
            .windows(2)
            .any(|two| first.contains(&two[0].as_str()) && second.contains(&two[1].as_str()))
    };
    let mut found = Contacts::NONE;
    if pair(&["email", "mail"], &["address"]) {
        found = found.and(Contacts::EMAIL);
    }
    if pair(
        &["phone", "telephone", "mobile", "cell", "fax"],
        &["number"],
    ) {
        found = found.and(Contacts::PHONE);
    }
    if pair(&["ip", "ipv4", "ipv6"], &["address"]) {
        found = found.and(Contacts::IP);
    }
    found
}

/// What a tool says it works with.
fn spoken_of(spec: &ToolSpec, contact: bool) -> Contacts {
    let words = words(&format!("{} {}", spec.name, spec.description));
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let mut found = Contacts::NONE;
    if has(&["email", "mail", "newsletter", "inbox"]) {
        found = found.and(Contacts::EMAIL);
    }
    if has(&[
        "phone",
        "telephone",
        "call",
        "callback",
        "text",
        "sms",
        "whatsapp",
        "dial",
        "ring",
    ]) {
        found = found.and(Contacts::PHONE);
    }
    if contact && found.is_none() {
        found = Contacts::PERSON;
    }
    found
}

/// Lower-case words of a name or a sentence, without a plural's s.
fn words(text: &str) -> Vec<String> {
    let mut out = names::words(text);
    for word in &mut out {
        let plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
        if plural && !matches!(word.as_str(), "sms" | "status") {
            word.pop();
        }
        if word == "addresse" {
            word.pop();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(name: &str, schema: Value, expected: &[Contact]) {
        let found = Contacts::declared(name, &schema);
        for contact in Contact::ALL {
            assert_eq!(
                found.takes(contact),
                expected.contains(&contact),
                "{name} {schema} {contact:?}"
            );
        }
    }

    #[test]
    fn argument_contacts_follow_its_declaration() {
        use Contact::{Email, Ip, Phone};
        let text = || json!({"type": "string"});
        for (name, expected) in [
            ("email", &[Email][..]),
            ("customerEmail", &[Email]),
            ("e_mail", &[Email]),
            ("email_address", &[Email]),
            ("emails", &[Email]),
            ("email_addresses", &[Email]),
            ("phone", &[Phone]),
            ("phoneNumbers", &[Phone]),
            ("mobile_number", &[Phone]),
            ("callback_number", &[Phone]),
            ("contact_number", &[Phone]),
            ("client_ip", &[Ip]),
            ("ip_address", &[Ip]),
            ("email_subject", &[]),
            ("phone_model", &[]),
            ("phone_id", &[]),
            ("order_number", &[]),
            ("work_order", &[]),
            ("address", &[]),
            ("note", &[]),
            ("tip", &[]),
            ("recipient", &[]),
            ("password", &[]),
        ] {
            check(name, text(), expected);
        }
        check("x", json!({"format": "email"}), &[Email]);
        check(
            "x",
            json!({"anyOf": [{"type": "string", "format": "tel"}, {"type": "null"}]}),
            &[Phone],
        );
        check("x", json!({"format": "ipv4"}), &[Ip]);
        check(
            "x",
            json!({"description": "The e-mail address to write to"}),
            &[Email],
        );
        check("email", json!({"enum": ["daily", "weekly"]}), &[]);
        check("email", json!({"type": "boolean"}), &[]);
        check("email", json!({"format": "uuid"}), &[]);
        check("email", json!({"x-contact": false}), &[]);
        check("note", json!({"x-contact": true}), &[Email, Phone, Ip]);
        check("note", json!({"x-contact": ["email", "cat"]}), &[Email]);
        check("email", json!({"x-own": "address"}), &[]);
    }

    #[test]
    fn recipient_argument_accepts_contacts_its_tool_uses() {
        use Contact::{Email, Phone};
        for (tool, description, name, expected) in [
            (
                "send_confirmation",
                "Send a confirmation e-mail",
                "to",
                &[Email][..],
            ),
            ("send_sms", "Send a message", "to", &[Phone]),
            ("find_flights", "Find flights", "to", &[]),
            ("send_money", "Send money", "recipient", &[Email, Phone]),
            ("login", "Log in", "username", &[Email, Phone]),
            ("reach", "Reach somebody", "contact", &[Email, Phone]),
            ("mail", "Send an email", "note", &[]),
            ("mail", "Send an email", "body", &[]),
            ("mail", "Send an email", "body_text", &[]),
            ("get_weather", "Weather in a place", "address", &[]),
            ("buy", "Buy a phone", "quantity", &[]),
        ] {
            let spec = ToolSpec {
                name: tool.into(),
                description: description.into(),
                parameters: json!({}),
            };
            let found = Contacts::of(&spec, name, &json!({"type": "string"}));
            for contact in Contact::ALL {
                assert_eq!(
                    found.takes(contact),
                    expected.contains(&contact),
                    "{tool} {name} {contact:?}"
                );
            }
        }
    }
}

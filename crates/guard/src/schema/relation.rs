//! Rules between arguments: one before the other, exactly one of several.
//!
//! Decides what `x-rules` of an object says: a list of `{"rule", "of": [names], "code"?, "message"?}`. A comparison
//! applies when both arguments are there; numbers compare exactly, dates and times by what they mean, other text by its
//! characters. Runs only on an object whose parts are all in order.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{format, number};

/// What a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Less,
    AtMost,
    Equal,
    Differ,
    ExactlyOne,
    AtLeastOne,
    Together,
}

/// Each rule's name in a schema.
const NAMES: [(&str, Kind); 7] = [
    ("less", Kind::Less),
    ("at_most", Kind::AtMost),
    ("equal", Kind::Equal),
    ("differ", Kind::Differ),
    ("exactly_one", Kind::ExactlyOne),
    ("at_least_one", Kind::AtLeastOne),
    ("together", Kind::Together),
];

impl Kind {
    fn find(name: &Value) -> Option<Self> {
        let name = name.as_str()?;
        let row = NAMES.iter().find(|(known, _)| *known == name)?;
        Some(row.1)
    }

    /// Whether the rule can stand between so many arguments: a comparison between two.
    fn fits(self, arguments: usize) -> bool {
        match self {
            Self::Less | Self::AtMost | Self::Equal | Self::Differ => arguments == 2,
            Self::ExactlyOne | Self::AtLeastOne | Self::Together => arguments >= 2,
        }
    }
}

/// One rule.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    kind: Kind,
    pub(super) of: Vec<String>,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

impl Relation {
    /// Reads a rule; `None` when it is none, or names fewer than two arguments, or for a comparison not exactly two.
    pub(super) fn read(rule: &Value, known: impl Fn(&str) -> bool) -> Option<Self> {
        let kind = Kind::find(rule.get("rule")?)?;
        let names = rule.get("of")?.as_array()?.iter();
        let of: Vec<String> = names
            .map(|name| name.as_str().map(str::to_owned))
            .collect::<Option<_>>()?;
        if !kind.fits(of.len()) || !of.iter().all(|name| known(name)) {
            return None;
        }
        let text = |key: &str| rule.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            kind,
            of,
            code: text("code"),
            message: text("message"),
        })
    }

    /// Whether the arguments obey.
    pub(super) fn holds(&self, arguments: &Map<String, Value>) -> bool {
        let given = self
            .of
            .iter()
            .filter(|name| arguments.get(*name).is_some_and(|value| !value.is_null()))
            .count();
        match self.kind {
            Kind::ExactlyOne => return given == 1,
            Kind::AtLeastOne => return given >= 1,
            Kind::Together => return given == 0 || given == self.of.len(),
            _ => {}
        }
        let (Some(a), Some(b)) = (arguments.get(&self.of[0]), arguments.get(&self.of[1])) else {
            return true;
        };
        match self.kind {
            Kind::Less => compare(a, b) == Some(Ordering::Less),
            Kind::AtMost => matches!(compare(a, b), Some(Ordering::Less | Ordering::Equal)),
            Kind::Equal => a == b || compare(a, b) == Some(Ordering::Equal),
            _ => a != b && compare(a, b) != Some(Ordering::Equal),
        }
    }

    /// How to say it where the declaration does not.
    pub(super) fn detail(&self) -> String {
        let all = self.of.join(", ");
        let (a, b) = (&self.of[0], &self.of[1]);
        match self.kind {
            Kind::Less => format!("must be less than {b}"),
            Kind::AtMost => format!("must be at most {b}"),
            Kind::Equal => format!("must be the same as {b}"),
            Kind::Differ => format!("must not be the same as {b}"),
            Kind::ExactlyOne => format!("must be given, or another of {all}, and only one"),
            Kind::AtLeastOne => format!("must be given, or another of {all}"),
            Kind::Together => format!("{a} must be given together with all of {all}"),
        }
    }
}

fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(number::exact(a)?.cmp(&number::exact(b)?)),
        (Value::String(a), Value::String(b)) => {
            if let (Some(a), Some(b)) = (format::instant(a), format::instant(b)) {
                return Some(a.cmp(&b));
            }
            if let (Some(a), Some(b)) = (format::date(a), format::date(b)) {
                return Some(a.cmp(&b));
            }
            Some(a.cmp(b))
        }
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

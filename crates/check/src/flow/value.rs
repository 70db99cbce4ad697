//! What is known of a value: labels, the text as far as it is known, and parts. Decides how texts join.

use crate::code::ir::Span;
use crate::names::Labels;
use crate::secret::url::HOLE;
use std::rc::Rc;

/// A text in which unknown values are holes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Skeleton {
    pub(crate) text: String,
    /// What is known of each hole, in order.
    pub(crate) holes: Vec<Labels>,
    /// Where one literal ends and the next begins, in bytes.
    pub(crate) cuts: Vec<usize>,
    /// It was decoded or reversed on the way.
    pub(crate) is_encoded: bool,
}

/// The parts of a collection: a list's have no names.
pub(crate) type Fields = Vec<(Option<String>, Value)>;

/// A value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Value {
    pub(crate) labels: Labels,
    pub(crate) skeleton: Option<Rc<Skeleton>>,
    pub(crate) fields: Option<Rc<Fields>>,
    pub(crate) number: Option<f64>,
    /// The parameter that it was taken from.
    pub(crate) origin: Option<Rc<str>>,
    pub(crate) at: Span,
}

/// Longer texts are not followed.
const TEXT_LIMIT: usize = 65_536;

impl Value {
    pub(crate) fn labelled(labels: Labels) -> Self {
        Self {
            labels,
            ..Self::default()
        }
    }

    pub(crate) fn text(text: &str, at: Span) -> Self {
        let skeleton = Skeleton {
            text: text.replace(HOLE, " "),
            ..Skeleton::default()
        };
        Self {
            skeleton: Some(Rc::new(skeleton)),
            at,
            ..Self::default()
        }
    }

    /// The text when all of it is known.
    pub(crate) fn constant(&self) -> Option<&str> {
        self.skeleton
            .as_deref()
            .filter(|skeleton| skeleton.holes.is_empty())
            .map(|skeleton| skeleton.text.as_str())
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        self.fields
            .as_ref()?
            .iter()
            .find(|(key, _)| key.as_deref() == Some(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn collection(fields: Vec<(Option<String>, Self)>) -> Self {
        let labels = fields
            .iter()
            .map(|(_, value)| value.labels)
            .reduce(Labels::joined);
        Self {
            fields: Some(Rc::new(fields)),
            // A struct with a payload in it is more than the payload; its own field still says so.
            ..Self::labelled(labels.unwrap_or_default().without(Labels::PAYLOAD))
        }
    }

    /// One text after the other.
    pub(crate) fn concat(values: &[Self], at: Span) -> Self {
        let mut whole = Skeleton::default();
        let mut labels: Option<Labels> = None;
        let mut origin = None;
        for value in values {
            let is_plain = value.skeleton.is_some() && value.labels == Labels::NONE;
            if !is_plain {
                labels = Some(labels.map_or(value.labels, |known| known.joined(value.labels)));
            }
            origin = origin.or_else(|| value.origin.clone());
            match &value.skeleton {
                Some(part) if whole.text.len() + part.text.len() < TEXT_LIMIT => {
                    let at = whole.text.len();
                    if at > 0 && !part.text.is_empty() && whole.cuts.len() < 64 {
                        whole.cuts.push(at);
                    }
                    whole.cuts.extend(part.cuts.iter().map(|cut| at + cut));
                    whole.text.push_str(&part.text);
                    whole.holes.extend_from_slice(&part.holes);
                    whole.is_encoded |= part.is_encoded;
                }
                _ => whole.hole(value.labels),
            }
        }
        Self {
            skeleton: Some(Rc::new(whole)),
            origin,
            at,
            ..Self::labelled(labels.unwrap_or_default())
        }
    }

    /// Takes over what going through the called function has shown.
    pub(crate) fn learn(&mut self, entered: &Self) {
        let has_holes = entered
            .skeleton
            .as_ref()
            .is_some_and(|skeleton| !skeleton.holes.is_empty());
        if self.skeleton.is_none() {
            self.skeleton = entered.skeleton.clone();
        }
        if entered.labels.any(Labels::NUMBER) {
            self.labels |= Labels::NUMBER;
        }
        if self.labels.any(Labels::SAFE) {
            return;
        }
        self.labels |= entered.labels.only(
            Labels::ERROR | Labels::ERROR_TEXT | Labels::TRACE | Labels::FROM_KEY | Labels::INPUT,
        );
        if has_holes {
            self.labels |= entered.labels.exposed(Labels::SENSITIVE);
        }
    }

    /// Whether all that this collection can give are texts of the program's own.
    pub(crate) fn is_choice(&self) -> bool {
        self.fields.as_ref().is_some_and(|fields| {
            let is_own = |value: &Self| value.constant().is_some() || value.is_choice();
            !fields.is_empty() && fields.iter().all(|(_, value)| is_own(value))
        })
    }

    /// One of several values.
    pub(crate) fn either(values: &[Self]) -> Self {
        let labels = values
            .iter()
            .map(|value| value.labels)
            .fold(None, |known: Option<Labels>, labels| {
                Some(known.map_or(labels, |known| known | labels))
            });
        let mut merged = Self::labelled(labels.unwrap_or_default());
        // Either being unsafe makes the whole unsafe.
        for label in [Labels::SAFE, Labels::NUMBER, Labels::CHECKED] {
            if !values
                .iter()
                .all(|value| value.labels.any(label) || value.constant().is_some())
            {
                merged.labels = merged.labels.without(label);
            }
        }
        let dynamic = values
            .iter()
            .find(|value| value.skeleton.as_ref().is_some_and(|s| !s.holes.is_empty()));
        let known = values.iter().all(|value| value.skeleton.is_some());
        if let Some(value) = dynamic.or_else(|| values.first().filter(|_| known)) {
            merged.skeleton = value.skeleton.clone();
        }
        merged.fields = values.iter().find_map(|value| value.fields.clone());
        merged.origin = values.iter().find_map(|value| value.origin.clone());
        merged
    }
}

impl Skeleton {
    pub(crate) fn hole(&mut self, labels: Labels) {
        if self.text.len() < TEXT_LIMIT {
            self.text.push(HOLE);
            self.holes.push(labels);
        }
    }
}

/// `"… %s …" % values`.
pub(crate) fn percent(format: &Skeleton, values: &Value, at: Span) -> Value {
    let mut listed = match &values.fields {
        Some(fields) => fields.iter().map(|(_, value)| value.clone()).collect(),
        None => vec![values.clone()],
    }
    .into_iter();
    fill(format, at, values, |chars| {
        if chars.first() != Some(&'%') {
            return None;
        }
        if chars.get(1) == Some(&'%') {
            return Some((2, Value::text("%", at)));
        }
        let mut length = 1;
        if chars.get(1) == Some(&'(') {
            length += chars.iter().position(|c| *c == ')')?;
        }
        while chars
            .get(length)
            .is_some_and(|c| c.is_ascii_digit() || "+-# .*l".contains(*c))
        {
            length += 1;
        }
        let conversion = *chars.get(length)?;
        if !conversion.is_ascii_alphabetic() {
            return None;
        }
        let mut value = listed.next().unwrap_or_else(|| values.clone());
        if matches!(conversion, 'd' | 'i' | 'f' | 'x' | 'e' | 'g') {
            value = Value::labelled(value.labels | Labels::NUMBER);
        }
        Some((length + 1, value))
    })
}

/// `"… {} …".format(values)`.
pub(crate) fn braces(format: &Skeleton, args: &[Value], at: Span) -> Value {
    let all = Value::collection(args.iter().map(|value| (None, value.clone())).collect());
    let mut listed = args.iter();
    fill(format, at, &all, |chars| {
        let first = *chars.first()?;
        if (first == '{' || first == '}') && chars.get(1) == Some(&first) {
            return Some((2, Value::text(&first.to_string(), at)));
        }
        if first != '{' {
            return None;
        }
        let length = chars.iter().take(60).position(|c| *c == '}')? + 1;
        let value = listed
            .next()
            .cloned()
            .unwrap_or_else(|| Value::labelled(all.labels));
        Some((length, value))
    })
}

/// `Template("… $name …").substitute(values)`.
pub(crate) fn dollars(format: &Skeleton, args: &[Value], at: Span) -> Value {
    let all = Value::collection(args.iter().map(|value| (None, value.clone())).collect());
    fill(format, at, &all, |chars| {
        if chars.first() != Some(&'$') {
            return None;
        }
        let is_name = |c: &char| c.is_alphanumeric() || *c == '_';
        let length = match chars.get(1)? {
            '{' => chars.iter().take(60).position(|c| *c == '}')? + 1,
            c if c.is_alphabetic() => 1 + chars[1..].iter().take_while(|c| is_name(c)).count(),
            _ => return None,
        };
        Some((length, Value::labelled(all.labels)))
    })
}

/// Goes through a format; `next` says how many characters stand for which value.
fn fill(
    format: &Skeleton,
    at: Span,
    values: &Value,
    mut next: impl FnMut(&[char]) -> Option<(usize, Value)>,
) -> Value {
    let chars: Vec<char> = format.text.chars().collect();
    let mut holes = format.holes.iter();
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut index = 0;
    while index < chars.len() {
        let (length, value) = if chars[index] == HOLE {
            (
                1,
                Value::labelled(holes.next().copied().unwrap_or_default()),
            )
        } else if let Some(found) = next(&chars[index..]) {
            found
        } else {
            plain.push(chars[index]);
            index += 1;
            continue;
        };
        if !plain.is_empty() {
            parts.push(Value::text(&std::mem::take(&mut plain), at));
        }
        parts.push(value);
        index += length;
    }
    if !plain.is_empty() {
        parts.push(Value::text(&plain, at));
    }
    let mut value = Value::concat(&parts, at);
    if value.labels.any(Labels::ERROR) {
        value.labels |= Labels::ERROR_TEXT;
    }
    value.origin = values.origin.clone();
    value
}

/// Whether a text has a place that is filled at run time.
pub(crate) fn has_hole(text: &str) -> bool {
    text.contains(HOLE)
}

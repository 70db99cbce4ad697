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
    /// How many literals it was put together from.
    pub(crate) pieces: usize,
    /// It was decoded or reversed on the way.
    pub(crate) is_encoded: bool,
}

/// A value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Value {
    pub(crate) labels: Labels,
    pub(crate) skeleton: Option<Rc<Skeleton>>,
    pub(crate) fields: Option<Rc<Vec<(Option<String>, Value)>>>,
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
            pieces: 1,
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
            ..Self::labelled(labels.unwrap_or_default())
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
                    whole.text.push_str(&part.text);
                    whole.holes.extend_from_slice(&part.holes);
                    whole.pieces += part.pieces;
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
    let listed: Vec<Labels> = match &values.fields {
        Some(fields) => fields.iter().map(|(_, value)| value.labels).collect(),
        None => vec![values.labels],
    };
    let mut listed = listed.into_iter();
    fill(format, at, values, |chars| {
        if chars.first() != Some(&'%') {
            return None;
        }
        if chars.get(1) == Some(&'%') {
            return Some((2, Some("%".to_owned()), None));
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
        let mut labels = listed.next().unwrap_or(values.labels);
        if matches!(conversion, 'd' | 'i' | 'f' | 'x' | 'e' | 'g') {
            labels |= Labels::NUMBER;
        }
        Some((length + 1, None, Some(labels)))
    })
}

/// `"… {} …".format(values)`.
pub(crate) fn braces(format: &Skeleton, args: &[Value], at: Span) -> Value {
    let all = Value::collection(args.iter().map(|value| (None, value.clone())).collect());
    let mut listed = args.iter();
    let whole = all.labels;
    fill(format, at, &all, |chars| {
        let first = *chars.first()?;
        if (first == '{' || first == '}') && chars.get(1) == Some(&first) {
            return Some((2, Some(first.to_string()), None));
        }
        if first != '{' {
            return None;
        }
        let length = chars.iter().take(60).position(|c| *c == '}')? + 1;
        let labels = listed.next().map_or(whole, |value| value.labels);
        Some((length, None, Some(labels)))
    })
}

type Filled = (usize, Option<String>, Option<Labels>);

fn fill(
    format: &Skeleton,
    at: Span,
    values: &Value,
    mut next: impl FnMut(&[char]) -> Option<Filled>,
) -> Value {
    let chars: Vec<char> = format.text.chars().collect();
    let mut filled = Skeleton {
        pieces: format.pieces,
        is_encoded: format.is_encoded,
        ..Skeleton::default()
    };
    let mut holes = format.holes.iter();
    let mut index = 0;
    let mut labels: Option<Labels> = None;
    while index < chars.len() {
        if chars[index] == HOLE {
            filled.hole(holes.next().copied().unwrap_or_default());
            index += 1;
            continue;
        }
        match next(&chars[index..]) {
            Some((length, text, hole)) => {
                filled.text.extend(text);
                if let Some(hole) = hole {
                    labels = Some(labels.map_or(hole, |known| known.joined(hole)));
                    filled.hole(hole);
                }
                index += length;
            }
            None => {
                filled.text.push(chars[index]);
                index += 1;
            }
        }
    }
    let mut labels = labels.unwrap_or(values.labels);
    if labels.any(Labels::ERROR) {
        labels |= Labels::ERROR_TEXT;
    }
    Value {
        skeleton: Some(Rc::new(filled)),
        at,
        origin: values.origin.clone(),
        ..Value::labelled(labels)
    }
}

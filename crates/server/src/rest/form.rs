//! What a request asks for, field by field: every field that is wrong is named with what it should be, and no value is
//! repeated. Fields that are not known are wrong, because a misspelt filter must not list everything.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use conversimple_guard::text::Rule;
use conversimple_mask::find;
use conversimple_store::{PER_PAGE_LIMIT, SEARCH_LIMIT_CHARS, Slice};
use conversimple_wire::{AgentId, Code};
use serde_json::{Map, Value};

use crate::platform::Platform;
use crate::refused::Refused;

/// Longest name, in characters.
const NAME_LIMIT_CHARS: usize = 100;

/// Longest description, in characters.
const DESCRIPTION_LIMIT_CHARS: usize = 2_000;

/// Fields on their way in. Taken one by one; what is left at the end is not known.
pub(crate) struct Form {
    fields: Map<String, Value>,
    errors: BTreeMap<String, String>,
}

impl Form {
    /// The fields of a body.
    pub(super) fn new(fields: Map<String, Value>) -> Self {
        Self {
            fields,
            errors: BTreeMap::new(),
        }
    }

    /// A name: one line.
    pub(super) fn name(&mut self, field: &str) -> Option<String> {
        self.text(field, Rule::Line, 1..=NAME_LIMIT_CHARS)
    }

    /// A description: several lines, or nothing.
    pub(super) fn description(&mut self, field: &str) -> Option<String> {
        self.text(field, Rule::Lines, 0..=DESCRIPTION_LIMIT_CHARS)
    }

    /// Search words, taken as they stand.
    pub(super) fn search(&mut self, field: &str) -> Option<String> {
        self.text(field, Rule::Line, 0..=SEARCH_LIMIT_CHARS)
    }

    /// An agent's id.
    pub(super) fn agent_id(&mut self, field: &str) -> Option<AgentId> {
        let text = self.string(field)?;
        let id = AgentId::parse(text).ok();
        self.or_wrong(field, id, "is not an agent's id")
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(
        &mut self,
        field: &str,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let text = self.string(field)?;
        let found = all.iter().copied().find(|word| name(*word) == text);
        let names: Vec<&str> = all.iter().map(|word| name(*word)).collect();
        self.or_wrong(field, found, &format!("is one of {}", names.join(", ")))
    }

    /// An object of the customer's own making.
    pub(super) fn object(&mut self, field: &str) -> Option<Value> {
        let value = self.take(field)?;
        let object = value.is_object().then_some(value);
        self.or_wrong(field, object, "is an object")
    }

    /// Which part of a list.
    pub(super) fn slice(&mut self) -> Slice {
        let page = self.number("page", 1..=1_000_000).unwrap_or(1);
        let per_page = self.number("per_page", 1..=PER_PAGE_LIMIT).unwrap_or(20);
        Slice::new(page, per_page)
    }

    /// A whole number of a query, in digits alone.
    pub(super) fn number<T: FromStr + PartialOrd + Display>(
        &mut self,
        field: &str,
        range: RangeInclusive<T>,
    ) -> Option<T> {
        let text = self.string(field)?;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok();
        let number = number.filter(|number| digits && range.contains(number));
        let says = format!("is a number from {} to {}", range.start(), range.end());
        self.or_wrong(field, number, &says)
    }

    /// Notes that a field is missing, unless it is there and wrong.
    pub(super) fn required<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.errors
                .entry(field.to_owned())
                .or_insert_with(|| "is required".into());
        }
        value
    }

    /// Whether every field was good and known.
    pub(super) fn finish(mut self) -> Result<(), Refused> {
        for field in self.fields.keys() {
            // A name that nobody declared is somebody's text, and shown only where it can be nothing else than a name: a
            // card's number is an id too.
            let is_name = Rule::Id.apply(field, 1, 40).is_ok() && find(field).is_empty();
            let shown = if is_name { field } else { "(unknown)" };
            self.errors.insert(shown.to_owned(), "is not known".into());
        }
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Refused::fields(self.errors))
        }
    }

    fn text(&mut self, field: &str, rule: Rule, chars: RangeInclusive<usize>) -> Option<String> {
        let text = self.string(field)?;
        match rule.apply(&text, *chars.start(), *chars.end()) {
            Ok(text) if rule != Rule::Line || *chars.start() == 0 || !text.trim().is_empty() => {
                Some(text.into_owned())
            }
            Ok(_) => self.wrong(field, "is too short"),
            Err(error) => self.wrong(field, &error.to_string()),
        }
    }

    fn string(&mut self, field: &str) -> Option<String> {
        match self.take(field)? {
            Value::String(text) => Some(text),
            _ => self.wrong(field, "is a text"),
        }
    }

    /// A field that is null is one that was left out, as the published client's optional ones are.
    fn take(&mut self, field: &str) -> Option<Value> {
        self.fields.remove(field).filter(|value| !value.is_null())
    }

    fn or_wrong<T>(&mut self, field: &str, value: Option<T>, says: &str) -> Option<T> {
        value.or_else(|| self.wrong(field, says))
    }

    fn wrong<T>(&mut self, field: &str, says: &str) -> Option<T> {
        self.errors.insert(field.to_owned(), says.to_owned());
        None
    }
}

/// The fields of a query. Each may stand once, so that no two readers can differ about which counts.
pub(crate) struct Asked(pub(crate) Form);

impl FromRequestParts<Arc<Platform>> for Asked {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Platform>) -> Result<Self, Refused> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let Query(pairs) = pairs.map_err(|_| Code::InvalidParameters)?;
        let mut form = Form::new(Map::new());
        for (field, text) in pairs {
            if form
                .fields
                .insert(field.clone(), Value::String(text))
                .is_some()
            {
                form.errors.insert(field, "stands more than once".into());
            }
        }
        Ok(Self(form))
    }
}

#[cfg(test)]
mod tests {
    use conversimple_store::AgentStatus;
    use serde_json::json;

    use super::*;

    fn errors(body: Value, read: impl Fn(&mut Form)) -> Vec<(String, String)> {
        let mut form = Form::new(body.as_object().cloned().unwrap_or_default());
        read(&mut form);
        match form.finish() {
            Ok(()) => Vec::new(),
            Err(refused) => refused.into_errors().into_iter().collect(),
        }
    }

    #[test]
    fn form_names_every_wrong_field_and_echoes_no_value() {
        let body = json!({"name": " ", "status": "hunter2", "agent_config": [], "page": "-1", "hunter2": 1, "<b>": 1,
                          "4111111111111111": 1});
        let found = errors(body, |form| {
            let name = form.name("name");
            form.required("name", name);
            form.word("status", AgentStatus::ALL, AgentStatus::as_str);
            form.object("agent_config");
            form.slice();
            let missing = form.description("description");
            form.required("description", missing);
        });
        let expected = [
            ("(unknown)", "is not known"),
            ("agent_config", "is an object"),
            ("description", "is required"),
            ("hunter2", "is not known"),
            ("name", "is too short"),
            ("page", "is a number from 1 to 1000000"),
            ("status", "is one of draft, published, archived"),
        ];
        let expected: Vec<_> = expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        assert_eq!(found, expected);
    }

    #[test]
    fn form_null_counts_as_absent_and_hidden_characters_are_refused() {
        assert_eq!(
            errors(json!({"name": null}), |form| assert_eq!(
                form.name("name"),
                None
            )),
            []
        );
        for hidden in ["a\u{202e}b", "a\u{0}b", "a\nb", "a\u{200b}"] {
            let found = errors(json!({"name": hidden}), |form| drop(form.name("name")));
            assert_eq!(found.len(), 1, "{hidden:?}");
        }
        assert_eq!(
            errors(json!({"description": "a\nb"}), |form| drop(
                form.description("description")
            )),
            []
        );
    }
}

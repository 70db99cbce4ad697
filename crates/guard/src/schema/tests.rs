//! What the schema takes and refuses, by table and by property.

use super::*;
use serde_json::json;

fn payment() -> Schema {
    Schema::compile(&json!({
        "type": "object",
        "properties": {
            "amount": {"type": "number", "minimum": 0.01, "maximum": 10000, "x-refuse": {
                "minimum": {"code": "invalid_amount", "message": "Amount must be positive"},
                "maximum": {"code": "amount_too_large", "message": "Maximum amount is $10,000"}}},
            "currency": {"type": "string", "enum": ["USD", "EUR", "GBP"], "default": "USD",
                "x-refuse": {"enum": {"code": "invalid_currency"}}}
        },
        "required": ["amount"]
    }))
    .expect("schema")
}

fn refused(schema: &Schema, arguments: Value) -> Refusal {
    let Value::Object(map) = arguments else {
        panic!("arguments are an object")
    };
    schema.check(map).expect_err("refused")
}

fn passes(schema: &Schema, arguments: Value, expected: Value) {
    let Value::Object(map) = arguments else {
        panic!("arguments are an object")
    };
    assert_eq!(schema.check(map).map(Value::Object), Ok(expected));
}

#[test]
fn payment_schema_gives_guide_codes_and_messages() {
    let schema = payment();
    passes(
        &schema,
        json!({"amount": 20}),
        json!({"amount": 20, "currency": "USD"}),
    );
    passes(
        &schema,
        json!({"currency": "EUR", "amount": 0.1}),
        json!({"amount": 0.1, "currency": "EUR"}),
    );
    let check = |arguments: Value, code: &str, message: &str| {
        let refusal = refused(&schema, arguments.clone());
        assert_eq!(
            (refusal.code.as_ref(), refusal.message.as_ref()),
            (code, message),
            "{arguments}"
        );
    };
    let not_that_kind = conversimple_wire::Code::InvalidType.sentence();
    let not_right = conversimple_wire::Code::InvalidParameters.sentence();
    for wrong in [
        json!(true),
        json!("12"),
        json!(null),
        json!([1]),
        json!({"a": 1}),
    ] {
        check(json!({"amount": wrong}), "invalid_type", not_that_kind);
    }
    check(
        json!({"amount": 0}),
        "invalid_amount",
        "Amount must be positive",
    );
    check(
        json!({"amount": -5}),
        "invalid_amount",
        "Amount must be positive",
    );
    check(
        json!({"amount": 10000.01}),
        "amount_too_large",
        "Maximum amount is $10,000",
    );
    check(
        json!({"amount": 5, "currency": "XXX"}),
        "invalid_currency",
        "The currency must be one of USD, EUR, GBP.",
    );
    check(
        json!({"amount": 5, "currency": 1}),
        "invalid_type",
        not_that_kind,
    );
    check(
        json!({"amount": 5, "note": "x"}),
        "invalid_parameters",
        not_right,
    );
    check(json!({}), "invalid_parameters", not_right);
    check(
        json!({"amount": 1e300}),
        "amount_too_large",
        "Maximum amount is $10,000",
    );
    check(
        json!({"amount": -1e300}),
        "invalid_amount",
        "Amount must be positive",
    );
    check(
        json!({"amount": 1e-300}),
        "invalid_amount",
        "Amount must be positive",
    );
}

#[test]
fn number_outside_decimal_range_is_still_checked_against_bounds() {
    let bound_broken = |argument: Value, number: f64| {
        let mut argument = argument;
        for bound in [
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "type",
        ] {
            argument["x-refuse"][bound] = json!({"code": bound});
        }
        let schema = Schema::compile_value(&argument).expect("schema");
        schema
            .check_value(json!(number))
            .expect_err("refused")
            .code
            .into_owned()
    };
    let number = |bounds: Value| {
        let mut argument = json!({"type": "number"});
        argument
            .as_object_mut()
            .expect("object")
            .extend(bounds.as_object().expect("object").clone());
        argument
    };
    for (bounds, value, expected) in [
        (json!({"minimum": 0}), 1e-300, "type"),
        (json!({"minimum": 0}), -1e-300, "minimum"),
        (json!({"maximum": 0}), 1e-300, "maximum"),
        (json!({"maximum": 0}), -1e-300, "type"),
        (json!({"exclusiveMinimum": 0}), 1e-300, "type"),
        (json!({"exclusiveMinimum": 0}), -1e-300, "exclusiveMinimum"),
        (json!({"exclusiveMaximum": 0}), -1e-300, "type"),
        (json!({"exclusiveMaximum": 0}), 1e-300, "exclusiveMaximum"),
        (json!({"minimum": 1, "maximum": 2}), 1e-300, "minimum"),
        (json!({"maximum": 2}), 1e300, "maximum"),
        (json!({"minimum": 2}), -1e300, "minimum"),
        (json!({"multipleOf": 2}), 1e300, "type"),
    ] {
        assert_eq!(
            bound_broken(number(bounds.clone()), value),
            expected,
            "{bounds} {value}"
        );
    }
}

#[test]
fn refusal_names_all_fields_and_echoes_no_input() {
    let refusal = refused(
        &payment(),
        json!({"amount": "hunter2", "currency": "hunter3", "hunter4": 5}),
    );
    assert_eq!(refusal.code, "invalid_type");
    let paths: Vec<&str> = refusal
        .fields
        .iter()
        .map(|field| field.path.as_str())
        .collect();
    assert_eq!(paths, ["amount", "currency", "(unknown)"]);
    assert!(!format!("{refusal:?}{}", refusal.to_result()).contains("hunter"));
}

/// One row a keyword: schema of the argument `a`, values that pass, values that do not.
#[test]
fn schema_every_keyword_accepts_and_refuses() {
    let check = |argument: Value, good: &[Value], bad: &[Value]| {
        let schema = Schema::compile(&json!({"type": "object", "properties": {"a": argument}}))
            .expect("schema");
        for value in good {
            let result = schema.check_value(json!({"a": value}));
            assert!(result.is_ok(), "{argument} refuses {value}: {result:?}");
        }
        for value in bad {
            assert!(
                schema.check_value(json!({"a": value})).is_err(),
                "{argument} takes {value}"
            );
        }
    };
    check(
        json!({"type": "integer"}),
        &[json!(1), json!(-1), json!(u64::MAX)],
        &[
            json!(1.0),
            json!(1.5),
            json!("1"),
            json!(true),
            json!(null),
            json!(1e20),
        ],
    );
    check(
        json!({"type": "number"}),
        &[json!(1), json!(1.5)],
        &[json!("1"), json!(false), json!(1e29)],
    );
    check(
        json!({"type": "boolean"}),
        &[json!(true)],
        &[json!(1), json!("true")],
    );
    check(
        json!({"type": ["string", "null"]}),
        &[json!("x"), json!(null)],
        &[json!(1)],
    );
    check(
        json!({"type": "string", "nullable": true}),
        &[json!("x"), json!(null)],
        &[json!(1)],
    );
    check(
        json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
        &[json!("x"), json!(null)],
        &[json!(1)],
    );
    check(
        json!({}),
        &[json!("x"), json!(1), json!([1])],
        &[json!(null), json!("a\u{202e}b")],
    );
    check(
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        &[json!(0.5)],
        &[json!(0), json!(1), json!(0.0)],
    );
    check(
        json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}),
        &[json!(1)],
        &[json!(0)],
    );
    check(
        json!({"type": "number", "multipleOf": 0.01}),
        &[json!(0.07), json!(1.1), json!(3)],
        &[json!(0.001)],
    );
    check(
        json!({"enum": ["a", 1]}),
        &[json!("a"), json!(1)],
        &[json!("b"), json!(1.0), json!("1")],
    );
    check(json!({"const": "a"}), &[json!("a")], &[json!("A")]);
    check(
        json!({"type": "string", "minLength": 2, "maxLength": 3}),
        &[json!("ab"), json!("äöü")],
        &[json!("a"), json!("abcd"), json!("e\u{301}")],
    );
    check(
        json!({"type": "string"}),
        &[json!("x".repeat(4096))],
        &[json!("x".repeat(4097)), json!("a\nb"), json!("\u{200b}")],
    );
    check(
        json!({"type": "string", "pattern": "^[a-z]+$"}),
        &[json!("ab")],
        &[json!("ab1"), json!("")],
    );
    check(
        json!({"type": "string", "format": "date"}),
        &[json!("2026-11-23")],
        &[json!("2026-11-31")],
    );
    check(
        json!({"type": "string", "x-text": "id"}),
        &[json!("acc_1")],
        &[json!("acc 1")],
    );
    check(
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2, "uniqueItems": true}),
        &[json!([1]), json!([1, 2])],
        &[
            json!([]),
            json!([1, 2, 3]),
            json!([1, 1]),
            json!(["1"]),
            json!([null]),
        ],
    );
    check(
        json!({"type": "array"}),
        &[json!(vec![1; 256])],
        &[json!(vec![1; 257]), json!(["\u{0}"])],
    );
    check(
        json!({"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]}),
        &[json!({"b": "x"})],
        &[
            json!({}),
            json!({"b": "x", "c": 1}),
            json!({"b": {"b": "x"}}),
        ],
    );
    check(
        json!({"type": "object", "additionalProperties": {"type": "integer"}}),
        &[json!({"x": 1}), json!({})],
        &[json!({"x": "1"}), json!({"x\u{202e}": 1})],
    );
    check(
        json!({"oneOf": [{"type": "integer", "minimum": 5}, {"type": "integer", "maximum": 5}]}),
        &[json!(4), json!(6)],
        &[json!(5), json!("5")],
    );
    check(
        json!({"type": "integer", "not": {"const": 13}}),
        &[json!(12)],
        &[json!(13)],
    );
    check(
        json!({"type": "integer", "allOf": [{"minimum": 1}, {"maximum": 3}]}),
        &[json!(2)],
        &[json!(0), json!(4)],
    );
    check(
        json!({"type": "object", "properties": {"kind": {"enum": ["card", "bank"]}, "iban": {"type": "string"}},
               "if": {"properties": {"kind": {"const": "bank"}}, "required": ["kind"]}, "then": {"required": ["iban"]}}),
        &[
            json!({"kind": "card"}),
            json!({"kind": "bank", "iban": "x"}),
            json!({}),
        ],
        &[json!({"kind": "bank"})],
    );
    check(
        json!({"type": "object", "properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b"]}}),
        &[json!({"b": 1}), json!({"a": 1, "b": 2}), json!({})],
        &[json!({"a": 1})],
    );
}

#[test]
fn rule_between_arguments_refuses_with_its_own_code() {
    let check = |rule: &str, argument: Value, good: &[Value], bad: &[Value]| {
        let schema = Schema::compile(&json!({"properties": {"a": argument, "b": argument},
            "x-rules": [{"rule": rule, "of": ["a", "b"], "code": "out_of_order", "message": "The wrong way round."}]}))
        .expect("schema");
        for value in good {
            assert!(
                schema.check_value(value.clone()).is_ok(),
                "{rule} refuses {value}"
            );
        }
        for value in bad {
            let refusal = schema.check_value(value.clone()).expect_err(rule);
            assert_eq!(
                (refusal.code.as_ref(), refusal.message.as_ref()),
                ("out_of_order", "The wrong way round.")
            );
        }
    };
    let text = json!({"type": "string"});
    let number = json!({"type": "number"});
    check(
        "less",
        number.clone(),
        &[json!({"a": 1, "b": 1.5}), json!({"a": 5})],
        &[json!({"a": 2, "b": 2}), json!({"a": 10, "b": 9})],
    );
    check(
        "at_most",
        text.clone(),
        &[json!({"a": "2026-01-02", "b": "2026-01-02"})],
        &[json!({"a": "2026-02-01", "b": "2026-01-02"})],
    );
    check(
        "less",
        text.clone(),
        &[json!({"a": "2026-01-01T10:00:00+02:00", "b": "2026-01-01T09:00:00Z"})],
        &[],
    );
    check(
        "differ",
        text.clone(),
        &[json!({"a": "x", "b": "y"})],
        &[json!({"a": "x", "b": "x"})],
    );
    check(
        "exactly_one",
        text.clone(),
        &[json!({"a": "x"})],
        &[json!({}), json!({"a": "x", "b": "x"})],
    );
    check(
        "together",
        text,
        &[json!({}), json!({"a": "x", "b": "x"})],
        &[json!({"a": "x"})],
    );
    check(
        "equal",
        number,
        &[json!({"a": 1, "b": 1.0})],
        &[json!({"a": 1, "b": 2})],
    );
}

/// The agent checks what the platform has checked. Each of these was another value, or refused, the second time.
#[test]
fn schema_normal_form_is_accepted_unchanged() {
    let name = json!({"type": "string", "x-text": "name"});
    let check = |schema: Value, value: Value, normal: Value| {
        let schema = Schema::compile_value(&schema).expect("schema");
        assert_eq!(schema.check_value(value), Ok(normal.clone()));
        assert_eq!(schema.check_value(normal.clone()), Ok(normal));
    };
    let decomposed = "e\u{301}";
    check(
        json!({"type": "string", "enum": [decomposed]}),
        json!(decomposed),
        json!(decomposed),
    );
    check(
        json!({"const": {"a": decomposed}, "properties": {"a": {"type": "string"}}}),
        json!({"a": decomposed}),
        json!({"a": decomposed}),
    );
    check(
        json!({"type": "object", "properties": {"a": {"type": "string", "x-text": "name", "default": "a  b"}}}),
        json!({}),
        json!({"a": "a b"}),
    );
    check(
        json!({"type": "object", "properties": {"a": {"default": 1}, "b": {}}, "maxProperties": 1}),
        json!({"b": 2}),
        json!({"a": 1, "b": 2}),
    );
    let refuse = |schema: Value, value: Value| {
        let schema = Schema::compile_value(&schema).expect("schema");
        assert!(schema.check_value(value.clone()).is_err(), "{value}");
    };
    refuse(
        json!({"type": "array", "uniqueItems": true, "items": {"type": "string"}}),
        json!([decomposed, "\u{e9}"]),
    );
    // Fits the first only; its normal form fits both.
    refuse(
        json!({"oneOf": [name, {"type": "string", "maxLength": 3}]}),
        json!("a   b"),
    );
}

#[test]
fn schema_local_reference_is_resolved_and_recursion_refused() {
    let schema = Schema::compile(&json!({
        "$defs": {"Currency": {"type": "string", "enum": ["USD", "EUR"]}, "Deep": {"$ref": "#/$defs/Currency"}},
        "properties": {"c": {"$ref": "#/$defs/Deep", "default": "EUR"}}
    }))
    .expect("schema");
    passes(&schema, json!({}), json!({"c": "EUR"}));
    assert!(schema.check_value(json!({"c": "GBP"})).is_err());
    let itself = json!({"$defs": {"T": {"properties": {"t": {"$ref": "#/$defs/T"}}}}, "properties": {"t": {"$ref": "#/$defs/T"}}});
    assert_eq!(Schema::compile(&itself).err(), Some(SchemaError::TooLarge));
}

#[test]
fn schema_deeply_nested_alternatives_are_refused() {
    let mut schema = json!({"type": "string"});
    for level in 0..8 {
        schema = json!({"oneOf": [schema, {"type": "integer", "minimum": level}]});
        let compiled = Schema::compile(&json!({"properties": {"a": schema}}));
        assert_eq!(compiled.is_ok(), level < 4, "{level}");
    }
}

/// By steps and not by time: without their limit this takes seconds.
#[test]
fn schema_alternatives_times_values_is_bounded() {
    let leaves: Vec<Value> = (0..30).map(|n| json!({"minimum": 5 + n})).collect();
    let mut alternatives = vec![json!({"oneOf": leaves}); 30];
    alternatives.push(json!({"type": "integer"}));
    let schema = json!({"type": "array", "maxItems": 9000, "items": {"anyOf": alternatives}});
    let schema = Schema::compile_value(&schema).expect("schema");
    let refusal = schema
        .check_value(json!(vec![1; 8000]))
        .expect_err("refused");
    let told = refusal.to_result().to_string();
    assert!(told.contains("too large"), "{told}");
}

#[test]
fn schema_allof_part_leaves_null_to_whole_schema() {
    let schema =
        Schema::compile_value(&json!({"type": ["string", "null"], "allOf": [{"maxLength": 2}]}))
            .expect("schema");
    assert!(schema.check_value(json!(null)).is_ok());
    assert!(schema.check_value(json!("abc")).is_err());
    let schema = Schema::compile_value(&json!({"type": "string", "allOf": [{"maxLength": 2}]}))
        .expect("schema");
    assert!(schema.check_value(json!(null)).is_err());
}

#[test]
fn schema_unknown_keyword_is_error_with_path() {
    let check = |schema: Value, expected: &str| {
        let error = Schema::compile(&schema).expect_err("an error");
        assert_eq!(error.to_string(), expected, "{schema}");
    };
    check(
        json!({"properties": {"a": {"minimun": 1}}}),
        "$.a: `minimun` is not supported here",
    );
    check(
        json!({"properties": {"a": {"format": "colour"}}}),
        "$.a: `format` is not supported here",
    );
    check(
        json!({"properties": {"a": {"pattern": "(?=x)"}}}),
        "$.a: `pattern` is not supported here",
    );
    check(
        json!({"properties": {"a": {"$ref": "https://example.com/x"}}}),
        "$.a: `$ref` is not supported here",
    );
    check(
        json!({"properties": {"a": {"type": "text"}}}),
        "$.a: the value of `type` makes no sense",
    );
    check(
        json!({"properties": {"a": {"type": "integer", "default": "x"}}}),
        "$.a: the value of `default` makes no sense",
    );
    check(
        json!({"properties": {"a": {"minLength": -1}}}),
        "$.a: the value of `minLength` makes no sense",
    );
    check(
        json!({"type": "string"}),
        "$: the value of `type` makes no sense",
    );
    check(json!([]), "$: the value of `type` makes no sense");
}

#[test]
fn foreign_schema_is_compiled_with_supported_keywords() {
    let schema = Schema::compile_lenient(&json!({
        "type": "object", "title": "get_weather", "unevaluatedProperties": false,
        "properties": {
            "city": {"type": "string", "pattern": "(?=x)y", "format": "city", "contentEncoding": "none"},
            "days": {"type": "integer", "default": null, "minimum": 1},
            "options": {"type": "object"}
        },
        "required": ["city"]
    }))
    .expect("schema");
    assert_eq!(schema.ignored().len(), 4, "{:?}", schema.ignored());
    passes(
        &schema,
        json!({"city": "Oslo\nNorway", "options": {"a": [1, {"b": null}]}}),
        json!({"city": "Oslo\nNorway", "options": {"a": [1, {"b": null}]}}),
    );
    for bad in [
        json!({"city": 1}),
        json!({"city": "x", "days": 0}),
        json!({"city": "x", "other": 1}),
        json!({"city": "x", "options": {"a": "\u{202e}"}}),
    ] {
        assert!(schema.check_value(bad.clone()).is_err(), "{bad}");
    }
    assert!(Schema::compile_lenient(&Value::Null).is_ok());
    assert!(Schema::compile_lenient(&json!({})).is_ok());
}

#[test]
fn foreign_schema_ignores_invalid_keyword_and_keeps_tool() {
    let schema = json!({"properties": {
        "a": {"type": "string", "required": true, "minLength": "3", "enum": [], "pattern": 5, "format": 1},
        "b": {"type": "number", "minimum": "0", "multipleOf": 0},
        "c": {"$ref": "#/$defs/nowhere"},
        "d": {"anyOf": {}, "properties": [], "additionalProperties": 1}}, "required": ["a", 1]});
    assert!(Schema::compile(&schema).is_err());
    let lenient = Schema::compile_lenient(&schema).expect("lenient");
    assert_eq!(lenient.ignored().len(), 11, "{:?}", lenient.ignored());
    assert!(
        lenient
            .check_value(json!({"a": "x", "b": -1, "c": [1], "d": {"e": 1}}))
            .is_ok()
    );
    assert!(lenient.check_value(json!({"a": 1})).is_err());
}

#[test]
fn anyof_field_of_other_alternative_is_checked_too() {
    let schema = Schema::compile(&json!({"properties": {}, "anyOf": [
        {"properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"properties": {"b": {"type": "string"}}, "required": ["b"]}]}))
    .expect("schema");
    assert!(schema.check_value(json!({"a": "x"})).is_ok());
    assert!(
        schema
            .check_value(json!({"a": "x", "b": "\u{202e}"}))
            .is_err()
    );
    assert!(schema.check_value(json!({"a": "x", "c": "y"})).is_err());
    assert!(schema.check_value(json!({})).is_err());
}

#[test]
fn oneof_objects_refuse_field_not_in_any_alternative() {
    let schema = Schema::compile(&json!({"properties": {"to": {"oneOf": [
        {"type": "object", "properties": {"iban": {"type": "string"}}, "required": ["iban"]},
        {"type": "object", "properties": {"phone": {"type": "string"}}, "required": ["phone"]}]}}}))
    .expect("schema");
    assert!(schema.check_value(json!({"to": {"iban": "x"}})).is_ok());
    assert!(
        schema
            .check_value(json!({"to": {"iban": "x", "phone": "y"}}))
            .is_err()
    );
    assert!(
        schema
            .check_value(json!({"to": {"iban": "x", "z": "y"}}))
            .is_err()
    );
}

mod properties {
    use super::*;
    use crate::text::{Date, EmailAddress, FreeText, IdText, Name, PhoneNumber, SearchWords};
    use proptest::prelude::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any_text().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((any_text(), inner), 0..4)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            ".{0,20}",
            "[a-zA-Z0-9_ '-]{0,120}",
            "[e\u{301}\u{200b}\u{202e}ﬁ\u{1f600}\\n ]{0,8}",
            "[0-9]{4}-[01][0-9]-[0-3][0-9]",
            "[a-z.]{1,8}@[a-z.-]{1,9}",
            "[+]?[0-9 ()-]{5,18}",
            Just("a".to_owned())
        ]
    }

    /// The same value with a mark in every text and name.
    fn mark(value: &Value) -> Value {
        match value {
            Value::String(text) => json!(format!("canary{text}")),
            Value::Array(items) => items.iter().map(mark).collect(),
            Value::Object(map) => Value::Object(
                map.iter()
                    .map(|(name, inner)| (format!("canary{name}"), mark(inner)))
                    .collect(),
            ),
            plain => plain.clone(),
        }
    }

    fn agree<T>(schema: &Value, value: &Value) -> Result<(), TestCaseError>
    where
        T: serde::de::DeserializeOwned + serde::Serialize,
    {
        let schema = Schema::compile_value(schema).expect("schema of a type");
        let typed = T::deserialize(value)
            .ok()
            .map(|typed| serde_json::to_value(typed).expect("serialises"));
        prop_assert_eq!(schema.check_value(value.clone()).ok(), typed);
        Ok(())
    }

    proptest! {
        #[test]
        fn text_type_accepts_whatever_its_schema_accepts_in_same_form(value in any_json(), text in any_text()) {
            for value in [value, Value::from(text)] {
                agree::<Name>(&Name::schema(), &value)?;
                agree::<IdText>(&IdText::schema(), &value)?;
                agree::<FreeText>(&FreeText::schema(), &value)?;
                agree::<SearchWords>(&SearchWords::schema(), &value)?;
                agree::<Date>(&Date::schema(), &value)?;
                agree::<EmailAddress>(&EmailAddress::schema(), &value)?;
                agree::<PhoneNumber>(&PhoneNumber::schema(), &value)?;
            }
        }

        #[test]
        fn schema_compile_of_any_json_does_not_panic(value in any_json(), keyword in "(type|enum|properties|items|pattern|minimum|anyOf|\\$ref|required|x-refuse|x-rules|default)") {
            let schema = json!({ keyword: value });
            let _ = Schema::compile(&schema);
            if let Ok(lenient) = Schema::compile_lenient(&schema) {
                let _ = lenient.check_value(value);
            }
        }

        #[test]
        fn refusal_of_any_arguments_echoes_no_input(values in prop::collection::vec(any_json(), 2), name in "[a-z]{0,6}") {
            let marked = |value: &Value| mark(value);
            let schema = Schema::compile(&json!({"properties": {
                "amount": {"type": "number"}, "note": {"type": "string", "maxLength": 3, "pattern": "^x$", "format": "date"},
                "list": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}}}},
                "one": {"oneOf": [{"type": "string", "enum": ["a"]}, {"type": "integer"}]}}, "required": ["amount"]}))
            .expect("schema");
            let arguments = json!({"amount": marked(&values[0]), "note": marked(&values[1]), "list": [marked(&values[0])],
                "one": marked(&values[1]), format!("canary{name}"): 1});
            let refusal = schema.check_value(arguments).expect_err("refused");
            let told = format!("{refusal} {refusal:?} {}", refusal.to_result());
            prop_assert!(!told.contains("canary"), "{}", told);
        }

        #[test]
        fn accepted_arguments_are_accepted_again_unchanged(amount in any_json(), currency in any_json(), extra in any_json()) {
            let schema = payment();
            for arguments in [json!({"amount": amount, "currency": currency}), json!({"amount": amount}), extra] {
                if let Ok(once) = schema.check_value(arguments) {
                    prop_assert_eq!(schema.check_value(once.clone()), Ok(once));
                }
            }
        }
    }
}

//! Schemas and values of every kind: reading a schema never panics, a value that is taken is taken again as it is, both
//! walks of a call (the platform's and the agent's) see the same, and no refusal repeats what somebody sent.
//!
//! A text that begins with `{` is `{"schema": …, "values": […]}`; other bytes draw both.
#![no_main]

use conversimple_fuzz::Draw;
use conversimple_fuzz::schema::{MARK, declaration, fitting, schema, value};
use conversimple_guard::Schema;
use conversimple_guard::schema::{FAULTS_LIMIT, SchemaError};
use conversimple_wire::json::parse;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|data: &[u8]| {
    let written = std::str::from_utf8(data)
        .ok()
        .and_then(|text| parse(text, 64 * 1024).ok());
    let (schema, values) = match written {
        Some(Value::Object(mut both)) => {
            let values = both
                .remove("values")
                .and_then(|values| values.as_array().cloned());
            (
                both.remove("schema").unwrap_or_default(),
                values.unwrap_or_default(),
            )
        }
        Some(_) => return,
        None => drawn(data),
    };
    let values = || values.iter().cloned();
    for compiled in [Schema::compile(&schema), Schema::compile_lenient(&schema)] {
        match compiled {
            Ok(compiled) => {
                let arguments = values().filter(Value::is_object);
                arguments.for_each(|arguments| checked(&compiled, arguments));
                checked(&compiled, Value::Object(Map::new()));
            }
            Err(error) => told(&error),
        }
    }
    if let Ok(compiled) = Schema::compile_value(&schema) {
        values().for_each(|value| checked(&compiled, value));
    }
});

fn drawn(data: &[u8]) -> (Value, Vec<Value>) {
    let mut draw = Draw::new(data);
    let schema = if draw.once_in(2) {
        schema(&mut draw, 3)
    } else {
        declaration(&mut draw)
    };
    let values = (0..3).map(|_| fitting(&mut draw, &schema, 4));
    let mut values: Vec<Value> = values.collect();
    values.push(value(&mut draw, 3));
    (schema, values)
}

fn checked(schema: &Schema, value: Value) {
    match schema.check_value(value) {
        Ok(normal) => {
            let again = schema.check_value(normal.clone());
            assert_eq!(
                again.as_ref(),
                Ok(&normal),
                "the normal form is another the second time"
            );
        }
        Err(refusal) => {
            assert!(!refusal.fields.is_empty() && refusal.fields.len() <= FAULTS_LIMIT);
            let told = refusal.to_result().to_string();
            assert!(!told.contains(MARK), "{told}");
        }
    }
}

/// An error names a place, and is a sentence.
fn told(error: &SchemaError) {
    assert!(!error.to_string().is_empty());
}

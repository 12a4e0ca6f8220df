//! JSON: valid by the published schema, and the schema describes every field.

use serde_json::{Value, json};

use crate::site::{HEALTH, report};

const SCHEMA: &str = include_str!("../../docs/report.schema.json");

/// The part of JSON Schema that our schema uses; a word that it does not know is a fault, so that nothing is skipped.
fn faults(schema: &Value, root: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut expect = |held: bool, what: String| {
        if !held {
            found.push(format!("{at}: {what}"));
        }
    };
    let mut deeper: Vec<(Value, Value, String)> = Vec::new();
    for (word, rule) in schema.as_object().unwrap() {
        match word.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" => {}
            "$ref" => {
                let name = rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                deeper.push((root["$defs"][name].clone(), value.clone(), at.to_owned()));
            }
            "const" => expect(value == rule, format!("not {rule}")),
            "enum" => expect(rule.as_array().unwrap().contains(value), format!("{value} is none of {rule}")),
            "type" => {
                let kinds = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                expect(kinds.iter().any(|kind| kind == kind_of(value)), format!("{value} is no {rule}"));
            }
            "minLength" => {
                let long = |text: &str| text.chars().count() as u64 >= rule.as_u64().unwrap();
                expect(value.as_str().is_none_or(long), format!("{value} is shorter than {rule}"));
            }
            "minimum" => {
                expect(value.as_u64().is_none_or(|n| n >= rule.as_u64().unwrap()), format!("{value} < {rule}"));
            }
            "minItems" => {
                let many = |all: &Vec<Value>| all.len() as u64 >= rule.as_u64().unwrap();
                expect(value.as_array().is_none_or(many), "too few".to_owned());
            }
            "required" if value.is_object() => {
                for name in rule.as_array().unwrap() {
                    expect(value.get(name.as_str().unwrap()).is_some(), format!("{name} is missing"));
                }
            }
            "required" => {}
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    deeper.push((rule.clone(), item.clone(), format!("{at}[{index}]")));
                }
            }
            "properties" => {
                for (name, inner) in value.as_object().into_iter().flatten() {
                    // A reader may meet unknown fields; what we write is all described.
                    expect(rule.get(name).is_some(), format!("{name} is not described"));
                    deeper.push((rule[name].clone(), inner.clone(), format!("{at}.{name}")));
                }
            }
            other => expect(false, format!("the schema says `{other}`, which this check does not know")),
        }
    }
    for (schema, value, at) in deeper {
        if schema.is_object() {
            found.extend(faults(&schema, root, &value, &at));
        }
    }
    found
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() || number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn parsed() -> (Value, Value) {
    (serde_json::from_str(SCHEMA).unwrap(), serde_json::from_str(&report().to_json().unwrap()).unwrap())
}

#[test]
fn the_report_is_valid_by_its_schema() {
    let (schema, report) = parsed();
    assert_eq!(faults(&schema, &schema, &report, "report"), Vec::<String>::new());
}

#[test]
fn the_check_finds_faults() {
    let (schema, report) = parsed();
    for (pointer, value, fault) in [
        ("/schema", json!(2), "report.schema: not 1"),
        ("/routes/0/guard", json!("open"), "report.routes[0].guard: \"open\" is none of"),
        ("/sessions/0/values", json!([]), "report.sessions[0].values: too few"),
        ("/base/place/line", json!(0), "report.base.place.line: 0 < 1"),
        ("/cookie/domain", json!(7), "report.cookie.domain: 7 is no"),
        ("/base", json!({"name": "x", "more": 1}), "report.base: more is not described"),
        ("/controls/0/gist", json!(""), "report.controls[0].gist: \"\" is shorter"),
    ] {
        let mut changed = report.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        let found = faults(&schema, &schema, &changed, "report");
        assert!(found.iter().any(|found| found.starts_with(fault)), "{fault}: {found:?}");
    }
}

#[test]
fn what_a_reader_looks_up() {
    let (_, report) = parsed();
    let route = &report["routes"][2];
    assert_eq!(route["path"], "/sensitive/{id}");
    assert_eq!(
        route["effective"][0],
        json!({
            "key": "idle",
            "values": [{ "value": "10m", "roles": [], "from": [{ "kind": "route", "name": null }] }],
        })
    );
    assert_eq!(report["routes"][9]["reason"], HEALTH);
}

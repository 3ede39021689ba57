//! A JSON Schema (draft 2020-12) for each request and each answer, from the Rust types, for assistants and editors.

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use scope_query::answer::Answer;
use scope_query::json::Refusal;
use scope_query::requests::{self, Declaration, Visitor};
use serde_json::{Value, json};
use ts_rs::TS;

/// No integer is above this, so that every language reads it exactly.
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// `docs/schema/<kind>.request.json` and `docs/schema/<kind>.answer.json` of every request, and `docs/schema/error.json`.
pub(super) fn files() -> Vec<(String, String)> {
    let mut schemas = Schemas(Vec::new());
    requests::visit(&mut schemas);
    let mut error = settings().for_serialize().into_generator().into_root_schema_for::<Refusal<'_>>();
    exact(&mut error);
    schemas.add("error", error);
    schemas.0
}

struct Schemas(Vec<(String, String)>);

impl Schemas {
    fn add(&mut self, name: &str, schema: Schema) {
        self.0.push((format!("docs/schema/{name}.json"), format!("{:#}\n", Value::from(schema))));
    }
}

impl Visitor for Schemas {
    fn visit<Arguments, Data>(&mut self, declaration: &Declaration)
    where
        Arguments: TS + JsonSchema + 'static,
        Data: TS + JsonSchema + 'static,
    {
        let Declaration { kind, doc } = declaration;
        let generator = |settings: SchemaSettings| -> SchemaGenerator { settings.into_generator() };
        let mut request = generator(settings().for_deserialize()).into_root_schema_for::<Arguments>();
        request.insert("title".into(), json!(kind));
        request.insert("description".into(), json!(doc));
        // Beside the arguments a request has its kind.
        let properties = request.ensure_object().entry("properties").or_insert_with(|| json!({}));
        if let Value::Object(properties) = properties {
            properties.insert("kind".into(), json!({ "const": kind }));
        }
        let required = request.ensure_object().entry("required").or_insert_with(|| json!([]));
        if let Value::Array(required) = required {
            required.insert(0, json!("kind"));
        }
        exact(&mut request);
        self.add(&format!("{kind}.request"), request);

        let mut answer = generator(settings().for_serialize()).into_root_schema_for::<Answer<Data>>();
        answer.insert("title".into(), json!(format!("the answer to {kind}")));
        answer.insert("description".into(), json!(doc));
        exact(&mut answer);
        self.add(&format!("{kind}.answer"), answer);
    }
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12()
}

/// Names the bounds of integers in place of the formats of Rust, which no validator knows.
fn exact(schema: &mut Schema) {
    struct Exact;

    impl Transform for Exact {
        fn transform(&mut self, schema: &mut Schema) {
            match schema.get("format").and_then(Value::as_str) {
                Some("uint64") => schema.insert("maximum".into(), json!(MAX_INTEGER)),
                Some("uint32") => schema.insert("maximum".into(), json!(u32::MAX)),
                _ => None,
            };
            schema.remove("format");
            transform_subschemas(self, schema);
        }
    }

    Exact.transform(schema);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;

    /// The same schema, but no object may have a field that is not named: so a field cannot be forgotten.
    fn closed(schema: &mut Schema) {
        struct Closed;

        impl Transform for Closed {
            fn transform(&mut self, schema: &mut Schema) {
                if schema.get("properties").is_some() {
                    schema.insert("additionalProperties".into(), json!(false));
                }
                transform_subschemas(self, schema);
            }
        }

        Closed.transform(schema);
    }

    fn documents(text: &str) -> Vec<Value> {
        let lines = text.lines().map(|line| line.trim_end_matches(','));
        lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    #[test]
    fn every_request_and_answer_of_the_corpus_is_as_its_schema_says() {
        let validator = |text: &str| {
            let mut schema: Schema = serde_json::from_str(text).unwrap();
            closed(&mut schema);
            jsonschema::draft202012::new(schema.as_value()).unwrap()
        };
        let schemas: BTreeMap<String, jsonschema::Validator> =
            files().iter().map(|(path, text)| (path.clone(), validator(text))).collect();
        let of = |name: &str| &schemas[&format!("docs/schema/{name}.json")];
        let mut answered = BTreeSet::new();
        for case in fs::read_dir(workspace::corpus()).unwrap() {
            let case = case.unwrap().path();
            let Ok(asked) = fs::read_to_string(case.join("request.json")) else { continue };
            let answers = documents(&fs::read_to_string(case.join("answer.json")).unwrap());
            let asked = documents(&asked);
            assert_eq!(asked.len(), answers.len(), "{}", case.display());
            for (request, answer) in asked.iter().zip(&answers) {
                let kind = request["kind"].as_str().unwrap_or_default();
                let name = if answer.get("error").is_some() { "error".into() } else { format!("{kind}.answer") };
                let wrong = of(&name).iter_errors(answer).next();
                assert!(wrong.is_none(), "{} {request}: {}", case.display(), wrong.unwrap());
                if name != "error" {
                    let wrong = of(&format!("{kind}.request")).iter_errors(request).next();
                    assert!(wrong.is_none(), "{} {request}: {}", case.display(), wrong.unwrap());
                    answered.insert(kind.to_owned());
                }
            }
        }
        let missing =
            requests::TABLE.iter().map(|declaration| declaration.kind).filter(|kind| !answered.contains(*kind));
        assert_eq!(missing.collect::<Vec<_>>(), [""; 0], "no case of the corpus answers these");
    }

    #[test]
    fn a_schema_refuses_what_the_engine_refuses() {
        let (_, text) = files().into_iter().find(|(path, _)| path.ends_with("/state_at.request.json")).unwrap();
        let schema = jsonschema::draft202012::new(&serde_json::from_str(&text).unwrap()).unwrap();
        assert!(schema.is_valid(&json!({ "kind": "state_at", "process": "cart", "time": 7 })));
        for wrong in [
            json!({ "kind": "state_at", "process": "cart", "at": 7, "time": 7 }),
            json!({ "kind": "events", "process": "cart", "time": 7 }),
            json!({ "kind": "state_at", "process": "cart", "time": 1.5 }),
            json!({ "kind": "state_at", "process": "cart", "time": -1 }),
            json!({ "process": "cart", "time": 7 }),
        ] {
            assert!(!schema.is_valid(&wrong), "{wrong}");
        }
    }
}

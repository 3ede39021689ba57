//! TypeScript types of the API, from the Rust types themselves, and a method per request.

use scope_query::api::names::TABLE;
use scope_query::api::{Request, answer};
use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::{Config, TS, TypeVisitor};

const HEAD: &str = "// Written by `cargo xtask codegen` from the types of crates/scope-query/src/api. Do not edit.\n";

/// The page `js/src/types.gen.ts`: what can be asked, and all that is answered.
pub(super) fn types() -> String {
    format!("{HEAD}\nexport type * from \"./answers.gen.js\";\n{}", declared::<Request>())
}

/// The page `js/src/answers.gen.ts`.
pub(super) fn answers() -> String {
    HEAD.to_owned() + &declared::<answer::Answer>()
}

/// A type and all those it is made of, by name.
fn declared<T: TS + 'static>() -> String {
    // The API has no integer above 2^53, so every integer is a `number`.
    let mut declared =
        Declared { config: Config::new().with_large_int("number"), seen: BTreeSet::new(), types: BTreeMap::new() };
    declared.visit::<T>();
    declared.types.values().fold(String::new(), |page, text| page + "\n" + text)
}

/// The page `js/src/requests.gen.ts`.
pub(super) fn requests() -> String {
    let mut imports: Vec<&str> = TABLE.iter().map(|names| data(names.kind).trim_end_matches("[]")).collect();
    imports.sort_unstable();
    imports.dedup();
    let mut page =
        format!("{HEAD}\nimport type {{ Answer, {}, Request }} from \"./types.gen.js\";\n", imports.join(", "));
    page += "\n/** The data of an answer, by the request's kind. */\nexport interface DataOf {\n";
    for names in TABLE {
        page += &format!("  {}: {};\n", names.kind, data(names.kind));
    }
    page += "}\n\n/** A request of one kind. */\nexport type RequestOf<K extends Request[\"kind\"]> = Extract<Request, { kind: K }>;\n";
    page += "\n/** An answer whose data is typed by the request's kind. */\n\
             export type AnswerOf<K extends Request[\"kind\"]> = Omit<Answer, \"data\"> & { data: DataOf[K] };\n";
    page += "\n/** One method per request. */\nexport abstract class Requests {\n";
    page += "  /** Answers any request. */\n  abstract query<K extends Request[\"kind\"]>(request: RequestOf<K>): AnswerOf<K>;\n";
    for names in TABLE {
        let (kind, method) = (names.kind, names.typescript.trim_start_matches("trace."));
        // These can be asked without anything.
        let default = if matches!(kind, "info" | "overview") { " = {}" } else { "" };
        page += &format!(
            "\n  /** {} */\n  {method}(request: Omit<RequestOf<\"{kind}\">, \"kind\">{default}): AnswerOf<\"{kind}\"> {{\n    \
             return this.query<\"{kind}\">({{ ...request, kind: \"{kind}\" }});\n  }}\n",
            names.doc
        );
    }
    page + "}\n"
}

/// The type of an answer's data.
fn data(kind: &str) -> &'static str {
    match kind {
        "info" => "Info",
        "events" => "Event[]",
        "term" => "TermPart",
        "state_timeline" => "State[]",
        "state_at" => "State",
        "message_flow" => "Message[]",
        "message" => "MessageDetail",
        "server_calls" => "ServerCall[]",
        "snapshot_at" => "Snapshot",
        "process_info" => "ProcessInfo",
        "find_processes" => "FoundProcess[]",
        "process_relationships" => "Relationships",
        "supervision_tree" => "TreeNode[]",
        "events_around" => "Around",
        "compare_states" => "Comparison",
        "state_changes" => "StateChange[]",
        "analyze_state_change" => "Transition[]",
        "crashes" => "Crashes",
        "execution_path" | "slowest_function_calls" | "function_calls" => "Call[]",
        "performance_analysis" => "FunctionTimes[]",
        "call_tree" => "CallNode[]",
        "message_queue_analysis" => "Queues",
        "overview" => "Overview",
        "why" | "impact" => "Chain",
        _ => "never",
    }
}

/// The text with each comment of one line on one line, and comment and field indented.
fn doc_comments(text: &str, indent: &str) -> String {
    text.replace(" \n", "\n")
        .replace("/**\n * ", &format!("{indent}/** "))
        .replace("\n */\n", &format!(" */\n{indent}"))
        .replace("\n * ", &format!("\n{indent} * "))
        .replace(", };", ",\n};")
}

struct Declared {
    config: Config,
    seen: BTreeSet<TypeId>,
    /// By name.
    types: BTreeMap<String, String>,
}

impl TypeVisitor for Declared {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Lists, options and the like have no declaration of their own, only parts that may.
        if self.seen.insert(TypeId::of::<T>()) {
            T::visit_dependencies(self);
            if T::output_path().is_some() {
                let docs = doc_comments(&T::docs().unwrap_or_default(), "");
                let declaration = doc_comments(&T::decl(&self.config), "  ");
                self.types.insert(T::ident(&self.config), format!("{docs}export {declaration}\n"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_a_type_of_data_and_a_method() {
        let page = requests();
        for names in TABLE {
            assert_ne!(data(names.kind), "never", "{}", names.kind);
            assert!(page.contains(&format!("  {}(", names.typescript.trim_start_matches("trace."))), "{}", names.kind);
        }
    }

    #[test]
    fn every_type_that_is_named_is_declared() {
        let page = types() + &answers();
        for name in ["Request", "EventsRequest", "Answer", "Coverage", "Event", "Term", "TermChild"] {
            assert!(page.contains(&format!("export type {name} =")), "{name}");
        }
        assert!(!page.contains("bigint"));
    }
}

//! TypeScript types of requests and answers, from the Rust types themselves, and a method per request.

use schemars::{JsonSchema, schema_for};
use scope_query::answer::Answer;
use scope_query::requests::names::Names;
use scope_query::requests::{self, Declaration, Request, Visitor};
use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::{Config, Dummy, TS, TypeVisitor};

const HEAD: &str = "// Written by `cargo xtask codegen` from the types of crates/scope-query. Do not edit.\n";

/// The page `js/src/types.gen.ts`: the requests, and all that is in the answers.
pub(super) fn types() -> String {
    let mut declared = Declared::new();
    declared.visit::<Request>();
    format!("{HEAD}\nexport type * from \"./answers.gen.js\";\n{}", declared.page())
}

/// The page `js/src/answers.gen.ts`.
pub(super) fn answers() -> String {
    let mut declared = Declared::new();
    declared.visit::<Answer<Dummy>>();
    for_each_request(|request| declared.merge(request.data));
    HEAD.to_owned() + &declared.page()
}

/// The page `js/src/requests.gen.ts`.
pub(super) fn requests() -> String {
    let mut imports = BTreeSet::from(["Answer".to_owned(), "Request".to_owned()]);
    let (mut data_of, mut methods) = (String::new(), String::new());
    for_each_request(|request| {
        let TypedRequest { kind, doc, data_name, without_arguments, .. } = request;
        imports.insert(data_name.trim_end_matches("[]").to_owned());
        data_of += &format!("  {kind}: {data_name};\n");
        let names = Names::of(kind);
        let method = names.typescript_method();
        let default = if without_arguments { " = {}" } else { "" };
        methods += &format!(
            "\n  /** {doc} */\n  {method}(request: Omit<RequestOf<\"{kind}\">, \"kind\">{default}): AnswerOf<\"{kind}\"> {{\n    \
             return this.query<\"{kind}\">({{ ...request, kind: \"{kind}\" }});\n  }}\n",
        );
    });
    let imports = imports.into_iter().collect::<Vec<_>>().join(", ");
    format!(
        "{HEAD}\nimport type {{ {imports} }} from \"./types.gen.js\";\n\
         \n/** The data of an answer, by the request's kind. */\nexport interface DataOf {{\n{data_of}}}\n\
         \n/** A request of one kind. */\nexport type RequestOf<K extends Request[\"kind\"]> = Extract<Request, {{ kind: K }}>;\n\
         \n/** An answer whose data is typed by the request's kind. */\nexport type AnswerOf<K extends Request[\"kind\"]> = Answer<DataOf[K]>;\n\
         \n/** One method per request. */\nexport abstract class Requests {{\n  /** Answers any request. */\n  \
         abstract query<K extends Request[\"kind\"]>(request: RequestOf<K>): AnswerOf<K>;\n{methods}}}\n"
    )
}

/// What TypeScript needs to know of a request.
struct TypedRequest {
    kind: &'static str,
    doc: &'static str,
    data: Declared,
    data_name: String,
    /// Whether it can be made with no arguments.
    without_arguments: bool,
}

fn for_each_request(see: impl FnMut(TypedRequest)) {
    struct Each<F>(F);

    impl<F: FnMut(TypedRequest)> Visitor for Each<F> {
        fn visit<Arguments, Data>(&mut self, declaration: &Declaration)
        where
            Arguments: TS + JsonSchema + 'static,
            Data: TS + JsonSchema + 'static,
        {
            let mut data = Declared::new();
            data.visit::<Data>();
            let data_name = Data::name(&data.config);
            let data_name = match data_name.strip_prefix("Array<").and_then(|name| name.strip_suffix('>')) {
                Some(row) => format!("{row}[]"),
                None => data_name,
            };
            let without_arguments = schema_for!(Arguments).get("required").is_none();
            (self.0)(TypedRequest { kind: declaration.kind, doc: declaration.doc, data, data_name, without_arguments });
        }
    }

    requests::visit(&mut Each(see));
}

/// The text with each comment of one line on one line, and comment and field indented.
fn doc_comments(text: &str, indent: &str) -> String {
    text.replace(" \n", "\n")
        .replace("/**\n * ", &format!("{indent}/** "))
        .replace("\n */\n", &format!(" */\n{indent}"))
        .replace("\n * ", &format!("\n{indent} * "))
        .replace(", };", ",\n};")
}

/// A type and all those it is made of.
struct Declared {
    config: Config,
    seen: BTreeSet<TypeId>,
    /// By name.
    types: BTreeMap<String, String>,
}

impl Declared {
    fn new() -> Self {
        // There is no integer above 2^53, so every integer is a `number`.
        Self { config: Config::new().with_large_int("number"), seen: BTreeSet::new(), types: BTreeMap::new() }
    }

    fn merge(&mut self, other: Self) {
        self.types.extend(other.types);
    }

    fn page(&self) -> String {
        self.types.values().fold(String::new(), |page, text| page + "\n" + text)
    }
}

impl TypeVisitor for Declared {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Lists, options and the like have no declaration of their own, only parts that may.
        if self.seen.insert(TypeId::of::<T>()) {
            T::visit_dependencies(self);
            T::visit_generics(self);
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
        for declaration in requests::TABLE {
            assert!(page.contains(&format!("\n  {}: ", declaration.kind)), "{}", declaration.kind);
            let names = Names::of(declaration.kind);
            assert!(page.contains(&format!("\n  {}(", names.typescript_method())), "{}", declaration.kind);
        }
    }

    #[test]
    fn every_type_that_is_named_is_declared() {
        let page = types() + &answers();
        for name in ["Request", "EventsRequest", "Answer<D>", "Coverage", "Event", "Term", "TermChild"] {
            assert!(page.contains(&format!("export type {name} =")), "{name}");
        }
        assert!(!page.contains("bigint"));
    }
}

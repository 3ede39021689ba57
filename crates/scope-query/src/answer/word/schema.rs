//! Words in TypeScript and in JSON Schemas: literal unions. Only the build that writes those has this.

use super::{Word, WordSet};

impl<Set: WordSet> schemars::JsonSchema for Word<Set> {
    fn schema_name() -> alloc::borrow::Cow<'static, str> {
        Set::NAME.into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": Set::DOC, "type": "string", "enum": Set::WORDS })
    }
}

impl<Set: WordSet + 'static> ts_rs::TS for Word<Set> {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn docs() -> Option<alloc::string::String> {
        Some(alloc::format!("/**\n * {}\n */\n", Set::DOC))
    }

    fn name(_: &ts_rs::Config) -> alloc::string::String {
        Set::NAME.into()
    }

    fn inline(_: &ts_rs::Config) -> alloc::string::String {
        alloc::format!("\"{}\"", Set::WORDS.join("\" | \""))
    }

    fn decl(config: &ts_rs::Config) -> alloc::string::String {
        alloc::format!("type {} = {};", Set::NAME, Self::inline(config))
    }

    fn decl_concrete(config: &ts_rs::Config) -> alloc::string::String {
        Self::decl(config)
    }

    fn output_path() -> Option<std::path::PathBuf> {
        Some(alloc::format!("{}.ts", Set::NAME).into())
    }
}

//! Reads a request from wherever it comes: its kind is the field `kind`, beside its own fields.
//!
//! Serde's derived readers are compiled for every source of requests, kind by kind and field by field; this one is compiled once.
//!
//! Invariant: whatever the source, the same request reads the same, and is refused in the same words.

use super::Request;
use super::field::Fields;
use super::given::{self, Given};
use super::json;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::de::value::Error;
use serde::de::{Deserialize, Deserializer, Error as _};

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = deserializer.deserialize_map(given::Fields)?;
        read(given).map_err(D::Error::custom)
    }
}

impl Request {
    /// Reads a request that is written in JSON; what is wrong with it is said in words.
    pub(in crate::api) fn of_json(text: &str) -> Result<Self, String> {
        match json::read(text) {
            Ok(Given::Fields(fields)) => read(fields).map_err(|error| error.to_string()),
            Ok(_) => Err("a request in JSON is an object".into()),
            Err(mistake) => Err(mistake.to_string()),
        }
    }
}

fn read(given: Vec<(String, Given)>) -> Result<Request, Error> {
    let mut fields = Fields::new(given);
    let kind = match fields.remove("kind") {
        Some(Given::Text(kind)) => kind,
        Some(_) => return Err(Error::custom("kind is not a text")),
        None => return Err(Error::missing_field("kind")),
    };
    let request = of_kind(&kind, &mut fields).ok_or_else(|| Error::unknown_variant(&kind, KINDS))?;
    fields.end().map(|()| request)
}

/// The kinds by name, in the order of [`Request`].
macro_rules! kinds {
    ($($kind:literal => $variant:ident),* $(,)?) => {
        const KINDS: &[&str] = &[$($kind),*];

        fn of_kind(kind: &str, fields: &mut Fields) -> Option<Request> {
            Some(match kind {
                $($kind => Request::$variant(fields.request()),)*
                _ => return None,
            })
        }
    };
}

kinds! {
    "info" => Info,
    "events" => Events,
    "term" => Term,
    "state_timeline" => StateTimeline,
    "state_at" => StateAt,
    "message_flow" => MessageFlow,
    "message" => Message,
    "server_calls" => ServerCalls,
    "snapshot_at" => SnapshotAt,
    "execution_path" => ExecutionPath,
    "process_info" => ProcessInfo,
    "find_processes" => FindProcesses,
    "process_relationships" => ProcessRelationships,
    "supervision_tree" => SupervisionTree,
    "events_around" => EventsAround,
    "compare_states" => CompareStates,
    "state_changes" => StateChanges,
    "analyze_state_change" => AnalyzeStateChange,
    "why" => Why,
    "impact" => Impact,
    "crashes" => Crashes,
    "performance_analysis" => PerformanceAnalysis,
    "slowest_function_calls" => SlowestFunctionCalls,
    "function_calls" => FunctionCalls,
    "call_tree" => CallTree,
    "message_queue_analysis" => MessageQueueAnalysis,
    "overview" => Overview,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Request, String> {
        serde_json::from_str::<Request>(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_kind_is_a_text_and_not_a_field_of_its_request() {
        assert_eq!(read(r#"{"kind": "info"}"#), Ok(Request::Info(super::super::Info {})));
        assert!(read(r#"{"kind": 7}"#).is_err_and(|error| error.contains("kind is not a text")));
        assert!(read(r#"{"kind": null}"#).is_err() && read(r#"{"info": {}}"#).is_err());
    }

    #[test]
    fn a_field_that_is_there_twice_is_refused() {
        let twice = |text| read(text).is_err_and(|error| error.contains("duplicate field"));
        assert!(twice(r#"{"kind": "info", "kind": "info"}"#));
        assert!(twice(r#"{"kind": "events", "limit": 1, "limit": 2}"#));
        assert!(read(r#"{"kind": "events", "limit": 1}"#).is_ok());
    }

    #[test]
    fn a_request_is_no_list() {
        assert!(read("[]").is_err_and(|error| error.contains("expected a map")), "{:?}", read("[]"));
        assert!(read(r#"["info"]"#).is_err() && read("7").is_err() && read(r#""info""#).is_err());
    }
}

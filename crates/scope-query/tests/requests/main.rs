//! The API, asked about scripted traces: every request against a naive oracle over the whole history.

mod call_tree;
mod calls;
mod crashes;
mod dump;
mod errors;
mod events;
mod filters;
mod json;
mod matching;
mod messages;
mod names;
mod overview;
mod performance;
mod population;
mod processes;
mod queues;
mod restarts;
mod script;
mod server_calls;
mod snapshot;
mod state_changes;
mod states;
mod stepping;
mod terms;
mod tracing;
mod why;

//! The door, asked about scripted traces: every request against a naive oracle over the whole history.

mod call_tree;
mod calls;
mod crashes;
mod dump;
mod errors;
mod events;
mod json;
mod messages;
mod names;
mod overview;
mod performance;
mod queues;
mod script;
mod states;
mod terms;
mod tracing;

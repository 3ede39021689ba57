//! The door, asked about scripted traces: every request against a naive oracle over the whole history.

mod calls;
mod crashes;
mod dump;
mod errors;
mod events;
mod filters;
mod json;
mod messages;
mod names;
mod script;
mod states;
mod terms;
mod tracing;

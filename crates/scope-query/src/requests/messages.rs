//! Requests about messages and their queues.

pub(super) mod message;
pub(super) mod message_flow;
pub(super) mod message_queue_analysis;
pub(super) mod server_calls;

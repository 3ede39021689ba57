//! Requests about messages and their queues.

pub mod message;
pub mod message_flow;
pub mod message_queue_analysis;
pub mod server_calls;

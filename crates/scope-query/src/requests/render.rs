//! Facts of the model as answers show them: text, ids and sentences.

pub(crate) mod bottleneck;
pub(crate) mod call_list;
pub(crate) mod difference;
pub(crate) mod durations;
pub(crate) mod human_format;
pub(crate) mod process_origin;
pub(crate) mod state;
pub(crate) mod view;

//! Processes: how they began and ended, their names, links, supervisors and reasons.

pub(crate) mod census;
pub(crate) mod exit;
pub(crate) mod exit_reason;
pub(crate) mod holder;
pub(crate) mod initial_call;
pub(crate) mod lifetime;
pub(crate) mod links;
pub(crate) mod naming;
pub(crate) mod population;
pub(crate) mod process_number;
pub(crate) mod restart;
pub(crate) mod spawn_info;
pub(crate) mod tree;

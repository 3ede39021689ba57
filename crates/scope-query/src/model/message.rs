//! Messages: sent, delivered and handled, and the queues they wait in.

pub(crate) mod addressee;
pub(crate) mod candidate;
pub(crate) mod delivery;
pub(crate) mod equal;
pub(crate) mod gen_call;
pub(crate) mod inbox;
pub(crate) mod mailbox;
pub(crate) mod mailbox_order;
pub(crate) mod matcher;
pub(crate) mod pairing;
pub(crate) mod queue;
pub(crate) mod recent;
pub(crate) mod reply;
pub(crate) mod traffic;
pub(crate) mod turn;

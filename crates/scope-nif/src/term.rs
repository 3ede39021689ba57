//! Terms of the running VM, and what is known of their layout.

pub(crate) mod bitstring;
pub(crate) mod external_format;
pub(crate) mod map_order;
pub(crate) mod native_record;
pub(crate) mod raw_term;
pub(crate) mod recorded_term;
pub(crate) mod reference;
pub(crate) mod serializer;
pub(crate) mod small_map;
pub(crate) mod term_kind;
pub(crate) mod value;

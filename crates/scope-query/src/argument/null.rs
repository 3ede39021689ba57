//! A field of a request that is `null` where its type has no `null`.

use serde::{Deserialize, Deserializer};

/// Reads `null` as the default, as if the field were absent.
pub(crate) fn null_is_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

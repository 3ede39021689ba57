//! The types that the fields of requests have, and how a request is read from its fields.
//!
//! Invariant: a field with an optional type may be missing or `null`; any other that has no value of its own is refused when it is missing.
//! Invariant: a field that the request does not have is refused, with the names of those it has.

use super::given::Given;
use super::state::{Like, Moment, Wanted};
use alloc::string::String;
use alloc::vec::Vec;
use serde::de::Error as _;
use serde::de::value::Error;

/// A type of fields.
pub(super) trait Field: Sized {
    fn read(given: Given) -> Result<Self, Error>;

    /// What a missing field is; `None`: it must not be missing.
    fn missing() -> Option<Self> {
        None
    }

    /// What stands in place of a value that was refused, until the request is.
    fn refused() -> Self;
}

/// A type of requests.
pub(super) trait FromFields: Sized {
    const NAMES: &'static [&'static str];

    fn read(fields: &mut Fields) -> Self;
}

/// Says which fields a request has, which the compiler compares with its type.
macro_rules! fields {
    ($($request:ident { $($field:ident),* })*) => {
        $(impl $crate::api::request::field::FromFields for $request {
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),*];

            fn read(fields: &mut $crate::api::request::field::Fields) -> Self {
                // A request may have no fields at all.
                let _ = &fields;
                Self { $($field: fields.take(stringify!($field))),* }
            }
        })*
    };
}
pub(super) use fields;

/// The fields of a request that were not read yet.
pub(super) struct Fields {
    rest: Vec<(String, Given)>,
    refusal: Option<Error>,
}

impl Fields {
    pub(super) const fn new(given: Vec<(String, Given)>) -> Self {
        Self { rest: given, refusal: None }
    }

    pub(super) fn request<T: FromFields>(&mut self) -> T {
        self.expect(T::NAMES);
        T::read(self)
    }

    /// Reads a field. A refusal is kept, so that a request is read without a way out after each of its fields.
    pub(super) fn take<T: Field>(&mut self, name: &'static str) -> T {
        let read = match self.remove(name) {
            Some(given) => T::read(given),
            None => T::missing().ok_or_else(|| Error::missing_field(name)),
        };
        read.unwrap_or_else(|error| {
            self.refuse(error);
            T::refused()
        })
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Given> {
        let at = self.rest.iter().position(|(own, _)| own == name)?;
        Some(self.rest.remove(at).1)
    }

    /// The first refusal, if any.
    pub(super) fn end(self) -> Result<(), Error> {
        self.refusal.map_or(Ok(()), Err)
    }

    fn expect(&mut self, names: &'static [&'static str]) {
        if let Some((unknown, _)) = self.rest.iter().find(|(name, _)| !names.contains(&&**name)) {
            let error = Error::unknown_field(unknown, names);
            self.refuse(error);
        }
    }

    fn refuse(&mut self, error: Error) {
        self.refusal.get_or_insert(error);
    }
}

impl<T: Field> Field for Option<T> {
    fn read(given: Given) -> Result<Self, Error> {
        match given {
            Given::Null => Ok(None),
            given => T::read(given).map(Some),
        }
    }

    fn missing() -> Option<Self> {
        Some(None)
    }

    fn refused() -> Self {
        None
    }
}

/// Types of one kind of values, and what they are when they are missing.
macro_rules! read_from {
    ($($type:ty: $given:ident or $missing:expr, $expected:literal;)*) => {
        $(impl Field for $type {
            fn read(given: Given) -> Result<Self, Error> {
                match given {
                    Given::$given(value) => Ok(value),
                    other => Err(refusal(&other, $expected)),
                }
            }

            fn missing() -> Option<Self> {
                $missing
            }

            fn refused() -> Self {
                Self::default()
            }
        })*
    };
}

read_from! {
    String: Text or None, "a string";
    u64: Natural or None, "u64";
    bool: Bool or Some(false), "a boolean";
}

impl Field for u32 {
    fn read(given: Given) -> Result<Self, Error> {
        match &given {
            Given::Natural(value) => Self::try_from(*value).map_err(|_| refusal(&given, "u32")),
            _ => Err(refusal(&given, "u32")),
        }
    }

    fn refused() -> Self {
        0
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(given: Given) -> Result<Self, Error> {
        match given {
            Given::List(items) => items.into_iter().map(T::read).collect(),
            other => Err(refusal(&other, "a sequence")),
        }
    }

    fn missing() -> Option<Self> {
        Some(Self::new())
    }

    fn refused() -> Self {
        Self::new()
    }
}

/// Says, in serde's words, that a value is not what a field has.
fn refusal(given: &Given, expected: &str) -> Error {
    let is_of_its_type = expected.starts_with('u') && matches!(given, Given::Natural(_) | Given::Negative(_));
    let what = if is_of_its_type { "value" } else { "type" };
    Error::custom(format_args!("invalid {what}: {given}, expected {expected}"))
}

impl Field for Moment {
    fn read(given: Given) -> Result<Self, Error> {
        Self::of(given).map_err(|_| no_variant("Moment"))
    }

    fn refused() -> Self {
        Self::Time(0)
    }
}

impl Moment {
    fn of(given: Given) -> Result<Self, Given> {
        match given {
            Given::Natural(tick) => Ok(Self::Time(tick)),
            Given::Text(id) => Ok(Self::Id(id)),
            other => Err(other),
        }
    }
}

impl Field for Wanted {
    fn read(given: Given) -> Result<Self, Error> {
        let given = match Moment::of(given) {
            Ok(moment) => return Ok(Self::At(moment)),
            Err(given) => given,
        };
        match given {
            Given::Fields(mut fields) => match (fields.pop(), fields.is_empty()) {
                (Some((name, Given::Text(like))), true) if name == "like" => Ok(Self::Like(Like { like })),
                _ => Err(no_variant("Wanted")),
            },
            _ => Err(no_variant("Wanted")),
        }
    }

    fn refused() -> Self {
        Self::At(Moment::Time(0))
    }
}

fn no_variant(name: &str) -> Error {
    Error::custom(format_args!("data did not match any variant of untagged enum {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use serde::Deserialize;
    use serde::de::IntoDeserializer;
    use serde::de::value::SeqDeserializer;

    /// As serde reads a value, for which it needs no source.
    fn theirs<'de, T: Deserialize<'de>>(value: impl IntoDeserializer<'de, Error>) -> Result<T, String> {
        T::deserialize(value.into_deserializer()).map_err(|error| error.to_string())
    }

    fn ours<T: Field>(given: Given) -> Result<T, String> {
        T::read(given).map_err(|error| error.to_string())
    }

    macro_rules! same {
        ($value:expr, $given:expr => $($type:ty),*) => {
            $(assert_eq!(ours::<$type>($given), theirs::<$type>($value));)*
        };
    }

    quickcheck::quickcheck! {
        fn a_field_is_read_and_refused_as_serde_does(text: String, natural: u64, n_bits: u8, bits: u64) -> bool {
            let natural = natural >> (n_bits % 64);
            let negative = !(natural >> 1) as i64;
            same!(&*text, Given::Text(text.clone()) => String, u64, u32, bool, Vec<u32>);
            same!(natural, Given::Natural(natural) => String, u64, u32, bool, Vec<String>);
            same!(negative, Given::Negative(negative) => String, u64, u32, bool, Vec<u32>);
            let float = Some(f64::from_bits(bits)).filter(|float| float.is_finite()).unwrap_or(1e16);
            same!(float, Given::Float(float) => String, u64, u32, bool, Vec<u32>);
            same!(n_bits > 9, Given::Bool(n_bits > 9) => String, u64, u32, bool, Vec<u32>);
            let list = [natural, natural >> 32];
            same!(SeqDeserializer::new(list.into_iter()), Given::List(list.map(Given::Natural).into()) => String, u64, bool, Vec<u32>, Vec<u64>);
            true
        }
    }
}

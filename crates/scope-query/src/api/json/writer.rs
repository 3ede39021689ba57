//! Writes answers in JSON, to the byte as serde_json does.
//!
//! It cannot fail, which the compiler knows: so the writing of a struct is a row of calls, without a way out after each of its fields.
//! With serde_json's writer, which can, the code for all types of answers takes twice the room in a WebAssembly module.
//!
//! Invariant: it writes what the door's types are made of: texts, integers, truth values, lists and structs, any of which may be absent.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display};
use serde::ser::{Error, Impossible, Serialize, SerializeSeq, SerializeStruct, Serializer};

/// The JSON of a value.
pub(super) fn text(value: &impl Serialize) -> String {
    let mut writer = Writer { out: Vec::new() };
    let Ok(()) = value.serialize(&mut writer);
    // Texts, and what is ASCII between them.
    String::from_utf8(writer.out).unwrap_or_default()
}

struct Writer {
    out: Vec<u8>,
}

/// The bytes that a text does not hold as they are. All others are copied, and most texts have none: they are looked up, not compared.
const ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut byte = 0;
    while byte < b' ' {
        escaped[byte as usize] = true;
        byte += 1;
    }
    escaped[b'"' as usize] = true;
    escaped[b'\\' as usize] = true;
    escaped
};

/// What can go wrong: nothing.
#[derive(Debug)]
enum Never {}

type Written<T = ()> = Result<T, Never>;

impl Writer {
    /// Goes on to the next element or field, with a comma unless it is the first.
    fn next(&mut self) {
        if !matches!(self.out.last(), Some(b'[' | b'{')) {
            self.out.push(b',');
        }
    }

    fn key(&mut self, key: &str) {
        self.next();
        self.quote(key);
        self.out.push(b':');
    }

    fn quote(&mut self, text: &str) {
        self.out.push(b'"');
        let mut rest = text.as_bytes();
        while let Some(at) = rest.iter().position(|byte| ESCAPED[usize::from(*byte)]) {
            let (plain, escaped) = rest.split_at(at);
            self.out.extend_from_slice(plain);
            rest = match escaped.split_first() {
                Some((byte, behind)) => {
                    self.escape(*byte);
                    behind
                }
                None => &[],
            };
        }
        self.out.extend_from_slice(rest);
        self.out.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        self.out.push(b'\\');
        let last = match byte {
            b'\x08' => b'b',
            b'\x0c' => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            b'"' | b'\\' => byte,
            _ => {
                self.out.extend_from_slice(if byte < 0x10 { b"u000" } else { b"u001" });
                let digit = byte & 0xf;
                if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }
            }
        };
        self.out.push(last);
    }

    fn natural(&mut self, mut value: u64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (value % 10) as u8;
            value /= 10;
            at -= 1;
            if value == 0 {
                break;
            }
        }
        self.out.extend_from_slice(digits.get(at..).unwrap_or_default());
    }
}

impl Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl core::error::Error for Never {}

impl Error for Never {
    fn custom<T: Display>(message: T) -> Self {
        unreachable!("no type of answers refuses to be written: {message}")
    }
}

/// What no type of answers holds.
macro_rules! never {
    ($($name:ident($($type:ty),*) -> $written:ty;)*) => {
        $(fn $name(self, $(_: $type),*) -> Written<$written> {
            unreachable!(concat!("no answer asks for ", stringify!($name)))
        })*
    };
}

impl Serializer for &mut Writer {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeStruct = Self;
    type SerializeTuple = Impossible<(), Never>;
    type SerializeTupleStruct = Impossible<(), Never>;
    type SerializeTupleVariant = Impossible<(), Never>;
    type SerializeMap = Impossible<(), Never>;
    type SerializeStructVariant = Impossible<(), Never>;

    fn serialize_bool(self, value: bool) -> Written {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Written {
        if value < 0 {
            self.out.push(b'-');
        }
        self.serialize_u64(value.unsigned_abs())
    }

    fn serialize_u8(self, value: u8) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Written {
        self.natural(value);
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Written {
        self.quote(text);
        Ok(())
    }

    fn serialize_none(self) -> Written {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Written {
        unreachable!("no answer names the variant beside its value")
    }

    fn serialize_seq(self, _: Option<usize>) -> Written<Self> {
        self.out.push(b'[');
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Written<Self> {
        self.out.push(b'{');
        Ok(self)
    }

    never! {
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_tuple(usize) -> Impossible<(), Never>;
        serialize_tuple_struct(&'static str, usize) -> Impossible<(), Never>;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Impossible<(), Never>;
        serialize_map(Option<usize>) -> Impossible<(), Never>;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Impossible<(), Never>;
    }
}

impl SerializeSeq for &mut Writer {
    type Ok = ();
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, element: &T) -> Written {
        self.next();
        element.serialize(&mut **self)
    }

    fn end(self) -> Written {
        self.out.push(b']');
        Ok(())
    }
}

impl SerializeStruct for &mut Writer {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
        self.key(name);
        value.serialize(&mut **self)
    }

    fn end(self) -> Written {
        self.out.push(b'}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::boxed::Box;
    use quickcheck::{Arbitrary, Gen};
    use serde::Serialize;

    /// One of everything.
    #[derive(Clone, Debug, Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        OneWord,
        Other,
    }

    #[derive(Clone, Debug, Serialize)]
    struct Inside(u32);

    #[derive(Clone, Debug, Serialize)]
    #[serde(untagged)]
    enum Data {
        Node(Box<Node>),
        Nodes(Vec<Node>),
    }

    #[derive(Clone, Debug, Serialize)]
    struct Node {
        kind: Option<Kind>,
        text: String,
        texts: Vec<String>,
        natural: u64,
        integer: i64,
        inside: Inside,
        is_it: bool,
        data: Option<Data>,
    }

    impl Arbitrary for Node {
        fn arbitrary(g: &mut Gen) -> Self {
            fn node(g: &mut Gen, depth: u8) -> Node {
                let n_nodes = u8::arbitrary(g) % 3;
                let data = match u8::arbitrary(g) % 3 {
                    0 => Data::Node(Box::new(node(g, depth.saturating_sub(1)))),
                    _ => Data::Nodes((0..n_nodes).map(|_| node(g, depth.saturating_sub(1))).collect()),
                };
                Node {
                    kind: Option::arbitrary(g).map(|is_one| if is_one { Kind::OneWord } else { Kind::Other }),
                    text: String::arbitrary(g),
                    texts: Vec::arbitrary(g),
                    natural: u64::arbitrary(g) >> (u8::arbitrary(g) % 64),
                    integer: i64::arbitrary(g) >> (u8::arbitrary(g) % 64),
                    inside: Inside(u32::arbitrary(g)),
                    is_it: bool::arbitrary(g),
                    data: (depth > 0).then_some(data),
                }
            }
            node(g, 3)
        }
    }

    quickcheck::quickcheck! {
        fn a_value_is_written_as_serde_json_writes_it(node: Node) -> bool {
            text(&node) == serde_json::to_string(&node).unwrap_or_default()
        }
    }

    #[test]
    fn every_character_and_the_ends_of_numbers() {
        let texts: Vec<String> =
            (0..0x800).chain([0x2028, 0x2029, 0xfffe, 0x1_f600]).filter_map(char::from_u32).map(String::from).collect();
        assert_eq!(text(&texts), serde_json::to_string(&texts).unwrap_or_default());
        assert_eq!(text(&[0, 9, 10, u64::MAX].to_vec()), "[0,9,10,18446744073709551615]");
        assert_eq!(text(&[i64::MIN, -1, i64::MAX].to_vec()), "[-9223372036854775808,-1,9223372036854775807]");
        assert_eq!(text(&Vec::from([Some(""), None])), r#"["",null]"#);
    }
}

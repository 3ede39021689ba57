//! The door: every request, every answer, and the table of their names at each edge.
//!
//! Times are nanoseconds since the recorder's epoch, below 2^53. There are no floats and no integers above 2^53; hashes and other 64-bit
//! numbers are strings. A field without a value is `null`, never left out.

pub mod answer;
pub mod json;
pub mod names;
pub mod request;

pub use answer::Answer;
pub use request::Request;

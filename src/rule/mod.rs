//! Rules: three-valued conditions that are written, checked against a schema, and then evaluated
//! without the possibility of failure.

mod value;

pub use value::{Kind, NotFinite, Number, Text, Value};

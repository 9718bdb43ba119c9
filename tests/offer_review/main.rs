//! What a review says of offers is so.

mod laws;
mod worked;

//! Malformed and hostile input: it is refused with the place named, or it does no harm.
//!
//! A [`Door`](doors::Door) is a way in: a document is read, checked, and used by every question
//! that the crate answers about it. Nothing panics at any of them; that the tests come to their end
//! shows it.
#![cfg(feature = "proptest")]

mod bytes;
mod deep;
mod documents;
mod doors;
mod half;
mod leaves;

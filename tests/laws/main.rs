//! What is promised of the traits: the crate's own implementations keep it, and those that do not
//! are found out.
#![cfg(feature = "proptest")]

mod broken;
mod kept;

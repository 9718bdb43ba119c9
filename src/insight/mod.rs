//! What many members come to: figures for those who run a program and for those who audit it.

pub mod acquisition;
pub mod liability;

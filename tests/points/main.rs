//! Points: statements that read like those of a bank, laws, and an independent model.

mod earning;
mod laws;
#[path = "../naive/mod.rs"]
mod naive;
mod operations;
mod statement;

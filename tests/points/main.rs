//! Points: statements that read like those of a bank, laws, and an independent model.

mod earning;
mod laws;
mod naive;
mod statement;

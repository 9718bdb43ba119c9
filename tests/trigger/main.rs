//! Triggers: what they mean, and that the order in which events arrive does not.

mod accounts;
mod bad_input;
mod cases;
mod faults;
mod laws;
mod naive;
mod patterns;
mod scene;
mod versions;

//! Messages: whether they are sent, when and on which channel.

mod faults;
mod gates;
mod laws;
mod outbox;
mod plan;
mod program;
mod respond;
mod scenario;

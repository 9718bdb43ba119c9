//! Messages: whether they are sent, when and on which channel.

mod gates;
mod outbox;
mod plan;
mod scenario;

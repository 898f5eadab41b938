//! The engine as its users meet it: what they write, what goes over the wire, what they are told.

#[path = "../support/mod.rs"]
mod support;

mod draws;
mod faulted;
mod live;
mod loss;
mod messages;
mod problems;
mod protocols;
mod relay;
mod resolved;
mod rules;
mod scoped;
mod settings;
mod streams;
mod tls;
mod told;
mod tunnelled;

//! The program as its users see it: commands, sockets, files.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod check;
mod daemon;
mod demo;
mod messages;
mod settlement;
mod tidy;

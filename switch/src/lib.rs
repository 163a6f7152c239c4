//! The daemon and the operator's commands.
//!
//! [`app`] puts the daemon together and knows every room: `links` (sockets around the exchange), `admin` (HTTP), `ops` (what
//! can be asked), `telemetry`, `settlement`, `claims` (consumers who claim, and their personal data), `library` (changes of goods,
//! shops, terminals and black list). [`commands`] is what the program's arguments lead to. [`clock`] and [`entropy`]
//! are the only files that read time and randomness; everything else is handed them.

pub mod admin;
pub mod app;
mod app_error;
pub mod applier;
pub mod claims;
pub mod clock;
pub mod commands;
mod descriptors;
pub mod entropy;
mod handing_over;
pub mod keys;
pub mod library;
pub mod lifecycle;
pub mod limits;
pub mod links;
mod observer;
pub mod ops;
pub mod rules;
pub mod sealing;
mod settings;
pub mod settlement;
mod snapshots;
pub mod telemetry;

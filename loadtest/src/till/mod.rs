//! A small client: a till (or an acquirer's host) that sends messages over TCP and reads what comes back.
//!
//! What it returns is read off its own socket, so it can be held against what other parties say. Fields are given and
//! returned as logical characters (digits of BCD, bytes of hexadecimal), whatever the dialect. It never decides
//! anything about money.
//!
//! May call: lijian-codecs, tokio.

mod answer;
mod client;
mod error;
mod request;
mod sale;

pub use answer::{Answer, Tags};
pub use client::Till;
pub use error::TillError;
pub use request::Request;
pub use sale::Sale;

//! A message as a borrowed view: type, bitmaps and the place of every field, checked, without copying or allocating.
//!
//! [`parse`] takes a payload, that is envelope and message: where the message type begins is the dialect's business.
//! A view is three references; values come from it raw, as logical characters (digits of BCD, letters of EBCDIC, bytes of
//! hexadecimal), or as numbers.

pub(crate) mod class;
mod error;
mod index;
mod key;
mod parse;
pub(crate) mod value;
mod view;

pub use error::{Expected, Got, ParseError, Part};
pub use index::FieldIndex;
pub use parse::{ParseFailure, parse};
pub use view::MessageView;

pub(crate) use parse::HEX_DIGITS;

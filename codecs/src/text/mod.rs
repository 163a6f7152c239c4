//! Characters that are not ASCII: EBCDIC tables, and character sets of several bytes such as GB 18030.

mod charset;
pub mod ebcdic;

pub use charset::Charset;

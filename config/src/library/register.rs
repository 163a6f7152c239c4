//! The four tables that can be changed at run time, and what makes a row of each the same row as another.

use crate::csv_file::Columns;
use crate::{black_list, catalogue, merchants, terminals};
use lijian_domain::ids::Gtin;
use serde::{Deserialize, Serialize};

/// A table that can be changed at run time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Register {
    /// Goods.
    Products,
    /// Shops.
    Merchants,
    /// Their terminals.
    Terminals,
    /// Who is shut out.
    BlackList,
}

impl Register {
    /// As files and the log name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Products => "products",
            Self::Merchants => "merchants",
            Self::Terminals => "terminals",
            Self::BlackList => "black-list",
        }
    }

    /// What a key of it looks like.
    pub const fn key_form(self) -> &'static str {
        match self {
            Self::Products => "GTIN",
            Self::Merchants => "ACQUIRER/MERCHANT",
            Self::Terminals => "ACQUIRER/MERCHANT/TERMINAL",
            Self::BlackList => "ACQUIRER/MERCHANT/CREDIT_CODE/TERMINAL/FROM (each may be empty but FROM)",
        }
    }

    /// Its heading, with all the columns that may follow.
    pub fn columns(self) -> Vec<&'static str> {
        let Columns { required, optional } = self.heading();
        required.iter().chain(optional).copied().collect()
    }

    pub(crate) const fn heading(self) -> Columns<'static> {
        match self {
            Self::Products => catalogue::HEADING,
            Self::Merchants => merchants::HEADING,
            Self::Terminals => terminals::HEADING,
            Self::BlackList => black_list::HEADING,
        }
    }

    /// The key of a row with these fields: two rows of one key cannot both be in force.
    pub fn key<'f>(self, field: impl Fn(usize) -> &'f str) -> String {
        let joined = |columns: &[usize]| columns.iter().map(|column| field(*column)).collect::<Vec<_>>().join("/");
        match self {
            Self::Products => product_key(field(0)),
            Self::Merchants => joined(&[4, 0]),
            Self::Terminals => joined(&[1, 0, 2]),
            Self::BlackList => joined(&[1, 0, 2, 3, 4]),
        }
    }

    /// The key that a person wrote; none where it has another form.
    pub fn parse_key(self, text: &str) -> Option<String> {
        let parts = |count: usize| (text.split('/').count() == count && text.len() <= 120).then(|| text.to_owned());
        match self {
            Self::Products => Gtin::parse(text.as_bytes()).map(|gtin| gtin.to_string()),
            Self::Merchants => parts(2),
            Self::Terminals => parts(3),
            Self::BlackList => parts(5),
        }
    }
}

/// Leading zeros do not matter.
fn product_key(digits: &str) -> String {
    Gtin::parse(digits.as_bytes()).map_or_else(|| digits.to_owned(), |gtin| gtin.to_string())
}

//! One sale of a table, as a till sends it, and what the table says of it.

use super::claim::{Claim, Shown};
use jiff::civil::DateTime;
use std::path::PathBuf;

/// A campaign with the goods and shops of its cases, and all sales of the table.
pub(super) struct Programme {
    pub(super) name: String,
    /// The programme's own, and what else is in force.
    pub(super) campaigns: Vec<PathBuf>,
    pub(super) catalogue: PathBuf,
    pub(super) merchants: PathBuf,
    /// Rows of the table.
    pub(super) cases: usize,
    /// What has to be claimed before; the programme's sales name them by their places.
    pub(super) claims: Vec<Claim>,
    /// When its lottery is drawn.
    pub(super) draw_at: Option<DateTime>,
    /// In the order of time.
    pub(super) sales: Vec<Sale>,
}

/// A sale and what it must get.
#[derive(Clone, Debug)]
pub(super) struct Sale {
    /// Which row it is of, for people.
    pub(super) name: String,
    /// Date and time in the programme's zone.
    pub(super) at: DateTime,
    /// The acquirer link.
    pub(super) link: String,
    pub(super) merchant: String,
    pub(super) card: String,
    /// The subsidy field.
    pub(super) tags: Vec<([u8; 2], String)>,
    /// The qualification, which joins them.
    pub(super) shown: Option<Shown>,
    /// Field 4, in fen.
    pub(super) amount_fen: u64,
    pub(super) code: String,
    /// None where the table names none.
    pub(super) discount_fen: Option<u64>,
}

impl Sale {
    /// How many items it has.
    pub(super) fn items(&self) -> usize {
        self.tags.iter().filter(|(tag, _)| tag == b"01").count()
    }
}

/// Sorts by time; sales of the same moment stay in the order of the table.
pub(super) fn in_order(mut sales: Vec<Sale>) -> Vec<Sale> {
    sales.sort_by_key(|sale| sale.at);
    sales
}

/// The card of a person.
pub(super) fn card(person: usize) -> String {
    format!("62220212{person:08}")
}

/// Fen of an amount in yuan with two decimals.
pub(super) fn fen(yuan: &str) -> u64 {
    let (whole, part) = yuan.split_once('.').unwrap();
    assert_eq!(part.len(), 2, "{yuan}");
    format!("{whole}{part}").parse().unwrap()
}

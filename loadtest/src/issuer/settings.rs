//! What an issuer is told to be.

use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

/// Where an issuer listens, what it speaks and how it behaves. Amounts are field 4 as the issuer sees it, in minor
/// units: behind a switch that pays a discount that is the net amount.
///
/// The script (declines, silence, lateness) is for first sendings of authorisation and financial requests. Advices,
/// reversals (but for `silent_reversals`) and network management are always answered; a repeat meets the fate of its original.
#[derive(Clone, Debug)]
pub struct IssuerSettings {
    /// The address to listen at; port 0 takes any free one, see [`super::Issuer::local_addr`].
    pub listen: SocketAddr,
    /// What the messages look like.
    pub dialect: Arc<Dialect>,
    /// Where one message ends and the next begins.
    pub frame: FrameFormat,
    /// Delay of every answer to a message about money, in milliseconds.
    pub latency_ms: u32,
    /// Requests declined with 51, of a hundred.
    pub decline_percent: u8,
    /// Requests that are approved and booked but never answered, of a hundred. With the declines at most 100.
    pub silent_percent: u8,
    /// Amounts that are declined, with their result code in the notation of the 1987 version.
    pub decline_amounts: BTreeMap<u64, [u8; 2]>,
    /// Amounts that are approved and booked but never answered: the answer that got lost.
    pub silent_amounts: BTreeSet<u64>,
    /// Amounts that are approved and booked but answered later, by so many milliseconds beyond the latency.
    pub late_amounts: BTreeMap<u64, u32>,
    /// How many reversals, from the first on, are done but never answered.
    pub silent_reversals: u64,
    /// What the percentages are drawn from, together with the request.
    pub seed: u64,
    /// How many messages [`super::Observations::seen`] keeps, the newest; 0 keeps none.
    pub observed_max: usize,
}

impl IssuerSettings {
    /// An issuer that approves everything at once, framed `len2`, keeping the newest 10,000 messages for observers.
    #[must_use]
    pub fn new(listen: SocketAddr, dialect: Arc<Dialect>) -> Self {
        Self {
            listen,
            dialect,
            frame: FrameFormat::default(),
            latency_ms: 0,
            decline_percent: 0,
            silent_percent: 0,
            decline_amounts: BTreeMap::new(),
            silent_amounts: BTreeSet::new(),
            late_amounts: BTreeMap::new(),
            silent_reversals: 0,
            seed: 0,
            observed_max: 10_000,
        }
    }

    /// Whether the percentages are percentages.
    pub(super) fn percentages_fit(&self) -> bool {
        u16::from(self.decline_percent) + u16::from(self.silent_percent) <= 100
    }

    #[cfg(test)]
    pub(super) fn for_tests() -> Self {
        let dialect = Dialect::shipped("iso87-ascii").unwrap().unwrap();
        Self::new(SocketAddr::from(([127, 0, 0, 1], 0)), Arc::new(dialect))
    }
}

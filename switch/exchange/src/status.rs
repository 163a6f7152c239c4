//! How the exchange stands, for the operator.

use lijian_domain::time::{BusinessDate, UnixMicros};

/// A picture of one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// Requests that are not answered yet.
    pub in_flight: usize,
    /// The same for each acquirer link, in the order of the settings.
    pub in_flight_by_acquirer: Vec<usize>,
    /// Holds whose outcome nobody knows.
    pub in_doubt: usize,
    /// Messages of our own that wait for an issuer.
    pub queue: QueueStatus,
    /// Voids and refunds that give something back later.
    pub returns_pending: usize,
    /// Quotes that are neither used nor over.
    pub quotes_open: usize,
    /// Requests whose answers are remembered.
    pub remembered: usize,
    /// Claims that were ever made.
    pub claims: usize,
    /// Whether the journal can no longer be written.
    pub poisoned: bool,
    /// Whether no new sales are taken.
    pub draining: bool,
    /// Each issuer link, in the order of the settings.
    pub issuers: Vec<IssuerStatus>,
}

/// Messages of our own that wait for an issuer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QueueStatus {
    /// How many.
    pub length: usize,
    /// Those that are not sent unless two people say so.
    pub parked: usize,
    /// Since when the first of them waits.
    pub oldest: Option<UnixMicros>,
    /// The earliest business date whose sealing key one of them needs.
    pub sealed: Option<BusinessDate>,
}

/// One issuer link.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct IssuerStatus {
    /// Open connections.
    pub connections: usize,
    /// Those that requests are sent over: signed on, where the link wants that.
    pub ready: usize,
}

//! What an operator may ask about a running switch, as values: health, links, budgets, transactions. Admin pages draw it.
//!
//! Invariants: asking never stops the exchange (it answers between two turns, everything else is shared counters and the
//! journal's files); no answer holds card or personal data. May call domain and store; knows nothing of HTTP.

mod apps;
mod board;
mod budgets;
mod claim_list;
mod claims;
mod course;
pub mod forecast;
mod health;
pub mod language;
mod people;
pub mod reason;
mod status;
mod story;
mod transactions;

pub use apps::Apps;
pub use board::{AcquirerRow, Board, HostRow, IssuerRow, Links};
pub use budgets::{Budget, budgets};
pub use claim_list::{ClaimList, ClaimPage, ListedClaims};
pub use claims::{ClaimDesk, DeskError, NoDraw, ProposedDraw};
pub use course::{Course, TransactionState};
pub use health::{Health, Phase};
pub use people::{Decided, NotDecided, People, Proposal};
pub use status::{Answers, Asked, Asker, Standing, asker};
pub use story::{Happening, Item, Transaction};
pub use transactions::{Found, LookUpError, Transactions};

use crate::clock::Clock;
use crate::ops::forecast::Sampler;
use crate::rules::Changes;
use crate::telemetry::Page;
use lijian_domain::time::Calendar;
use lijian_store::journal::Journal;
use lijian_store::quota::Quota;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Everything that can be asked, shared with the admin thread.
pub struct Ops {
    /// Whether the switch is up.
    pub health: Arc<Health>,
    /// Sockets of the links.
    pub board: Arc<Board>,
    /// How to ask the exchange.
    pub asker: Asker,
    /// Counters and percentiles.
    pub page: Arc<Page>,
    /// Budgets.
    pub quota: Arc<Quota>,
    /// The rules in force, and how others take their place.
    pub changes: Arc<Changes>,
    /// Business dates.
    pub calendar: Calendar,
    /// The time.
    pub clock: Clock,
    /// Who may decide about what waits.
    pub people: People,
    /// Applications that may ask for claims and propose goods.
    pub apps: Apps,
    /// The data directory, whose library they go to.
    pub data: PathBuf,
    /// What claims need beside the exchange; none: nobody can claim.
    pub claims: Option<ClaimDesk>,
    /// How far the disk is.
    pub journal: Arc<Journal>,
    /// How far the index is, as an LSN.
    pub applied: Arc<AtomicU64>,
    /// Transactions by reference number.
    pub transactions: Transactions,
    /// How fast budgets burn.
    pub burning: Arc<Sampler>,
}

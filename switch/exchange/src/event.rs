//! What happens to the exchange.

use crate::claims::{ClaimCommand, ClaimTicket};
use crate::seal::SealingKey;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, QueueOrdered, RulesChanged};
use lijian_domain::rules::Rules;
use lijian_domain::time::{BusinessDate, UnixMicros};
use std::sync::Arc;

/// A connection, numbered by the edge that owns its socket; a number is never used twice in one run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ConnectionId(pub u64);

/// One of the links of the settings: its side and its place in the list.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum LinkId {
    /// `Settings::acquirers[n]`.
    Acquirer(usize),
    /// `Settings::issuers[n]`.
    Issuer(usize),
}

/// The time of an event, read once by the edge for all that it handles in a turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    /// The wall clock: what records are stamped with and rules judge by.
    pub wall: UnixMicros,
    /// A clock that never goes back, in microseconds: what deadlines are kept by.
    pub monotonic_us: u64,
}

/// A read of a journal record that the exchange asked for ([`crate::effects::Effects::reads`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ticket(pub u64);

/// What happened.
pub enum Event<'a> {
    /// Once, before anything else: what recovery left open becomes in doubt.
    Started,
    /// A socket of this link is open.
    Connected {
        /// The new connection.
        connection: ConnectionId,
        /// Its link.
        link: LinkId,
    },
    /// Bytes arrived: all that is not consumed yet, from the first byte of a frame on. How much was taken stands in
    /// [`crate::effects::Effects::consumed`]; the rest is handed in again, with what follows it.
    Received {
        /// Where.
        connection: ConnectionId,
        /// The unconsumed bytes.
        bytes: &'a [u8],
    },
    /// The socket is gone; nothing is sent there any more.
    Disconnected {
        /// Which.
        connection: ConnectionId,
    },
    /// All records up to this one are on disk.
    Durable(Lsn),
    /// The journal can no longer be written: nothing is granted any more.
    Poisoned,
    /// The journal's disk will be full soon: nothing more is granted, while what is in flight can still be recorded.
    SpaceLow,
    /// Time passed; [`crate::Exchange::next_deadline_us`] says when this is due at the latest.
    Tick,
    /// The answer to a read; none where there is no such record, or it could not be read.
    Read {
        /// As in the request.
        ticket: Ticket,
        /// What stands there.
        entry: Option<&'a Entry>,
    },
    /// The answer to a search ([`crate::effects::Effects::finds`]); none where it could not be made.
    Found {
        /// As in the request.
        ticket: Ticket,
        /// The intents of all sales with this number, as far as the journal is durable.
        sales: Option<&'a [Lsn]>,
    },
    /// Keys of business dates, to be handed in before the dates come, and not before the record of this start is on disk:
    /// what they seal is told apart by the incarnation that it names. Without the key of its date nothing is granted.
    SealingKeys(&'a [SealingKey]),
    /// The key of this date is about to be destroyed.
    SealingKeyRetired(BusinessDate),
    /// Two people decided about a message that waits for an issuer.
    Ordered(QueueOrdered),
    /// Other rules are to be in force. That goes on record before anything that they decide; where nothing can be recorded
    /// they are not, nor where they would take something from people who claimed.
    Rules {
        /// The rules.
        rules: Arc<Rules>,
        /// What brought them; its version is theirs.
        changed: RulesChanged,
    },
    /// Something is asked of claims; [`crate::effects::Effects::claims`] holds the answer once it is on disk.
    Claim {
        /// Numbered by the edge.
        ticket: ClaimTicket,
        /// What is to be done.
        command: &'a ClaimCommand,
    },
    /// No new sales: what is in flight is finished, what comes is answered with 91.
    Drain,
}

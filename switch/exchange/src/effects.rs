//! What the exchange wants done. One value is handed in with each event, carried out by the edge, cleared and used again,
//! so that nothing is allocated once its buffers have grown.

use crate::claims::{ClaimAnswer, ClaimTicket};
use crate::event::{ConnectionId, Ticket};
use crate::tally::{Sample, Tally};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_store::format::RecordBuffer;

/// What the exchange wants done, in this order: append, send, read, close.
pub struct Effects {
    /// Records to append to the journal as one batch; [`crate::Event::Durable`] tells when they are on disk.
    pub journal: RecordBuffer,
    /// Frames to write.
    pub sends: Sends,
    /// Journal records to read back; each is answered by [`crate::Event::Read`].
    pub reads: Vec<(Ticket, Lsn)>,
    /// Retrieval reference numbers whose sales are looked for; each is answered by [`crate::Event::Found`].
    pub finds: Vec<(Ticket, Rrn)>,
    /// Answers about claims, each to a [`crate::Event::Claim`].
    pub claims: Vec<(ClaimTicket, ClaimAnswer)>,
    /// Connections to close, after what was sent to them.
    pub closes: Vec<(ConnectionId, CloseReason)>,
    /// Bytes taken of the last [`crate::Event::Received`].
    pub consumed: usize,
    /// What was counted since the edge last took it.
    pub tally: Tally,
    /// Where the time of finished sales went, since the edge last took it.
    pub samples: Vec<Sample>,
}

impl Effects {
    /// Nothing to do yet; the next record appended will be `next`.
    pub fn new(next: Lsn) -> Self {
        Self {
            journal: RecordBuffer::new(next),
            sends: Sends::default(),
            reads: Vec::new(),
            finds: Vec::new(),
            claims: Vec::new(),
            closes: Vec::new(),
            consumed: 0,
            tally: Tally::default(),
            samples: Vec::new(),
        }
    }

    /// Forgets what was carried out, except the journal's records (the journal takes those itself), tally and samples.
    pub fn clear(&mut self) {
        self.sends.clear();
        self.reads.clear();
        self.finds.clear();
        self.claims.clear();
        self.closes.clear();
    }
}

/// Frames for connections, back to back in one buffer. Frames for one connection keep their order.
#[derive(Default)]
pub struct Sends {
    bytes: Vec<u8>,
    parts: Vec<(ConnectionId, usize)>,
}

impl Sends {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Each connection with bytes for it, frames that follow each other to the same connection in one piece.
    pub fn iter(&self) -> impl Iterator<Item = (ConnectionId, &[u8])> {
        let starts = std::iter::once(0).chain(self.parts.iter().map(|(_, end)| *end));
        self.parts
            .iter()
            .zip(starts)
            .map(|((connection, end), start)| (*connection, self.bytes.get(start..*end).unwrap_or_default()))
    }

    /// Lets `write` append one or more frames for `connection`; what a failing `write` appended is taken back.
    pub(crate) fn push<E>(
        &mut self,
        connection: ConnectionId,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.bytes.len();
        if let Err(error) = write(&mut self.bytes) {
            self.bytes.truncate(start);
            return Err(error);
        }
        match self.parts.last_mut() {
            Some((last, end)) if *last == connection => *end = self.bytes.len(),
            _ => self.parts.push((connection, self.bytes.len())),
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.parts.clear();
    }
}

/// Why the exchange closes a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum CloseReason {
    /// The frame's length is beyond the link's limit, or no length at all: the stream cannot be followed any more.
    Frame,
    /// The issuer refused our sign-on.
    SignOnRefused,
    /// The issuer did not answer sign-on or echo in time.
    Silent,
}

impl CloseReason {
    /// All reasons, for metrics.
    pub const ALL: [Self; 3] = [Self::Frame, Self::SignOnRefused, Self::Silent];

    /// The label in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Frame => "frame",
            Self::SignOnRefused => "sign_on_refused",
            Self::Silent => "silent",
        }
    }
}

//! One connection: what came and was not consumed, what goes and was not taken.

use crate::limits::OUTPUT_KEPT_BYTES;
use lijian_exchange::{CloseReason, ConnectionId, LinkId};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use tokio::io::AsyncWrite;
use tokio::net::tcp::OwnedWriteHalf;

/// Why a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// The peer closed it.
    Peer,
    /// The socket failed.
    Socket(io::ErrorKind),
    /// The exchange closed it.
    Exchange(CloseReason),
    /// The peer does not read its answers.
    NotReading,
    /// Bytes that nobody consumes.
    NotConsumed,
}

impl End {
    /// The label in metrics.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::Socket(_) => "socket",
            Self::Exchange(reason) => reason.as_str(),
            Self::NotReading => "not_reading",
            Self::NotConsumed => "not_consumed",
        }
    }

    /// Nothing more is read, and what the peer is owed still goes out.
    pub(super) const fn is_orderly(self) -> bool {
        matches!(self, Self::Peer | Self::Exchange(_))
    }

    /// Whether what was sent last is worth waiting for.
    pub(super) const fn lingers(self) -> bool {
        matches!(self, Self::Exchange(_))
    }
}

/// What stands in the edge's table; the half that reads is with the connection's task.
pub(super) struct Connection {
    pub(super) id: ConnectionId,
    pub(super) link: LinkId,
    /// Received and not consumed: the beginning of a frame.
    pub(super) rest: Vec<u8>,
    pub(super) end: Option<End>,
    /// Frames that an acquirer sent, and frames that went to it: where they are as many, no answer is owed.
    pub(super) asked: u64,
    answered: u64,
    writer: OwnedWriteHalf,
    output: Vec<u8>,
    written: usize,
    unsent_bytes_max: usize,
    /// The socket takes nothing more: the task waits until it does.
    blocked: bool,
    /// Stands in the list of connections with something to write.
    dirty: bool,
    waker: Option<Waker>,
}

impl Connection {
    pub(super) fn new(id: ConnectionId, link: LinkId, writer: OwnedWriteHalf, unsent_bytes_max: usize) -> Self {
        Self {
            id,
            link,
            rest: Vec::new(),
            end: None,
            asked: 0,
            answered: 0,
            writer,
            output: Vec::new(),
            written: 0,
            unsent_bytes_max,
            blocked: false,
            dirty: false,
            waker: None,
        }
    }

    /// Adds bytes to what goes out. True if the connection was not on the list of those with something to write.
    pub(super) fn queue(&mut self, bytes: &[u8]) -> bool {
        if self.is_over() {
            return false;
        }
        self.answered += 1;
        if self.unsent_bytes() + bytes.len() > self.unsent_bytes_max {
            self.finish(End::NotReading);
            return false;
        }
        self.output.extend_from_slice(bytes);
        !std::mem::replace(&mut self.dirty, true)
    }

    /// Whether nothing can go out any more.
    fn is_over(&self) -> bool {
        self.end.is_some_and(|end| !end.is_orderly())
    }

    /// Whether a frame of the peer may still be answered.
    pub(super) const fn is_asked(&self) -> bool {
        self.answered < self.asked
    }

    /// What stands in its buffer and was not taken by the socket.
    pub(super) const fn unsent_bytes(&self) -> usize {
        self.output.len() - self.written
    }

    /// Writes what the socket takes now; the rest is left to the task.
    pub(super) fn write(&mut self) {
        self.dirty = false;
        if self.blocked || self.is_over() {
            return;
        }
        let pending = self.output.get(self.written..).unwrap_or_default();
        match self.writer.try_write(pending) {
            Ok(taken) => self.took(taken),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => self.finish(End::Socket(error.kind())),
        }
        if self.unsent_bytes() > 0 {
            self.blocked = true;
            self.wake();
        }
    }

    /// Goes on writing once the socket takes something again.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.blocked && !self.is_over() {
            let pending = self.output.get(self.written..).unwrap_or_default();
            match ready!(Pin::new(&mut self.writer).poll_write(cx, pending)) {
                Ok(taken) => self.took(taken),
                Err(error) => self.finish(End::Socket(error.kind())),
            }
            self.blocked = self.unsent_bytes() > 0;
        }
        Poll::Ready(())
    }

    /// Ends the connection with its next poll. What was to end in order may end otherwise, and where the peer closed its side right
    /// behind what the exchange ends it for, that is why.
    pub(super) fn finish(&mut self, end: End) {
        let gives_way = |known: End| match end {
            End::Exchange(_) => known == End::Peer,
            _ => known.is_orderly() && !end.is_orderly(),
        };
        if self.end.is_none_or(gives_way) {
            self.end = Some(end);
        }
        self.wake();
    }

    /// Has the task woken when somebody else changed something.
    pub(super) fn remember(&mut self, waker: &Waker) {
        match &mut self.waker {
            Some(known) => known.clone_from(waker),
            None => self.waker = Some(waker.clone()),
        }
    }

    fn took(&mut self, bytes: usize) {
        self.written += bytes;
        if self.written >= self.output.len() {
            self.written = 0;
            self.output.clear();
            if self.output.capacity() > OUTPUT_KEPT_BYTES {
                self.output = Vec::new();
            }
        }
    }

    /// Has its task look again.
    pub(super) fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }
}

//! One connection of a load: which requests wait on it, and which of its sales can be reversed, refunded or sent again.

use super::answer::Answered;
use super::kind::Kind;
use crate::channel::Channel;
use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Approved sales that are kept for what can be asked about them; of more the oldest go.
const APPROVED_MAX: usize = 256;

/// A sale that something can be asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Original {
    /// Field 41, a number.
    pub(super) terminal: u32,
    pub(super) stan: u32,
    /// The last ten digits of the card.
    pub(super) card: u64,
    /// Their places among the traffic's.
    pub(super) goods: usize,
    pub(super) merchant: usize,
    /// What the card paid, in minor units, once it is approved.
    pub(super) paid_minor: u64,
    /// Tag 84, once it is approved.
    pub(super) grant: [u8; 16],
}

/// A request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Asked {
    pub(super) kind: Kind,
    pub(super) terminal: u32,
    pub(super) stan: u32,
    /// Field 4.
    pub(super) amount_minor: u64,
    /// The sale that it is, or that it is about.
    pub(super) original: Original,
    /// Sent once more, of the type that says so.
    pub(super) again: bool,
}

/// A request that is on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) asked: Asked,
    /// When it was meant to be sent, on the run's clock.
    pub(super) meant_ns: u64,
    /// When it was sent.
    pub(super) sent_ns: u64,
    /// It was one of those that may wait on this link.
    pub(super) has_right: bool,
    is_over: bool,
}

/// What a till sends once more, or reverses, since nobody answered it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owed {
    pub(super) asked: Asked,
    /// Not before.
    pub(super) at_ns: u64,
}

/// See the file.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) channel: Channel,
    /// Requests so far.
    pub(super) number: u32,
    /// In the order of their sending; those that are over go once they are in front.
    waiting: VecDeque<Waiting>,
    /// In the order of their approval.
    approved: VecDeque<Original>,
    /// In the order in which they failed.
    pub(super) owed: VecDeque<Owed>,
    pub(super) in_flight: usize,
    pub(super) closed: bool,
}

impl Link {
    pub(super) fn connect(target: SocketAddr, within: Duration) -> io::Result<Self> {
        let channel = Channel::new(TcpStream::connect_timeout(&target, within)?)?;
        let (waiting, approved, owed) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Ok(Self { channel, number: 0, waiting, approved, owed, in_flight: 0, closed: false })
    }

    /// Goes on over another connection: what waited on the one before is over.
    pub(super) fn goes_on(&mut self, channel: Channel) {
        self.channel = channel;
        self.closed = false;
    }

    /// A request was put into the channel.
    pub(super) fn sends(&mut self, asked: Asked, meant_ns: u64, sent_ns: u64, has_right: bool) {
        self.number = self.number.wrapping_add(1);
        self.in_flight += 1;
        self.waiting.push_back(Waiting { asked, meant_ns, sent_ns, has_right, is_over: false });
    }

    /// The request that an answer is for. A refusal without a trace number is that of the first message that was bad.
    pub(super) fn answered(&mut self, answer: &Answered) -> Option<Waiting> {
        let mut waiting = self.waiting.iter_mut().filter(|waiting| !waiting.is_over);
        let found = match answer.stan {
            Some(stan) => waiting.find(|waiting| waiting.asked.stan == stan)?,
            None => waiting.find(|waiting| waiting.asked.kind == Kind::Bad)?,
        };
        found.is_over = true;
        let found = *found;
        self.in_flight -= 1;
        self.drop_front();
        Some(found)
    }

    /// The next request that was sent before this moment and is not answered: it is over.
    pub(super) fn expired(&mut self, sent_before_ns: u64) -> Option<Waiting> {
        let front = self.waiting.front_mut().filter(|front| front.sent_ns < sent_before_ns)?;
        front.is_over = true;
        let expired = *front;
        self.in_flight -= 1;
        self.drop_front();
        Some(expired)
    }

    fn drop_front(&mut self) {
        while self.waiting.front().is_some_and(|front| front.is_over) {
            self.waiting.pop_front();
        }
    }

    /// A sale was approved: something can be asked about it.
    pub(super) fn approve(&mut self, original: Original) {
        if self.approved.len() == APPROVED_MAX {
            self.approved.pop_front();
        }
        self.approved.push_back(original);
    }

    /// The sale that was approved first; it is not given twice.
    pub(super) fn original(&mut self) -> Option<Original> {
        self.approved.pop_front()
    }
}

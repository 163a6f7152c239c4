//! One connection of a load: which requests wait on it.

use crate::channel::Channel;
use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const CONNECT_MAX: Duration = Duration::from_secs(5);

/// A request that is on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    stan: u32,
    /// When it was meant to be sent, on the run's clock.
    pub(super) meant_ns: u64,
    /// When it was sent.
    pub(super) sent_ns: u64,
    answered: bool,
}

/// See the file.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) channel: Channel,
    /// Requests so far.
    pub(super) number: u32,
    /// In the order of their sending; answered ones go once they are in front.
    waiting: VecDeque<Waiting>,
    pub(super) in_flight: usize,
    pub(super) closed: bool,
}

impl Link {
    pub(super) fn connect(target: SocketAddr) -> io::Result<Self> {
        let channel = Channel::new(TcpStream::connect_timeout(&target, CONNECT_MAX)?)?;
        Ok(Self { channel, number: 0, waiting: VecDeque::new(), in_flight: 0, closed: false })
    }

    /// A request was put into the channel.
    pub(super) fn sends(&mut self, stan: u32, meant_ns: u64, sent_ns: u64) {
        self.number = self.number.wrapping_add(1);
        self.in_flight += 1;
        self.waiting.push_back(Waiting { stan, meant_ns, sent_ns, answered: false });
    }

    /// The request that an answer is for.
    pub(super) fn answered(&mut self, stan: u32) -> Option<Waiting> {
        let found = self.waiting.iter_mut().find(|waiting| waiting.stan == stan && !waiting.answered)?;
        found.answered = true;
        let found = *found;
        self.in_flight -= 1;
        while self.waiting.front().is_some_and(|front| front.answered) {
            self.waiting.pop_front();
        }
        Some(found)
    }
}

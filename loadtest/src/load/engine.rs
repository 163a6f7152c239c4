//! The crank: sends what is due, looks at what has come, and tells each second.

use super::arrivals::{Arrivals, Schedule};
use super::kind::Kind;
use super::link::{Asked, Link};
use super::measured::{Interval, Measured};
use super::sender::Sender;
use super::told::Acknowledged;
use super::traffic::Traffic;
use crate::clock;
use hdrhistogram::Histogram;
use lijian_codecs::message::FieldIndex;
use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

const SECOND_NS: u64 = 1_000_000_000;
/// Looked around at least so often.
const PAUSE_MAX_NS: u64 = 20_000_000;
/// Requests that waited too long, and connections that ended, are looked for so often.
const ROUND_NS: u64 = 100_000_000;
/// After the end of a load whose tills recover, what they owe is sent again for so long.
const RECOVERY_MAX: Duration = Duration::from_secs(120);
const CONNECT_MAX: Duration = Duration::from_secs(5);
const EVENTS: usize = 256;

/// A load to be put on.
#[derive(Clone, Debug)]
pub struct Load {
    /// Where.
    pub target: SocketAddr,
    /// Connections.
    pub links: usize,
    /// Requests on one connection that wait for their answers, at most; one beyond that waits its turn, and that counts.
    pub in_flight: usize,
    /// When requests are meant to be sent.
    pub arrivals: Arrivals,
    /// How long they are sent.
    pub duration: Duration,
    /// How long an answer is waited for; at the end, how long all of them are. What is owed is sent again for two minutes more.
    pub answers_within: Duration,
    /// Goes on as tills do: connects again where a connection ended, reverses each sale that was not answered, and sends a
    /// reversal, void or refund again until it is.
    pub recovers: bool,
    /// What is sent.
    pub traffic: Traffic,
}

/// Told after each second: what came in it, and its latencies in microseconds.
pub type Progress<'a> = dyn FnMut(&Interval, &Histogram<u64>) + 'a;

/// Told of each approved request, and of each sale, void or refund that is left without an answer.
pub type Tell<'a> = dyn FnMut(&Acknowledged) + 'a;

/// Why no load was put on.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A connection.
    #[error("{target}: link {link} of {links}: {source}")]
    Connect {
        /// Where to.
        target: SocketAddr,
        /// Which, from 1.
        link: usize,
        /// Of how many.
        links: usize,
        /// What the system said.
        source: io::Error,
    },
    /// The traffic cannot be written in this dialect, or has no goods or merchants.
    #[error("this traffic cannot be written in dialect {dialect}")]
    Traffic {
        /// Which.
        dialect: String,
    },
    /// What the system has for waiting.
    #[error("waiting for the links: {0}")]
    Wait(#[from] rustix::io::Errno),
    /// Histograms.
    #[error("no room for histograms")]
    Histograms,
}

/// Puts a load on, and tells each second what came, and what tills were told as they are told it.
///
/// # Errors
/// Nothing was sent, or waiting failed.
pub fn run(load: &Load, progress: &mut Progress<'_>, tell: &mut Tell<'_>) -> Result<Measured, LoadError> {
    let dialect = &load.traffic.dialect;
    let sender = Sender::new(&load.traffic, load.recovers);
    let sender = sender.ok_or_else(|| LoadError::Traffic { dialect: dialect.name().to_owned() })?;
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut links = Vec::with_capacity(load.links);
    for place in 0..load.links {
        let link = Link::connect(load.target, CONNECT_MAX).map_err(|source| LoadError::Connect {
            target: load.target,
            link: place + 1,
            links: load.links,
            source,
        })?;
        epoll::add(&poll, &link.channel.stream, data(place), epoll::EventFlags::IN)?;
        links.push(link);
    }
    // One right to send for each request that may be under way, dealt out evenly.
    let rights = (0..load.in_flight).flat_map(|_| 0..load.links).collect();
    let measured = Measured::new().ok_or(LoadError::Histograms)?;
    let second_us = measured.latency_us.clone();
    let duration_ns = nanoseconds(load.duration);
    let schedule = Schedule::new(load.arrivals.clone(), duration_ns, load.traffic.seed ^ 1);
    let engine = Engine {
        load,
        poll,
        links,
        rights,
        touched: Vec::new(),
        meant: schedule.clone(),
        schedule,
        sender,
        index: FieldIndex::new(),
        answers: Vec::new(),
        measured,
        second: Interval { second: 1, ..Interval::default() },
        second_us,
        began_ns: clock::monotonic_ns(),
        round_ns: ROUND_NS,
        in_flight: 0,
        owed: 0,
    };
    engine.turn(duration_ns, progress, tell)
}

pub(super) struct Engine<'a> {
    pub(super) load: &'a Load,
    pub(super) poll: OwnedFd,
    pub(super) links: Vec<Link>,
    pub(super) rights: VecDeque<usize>,
    /// Links with something to write.
    touched: Vec<usize>,
    schedule: Schedule,
    /// The same once more, to say how many were meant in a second that is over.
    meant: Schedule,
    pub(super) sender: Sender,
    pub(super) index: FieldIndex,
    /// Kept for its memory.
    pub(super) answers: Vec<super::answer::Answered>,
    pub(super) measured: Measured,
    pub(super) second: Interval,
    pub(super) second_us: Histogram<u64>,
    began_ns: u64,
    /// When it is looked for what waited too long.
    round_ns: u64,
    pub(super) in_flight: usize,
    /// What tills still have to send again.
    pub(super) owed: usize,
}

impl Engine<'_> {
    fn turn(
        mut self,
        duration_ns: u64,
        progress: &mut Progress<'_>,
        tell: &mut Tell<'_>,
    ) -> Result<Measured, LoadError> {
        let recovery = if self.load.recovers { RECOVERY_MAX } else { Duration::ZERO };
        let last_ns = duration_ns.saturating_add(nanoseconds(self.load.answers_within.saturating_add(recovery)));
        let mut events = Vec::with_capacity(EVENTS);
        let mut sending = true;
        loop {
            let now_ns = self.now_ns();
            if sending {
                // Once more when the time is over: what was meant before, and for which there is room, is sent however late
                // this thread looks.
                sending = now_ns < duration_ns;
                self.send_due(now_ns);
            }
            if now_ns >= self.round_ns {
                self.round_ns = now_ns + ROUND_NS;
                self.round(now_ns, tell)?;
            }
            self.write_touched(tell)?;
            self.tell_seconds(now_ns, progress);
            let over = now_ns >= duration_ns && (self.in_flight + self.owed == 0 || now_ns >= last_ns);
            if over || (!self.load.recovers && self.links.iter().all(|link| link.closed)) {
                break;
            }
            let pause = Timespec { tv_sec: 0, tv_nsec: i64::try_from(self.pause_ns(now_ns, duration_ns)).unwrap_or(0) };
            match epoll::wait(&self.poll, rustix::buffer::spare_capacity(&mut events), Some(&pause)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in events.drain(..) {
                let place = usize::try_from(event.data.u64()).unwrap_or(usize::MAX);
                self.ready(place, event.flags, tell)?;
            }
        }
        self.measured.sending_ns = self.now_ns().min(duration_ns);
        self.give_up(tell);
        if self.second.sent + self.second.answered + self.second.failed > 0 {
            // The last one has only begun.
            self.tell_second(progress);
        }
        while self.schedule.next_ns().is_some() {
            self.measured.counts.never_sent += 1;
            self.schedule.advance();
        }
        self.measured.answers.sort_by_key(|answers| std::cmp::Reverse(answers.count));
        Ok(self.measured)
    }

    pub(super) fn now_ns(&self) -> u64 {
        clock::monotonic_ns().saturating_sub(self.began_ns)
    }

    /// Everything that is due and for which a link has room.
    fn send_due(&mut self, now_ns: u64) {
        let closed_loop = self.load.arrivals == Arrivals::Closed;
        while let Some(place) = self.rights.front().copied() {
            let meant_ns = if closed_loop && now_ns < nanoseconds(self.load.duration) {
                now_ns
            } else {
                self.schedule.next_ns().unwrap_or(u64::MAX)
            };
            if meant_ns > now_ns {
                return;
            }
            self.rights.pop_front();
            if self.send(place, meant_ns, now_ns) && !closed_loop {
                self.schedule.advance();
            }
        }
    }

    /// Sends what the dice say over this link, unless it has ended.
    fn send(&mut self, place: usize, meant_ns: u64, now_ns: u64) -> bool {
        let Some(link) = self.links.get_mut(place).filter(|link| !link.closed) else { return false };
        let drawn = self.sender.draw();
        let original = match drawn {
            Kind::Sale | Kind::Bad => None,
            // Each terminal asks about its own sales.
            _ => link.original().filter(|original| self.sender.is_of(original, place, link.number)),
        };
        if link.channel.out().is_empty() {
            self.touched.push(place);
        }
        let asked = match original {
            Some(original) => {
                let asked = self.sender.about(drawn, place, link.number, &original);
                self.sender.put_about(&asked, link.channel.out());
                asked
            }
            None => {
                let kind = if drawn == Kind::Bad { drawn } else { Kind::Sale };
                self.sender.put_sale(kind, place, link.number, link.channel.out())
            }
        };
        self.sent(place, asked, meant_ns, now_ns, true);
        true
    }

    /// Sends what a till owes, beside what is due: nobody takes its turn.
    pub(super) fn send_owed(&mut self, place: usize, now_ns: u64) {
        while let Some(link) = self.links.get_mut(place).filter(|link| !link.closed)
            && let Some(owed) = link.owed.front().copied().filter(|owed| owed.at_ns <= now_ns)
        {
            link.owed.pop_front();
            self.owed -= 1;
            if link.channel.out().is_empty() {
                self.touched.push(place);
            }
            let asked = match owed.asked.again {
                true => owed.asked,
                // A message of its own has a trace number of its own.
                false => self.sender.about(owed.asked.kind, place, link.number, &owed.asked.original),
            };
            self.sender.put_about(&asked, link.channel.out());
            self.sent(place, asked, now_ns, now_ns, false);
        }
    }

    fn sent(&mut self, place: usize, asked: Asked, meant_ns: u64, now_ns: u64, has_right: bool) {
        let Some(link) = self.links.get_mut(place) else { return };
        link.sends(asked, meant_ns, now_ns, has_right);
        self.in_flight += 1;
        self.measured.counts.of_mut(asked.kind).sent += 1;
        self.second.sent += 1;
    }

    fn write_touched(&mut self, tell: &mut Tell<'_>) -> Result<(), LoadError> {
        for place in std::mem::take(&mut self.touched) {
            self.write(place, tell)?;
        }
        Ok(())
    }

    /// Writes what a link has; what does not go now goes when there is room.
    pub(super) fn write(&mut self, place: usize, tell: &mut Tell<'_>) -> Result<(), LoadError> {
        let Some(link) = self.links.get_mut(place).filter(|link| !link.closed) else { return Ok(()) };
        let wanted = match link.channel.flush() {
            Ok(true) => epoll::EventFlags::IN,
            Ok(false) => epoll::EventFlags::IN | epoll::EventFlags::OUT,
            Err(_) => return self.close(place, tell),
        };
        if link.channel.wants(wanted.contains(epoll::EventFlags::OUT)) {
            epoll::modify(&self.poll, &link.channel.stream, data(place), wanted)?;
        }
        Ok(())
    }

    fn tell_seconds(&mut self, now_ns: u64, progress: &mut Progress<'_>) {
        while now_ns >= self.second.second.saturating_mul(SECOND_NS) {
            self.tell_second(progress);
        }
    }

    fn tell_second(&mut self, progress: &mut Progress<'_>) {
        let end_ns = self.second.second.saturating_mul(SECOND_NS);
        while self.meant.next_ns().is_some_and(|meant_ns| meant_ns < end_ns) {
            self.second.meant += 1;
            self.meant.advance();
        }
        if self.load.arrivals == Arrivals::Closed {
            self.second.meant = self.second.sent;
        }
        self.second.p50_us = self.second_us.value_at_quantile(0.5);
        self.second.p99_us = self.second_us.value_at_quantile(0.99);
        self.second.max_us = self.second_us.max();
        progress(&self.second, &self.second_us);
        self.measured.intervals.push(self.second);
        self.second = Interval { second: self.second.second + 1, ..Interval::default() };
        self.second_us.reset();
    }

    /// Until something is due, at most.
    fn pause_ns(&self, now_ns: u64, duration_ns: u64) -> u64 {
        let second_ns = self.second.second.saturating_mul(SECOND_NS);
        let next_ns = match self.schedule.next_ns() {
            Some(next_ns) if !self.rights.is_empty() && now_ns < duration_ns => next_ns,
            _ => u64::MAX,
        };
        next_ns.min(second_ns).saturating_sub(now_ns).min(PAUSE_MAX_NS)
    }
}

pub(super) fn data(place: usize) -> epoll::EventData {
    epoll::EventData::new_u64(u64::try_from(place).unwrap_or(u64::MAX))
}

pub(super) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

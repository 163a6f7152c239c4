//! The crank: sends what is due, reads what has come, and counts both.

use super::arrivals::{Arrivals, Schedule};
use super::link::Link;
use super::measured::{Acknowledged, Interval, Measured};
use super::traffic::{Answered, Sender, Traffic, read};
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
    /// How long answers are waited for after that.
    pub answers_within: Duration,
    /// What is sent.
    pub traffic: Traffic,
}

/// Told after each second: what came in it, and its latencies in microseconds.
pub type Progress<'a> = dyn FnMut(&Interval, &Histogram<u64>) + 'a;

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

/// Puts a load on, and tells each second what came, and each approved sale as it comes.
///
/// # Errors
/// Nothing was sent, or waiting failed.
pub fn run(
    load: &Load,
    progress: &mut Progress<'_>,
    acknowledged: &mut dyn FnMut(&Acknowledged),
) -> Result<Measured, LoadError> {
    let dialect = &load.traffic.dialect;
    let sender = Sender::new(&load.traffic).ok_or_else(|| LoadError::Traffic { dialect: dialect.name().to_owned() })?;
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut links = Vec::with_capacity(load.links);
    for place in 0..load.links {
        let link = Link::connect(load.target).map_err(|source| LoadError::Connect {
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
        schedule,
        sender,
        index: FieldIndex::new(),
        measured,
        second: Interval { second: 1, ..Interval::default() },
        second_us,
        began_ns: clock::monotonic_ns(),
        in_flight: 0,
    };
    engine.turn(duration_ns, progress, acknowledged)
}

struct Engine<'a> {
    load: &'a Load,
    poll: OwnedFd,
    links: Vec<Link>,
    rights: VecDeque<usize>,
    /// Links with something to write.
    touched: Vec<usize>,
    schedule: Schedule,
    sender: Sender,
    index: FieldIndex,
    measured: Measured,
    second: Interval,
    second_us: Histogram<u64>,
    began_ns: u64,
    in_flight: usize,
}

impl Engine<'_> {
    fn turn(
        mut self,
        duration_ns: u64,
        progress: &mut Progress<'_>,
        acknowledged: &mut dyn FnMut(&Acknowledged),
    ) -> Result<Measured, LoadError> {
        let last_ns = duration_ns.saturating_add(nanoseconds(self.load.answers_within));
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
            self.write_touched()?;
            self.tell_seconds(now_ns, progress);
            let over = now_ns >= duration_ns && (self.in_flight == 0 || now_ns >= last_ns);
            if over || self.links.iter().all(|link| link.closed) {
                break;
            }
            let pause = Timespec { tv_sec: 0, tv_nsec: i64::try_from(self.pause_ns(now_ns, duration_ns)).unwrap_or(0) };
            match epoll::wait(&self.poll, rustix::buffer::spare_capacity(&mut events), Some(&pause)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in events.drain(..) {
                let place = usize::try_from(event.data.u64()).unwrap_or(usize::MAX);
                self.ready(place, event.flags, acknowledged)?;
            }
        }
        self.measured.sending_ns = self.now_ns().min(duration_ns);
        if self.second.sent + self.second.answered > 0 {
            // The last one has only begun.
            self.tell_second(progress);
        }
        while self.schedule.next_ns().is_some() {
            self.measured.counts.never_sent += 1;
            self.schedule.advance();
        }
        let waiting: usize = self.links.iter().filter(|link| !link.closed).map(|link| link.in_flight).sum();
        self.measured.counts.unanswered += u64::try_from(waiting).unwrap_or(u64::MAX);
        Ok(self.measured)
    }

    fn now_ns(&self) -> u64 {
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
            let Some(link) = self.links.get_mut(place).filter(|link| !link.closed) else { continue };
            let number = link.number;
            if link.channel.out().is_empty() {
                self.touched.push(place);
            }
            let stan = self.sender.put(place, number, link.channel.out());
            link.sends(stan, meant_ns, now_ns);
            self.in_flight += 1;
            self.measured.counts.sent += 1;
            self.second.sent += 1;
            if !closed_loop {
                self.schedule.advance();
            }
        }
    }

    fn write_touched(&mut self) -> Result<(), LoadError> {
        for place in std::mem::take(&mut self.touched) {
            self.write(place)?;
        }
        Ok(())
    }

    /// Writes what a link has; what does not go now goes when there is room.
    fn write(&mut self, place: usize) -> Result<(), LoadError> {
        let Some(link) = self.links.get_mut(place).filter(|link| !link.closed) else { return Ok(()) };
        let wanted = match link.channel.flush() {
            Ok(true) => epoll::EventFlags::IN,
            Ok(false) => epoll::EventFlags::IN | epoll::EventFlags::OUT,
            Err(_) => return self.close(place),
        };
        if link.channel.wants(wanted.contains(epoll::EventFlags::OUT)) {
            epoll::modify(&self.poll, &link.channel.stream, data(place), wanted)?;
        }
        Ok(())
    }

    fn ready(
        &mut self,
        place: usize,
        flags: epoll::EventFlags,
        acknowledged: &mut dyn FnMut(&Acknowledged),
    ) -> Result<(), LoadError> {
        if flags.contains(epoll::EventFlags::OUT) {
            self.write(place)?;
        }
        if !flags.intersects(epoll::EventFlags::IN | epoll::EventFlags::HUP | epoll::EventFlags::ERR) {
            return Ok(());
        }
        let now_ns = self.now_ns();
        let Some(link) = self.links.get_mut(place).filter(|link| !link.closed) else { return Ok(()) };
        let open = link.channel.fill().unwrap_or(false);
        let (dialect, index) = (&self.load.traffic.dialect, &mut self.index);
        let mut answers = Vec::new();
        let mut strange = 0;
        let framed = link.channel.frames(&self.load.traffic.frame, |payload| match read(dialect, payload, index) {
            Some(answer) => answers.push(answer),
            // A frame of length zero is a keep-alive.
            None => strange += u64::from(!payload.is_empty()),
        });
        self.measured.counts.strange += strange;
        for answer in answers {
            self.count(place, &answer, now_ns, acknowledged);
        }
        if open && framed.is_ok() { Ok(()) } else { self.close(place) }
    }

    fn count(&mut self, place: usize, answer: &Answered, now_ns: u64, acknowledged: &mut dyn FnMut(&Acknowledged)) {
        let counts = &mut self.measured.counts;
        let Some(waited) = self.links.get_mut(place).and_then(|link| link.answered(answer.stan)) else {
            counts.strange += 1;
            return;
        };
        self.rights.push_back(place);
        self.in_flight -= 1;
        counts.answered += 1;
        self.second.answered += 1;
        let latency_us = (now_ns.saturating_sub(waited.meant_ns) / 1_000).max(1);
        self.measured.latency_us.saturating_record(latency_us);
        self.second_us.saturating_record(latency_us);
        self.measured.service_us.saturating_record((now_ns.saturating_sub(waited.sent_ns) / 1_000).max(1));
        if !answer.approved {
            return;
        }
        counts.approved += 1;
        counts.discount_minor = counts.discount_minor.saturating_add(answer.discount_minor);
        counts.granted += u64::from(answer.discount_minor > 0);
        let Answered { stan, rrn, grant, amount_minor: paid_minor, discount_minor, .. } = *answer;
        acknowledged(&Acknowledged { link: place, stan, rrn, grant, paid_minor, discount_minor });
    }

    /// What waited on this connection is not answered any more.
    fn close(&mut self, place: usize) -> Result<(), LoadError> {
        let Some(link) = self.links.get_mut(place) else { return Ok(()) };
        link.closed = true;
        self.in_flight -= link.in_flight;
        self.measured.counts.unanswered += u64::try_from(link.in_flight).unwrap_or(u64::MAX);
        epoll::delete(&self.poll, &link.channel.stream)?;
        Ok(())
    }

    fn tell_seconds(&mut self, now_ns: u64, progress: &mut Progress<'_>) {
        while now_ns >= self.second.second.saturating_mul(SECOND_NS) {
            self.tell_second(progress);
        }
    }

    fn tell_second(&mut self, progress: &mut Progress<'_>) {
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

fn data(place: usize) -> epoll::EventData {
    epoll::EventData::new_u64(u64::try_from(place).unwrap_or(u64::MAX))
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

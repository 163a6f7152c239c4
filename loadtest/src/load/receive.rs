//! What comes back, and what does not: answers, connections that end, and requests that waited too long.

use super::answer::{Answered, read};
use super::engine::{Engine, LoadError, Tell, data, nanoseconds};
use super::kind::Kind;
use super::link::{Asked, Original, Owed, Waiting};
use super::told::{Acknowledged, Outcome};
use crate::channel::Channel;
use rustix::event::epoll;
use std::net::TcpStream;
use std::time::Duration;

/// A connection that ended is tried again for so long each time; meanwhile nothing is sent.
const RECONNECT_MAX: Duration = Duration::from_millis(250);
/// Codes of 1987 by which nobody says yes or no: still under way, no issuer, out of order, not answered in time.
const UNDECIDED: [[u8; 2]; 5] = [*b"09", *b"68", *b"91", *b"96", *b"98"];
/// Before something is asked again that was answered with neither yes nor no.
const AGAIN_NS: u64 = 500_000_000;

impl Engine<'_> {
    pub(super) fn ready(
        &mut self,
        place: usize,
        flags: epoll::EventFlags,
        tell: &mut Tell<'_>,
    ) -> Result<(), LoadError> {
        if flags.contains(epoll::EventFlags::OUT) {
            self.write(place, tell)?;
        }
        if !flags.intersects(epoll::EventFlags::IN | epoll::EventFlags::HUP | epoll::EventFlags::ERR) {
            return Ok(());
        }
        let now_ns = self.now_ns();
        let Some(link) = self.links.get_mut(place).filter(|link| !link.closed) else { return Ok(()) };
        let open = link.channel.fill().unwrap_or(false);
        let (dialect, index) = (&self.load.traffic.dialect, &mut self.index);
        let mut answers = std::mem::take(&mut self.answers);
        let mut strange = 0;
        let framed = link.channel.frames(&self.load.traffic.frame, |payload| match read(dialect, payload, index) {
            Some(answer) => answers.push(answer),
            // A frame of length zero is a keep-alive.
            None => strange += u64::from(!payload.is_empty()),
        });
        self.measured.counts.strange += strange;
        self.second.failed += strange;
        for answer in answers.drain(..) {
            self.count(place, &answer, now_ns, tell);
        }
        self.answers = answers;
        if open && framed.is_ok() { Ok(()) } else { self.close(place, tell) }
    }

    fn count(&mut self, place: usize, answer: &Answered, now_ns: u64, tell: &mut Tell<'_>) {
        let Some(waited) = self.links.get_mut(place).and_then(|link| link.answered(answer)) else {
            self.measured.counts.strange += 1;
            self.second.failed += 1;
            return;
        };
        self.over(place, &waited);
        let Asked { kind, .. } = waited.asked;
        let counts = self.measured.counts.of_mut(kind);
        counts.answered += 1;
        counts.approved += u64::from(answer.approved);
        self.second.answered += 1;
        let latency_us = (now_ns.saturating_sub(waited.meant_ns) / 1_000).max(1);
        self.measured.latency_us.saturating_record(latency_us);
        self.second_us.saturating_record(latency_us);
        self.measured.service_us.saturating_record((now_ns.saturating_sub(waited.sent_ns) / 1_000).max(1));
        self.measured.said(kind, answer.code, answer.decision);
        if answer.approved {
            self.approved(place, &waited.asked, answer, tell);
        } else {
            self.refused(place, &waited.asked, answer, now_ns, tell);
        }
    }

    fn approved(&mut self, place: usize, asked: &Asked, answer: &Answered, tell: &mut Tell<'_>) {
        let Answered { rrn, amount_minor: paid_minor, discount_minor, .. } = *answer;
        let mut grant = asked.original.grant;
        if matches!(asked.kind, Kind::Sale | Kind::Repeat) {
            grant = answer.grant;
            let original = Original { paid_minor, grant, ..asked.original };
            if self.load.traffic.mix.follows_up()
                && let Some(link) = self.links.get_mut(place)
            {
                link.approve(original);
            }
        }
        if asked.kind == Kind::Sale {
            let counts = &mut self.measured.counts;
            counts.discount_minor = counts.discount_minor.saturating_add(discount_minor);
            counts.granted += u64::from(discount_minor > 0);
        }
        tell(&Acknowledged { rrn, grant, paid_minor, discount_minor, ..told(place, asked, Outcome::Approved) });
    }

    /// What is about a sale was not done, or nobody can say yet.
    fn refused(&mut self, place: usize, asked: &Asked, answer: &Answered, now_ns: u64, tell: &mut Tell<'_>) {
        let results = &self.load.traffic.dialect.semantics().results;
        let says = |code: [u8; 2]| answer.code.starts_with(results.from_canonical(code).as_bytes());
        match asked.kind {
            Kind::Sale | Kind::Repeat | Kind::Bad => {}
            Kind::Reversal if says(*b"25") => {
                tell(&Acknowledged { rrn: answer.rrn, ..told(place, asked, Outcome::Unknown) });
            }
            Kind::Reversal | Kind::Void | Kind::Refund if UNDECIDED.into_iter().any(says) => {
                tell(&told(place, asked, Outcome::Unanswered));
                if self.load.recovers {
                    // A reversal is a message of its own each time; the others bring money, and are the same message again.
                    let again = asked.kind != Kind::Reversal;
                    self.owe(place, Asked { again, ..*asked }, now_ns + AGAIN_NS);
                }
            }
            Kind::Reversal | Kind::Void | Kind::Refund => {}
        }
    }

    /// What waited on this connection is not answered any more.
    pub(super) fn close(&mut self, place: usize, tell: &mut Tell<'_>) -> Result<(), LoadError> {
        let now_ns = self.now_ns();
        let Some(link) = self.links.get_mut(place) else { return Ok(()) };
        link.closed = true;
        self.measured.counts.connections_ended += 1;
        self.second.failed += 1;
        epoll::delete(&self.poll, &link.channel.stream)?;
        while let Some(waiting) = self.links.get_mut(place).and_then(|link| link.expired(u64::MAX)) {
            self.measured.counts.of_mut(waiting.asked.kind).cut_off += 1;
            self.unanswered(place, &waiting, now_ns, tell);
        }
        self.rights.retain(|right| *right != place);
        Ok(())
    }

    /// Looks for requests that waited too long, for what tills owe, and for connections that ended.
    pub(super) fn round(&mut self, now_ns: u64, tell: &mut Tell<'_>) -> Result<(), LoadError> {
        let sent_before_ns = now_ns.saturating_sub(nanoseconds(self.load.answers_within));
        for place in 0..self.links.len() {
            while let Some(waiting) = self.links.get_mut(place).and_then(|link| link.expired(sent_before_ns)) {
                self.measured.counts.of_mut(waiting.asked.kind).timed_out += 1;
                self.unanswered(place, &waiting, now_ns, tell);
            }
            if !self.load.recovers {
                continue;
            }
            if self.links.get(place).is_some_and(|link| link.closed) && !self.connect_again(place)? {
                // They all go to the same address.
                return Ok(());
            }
            self.send_owed(place, now_ns);
        }
        Ok(())
    }

    fn connect_again(&mut self, place: usize) -> Result<bool, LoadError> {
        let Ok(stream) = TcpStream::connect_timeout(&self.load.target, RECONNECT_MAX) else { return Ok(false) };
        let (Ok(channel), Some(link)) = (Channel::new(stream), self.links.get_mut(place)) else { return Ok(false) };
        epoll::add(&self.poll, &channel.stream, data(place), epoll::EventFlags::IN)?;
        link.goes_on(channel);
        self.rights.extend(std::iter::repeat_n(place, self.load.in_flight));
        Ok(true)
    }

    /// A request was not answered: what does its till do?
    fn unanswered(&mut self, place: usize, waiting: &Waiting, now_ns: u64, tell: &mut Tell<'_>) {
        self.over(place, waiting);
        self.second.failed += 1;
        let asked = waiting.asked;
        if !matches!(asked.kind, Kind::Repeat | Kind::Bad) {
            tell(&told(place, &asked, Outcome::Unanswered));
        }
        if !self.load.recovers {
            return;
        }
        match asked.kind {
            Kind::Sale => self.owe(place, Asked { kind: Kind::Reversal, again: false, ..asked }, now_ns),
            Kind::Reversal | Kind::Void | Kind::Refund => self.owe(place, Asked { again: true, ..asked }, now_ns),
            Kind::Repeat | Kind::Bad => {}
        }
    }

    fn owe(&mut self, place: usize, asked: Asked, at_ns: u64) {
        if let Some(link) = self.links.get_mut(place) {
            link.owed.push_back(Owed { asked, at_ns });
            self.owed += 1;
        }
    }

    /// A request waits no more.
    fn over(&mut self, place: usize, waiting: &Waiting) {
        self.in_flight -= 1;
        if waiting.has_right && self.links.get(place).is_some_and(|link| !link.closed) {
            self.rights.push_back(place);
        }
    }

    /// The time is over: what still waits has timed out.
    pub(super) fn give_up(&mut self, tell: &mut Tell<'_>) {
        for place in 0..self.links.len() {
            while let Some(waiting) = self.links.get_mut(place).and_then(|link| link.expired(u64::MAX)) {
                self.measured.counts.of_mut(waiting.asked.kind).timed_out += 1;
                self.second.failed += 1;
                self.over(place, &waiting);
                if !matches!(waiting.asked.kind, Kind::Repeat | Kind::Bad) {
                    tell(&told(place, &waiting.asked, Outcome::Unanswered));
                }
            }
        }
        self.measured.counts.owed = u64::try_from(self.owed).unwrap_or(u64::MAX);
    }
}

fn told(link: usize, asked: &Asked, outcome: Outcome) -> Acknowledged {
    let Asked { kind, terminal, stan, original, .. } = *asked;
    let original_stan = if matches!(kind, Kind::Sale | Kind::Repeat | Kind::Bad) { 0 } else { original.stan };
    let paid_minor = asked.amount_minor;
    Acknowledged {
        kind,
        outcome,
        link,
        terminal,
        stan,
        original_stan,
        grant: original.grant,
        paid_minor,
        ..Acknowledged::default()
    }
}

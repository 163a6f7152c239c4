//! A circuit breaker: a provider that fails again and again is left alone for a while, then asked once to see how it is.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Counts failures in a row. Time is handed in.
#[derive(Debug)]
pub(super) struct Breaker {
    state: Mutex<State>,
    failures_max: u32,
    rest_us: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Questions pass; so many failed in a row.
    Closed(u32),
    /// None passes before this time.
    Open(u64),
    /// One question is under way, and none beside it.
    HalfOpen,
}

/// Leave to ask once. Dropped without a word of how it went (whoever asked has gone), it says nothing of the provider.
#[derive(Debug)]
pub(super) struct Leave<'a> {
    breaker: &'a Breaker,
    told: bool,
}

impl Breaker {
    pub(super) fn new(failures_max: u32, rest: Duration) -> Self {
        let rest_us = u64::try_from(rest.as_micros()).unwrap_or(u64::MAX);
        Self { state: Mutex::new(State::Closed(0)), failures_max, rest_us }
    }

    /// Leave to ask, unless the provider is being left alone.
    pub(super) fn ask(&self, now_us: u64) -> Option<Leave<'_>> {
        let mut state = self.state();
        match *state {
            State::Closed(_) => {}
            State::Open(until) if until <= now_us => *state = State::HalfOpen,
            State::Open(_) | State::HalfOpen => return None,
        }
        Some(Leave { breaker: self, told: false })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leave<'_> {
    /// It answered: all is well.
    pub(super) fn succeeded(mut self) {
        self.told = true;
        *self.breaker.state() = State::Closed(0);
    }

    /// It did not.
    pub(super) fn failed(mut self, now_us: u64) {
        self.told = true;
        let mut state = self.breaker.state();
        let failures = match *state {
            State::Closed(failures) => failures.saturating_add(1),
            // Asked before it opened: it rests already.
            State::Open(_) => return,
            State::HalfOpen => self.breaker.failures_max,
        };
        let rests = failures >= self.breaker.failures_max;
        *state = if rests { State::Open(now_us.saturating_add(self.breaker.rest_us)) } else { State::Closed(failures) };
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if !self.told {
            let mut state = self.breaker.state();
            if *state == State::HalfOpen {
                *state = State::Open(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_asks_once_after_its_rest() {
        let breaker = Breaker::new(3, Duration::from_micros(100));
        let fail = |now| breaker.ask(now).unwrap().failed(now);
        fail(0);
        fail(1);
        breaker.ask(2).unwrap().succeeded();
        fail(3);
        fail(4);
        fail(5);
        assert!(breaker.ask(6).is_none() && breaker.ask(104).is_none(), "it rests until 105");
        let probe = breaker.ask(105).unwrap();
        assert!(breaker.ask(105).is_none(), "one probe at a time");
        probe.failed(110);
        assert!(breaker.ask(209).is_none(), "it rests again");
        breaker.ask(210).unwrap().succeeded();
        fail(211);
        assert!(breaker.ask(212).is_some(), "failures are counted anew");
    }

    #[test]
    fn a_probe_that_is_given_up_does_not_close_the_door_for_ever() {
        let breaker = Breaker::new(1, Duration::from_micros(100));
        breaker.ask(0).unwrap().failed(0);
        drop(breaker.ask(100).unwrap());
        assert!(breaker.ask(101).is_some());
    }

    #[test]
    fn late_failures_do_not_lengthen_the_rest() {
        let breaker = Breaker::new(1, Duration::from_micros(100));
        let (one, other) = (breaker.ask(0).unwrap(), breaker.ask(0).unwrap());
        one.failed(0);
        other.failed(50);
        assert!(breaker.ask(100).is_some());
    }
}

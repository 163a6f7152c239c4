//! Whether the switch is up. Set by the lifecycle and the journal's observer, read by whoever asks.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Where the daemon stands in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Recovering, or not listening yet.
    Starting,
    /// Recovered and listening.
    Ready,
    /// Told to stop: what is in flight is finished.
    Draining,
}

impl Phase {
    /// For people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Draining => "draining",
        }
    }
}

/// See the file.
#[derive(Debug, Default)]
pub struct Health {
    phase: AtomicU8,
    poisoned: AtomicBool,
    space_low: AtomicBool,
    damaged: AtomicBool,
}

impl Health {
    /// Goes on to `phase`.
    pub fn enter(&self, phase: Phase) {
        let number = match phase {
            Phase::Starting => 0,
            Phase::Ready => 1,
            Phase::Draining => 2,
        };
        self.phase.store(number, Ordering::Release);
    }

    /// Where the daemon stands.
    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Starting,
            1 => Phase::Ready,
            _ => Phase::Draining,
        }
    }

    /// The journal takes nothing any more.
    pub fn poison(&self) {
        self.poisoned.store(true, Ordering::Release);
    }

    /// Whether nothing is granted any more until a restart.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Acquire)
    }

    /// A part of the journal that the start did not read cannot be read.
    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Acquire)
    }

    /// Notes that it cannot.
    pub fn damage(&self) {
        self.damaged.store(true, Ordering::Release);
    }

    /// The disk will be full soon.
    pub fn space_is_low(&self) {
        self.space_low.store(true, Ordering::Release);
    }

    /// Whether the disk will be full soon.
    pub fn is_space_low(&self) -> bool {
        self.space_low.load(Ordering::Acquire)
    }
}

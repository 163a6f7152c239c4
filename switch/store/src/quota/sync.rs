//! The atomics of the counters: those of the standard library, or loom's, which runs every interleaving of a small model.

#[cfg(loom)]
pub(super) use loom::{
    sync::atomic::{AtomicU64, Ordering},
    thread::yield_now,
};
#[cfg(not(loom))]
pub(super) use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread::yield_now,
};

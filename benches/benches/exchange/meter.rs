//! Time and allocations of what goes through it, on this thread.
#![expect(unsafe_code, reason = "an allocator that counts is an allocator, and that trait is unsafe")]

use lijian_benches::callgrind;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Instant;

struct Counting;

thread_local! {
    static ALLOCATED: Cell<Allocated> = const { Cell::new(Allocated { times: 0, bytes: 0 }) };
}

/// How often, and how much in all; what grew counts with its new size.
#[derive(Clone, Copy, Default)]
pub(crate) struct Allocated {
    pub(crate) times: u64,
    pub(crate) bytes: u64,
}

fn count(bytes: usize) {
    let _ = ALLOCATED.try_with(|allocated| {
        let Allocated { times, bytes: before } = allocated.get();
        allocated.set(Allocated { times: times + 1, bytes: before + bytes as u64 });
    });
}

/// Counts for each thread: the journal's thread runs beside this one.
// SAFETY: everything is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        count(bytes);
        // SAFETY: as the caller promised.
        unsafe { System.realloc(pointer, layout, bytes) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Adds up what is measured.
pub(crate) struct Meter {
    on: bool,
    pub(crate) nanoseconds: u128,
    pub(crate) allocated: Allocated,
}

impl Meter {
    pub(crate) const fn on() -> Self {
        Self { on: true, nanoseconds: 0, allocated: Allocated { times: 0, bytes: 0 } }
    }

    /// For what is done to get somewhere.
    pub(crate) const fn off() -> Self {
        Self { on: false, ..Self::on() }
    }

    pub(crate) fn measure<T>(&mut self, work: impl FnOnce() -> T) -> T {
        if !self.on {
            return work();
        }
        let before = ALLOCATED.with(Cell::get);
        let started = Instant::now();
        let done = callgrind::counted(work);
        self.nanoseconds += started.elapsed().as_nanos();
        let after = ALLOCATED.with(Cell::get);
        self.allocated.times += after.times - before.times;
        self.allocated.bytes += after.bytes - before.bytes;
        done
    }
}

//! In the middle of a segment, appending allocates nothing: neither where records are made, nor where they are written.
#![expect(unsafe_code, reason = "an allocator that counts is an allocator, and that trait is unsafe")]

use super::draw::Draw;
use lijian_domain::ids::Lsn;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalEvent, JournalOptions};
use lijian_store::storage::FileStorage;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// Counts for each thread: tests run beside each other.
// SAFETY: everything is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn appending_allocates_nothing_once_the_buffers_have_grown() {
    let directory = tempfile::tempdir().unwrap();
    let storage = Arc::new(FileStorage::open(directory.path()).unwrap());
    let options = JournalOptions { segment_bytes: 4 << 20, free_bytes_min: 0, ..JournalOptions::default() };
    let on_writer = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&on_writer);
    // The observer runs on the writer's thread, and so sees what that thread allocated.
    let observer = move |event| {
        if matches!(event, JournalEvent::Durable(_)) {
            seen.store(ALLOCATIONS.with(Cell::get), Ordering::Release);
        }
    };
    let journal = Journal::open(storage, options).unwrap().start(observer).unwrap();
    let mut buffer = RecordBuffer::new(Lsn(1));
    let intent = Draw { state: 3, full: false }.intent();
    let mut append = |batches: u32| {
        for _ in 0..batches {
            for _ in 0..16 {
                buffer.push_intent(UnixMicros(1), BusinessDate(1), &intent);
            }
            journal.append(&mut buffer).unwrap();
            while journal.durable() < buffer.last_lsn() {
                std::thread::yield_now();
            }
        }
        (on_writer.load(Ordering::Acquire), ALLOCATIONS.with(Cell::get))
    };
    let grown = append(20);
    assert!(grown.0 > 0 && grown.1 > 0, "the counter counts");
    assert_eq!(append(50), grown);
}

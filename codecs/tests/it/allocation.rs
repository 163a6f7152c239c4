//! Parsing allocates nothing, nor does patching into a buffer with room.
#![expect(unsafe_code, reason = "an allocator that counts is an allocator, and that trait is unsafe")]

use crate::{codec_message_bytes, shipped};
use lijian_codecs::dialect::Dialect;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::write::MessageWriter;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

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

fn allocations(of: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.with(Cell::get);
    of();
    ALLOCATIONS.with(Cell::get) - before
}

fn prepared() -> (&'static Dialect, Vec<u8>, FieldIndex) {
    (shipped("iso87-ascii-binary-bitmap"), codec_message_bytes(), FieldIndex::new())
}

#[test]
fn none_to_parse() {
    let (dialect, payload, mut index) = prepared();
    let count = allocations(|| {
        for length in 0..=payload.len() {
            let read = parse(dialect, &payload[..length], &mut index);
            assert_eq!(read.is_ok(), length == payload.len());
        }
    });
    assert_eq!(count, 0);
    assert_eq!(allocations(|| drop(payload.clone())), 1, "the counter counts");
}

#[test]
fn none_to_patch_answer_and_translate() {
    let (dialect, payload, mut index) = prepared();
    let other = shipped("iso87-binary");
    let mut out = Vec::with_capacity(2_000);
    let count = allocations(|| {
        let view = parse(dialect, &payload, &mut index).unwrap();
        MessageWriter::patch(view).set_number(4, 1_999).set(54, b"0040156D000000002345").write(&mut out).unwrap();
        MessageWriter::patch(view).respond().set(39, b"00").remove(52).remove(2).write(&mut out).unwrap();
        MessageWriter::translate(view, other).write(&mut out).unwrap();
        let mut writer = MessageWriter::build(dialect, view.mti());
        for (field, raw) in view.fields() {
            writer.set(field, raw);
        }
        writer.write(&mut out).unwrap();
    });
    assert_eq!(count, 0);
    assert!(out.ends_with(&payload), "the message that was built is the one that was read");
}

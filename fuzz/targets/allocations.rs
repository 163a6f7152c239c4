//! An allocator that ends the run when one allocation is larger than any input explains: what bytes claim is not what they
//! get.

use std::alloc::{GlobalAlloc, Layout, System};

/// Inputs have some kilobytes, and the largest buffer of a fixed length is one of a megabyte.
const ALLOCATION_BYTES_MAX: usize = 16 << 20;

struct Limited;

fn check(bytes: usize) {
    if bytes > ALLOCATION_BYTES_MAX {
        std::process::abort();
    }
}

// SAFETY: everything is the system's allocator's; large requests end the process.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        check(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        check(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        check(bytes);
        unsafe { System.realloc(pointer, layout, bytes) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static LIMITED: Limited = Limited;

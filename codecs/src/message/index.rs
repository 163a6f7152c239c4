//! Where each field of a message stands: the only thing that parsing writes to.

use crate::mti::Mti;

/// First byte of a value, and one past its last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    pub(crate) start: u16,
    pub(crate) end: u16,
}

/// Offsets of the fields of one message, to be used again and again: make one for each connection or thread. It is not
/// cleared between messages; which entries are valid is said by three words of bits.
#[derive(Clone, Debug)]
pub struct FieldIndex {
    pub(super) mti: Option<Mti>,
    pub(super) message_start: u16,
    pub(super) fields_start: u16,
    /// One past the last byte that was read.
    pub(super) end: u16,
    /// Whether everything that the bitmaps announce was read.
    pub(super) whole: bool,
    /// The fields that were read.
    pub(super) present: [u64; 3],
    pub(super) spans: [Span; 256],
}

impl FieldIndex {
    /// An empty index, about 1 KiB.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            mti: None,
            message_start: 0,
            fields_start: 0,
            end: 0,
            whole: false,
            present: [0; 3],
            spans: [Span { start: 0, end: 0 }; 256],
        }
    }

    #[inline]
    pub(super) fn begin(&mut self) {
        self.mti = None;
        self.message_start = 0;
        self.fields_start = 0;
        self.end = 0;
        self.whole = false;
        self.present = [0; 3];
    }
}

impl Default for FieldIndex {
    fn default() -> Self {
        Self::new()
    }
}

//! What a snapshot keeps of a request that is remembered.

use crate::format::{Field, FormatError, Input};
use lijian_domain::ids::{ContentDigest, DuplicateKey, Lsn};
use lijian_domain::time::BusinessDate;

/// A request that is remembered, so that a repeat gets the same answer. Whoever remembers says what the state means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestRow {
    /// Identity of the request among its repeats.
    pub key: DuplicateKey,
    /// What it asks for.
    pub content: ContentDigest,
    /// The record that opened it.
    pub opened: Lsn,
    /// The record that its answer is made of, [`Lsn::NONE`] while there is none.
    pub answered: Lsn,
    /// The business day it is forgotten with.
    pub day: BusinessDate,
    /// How far it came.
    pub state: u8,
}

impl RequestRow {
    /// Bytes of one in a file.
    pub(super) const BYTES: usize = 45;
}

impl Field for RequestRow {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { key, content, opened, answered, day, state } = self;
        key.put(out);
        content.put(out);
        opened.put(out);
        answered.put(out);
        day.put(out);
        state.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            key: Field::take(input)?,
            content: Field::take(input)?,
            opened: Field::take(input)?,
            answered: Field::take(input)?,
            day: Field::take(input)?,
            state: Field::take(input)?,
        })
    }
}

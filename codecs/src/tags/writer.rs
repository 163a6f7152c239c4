//! Writing a run.

use super::run::{HEAD_BYTES, VALUE_MAX};

/// A value is longer than three digits can say, or the run than its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tag {}{}: {got} bytes, at most {limit} fit", char::from(self.tag[0]), char::from(self.tag[1]))]
pub struct TagTooLong {
    /// The tag of the value.
    pub tag: [u8; 2],
    /// Bytes that fit.
    pub limit: usize,
    /// Bytes that it has.
    pub got: usize,
}

/// Appends elements to a buffer, up to a limit. An element that does not fit is not begun.
#[derive(Debug)]
pub struct TagWriter<'o> {
    out: &'o mut Vec<u8>,
    start: usize,
    limit: usize,
}

impl<'o> TagWriter<'o> {
    /// Writes a run of at most `limit_bytes` at the end of `out`.
    pub fn new(out: &'o mut Vec<u8>, limit_bytes: usize) -> Self {
        let start = out.len();
        Self { out, start, limit: limit_bytes }
    }

    /// Appends an element.
    ///
    /// # Errors
    /// The value is longer than 999 bytes, or the run would be longer than its limit; nothing is appended.
    pub fn put(&mut self, tag: [u8; 2], value: &[u8]) -> Result<&mut Self, TagTooLong> {
        let got = value.len();
        let limit = VALUE_MAX.min(self.room().saturating_sub(HEAD_BYTES));
        if got > limit || self.room() < HEAD_BYTES {
            return Err(TagTooLong { tag, limit, got });
        }
        let digit = |value: usize| b'0' + (value % 10).to_le_bytes()[0];
        self.out.extend_from_slice(&[tag[0], tag[1], digit(got / 100), digit(got / 10), digit(got)]);
        self.out.extend_from_slice(value);
        Ok(self)
    }

    /// Appends an element whose value is a number in decimal, without leading zeros.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub fn put_number(&mut self, tag: [u8; 2], number: u64) -> Result<&mut Self, TagTooLong> {
        let mut digits = [b'0'; 20];
        let mut rest = number;
        let mut at = digits.len();
        while at > 0 {
            at -= 1;
            digits[at] = b'0' + (rest % 10).to_le_bytes()[0];
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.put(tag, digits.get(at..).unwrap_or_default())
    }

    /// Appends elements as they stand, for example all of a request.
    ///
    /// # Errors
    /// The run would be longer than its limit; nothing is appended.
    pub fn put_run(&mut self, run: &[u8]) -> Result<&mut Self, TagTooLong> {
        let (got, limit) = (run.len(), self.room());
        if got > limit {
            return Err(TagTooLong { tag: [b'-'; 2], limit, got });
        }
        self.out.extend_from_slice(run);
        Ok(self)
    }

    /// Bytes that still fit, heads included.
    #[must_use]
    pub fn room(&self) -> usize {
        self.limit.saturating_sub(self.out.len() - self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_that_does_not_fit_is_not_begun() {
        let mut out = b"x".to_vec();
        let mut writer = TagWriter::new(&mut out, 20);
        writer.put(*b"82", b"G000").unwrap().put_number(*b"81", 1_000).unwrap();
        assert_eq!(writer.room(), 2);
        assert_eq!(writer.put(*b"85", b"").unwrap_err(), TagTooLong { tag: *b"85", limit: 0, got: 0 });
        assert_eq!(out, b"x82004G000810041000");
    }
}

//! Frames: where one message ends and the next begins on a stream of bytes.
//!
//! A frame is a header that holds a length, and that many bytes of payload. The header belongs to the link, not to the
//! dialect. What stands before the message type inside the payload (TPDU, network header) belongs to the dialect, see
//! [`crate::dialect::Envelope`]. A frame of length zero is a keep-alive: its payload is empty, and it is answered by nothing.

use std::fmt;

/// How the length in front of each message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameHeader {
    /// `len2`: two bytes, big-endian.
    Len2,
    /// `len4-ascii`: four ASCII digits.
    Len4Ascii,
    /// `len2-bcd`: two bytes of BCD, four digits.
    Len2Bcd,
    /// `len4-binary`: four bytes, big-endian.
    Len4Binary,
}

impl FrameHeader {
    /// The header that a configuration names, `None` when there is no such header.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Len2, Self::Len4Ascii, Self::Len2Bcd, Self::Len4Binary].into_iter().find(|header| header.name() == name)
    }

    /// The name in configurations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Len2 => "len2",
            Self::Len4Ascii => "len4-ascii",
            Self::Len2Bcd => "len2-bcd",
            Self::Len4Binary => "len4-binary",
        }
    }

    /// The header's own bytes.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Len2 | Self::Len2Bcd => 2,
            Self::Len4Ascii | Self::Len4Binary => 4,
        }
    }

    /// The largest number that the header can hold.
    #[must_use]
    pub const fn largest(self) -> usize {
        match self {
            Self::Len2 => 0xffff,
            Self::Len4Ascii | Self::Len2Bcd => 9_999,
            Self::Len4Binary => 0xffff_ffff,
        }
    }
}

impl std::str::FromStr for FrameHeader {
    type Err = UnknownFrameHeader;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name).ok_or(UnknownFrameHeader)
    }
}

impl fmt::Display for FrameHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A configuration named a frame header that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of len2, len4-ascii, len2-bcd, len4-binary")]
pub struct UnknownFrameHeader;

/// How one link frames its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameFormat {
    /// How the length is written.
    pub header: FrameHeader,
    /// Whether the length counts the header's own bytes too.
    pub inclusive: bool,
    /// The largest payload that is taken or sent, in bytes; a peer that announces more is cut off.
    pub limit_bytes: usize,
}

impl Default for FrameFormat {
    /// `len2`, not counting itself, payloads of at most 8,192 bytes (a full message with every private field at its
    /// longest is far below that in all dialects shipped).
    fn default() -> Self {
        Self { header: FrameHeader::Len2, inclusive: false, limit_bytes: 8_192 }
    }
}

/// One frame at the front of a buffer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The payload. Empty for a keep-alive.
    pub payload: &'a [u8],
    /// Bytes of the buffer that the frame takes, header included.
    pub consumed: usize,
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame {{ payload: {} bytes, consumed: {} }}", self.payload.len(), self.consumed)
    }
}

/// Why a stream cannot be read on, or a payload not sent. On the reading side the link must be closed: where the next
/// frame begins is not known any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The length is over the limit.
    #[error("frame of {length_bytes} bytes, at most {limit_bytes} are taken")]
    TooLong {
        /// Payload bytes announced.
        length_bytes: usize,
        /// The smaller of the format's limit and what the header can hold.
        limit_bytes: usize,
    },
    /// The header of an inclusive format counts fewer bytes than itself.
    #[error("frame length {length_bytes} is shorter than its own header of {header_bytes} bytes")]
    ShorterThanHeader {
        /// The number read.
        length_bytes: usize,
        /// Bytes of the header.
        header_bytes: usize,
    },
    /// The header is not made of digits.
    #[error("frame header is no number: a byte that is no digit at position {at}")]
    NotANumber {
        /// Position inside the header, from 0.
        at: usize,
    },
    /// `finish` was given a start that is not in the buffer.
    #[error("frame was begun at {start}, but the buffer holds {length_bytes} bytes")]
    NotBegun {
        /// Where the frame was said to begin.
        start: usize,
        /// Bytes in the buffer.
        length_bytes: usize,
    },
}

/// Where a frame that is being built in place begins. Made by [`FrameFormat::begin`], used up by [`FrameFormat::finish`].
#[derive(Debug)]
#[must_use = "a frame that is begun must be finished"]
pub struct FrameStart(usize);

impl FrameFormat {
    /// Takes one complete frame at the front of `buffer`; `None` when more bytes are needed. Nothing is copied.
    ///
    /// # Errors
    /// A length beyond the limit, shorter than its own header, or no number. Close the link.
    #[inline]
    pub fn next<'a>(&self, buffer: &'a [u8]) -> Result<Option<Frame<'a>>, FrameError> {
        let header_bytes = self.header.bytes();
        let Some(header) = buffer.get(..header_bytes) else { return Ok(None) };
        let mut length_bytes = self.read(header)?;
        if self.inclusive {
            // Zero stands for a keep-alive there too: many peers send four or two zero bytes.
            if length_bytes != 0 {
                length_bytes = length_bytes
                    .checked_sub(header_bytes)
                    .ok_or(FrameError::ShorterThanHeader { length_bytes, header_bytes })?;
            }
        }
        if length_bytes > self.limit_bytes {
            return Err(FrameError::TooLong { length_bytes, limit_bytes: self.limit_bytes });
        }
        let consumed = header_bytes + length_bytes;
        Ok(buffer.get(header_bytes..consumed).map(|payload| Frame { payload, consumed }))
    }

    /// Appends a frame with this payload.
    ///
    /// # Errors
    /// The payload is longer than the limit or than the header can say; `out` is as it was.
    pub fn write(&self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), FrameError> {
        let start = self.begin(out);
        out.extend_from_slice(payload);
        self.finish(out, start)
    }

    /// Reserves a header at the end of `out`; append the payload, then call [`Self::finish`].
    pub fn begin(&self, out: &mut Vec<u8>) -> FrameStart {
        let start = out.len();
        out.extend_from_slice(&[0; 4][..self.header.bytes()]);
        FrameStart(start)
    }

    /// Fills in the length of all that was appended since [`Self::begin`].
    ///
    /// # Errors
    /// What was appended is longer than the limit or than the header can say; the whole frame is then taken off `out`.
    pub fn finish(&self, out: &mut Vec<u8>, start: FrameStart) -> Result<(), FrameError> {
        let FrameStart(start) = start;
        let header_bytes = self.header.bytes();
        let length_bytes = out.len();
        let not_begun = FrameError::NotBegun { start, length_bytes };
        let frame_bytes = length_bytes.checked_sub(start).ok_or(not_begun)?;
        let payload_bytes = frame_bytes.checked_sub(header_bytes).ok_or(not_begun)?;
        let number = if self.inclusive { frame_bytes } else { payload_bytes };
        if payload_bytes > self.limit_bytes || number > self.header.largest() {
            out.truncate(start);
            let limit_bytes = self.limit_bytes.min(self.header.largest());
            return Err(FrameError::TooLong { length_bytes: payload_bytes, limit_bytes });
        }
        let header = out.get_mut(start..start + header_bytes).ok_or(not_begun)?;
        self.fill(number, header);
        Ok(())
    }

    fn read(&self, header: &[u8]) -> Result<usize, FrameError> {
        let big_endian = |total: usize, byte: &u8| total << 8 | usize::from(*byte);
        match self.header {
            FrameHeader::Len2 | FrameHeader::Len4Binary => Ok(header.iter().fold(0, big_endian)),
            FrameHeader::Len4Ascii => {
                header.iter().enumerate().try_fold(0, |total, (at, &byte)| digit(byte.wrapping_sub(b'0'), at, total))
            }
            FrameHeader::Len2Bcd => header.iter().enumerate().try_fold(0, |total, (at, &byte)| {
                digit(byte >> 4, at, total).and_then(|total| digit(byte & 15, at, total))
            }),
        }
    }

    fn fill(&self, number: usize, header: &mut [u8]) {
        let mut rest = number;
        for byte in header.iter_mut().rev() {
            *byte = match self.header {
                FrameHeader::Len2 | FrameHeader::Len4Binary => low_byte(rest & 0xff),
                FrameHeader::Len4Ascii => b'0' + low_byte(rest % 10),
                FrameHeader::Len2Bcd => low_byte(rest / 10 % 10) << 4 | low_byte(rest % 10),
            };
            rest = match self.header {
                FrameHeader::Len2 | FrameHeader::Len4Binary => rest >> 8,
                FrameHeader::Len4Ascii => rest / 10,
                FrameHeader::Len2Bcd => rest / 100,
            };
        }
    }
}

fn digit(digit: u8, at: usize, total: usize) -> Result<usize, FrameError> {
    if digit > 9 { Err(FrameError::NotANumber { at }) } else { Ok(total * 10 + usize::from(digit)) }
}

fn low_byte(value: usize) -> u8 {
    value.to_le_bytes()[0]
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;

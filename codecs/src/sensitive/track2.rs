//! Track 2: card number, separator, expiry date, service code, and data of the issuer.

use super::pan::print_masked;
use super::{NotAPan, PanRef};
use std::fmt;

/// What was to be track 2 has no separator after a card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("track 2 has a card number of 12 to 19 digits, then = or D; got {got_bytes} bytes without")]
pub struct NotATrack {
    /// Bytes given.
    pub got_bytes: usize,
}

/// Track 2 as logical characters, borrowed. Never kept: there is no type that owns one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Track2<'a> {
    track: &'a [u8],
    separator: usize,
}

impl<'a> Track2<'a> {
    /// From the characters of field 35; the separator is `=` or `D`.
    ///
    /// # Errors
    /// There is no separator, or no card number before it.
    pub fn new(track: &'a [u8]) -> Result<Self, NotATrack> {
        let wrong = NotATrack { got_bytes: track.len() };
        let separator = track.iter().position(|byte| matches!(byte, b'=' | b'D')).ok_or(wrong)?;
        let found = Self { track, separator };
        found.pan().map_or(Err(wrong), |_| Ok(found))
    }

    /// The card number.
    ///
    /// # Errors
    /// Never for a track that could be made.
    pub fn pan(&self) -> Result<PanRef<'a>, NotAPan> {
        PanRef::new(self.track.get(..self.separator).unwrap_or_default())
    }

    /// The expiry date, `YYMM`, where it stands.
    #[must_use]
    pub fn expiry(&self) -> Option<&'a [u8]> {
        self.track.get(self.separator + 1..self.separator + 5).filter(|date| date.iter().all(u8::is_ascii_digit))
    }

    /// The characters, in full: for the wire only.
    #[must_use]
    pub fn reveal(&self) -> &'a [u8] {
        self.track
    }
}

impl fmt::Display for Track2<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print_masked(self.track.get(..self.separator).unwrap_or_default(), f)?;
        f.write_str("=****")
    }
}

impl fmt::Debug for Track2<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_separators() {
        for text in ["4761739001010119=28122011143878089", "4761739001010119D28122011143878089"] {
            let track = Track2::new(text.as_bytes()).unwrap();
            assert_eq!(track.pan().unwrap().reveal(), b"4761739001010119");
            assert_eq!(track.expiry(), Some(&b"2812"[..]));
            assert_eq!(format!("{track} {track:?}"), "476173******0119=**** 476173******0119=****");
        }
    }

    #[test]
    fn no_card_number_no_track() {
        for text in ["", "=", "4761739001010119", "47617=2812", "47617390010101191234=2812", "4761739001x10119=2812"] {
            assert!(Track2::new(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!(Track2::new(b"4761739001010119=28").unwrap().expiry(), None);
    }
}

//! PIN blocks.

use super::forget;
use std::fmt;

/// An encrypted PIN block. Prints nothing of itself; zeroed when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PinBlock([u8; 8]);

impl PinBlock {
    /// From its 8 bytes; `None` for any other number of them.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes: for the wire and for translation between keys only.
    #[must_use]
    pub fn reveal(&self) -> &[u8; 8] {
        &self.0
    }
}

impl Drop for PinBlock {
    fn drop(&mut self) {
        forget(&mut self.0);
    }
}

impl fmt::Debug for PinBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinBlock(****************)")
    }
}

impl fmt::Display for PinBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****************")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_nothing() {
        let block = PinBlock::new(&[0x3f, 1, 2, 3, 4, 5, 6, 7]).unwrap();
        assert_eq!(format!("{block} {block:?}"), "**************** PinBlock(****************)");
        assert!(PinBlock::new(&[0; 7]).is_none());
    }
}

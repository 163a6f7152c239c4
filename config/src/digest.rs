//! Digests of the files that decide over money.

use sha2::{Digest, Sha256};
use std::{fmt, io};

/// One read of a file that is copied.
const COPY_BYTES: usize = 1 << 16;

/// SHA-256 of a file's canonical text: without byte order mark, lines ended by LF.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileDigest(pub [u8; 32]);

impl FileDigest {
    /// The digest of a text.
    pub fn of_text(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    /// The digest of a text in another encoding: what stands in the file.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        let mut digester = FileDigester::default();
        digester.update(bytes);
        digester.finish()
    }

    /// The digest that [`Display`](fmt::Display) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut digest = [0; 32];
        let digits = text.as_bytes().as_chunks::<2>().0;
        let right = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        for (target, pair) in digest.iter_mut().zip(digits).filter(|_| right) {
            *target = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        right.then_some(Self(digest))
    }
}

impl fmt::Display for FileDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for FileDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Something read from files, with their digest.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// What was read.
    pub value: T,
    /// The digest of the file, or of the digests of all files in their order.
    pub digest: FileDigest,
}

/// Takes a file's digest as its bytes go by.
#[derive(Default)]
pub(crate) struct FileDigester {
    hash: Sha256,
    begun: bool,
    /// The last byte was a carriage return: it ended a line, and a line feed behind it ends no other.
    returned: bool,
}

impl FileDigester {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let bytes = if self.begun { bytes } else { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) };
        self.begun = true;
        for (at, part) in bytes.split(|byte| *byte == b'\r').enumerate() {
            // One that stands alone ends a line too, as whoever reads the file has it: left out, files that say something else
            // would have one digest.
            if at > 0 {
                self.hash.update(b"\n");
                self.returned = true;
            }
            if !part.is_empty() {
                let ended = std::mem::take(&mut self.returned);
                self.hash.update(part.strip_prefix(b"\n").filter(|_| ended).unwrap_or(part));
            }
        }
    }

    pub(crate) fn finish(self) -> FileDigest {
        FileDigest(self.hash.finalize().into())
    }
}

/// Copies a file as it is, and gives the digest of its text.
///
/// # Errors
/// It cannot be read or written.
pub fn copy(source: &mut impl io::Read, target: &mut impl io::Write) -> io::Result<FileDigest> {
    let mut digester = FileDigester::default();
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        let length = source.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..length).filter(|bytes| !bytes.is_empty()) else { return Ok(digester.finish()) };
        digester.update(bytes);
        target.write_all(bytes)?;
    }
}

/// One digest of several, in their order.
pub fn digest_of(digests: impl IntoIterator<Item = FileDigest>) -> FileDigest {
    let mut hash = Sha256::new();
    digests.into_iter().for_each(|digest| hash.update(digest.0));
    FileDigest(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mark_and_line_ends_do_not_count() {
        let plain = FileDigest::of_text("a = 1\nb = 2\n");
        assert_eq!(FileDigest::of_text("\u{feff}a = 1\r\nb = 2\r\n"), plain);
        assert_ne!(FileDigest::of_text("a = 1\nb = 3\n"), plain);
        // FIPS 180-2, B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(FileDigest::of_text("abc").to_string(), abc);
    }

    #[test]
    fn a_carriage_return_alone_ends_a_line_too() {
        let plain = FileDigest::of_text("a,12\n3,b\n");
        assert_eq!(FileDigest::of_text("a,12\r3,b\r"), plain);
        assert_ne!(FileDigest::of_text("a,1\r23,b\r"), plain, "another row");
        assert_ne!(FileDigest::of_text("a,123,b\n"), plain, "one row");
        assert_eq!(FileDigest::of_text("a\r\n\r\nb\r\rc\n\r"), FileDigest::of_text("a\n\nb\n\nc\n\n"));
        // Wherever it is cut into pieces.
        let text = b"a\r\nb\rc\n\r\n\r";
        let whole = FileDigest::of_text("a\nb\nc\n\n\n");
        for (one, other) in (0..=text.len()).map(|at| text.split_at(at)) {
            let mut digester = FileDigester::default();
            digester.update(one);
            digester.update(other);
            assert_eq!(digester.finish(), whole, "{one:?}");
        }
    }

    #[test]
    fn the_order_of_files_counts() {
        let (one, two) = (FileDigest::of_text("1"), FileDigest::of_text("2"));
        assert_ne!(digest_of([one, two]), digest_of([two, one]));
    }
}

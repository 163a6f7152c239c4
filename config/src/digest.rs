//! Digests of the files that decide over money, and the version of the rules that they make together.

use lijian_domain::ids::RulesVersion;
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
        let mut digester = FileDigester::default();
        digester.update(text.as_bytes());
        digester.finish()
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
}

impl FileDigester {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let bytes = if self.begun { bytes } else { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) };
        self.begun = true;
        // A carriage return only ends lines in these files: wherever it stands, it goes.
        bytes.split(|byte| *byte == b'\r').for_each(|part| self.hash.update(part));
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

/// The version of the rules that files of these digests make: first those of the campaigns, then the catalogue's, then the
/// merchants'.
pub fn rules_version(digests: impl IntoIterator<Item = FileDigest>) -> RulesVersion {
    crate::signatures::version(digest_of(digests))
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
    fn the_order_of_files_counts() {
        let (one, two) = (FileDigest::of_text("1"), FileDigest::of_text("2"));
        assert_ne!(rules_version([one, two]), rules_version([two, one]));
    }
}

//! A table's text: how much of a file is read, in which encoding it is written, how its lines end.
//!
//! A file in which some lines are no UTF-8 is in GB 18030 where most lines that say anything beyond ASCII are not, else it is
//! damaged UTF-8. Either way the lines that cannot be read are known, and the others can be.

use crate::digest::FileDigest;
use encoding_rs::GB18030;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A table is at most this long: ten million products of a hundred bytes.
pub(crate) const FILE_BYTES_MAX: u64 = 1 << 30;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A table's text, without byte order mark, its lines ended by LF.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) text: String,
    /// Lines, from 1, with bytes that are no text.
    pub(super) unreadable: BTreeSet<u64>,
    pub(super) encoding: Encoding,
    /// The file's digest, where it is not that of the text.
    pub(super) digest: Option<FileDigest>,
}

/// How a file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Utf8,
    Gb18030,
}

/// Why there is no text.
#[derive(Debug)]
pub(super) enum NoSource {
    Unreadable(io::Error),
    TooLong(u64),
}

impl From<io::Error> for NoSource {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// Reads a file, unless its length already says that it is too long.
pub(super) fn open(path: &Path) -> Result<Source, NoSource> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(NoSource::Unreadable(io::ErrorKind::IsADirectory.into()));
    }
    if metadata.len() > FILE_BYTES_MAX {
        return Err(NoSource::TooLong(metadata.len()));
    }
    let mut bytes = Vec::new();
    // What a pipe holds is not known; what a file says of itself is under the limit.
    bytes
        .try_reserve_exact(usize::try_from(metadata.len()).unwrap_or(0))
        .map_err(|_| io::ErrorKind::OutOfMemory)
        .map_err(io::Error::from)?;
    read_into(bytes, file)
}

/// Reads all there is, up to the limit.
pub(super) fn read(content: impl Read) -> Result<Source, NoSource> {
    read_into(Vec::new(), content)
}

fn read_into(mut bytes: Vec<u8>, content: impl Read) -> Result<Source, NoSource> {
    content.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if length > FILE_BYTES_MAX { Err(NoSource::TooLong(length)) } else { Ok(decode(bytes)) }
}

fn decode(mut bytes: Vec<u8>) -> Source {
    let marked = bytes.starts_with(BYTE_ORDER_MARK);
    if marked {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    match String::from_utf8(bytes) {
        Ok(text) if text.contains('\r') => {
            let digest = Some(FileDigest::of_text(&text));
            Source { text: ended_by_lf(&text), unreadable: BTreeSet::new(), encoding: Encoding::Utf8, digest }
        }
        Ok(text) => Source { text, unreadable: BTreeSet::new(), encoding: Encoding::Utf8, digest: None },
        Err(error) => {
            let digest = Some(FileDigest::of_bytes(error.as_bytes()));
            Source { digest, ..decode_lines(&ended_by_lf_bytes(error.as_bytes()), marked) }
        }
    }
}

fn decode_lines(bytes: &[u8], marked: bool) -> Source {
    let telling = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii());
    let (right, wrong) = telling.fold((0_u64, 0_u64), |(right, wrong), line| {
        if std::str::from_utf8(line).is_ok() { (right + 1, wrong) } else { (right, wrong + 1) }
    });
    let encoding = if marked || right > wrong { Encoding::Utf8 } else { Encoding::Gb18030 };
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
    let mut unreadable = BTreeSet::new();
    for (line, number) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1..) {
        let (decoded, broken): (Cow<'_, str>, bool) = match encoding {
            Encoding::Utf8 => match String::from_utf8_lossy(line) {
                Cow::Owned(lossy) => (lossy.into(), true),
                whole @ Cow::Borrowed(_) => (whole, false),
            },
            Encoding::Gb18030 => GB18030.decode_without_bom_handling(line),
        };
        text.push_str(&decoded);
        if broken {
            unreadable.insert(number);
        }
    }
    Source { text, unreadable, encoding, digest: None }
}

fn ended_by_lf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The same in either encoding: in GB 18030, too, these two bytes stand for themselves alone.
fn ended_by_lf_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut ended = Vec::with_capacity(bytes.len());
    let mut bytes = bytes.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' => {
                bytes.next_if_eq(&b'\n');
                ended.push(b'\n');
            }
            byte => ended.push(byte),
        }
    }
    ended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], encoding: Encoding, text: &str, unreadable: &[u64]) {
        let source = read(bytes).unwrap();
        assert_eq!((source.encoding, source.text.as_str()), (encoding, text));
        assert_eq!(source.unreadable.into_iter().collect::<Vec<_>>(), unreadable);
    }

    #[test]
    fn the_encoding_is_the_one_of_most_lines() {
        let chinese = "a\n冰箱\n电视\n";
        check(chinese.as_bytes(), Encoding::Utf8, chinese, &[]);
        check(format!("\u{feff}{chinese}").as_bytes(), Encoding::Utf8, chinese, &[]);
        check(&GB18030.encode(chinese).0, Encoding::Gb18030, chinese, &[]);
        // Read as UTF-8 these two would be letters of another alphabet: the classic mistake.
        check(&GB18030.encode("联通\n冰箱\n").0, Encoding::Gb18030, "联通\n冰箱\n", &[]);
        check(b"\xe5\x86\xb0\n\xe5\x86\xb0\n\xe5\x86\n", Encoding::Utf8, "冰\n冰\n\u{fffd}\n", &[3]);
        check(b"\xef\xbb\xbfa\n\xb1\xf9\n", Encoding::Utf8, "a\n\u{fffd}\u{fffd}\n", &[2]);
        check(b"\xb1\xf9\nb\n\xff\n", Encoding::Gb18030, "冰\nb\n\u{fffd}\n", &[3]);
    }

    #[test]
    fn lines_may_end_in_any_way() {
        check(b"a\r\nb\rc\nd", Encoding::Utf8, "a\nb\nc\nd", &[]);
        check(b"\xb1\xf9\r\nb\rc\n", Encoding::Gb18030, "冰\nb\nc\n", &[]);
    }

    #[test]
    fn a_file_of_five_gigabytes_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.csv");
        File::create(&path).unwrap().set_len(5_000_000_000).unwrap();
        assert!(matches!(open(&path), Err(NoSource::TooLong(5_000_000_000))));
    }
}

//! Lines of a file, of bounded length, and what is wrong with one.

use std::io::{self, BufRead, Read};

/// A journal record with all its items is far shorter.
const LINE_BYTES_MAX: usize = 1 << 20;

/// A file that cannot be read. The text of the line is not told.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system's.
    #[error("line {line}: {source}")]
    Read {
        /// From 1.
        line: u64,
        /// What the system said.
        source: io::Error,
    },
    /// Its shape.
    #[error("line {line}: {why}")]
    Line {
        /// From 1.
        line: u64,
        /// What was expected.
        why: String,
    },
}

/// Hands each line to a reader, without its end.
pub(super) fn each(
    mut input: impl BufRead,
    mut read: impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), ReadError> {
    let mut text = Vec::new();
    let mut line = 0;
    loop {
        line += 1;
        text.clear();
        let limit = u64::try_from(LINE_BYTES_MAX + 1).unwrap_or(u64::MAX);
        let bytes = input.by_ref().take(limit).read_until(b'\n', &mut text);
        if bytes.map_err(|source| ReadError::Read { line, source })? == 0 {
            return Ok(());
        }
        if text.len() > LINE_BYTES_MAX {
            let why = format!("expected at most {LINE_BYTES_MAX} bytes a line");
            return Err(ReadError::Line { line, why });
        }
        read(text.trim_ascii_end()).map_err(|why| ReadError::Line { line, why })?;
    }
}

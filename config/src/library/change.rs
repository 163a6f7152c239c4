//! A line of the change log: who changed what, when.

use super::Register;
use crate::digest::FileDigest;
use crate::error::{ConfigError, ConfigErrors};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A log is at most this long: a million changes and more.
pub const LOG_BYTES_MAX: u64 = 1 << 28;

/// The log in a library's folder.
pub fn log_file(directory: &Path) -> PathBuf {
    directory.join("changes.log")
}

/// A change of the library.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Its place in the log, from 1.
    pub number: u64,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub by: String,
    /// Of which table.
    pub register: Register,
    /// What.
    pub deed: Deed,
}

/// What a change does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Deed {
    /// Takes in the rows of a file.
    Imported {
        /// SHA-256 of the file as the library keeps it, hexadecimal.
        sha256: String,
        /// Its rows.
        rows: u64,
        /// Rows of what was given that were wrong and left out.
        refused: u64,
        /// What the file was called where it came from.
        source: String,
    },
    /// Takes keys out.
    Withdrawn {
        /// The keys, as [`Register::key`] writes them.
        keys: Vec<String>,
    },
}

impl Change {
    /// The file that an import is kept in, in the library's folder.
    pub fn file(&self, directory: &Path) -> PathBuf {
        directory.join(format!("{:06}-{}.csv", self.number, self.register.as_str()))
    }

    /// The digest of an import's file; none of a withdrawal.
    pub fn sha256(&self) -> Option<FileDigest> {
        match &self.deed {
            Deed::Imported { sha256, .. } => FileDigest::parse(sha256),
            Deed::Withdrawn { .. } => None,
        }
    }

    /// The moment of it.
    pub fn instant(&self) -> Option<Timestamp> {
        self.at.parse().ok()
    }

    /// Its line, with its end.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|line| line + "\n")
    }
}

/// The changes of a log, of which the last line may be unfinished.
pub(super) fn parse(path: &Path, log: &[u8]) -> Result<Vec<Change>, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let mut changes: Vec<Change> = Vec::new();
    let end = log.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let finished = log.get(..end).filter(|finished| !finished.is_empty());
    let lines = finished.into_iter().flat_map(|finished| finished.split(|byte| *byte == b'\n'));
    for (line, number) in lines.zip(1_u64..) {
        let wrong = |found: String, expected: String| ConfigError::of_file(path, found, expected).at_line(number);
        match serde_json::from_slice::<Change>(line) {
            Ok(change) if change.number != number => {
                errors.push(wrong(format!("change {}", change.number), format!("change {number}")));
            }
            Ok(change) if change.instant().is_none() => {
                errors.push(wrong("a time that cannot be read".to_owned(), "RFC 3339".to_owned()));
            }
            Ok(change) if matches!(change.deed, Deed::Imported { .. }) && change.sha256().is_none() => {
                errors.push(wrong("no SHA-256 of an import".to_owned(), "64 hexadecimal digits".to_owned()));
            }
            Ok(change) => {
                changes.push(change);
                continue;
            }
            Err(_) => {
                let expected = "a line as the switch writes it: put the log back from a copy".to_owned();
                errors.push(wrong("a line that was changed or damaged".to_owned(), expected));
            }
        }
        break;
    }
    errors.or(Some(changes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(number: u64, deed: Deed) -> Change {
        let at = "2024-10-01T02:00:00Z".to_owned();
        Change { number, at, by: "li".to_owned(), register: Register::Products, deed }
    }

    fn withdrawn() -> Deed {
        Deed::Withdrawn { keys: vec!["1".to_owned()] }
    }

    fn imported(sha256: &str) -> Deed {
        Deed::Imported { sha256: sha256.to_owned(), rows: 1, refused: 0, source: "a.csv".to_owned() }
    }

    #[test]
    fn lines_are_read_back_and_an_unfinished_one_is_not() {
        let deeds = [withdrawn(), imported(&"0a".repeat(32)), withdrawn()];
        let changes: Vec<_> = deeds.into_iter().zip(1..).map(|(deed, number)| change(number, deed)).collect();
        let text: String = changes.iter().map(|change| change.line().unwrap()).collect();
        let path = Path::new("changes.log");
        assert_eq!(parse(path, text.as_bytes()).unwrap(), changes);
        assert_eq!(parse(path, &text.as_bytes()[..text.len() - 1]).unwrap(), changes[..2]);
        assert_eq!(parse(path, b"").unwrap(), []);
        assert_eq!(parse(path, b"{\"number\"").unwrap(), []);
        assert_eq!(changes[1].sha256(), Some(FileDigest([10; 32])));
    }

    #[test]
    fn a_log_that_contradicts_itself_is_refused() {
        let check = |line: &str, expected: &str| {
            let told = parse(Path::new("changes.log"), line.as_bytes()).unwrap_err().to_string();
            assert_eq!(told, format!("changes.log:1: found {expected}"));
        };
        check(&change(2, withdrawn()).line().unwrap(), "change 2, expected change 1");
        check(&change(1, imported("0A")).line().unwrap(), "no SHA-256 of an import, expected 64 hexadecimal digits");
        let timeless = Change { at: "noon".to_owned(), ..change(1, withdrawn()) };
        check(&timeless.line().unwrap(), "a time that cannot be read, expected RFC 3339");
        let damaged =
            "a line that was changed or damaged, expected a line as the switch writes it: put the log back from a copy";
        check("{}\n", damaged);
        check("\u{ff}\n", damaged);
    }
}

//! Goods that brands and merchants propose (商品预录入), and what staff made of them: `library/proposals.log`, one JSON object a
//! line, read whole and never changed.
//!
//! A proposal counts for nothing until somebody else approves it: then it is an import of one row, whose line in the change log
//! says which proposal it was. So a proposal is approved exactly when the change log says so, whenever the process died.

use super::LibraryError;
use super::writer::{Author, Writer, append_line};
use crate::clock::rfc3339;
use lijian_config::library::{Change, Deed, InForce, Library, Register, candidate_row};
use lijian_domain::time::UnixMicros;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The log is read whole: it holds so many bytes at most.
const LOG_BYTES_MAX: u64 = 16 << 20;
/// The longest line: a product with every text at its longest.
const LINE_BYTES_MAX: usize = 4 << 10;
/// Proposals of one proposer that wait for staff, at most.
const OPEN_OF_ONE_MAX: usize = 1_000;
/// Proposals of all that wait for staff, at most.
const OPEN_MAX: usize = 10_000;

/// A product as somebody proposes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The application or person that asks.
    pub by: String,
    /// The brand or merchant that it asks for.
    pub of: String,
    /// The asker's name of this request: said again, it is the same proposal.
    pub request: String,
    /// The row's fields, in the order of the catalogue's columns.
    pub fields: Vec<String>,
    /// What else staff should know.
    pub note: String,
}

/// A proposal, and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// Its place among the proposals, from 1.
    pub number: u64,
    /// When, RFC 3339.
    pub at: String,
    /// What is proposed.
    pub offer: Offer,
    /// What became of it.
    pub state: ProposalState,
}

/// What became of a proposal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProposalState {
    /// It waits for staff.
    Open,
    /// It is in the library, by this change.
    Approved(Change),
    /// Staff refused it.
    Refused {
        /// Who.
        by: String,
        /// When, RFC 3339.
        at: String,
        /// Why.
        reason: String,
    },
}

impl ProposalState {
    /// Its name in commands and on the API.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved(_) => "approved",
            Self::Refused { .. } => "refused",
        }
    }
}

/// A line of the log.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Line {
    Proposed { number: u64, at: String, offer: Offer },
    Refused { number: u64, at: String, by: String, reason: String },
}

/// All proposals in their order, as the data directory has them.
///
/// # Errors
/// A log cannot be read, or is not what this program writes.
pub fn read(data: &Path) -> Result<Vec<Proposal>, LibraryError> {
    let folder = data.join("library");
    of(&folder, &Library::read(data)?)
}

impl Writer {
    /// Takes a proposal in. The same request again is the same proposal.
    ///
    /// # Errors
    /// The row would not be taken from a file either, the request was another before, too many wait, or the disk.
    pub fn propose(self, offer: Offer, in_force: &InForce<'_>, at: UnixMicros) -> Result<Proposal, LibraryError> {
        let known = of(self.folder(), self.library())?;
        if let Some(same) = known.iter().find(|it| it.offer.by == offer.by && it.offer.request == offer.request) {
            return if same.offer == offer { Ok(same.clone()) } else { Err(LibraryError::OtherRequest) };
        }
        candidate_row(Register::Products, &offer.fields, in_force)?;
        let open = || known.iter().filter(|proposal| proposal.state == ProposalState::Open);
        if open().count() >= OPEN_MAX || open().filter(|it| it.offer.by == offer.by).count() >= OPEN_OF_ONE_MAX {
            return Err(LibraryError::TooManyOpen);
        }
        let number = known.last().map_or(1, |last| last.number.saturating_add(1));
        let at = rfc3339(at);
        self.put(&Line::Proposed { number, at: at.clone(), offer: offer.clone() })?;
        Ok(Proposal { number, at, offer, state: ProposalState::Open })
    }

    /// Takes what was proposed into the library, judged once more.
    ///
    /// # Errors
    /// There is no such proposal, it does not wait, its proposer approves it, or as an import.
    pub fn approve(self, number: u64, in_force: &InForce<'_>, author: Author) -> Result<Change, LibraryError> {
        let proposal = self.open_proposal(number, &author.by)?;
        let candidate = candidate_row(Register::Products, &proposal.offer.fields, in_force)?;
        let Offer { by, of, .. } = &proposal.offer;
        self.import(Register::Products, &candidate, &source(number, of, by), author)
    }

    /// Leaves what was proposed out of the library.
    ///
    /// # Errors
    /// As of [`Self::approve`].
    pub fn refuse(self, number: u64, reason: String, author: Author) -> Result<(), LibraryError> {
        self.open_proposal(number, &author.by)?;
        self.put(&Line::Refused { number, at: rfc3339(author.at), by: author.by, reason })
    }

    fn open_proposal(&self, number: u64, by: &str) -> Result<Proposal, LibraryError> {
        let known = of(self.folder(), self.library())?;
        let found = known.into_iter().find(|proposal| proposal.number == number);
        let proposal = found.ok_or(LibraryError::NoProposal { number })?;
        match proposal.state {
            ProposalState::Open if proposal.offer.by == by => Err(LibraryError::OwnProposal),
            ProposalState::Open => Ok(proposal),
            ref state => Err(LibraryError::Decided { number, state: state.as_str() }),
        }
    }

    fn put(&self, line: &Line) -> Result<(), LibraryError> {
        let text = serde_json::to_string(line)? + "\n";
        if text.len() > LINE_BYTES_MAX {
            return Err(LibraryError::TooLong { bytes_max: LINE_BYTES_MAX });
        }
        let path = log_file(self.folder());
        let written = append_line(&path, &text, LOG_BYTES_MAX).and_then(|fits| self.sync_folder().map(|()| fits));
        match written {
            Ok(true) => Ok(()),
            Ok(false) => Err(LibraryError::Full),
            Err(source) => Err(LibraryError::Io { path, action: "written", source }),
        }
    }
}

fn log_file(folder: &Path) -> PathBuf {
    folder.join("proposals.log")
}

/// How the change log calls an approved proposal.
fn source(number: u64, of: &str, by: &str) -> String {
    format!("proposal {number} of {of}, by {by}")
}

fn is_from(change: &Change, name: &str) -> bool {
    matches!(&change.deed, Deed::Imported { source, .. } if source == name)
}

fn of(folder: &Path, library: &Library) -> Result<Vec<Proposal>, LibraryError> {
    let mut approved = BTreeMap::new();
    for change in library.changes() {
        if let Deed::Imported { source, .. } = &change.deed
            && let Some(number) = source.strip_prefix("proposal ").and_then(|rest| rest.split(' ').next())
            && let Ok(number) = number.parse::<u64>()
        {
            approved.insert(number, change);
        }
    }
    let mut proposals: Vec<Proposal> = Vec::new();
    for line in lines(&log_file(folder))? {
        match line {
            Line::Proposed { number, at, offer } => {
                // A file may have been imported under a name like this one.
                let change =
                    approved.get(&number).filter(|change| is_from(change, &source(number, &offer.of, &offer.by)));
                let state = change.map_or(ProposalState::Open, |change| ProposalState::Approved((*change).clone()));
                proposals.push(Proposal { number, at, offer, state });
            }
            Line::Refused { number, at, by, reason } => {
                let place = proposals.binary_search_by_key(&number, |proposal| proposal.number);
                if let Some(proposal) = place.ok().and_then(|place| proposals.get_mut(place)) {
                    proposal.state = ProposalState::Refused { by, at, reason };
                }
            }
        }
    }
    Ok(proposals)
}

/// The whole lines of the log; half a line that a crash left does not count.
fn lines(path: &Path) -> Result<Vec<Line>, LibraryError> {
    let failed = |source| LibraryError::Io { path: path.to_owned(), action: "read", source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    let mut bytes = Vec::new();
    file.take(LOG_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    let end = bytes.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let whole = bytes.get(..end).filter(|whole| !whole.is_empty());
    let lines = whole.into_iter().flat_map(|whole| whole.split(|byte| *byte == b'\n'));
    let mut expected = 1_u64;
    let mut read = Vec::new();
    for line in lines {
        let line: Line = serde_json::from_slice(line).map_err(|_| failed(damaged()))?;
        if let Line::Proposed { number, .. } = &line {
            if *number != expected {
                return Err(failed(damaged()));
            }
            expected += 1;
        }
        read.push(line);
    }
    Ok(read)
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a line was changed or damaged: put the log back from a copy")
}

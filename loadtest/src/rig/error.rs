//! Why nothing was measured.

use crate::load::LoadError;
use std::io;
use std::path::PathBuf;

/// See the file.
#[derive(Debug, thiserror::Error)]
pub enum RigError {
    /// A program that does not start.
    #[error("{path}: {source}; build it, or say where it is", path = path.display())]
    Program {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A program that did not get ready.
    #[error("the {name} did not get ready: {said}")]
    NotReady {
        /// Which.
        name: &'static str,
        /// What it said last.
        said: String,
    },
    /// A file or directory.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A page of the switch.
    #[error("{path} of the switch: {problem}")]
    Page {
        /// Which.
        path: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// No load could be put on.
    #[error("{0}")]
    Load(#[from] LoadError),
    /// Not every answer was what it must be, so that the figures mean nothing.
    #[error("{side}, {part} at {links} x {in_flight}: {problem}")]
    Wrong {
        /// Who answered.
        side: &'static str,
        /// When.
        part: &'static str,
        /// Connections.
        links: u16,
        /// Requests on each.
        in_flight: u16,
        /// What was expected, and what came.
        problem: String,
    },
    /// The index is too far behind the journal.
    #[error("the index stood at record {applied} of {durable} a minute after the last sale")]
    Behind {
        /// Last record in the index.
        applied: u64,
        /// Last record on the disk.
        durable: u64,
    },
}

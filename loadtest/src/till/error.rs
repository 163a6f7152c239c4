//! What can go wrong at a till.

use lijian_codecs::frame::FrameError;
use lijian_codecs::message::ParseError;
use lijian_codecs::write::WriteError;
use std::io;

/// Why a till has no answer. Holds no message data.
#[derive(Debug, thiserror::Error)]
pub enum TillError {
    /// There is no shipped dialect of this name, or its table is wrong.
    #[error("no dialect {name}: {problem}")]
    Dialect {
        /// The name asked for.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// The connection cannot be opened, or failed.
    #[error("connection: {0}")]
    Io(#[from] io::Error),
    /// The other side closed the connection.
    #[error("the other side closed the connection")]
    Closed,
    /// No answer came in time.
    #[error("no answer within {timeout_ms} ms")]
    TimedOut {
        /// How long was waited.
        timeout_ms: u128,
    },
    /// The request cannot be written in the dialect.
    #[error("request: {0}")]
    Write(#[from] WriteError),
    /// What came is no frame, or the request is too long for one.
    #[error("frame: {0}")]
    Frame(#[from] FrameError),
    /// What came is no message of the dialect.
    #[error("message: {0}")]
    Parse(ParseError),
}

//! Logs on standard error: text for people at a terminal, one JSON object a line for everything else.

use std::io::{self, IsTerminal};
use tracing_subscriber::EnvFilter;

/// How lines are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

impl LogFormat {
    /// Text at a terminal, JSON elsewhere.
    pub fn of_standard_error() -> Self {
        if io::stderr().is_terminal() { Self::Text } else { Self::Json }
    }
}

/// Starts logging, for the life of the process. `filter` as in `LIJIAN_LOG`: a level, or levels by module; `info` where
/// there is none or it cannot be read. A second call changes nothing.
pub fn start_logs(format: LogFormat, filter: Option<&str>) {
    let filter = filter.and_then(|text| EnvFilter::try_new(text).ok()).unwrap_or_else(|| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    // Somebody else's logging (a test's) is as good.
    drop(started);
}

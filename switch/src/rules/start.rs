//! The rules at a start: those of the files, unless these hold a version already whose time is to come.

use super::archive::{Archive, ArchiveError, Manifest};
use super::schedule::{Schedule, Scheduled};
use crate::clock::{Clock, rfc3339};
use lijian_config::switch::SwitchConfig;
use lijian_domain::ids::RulesVersion;
use lijian_domain::rules::Rules;
use lijian_domain::time::UnixMicros;

/// What decides from now on can be read again as long as the data directory lives.
///
/// # Errors
/// The archive cannot be written, or the files changed since they were checked.
pub fn keep_rules(
    archive: &Archive,
    config: &SwitchConfig,
    version: RulesVersion,
    now: UnixMicros,
) -> Result<(), ArchiveError> {
    let files = archive.take_in(version, &config.rule_files)?;
    let (version, kept) = (version.to_string(), rfc3339(now));
    archive.keep(&Manifest { version, kept, maker: String::new(), checker: String::new(), files })
}

/// What is scheduled, and the rules to begin with where the files hold it before its time.
///
/// # Errors
/// The schedule or the archive cannot be read.
pub fn begin_by_schedule(
    config: &SwitchConfig,
    files: RulesVersion,
) -> Result<(Option<Scheduled>, Option<Rules>), ArchiveError> {
    let schedule = Schedule::of(&config.store.path);
    let Some(scheduled) = schedule.read()? else { return Ok((None, None)) };
    // A rehearsal goes on from where it was: what is due by then comes into force as soon as the switch is ready.
    let now = config.clock.rehearsal_start.unwrap_or_else(|| Clock::machine().now().wall);
    if files == scheduled.before {
        Ok((Some(scheduled), None))
    } else if files != scheduled.version {
        tracing::warn!(version = %scheduled.version, %files, "this version was agreed to over other rules: it is withdrawn");
        schedule.clear()?;
        Ok((None, None))
    } else if scheduled.effective_from > now {
        let before = Archive::of(&config.store.path).rules(scheduled.before)?;
        Ok((Some(scheduled), Some(before)))
    } else {
        schedule.clear()?;
        Ok((None, None))
    }
}

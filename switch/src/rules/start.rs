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

/// What a start makes of the schedule.
pub struct Beginning {
    /// What waits for its time, or came into force and may not stand in the files.
    pub scheduled: Option<Scheduled>,
    /// The rules to begin with where the files make others.
    pub rules: Option<Rules>,
}

/// Until its time has come what was in force before counts, and from then on what was agreed to, whatever the files say: neither
/// an import nor a file that was edited puts rules in force that nobody agreed to. Only reads: another process may be running.
///
/// # Errors
/// The schedule or the archive cannot be read.
pub fn begin_by_schedule(config: &SwitchConfig, files: RulesVersion) -> Result<Beginning, ArchiveError> {
    let Some(scheduled) = Schedule::of(&config.store.path).read()? else {
        return Ok(Beginning { scheduled: None, rules: None });
    };
    // A rehearsal goes on from where it was: what is due by then comes into force as soon as the switch is ready.
    let now = config.clock.rehearsal_start.unwrap_or_else(|| Clock::machine().now().wall);
    let due = scheduled.effective_from <= now;
    let version = if due { scheduled.version } else { scheduled.before };
    let rules = if files == version { None } else { Some(Archive::of(&config.store.path).rules(version)?) };
    if rules.is_some() && files != scheduled.version {
        tracing::error!(%files, in_force = %version, "the files make rules that nobody agreed to: load them by POST /api/v1/config/reload");
    }
    Ok(Beginning { scheduled: Some(scheduled).filter(|_| !due), rules })
}

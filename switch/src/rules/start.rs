//! The rules at a start: those that were in force when the switch stopped, or whose time has come since, and the files only where
//! nobody has to agree to a change.

use super::archive::{Archive, ArchiveError, Manifest};
use super::schedule::{Schedule, Scheduled};
use crate::clock::{Clock, rfc3339};
use lijian_config::digest::FileDigest;
use lijian_config::switch::SwitchConfig;
use lijian_domain::campaign::Campaign;
use lijian_domain::ids::RulesVersion;
use lijian_domain::rules::Rules;
use lijian_domain::time::UnixMicros;
use std::sync::Arc;

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

/// The rules that a start begins with.
pub struct Beginning {
    /// What waits for its time.
    pub scheduled: Option<Scheduled>,
    /// What decides.
    pub rules: Arc<Rules>,
    /// Whether that is what stands in the files.
    pub of_files: bool,
}

/// Why a start has no rules to begin with.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The schedule, or what it names.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What was in force is lost.
    #[error(
        "the rules in force, version {version}, were agreed to, and the files make others: {source}; put the folder `rules` of the \
         data directory back from a backup, or begin once without any [[admin.people]] and without its file `scheduled.json`: such a start goes \
         by the files"
    )]
    Lost {
        /// Which.
        version: RulesVersion,
        /// Why.
        source: ArchiveError,
    },
    /// They would take something from people who claimed.
    #[error("the files make other rules than were in force, and people hold claims of those: {}", .0.join("; "))]
    Claimed(
        /// What speaks against them.
        Vec<String>,
    ),
    /// Nobody may decide by them.
    #[error("rules.signatures: found {found}, expected {expected}")]
    Unsigned {
        /// By whom they are signed.
        found: String,
        /// By whom they must be.
        expected: String,
    },
}

/// Looks whether rules that a start begins with may take the place of those in force `before`, told what speaks against campaigns
/// in the place of others.
///
/// # Errors
/// Something does.
pub fn keep_promises(
    archive: &Archive,
    before: Option<RulesVersion>,
    rules: &Rules,
    objections: impl FnOnce(&[Campaign], &[Campaign]) -> Vec<String>,
) -> Result<(), BeginError> {
    let Some(before) = before.filter(|before| *before != rules.version) else { return Ok(()) };
    match archive.campaigns(before) {
        Ok(campaigns) => match objections(&campaigns, &rules.campaigns) {
            none if none.is_empty() => Ok(()),
            objections => Err(BeginError::Claimed(objections)),
        },
        Err(error) => {
            tracing::warn!(%error, "whether people hold claims that these rules do not know cannot be told");
            Ok(())
        }
    }
}

/// Chooses them. Until the time of a scheduled version has come what was in force before counts, and from then on what was agreed
/// to, whatever the files say; where people are named, and nothing is scheduled, what was in force at the end of the journal: neither
/// an import nor a file that was edited puts rules in force that nobody agreed to. What is due while claims speak against it waits on, as
/// where the switch runs. Whatever it is must be signed by as many as have to. Only reads: another process may be running.
///
/// # Errors
/// There are none, or they are not signed.
pub fn begin(
    config: &SwitchConfig,
    files: Rules,
    digest: FileDigest,
    on_record: Option<RulesVersion>,
    objections: impl Fn(&[Campaign], &[Campaign]) -> Vec<String>,
) -> Result<Beginning, BeginError> {
    // A rehearsal goes on from where it was: what is due by then comes into force as soon as the switch is ready.
    let now = config.clock.rehearsal_start.unwrap_or_else(|| Clock::machine().now().wall);
    let scheduled = Schedule::of(&config.store.path).read()?;
    // Another change was made since, and could not take it off the disk.
    let stale = |it: &Scheduled| on_record.is_some_and(|version| version != it.version && version != it.before);
    let scheduled = scheduled.filter(|it| !stale(it));
    let archive = Archive::of(&config.store.path);
    let refused = |it: &Scheduled| {
        let campaigns = [it.before, it.version].map(|version| archive.campaigns(version));
        let [Ok(before), Ok(after)] = campaigns else { return false };
        let objections = objections(&before, &after);
        if !objections.is_empty() {
            let (version, objections) = (it.version, objections.join("; "));
            tracing::error!(%version, objections, "these rules are due, and people hold claims of those in force: they wait");
        }
        !objections.is_empty()
    };
    let has_come = |it: &Scheduled| match on_record {
        // What came into force stays, also where the clock was put back since.
        Some(version) if version == it.version => true,
        _ => it.effective_from <= now && !refused(it),
    };
    let (come, waits) = match scheduled {
        Some(it) if has_come(&it) => (Some(it), None),
        waits => (None, waits),
    };
    let agreed = match (&come, &waits) {
        (Some(it), _) => Some(it.version),
        (_, Some(it)) => Some(it.before),
        (None, None) => on_record.filter(|_| !config.people.is_empty()),
    };
    let another = agreed.filter(|version| *version != files.version);
    let (rules, digest, of_files) = match another {
        None => (files, digest, true),
        Some(version) => {
            let made = archive.rules(version).and_then(|rules| Ok((rules, archive.digest(version)?)));
            let (rules, digest) = made.map_err(|source| BeginError::Lost { version, source })?;
            if waits.as_ref().is_none_or(|it| it.version != files.version) {
                let files = files.version;
                tracing::error!(%files, in_force = %version, "the files make rules that nobody agreed to: load them by POST /api/v1/config/reload");
            }
            (rules, digest, false)
        }
    };
    if let Some((found, expected)) = config.signing.lacks(digest) {
        return Err(BeginError::Unsigned { found, expected });
    }
    Ok(Beginning { scheduled: waits, rules: Arc::new(rules), of_files })
}

#[cfg(test)]
#[path = "start_tests.rs"]
mod tests;

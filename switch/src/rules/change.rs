//! A change of the rules: read, checked, agreed to, swapped.

use super::archive::{Archive, ArchiveError, KeptFile, Manifest};
use super::difference::Difference;
use super::in_force::{Failed, InForce, Shared};
use super::not_changed::NotChanged;
use super::schedule::{Schedule, Scheduled};
use super::source::Source;
use crate::clock::{Clock, rfc3339};
use lijian_config::switch::SigningConfig;
use lijian_domain::ids::RulesVersion;
use lijian_domain::record::{RulesCause, RulesChanged};
use lijian_domain::rules::Rules;
use lijian_domain::text::Text;
use lijian_domain::time::UnixMicros;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{Mutex, Notify};

/// Hands rules over to whoever decides by them, with what goes on record, or only asks about them, with nothing to record. Gives
/// what speaks against them; nothing where they are in force and on disk, or might be; none where that could not be recorded.
pub type HandOver = Box<
    dyn Fn(Arc<Rules>, Option<RulesChanged>) -> Pin<Box<dyn Future<Output = Option<Vec<String>>> + Send>> + Send + Sync,
>;

/// What a change is read from, and what it is held against.
#[derive(Debug)]
pub struct Ground {
    /// Where the rules are read.
    pub source: Source,
    /// Where each version is kept.
    pub archive: Archive,
    /// Where the version is kept whose time is to come.
    pub schedule: Schedule,
    /// Who vouches for rules, by the configuration that runs.
    pub signing: SigningConfig,
    /// The keys of the configuration that runs, and what they say.
    pub keys: BTreeMap<String, String>,
}

/// A year: a change further ahead is a slip of the pen.
const AHEAD_MAX_US: i64 = 366 * 86_400 * 1_000_000;

/// Changes rules.
pub struct Changes {
    pub(super) ground: Ground,
    pub(super) shared: Arc<Shared>,
    hand_over: HandOver,
    pub(super) clock: Clock,
    /// Held while a change is under way: what one person prepared and nobody agreed to yet.
    pub(super) prepared: Mutex<Option<Prepared>>,
    /// What the schedule keeps.
    pub(super) due: std::sync::Mutex<Option<Scheduled>>,
    pub(super) was_scheduled: Notify,
    two_people: TwoPeople,
}

/// Whether one person may change the rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TwoPeople {
    /// A change is agreed to by another person.
    Needed,
    /// A rehearsal: nobody is named.
    NotNeeded,
}

/// Rules that were read and are right, and wait for somebody to agree.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub(super) rules: Arc<Rules>,
    /// Taken into the archive already.
    pub(super) files: Vec<KeptFile>,
    /// What they change.
    pub difference: Difference,
    /// Keys of the configuration that say something else now and count from the next start on.
    pub restart_needed: Vec<String>,
    /// Who prepared them.
    pub maker: String,
    /// When they are meant to be in force; none: as soon as somebody agrees.
    pub effective_from: Option<UnixMicros>,
}

impl Prepared {
    /// Which.
    pub fn version(&self) -> RulesVersion {
        self.rules.version
    }
}

/// What became of a change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed {
    /// In force now.
    pub version: RulesVersion,
    /// In force before; the same where nothing changed.
    pub before: RulesVersion,
    /// What changed.
    pub difference: Difference,
    /// Keys of the configuration that count from the next start on.
    pub restart_needed: Vec<String>,
    /// Where the version is not in force yet: from when on.
    pub effective_from: Option<UnixMicros>,
}

impl Changes {
    /// Nothing is under way; `scheduled` is what the schedule keeps.
    pub fn new(
        ground: Ground,
        shared: Arc<Shared>,
        scheduled: Option<Scheduled>,
        hand_over: HandOver,
        clock: Clock,
        two_people: TwoPeople,
    ) -> Self {
        let (prepared, was_scheduled, due) = (Mutex::default(), Notify::new(), std::sync::Mutex::new(scheduled));
        Self { ground, shared, hand_over, clock, prepared, due, was_scheduled, two_people }
    }

    /// Whether two people are needed.
    pub const fn two_people(&self) -> TwoPeople {
        self.two_people
    }

    /// The rules in force.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Reads everything and swaps it, at once or `from` then on, where nobody has to agree. A signal, which cannot be told to try again, waits
    /// for the change that is under way.
    ///
    /// # Errors
    /// Nothing changed.
    pub async fn at_once(&self, cause: RulesCause, from: Option<UnixMicros>) -> Result<Changed, NotChanged> {
        if self.two_people() == TwoPeople::Needed {
            return Err(self.refuse(NotChanged::TwoPeopleNeeded));
        }
        self.to_come(from)?;
        let mut waiting = match cause {
            RulesCause::Signal => self.prepared.lock().await,
            _ => self.prepared.try_lock().map_err(|_| NotChanged::Busy)?,
        };
        let prepared = self.read("", from).await?;
        *waiting = None;
        self.decide(prepared, cause, "").await
    }

    /// Reads everything and keeps it for another person to agree to, in the place of what was prepared before.
    ///
    /// # Errors
    /// What stands in the files is wrong.
    pub async fn prepare(&self, maker: &str, from: Option<UnixMicros>) -> Result<Prepared, NotChanged> {
        self.to_come(from)?;
        let mut waiting = self.prepared.try_lock().map_err(|_| NotChanged::Busy)?;
        let prepared = self.read(maker, from).await?;
        let replaced = waiting.replace(prepared.clone());
        drop_aside(replaced);
        Ok(prepared)
    }

    /// What waits for somebody to agree; none also while a change is under way.
    pub fn waiting(&self) -> Option<Prepared> {
        self.prepared.try_lock().ok()?.clone()
    }

    /// Another person agrees: what was prepared is in force, at once or when it is meant to be, whatever the files say
    /// meanwhile.
    ///
    /// # Errors
    /// Nothing changed.
    pub async fn agree(
        &self,
        version: RulesVersion,
        from: Option<UnixMicros>,
        checker: &str,
    ) -> Result<Changed, NotChanged> {
        let mut waiting = self.prepared.try_lock().map_err(|_| NotChanged::Busy)?;
        // To this version, and to the moment from which it counts.
        let prepared =
            waiting.as_ref().filter(|prepared| (prepared.version(), prepared.effective_from) == (version, from));
        let prepared = prepared.ok_or(NotChanged::NotPrepared)?;
        if prepared.maker == checker {
            return Err(NotChanged::SamePerson);
        }
        let changed = self.decide(prepared.clone(), RulesCause::Request, checker).await?;
        *waiting = None;
        Ok(changed)
    }

    /// A change is for now, or for a moment that a person can have meant.
    fn to_come(&self, from: Option<UnixMicros>) -> Result<(), NotChanged> {
        let ahead_us = from.map_or(1, |from| from.0.saturating_sub(self.clock.now().wall.0));
        if (1..=AHEAD_MAX_US).contains(&ahead_us) { Ok(()) } else { Err(NotChanged::Past) }
    }

    /// In force at once, or when its time has come.
    async fn decide(&self, prepared: Prepared, cause: RulesCause, checker: &str) -> Result<Changed, NotChanged> {
        match prepared.effective_from {
            Some(from) if from > self.clock.now().wall => return self.put_off(prepared, checker).await,
            Some(_) => return Err(NotChanged::Past),
            None => {}
        }
        // The files hold what waits for its time already: that is no reason for it to come early.
        let waits = self.scheduled().filter(|scheduled| scheduled.version == prepared.version());
        match waits {
            Some(scheduled) => Err(self.refuse(NotChanged::Scheduled(scheduled))),
            None => self.publish(prepared, cause, checker).await,
        }
    }

    async fn read(&self, maker: &str, effective_from: Option<UnixMicros>) -> Result<Prepared, NotChanged> {
        let Ground { source, archive, signing, .. } = &self.ground;
        let (source, archive, signing) = (source.clone(), archive.clone(), signing.clone());
        let before = self.shared.rules();
        let read = tokio::task::spawn_blocking(move || {
            let loaded = source
                .load()
                .map_err(|errors| NotChanged::Wrong(errors.errors().iter().map(ToString::to_string).collect()))?;
            // Whoever may sign counts from the next start on: a change of the rules cannot bring its own signers.
            if let Some((found, expected)) = signing.lacks(loaded.rules_digest) {
                return Err(unsigned(&found, &expected));
            }
            let files =
                archive.take_in(loaded.rules.version, &loaded.config.rule_files).map_err(|error| not_kept(&error))?;
            let difference = archive.difference(&before, &loaded.rules, &files);
            Ok((loaded, files, difference))
        });
        let (loaded, files, difference) = match read.await {
            Ok(Ok(read)) => read,
            Ok(Err(why)) => return Err(self.refuse(why)),
            Err(_) => return Err(self.refuse(NotChanged::Wrong(vec!["reading the configuration failed".to_owned()]))),
        };
        let restart_needed = changed_keys(&self.ground.keys, &loaded.keys);
        let (rules, maker) = (Arc::new(loaded.rules), maker.to_owned());
        match (self.hand_over)(Arc::clone(&rules), None).await {
            Some(objections) if !objections.is_empty() => return Err(self.refuse(NotChanged::Wrong(objections))),
            _ => self.shared.went_well(),
        }
        Ok(Prepared { rules, files, difference, restart_needed, maker, effective_from })
    }

    pub(super) async fn publish(
        &self,
        prepared: Prepared,
        cause: RulesCause,
        checker: &str,
    ) -> Result<Changed, NotChanged> {
        let Prepared { rules, files, difference, restart_needed, maker, .. } = prepared;
        let (version, before) = (rules.version, self.shared.in_force().version);
        if version == before {
            drop_aside(rules);
            return Ok(Changed { version, before, difference, restart_needed, effective_from: None });
        }
        let (archive, manifest) = (self.ground.archive.clone(), self.manifest(version, files, &maker, checker));
        // Since they were read a signer may have taken the signature back.
        let lacks = manifest.digest().map(|digest| self.ground.signing.lacks(digest));
        if let Some((found, expected)) =
            lacks.unwrap_or_else(|| Some(("no digests of files".to_owned(), "some".to_owned())))
        {
            return Err(self.refuse(unsigned(&found, &expected)));
        }
        self.aside(move || archive.keep(&manifest)).await?;
        // What waits is over other rules than these and known as stale by their record. What came due is not, where these are the
        // rules of before: a start that finds both would take it for due once more.
        let waits = self.scheduled().filter(|_| cause != RulesCause::Due);
        if cause != RulesCause::Due && waits.is_none() {
            self.unschedule().await?;
        }
        let name = |name: &str| Text::new(name).unwrap_or_default();
        let changed = RulesChanged { rules: version, cause, maker: name(&maker), checker: name(checker) };
        match (self.hand_over)(Arc::clone(&rules), Some(changed)).await {
            Some(objections) if objections.is_empty() => {}
            Some(objections) => return Err(self.refuse(NotChanged::Wrong(objections))),
            None => return Err(self.refuse(NotChanged::NotRecorded)),
        }
        let since = self.clock.now().wall;
        let in_force = InForce { version, since, maker: maker.clone(), checker: checker.to_owned() };
        // Whoever drops the last of the old rules frees a library of goods: never a thread that decides.
        drop_aside(self.shared.swap(rules, in_force));
        tracing::warn!(%version, %before, maker, checker, "other rules are in force");
        if let Some(Scheduled { version, .. }) = waits {
            tracing::warn!(%version, "this one was agreed to over other rules and no longer comes into force");
            // Where that fails it is told, and this process goes by what is in force now.
            let _ = self.unschedule().await;
        }
        if !restart_needed.is_empty() {
            tracing::warn!(
                keys = restart_needed.join(" "),
                "these keys changed too: they count from the next start on"
            );
        }
        Ok(Changed { version, before, difference, restart_needed, effective_from: None })
    }

    pub(super) fn manifest(&self, version: RulesVersion, files: Vec<KeptFile>, maker: &str, checker: &str) -> Manifest {
        let (version, kept) = (version.to_string(), rfc3339(self.clock.now().wall));
        Manifest { version, kept, maker: maker.to_owned(), checker: checker.to_owned(), files }
    }

    pub(super) fn refuse(&self, why: NotChanged) -> NotChanged {
        let errors = why.lines();
        tracing::error!(errors = errors.join("\n"), "the rules stay as they are");
        self.shared.fail(Failed { at: self.clock.now().wall, errors });
        why
    }
}

fn unsigned(found: &str, expected: &str) -> NotChanged {
    NotChanged::Wrong(vec![format!("rules.signatures: found {found}, expected {expected}")])
}

pub(super) fn not_kept(error: &ArchiveError) -> NotChanged {
    NotChanged::Wrong(vec![format!("the archive of rules: {error}")])
}

/// Leaves what may take long to free to a thread that nobody waits for.
fn drop_aside<T: Send + 'static>(value: T) {
    drop(tokio::task::spawn_blocking(move || drop(value)));
}

/// Keys that say something else, are new or gone, apart from those that say where the rules are read from.
fn changed_keys(running: &BTreeMap<String, String>, read: &BTreeMap<String, String>) -> Vec<String> {
    let of_rules = |key: &str| key.ends_with(".files");
    let changed = read.iter().filter(|(key, value)| running.get(*key) != Some(value)).map(|(key, _)| key);
    let gone = running.keys().filter(|key| !read.contains_key(*key));
    let mut keys: Vec<String> = changed.chain(gone).filter(|key| !of_rules(key)).cloned().collect();
    keys.sort_unstable();
    keys
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;

//! A change of the rules: read, checked, agreed to, swapped.

use super::archive::{Archive, ArchiveError, KeptFile, Manifest};
use super::difference::Difference;
use super::in_force::{Failed, InForce, Shared};
use super::source::Source;
use crate::clock::{Clock, rfc3339};
use lijian_config::switch::SigningConfig;
use lijian_domain::ids::RulesVersion;
use lijian_domain::record::{RulesCause, RulesChanged};
use lijian_domain::rules::Rules;
use lijian_domain::text::Text;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Hands rules over to whoever decides by them, with what goes on record; false where that could not be recorded.
pub type HandOver = Box<dyn Fn(Arc<Rules>, RulesChanged) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// What a change is read from, and what it is held against.
#[derive(Debug)]
pub struct Ground {
    /// Where the rules are read.
    pub source: Source,
    /// Where each version is kept.
    pub archive: Archive,
    /// Who vouches for rules, by the configuration that runs.
    pub signing: SigningConfig,
    /// The keys of the configuration that runs, and what they say.
    pub keys: BTreeMap<String, String>,
}

/// Changes rules.
pub struct Changes {
    ground: Ground,
    shared: Arc<Shared>,
    hand_over: HandOver,
    clock: Clock,
    /// Held while a change is under way: what one person prepared and nobody agreed to yet.
    prepared: Mutex<Option<Prepared>>,
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
    rules: Arc<Rules>,
    /// Taken into the archive already.
    files: Vec<KeptFile>,
    /// What they change.
    pub difference: Difference,
    /// Keys of the configuration that say something else now and count from the next start on.
    pub restart_needed: Vec<String>,
    /// Who prepared them.
    pub maker: String,
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
}

/// Why nothing changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotChanged {
    /// The files are wrong: a line for each thing.
    Wrong(Vec<String>),
    /// Another change is under way.
    Busy,
    /// Nobody prepared this version.
    NotPrepared,
    /// Who prepared a change cannot agree to it.
    SamePerson,
    /// The journal takes no records, or the switch is stopping.
    NotRecorded,
    /// Two people change the rules here: a signal is nobody.
    TwoPeopleNeeded,
}

impl Changes {
    /// Nothing is under way.
    pub fn new(ground: Ground, shared: Arc<Shared>, hand_over: HandOver, clock: Clock, two_people: TwoPeople) -> Self {
        Self { ground, shared, hand_over, clock, prepared: Mutex::default(), two_people }
    }

    /// Whether two people are needed.
    pub const fn two_people(&self) -> TwoPeople {
        self.two_people
    }

    /// The rules in force.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Reads everything and swaps it at once, where nobody has to agree. A signal, which cannot be told to try again, waits
    /// for the change that is under way.
    ///
    /// # Errors
    /// Nothing changed.
    pub async fn at_once(&self, cause: RulesCause, maker: &str) -> Result<Changed, NotChanged> {
        if self.two_people() == TwoPeople::Needed {
            return Err(self.refuse(NotChanged::TwoPeopleNeeded));
        }
        let mut waiting = match cause {
            RulesCause::Signal => self.prepared.lock().await,
            _ => self.prepared.try_lock().map_err(|_| NotChanged::Busy)?,
        };
        let prepared = self.read(maker).await?;
        *waiting = None;
        self.publish(prepared, cause, "").await
    }

    /// Reads everything and keeps it for another person to agree to, in the place of what was prepared before.
    ///
    /// # Errors
    /// What stands in the files is wrong.
    pub async fn prepare(&self, maker: &str) -> Result<Prepared, NotChanged> {
        let mut waiting = self.prepared.try_lock().map_err(|_| NotChanged::Busy)?;
        let prepared = self.read(maker).await?;
        let replaced = waiting.replace(prepared.clone());
        drop_aside(replaced);
        Ok(prepared)
    }

    /// What waits for somebody to agree; none also while a change is under way.
    pub fn waiting(&self) -> Option<Prepared> {
        self.prepared.try_lock().ok()?.clone()
    }

    /// Another person agrees: what was prepared is in force, whatever the files say meanwhile.
    ///
    /// # Errors
    /// Nothing changed.
    pub async fn agree(&self, version: RulesVersion, checker: &str) -> Result<Changed, NotChanged> {
        let mut waiting = self.prepared.try_lock().map_err(|_| NotChanged::Busy)?;
        let prepared = waiting.as_ref().filter(|prepared| prepared.version() == version);
        let prepared = prepared.ok_or(NotChanged::NotPrepared)?;
        if prepared.maker == checker {
            return Err(NotChanged::SamePerson);
        }
        let changed = self.publish(prepared.clone(), RulesCause::Request, checker).await?;
        *waiting = None;
        Ok(changed)
    }

    async fn read(&self, maker: &str) -> Result<Prepared, NotChanged> {
        let Ground { source, archive, signing, .. } = &self.ground;
        let (source, archive, signing) = (source.clone(), archive.clone(), signing.clone());
        let read = tokio::task::spawn_blocking(move || {
            let loaded = source
                .load()
                .map_err(|errors| NotChanged::Wrong(errors.errors().iter().map(ToString::to_string).collect()))?;
            // Whoever may sign counts from the next start on: a change of the rules cannot bring its own signers.
            if let Some((found, expected)) = signing.lacks(loaded.rules_digest) {
                return Err(NotChanged::Wrong(vec![format!("rules.signatures: found {found}, expected {expected}")]));
            }
            let files = archive.take_in(loaded.rules.version, &loaded.config.rule_files).map_err(not_kept)?;
            Ok((loaded, files))
        });
        let (loaded, files) = match read.await {
            Ok(Ok(read)) => read,
            Ok(Err(why)) => return Err(self.refuse(why)),
            Err(_) => return Err(self.refuse(NotChanged::Wrong(vec!["reading the configuration failed".to_owned()]))),
        };
        self.shared.went_well();
        let difference = Difference::between(&self.shared.rules(), &loaded.rules);
        let restart_needed = changed_keys(&self.ground.keys, &loaded.keys);
        Ok(Prepared { rules: Arc::new(loaded.rules), files, difference, restart_needed, maker: maker.to_owned() })
    }

    async fn publish(&self, prepared: Prepared, cause: RulesCause, checker: &str) -> Result<Changed, NotChanged> {
        let Prepared { rules, files, difference, restart_needed, maker } = prepared;
        let (version, before) = (rules.version, self.shared.in_force().version);
        if version == before {
            drop_aside(rules);
            return Ok(Changed { version, before, difference, restart_needed });
        }
        let (archive, manifest) = (self.ground.archive.clone(), self.manifest(version, files, &maker, checker));
        let kept = tokio::task::spawn_blocking(move || archive.keep(&manifest)).await;
        match kept {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(self.refuse(not_kept(error))),
            Err(_) => return Err(self.refuse(NotChanged::Wrong(vec!["keeping the version failed".to_owned()]))),
        }
        let name = |name: &str| Text::new(name).unwrap_or_default();
        let changed = RulesChanged { rules: version, cause, maker: name(&maker), checker: name(checker) };
        if !(self.hand_over)(Arc::clone(&rules), changed).await {
            return Err(self.refuse(NotChanged::NotRecorded));
        }
        let since = self.clock.now().wall;
        let in_force = InForce { version, since, maker: maker.clone(), checker: checker.to_owned() };
        // Whoever drops the last of the old rules frees a library of goods: never a thread that decides.
        drop_aside(self.shared.swap(rules, in_force));
        tracing::warn!(%version, %before, maker, checker, "other rules are in force");
        if !restart_needed.is_empty() {
            tracing::warn!(
                keys = restart_needed.join(" "),
                "these keys changed too: they count from the next start on"
            );
        }
        Ok(Changed { version, before, difference, restart_needed })
    }

    fn manifest(&self, version: RulesVersion, files: Vec<KeptFile>, maker: &str, checker: &str) -> Manifest {
        let (version, kept) = (version.to_string(), rfc3339(self.clock.now().wall));
        Manifest { version, kept, maker: maker.to_owned(), checker: checker.to_owned(), files }
    }

    fn refuse(&self, why: NotChanged) -> NotChanged {
        let errors = why.lines();
        tracing::error!(errors = errors.join("\n"), "the rules stay as they are");
        self.shared.fail(Failed { at: self.clock.now().wall, errors });
        why
    }
}

impl NotChanged {
    /// What to tell people: a line for each thing.
    pub fn lines(&self) -> Vec<String> {
        let one = |line: &str| vec![line.to_owned()];
        match self {
            Self::Wrong(lines) => lines.clone(),
            Self::Busy => one("another change of the rules is under way: try again"),
            Self::NotPrepared => one("nobody prepared this version: POST /api/v1/config/reload prepares one"),
            Self::SamePerson => one("who prepared a change cannot agree to it"),
            Self::NotRecorded => {
                one("the change could not be put on record (the journal takes no records, or the switch is stopping)")
            }
            Self::TwoPeopleNeeded => one("two people change the rules here: one asks POST /api/v1/config/reload, \
                                          another agrees by POST /api/v1/config/reload/confirm"),
        }
    }
}

fn not_kept(error: ArchiveError) -> NotChanged {
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
mod tests {
    use super::*;
    use lijian_config::switch::Environment;
    use lijian_domain::time::UnixMicros;
    use std::path::Path;
    use tokio::sync::Semaphore;

    /// The example with a campaign file in a data directory; each change waits for a permit before it is on record.
    fn changes(data: &Path, permits: &Arc<Semaphore>) -> Arc<Changes> {
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
        std::fs::copy(config.join("campaigns/shenzhen-2024.toml"), data.join("campaign.toml")).unwrap();
        let source = Source {
            file: config.join("examples/shenzhen-2024/switch.toml"),
            overrides: vec![("campaigns.files".into(), format!("[\"{}\"]", data.join("campaign.toml").display()))],
            data: Some(data.to_owned()),
            environment: Environment::default(),
        };
        let loaded = source.load().unwrap();
        let permits = Arc::clone(permits);
        let hand_over: HandOver = Box::new(move |_, _| {
            let permits = Arc::clone(&permits);
            Box::pin(async move { permits.acquire().await.map(tokio::sync::SemaphorePermit::forget).is_ok() })
        });
        let ground =
            Ground { source, archive: Archive::of(data), signing: SigningConfig::default(), keys: loaded.keys };
        let shared = Arc::new(Shared::new(Arc::new(loaded.rules), UnixMicros(0)));
        Arc::new(Changes::new(ground, shared, hand_over, Clock::machine(), TwoPeople::NotNeeded))
    }

    fn write(data: &Path, from: &str, to: &str) {
        let path = data.join("campaign.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    #[tokio::test]
    async fn a_signal_waits_for_the_change_that_is_under_way_and_a_request_is_told() {
        let (data, permits) = (tempfile::tempdir().unwrap(), Arc::new(Semaphore::new(0)));
        let changes = changes(data.path(), &permits);
        let start = changes.shared().in_force().version;
        write(data.path(), "1 = 2000", "1 = 1900");
        let at_once = |cause| {
            let changes = Arc::clone(&changes);
            tokio::spawn(async move { changes.at_once(cause, "").await })
        };
        let first = at_once(RulesCause::Request);
        while changes.prepared.try_lock().is_ok() {
            tokio::task::yield_now().await;
        }
        let second = at_once(RulesCause::Signal);
        assert_eq!(changes.at_once(RulesCause::Request, "").await, Err(NotChanged::Busy));
        permits.add_permits(1);
        let first = first.await.unwrap().unwrap();
        assert_eq!(first.before, start);
        // By now the files say the same, or something else: whatever they say when the signal's turn has come.
        let second = second.await.unwrap().unwrap();
        assert_eq!((second.before, second.version), (first.version, first.version));
    }

    #[tokio::test]
    async fn a_version_that_cannot_be_kept_is_not_put_in_force() {
        let (data, permits) = (tempfile::tempdir().unwrap(), Arc::new(Semaphore::new(1)));
        let changes = changes(data.path(), &permits);
        let start = changes.shared().in_force().version;
        write(data.path(), "1 = 2000", "1 = 1900");
        // Where the folder of versions should be stands a file.
        std::fs::create_dir_all(data.path().join("rules")).unwrap();
        std::fs::write(data.path().join("rules/versions"), "").unwrap();
        assert!(matches!(changes.at_once(RulesCause::Signal, "").await, Err(NotChanged::Wrong(_))));
        assert_eq!((changes.shared().in_force().version, permits.available_permits()), (start, 1));
        assert!(changes.shared().failed().is_some());
    }

    #[test]
    fn keys_that_need_a_restart_are_named() {
        let keys = |text: &str| -> BTreeMap<String, String> {
            text.split(' ')
                .filter_map(|pair| pair.split_once('='))
                .map(|(key, value)| (key.into(), value.into()))
                .collect()
        };
        let running = keys("store.path=data admin.listen=a campaigns.files=x links.acquirers.pos.listen=b");
        let read = keys("store.path=data admin.listen=c campaigns.files=y queue.retry_ms_min=1");
        let expected = ["admin.listen", "links.acquirers.pos.listen", "queue.retry_ms_min"];
        assert_eq!(changed_keys(&running, &read), expected);
        assert!(changed_keys(&running, &running).is_empty());
    }
}

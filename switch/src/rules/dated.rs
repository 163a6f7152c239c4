//! A change whose time is to come: agreed to now, in force from its moment on, also over a restart.
//!
//! One waits at a time. What comes into force is the version that was agreed to, made from the archive, whatever the files say
//! by then; a change that is made at once takes its place.

use super::archive::ArchiveError;
use super::change::{Changed, Changes, Prepared, not_kept};
use super::not_changed::NotChanged;
use super::schedule::Scheduled;
use lijian_domain::ids::RulesVersion;
use lijian_domain::record::RulesCause;
use std::sync::Arc;
use std::sync::PoisonError;
use std::time::Duration;

/// The clock is looked at so often, since somebody may set it.
const LOOK: Duration = Duration::from_millis(200);
/// What could not be put in force is tried again after this.
const AGAIN: Duration = Duration::from_secs(60);

impl Changes {
    /// The version whose time is to come.
    pub fn scheduled(&self) -> Option<Scheduled> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts what waits in force once its time has come; never ends.
    pub async fn watch(self: Arc<Self>) {
        loop {
            let Some(scheduled) = self.scheduled() else {
                self.was_scheduled.notified().await;
                continue;
            };
            if scheduled.effective_from > self.clock.now().wall {
                tokio::time::sleep(LOOK).await;
            } else if self.come_due(&scheduled).await.is_err() {
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    /// A person takes back what was agreed to.
    ///
    /// # Errors
    /// This version is not scheduled, or cannot be taken off the disk.
    pub async fn withdraw(&self, version: RulesVersion, person: &str) -> Result<Scheduled, NotChanged> {
        let _under_way = self.prepared.lock().await;
        let scheduled = self.scheduled().filter(|scheduled| scheduled.version == version);
        let scheduled = scheduled.ok_or(NotChanged::NotScheduled)?;
        // The disk first: where it does not take it, it waits as before, and can be withdrawn again.
        let schedule = self.ground.schedule.clone();
        self.aside(move || schedule.clear()).await?;
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = None;
        tracing::warn!(%version, person, "the rules that were to come into force are withdrawn");
        Ok(scheduled)
    }

    /// Keeps what was agreed to for its time.
    pub(super) async fn put_off(&self, prepared: Prepared, checker: &str) -> Result<Changed, NotChanged> {
        let Prepared { rules, files, difference, restart_needed, maker, effective_from } = prepared;
        let (version, before) = (rules.version, self.shared.in_force().version);
        let Some(effective_from) = effective_from.filter(|_| version != before) else {
            return Ok(Changed { version, before, difference, restart_needed, effective_from: None });
        };
        if let Some(other) = self.scheduled().filter(|other| other.version != version) {
            return Err(NotChanged::Scheduled(other));
        }
        let manifest = self.manifest(version, files, &maker, checker);
        let scheduled = Scheduled { version, before, effective_from, maker, checker: checker.to_owned() };
        let (archive, schedule, kept) = (self.ground.archive.clone(), self.ground.schedule.clone(), scheduled.clone());
        self.aside(move || archive.keep(&manifest).and_then(|()| schedule.put(&kept))).await?;
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = Some(scheduled);
        self.was_scheduled.notify_one();
        let from = crate::clock::rfc3339(effective_from);
        tracing::warn!(%version, %before, from, checker, "other rules will be in force");
        Ok(Changed { version, before, difference, restart_needed, effective_from: Some(effective_from) })
    }

    /// Nothing waits any more: as long as this process lives, also where the disk does not take it.
    pub(super) async fn unschedule(&self) -> Result<(), NotChanged> {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let schedule = self.ground.schedule.clone();
        self.aside(move || schedule.clear()).await
    }

    async fn come_due(&self, scheduled: &Scheduled) -> Result<(), NotChanged> {
        let mut waiting = self.prepared.lock().await;
        // While it was waited for somebody may have withdrawn it.
        if self.scheduled().as_ref() != Some(scheduled) {
            return Ok(());
        }
        let (archive, version) = (self.ground.archive.clone(), scheduled.version);
        let before = self.shared.rules();
        let made = self.aside(move || {
            let (rules, files) = (archive.rules(version)?, archive.manifest(version)?.files);
            let difference = archive.difference(&before, &rules, &files);
            Ok((rules, files, difference))
        });
        let (rules, files, difference) = made.await?;
        let prepared = Prepared {
            rules: Arc::new(rules),
            files,
            difference,
            restart_needed: Vec::new(),
            maker: scheduled.maker.clone(),
            effective_from: None,
        };
        self.publish(prepared, RulesCause::Due, &scheduled.checker).await?;
        // What somebody prepared in the meantime was held against other rules.
        *waiting = None;
        // The file stays: until another change is made, a start goes by it and not by files that may say something else.
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// Runs what waits for a disk; what goes wrong refuses the change.
    pub(super) async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, NotChanged> {
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.refuse(not_kept(&error))),
            Err(_) => Err(self.refuse(NotChanged::Wrong(vec!["the archive of rules: writing it failed".to_owned()]))),
        }
    }
}

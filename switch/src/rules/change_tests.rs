//! Changes one after the other, and both at once.

use super::*;
use lijian_config::switch::Environment;
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
    let hand_over: HandOver = Box::new(move |_, changed| {
        let permits = Arc::clone(&permits);
        Box::pin(async move {
            if changed.is_some() {
                permits.acquire().await.unwrap().forget();
            }
            Some(Vec::new())
        })
    });
    let ground = Ground {
        source,
        archive: Archive::of(data),
        schedule: Schedule::of(data),
        signing: SigningConfig::default(),
        keys: loaded.keys,
    };
    let shared = Arc::new(Shared::new(Arc::new(loaded.rules), UnixMicros(0)));
    Arc::new(Changes::new(ground, shared, None, hand_over, Clock::machine(), TwoPeople::NotNeeded))
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
        tokio::spawn(async move { changes.at_once(cause, None).await })
    };
    let first = at_once(RulesCause::Request);
    while changes.prepared.try_lock().is_ok() {
        tokio::task::yield_now().await;
    }
    let second = at_once(RulesCause::Signal);
    assert_eq!(changes.at_once(RulesCause::Request, None).await, Err(NotChanged::Busy));
    permits.add_permits(1);
    let first = first.await.unwrap().unwrap();
    assert_eq!(first.before, start);
    // By now the files say the same, or something else: whatever they say when the signal's turn has come.
    let second = second.await.unwrap().unwrap();
    assert_eq!((second.before, second.version), (first.version, first.version));
}

#[tokio::test]
async fn what_came_due_is_off_the_disk_before_a_change_that_ends_it_is_on_record() {
    let (data, permits) = (tempfile::tempdir().unwrap(), Arc::new(Semaphore::new(0)));
    let changes = changes(data.path(), &permits);
    let version = changes.shared().in_force().version;
    let (maker, checker) = ("wang".to_owned(), "li".to_owned());
    let came_due = Scheduled { version, before: RulesVersion([1; 8]), effective_from: UnixMicros(0), maker, checker };
    std::fs::create_dir_all(data.path().join("rules")).unwrap();
    let schedule = changes.ground.schedule.clone();
    schedule.put(&came_due).unwrap();
    // Back to the version of before, and killed once that is on record: a start that finds both takes the other for due.
    write(data.path(), "1 = 2000", "1 = 1900");
    let back = tokio::spawn({
        let changes = Arc::clone(&changes);
        async move { changes.at_once(RulesCause::Request, None).await }
    });
    while permits.available_permits() > 0 || !data.path().join("rules/versions").exists() {
        tokio::task::yield_now().await;
    }
    let mut looks = 0;
    while schedule.read().unwrap().is_some() && looks < 1_000 {
        looks += 1;
        // A thread of its own removes it, and tells nobody.
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    assert_eq!((schedule.read().unwrap(), changes.shared().in_force().version), (None, version));
    permits.add_permits(1);
    assert_ne!(back.await.unwrap().unwrap().version, version);
}

#[tokio::test]
async fn what_cannot_be_taken_off_the_disk_is_not_ended() {
    let (data, permits) = (tempfile::tempdir().unwrap(), Arc::new(Semaphore::new(1)));
    let changes = changes(data.path(), &permits);
    let start = changes.shared().in_force().version;
    write(data.path(), "1 = 2000", "1 = 1900");
    // No file, so that it cannot be removed as one.
    std::fs::create_dir_all(data.path().join("rules/scheduled.json")).unwrap();
    assert!(matches!(changes.at_once(RulesCause::Request, None).await, Err(NotChanged::Wrong(_))));
    assert_eq!((changes.shared().in_force().version, permits.available_permits()), (start, 1));
}

#[tokio::test]
async fn what_cannot_be_withdrawn_can_be_withdrawn_later() {
    let (data, permits) = (tempfile::tempdir().unwrap(), Arc::new(Semaphore::new(0)));
    let changes = changes(data.path(), &permits);
    write(data.path(), "1 = 2000", "1 = 1900");
    let later = Some(UnixMicros(changes.clock.now().wall.0 + 86_400_000_000));
    let version = changes.at_once(RulesCause::Request, later).await.unwrap().version;
    // What cannot be removed stands in its place.
    let path = data.path().join("rules/scheduled.json");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(changes.withdraw(version, "li").await, Err(NotChanged::Wrong(_))));
    assert_eq!(changes.scheduled().map(|scheduled| scheduled.version), Some(version));
    std::fs::remove_dir(&path).unwrap();
    assert_eq!(changes.withdraw(version, "li").await.map(|scheduled| scheduled.version), Ok(version));
    assert_eq!((changes.scheduled(), changes.withdraw(version, "li").await), (None, Err(NotChanged::NotScheduled)));
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
    assert!(matches!(changes.at_once(RulesCause::Signal, None).await, Err(NotChanged::Wrong(_))));
    assert_eq!((changes.shared().in_force().version, permits.available_permits()), (start, 1));
    assert!(changes.shared().failed().is_some());
}

#[test]
fn keys_that_need_a_restart_are_named() {
    let keys = |text: &str| -> BTreeMap<String, String> {
        text.split(' ').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key.into(), value.into())).collect()
    };
    let running = keys("store.path=data admin.listen=a campaigns.files=x links.acquirers.pos.listen=b");
    let read = keys("store.path=data admin.listen=c campaigns.files=y queue.retry_ms_min=1");
    let expected = ["admin.listen", "links.acquirers.pos.listen", "queue.retry_ms_min"];
    assert_eq!(changed_keys(&running, &read), expected);
    assert!(changed_keys(&running, &running).is_empty());
}

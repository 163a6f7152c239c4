//! The way of new rules to the exchange, and the wait until the change is on disk: whoever is told that rules are in force can count
//! on them after a start too.

use crate::ops::Asker;
use crate::rules::HandOver;
use lijian_store::journal::Journal;
use std::sync::Arc;
use std::time::Duration;

/// So often is looked how far the disk is.
const LOOK: Duration = Duration::from_millis(1);

/// Rules that the exchange takes count as handed over once their record is on disk, however long that takes.
pub(crate) fn hand_over(asker: Asker, journal: Arc<Journal>) -> HandOver {
    Box::new(move |rules, changed| {
        let (asker, journal) = (asker.clone(), Arc::clone(&journal));
        Box::pin(async move {
            let objections = asker.rules(rules, changed).await?;
            let handed_over = changed.is_some() && objections.is_empty();
            (!handed_over || on_disk(&journal).await).then_some(objections)
        })
    })
}

/// Whether everything that the journal took is on disk, once that is known.
async fn on_disk(journal: &Journal) -> bool {
    let taken = journal.taken();
    loop {
        // A journal that fails may not have taken the record at all.
        if journal.fault().is_some() {
            return false;
        }
        if journal.durable() >= taken {
            return true;
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lijian_domain::ids::{Lsn, RulesVersion};
    use lijian_domain::record::{Record, RulesCause, RulesChanged};
    use lijian_domain::text::Text;
    use lijian_domain::time::{BusinessDate, UnixMicros};
    use lijian_store::format::RecordBuffer;
    use lijian_store::journal::JournalOptions;
    use lijian_store::storage::faulty::{Effect, Fault, MemoryStorage, Operation};

    fn change(journal: &Journal) -> Lsn {
        let (maker, checker) = (Text::default(), Text::default());
        let changed = RulesChanged { rules: RulesVersion([1; 8]), cause: RulesCause::Request, maker, checker };
        let mut buffer = RecordBuffer::new(journal.taken().next());
        buffer.push(UnixMicros(1), BusinessDate(1), &Record::RulesChanged(changed));
        // A journal that failed says so.
        let _ = journal.append(&mut buffer);
        journal.taken()
    }

    #[tokio::test]
    async fn a_change_counts_once_it_is_on_disk() {
        let storage = MemoryStorage::default();
        let opened = Journal::open(Arc::new(storage.clone()), JournalOptions::default()).unwrap();
        let journal = opened.start(|_| {}).unwrap();
        assert!(on_disk(&journal).await, "nothing was taken");
        for expected in [Lsn(1), Lsn(2)] {
            assert_eq!(change(&journal), expected);
            assert!(on_disk(&journal).await);
            assert_eq!(journal.durable(), expected);
        }
        storage.plan(Fault { operation: Operation::Sync, after: 0, effect: Effect::Fail });
        change(&journal);
        assert!(!on_disk(&journal).await);
        change(&journal);
        assert!(!on_disk(&journal).await, "not taken");
        assert_eq!(journal.durable(), Lsn(2));
    }
}

//! Kills and starts between any two steps.

use super::*;
use lijian_domain::record::Entry;
use lijian_exchange::{Chronicle, Exchange};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalOptions, JournalReader};
use lijian_store::quota::Quota;
use lijian_store::snapshot::Snapshots;
use lijian_store::storage::faulty::MemoryStorage;

fn busy() -> World {
    let mut world = world_of(QualificationTerms { confirmed_by_staff: true, released_per_day: Some(4), ..fridges() });
    world.told(&apply(1, WANG)).unwrap();
    world.told(&apply(2, LI)).unwrap();
    world.told(&confirm(1)).unwrap();
    world.sale_approved(&sale_by(1, CARD, 1, 0));
    world.told(&hand_back(2, None)).unwrap();
    world.told(&apply(3, LI)).unwrap();
    world.told(&confirm(3)).unwrap();
    world
}

/// What is asked after a start, and what is answered.
fn told(world: &mut World) -> Vec<Result<ClaimView, ClaimRefusal>> {
    let commands = [look(1), look(2), look(3), apply(4, WANG), apply(4, LI), hand_back(1, None), hand_back(3, None)];
    let mut told: Vec<_> = commands.iter().map(|command| world.told(command)).collect();
    told.extend([apply(5, PersonKey([3; 16])), apply(6, PersonKey([4; 16]))].map(|command| world.told(&command)));
    told
}

#[test]
fn a_kill_leaves_what_is_on_disk() {
    let mut world = busy();
    let whole = world.journal.len();
    world.restart(whole);
    let answers = told(&mut world);
    assert_eq!(answers[0].unwrap().used, 1);
    assert_eq!(answers[1].unwrap().claim.stage, ClaimStage::HandedBack);
    assert_eq!(answers[3..6], [Err(ClaimRefusal::Redeemed), Err(ClaimRefusal::NotOver), Err(ClaimRefusal::InUse)]);
    assert_eq!(answers[6].unwrap().claim.stage, ClaimStage::HandedBack);
    assert!(answers[7].is_ok());
    assert_eq!(answers[8], Err(ClaimRefusal::AllTakenToday));
    // What is not on disk was never answered, and is made by the same command again.
    let mut world = busy();
    world.ask(1, &apply(9, PersonKey([9; 16])));
    assert_eq!(world.answers(), []);
    world.restart(whole);
    assert_eq!(world.told(&look(9)), Err(ClaimRefusal::Unknown));
    assert_eq!(world.told(&apply(9, PersonKey([9; 16]))).unwrap().claim.stage, ClaimStage::Unconfirmed);
}

/// The world's journal in storage, each record a batch.
fn stored(entries: &[Entry]) -> MemoryStorage {
    let storage = MemoryStorage::default();
    let options = JournalOptions { segment_bytes: 1 << 20, ..JournalOptions::default() };
    let journal = Journal::open(Arc::new(storage.clone()), options).unwrap().start(|_| {}).unwrap();
    let mut buffer = RecordBuffer::new(Lsn(1));
    for Entry { lsn, at, business_date, record } in entries {
        assert_eq!(buffer.push(*at, *business_date, record), *lsn);
        journal.append(&mut buffer).unwrap();
        while journal.durable() < *lsn {
            std::thread::yield_now();
        }
    }
    journal.close().unwrap();
    storage
}

#[test]
fn a_start_from_a_snapshot_is_a_start_from_everything() {
    let mut whole = busy();
    let entries = whole.journal.clone();
    let storage = stored(&entries);
    let reader = || JournalReader::open(Arc::new(storage.clone())).unwrap();
    whole.restart(entries.len());
    let expected = told(&mut whole);
    for cut in 1..=entries.len() {
        let snapshots = Snapshots::new(Arc::new(MemoryStorage::default()), 0);
        let quota = Quota::new();
        let mut chronicle = Chronicle::new(&quota, 2, 7);
        entries[..cut].iter().for_each(|entry| chronicle.apply(entry, &mut reader()).unwrap());
        chronicle.write(&snapshots, &mut reader()).unwrap();

        let (found, passed_over) = snapshots.newest(&mut reader(), 2).unwrap();
        assert!(passed_over.is_empty());
        let quota = Arc::new(Quota::new());
        let mut chronicle = Chronicle::load(&snapshots, &found.unwrap(), &mut reader(), &quota, 2, 7).unwrap();
        entries[cut..].iter().for_each(|entry| chronicle.apply(entry, &mut reader()).unwrap());
        let mut world = busy();
        let rules = Arc::new(world.rules.clone());
        let mut exchange = Exchange::new(world.settings.clone(), rules, Arc::clone(&quota));
        exchange.take_over(chronicle, &mut reader()).unwrap();
        (world.exchange, world.quota) = (exchange, quota);
        world.happen(Event::Started);
        world.hand_keys();
        assert_eq!(told(&mut world), expected, "a snapshot of {cut} records");
    }
}

//! Card numbers under seal.

use super::*;
use lijian_domain::record::Record;
use lijian_domain::time::BusinessDate;
use lijian_store::format::RecordBuffer;

#[test]
fn the_journal_holds_no_card_number_and_a_key_per_day() {
    let mut world = world();
    world.sale_asked(&sale(1));
    let mut buffer = RecordBuffer::new(Lsn(1));
    let entry = &world.journal[0];
    buffer.push(entry.at, entry.business_date, &entry.record);
    let bytes = buffer.encoded();
    assert!(!bytes.windows(CARD.len()).any(|part| part == CARD.as_bytes()));
    let Record::Intent(intent) = &entry.record else { panic!("{entry:?}") };
    let sealed = intent.recall.card.as_ref().unwrap();
    assert_eq!((sealed.day, &sealed.nonce[..4]), (entry.business_date, &[0, 0, 0, 1][..]));
}

#[test]
fn without_the_key_of_its_date_nothing_is_granted() {
    let mut world = world();
    let today = world.settings.calendar.moment(world.now().wall).business_date;
    world.happen(Event::SealingKeyRetired(today));
    world.till("0200", &sale(1));
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("91", "N190"));
    assert!(world.journal.is_empty() && world.campaign() == Default::default());
    assert_eq!(world.effects.tally.no_sealing_key, 1);
    world.hand_keys();
    assert_eq!(world.sale_approved(&sale(1))[&39], "00");
}

#[test]
fn once_its_key_is_gone_a_card_number_is_unreadable_for_ever() {
    let mut world = world();
    let asked = doubt(&mut world, &sale(1));
    let today = world.settings.calendar.moment(world.now().wall).business_date;
    assert_eq!(world.exchange.status().queue.sealed, Some(today), "still needed");
    down(&mut world);
    world.happen(Event::SealingKeyRetired(today));
    up(&mut world);
    assert!(after(&mut world, 60_000_000).is_empty());
    assert_eq!(states(&mut world), [QueueState::KeyGone]);
    // A late answer ends it all the same, and then nothing of the day is needed.
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    assert_eq!(world.exchange.status().queue.sealed, None);
    assert_eq!(BusinessDate::parse("2024-10-01"), Some(today));
}

//! Torn tails are cut, other damage refuses the start, and says where.

use super::{Made, open_records, options, released};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Answer, Entry, Outcome, Record, ReleaseCause, Released};
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalError, JournalOptions, JournalReader, OpenReport};
use lijian_store::storage::Storage;
use lijian_store::storage::faulty::MemoryStorage;
use std::sync::Arc;

const FIRST: &str = "0000000001.segment";
const HEAD_BYTES: usize = 4096;
const BATCH_HEADER_BYTES: usize = 64;

/// One segment with `batches` of two records each, and where each batch begins and the last one ends.
fn made(batches: u32) -> (MemoryStorage, Vec<Entry>, Vec<usize>) {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    let mut entries = Vec::new();
    let mut ends = vec![HEAD_BYTES];
    for _ in 0..batches {
        let mut encoded = RecordBuffer::new(made.buffer.next_lsn());
        released(&mut encoded);
        released(&mut encoded);
        ends.push(ends.last().unwrap() + BATCH_HEADER_BYTES + encoded.len_bytes());
        entries.extend(made.append(2));
    }
    made.close().unwrap();
    (storage, entries, ends)
}

fn open(storage: &MemoryStorage) -> Result<OpenReport, JournalError> {
    Journal::open(Arc::new(storage.clone()), options()).map(|opened| opened.report())
}

/// Opening must fail for the writer and for readers, at `offset` of segment `segment`.
fn check_refused(storage: &MemoryStorage, segment: &str, offset: usize) {
    let before = storage.image();
    let place = |error: JournalError| match &error {
        JournalError::Damaged { segment, offset, .. } => (segment.clone(), usize::try_from(*offset).unwrap()),
        other => panic!("{other}"),
    };
    let expected = (segment.to_owned(), offset);
    assert_eq!(place(open(storage).unwrap_err()), expected);
    let read = JournalReader::open(Arc::new(storage.clone()))
        .and_then(|mut reader| reader.entries(Lsn(1)).collect::<Result<Vec<_>, _>>());
    assert_eq!(place(read.unwrap_err()), expected);
    assert_eq!(bytes(storage, segment), bytes(&before, segment), "a refused start changes nothing");
}

fn bytes(storage: &MemoryStorage, name: &str) -> Vec<u8> {
    let file = storage.open(name).unwrap();
    let mut bytes = vec![0; usize::try_from(file.byte_length().unwrap()).unwrap()];
    assert_eq!(file.read_at(&mut bytes, 0).unwrap(), bytes.len());
    bytes
}

#[test]
fn a_last_batch_torn_at_any_byte_is_cut_and_the_journal_goes_on() {
    let (whole, entries, ends) = made(3);
    let image = bytes(&whole, FIRST);
    for torn_at in ends[2]..ends[3] {
        let storage = whole.image();
        storage.damage(FIRST, |bytes| bytes[torn_at..].fill(0));
        // The bytes of a record can end in zeros: what is left can be whole.
        let whole_after_all = bytes(&storage, FIRST) == image;
        let expected = if whole_after_all { &entries[..] } else { &entries[..4] };
        let report = open(&storage).unwrap();
        assert_eq!(report.records, expected.len() as u64, "torn at {torn_at}");
        assert_eq!(report.cut_bytes > 0, !whole_after_all && torn_at > ends[2], "torn at {torn_at}");
        assert_eq!(open_records(&storage), expected);

        let mut again = Made::open(&storage);
        let appended = again.append(1);
        again.close().unwrap();
        assert_eq!(open(&storage).unwrap().cut_bytes, 0);
        assert_eq!(open_records(&storage), [expected, &appended].concat());
    }
}

#[test]
fn a_last_batch_of_which_any_sector_is_lost_is_cut() {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    let kept = made.append(1);
    let from = HEAD_BYTES + BATCH_HEADER_BYTES + 39;
    made.append(100);
    made.close().unwrap();
    for sector in from / 512..=(from + 100 * 39) / 512 {
        let storage = storage.image();
        let lost = (sector * 512).max(from)..(sector + 1) * 512;
        storage.damage(FIRST, |bytes| bytes[lost].fill(0));
        assert!(open(&storage).unwrap().cut_bytes > 0);
        assert_eq!(open_records(&storage), kept);
        // Nothing of it comes back behind a batch of the same length.
        let mut again = Made::open(&storage);
        let appended = again.append(1);
        again.close().unwrap();
        assert_eq!(open_records(&storage), [&kept[..], &appended].concat());
    }
}

#[test]
fn any_flipped_bit_before_the_last_batch_refuses_the_start_with_its_batch() {
    let (whole, _, ends) = made(3);
    for at in (0..ends[2]).filter(|at| *at < 80 || at % 97 == 0 || *at >= HEAD_BYTES - 4) {
        let storage = whole.image();
        storage.damage(FIRST, |bytes| bytes[at] ^= 1 << (at % 8));
        let batch = if at < HEAD_BYTES { 0 } else { *ends.iter().rfind(|begin| **begin <= at).unwrap() };
        check_refused(&storage, FIRST, batch);
    }
}

#[test]
fn a_last_batch_that_ends_in_zeros_still_stands_behind_the_damage() {
    let (storage, _, ends) = made(1);
    let mut made = Made::open(&storage);
    // Without fields of the issuer its last two bytes are a length of zero; the file is zero behind it anyway.
    let answer = Answer::bare(DecisionCode::IssuerDeclined, Text::new("98").unwrap());
    let record = Record::Declined(Outcome { intent: Lsn(1), answer });
    made.buffer.push(UnixMicros(1), BusinessDate(1), &record);
    made.journal.append(&mut made.buffer).unwrap();
    made.close().unwrap();
    storage.damage(FIRST, |bytes| bytes[ends[0] + BATCH_HEADER_BYTES + 3] ^= 1);
    check_refused(&storage, FIRST, ends[0]);
}

#[test]
fn zeros_over_a_batch_in_the_middle_are_no_end() {
    let (storage, _, ends) = made(3);
    storage.damage(FIRST, |bytes| bytes[ends[1]..ends[2]].fill(0));
    check_refused(&storage, FIRST, ends[1]);
}

#[test]
fn a_batch_that_was_replaced_by_a_well_formed_one_breaks_the_chain() {
    let (storage, _, ends) = made(3);
    let other = MemoryStorage::default();
    let mut made = Made::open(&other);
    made.buffer = RecordBuffer::new(Lsn(1));
    made.append(2);
    // Same LSNs, same length, another time.
    let record = Record::Released(Released { intent: Lsn(99), cause: ReleaseCause::LateDecline });
    for _ in 0..2 {
        made.buffer.push(UnixMicros(1), BusinessDate(1), &record);
    }
    made.journal.append(&mut made.buffer).unwrap();
    made.close().unwrap();
    let forged = bytes(&other, FIRST)[ends[1]..ends[2]].to_vec();
    storage.damage(FIRST, |bytes| bytes[ends[1]..ends[2]].copy_from_slice(&forged));
    check_refused(&storage, FIRST, ends[2]);
}

fn made_of_segments() -> (MemoryStorage, Vec<Entry>) {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    let entries = (0..40).flat_map(|_| made.append(50)).collect();
    made.close().unwrap();
    assert!(storage.list().unwrap().len() >= 5);
    (storage, entries)
}

fn last_in_use(storage: &MemoryStorage) -> String {
    storage.list().unwrap().into_iter().filter(|name| bytes(storage, name)[0] == b'L').max().unwrap()
}

#[test]
fn damage_in_an_earlier_segment_refuses_the_start() {
    let (whole, _) = made_of_segments();
    let second = "0000000002.segment";
    let storage = whole.image();
    storage.damage(second, |bytes| bytes[HEAD_BYTES + 70] ^= 4);
    check_refused(&storage, second, HEAD_BYTES);
    let storage = whole.image();
    storage.damage(second, |bytes| bytes[8] ^= 4);
    check_refused(&storage, second, 0);
    // Its last batches gone, by zeros: it ends before the next one begins.
    let batch = BATCH_HEADER_BYTES + 50 * 39;
    let end = HEAD_BYTES + batch * 7;
    let storage = whole.image();
    storage.damage(second, |bytes| bytes[end..].fill(0));
    check_refused(&storage, second, end);
    // Behind its last batch everything is zero.
    let storage = whole.image();
    storage.damage(second, |bytes| *bytes.last_mut().unwrap() = 1);
    check_refused(&storage, second, HEAD_BYTES + batch * 8);
}

/// Under a right checksum too: LSNs begin with 1, and go on from segment to segment.
#[test]
fn a_head_that_no_writer_makes_refuses_the_start() {
    let (whole, _) = made_of_segments();
    let last = last_in_use(&whole);
    for (segment, first_lsn) in [(last.as_str(), 0), (&last, 1), ("0000000002.segment", 1)] {
        let storage = whole.image();
        storage.damage(segment, |bytes| {
            bytes[16..24].copy_from_slice(&u64::to_le_bytes(first_lsn));
            let checksum = crc32c::crc32c(&bytes[..HEAD_BYTES - 4]);
            bytes[HEAD_BYTES - 4..HEAD_BYTES].copy_from_slice(&checksum.to_le_bytes());
        });
        check_refused(&storage, segment, 0);
    }
}

/// As a torn first batch leaves it, with segments made longer since.
#[test]
fn an_empty_segment_that_is_too_short_is_followed_by_a_longer_one() {
    let (storage, _) = made_of_segments();
    storage.damage(&last_in_use(&storage), |bytes| bytes[HEAD_BYTES..].fill(0));
    let short = options().segment_bytes;
    let longer = JournalOptions { segment_bytes: 4 * short, ..options() };
    let opened = Journal::open(Arc::new(storage.clone()), longer).unwrap();
    let mut buffer = RecordBuffer::new(opened.next_lsn());
    while (buffer.len_bytes() as u64) < short {
        released(&mut buffer);
    }
    let journal = opened.start(drop).unwrap();
    journal.append(&mut buffer).unwrap();
    journal.close().unwrap();
    let mut reader = JournalReader::open(Arc::new(storage.clone())).unwrap();
    assert_eq!(reader.head().lsn, buffer.last_lsn());
    assert_eq!(reader.entries(Lsn(1)).map(Result::unwrap).last().unwrap().lsn, buffer.last_lsn());
    assert_eq!(open(&storage).unwrap().records, buffer.last_lsn().0);
}

#[test]
fn a_missing_or_cut_segment_refuses_the_start() {
    let (whole, _) = made_of_segments();
    for name in [FIRST, "0000000003.segment"] {
        let storage = whole.image();
        storage.remove(name).unwrap();
        let error = open(&storage).unwrap_err();
        assert!(matches!(&error, JournalError::Missing { missing, .. } if missing == name), "{error}");
        let storage = whole.image();
        storage.damage(name, |bytes| bytes.truncate(bytes.len() - 1));
        let error = open(&storage).unwrap_err();
        assert!(matches!(&error, JournalError::Length { segment, .. } if segment == name), "{error}");
    }
}

#[test]
fn a_segment_made_ahead_and_left_half_made_is_made_anew() {
    let (whole, entries) = made_of_segments();
    let last = whole.list().unwrap().pop().unwrap();
    // The last one is the one made ahead.
    for length in [0, 1, HEAD_BYTES, HEAD_BYTES + 1] {
        let storage = whole.image();
        storage.damage(&last, |bytes| bytes.truncate(length));
        open(&storage).unwrap();
        assert_eq!(open_records(&storage), entries);
        let mut again = Made::open(&storage);
        let more: Vec<Entry> = (0..20).flat_map(|_| again.append(50)).collect();
        again.close().unwrap();
        assert_eq!(open_records(&storage), [&entries[..], &more].concat());
    }
    // A torn head goes too; a torn head before a batch cannot be.
    let storage = whole.image();
    storage.damage(&last, |bytes| bytes[100] = 1);
    assert_eq!(open(&storage).unwrap().cut_bytes, 101);
    assert_eq!(open_records(&storage), entries);
    let storage = whole.image();
    storage.damage(&last, |bytes| bytes[HEAD_BYTES + 7] = 1);
    check_refused(&storage, &last, 0);
}

#[test]
fn what_a_snapshot_covers_need_not_be_read() {
    let (storage, entries) = made_of_segments();
    storage.damage(FIRST, |bytes| bytes[HEAD_BYTES + 70] ^= 4);
    let last = Lsn(entries.len() as u64);
    let opened = |check_from| Journal::open(Arc::new(storage.clone()), JournalOptions { check_from, ..options() });
    assert!(opened(Lsn(400)).is_err());
    assert_eq!(opened(Lsn(401)).unwrap().next_lsn(), last.next());
    assert_eq!(opened(last.next()).unwrap().next_lsn(), last.next());
}

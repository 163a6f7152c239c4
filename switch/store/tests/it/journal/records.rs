//! Records as bytes: what goes in comes out, and nothing else does.

use super::draw::{Draw, KINDS};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, Record};
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::{FormatError, RECORD_BYTES_MAX, RecordBuffer, decode};
use proptest::prelude::*;

fn encode(entry: &Entry) -> Vec<u8> {
    let mut buffer = RecordBuffer::new(entry.lsn);
    buffer.push(entry.at, entry.business_date, &entry.record);
    buffer.encoded().to_vec()
}

fn drawn(seed: u64, kind: u64) -> Entry {
    let record = Draw { state: seed, full: false }.record(kind);
    let at = UnixMicros(i64::from_le_bytes(seed.to_le_bytes()));
    Entry { lsn: Lsn(seed >> 1), at, business_date: BusinessDate(i32::try_from(kind).unwrap() - 5), record }
}

/// Makes the checksum right again after a change.
fn reseal(record: &mut [u8]) {
    let checksum = crc32c::crc32c(&record[8..]);
    record[4..8].copy_from_slice(&checksum.to_le_bytes());
}

proptest! {
    #[test]
    fn every_kind_is_read_back(seed: u64, kind in 0..KINDS) {
        let entry = drawn(seed, kind);
        let bytes = encode(&entry);
        prop_assert!(bytes.len() <= RECORD_BYTES_MAX);
        prop_assert_eq!(decode(&bytes), Ok(entry));
    }

    #[test]
    fn an_intent_alone_is_the_same_record(seed: u64) {
        let intent = Draw { state: seed, full: false }.intent();
        let (mut one, mut other) = (RecordBuffer::new(Lsn(5)), RecordBuffer::new(Lsn(5)));
        one.push(UnixMicros(1), BusinessDate(2), &Record::Intent(intent.clone()));
        other.push_intent(UnixMicros(1), BusinessDate(2), &intent);
        prop_assert_eq!(one.encoded(), other.encoded());
    }

    /// A changed byte under a right checksum is refused, or is another record that is written the same way.
    #[test]
    fn what_is_read_is_what_would_be_written(seed: u64, kind in 0..KINDS, at: prop::sample::Index, to: u8) {
        let mut bytes = encode(&drawn(seed, kind));
        let at = at.index(bytes.len() - 8) + 8;
        bytes[at] = to;
        reseal(&mut bytes);
        if let Ok(entry) = decode(&bytes) {
            prop_assert_eq!(encode(&entry), bytes);
        }
    }

    #[test]
    fn any_bytes_give_an_error_and_no_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(decode(&bytes).is_err());
        if bytes.len() >= 30 {
            let length = u32::try_from(bytes.len()).unwrap();
            bytes[..4].copy_from_slice(&length.to_le_bytes());
            reseal(&mut bytes);
            drop(decode(&bytes));
        }
    }
}

#[test]
fn every_truncation_and_every_flipped_bit_is_an_error() {
    let bytes = encode(&drawn(7, 1));
    for length in 0..bytes.len() {
        assert!(decode(&bytes[..length]).is_err(), "{length}");
    }
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(decode(&flipped).is_err(), "{bit}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(decode(&longer), Err(FormatError::LeftOver { at: bytes.len(), left: 1 }));
}

#[test]
fn kinds_and_versions_of_the_future_are_named() {
    let mut bytes = encode(&drawn(7, 6));
    bytes[28] = 200;
    reseal(&mut bytes);
    assert_eq!(decode(&bytes), Err(FormatError::Unknown { what: "record kind", got: 200 }));
    bytes[28] = 7;
    bytes[29] = 2;
    reseal(&mut bytes);
    assert_eq!(decode(&bytes), Err(FormatError::Unknown { what: "record version", got: 2 }));
}

#[test]
fn the_longest_records_fit() {
    for kind in 0..KINDS {
        let record = Draw { state: 1, full: true }.record(kind);
        let entry = Entry { lsn: Lsn(u64::MAX >> 1), at: UnixMicros(-1), business_date: BusinessDate(-1), record };
        let bytes = encode(&entry);
        assert!(bytes.len() * 2 < RECORD_BYTES_MAX, "kind {kind}: {} bytes", bytes.len());
        assert_eq!(decode(&bytes), Ok(entry));
    }
}

#[test]
fn a_buffer_counts_what_waits_in_it() {
    let mut buffer = RecordBuffer::new(Lsn(3));
    assert!(buffer.is_empty());
    assert_eq!((buffer.next_lsn(), buffer.last_lsn(), buffer.count(), buffer.len_bytes()), (Lsn(3), Lsn(2), 0, 0));
    let lsn = super::released(&mut buffer).lsn;
    assert_eq!((lsn, buffer.next_lsn(), buffer.last_lsn(), buffer.count()), (Lsn(3), Lsn(4), Lsn(3), 1));
    assert_eq!(buffer.len_bytes(), 39);
}

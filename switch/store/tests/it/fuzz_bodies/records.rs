//! Any bytes as a journal record, and records of every kind with any bytes changed.

use super::draw::{Draw, KINDS};
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::{RECORD_BYTES_MAX, RecordBuffer, decode};

/// Bytes before a body, and where the kind and the version stand in them.
const HEADER_BYTES: usize = 30;
const KIND: usize = 28;
const VERSION: usize = 29;

/// The first byte says what the rest is: a whole record, a body of some kind, or changes to a drawn record.
///
/// Nothing panics; what is read is written again as it stood; and nothing is longer than a record may be.
///
/// # Panics
/// When a promise is broken.
pub(crate) fn records(bytes: &[u8]) {
    let Some((&shape, rest)) = bytes.split_first() else { return };
    match shape % 3 {
        0 => check(rest),
        1 => {
            let Some((&[kind, version], body)) = rest.split_first_chunk::<2>() else { return };
            let mut record = vec![0; HEADER_BYTES];
            (record[KIND], record[VERSION]) = (kind, version);
            record.extend_from_slice(body);
            check(&sealed(record));
        }
        _ => {
            let Some((seed, changes)) = rest.split_first_chunk::<8>() else { return };
            let mut record = drawn(u64::from_le_bytes(*seed));
            check(&record);
            for change in changes.as_chunks::<3>().0 {
                let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % record.len();
                record[at] = change[2];
            }
            check(&sealed(record));
        }
    }
}

fn drawn(seed: u64) -> Vec<u8> {
    let entry = Entry {
        lsn: Lsn(seed >> 1),
        at: UnixMicros(i64::from_le_bytes(seed.to_le_bytes())),
        business_date: BusinessDate(7),
        record: Draw { state: seed, full: seed.is_multiple_of(11) }.record(seed % KINDS),
    };
    let bytes = encode(&entry);
    assert_eq!(decode(&bytes), Ok(entry));
    bytes
}

fn encode(entry: &Entry) -> Vec<u8> {
    let mut buffer = RecordBuffer::new(entry.lsn);
    buffer.push(entry.at, entry.business_date, &entry.record);
    buffer.encoded().to_vec()
}

/// The length and the checksum as they should be, and an LSN that has a successor.
fn sealed(mut record: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(record.len()).expect("inputs are small");
    record[..4].copy_from_slice(&length.to_le_bytes());
    record[15] = 0;
    let checksum = crc32c::crc32c(&record[8..]);
    record[4..8].copy_from_slice(&checksum.to_le_bytes());
    record
}

fn check(bytes: &[u8]) {
    let Ok(entry) = decode(bytes) else { return };
    assert!(bytes.len() <= RECORD_BYTES_MAX);
    // A checksum found by the fuzzer can stand over the last LSN there is, which has no successor.
    if entry.lsn.0 == u64::MAX {
        return;
    }
    let again = encode(&entry);
    // Earlier versions of a body are read and never written.
    if bytes[VERSION] == again[VERSION] {
        assert_eq!(again, bytes);
    }
    assert_eq!(decode(&again), Ok(entry));
}

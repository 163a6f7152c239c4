//! One row of the log as bytes.
//!
//! Length of the body (`u32`) and CRC32C of length and body (`u32`), both little-endian; the body; zeros up to a multiple of
//! 16. The body of a registration: kind 1, slot `u32`, person 16 bytes, phone 16 bytes, nonce 12 bytes, what is sealed. Of an
//! opening: kind 2, incarnation `u32`. Of the head of a batch: kind 3, how many bytes of rows follow it `u32`, their CRC32C `u32`.

use super::hasher::PhoneKey;
use lijian_domain::ids::PersonKey;

/// Rows begin at multiples of this many bytes, so that a place in the log fits 32 bits up to 64 GiB.
pub(super) const STEP: usize = 16;
const HEAD: usize = 8;
/// More than the longest name, number and phone take.
const BODY_MAX: usize = 512;
const REGISTERED: u8 = 1;
const OPENED: u8 = 2;
const BATCH: u8 = 3;
/// Bytes of the longest row.
pub(super) const ROW_MAX: usize = HEAD + BODY_MAX + STEP;

/// A row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Row {
    Registered(Registered),
    /// The log was opened so many times before.
    Opened(u32),
    /// Rows that are there together or not at all.
    Batch {
        bytes: u32,
        check: u32,
    },
}

/// A person is registered, or anew with another phone or name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Registered {
    /// Where the key of the seal is.
    pub(super) slot: u32,
    pub(super) person: PersonKey,
    pub(super) phone: PhoneKey,
    pub(super) nonce: [u8; 12],
    pub(super) sealed: Vec<u8>,
}

/// The row's bytes, or nothing where it is too long to be written.
pub(super) fn write(row: &Row) -> Option<Vec<u8>> {
    let mut body = Vec::with_capacity(BODY_MAX);
    match row {
        Row::Registered(Registered { slot, person, phone, nonce, sealed }) => {
            body.push(REGISTERED);
            body.extend_from_slice(&slot.to_le_bytes());
            body.extend_from_slice(&person.0);
            body.extend_from_slice(&phone.0);
            body.extend_from_slice(nonce);
            body.extend_from_slice(sealed);
        }
        Row::Opened(incarnation) => {
            body.push(OPENED);
            body.extend_from_slice(&incarnation.to_le_bytes());
        }
        Row::Batch { bytes, check } => {
            body.push(BATCH);
            body.extend_from_slice(&bytes.to_le_bytes());
            body.extend_from_slice(&check.to_le_bytes());
        }
    }
    let length = u32::try_from(body.len()).ok().filter(|_| body.len() <= BODY_MAX)?.to_le_bytes();
    let check = crc32c::crc32c_append(crc32c::crc32c(&length), &body).to_le_bytes();
    let mut bytes = [&length, &check, body.as_slice()].concat();
    bytes.resize(bytes.len().next_multiple_of(STEP), 0);
    Some(bytes)
}

/// The row at the front of `bytes`, and how many of them it takes; nothing where no whole row stands there.
pub(super) fn read(bytes: &[u8]) -> Option<(Row, usize)> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (length, check) = head.split_first_chunk()?;
    let body_length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length <= BODY_MAX)?;
    let body = rest.get(..body_length)?;
    let whole = (HEAD + body_length).next_multiple_of(STEP);
    let sound = crc32c::crc32c_append(crc32c::crc32c(length), body).to_le_bytes() == *check && bytes.len() >= whole;
    let (kind, body) = body.split_first().filter(|_| sound)?;
    let row = match *kind {
        REGISTERED => {
            let (slot, body) = body.split_first_chunk()?;
            let (person, body) = body.split_first_chunk()?;
            let (phone, body) = body.split_first_chunk()?;
            let (nonce, sealed) = body.split_first_chunk()?;
            Row::Registered(Registered {
                slot: u32::from_le_bytes(*slot),
                person: PersonKey(*person),
                phone: PhoneKey(*phone),
                nonce: *nonce,
                sealed: sealed.to_vec(),
            })
        }
        OPENED => Row::Opened(u32::from_le_bytes(body.try_into().ok()?)),
        BATCH => {
            let (bytes, check) = body.split_first_chunk()?;
            Row::Batch { bytes: u32::from_le_bytes(*bytes), check: u32::from_le_bytes(check.try_into().ok()?) }
        }
        _ => return None,
    };
    Some((row, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH_OF_TWO: Row = Row::Batch { bytes: 2, check: 3 };

    fn registered(sealed: usize) -> Row {
        let (person, phone) = (PersonKey([1; 16]), PhoneKey([2; 16]));
        Row::Registered(Registered { slot: 7, person, phone, nonce: [3; 12], sealed: vec![4; sealed] })
    }

    #[test]
    fn rows_read_back() {
        for row in [registered(0), registered(300), registered(BODY_MAX - 49), Row::Opened(9), BATCH_OF_TWO] {
            let bytes = write(&row).unwrap();
            assert!(bytes.len().is_multiple_of(STEP) && bytes.len() <= ROW_MAX);
            assert_eq!(read(&bytes), Some((row.clone(), bytes.len())));
            assert_eq!(read(&bytes[..bytes.len() - 1]), None, "cut");
            for at in 0..bytes.len() {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1;
                assert_ne!(read(&flipped).map(|(row, _)| row), Some(registered(1)), "{at}");
            }
        }
        assert_eq!(write(&registered(BODY_MAX - 48)), None, "too long");
        assert_eq!(read(&[0xff; 64]), None);
        assert_eq!(read(&[0; 64]), None);
    }
}

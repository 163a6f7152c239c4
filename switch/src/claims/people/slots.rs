//! The persons' keys: slots of 64 bytes in one file, each a nonce, the key wrapped by the master key, and zeros.
//!
//! A slot is used for one person and never again. One of zeros alone holds no key: it was erased.

use super::seal::{self, CODE_BYTES, NONCE_BYTES, Nonces};
use super::vault::PeopleError;
use crate::keys::CardKey;
use lijian_store::storage::StorageFile;

const SLOT_BYTES: usize = 64;
const KEY_BYTES: usize = 32;
const WRAPPED_BYTES: usize = KEY_BYTES + CODE_BYTES;
/// Slots read at once at start.
const READ_SLOTS: usize = 16 * 1024;

/// The file of slots.
#[derive(Debug)]
pub(super) struct Slots {
    file: Box<dyn StorageFile>,
    master: CardKey,
    next: u32,
}

/// A person's own key.
pub(super) struct OwnKey(pub(super) [u8; KEY_BYTES]);

impl Drop for OwnKey {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&mut self.0);
    }
}

/// What a look through all slots finds.
pub(super) struct Found {
    /// A bit for each slot: whether a key is in it.
    live: Vec<u64>,
    /// The highest incarnation among the nonces.
    pub(super) incarnation: u32,
}

impl Found {
    pub(super) fn is_live(&self, slot: u32) -> bool {
        usize::try_from(slot / 64)
            .ok()
            .and_then(|word| self.live.get(word))
            .is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }
}

impl Slots {
    /// Looks through the slots of a file.
    pub(super) fn open(file: Box<dyn StorageFile>, master: CardKey) -> Result<(Self, Found), PeopleError> {
        let failed = PeopleError::io("keys/people/slots", "read");
        let length = file.byte_length().map_err(&failed)?;
        // A slot that was being written when the power went was told to nobody.
        let next = u32::try_from(length.div_ceil(SLOT_BYTES as u64)).map_err(|_| PeopleError::Full)?;
        let mut found = Found { live: Vec::new(), incarnation: 0 };
        let mut buffer = vec![0; READ_SLOTS * SLOT_BYTES];
        let mut slot = 0;
        while slot < next {
            let read = file.read_at(&mut buffer, u64::from(slot) * SLOT_BYTES as u64).map_err(&failed)?;
            for bytes in buffer.get(..read).unwrap_or_default().chunks(SLOT_BYTES) {
                if slot % 64 == 0 {
                    found.live.push(0);
                }
                if let Some((nonce, _)) = bytes.split_first_chunk().filter(|_| bytes.iter().any(|byte| *byte != 0)) {
                    found.incarnation = found.incarnation.max(seal::incarnation_of(nonce));
                    found.live.last_mut().into_iter().for_each(|word| *word |= 1 << (slot % 64));
                }
                slot += 1;
            }
            if read == 0 {
                break;
            }
        }
        Ok((Self { file, master, next }, found))
    }

    /// Writes a key into the next slot, not synced yet.
    pub(super) fn add(&mut self, key: &OwnKey, nonces: &mut Nonces) -> Result<u32, PeopleError> {
        let slot = self.next;
        self.next = slot.checked_add(1).ok_or(PeopleError::Full)?;
        let nonce = nonces.next();
        let wrapped = seal::seal(&self.master.reveal(), &nonce, &slot.to_le_bytes(), &key.0)?;
        let mut bytes = [0; SLOT_BYTES];
        bytes.iter_mut().zip(nonce.into_iter().chain(wrapped)).for_each(|(to, from)| *to = from);
        self.file.write_all_at(&bytes, offset(slot)).map_err(PeopleError::io("keys/people/slots", "written"))?;
        Ok(slot)
    }

    /// Everything written is on the medium.
    pub(super) fn sync(&self) -> Result<(), PeopleError> {
        self.file.sync_data().map_err(PeopleError::io("keys/people/slots", "synced"))
    }

    /// The key in a slot; none where it was erased.
    pub(super) fn key(&self, slot: u32) -> Result<Option<OwnKey>, PeopleError> {
        let mut bytes = [0; SLOT_BYTES];
        let read = self.file.read_at(&mut bytes, offset(slot)).map_err(PeopleError::io("keys/people/slots", "read"))?;
        let stands = bytes.iter().take(read).any(|byte| *byte != 0);
        let Some((nonce, rest)) = bytes.split_first_chunk::<NONCE_BYTES>().filter(|_| stands) else { return Ok(None) };
        let wrapped = rest.get(..WRAPPED_BYTES).unwrap_or_default();
        let clear = seal::open(&self.master.reveal(), nonce, &slot.to_le_bytes(), wrapped)?;
        let mut key = OwnKey([0; KEY_BYTES]);
        key.0.iter_mut().zip(&clear.0).for_each(|(to, from)| *to = *from);
        Ok(Some(key))
    }

    /// Overwrites a slot with zeros, and returns when that is on the medium.
    pub(super) fn erase(&self, slot: u32) -> Result<(), PeopleError> {
        let written = self.file.write_all_at(&[0; SLOT_BYTES], offset(slot));
        written.map_err(PeopleError::io("keys/people/slots", "overwritten"))?;
        self.sync()
    }
}

fn offset(slot: u32) -> u64 {
    u64::from(slot) * SLOT_BYTES as u64
}

//! Card numbers under seal: what the switch itself may have to send later needs them, and nobody else may read them.
//!
//! AES-256-GCM under a key of the business date; the nonce is (incarnation, counter) and so never used twice, whatever is
//! torn off the journal's end; the request's duplicate key is bound to the seal, so that one cannot stand for another's.
//! Keys are handed in, and dropped when the daemon destroys them: from then on nobody reads what they sealed.

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use arrayvec::ArrayVec;
use lijian_domain::ids::DuplicateKey;
use lijian_domain::record::{SEALED_CARD_BYTES_MAX, SealedCard};
use lijian_domain::time::BusinessDate;
use std::collections::BTreeMap;
use std::fmt;

/// Bytes of the code behind what is sealed.
const CODE_BYTES: usize = 16;

/// The key of one business date.
pub struct SealingKey {
    /// Whose.
    pub day: BusinessDate,
    bytes: [u8; 32],
}

impl SealingKey {
    /// A key of 32 bytes that nobody can guess.
    pub const fn new(day: BusinessDate, bytes: [u8; 32]) -> Self {
        Self { day, bytes }
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SealingKey({}, ..)", self.day)
    }
}

impl Drop for SealingKey {
    fn drop(&mut self) {
        self.bytes.fill(0);
        std::hint::black_box(&mut self.bytes);
    }
}

/// A card number while it is in the clear; it is wiped when dropped.
pub(crate) struct Unsealed(ArrayVec<u8, SEALED_CARD_BYTES_MAX>);

impl Unsealed {
    pub(crate) fn digits(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Unsealed {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&mut self.0);
    }
}

/// Seals and opens.
#[derive(Default)]
pub(crate) struct Sealer {
    keys: BTreeMap<BusinessDate, Aes256Gcm>,
    incarnation: u32,
    counter: u64,
}

impl Sealer {
    /// Which opening of the journal this is.
    pub(crate) fn begin(&mut self, incarnation: u32) {
        (self.incarnation, self.counter) = (incarnation, 0);
    }

    pub(crate) fn install(&mut self, key: &SealingKey) {
        self.keys.insert(key.day, Aes256Gcm::new(&key.bytes.into()));
    }

    pub(crate) fn forget(&mut self, day: BusinessDate) {
        self.keys.remove(&day);
    }

    /// None where there is no key for this date.
    pub(crate) fn seal(&mut self, day: BusinessDate, bound_to: &DuplicateKey, digits: &[u8]) -> Option<SealedCard> {
        let cipher = self.keys.get(&day)?;
        let counter = self.counter;
        self.counter = counter.checked_add(1)?;
        let mut nonce = [0; 12];
        nonce.get_mut(..4)?.copy_from_slice(&self.incarnation.to_be_bytes());
        nonce.get_mut(4..)?.copy_from_slice(&counter.to_be_bytes());
        let mut bytes = ArrayVec::new();
        bytes.try_extend_from_slice(digits).ok().filter(|()| bytes.remaining_capacity() >= CODE_BYTES)?;
        let code = cipher.encrypt_inout_detached(&Nonce::from(nonce), &bound_to.0, bytes.as_mut_slice().into()).ok()?;
        bytes.try_extend_from_slice(&code).ok()?;
        Some(SealedCard { day, nonce, bytes })
    }

    /// None where the key is gone, or the seal is broken or somebody else's.
    pub(crate) fn open(&self, card: &SealedCard, bound_to: &DuplicateKey) -> Option<Unsealed> {
        let cipher = self.keys.get(&card.day)?;
        let (digits, code) = card.bytes.split_at_checked(card.bytes.len().checked_sub(CODE_BYTES)?)?;
        let code: [u8; CODE_BYTES] = code.try_into().ok()?;
        let mut unsealed = Unsealed(digits.try_into().ok()?);
        let buffer = unsealed.0.as_mut_slice().into();
        let opened = cipher.decrypt_inout_detached(&Nonce::from(card.nonce), &bound_to.0, buffer, &code.into());
        opened.ok().map(|()| unsealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: BusinessDate = BusinessDate(20_000);
    const CARD: &[u8] = b"6217000000000000001";

    fn sealer(incarnation: u32) -> Sealer {
        let mut sealer = Sealer::default();
        sealer.begin(incarnation);
        sealer.install(&SealingKey::new(DAY, [9; 32]));
        sealer
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_for_its_request_alone() {
        let mut sealer = sealer(3);
        let sealed = sealer.seal(DAY, &DuplicateKey([1; 16]), CARD).unwrap();
        assert_eq!(sealer.open(&sealed, &DuplicateKey([1; 16])).unwrap().digits(), CARD);
        assert!(sealer.open(&sealed, &DuplicateKey([2; 16])).is_none(), "bound to its request");
        assert!(!sealed.bytes.windows(6).any(|part| part == &CARD[..6]));
        let mut broken = sealed.clone();
        broken.bytes[0] ^= 1;
        assert!(sealer.open(&broken, &DuplicateKey([1; 16])).is_none());
        sealer.forget(DAY);
        assert!(sealer.open(&sealed, &DuplicateKey([1; 16])).is_none(), "for ever");
        assert!(sealer.seal(DAY, &DuplicateKey([1; 16]), CARD).is_none());
    }

    #[test]
    fn a_nonce_is_the_incarnation_and_a_counter() {
        let mut nonces = Vec::new();
        for incarnation in [1, 2] {
            let mut sealer = sealer(incarnation);
            nonces.extend([(); 3].map(|()| sealer.seal(DAY, &DuplicateKey([1; 16]), CARD).unwrap().nonce));
        }
        assert_eq!(nonces[1], [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(nonces[3], [0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
        nonces.sort_unstable();
        nonces.dedup();
        assert_eq!(nonces.len(), 6);
    }

    #[test]
    fn is_aes_256_gcm() {
        // Test case 14 of the GCM specification (McGrew, Viega): key and nonce of zeros, one block of zeros.
        let mut sealer = Sealer::default();
        sealer.install(&SealingKey::new(DAY, [0; 32]));
        let cipher = sealer.keys.get(&DAY).unwrap();
        let mut block = [0; 16];
        let code = cipher.encrypt_inout_detached(&Nonce::from([0; 12]), b"", block.as_mut_slice().into()).unwrap();
        assert_eq!(block, 0xcea7_403d_4d60_6b6e_074e_c5d3_baf3_9d18_u128.to_be_bytes());
        assert_eq!(code[..], 0xd0d1_c8a7_9999_6bf0_265b_98b5_d48a_b919_u128.to_be_bytes());
    }
}

//! Seals: AES-256-GCM, each nonce once under its key.

use super::vault::PeopleError;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};

/// Bytes of the code behind what is sealed.
pub(super) const CODE_BYTES: usize = 16;
/// Bytes of a nonce.
pub(super) const NONCE_BYTES: usize = 12;

/// Nonces of (incarnation, counter): the incarnation is on the medium before the first one is used.
#[derive(Debug)]
pub(super) struct Nonces {
    incarnation: u32,
    counter: u64,
}

impl Nonces {
    pub(super) const fn new(incarnation: u32) -> Self {
        Self { incarnation, counter: 0 }
    }

    pub(super) fn next(&mut self) -> [u8; NONCE_BYTES] {
        let mut nonce = [0; NONCE_BYTES];
        let bytes = self.incarnation.to_be_bytes().into_iter().chain(self.counter.to_be_bytes());
        nonce.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        // 2^64 seals are never made.
        self.counter = self.counter.saturating_add(1);
        nonce
    }
}

/// The incarnation that a nonce was made in.
pub(super) fn incarnation_of(nonce: &[u8; NONCE_BYTES]) -> u32 {
    nonce.first_chunk().map_or(0, |first| u32::from_be_bytes(*first))
}

/// A buffer that forgets when dropped.
pub(super) struct Clear(pub(super) Vec<u8>);

impl Drop for Clear {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&mut self.0);
    }
}

/// Seals `clear`; `bound` must be the same when it is opened.
pub(super) fn seal(
    key: &[u8; 32],
    nonce: &[u8; NONCE_BYTES],
    bound: &[u8],
    clear: &[u8],
) -> Result<Vec<u8>, PeopleError> {
    let mut buffer = Vec::with_capacity(clear.len() + CODE_BYTES);
    buffer.extend_from_slice(clear);
    let cipher = Aes256Gcm::new(&(*key).into());
    let code = cipher.encrypt_inout_detached(&Nonce::from(*nonce), bound, buffer.as_mut_slice().into());
    buffer.extend_from_slice(&code.map_err(|_| PeopleError::Seal)?);
    Ok(buffer)
}

/// Opens what was sealed.
pub(super) fn open(
    key: &[u8; 32],
    nonce: &[u8; NONCE_BYTES],
    bound: &[u8],
    sealed: &[u8],
) -> Result<Clear, PeopleError> {
    let (sealed, code) = sealed.split_last_chunk::<CODE_BYTES>().ok_or(PeopleError::Seal)?;
    let mut clear = Clear(sealed.to_vec());
    let cipher = Aes256Gcm::new(&(*key).into());
    cipher
        .decrypt_inout_detached(&Nonce::from(*nonce), bound, clear.0.as_mut_slice().into(), &(*code).into())
        .map_err(|_| PeopleError::Seal)?;
    Ok(clear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seals_open_with_the_same_key_nonce_and_binding_only() {
        let mut nonces = Nonces::new(3);
        let (first, second) = (nonces.next(), nonces.next());
        assert_eq!((incarnation_of(&first), first[11], second[11]), (3, 0, 1));
        let sealed = seal(&[7; 32], &first, b"slot", b"clear").unwrap();
        assert_eq!(sealed.len(), 5 + CODE_BYTES);
        assert_eq!(open(&[7; 32], &first, b"slot", &sealed).unwrap().0, b"clear");
        assert!(open(&[8; 32], &first, b"slot", &sealed).is_err());
        assert!(open(&[7; 32], &second, b"slot", &sealed).is_err());
        assert!(open(&[7; 32], &first, b"other", &sealed).is_err());
        assert!(open(&[7; 32], &first, b"slot", b"short").is_err());
    }
}

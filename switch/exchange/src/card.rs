//! The keyed fingerprint of a card: what stands for a card number everywhere past the wire.

use hmac::{Hmac, KeyInit, Mac};
use lijian_domain::ids::CardFingerprint;
use sha2::Sha256;

/// HMAC-SHA256 under the switch's card key; the key's two blocks are hashed once.
#[derive(Clone)]
pub(crate) struct Fingerprinter(Hmac<Sha256>);

impl Fingerprinter {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        Self(Hmac::<Sha256>::new(&block))
    }

    /// The fingerprint of a card number's digits: the first 16 bytes of the HMAC.
    pub(crate) fn fingerprint(&self, digits: &[u8]) -> CardFingerprint {
        let mut hmac = self.0.clone();
        hmac.update(digits);
        let code = hmac.finalize().into_bytes();
        let mut fingerprint = CardFingerprint::default();
        fingerprint.0.iter_mut().zip(code).for_each(|(to, from)| *to = from);
        fingerprint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_hmac_sha256_cut_to_16_bytes() {
        // python3 -c "import hmac;print(hmac.new(bytes(range(32)),b'6217000000000000001','sha256').hexdigest()[:32])"
        let key: [u8; 32] = std::array::from_fn(|index| u8::try_from(index).unwrap());
        let expected = "d376146676659a60654b124cf59748f3";
        assert_eq!(Fingerprinter::new(&key).fingerprint(b"6217000000000000001").to_string(), expected);
    }
}

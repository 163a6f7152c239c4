//! Who made a set: an Ed25519 signature (RFC 8032) over its manifest, and so over the hashes of all of its files.
//!
//! Signed are the bytes of `manifest.json` before [`MARK`], with which its last member begins: any tool can cut them out. The key
//! with which to check stands in the manifest too; it proves something only to whoever knows that it is the institution's.

use super::hexadecimal;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// What stands before the digits of the signature.
const MARK: &[u8] = b",\n  \"signature\": \"";
/// What stands behind them.
const END: &[u8] = b"\"\n}\n";

/// A key to sign with: 32 random bytes. Never printed.
pub struct Signer(SigningKey);

impl Signer {
    /// That of these random bytes.
    pub fn new(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public key that belongs to it, 64 hexadecimal digits.
    pub fn public_key(&self) -> String {
        hexadecimal(self.0.verifying_key().as_bytes())
    }

    /// The manifest with its signature in the place of an empty one. None where that does not stand at its end.
    pub(super) fn sign(&self, manifest: &[u8]) -> Option<Vec<u8>> {
        let (signed, _) = parts(manifest).filter(|(_, digits)| digits.is_empty())?;
        let digits = hexadecimal(&self.0.sign(signed).to_bytes());
        Some([signed, MARK, digits.as_bytes(), END].concat())
    }
}

/// An Ed25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads 64 hexadecimal digits that are a key; spaces and line ends around them do not count.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = bytes(text.trim().as_bytes())?;
        VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak()).map(Self)
    }

    /// Whether it signed this manifest.
    pub(super) fn has_signed(&self, manifest: &[u8]) -> bool {
        let signature = parts(manifest).and_then(|(signed, digits)| Some((signed, bytes::<64>(digits)?)));
        signature
            .is_some_and(|(signed, signature)| self.0.verify_strict(signed, &Signature::from_bytes(&signature)).is_ok())
    }
}

/// What is signed, and the digits of the signature.
fn parts(manifest: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = manifest.windows(MARK.len()).rposition(|window| window == MARK)?;
    let (signed, rest) = manifest.split_at_checked(at)?;
    let digits = rest.strip_prefix(MARK)?.strip_suffix(END)?;
    Some((signed, digits))
}

fn bytes<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if digits.len() != 2 * N || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNSIGNED: &[u8] = b"{\n  \"a\": \",\\n\",\n  \"signature\": \"\"\n}\n";

    /// The first vector of RFC 8032, section 7.1: the key that belongs to a seed.
    #[test]
    fn the_key_is_that_of_the_standard() {
        let seed = bytes(b"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        let expected = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        assert_eq!(Signer::new(&seed).public_key(), expected);
    }

    #[test]
    fn whoever_changes_a_byte_breaks_it() {
        let signer = Signer::new(&[7; 32]);
        let key = PublicKey::parse(&signer.public_key()).unwrap();
        let signed = signer.sign(UNSIGNED).unwrap();
        assert!(key.has_signed(&signed) && !key.has_signed(UNSIGNED));
        assert_eq!(signer.sign(UNSIGNED).unwrap(), signed, "the same each time");
        assert!(signer.sign(&signed).is_none(), "once");
        for at in 0..signed.len() {
            let mut changed = signed.clone();
            changed[at] ^= 1;
            assert!(!key.has_signed(&changed), "byte {at}");
        }
        let other = PublicKey::parse(&Signer::new(&[8; 32]).public_key()).unwrap();
        assert!(!other.has_signed(&signed));
        for text in ["", "00", &"0".repeat(64), &"x".repeat(64)] {
            assert!(PublicKey::parse(text).is_none(), "{text:?}");
        }
    }
}

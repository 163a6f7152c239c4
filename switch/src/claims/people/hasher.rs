//! Keyed hashes: a person is the same person wherever the number comes from, and nobody without the key can find out which.

use crate::keys::CardKey;
use hmac::{Hmac, KeyInit, Mac};
use lijian_domain::claims::identity::IdentityNumber;
use lijian_domain::claims::name::PersonName;
use lijian_domain::claims::phone::PhoneNumber;
use lijian_domain::ids::PersonKey;
use sha2::Sha256;

/// What stands in front of a phone number; those of documents are [`lijian_domain::claims::identity::DocumentKind::code`].
const PHONE: u8 = 0x80;
/// The same, of all that an identity provider is asked.
const ANSWERED: u8 = 0x81;
/// The same, of a request for a claim.
const CLAIM: u8 = 0x82;

/// A phone number's keyed hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PhoneKey(pub [u8; 16]);

/// Hashes under the person key.
#[derive(Clone)]
pub struct PersonHasher(Hmac<Sha256>);

impl PersonHasher {
    /// Of this key.
    pub fn new(key: &CardKey) -> Self {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block.iter_mut().zip(key.reveal()).for_each(|(to, from)| *to = from);
        Self(Hmac::new(&block))
    }

    /// Whose a document is: HMAC-SHA256 of its kind and number, cut to 16 bytes.
    pub fn person(&self, number: &IdentityNumber) -> PersonKey {
        PersonKey(self.hash(number.kind().code(), &[number.reveal()]))
    }

    /// A phone number's hash.
    pub fn phone(&self, number: &PhoneNumber) -> PhoneKey {
        PhoneKey(self.hash(PHONE, &[number.reveal()]))
    }

    /// Of a whole row of a provider's file.
    pub fn known(&self, number: &IdentityNumber, name: &PersonName, phone: &PhoneNumber) -> [u8; 16] {
        self.hash(ANSWERED, &[number.kind().as_str(), number.reveal(), name.reveal(), phone.reveal()])
    }

    /// The number of a claim: 60 bits that nobody without the key can guess, the same for the same request.
    pub fn claim(&self, person: PersonKey, request: &[&str]) -> u64 {
        let person = person.to_string();
        let parts: Vec<_> = std::iter::once(person.as_str()).chain(request.iter().copied()).collect();
        let hash = self.hash(CLAIM, &parts);
        hash.first_chunk().map_or(0, |first| u64::from_be_bytes(*first) >> 4)
    }

    fn hash(&self, kind: u8, parts: &[&str]) -> [u8; 16] {
        let mut hash = self.0.clone();
        hash.update(&[kind]);
        for (place, part) in parts.iter().enumerate() {
            if place != 0 {
                hash.update(&[0]);
            }
            hash.update(part.as_bytes());
        }
        let mut cut = [0; 16];
        cut.iter_mut().zip(hash.finalize().into_bytes()).for_each(|(to, from)| *to = from);
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// From a shell: `printf '\x01%s' 11010519491231002X | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707...`, 32 bytes.
    #[test]
    fn hashes_as_openssl_prints_them() {
        let hasher = PersonHasher::new(&CardKey::of([7; 32]));
        let number = IdentityNumber::parse("11010519491231002x", date(2024, 10, 1)).unwrap();
        assert_eq!(hasher.person(&number).to_string(), "1f77147ea378f7ca24821722256557cd");
        let phone = PhoneNumber::parse("+86 13800001234").unwrap();
        assert_eq!(PersonKey(hasher.phone(&phone).0).to_string(), "8d98822f70ecff809620b4519e6e75b2");
        let claim = |request: &str| hasher.claim(PersonKey([1; 16]), &["app", request]);
        assert!(claim("1") == claim("1") && claim("1") != claim("2") && claim("1") >> 60 == 0);
        let permit = IdentityNumber::parse("12345678", date(2024, 10, 1)).unwrap();
        assert_ne!(hasher.person(&permit).0, hasher.phone(&phone).0);
    }
}

//! Signatures of a version of the rules: who vouches for it, by an Ed25519 key of their own (RFC 8032).
//!
//! What is signed is one line of text that names the SHA-256 of everything that decides: whoever changes a file breaks every
//! signature. A file of signatures has a line for each: version, name of the signer, signature in hexadecimal digits; lines
//! of other versions may stand in it, so that a version can be signed before it is in force.

use crate::digest::FileDigest;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use lijian_domain::ids::RulesVersion;
use std::fmt::Write as _;

/// Somebody who may vouch for rules.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signer {
    /// As lines of signatures and records name them.
    pub name: String,
    /// What their signatures are checked with.
    pub public_key: PublicKey,
}

/// An Ed25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads 64 hexadecimal digits that are a key.
    pub fn parse(text: &str) -> Option<Self> {
        VerifyingKey::from_bytes(&bytes(text)?).ok().filter(|key| !key.is_weak()).map(Self)
    }

    /// Whether it is the public key of this one.
    pub fn belongs_to(&self, secret: &SecretKey) -> bool {
        self.0 == secret.0.verifying_key()
    }
}

/// A key to sign with: 32 random bytes. Never printed.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// That of these random bytes.
    pub fn new(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        bytes(text).map(|seed| Self::new(&seed))
    }

    /// The public key that belongs to it, 64 hexadecimal digits.
    pub fn public_key(&self) -> String {
        digits(self.0.verifying_key().as_bytes())
    }

    /// A line for the file of signatures.
    pub fn line(&self, name: &str, digest: FileDigest) -> String {
        let signature = self.0.sign(statement(digest).as_bytes());
        format!("{} {name} {}\n", version(digest), digits(&signature.to_bytes()))
    }
}

/// Those who vouch for the rules of this digest, each once, in the order of `signers`. A line that says so and is wrong does
/// not count.
pub fn vouching<'a>(signers: &'a [Signer], digest: FileDigest, lines: &str) -> Vec<&'a str> {
    let (version, statement) = (version(digest).to_string(), statement(digest));
    let signed = |signer: &&Signer| {
        lines.lines().any(|line| {
            let mut words = line.split_ascii_whitespace();
            let named = words.next() == Some(version.as_str()) && words.next() == Some(signer.name.as_str());
            let signature = words.next().and_then(bytes::<64>).filter(|_| named && words.next().is_none());
            signature.is_some_and(|signature| {
                signer.public_key.0.verify_strict(statement.as_bytes(), &Signature::from_bytes(&signature)).is_ok()
            })
        })
    };
    signers.iter().filter(signed).map(|signer| signer.name.as_str()).collect()
}

/// What is signed.
fn statement(digest: FileDigest) -> String {
    format!("lijian rules 1 {digest}\n")
}

/// The version that rules of this digest are told by.
pub fn version(digest: FileDigest) -> RulesVersion {
    let mut version = RulesVersion::default();
    version.0.iter_mut().zip(digest.0).for_each(|(target, byte)| *target = byte);
    version
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(name: &str, key: &SecretKey) -> Signer {
        Signer { name: name.to_owned(), public_key: PublicKey::parse(&key.public_key()).unwrap() }
    }

    #[test]
    fn keys_and_signatures_are_those_of_the_standard() {
        // RFC 8032, 7.1, test 3: message af82.
        let key = SecretKey::parse("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7").unwrap();
        assert_eq!(key.public_key(), "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
        let signature = digits(&key.0.sign(&[0xaf, 0x82]).to_bytes());
        assert!(
            signature.starts_with("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"),
            "{signature}"
        );
        assert!(signature.ends_with("18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"), "{signature}");
    }

    #[test]
    fn only_right_signatures_of_known_people_over_these_rules_count() {
        let [wang, li, zhao] = [1, 2, 3].map(|number| SecretKey::new(&[number; 32]));
        let signers = [signer("wang", &wang), signer("li", &li)];
        let (rules, others) = (FileDigest([7; 32]), FileDigest([8; 32]));
        let check =
            |lines: String, expected: &[&str]| assert_eq!(vouching(&signers, rules, &lines), expected, "{lines}");
        check(String::new(), &[]);
        check(li.line("li", rules), &["li"]);
        check(li.line("li", rules) + &wang.line("wang", rules), &["wang", "li"]);
        check(li.line("li", rules) + &li.line("li", rules), &["li"]);
        check(zhao.line("zhao", rules), &[]);
        check(zhao.line("li", rules), &[]);
        check(li.line("wang", rules), &[]);
        check(li.line("li", others), &[]);
        check(li.line("li", others).replace(&version(others).to_string(), &version(rules).to_string()), &[]);
        check(format!("rubbish\n\n{} x\n{}", "é".repeat(99), wang.line("wang", rules)), &["wang"]);
    }

    #[test]
    fn what_is_no_key_is_none() {
        for wrong in ["", "00", &"0".repeat(64), &"g".repeat(64), &"é".repeat(32)] {
            assert!(PublicKey::parse(wrong).is_none(), "{wrong}");
        }
    }
}

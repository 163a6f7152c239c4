//! `[rules]`: who signs rules, where their signatures are, and how many it takes.

use super::Environment;
use super::limits;
use super::section::Section;
use crate::digest::FileDigest;
use crate::signatures::{PublicKey, Signer, version, vouching};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The longest name: it stands in records.
const NAME_BYTES_MAX: usize = 32;
/// Lines of signatures are read up to this size.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// `[rules]`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SigningConfig {
    /// `rules.signers`.
    pub signers: Vec<Signer>,
    /// `rules.signatures`: the file with their signatures.
    pub signatures: Option<PathBuf>,
    /// `rules.signatures_min`: how many of them must vouch for rules.
    pub signatures_min: u16,
}

/// Reads the section. In production rules need signatures; elsewhere they do where the section says so.
pub(super) fn read(section: Section<'_>, environment: Environment) -> SigningConfig {
    let mut signers: Vec<Signer> = Vec::new();
    for signer in section.list("signers").unwrap_or_default() {
        let name = signer.needed_text("name", "name = \"li\"");
        let key = signer.needed_text("public_key", "the public key that lijian rules keygen printed");
        if let (Some(name), Some(key)) = (name, key) {
            let plain = name.value.len() <= NAME_BYTES_MAX && !name.value.is_empty();
            let known = signers.iter().any(|signer| signer.name == name.value);
            if !plain || known || name.value.contains(char::is_whitespace) {
                signer.wrong("name", format_args!("{:?}", name.value), "1 to 32 bytes without spaces, each name once");
            }
            let public_key = PublicKey::parse(&key.value);
            match public_key.filter(|key| signers.iter().all(|signer| signer.public_key != *key)) {
                Some(public_key) => signers.push(Signer { name: name.value, public_key }),
                None => {
                    signer.wrong("public_key", "no such key", "64 hexadecimal digits of an Ed25519 key, each key once")
                }
            }
        }
        signer.finish();
    }
    let signatures = section.text("signatures").map(|text| section.path_of(text).value);
    let needed = if environment.production { &limits::SIGNATURES_MIN } else { &limits::SIGNATURES_MIN_REHEARSAL };
    let signatures_min = section.number("signatures_min", needed);
    if usize::from(signatures_min) > signers.len() && !environment.unsigned_rules {
        let found = format!("{} signers", signers.len());
        let needed = format!("at least {signatures_min} [[rules.signers]]: so many must vouch for the rules");
        section.wrong("signers", found, needed);
    }
    section.finish();
    SigningConfig { signers, signatures, signatures_min }
}

impl SigningConfig {
    /// Those who vouch for rules of this digest.
    ///
    /// # Errors
    /// The file of signatures cannot be read.
    pub fn vouching(&self, digest: FileDigest) -> io::Result<Vec<&str>> {
        let lines = self.signatures.as_deref().map(read_lines).transpose()?.unwrap_or_default();
        Ok(vouching(&self.signers, digest, &lines))
    }

    /// What was found and what was expected, where too few vouch for rules of this digest.
    pub fn lacks(&self, digest: FileDigest) -> Option<(String, String)> {
        let needed = usize::from(self.signatures_min);
        // That there are too few signers was said already.
        if needed == 0 || needed > self.signers.len() {
            return None;
        }
        let version = version(digest);
        let names = match self.vouching(digest) {
            Ok(names) => names,
            Err(error) => return Some((error.to_string(), "a readable file of signatures".to_owned())),
        };
        let expected = format!("signatures of {needed} of the signers: lijian rules sign makes one");
        match names.as_slice() {
            [] => Some((format!("rules of version {version} that nobody signed"), expected)),
            few if few.len() < needed => {
                Some((format!("rules of version {version} signed by {} only", few.join(", ")), expected))
            }
            _ => None,
        }
    }
}

fn read_lines(path: &Path) -> io::Result<String> {
    let mut lines = String::new();
    match File::open(path) {
        Ok(file) => file.take(FILE_BYTES_MAX).read_to_string(&mut lines).map(|_| lines),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(lines),
        Err(error) => Err(error),
    }
}

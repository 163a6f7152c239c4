//! Keys by which messages find each other: a request its repeat, an answer its request, a reversal its original. Which
//! fields make a key is the dialect's to say.

use arrayvec::ArrayVec;
use lijian_codecs::MtiClass;
use lijian_codecs::dialect::{FieldPart, KeyPart, OriginalElements, Semantics};
use lijian_codecs::message::MessageView;
use lijian_domain::ids::{ContentDigest, DuplicateKey, LinkName};
use sha2::{Digest, Sha256};

/// A key is made of short fields: class, STAN, terminal, merchant, time, acquirer come to under 80 bytes. What is longer
/// is cut, which can only make two keys equal that differ past it; no shipped dialect comes near.
const KEY_BYTES_MAX: usize = 128;

/// A key, as bytes: compared whole, so that no two requests are ever taken for each other by a hash.
pub(crate) type KeyBytes = ArrayVec<u8, KEY_BYTES_MAX>;

/// Longest field that is looked at as part of a key or for the original of a reversal.
const FIELD_BYTES_MAX: usize = 128;

/// By which an issuer's answer finds our request. `link` keeps issuer links apart.
pub(crate) fn response_key(semantics: &Semantics, view: &MessageView<'_>, link: usize) -> KeyBytes {
    let mut key = KeyBytes::new();
    push(&mut key, &link.to_le_bytes());
    for part in &semantics.response_key {
        push_part(&mut key, view, *part, class(view));
    }
    key
}

/// Identity of a request among its repeats.
pub(crate) fn duplicate_key(semantics: &Semantics, view: &MessageView<'_>, link: LinkName) -> DuplicateKey {
    let mut key = KeyBytes::new();
    for part in &semantics.duplicate_key {
        push_part(&mut key, view, *part, class(view));
    }
    digest(link, &key)
}

/// The duplicate key that the original of this reversal had: the reversal's own fields, with those that name the original
/// put in their places. None where it names no original. Where it does not name the original's type, that is of the class
/// `unnamed`.
pub(crate) fn original_key(
    semantics: &Semantics,
    view: &MessageView<'_>,
    unnamed: MtiClass,
    link: LinkName,
) -> Option<DuplicateKey> {
    let mut buffer = [0; FIELD_BYTES_MAX];
    let named = view.copy_text(semantics.original.field, &mut buffer);
    if named.is_none() && !semantics.reversal_keeps_stan {
        return None;
    }
    let mut key = KeyBytes::new();
    for part in &semantics.duplicate_key {
        match (part, named) {
            (KeyPart::Class, _) => {
                push(&mut key, original_class(&semantics.original, named, unnamed).name().as_bytes())
            }
            (KeyPart::Field(field), Some(named)) => match element_for(&semantics.original, *field) {
                Some(element) => push(&mut key, element.of(named)?),
                None => push_part(&mut key, view, *part, MtiClass::Reserved),
            },
            (KeyPart::Field(_), None) => push_part(&mut key, view, *part, MtiClass::Reserved),
        }
    }
    Some(digest(link, &key))
}

/// The same for a request other than a reversal: none unless it names its original.
pub(crate) fn named_original_key(
    semantics: &Semantics,
    view: &MessageView<'_>,
    link: LinkName,
) -> Option<DuplicateKey> {
    let mut buffer = [0; FIELD_BYTES_MAX];
    view.copy_text(semantics.original.field, &mut buffer)?;
    original_key(semantics, view, MtiClass::Financial, link)
}

/// Digest of what a request asks for. The card goes in as its keyed fingerprint, never as its number.
pub(crate) fn content_digest(parts: &[&[u8]]) -> ContentDigest {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let mut digest = ContentDigest::default();
    digest.0.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    digest
}

fn class(view: &MessageView<'_>) -> MtiClass {
    view.dialect().class_of(view.mti()).unwrap_or_else(|| view.mti().class())
}

/// The class of the message that a reversal names: of the type it gives, or else `unnamed`.
fn original_class(original: &OriginalElements, named: Option<&[u8]>, unnamed: MtiClass) -> MtiClass {
    let digits = original.mti.zip(named).and_then(|(part, named)| part.of(named));
    match digits.and_then(|digits| digits.get(1)) {
        Some(b'1') => MtiClass::Authorization,
        Some(_) => MtiClass::Financial,
        None => unnamed,
    }
}

/// Which part of the original's name stands for this part of the duplicate key.
fn element_for(original: &OriginalElements, part: FieldPart) -> Option<FieldPart> {
    match part.field {
        // The 1993 version names the original by its local time.
        7 | 12 => original.transmitted,
        11 => Some(original.stan),
        60 => original.batch,
        _ => None,
    }
}

fn push_part(key: &mut KeyBytes, view: &MessageView<'_>, part: KeyPart, class: MtiClass) {
    match part {
        KeyPart::Class => push(key, class.name().as_bytes()),
        KeyPart::Field(part) => {
            let mut buffer = [0; FIELD_BYTES_MAX];
            let value = view.copy_text(part.field, &mut buffer).and_then(|text| part.of(text));
            push(key, value.unwrap_or_default());
        }
    }
}

/// Appends a part and a mark of its end that cannot stand inside it unnoticed: its length.
fn push(key: &mut KeyBytes, part: &[u8]) {
    let room = key.remaining_capacity().saturating_sub(1);
    let part = part.get(..part.len().min(room)).unwrap_or_default();
    if let Ok(length) = u8::try_from(part.len())
        && key.try_push(length).is_ok()
    {
        // It was cut to what there is room for.
        key.try_extend_from_slice(part).unwrap_or_default();
    }
}

fn digest(link: LinkName, key: &[u8]) -> DuplicateKey {
    let mut hash = Sha256::new();
    hash.update(link.as_str().as_bytes());
    hash.update([0]);
    hash.update(key);
    let mut digest = DuplicateKey::default();
    digest.0.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    digest
}

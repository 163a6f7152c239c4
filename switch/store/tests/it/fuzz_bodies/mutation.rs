//! What can happen to the files of a journal, spelled in bytes: flips, zeros, cuts, foreign bytes, files that come and go, and
//! checksums made right again by somebody who knows how.

use lijian_store::storage::Storage;
use lijian_store::storage::faulty::MemoryStorage;

const HEAD_BYTES: usize = 4096;
const BATCH_HEADER_BYTES: usize = 64;
/// So many changes are enough to meet each other.
const CHANGES_MAX: usize = 8;

/// The name of segment `number`.
pub(crate) fn name(number: usize) -> String {
    format!("{number:010}.segment")
}

/// Where batches seem to begin in a segment, and their lengths.
pub(crate) fn batches(segment: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = HEAD_BYTES;
    while segment.get(at..at + 8) == Some(b"LJBATCH1") {
        let length = BATCH_HEADER_BYTES + number_at(segment, at + 16);
        found.push((at, length));
        at += length;
    }
    found
}

fn number_at(bytes: &[u8], at: usize) -> usize {
    let number = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
    usize::try_from(number).expect("usize has 32 bits and more")
}

/// Carries the changes out, one after the other, as long as the bytes last.
pub(crate) fn mutate(storage: &MemoryStorage, script: &[u8]) {
    let mut script = Script(script);
    for _ in 0..CHANGES_MAX {
        if script.0.is_empty() {
            return;
        }
        change(storage, &mut script);
    }
}

struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    /// The next byte, zero where there is none.
    fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or(0)
    }

    fn short(&mut self) -> usize {
        usize::from(u16::from_le_bytes([self.byte(), self.byte()]))
    }

    fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// A place in a segment: any, or near the beginning of a batch.
    fn place(&mut self, segment: &[u8]) -> usize {
        let near = self.byte();
        let batches = batches(segment);
        if near & 1 == 0 || batches.is_empty() {
            return self.short() % (segment.len() + 1);
        }
        let (batch, _) = batches[usize::from(near >> 1) % batches.len()];
        (batch + usize::from(self.byte())).min(segment.len())
    }
}

fn change(storage: &MemoryStorage, script: &mut Script<'_>) {
    let mut names: Vec<String> = storage.list().expect("it is in memory");
    if names.is_empty() {
        storage.create(&name(1), 0).expect("there is none");
        names = vec![name(1)];
    }
    let (operation, which) = (script.byte(), usize::from(script.byte()));
    let file = &names[which % names.len()];
    let mut bytes = contents(storage, file);
    let at = script.place(&bytes);
    match operation % 10 {
        0 => flip(&mut bytes, at, script.byte()),
        1 => fill(&mut bytes, at, script.short()),
        2 => fill(&mut bytes, at, usize::MAX),
        3 => {
            let length = script.short();
            put(&mut bytes, at, script.bytes(length));
        }
        4 => {
            let from = contents(storage, &names[usize::from(script.byte()) % names.len()]);
            let start = script.place(&from);
            let length = script.short().min(from.len() - start);
            put(&mut bytes, at, &from[start..start + length]);
        }
        5 => bytes.truncate(at),
        6 => bytes.resize(bytes.len() + 1 + script.short() % 100, script.byte()),
        7 => return storage.remove(file).expect("it is there"),
        8 => {
            // Onto another segment, or behind the last one.
            let target = name(usize::from(script.byte()) % (names.len() + 2) + 1);
            let whole = script.byte() & 1 == 0;
            let copy = if whole { bytes } else { vec![0; bytes.len()] };
            drop(storage.create(&target, 0));
            return storage.damage(&target, |old| *old = copy);
        }
        _ => seal(&mut bytes, at, script),
    }
    storage.damage(file, |old| *old = bytes);
}

/// The bytes of a file.
pub(crate) fn contents(storage: &MemoryStorage, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    storage.damage(name, |there| bytes.clone_from(there));
    bytes
}

fn flip(bytes: &mut [u8], at: usize, bits: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= bits.max(1);
    }
}

fn fill(bytes: &mut [u8], at: usize, length: usize) {
    let end = at.saturating_add(length).min(bytes.len());
    bytes[at..end].fill(0);
}

/// Overwrites; a file that is too short grows.
fn put(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    if bytes.len() < at + new.len() {
        bytes.resize(at + new.len(), 0);
    }
    bytes[at..at + new.len()].copy_from_slice(new);
}

/// Makes the checksums of the head, or of the batch at or before `at`, right again, after a last change. The chain, which
/// takes more than arithmetic, is left as it is.
fn seal(bytes: &mut [u8], at: usize, script: &mut Script<'_>) {
    let offset = usize::from(script.byte());
    let value = script.byte();
    if at < HEAD_BYTES {
        if bytes.len() >= HEAD_BYTES {
            bytes[offset % 72] = value;
            let checksum = crc32c::crc32c(&bytes[..HEAD_BYTES - 4]);
            bytes[HEAD_BYTES - 4..HEAD_BYTES].copy_from_slice(&checksum.to_le_bytes());
        }
        return;
    }
    let Some(&(batch, length)) = batches(bytes).iter().rfind(|(batch, _)| *batch <= at) else { return };
    let Some(batch) = bytes.get_mut(batch..batch + length) else { return };
    batch[12 + offset % (length - 12)] = value;
    let mut record = BATCH_HEADER_BYTES;
    loop {
        let length = number_at(batch, record);
        let Some(record_bytes) = batch.get_mut(record..record + length).filter(|record| record.len() > 8) else {
            break;
        };
        let checksum = crc32c::crc32c(&record_bytes[8..]);
        record_bytes[4..8].copy_from_slice(&checksum.to_le_bytes());
        record += length;
    }
    let checksum = crc32c::crc32c(&batch[12..BATCH_HEADER_BYTES]);
    batch[8..12].copy_from_slice(&checksum.to_le_bytes());
}

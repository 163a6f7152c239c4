//! The seed corpus of the fuzz target, and the files that ship, run through the target's body.

use crate::fuzz_bodies::configuration::configuration;
use std::path::{Path, PathBuf};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn seed_corpus() {
    let seeds = files("../fuzz/corpus/configuration");
    assert!(seeds.len() >= 8, "{} seeds", seeds.len());
    seeds.iter().for_each(|seed| configuration(&std::fs::read(seed).unwrap()));
}

#[test]
fn a_card_number_anywhere_in_a_shipped_file_is_not_repeated() {
    let shipped = [
        (0, "campaigns/shenzhen-2024.toml"),
        (1, "examples/shenzhen-2024/merchants.csv"),
        (2, "examples/shenzhen-2024/merchants.csv"),
        (3, "dialects/unionpay-pos.toml"),
        (4, "examples/shenzhen-2024/switch.toml"),
    ];
    for (kind, name) in shipped {
        let text = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
        let short = &text[..text.len().min(2_000)];
        for at in (0..short.len()).step_by(7) {
            let [low, high] = u16::try_from(at).unwrap().to_le_bytes();
            configuration(&[&[kind | 8, low, high], short].concat());
        }
    }
}

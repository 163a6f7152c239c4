//! The library of products by size: how long a file takes to load, what it takes of memory, how long a look-up takes.
//!
//! `cargo bench -p lijian-benches --bench catalogue [-- PRODUCTS...]`; sizes of 1 thousand, 1 million and 10 million without
//! arguments.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement that cannot be set up has failed; it reads the clock and tells what it found"
)]

use lijian_config::catalogue;
use lijian_domain::ids::Gtin;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

const SIZES: [u64; 3] = [1_000, 1_000_000, 10_000_000];
const LOADS: usize = 5;
const LOOK_UPS: u64 = 5_000_000;

fn main() {
    let wanted: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let folder = tempfile::tempdir().unwrap();
    println!(
        "products | file MB | load, best of {LOADS} ms | worst ms | resident MB | product ns | missing ns | texts ns"
    );
    for products in if wanted.is_empty() { SIZES.to_vec() } else { wanted } {
        measure(folder.path(), products);
    }
}

fn measure(folder: &Path, products: u64) {
    let path = folder.join("catalogue.csv");
    fs::write(&path, csv(products)).unwrap();
    let bytes = fs::metadata(&path).unwrap().len();
    let mut times: Vec<_> = (0..LOADS)
        .map(|_| {
            let start = Instant::now();
            let loaded = catalogue::load(&[&path]).unwrap();
            let time = start.elapsed().as_micros();
            assert_eq!(u64::try_from(loaded.value.len()).unwrap(), products);
            time
        })
        .collect();
    times.sort_unstable();
    let before = resident_bytes();
    let loaded = catalogue::load(&[&path]).unwrap().value;
    let resident = resident_bytes().saturating_sub(before);
    let known = per_look_up(|at| loaded.product(gtin(at * 7_919 % products)).is_some());
    let missing = per_look_up(|at| loaded.product(Gtin(gtin(at * 7_919 % products).0 + 1)).is_none());
    let texts = per_look_up(|at| loaded.texts(gtin(at * 7_919 % products)).is_some());
    println!(
        "{products} | {} | {} | {} | {} | {known} | {missing} | {texts}",
        bytes / 1_000_000,
        times[0] / 1_000,
        times[LOADS - 1] / 1_000,
        resident / 1_000_000,
    );
    fs::remove_file(&path).unwrap();
}

/// Nanoseconds of one look-up, all of them over the whole library.
fn per_look_up(look_up: impl Fn(u64) -> bool) -> u128 {
    let start = Instant::now();
    assert!((0..LOOK_UPS).all(|at| black_box(look_up(black_box(at)))));
    start.elapsed().as_nanos() / u128::from(LOOK_UPS)
}

/// A number with a right check digit, spread as those of many makers are.
fn gtin(place: u64) -> Gtin {
    let body = 690_000_000_000 + place * 7;
    let weighted =
        (0..12).fold((0, body), |(sum, rest), at| (sum + rest % 10 * if at % 2 == 0 { 3 } else { 1 }, rest / 10));
    Gtin(body * 10 + (10 - weighted.0 % 10) % 10)
}

fn csv(products: u64) -> String {
    const CATEGORIES: [&str; 4] = ["refrigerator", "washing-machine", "television", "air-conditioner"];
    let mut text = String::from("gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to\n");
    for place in 0..products {
        let category = CATEGORIES[usize::try_from(place % 4).unwrap()];
        let (gtin, grade, price) = (gtin(place), place % 2 + 1, 100_000 + place % 900_000);
        let dates = if place % 10 == 0 { "2024-09-06,2024-12-31" } else { "," };
        writeln!(text, "{gtin},{category},青砚,QY-{place},旗舰款 一级能效 {place},{grade},{price},{dates}").unwrap();
    }
    text
}

/// What the kernel says that this process holds.
fn resident_bytes() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * u64::try_from(rustix::param::page_size()).unwrap()
}

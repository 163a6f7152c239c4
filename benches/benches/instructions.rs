//! Instructions of codec and decision, one of each: `--check` holds them against those on record, `--record` records them. Where
//! valgrind is not installed nothing is counted.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

mod decision;

use lijian_benches::callgrind;
use lijian_codecs::describe::bytes_of;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::message::{FieldIndex, MessageView, parse};
use lijian_codecs::write::MessageWriter;
use lijian_domain::decide::decide;
use std::hint::black_box;
use std::process::ExitCode;

const OPERATIONS: [&str; 5] = ["parse", "patch", "answer", "build", "decide"];
/// Rounds before anything counts, for buffers to grow, and those that count.
const WARM_UP_ROUNDS: u64 = 16;
const ROUNDS: u64 = 256;
const PRODUCTS: u64 = 1_000;

fn main() -> ExitCode {
    match callgrind::asked_for() {
        Some(operation) => {
            run(&operation);
            ExitCode::SUCCESS
        }
        None => callgrind::gate(&OPERATIONS, ROUNDS).unwrap_or(ExitCode::SUCCESS),
    }
}

fn run(operation: &str) {
    if operation == "decide" {
        return decisions();
    }
    let dialect = Dialect::shipped("iso87-ascii-binary-bitmap").unwrap().unwrap();
    let payload = bytes_of(&include_str!("../../codecs/tests/fixtures/codec-message.hex").replace('\n', "")).unwrap();
    let mut other = FieldIndex::new();
    let view = parse(&dialect, &payload, &mut other).unwrap();
    let (mut index, mut out) = (FieldIndex::new(), Vec::with_capacity(1_024));
    rounds(|| {
        out.clear();
        match operation {
            "parse" => drop(black_box(parse(black_box(&dialect), black_box(&payload), &mut index).unwrap())),
            "patch" => {
                let mut writer = MessageWriter::patch(black_box(view));
                writer.set_number(4, black_box(1_999)).set(54, b"0040156D000000002345").write(&mut out).unwrap();
            }
            "answer" => {
                let mut writer = MessageWriter::patch(black_box(view));
                writer.respond().set(39, b"00").set(48, b"81001982004G000").remove(35).remove(52);
                writer.write(&mut out).unwrap();
            }
            _ => build(&dialect, &view, &mut out),
        }
    });
}

fn build(dialect: &Dialect, view: &MessageView<'_>, out: &mut Vec<u8>) {
    let mut writer = MessageWriter::build(black_box(dialect), view.mti());
    for (field, raw) in view.fields() {
        writer.set(field, raw);
    }
    writer.write(out).unwrap();
}

fn decisions() {
    let (rules, sales, now) = (decision::rules(PRODUCTS), decision::sales(PRODUCTS), decision::noon());
    let mut request = decision::request(sales[0].0, sales[0].1);
    let mut next = sales.iter().cycle();
    rounds(|| {
        let (item, merchant) = next.next().unwrap();
        request.items[0] = *item;
        (request.merchant, request.amount) = (*merchant, item.unit_price);
        black_box(decide(&rules, black_box(&request), None, &now));
    });
}

fn rounds(mut round: impl FnMut()) {
    (0..WARM_UP_ROUNDS).for_each(|_| round());
    callgrind::counted(|| (0..ROUNDS).for_each(|_| round()));
}

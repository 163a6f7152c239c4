//! The codecs on their 22-field message, beside iso8583_rs 0.1.10 in the same run.
//!
//! `parse/*` reads the message with every length and character checked; `patch` copies it with amount and additional
//! amounts changed; `answer` makes the response of it; `build/*` writes it from values. The ratios that count are
//! `parse/iso8583_rs : parse/lijian` and `build/iso8583_rs : build/lijian`.
#![expect(unsafe_code, reason = "the reference reads its specification from a file that an environment variable names")]
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use criterion::{Criterion, criterion_group, criterion_main};
use iso8583_rs::iso8583::iso_spec;
use lijian_codecs::describe::{bytes_of, describe};
use lijian_codecs::dialect::Dialect;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::write::MessageWriter;
use std::hint::black_box;

fn codec_message() -> Vec<u8> {
    bytes_of(&include_str!("../../codecs/tests/fixtures/codec-message.hex").replace('\n', "")).unwrap()
}

fn reading(criterion: &mut Criterion) {
    let dialect = Dialect::shipped("iso87-ascii-binary-bitmap").unwrap().unwrap();
    let mut payload = codec_message();
    let mut index = FieldIndex::new();
    let mut group = criterion.benchmark_group("parse");
    group.bench_function("lijian", |bencher| {
        bencher.iter(|| {
            let view = parse(black_box(&dialect), black_box(&payload), &mut index).unwrap();
            view.raw(64).map(<[u8]>::len)
        });
    });
    let reference = reference();
    group.bench_function("iso8583_rs", |bencher| {
        bencher.iter(|| reference.parse(black_box(&mut payload)).unwrap());
    });
    group.finish();
}

fn writing(criterion: &mut Criterion) {
    let dialect = Dialect::shipped("iso87-ascii-binary-bitmap").unwrap().unwrap();
    let mut payload = codec_message();
    let mut index = FieldIndex::new();
    let view = parse(&dialect, &payload, &mut index).unwrap();
    let mut out = Vec::with_capacity(1_024);
    let mut group = criterion.benchmark_group("write");
    group.bench_function("patch", |bencher| {
        bencher.iter(|| {
            out.clear();
            let mut writer = MessageWriter::patch(black_box(view));
            writer.set_number(4, black_box(1_999)).set(54, b"0040156D000000002345").write(&mut out).unwrap();
            out.len()
        });
    });
    group.bench_function("answer", |bencher| {
        bencher.iter(|| {
            out.clear();
            let mut writer = MessageWriter::patch(black_box(view));
            writer.respond().set(39, b"00").set(48, b"81001982004G000").remove(35).remove(52);
            writer.write(&mut out).unwrap();
            out.len()
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("build");
    group.bench_function("lijian", |bencher| {
        bencher.iter(|| {
            out.clear();
            let mut writer = MessageWriter::build(black_box(&dialect), view.mti());
            for (field, raw) in view.fields() {
                writer.set(field, raw);
            }
            writer.write(&mut out).unwrap();
            out.len()
        });
    });
    assert_eq!(out, payload);
    let values: Vec<(u32, String)> = describe(view, true).map(|(field, text)| (u32::from(field), text)).collect();
    let reference = reference();
    group.bench_function("iso8583_rs", |bencher| {
        let mut message = reference.parse(&mut payload).unwrap();
        for (field, text) in &values {
            message.set_on(*field, text).unwrap();
        }
        bencher.iter(|| black_box(&message).assemble().unwrap());
    });
    group.finish();
}

fn reference() -> &'static iso_spec::Spec {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../codecs/tests/fixtures/iso8583_rs.yaml");
    // SAFETY: nothing else runs while a benchmark is set up.
    unsafe { std::env::set_var("SPEC_FILE", file) };
    iso_spec::spec("")
}

criterion_group!(codec, reading, writing);
criterion_main!(codec);

//! Patching: what is not touched stays byte for byte.

use crate::{codec_message_bytes, shipped};
use lijian_codecs::Mti;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::write::{MessageWriter, WriteProblem};

fn dialect() -> &'static Dialect {
    shipped("iso87-ascii-binary-bitmap")
}

#[test]
fn nothing_set_gives_the_same_bytes() {
    let (dialect, payload, mut index) = (dialect(), codec_message_bytes(), FieldIndex::new());
    let view = parse(dialect, &payload, &mut index).unwrap();
    let mut out = b"kept".to_vec();
    MessageWriter::patch(view).write(&mut out).unwrap();
    assert_eq!(out[..4], *b"kept");
    assert_eq!(out[4..], payload);
}

#[test]
fn every_field_can_be_set_added_and_removed() {
    let (dialect, payload, mut index) = (dialect(), codec_message_bytes(), FieldIndex::new());
    let view = parse(dialect, &payload, &mut index).unwrap();
    for spec in dialect.fields() {
        let field = spec.number;
        let value = match spec.class.name() {
            "b" => vec![0xee; usize::from(spec.length)],
            "x+n" => [b"C".as_slice(), &vec![b'7'; usize::from(spec.length) - 1]].concat(),
            "a" => vec![b'A'; usize::from(spec.length)],
            _ => vec![b'7'; usize::from(spec.length)],
        };
        let mut out = Vec::new();
        MessageWriter::patch(view).set(field, &value).write(&mut out).unwrap();
        let mut again = FieldIndex::new();
        let after = parse(dialect, &out, &mut again).unwrap_or_else(|error| panic!("{field}: {error}"));
        let mut buffer = [0; 1_000];
        assert_eq!(after.copy_text(field, &mut buffer), Some(&value[..]), "{field}");
        for (other, before) in view.fields().filter(|(other, _)| *other != field) {
            assert_eq!(after.raw(other), Some(before), "{field} {other}");
        }

        let mut out = Vec::new();
        MessageWriter::patch(view).remove(field).write(&mut out).unwrap();
        let after = parse(dialect, &out, &mut again).unwrap();
        assert!(!after.has(field));
        assert!(view.fields().filter(|(other, _)| *other != field).all(|(other, raw)| after.raw(other) == Some(raw)));
    }
}

#[test]
fn a_response_is_a_patched_request() {
    let (dialect, payload, mut index) = (dialect(), codec_message_bytes(), FieldIndex::new());
    let view = parse(dialect, &payload, &mut index).unwrap();
    let mut out = Vec::new();
    let mut writer = MessageWriter::patch(view);
    writer.respond().set(39, b"00").set_number(4, 2_000).set(38, b"A1B2C3").remove(52).remove(35).set(48, b"81003345");
    writer.write(&mut out).unwrap();
    let mut again = FieldIndex::new();
    let after = parse(dialect, &out, &mut again).unwrap();
    assert_eq!(after.mti(), Mti::parse("0210").unwrap());
    assert_eq!(after.raw(4), Some(&b"000000002000"[..]));
    assert_eq!(after.raw(48), Some(&b"81003345"[..]));
    assert_eq!((after.has(35), after.has(52), after.raw(64)), (false, false, view.raw(64)));
}

#[test]
fn what_does_not_fit_is_named_and_nothing_is_written() {
    let (dialect, payload, mut index) = (dialect(), codec_message_bytes(), FieldIndex::new());
    let view = parse(dialect, &payload, &mut index).unwrap();
    let check = |field: u8, value: &[u8], expected: &str| {
        let mut out = vec![1];
        let error = MessageWriter::patch(view).set(field, value).write(&mut out).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(out, [1]);
    };
    check(4, b"1234567890123", "field 4: expected a length of at most 12, got 13");
    check(4, b"12a", "field 4: expected class n, got another character");
    check(52, b"1234", "field 52: expected a length of 8, got 4");
    check(48, &[b'x'; 1_000], "field 48: expected a length of at most 999, got 1000");
    check(48, b"a\nb", "field 48: expected class ans, got another character");
    check(0, b"", "field 0: the dialect does not have it");
    check(129, b"", "field 129: the dialect does not have it");
    check(255, b"", "field 255: the dialect does not have it");
    let mut out = Vec::new();
    let mut writer = MessageWriter::build(dialect, Mti::parse("0200").unwrap());
    for field in 2..=120 {
        writer.set_number(field, 1);
    }
    assert_eq!(writer.write(&mut out).unwrap_err().problem, WriteProblem::TooManyFields);
}

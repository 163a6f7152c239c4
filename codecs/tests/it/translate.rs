//! From one dialect into another, field by field.

use crate::{codec_message_bytes, hex, shipped};
use lijian_codecs::Mti;
use lijian_codecs::describe::{describe, encode};
use lijian_codecs::dialect::Addresses;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::write::MessageWriter;

const TERMINAL_SALE: [(u8, &str); 12] = [
    (2, "6200000000000005"),
    (3, "000000"),
    (4, "000000002999"),
    (11, "000123"),
    (22, "051"),
    (25, "00"),
    (35, "6200000000000005=28122011143878089"),
    (41, "TEST0001"),
    (42, "898440350000001"),
    (49, "156"),
    (52, "3F1A9C07E25D84B6"),
    (60, "22000001000"),
];

#[test]
fn terminal_to_ascii_and_back() {
    let (terminal, ascii) = (shipped("unionpay-pos"), shipped("iso87-ascii"));
    let mut fields = TERMINAL_SALE.to_vec();
    fields.push((64, "4131334332333933"));
    let payload = encode(terminal, Mti::parse("0200").unwrap(), &fields, None).unwrap();
    let (mut index, mut second, mut third) = (FieldIndex::new(), FieldIndex::new(), FieldIndex::new());
    let view = parse(terminal, &payload, &mut index).unwrap();
    let mut out = Vec::new();
    MessageWriter::translate(view, ascii).write(&mut out).unwrap();
    let carried = parse(ascii, &out, &mut second).unwrap();
    let found: Vec<_> = describe(carried, true).collect();
    let found: Vec<_> = found.iter().map(|(field, value)| (*field, value.as_str())).collect();
    assert_eq!(found, TERMINAL_SALE, "field 64 ends at the link");

    let mut back = Vec::new();
    let mut writer = MessageWriter::translate(carried, terminal);
    writer.envelope_answering(&payload).set(64, &[0x41; 8]).write(&mut back).unwrap();
    let again = parse(terminal, &back, &mut third).unwrap();
    assert!(view.fields().filter(|(field, _)| *field != 64).all(|(field, raw)| again.raw(field) == Some(raw)));
}

#[test]
fn codec_message_through_every_ascii_and_binary_dialect() {
    let from = shipped("iso87-ascii-binary-bitmap");
    let payload = codec_message_bytes();
    let mut index = FieldIndex::new();
    let view = parse(from, &payload, &mut index).unwrap();
    for name in ["iso87-ascii", "iso87-binary", "cups"] {
        let to = shipped(name);
        let (mut there, mut back) = (Vec::new(), Vec::new());
        let mut writer = MessageWriter::translate(view, to);
        writer.envelope_between(Addresses { destination: b"1", source: b"2" }).write(&mut there).unwrap();
        let mut second = FieldIndex::new();
        let carried = parse(to, &there, &mut second).unwrap();
        let mac = view.raw(64).unwrap();
        MessageWriter::translate(carried, from).set(64, mac).write(&mut back).unwrap();
        assert_eq!(back, payload, "{name}");
    }
}

#[test]
fn result_codes_are_mapped() {
    let (ascii, later) = (shipped("iso87-ascii"), shipped("iso93-ascii"));
    let fields = [(3, "000000"), (4, "000000000100"), (11, "000001"), (39, "51")];
    let payload = encode(ascii, Mti::parse("0210").unwrap(), &fields, None).unwrap();
    let (mut index, mut second) = (FieldIndex::new(), FieldIndex::new());
    let view = parse(ascii, &payload, &mut index).unwrap();
    let (mut out, mut back) = (Vec::new(), Vec::new());
    MessageWriter::translate(view, later).write(&mut out).unwrap();
    let carried = parse(later, &out, &mut second).unwrap();
    assert_eq!((carried.mti().as_digits(), carried.raw(39)), (*b"1210", Some(&b"116"[..])));
    MessageWriter::translate(carried, ascii).write(&mut back).unwrap();
    assert_eq!(back, payload);
}

#[test]
fn what_cannot_be_carried_over_is_named() {
    let (terminal, ascii) = (shipped("unionpay-pos"), shipped("iso87-ascii"));
    let payload = hex("6000030000 603100310000 0200 0000000000000020 0004 c1a2bcf5");
    let mut index = FieldIndex::new();
    let view = parse(terminal, &payload, &mut index).unwrap();
    let mut out = Vec::new();
    let error = MessageWriter::translate(view, ascii).write(&mut out).unwrap_err();
    assert_eq!(error.to_string(), "field 59: expected class ans, got another character");
    MessageWriter::translate(view, ascii).remove(59).write(&mut out).unwrap();

    let payload = encode(ascii, Mti::parse("0200").unwrap(), &[(66, "1"), (11, "000001")], None).unwrap();
    let view = parse(ascii, &payload, &mut index).unwrap();
    let mut writer = MessageWriter::translate(view, terminal);
    assert_eq!(writer.write(&mut out).unwrap_err().to_string(), "the dialect needs the addresses of the link");
    writer.envelope_between(Addresses { destination: b"0001", source: b"0002" });
    assert_eq!(writer.write(&mut out).unwrap_err().to_string(), "field 66: the dialect does not have it");
}

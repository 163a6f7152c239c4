//! The codec message cut at every place, and with every byte set to 00, 41 and FF: an answer each time, never a panic.

use crate::fuzz_bodies::message::round_trip;
use crate::{all_dialects, codec_message_bytes, hex, shipped};
use lijian_codecs::dialect::Class;
use lijian_codecs::message::{Expected, FieldIndex, Got, ParseError, Part, parse};

#[test]
fn every_variant_gets_an_answer() {
    let dialect = shipped("iso87-ascii-binary-bitmap");
    let original = codec_message_bytes();
    let mut variants: Vec<Vec<u8>> = (0..original.len()).map(|length| original[..length].to_vec()).collect();
    for at in 0..original.len() {
        for byte in [0x00, 0x41, 0xff] {
            let mut variant = original.clone();
            variant[at] = byte;
            variants.push(variant);
        }
    }
    assert_eq!(variants.len(), 381 * 4);
    let mut index = FieldIndex::new();
    let (mut good, mut bad) = (0, 0);
    for variant in &variants {
        match parse(dialect, variant, &mut index) {
            Ok(view) => {
                good += 1;
                assert_eq!(view.fields().map(|(_, raw)| raw.len()).max(), Some(122));
            }
            Err(failure) => {
                bad += 1;
                assert!(failure.error.offset <= variant.len());
                assert!(!failure.error.to_string().is_empty());
                assert!(failure.partial.fields().all(|(field, raw)| failure.partial.raw(field) == Some(raw)));
                // Cut after the message type: what was read still makes an answer.
                if variant.len() > 20 && variant[..12] == original[..12] {
                    assert_eq!(failure.partial.mti().response().as_digits(), *b"0210");
                }
            }
        }
    }
    assert!(good > 100 && bad > 900, "{good} {bad}");
}

#[test]
fn every_variant_in_every_dialect_keeps_its_promises() {
    let original = codec_message_bytes();
    for dialect in all_dialects() {
        for length in 0..original.len() {
            round_trip(dialect, &original[..length]);
        }
    }
}

#[test]
fn errors_say_what_where_expected_and_got() {
    let dialect = shipped("iso87-ascii");
    let check = |message: &[u8], part: Part, offset: usize, expected: Expected, got: Got| {
        let mut index = FieldIndex::new();
        let error = parse(dialect, message, &mut index).unwrap_err().error;
        assert_eq!(error, ParseError { part, offset, expected, got });
    };
    let class = |field| Expected::Class(dialect.field(field).unwrap().class);
    check(b"", Part::Mti, 0, Expected::Bytes(4), Got::Bytes(0));
    check(b"02x0", Part::Mti, 0, Expected::MessageType, Got::ByteAt(0));
    check(b"0200", Part::Bitmap(1), 4, Expected::Bytes(16), Got::Bytes(0));
    check(b"0200000000000000000G", Part::Bitmap(1), 4, Expected::Hexadecimal, Got::ByteAt(4));
    check(b"02004000000000000000", Part::Length(2), 20, Expected::Bytes(2), Got::Bytes(0));
    check(b"02004000000000000000-1", Part::Length(2), 20, Expected::Number, Got::ByteAt(20));
    check(b"02004000000000000000+1", Part::Length(2), 20, Expected::Number, Got::ByteAt(20));
    check(b"0200400000000000000020", Part::Length(2), 20, Expected::LengthAtMost(19), Got::Length(20));
    check(b"0200400000000000000016123", Part::Field(2), 22, Expected::Bytes(16), Got::Bytes(3));
    check(b"020040000000000000000312a", Part::Field(2), 22, class(2), Got::ByteAt(24));
    check(b"0200400000000000000003123x", Part::End, 25, Expected::End, Got::Bytes(1));
    let mut long = vec![b'0'; 65_536];
    check(&long, Part::Envelope, 0, Expected::MessageAtMost(65_535), Got::Bytes(65_536));
    long.clear();

    let small = shipped("unionpay-pos");
    let mut index = FieldIndex::new();
    let payload = hex("6000030000 603100310000 0200 0080000000000000");
    let failure = parse(small, &payload, &mut index).unwrap_err();
    assert_eq!(failure.error.to_string(), "field 9 at offset 21: expected 4 bytes, got 0 bytes");
    let payload = hex("6000030000 603100310000 0200 0100000000000000");
    let failure = parse(small, &payload, &mut index).unwrap_err();
    let expected = "field 8 at offset 21: expected a field of the dialect, got a field that its table does not have";
    assert_eq!(failure.error.to_string(), expected);
    assert_eq!(failure.error.part.field(), Some(8));
}

#[test]
fn every_byte_of_every_value_is_checked() {
    let dialect = shipped("iso87-ascii-binary-bitmap");
    let mut payload = codec_message_bytes();
    let (mut index, mut again) = (FieldIndex::new(), FieldIndex::new());
    let original = payload.clone();
    let view = parse(dialect, &original, &mut index).unwrap();
    for (field, _) in view.fields() {
        let class = dialect.field(field).unwrap().class;
        let fits = |byte: u8| match class {
            Class::N => byte.is_ascii_digit(),
            Class::Z => byte == b'D' || (b'0'..=b'?').contains(&byte),
            Class::An => byte.is_ascii_alphanumeric(),
            Class::Anp => byte == b' ' || byte.is_ascii_alphanumeric(),
            Class::Ans => byte == b' ' || byte.is_ascii_graphic(),
            Class::B => true,
            _ => panic!("field {field} has a class that this message did not have"),
        };
        for at in view.span(field).unwrap() {
            for byte in 0..=255 {
                payload[at] = byte;
                let error = parse(dialect, &payload, &mut again).err().map(|failure| failure.error);
                let (part, offset) = (Part::Field(field), view.span(field).unwrap().start);
                let (expected, got) = (Expected::Class(class), Got::ByteAt(at));
                let wrong = ParseError { part, offset, expected, got };
                assert_eq!(error, (!fits(byte)).then_some(wrong), "field {field} byte {at} {byte:#x}");
            }
            payload[at] = original[at];
        }
    }
}

//! Decode, encode, decode: any message that the tables allow, in every dialect.

use crate::fuzz_bodies::{frames::frames, message, tags::tags};
use crate::{all_dialects, shipped};
use lijian_codecs::Mti;
use lijian_codecs::dialect::{Addresses, Class, Dialect, Encoding, FieldSpec, Prefix};
use lijian_codecs::frame::{FrameFormat, FrameHeader};
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::write::MessageWriter;
use proptest::prelude::*;

/// A value of the field's class, made from noise.
fn value(spec: &FieldSpec, noise: &[u8]) -> Vec<u8> {
    let longest = usize::from(spec.length);
    let seed = noise.iter().fold(7_usize, |seed, byte| seed * 31 % 1_000_003 + usize::from(*byte));
    let length = match spec.prefix {
        Prefix::Fixed => longest,
        Prefix::Variable { .. } => seed % (longest.min(90) + 1),
    };
    let alphabet: Vec<u8> = match spec.class {
        Class::N => (b'0'..=b'9').collect(),
        Class::Z => b"0123456789=".to_vec(),
        Class::An => b"0123456789AZaz".to_vec(),
        Class::Anp => b"0123456789AZaz ".to_vec(),
        Class::A => b"AZaz ".to_vec(),
        Class::As => b"AZaz -.".to_vec(),
        Class::Ns => b"0123456789-/".to_vec(),
        Class::Xn => b"0123456789".to_vec(),
        Class::Ans if matches!(spec.encoding, Encoding::Text(_)) => (0x20..=0x7e).chain(0x81..=0xfe).collect(),
        Class::Ans => (0x20..=0x7e).collect(),
        Class::B => (0..=255).collect(),
    };
    let mut value: Vec<u8> =
        (0..length).map(|at| alphabet[(usize::from(noise[at % noise.len()]) + at * seed) % alphabet.len()]).collect();
    if spec.class == Class::Xn {
        value[0] = if seed.is_multiple_of(2) { b'C' } else { b'D' };
    }
    value
}

fn build<'v>(dialect: &'v Dialect, values: &'v [(u8, Vec<u8>)]) -> Vec<u8> {
    let mti = Mti::parse("0200").unwrap().with_version(dialect.mti_version());
    let mut writer = MessageWriter::build(dialect, mti);
    writer.envelope_between(Addresses { destination: b"0012", source: b"0034" });
    for (field, value) in values {
        writer.set(*field, value);
    }
    let mut out = Vec::new();
    writer.write(&mut out).unwrap_or_else(|error| panic!("{} {error}", dialect.name()));
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn messages(
        which in 0..8_usize,
        chosen in proptest::collection::btree_set(2..=192_u8, 0..40),
        noise in proptest::collection::vec(any::<u8>(), 1..64),
    ) {
        let dialects = all_dialects();
        prop_assert_eq!(dialects.len(), 8);
        let dialect: &Dialect = &dialects[which];
        let values: Vec<(u8, Vec<u8>)> = chosen
            .iter()
            .filter_map(|field| dialect.field(*field))
            .map(|spec| (spec.number, value(spec, &noise)))
            .collect();
        let payload = build(dialect, &values);
        let mut index = FieldIndex::new();
        let view = parse(dialect, &payload, &mut index).unwrap_or_else(|error| panic!("{} {error}", dialect.name()));
        prop_assert_eq!(view.fields().count(), values.len());
        for (field, value) in &values {
            prop_assert!(view.text_eq(*field, value), "{} field {}", dialect.name(), field);
            prop_assert_eq!(view.text_length(*field), Some(value.len()));
        }
        message::round_trip(dialect, &payload);
        let format = FrameFormat { header: FrameHeader::Len4Ascii, inclusive: noise.len() > 30, limit_bytes: 9_000 };
        let mut stream = Vec::new();
        format.write(&payload, &mut stream).unwrap();
        prop_assert_eq!(format.next(&stream).unwrap().unwrap().payload, &payload[..]);
    }

    #[test]
    fn noise(which in 0..8_usize, noise in proptest::collection::vec(any::<u8>(), 0..300)) {
        let dialect = &all_dialects()[which];
        message::round_trip(dialect, &noise);
        tags(&noise);
        frames(&noise);
    }

    #[test]
    fn noise_after_a_good_beginning(at in 16..370_usize, noise in proptest::collection::vec(any::<u8>(), 1..8)) {
        let mut payload = crate::codec_message_bytes();
        for (slot, byte) in payload.iter_mut().skip(at).zip(&noise) {
            *slot = *byte;
        }
        message::round_trip(shipped("iso87-ascii-binary-bitmap"), &payload);
    }
}

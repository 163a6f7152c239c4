//! iso8583_rs as an independent implementation: it must read the same values from what we write, and write the same bytes.
#![expect(unsafe_code, reason = "the reference reads its specification from a file that an environment variable names")]

use crate::{codec_message_bytes, shipped};
use iso8583_rs::iso8583::iso_spec::{self, Spec};
use lijian_codecs::Mti;
use lijian_codecs::describe::{describe, encode};
use lijian_codecs::dialect::{Class, Prefix};
use lijian_codecs::message::{FieldIndex, parse};
use proptest::prelude::*;
use std::sync::LazyLock;

static REFERENCE: LazyLock<&'static Spec> = LazyLock::new(|| {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/iso8583_rs.yaml");
    // SAFETY: the standard library serialises its own readers of the environment; nothing here reads it otherwise.
    unsafe { std::env::set_var("SPEC_FILE", file) };
    iso_spec::spec("")
});

/// The bytes of the message as the reference writes it, from values that it is given; and its reading of `payload`.
fn check(mti: &str, fields: &[(u8, String)], payload: &[u8]) {
    let read = REFERENCE.parse(&mut payload.to_vec()).unwrap();
    let mut written = iso_spec::new_msg(&REFERENCE, REFERENCE.get_message("any").unwrap());
    written.set("message_type", mti).unwrap();
    for (field, value) in fields {
        let position = u32::from(*field);
        assert!(read.bmp_child_value(position).unwrap().eq_ignore_ascii_case(value), "field {field}");
        written.set_on(position, value).unwrap();
    }
    assert_eq!(written.assemble().unwrap(), payload);
}

#[test]
fn the_codec_message() {
    let dialect = shipped("iso87-ascii-binary-bitmap");
    let payload = codec_message_bytes();
    let mut index = FieldIndex::new();
    let view = parse(dialect, &payload, &mut index).unwrap();
    let raw: Vec<_> = describe(view, true).collect();
    check("0200", &raw, &payload);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn generated_messages(
        chosen in proptest::collection::btree_set(2..=128_u8, 1..50),
        mti in proptest::sample::select(vec!["0100", "0110", "0200", "0210", "0400", "0420", "0800"]),
        seed in any::<u64>(),
    ) {
        let dialect = shipped("iso87-ascii-binary-bitmap");
        let mut state = seed | 1;
        let mut next = |limit: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % limit
        };
        let fields: Vec<(u8, String)> = chosen
            .iter()
            // Field 65 is a third bitmap to the reference; hexadecimal over a length prefix it does not know.
            .filter(|field| !matches!(field, 55 | 65))
            .map(|field| dialect.field(*field).unwrap())
            .map(|spec| {
                let longest = usize::from(spec.length);
                let length = if spec.prefix == Prefix::Fixed { longest } else { next(longest.min(120) + 1) };
                let mut text: String = match spec.class {
                    Class::B => (0..length * 2).map(|_| char::from(b"0123456789ABCDEF"[next(16)])).collect(),
                    Class::Ans => (0..length).map(|_| char::from(b"09azAZ -.,:;<>"[next(14)])).collect(),
                    Class::An | Class::Anp => (0..length).map(|_| char::from(b"09azAZ"[next(6)])).collect(),
                    _ => (0..length).map(|_| char::from(b"0123456789"[next(10)])).collect(),
                };
                if spec.class == Class::Xn {
                    text.replace_range(..1, "C");
                }
                (spec.number, text)
            })
            .collect();
        prop_assume!(!fields.is_empty());
        let given: Vec<_> = fields.iter().map(|(field, value)| (*field, value.as_str())).collect();
        let payload = encode(dialect, Mti::parse(mti).unwrap(), &given, None).unwrap();
        let mut index = FieldIndex::new();
        let view = parse(dialect, &payload, &mut index).unwrap();
        prop_assert_eq!(&describe(view, true).collect::<Vec<_>>(), &fields);
        check(mti, &fields, &payload);
    }
}

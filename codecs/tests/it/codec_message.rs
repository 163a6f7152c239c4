//! The message that the codecs are measured on: 22 fields, 381 bytes, binary bitmap.

use crate::{codec_message_bytes, shipped};
use lijian_codecs::message::{FieldIndex, parse};

#[test]
fn every_field_is_where_it_should_be() {
    let dialect = shipped("iso87-ascii-binary-bitmap");
    let payload = codec_message_bytes();
    let mut index = FieldIndex::new();
    let view = parse(dialect, &payload, &mut index).unwrap();
    assert_eq!((payload.len(), view.mti().as_digits(), view.fields().count()), (381, *b"0200", 22));
    assert_eq!(view.raw(2), Some(&b"4761739001010119"[..]));
    assert_eq!(view.digits_u64(4), Some(2345));
    assert_eq!(view.raw(35), Some(&b"4761739001010119=28122011143878089000"[..]));
    assert_eq!(view.raw(41), Some(&b"TERM0001"[..]));
    assert_eq!(view.raw(48).map(<[u8]>::len), Some(122));
    assert_eq!(view.raw(52), Some(&[0x3f, 0x1a, 0x9c, 0x07, 0xe2, 0x5d, 0x84, 0xb6][..]));
    assert_eq!(view.raw(64), Some(&[0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07, 0x18][..]));
}

//! Messages made by pyiso8583 4.0.1 with its `default_ascii` specification: bytes, then type and fields as it reads them.

use crate::{hex, shipped};
use lijian_codecs::Mti;
use lijian_codecs::describe::{describe, encode};
use lijian_codecs::message::{FieldIndex, parse};

#[test]
fn reads_and_writes_what_pyiso8583_does() {
    let dialect = shipped("iso87-ascii");
    let mut index = FieldIndex::new();
    let mut count = 0;
    for block in include_str!("../fixtures/iso87-ascii.txt").split("\n\n") {
        let mut lines = block.lines();
        let payload = hex(lines.next().unwrap());
        let mti = Mti::parse(lines.next().unwrap()).unwrap();
        let expected: Vec<(u8, String)> = lines
            .map(|line| line.split_once(' ').unwrap())
            .map(|(field, value)| (field.parse().unwrap(), value.to_owned()))
            .collect();
        let view = parse(dialect, &payload, &mut index).unwrap();
        assert_eq!(view.mti(), mti);
        assert_eq!(describe(view, true).collect::<Vec<_>>(), expected);
        let fields: Vec<_> = expected.iter().map(|(field, value)| (*field, value.as_str())).collect();
        assert_eq!(encode(dialect, mti, &fields, None).unwrap(), payload);
        count += 1;
    }
    assert_eq!(count, 23);
}

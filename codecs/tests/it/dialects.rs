//! The shipped tables by hand-made messages, and what is said of tables that are wrong.

use crate::{all_dialects, hex, shipped};
use lijian_codecs::describe::describe;
use lijian_codecs::dialect::{Addresses, Dialect};
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::write::MessageWriter;
use lijian_codecs::{Mti, MtiClass};

fn check(dialect: &str, payload: &[u8], expected: &[(u8, &str)]) {
    let dialect = shipped(dialect);
    let mut index = FieldIndex::new();
    let view = parse(dialect, payload, &mut index).unwrap();
    let found: Vec<_> = describe(view, true).collect();
    let found: Vec<_> = found.iter().map(|(field, value)| (*field, value.as_str())).collect();
    assert_eq!(found, expected);
}

/// A terminal's sale, from frame to message authentication code.
const POS_FRAME: &str = "0057 6000030000 603100310000 0200 7020048000C08011 166200000000000005 000000 000000002999
    000123 0510 00 5445535430303031 383938343430333530303030303031 313536 0011220000010000 4131334332333933";

#[test]
fn terminal_sale() {
    let bytes = hex(POS_FRAME);
    let frame = FrameFormat::default().next(&bytes).unwrap().unwrap();
    assert_eq!(frame.consumed, bytes.len());
    let expected = [
        (2, "6200000000000005"),
        (3, "000000"),
        (4, "000000002999"),
        (11, "000123"),
        (22, "051"),
        (25, "00"),
        (41, "TEST0001"),
        (42, "898440350000001"),
        (49, "156"),
        (60, "22000001000"),
        (64, "4131334332333933"),
    ];
    check("unionpay-pos", frame.payload, &expected);
}

#[test]
fn terminal_answer_has_its_addresses_exchanged() {
    let dialect = shipped("unionpay-pos");
    let payload = hex(&POS_FRAME.replacen("0057 6000030000", "6000031234", 1));
    let mut index = FieldIndex::new();
    let view = parse(dialect, &payload, &mut index).unwrap();
    let mut out = Vec::new();
    MessageWriter::patch(view).respond().set(39, b"00").set(37, b"250906000123").remove(64).write(&mut out).unwrap();
    assert_eq!(out[..13], hex("6012340003 603100310000 0210"));
    let mut again = FieldIndex::new();
    let after = parse(dialect, &out, &mut again).unwrap();
    assert_eq!((after.raw(39), after.raw(60)), (Some(&b"00"[..]), view.raw(60)));
}

#[test]
fn terminal_odd_numbers_and_chinese() {
    let dialect = shipped("unionpay-pos");
    let mut out = Vec::new();
    let receipt = hex("c1a2bcf5");
    let mut writer = MessageWriter::build(dialect, Mti::parse("0210").unwrap());
    writer.envelope_between(Addresses { destination: b"0003", source: b"0000" });
    writer.set(22, b"021").set(23, b"123").set(32, b"123").set(35, b"62=28").set(59, &receipt).write(&mut out).unwrap();
    assert_eq!(out, hex("6000030000 603100000000 0210 0000060120000020 0210 0123 031230 05 62D280 0004 c1a2bcf5"));
    check("unionpay-pos", &out, &[(22, "021"), (23, "123"), (32, "123"), (35, "62=28"), (59, "立减")]);
}

#[test]
fn network_message() {
    let payload =
        hex("2e02 30313332 3030303130303030202020 3438303231323334202020 303030 00 3030303030303030 00 3030303030
         30323030 f220000000000000 0000000004000000 3136 36323030303030303030303030303035 303030303030
         303030303030303032393939 30393036313031353030 303030313233 31303231");
    // Field 102 is announced with a length of 10, of which only "21" stands there.
    let dialect = shipped("cups");
    let mut index = FieldIndex::new();
    let failure = parse(dialect, &payload, &mut index).unwrap_err();
    assert_eq!(failure.error.to_string(), "field 102 at offset 120: expected 10 bytes, got 2 bytes");
    assert_eq!(failure.partial.digits_u64(4), Some(2_999));
    let mut whole = payload.clone();
    whole.extend_from_slice(b"87654321");
    check(
        "cups",
        &whole,
        &[
            (2, "6200000000000005"),
            (3, "000000"),
            (4, "000000002999"),
            (7, "0906101500"),
            (11, "000123"),
            (102, "2187654321"),
        ],
    );
    let view = parse(dialect, &whole, &mut index).unwrap();
    let mut out = Vec::new();
    MessageWriter::patch(view).respond().set(39, b"00").write(&mut out).unwrap();
    assert_eq!(out[2..28], *b"013248021234   00010000   ");
    assert_eq!(out.len(), 132);
}

#[test]
fn binary_message() {
    let payload = hex("0200 6000000000000000 19 06217000012345678901 000000");
    check("iso87-binary", &payload, &[(2, "6217000012345678901"), (3, "000000")]);
}

#[test]
fn action_codes_of_1993() {
    let dialect = shipped("iso93-ascii");
    let results = &dialect.semantics().results;
    for (theirs, ours) in [("000", "00"), ("116", "51"), ("121", "61"), ("911", "98"), ("777", "05")] {
        assert_eq!(results.to_canonical(theirs.as_bytes()), ours.as_bytes(), "{theirs}");
    }
    for (ours, theirs) in [("00", "000"), ("61", "121"), ("98", "911"), ("57", "119"), ("Z9", "100")] {
        assert_eq!(results.from_canonical(ours.as_bytes().try_into().unwrap()).as_bytes(), theirs.as_bytes(), "{ours}");
    }
    assert_eq!(shipped("iso87-ascii").semantics().results.to_canonical(b"A0"), *b"A0");
    assert_eq!(dialect.class_of(Mti::parse("1430").unwrap()), Some(MtiClass::Reversal));
    assert_eq!(dialect.class_of(Mti::parse("0200").unwrap()), None);
}

#[test]
fn every_table_has_what_a_sale_needs() {
    for dialect in all_dialects() {
        let missing: Vec<u8> =
            [2, 3, 4, 11, 35, 37, 38, 39, 41, 42, 49, 52, 54, 55, 64, dialect.semantics().subsidy.field]
                .into_iter()
                .filter(|field| dialect.field(*field).is_none())
                .collect();
        assert!(missing.is_empty(), "{} lacks {missing:?}", dialect.name());
        assert_eq!(dialect.class_of(dialect.semantics().reversal_mti), Some(MtiClass::Reversal));
        assert_eq!(dialect.class_of(dialect.semantics().network.mti), Some(MtiClass::NetworkManagement));
    }
}

#[test]
fn wrong_tables_are_told_file_line_and_key() {
    let check = |text: &str, expected: &str| {
        let error = Dialect::from_toml(text, "mine.toml").unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    };
    let base = "name = \"mine\"\nextends = \"iso87-ascii\"\n";
    check("name = \"mine\"", "mine.toml: mti.encoding: missing");
    check("name = ", "mine.toml:1: ");
    check("name = \"mine\"\nextends = \"nothing\"", "mine.toml:2: extends: expected the name of a shipped dialect");
    check(&format!("{base}[bitmap]\ncount = 4"), "mine.toml:4: bitmap.count: expected 1, 2 or 3");
    check(&format!("{base}[bitmap]\nnumber = 2"), "mine.toml:4: number: unknown field `number`");
    let fields = |line: &str| format!("{base}\n[fields]\n{line}");
    check(&fields("2 = { class = \"q\" }"), "mine.toml:5: fields.2.class: expected n, a, an");
    check(&fields("2 = { length = \"...\" }"), "mine.toml:5: fields.2.length: expected \"12\"");
    check(&fields("2 = { length = \"..200\" }"), "mine.toml:5: fields.2.length: the prefix can say 99 at most");
    check(&fields("129 = { class = \"n\", length = \"3\" }"), "mine.toml:5: fields.129: expected a field number");
    check(&fields("2 = { encoding = \"binary\" }"), "mine.toml:5: fields.2.encoding: a field of class n cannot");
    check(&fields("2 = { encoding = \"klingon\" }"), "mine.toml:5: fields.2.encoding: expected ascii, ebcdic");
    check(&fields("2 = { sensitive = \"maybe\" }"), "mine.toml:5: fields.2.sensitive: expected no, pan");
    check(&fields("48 = { absent = true }"), "shipped dialect:");
    check(&format!("{base}[keys]\nresponse = [\"200\"]"), "mine.toml:4: keys.response: the table has no field 200");
    check(&format!("{base}[keys]\nduplicate = [\"2\"]"), "mine.toml:4: keys.duplicate: field 2 is card data");
    check(&format!("{base}[keys]\nresponse = [\"11[0..9]\"]"), "mine.toml:4: keys.response: field 11 is at most 6");
    check(&format!("{base}[messages]\nreversal = \"0410\""), "mine.toml:4: messages.reversal: expected a request");
    check(
        &format!("{base}[messages]\nclasses.sales = [\"0200\"]"),
        "mine.toml:4: messages.classes.sales: expected one of authorization",
    );
}

//! Messages as the tests write and read them themselves: nothing here is the product's.

use std::collections::BTreeMap;

/// Fields by number, as characters; 0 is the message type.
pub(super) type Message = BTreeMap<u8, String>;

/// How a dialect writes, as its document says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wire {
    /// All ASCII, bitmaps in hexadecimal.
    Ascii87,
    /// BCD that ends at the right, bitmaps of 8 bytes.
    Binary87,
    /// All ASCII, types that begin with 1.
    Ascii93,
    /// Header of 46 bytes, ASCII, bitmaps of 8 bytes.
    Network,
    /// TPDU and header of 11 bytes, BCD that begins at the left where it is variable, bitmaps of 8 bytes.
    Terminal,
}

/// Digits, or other characters; the second number is the length, or the digits of the length in front.
#[derive(Clone, Copy)]
enum Form {
    Digits(usize),
    Text(usize),
    VariableDigits(usize),
    VariableText(usize),
}

impl Wire {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ascii87 => "iso87-ascii",
            Self::Binary87 => "iso87-binary",
            Self::Ascii93 => "iso93-ascii",
            Self::Network => "cups",
            Self::Terminal => "unionpay-pos",
        }
    }

    fn form(self, field: u8) -> Form {
        use Form::{Digits, Text, VariableDigits, VariableText};
        match (self, field) {
            (Self::Ascii93, 12) => Digits(12),
            (Self::Ascii93, 24 | 39) => Digits(3),
            (Self::Ascii93, 25) => Digits(4),
            (Self::Ascii93, 56) => VariableDigits(2),
            (Self::Terminal, 60 | 61) => VariableDigits(3),
            (_, 2 | 32 | 33) => VariableDigits(2),
            (_, 3 | 11 | 12) => Digits(6),
            (_, 4) => Digits(12),
            (_, 7) => Digits(10),
            (_, 13) => Digits(4),
            (_, 22) => Digits(3),
            (_, 25) => Digits(2),
            (_, 37) => Text(12),
            (_, 38) => Text(6),
            (_, 39) => Text(2),
            (_, 41) => Text(8),
            (_, 42) => Text(15),
            (_, 48 | 54 | 59 | 60) => VariableText(3),
            (_, 49) => Text(3),
            (_, 90) => Digits(42),
            _ => panic!("{self:?} and field {field}"),
        }
    }

    const fn is_bcd(self) -> bool {
        matches!(self, Self::Binary87 | Self::Terminal)
    }

    /// Whether an odd number of digits begins at the left, with a nibble of nothing at its end.
    fn begins_left(self, field: u8) -> bool {
        self == Self::Terminal && matches!(field, 2 | 22 | 32 | 33 | 60 | 61)
    }

    fn digits(self, field: u8, text: &str) -> Vec<u8> {
        if !self.is_bcd() {
            return text.as_bytes().to_vec();
        }
        let even = if text.len().is_multiple_of(2) {
            text.to_owned()
        } else if self.begins_left(field) {
            format!("{text}0")
        } else {
            format!("0{text}")
        };
        even.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    fn prefix(self, length: usize, digits: usize) -> Vec<u8> {
        let even = if self.is_bcd() { digits.next_multiple_of(2) } else { digits };
        self.digits(0, &format!("{length:0even$}"))
    }

    /// The payload of a message.
    pub(super) fn write(self, message: &Message) -> Vec<u8> {
        let fields: Vec<u8> = message.keys().copied().filter(|field| *field > 0).collect();
        let second = fields.iter().any(|field| *field > 64);
        let mut bitmap = vec![0_u8; if second { 16 } else { 8 }];
        for field in fields.iter().copied().chain(second.then_some(1)) {
            bitmap[usize::from(field - 1) / 8] |= 0x80 >> ((field - 1) % 8);
        }
        let mut body = self.digits(0, &message[&0]);
        if matches!(self, Self::Ascii87 | Self::Ascii93) {
            body.extend(bitmap.iter().flat_map(|byte| format!("{byte:02X}").into_bytes()));
        } else {
            body.extend(bitmap);
        }
        for field in fields {
            let text = message[&field].as_str();
            match self.form(field) {
                Form::Digits(_) => body.extend(self.digits(field, text)),
                Form::Text(_) => body.extend(text.as_bytes()),
                Form::VariableDigits(prefix) => {
                    body.extend(self.prefix(text.len(), prefix));
                    body.extend(self.digits(field, text));
                }
                Form::VariableText(prefix) => {
                    body.extend(self.prefix(text.len(), prefix));
                    body.extend(text.as_bytes());
                }
            }
        }
        let mut payload = match self {
            Self::Terminal => b"\x60\x00\x03\x00\x00\x60\x31\x00\x00\x00\x00".to_vec(),
            Self::Network => {
                let mut header = vec![46, 2];
                header.extend(format!("{:04}", 46 + body.len()).bytes());
                header.extend(b"00010000   48025840   ");
                header.extend(b"000");
                header.extend([0]);
                header.extend(b"00000000");
                header.extend([0]);
                header.extend(b"00000");
                assert_eq!(header.len(), 46);
                header
            }
            _ => Vec::new(),
        };
        payload.extend(body);
        payload
    }

    /// The message in a payload, and what stands in front of it.
    pub(super) fn read(self, payload: &[u8]) -> (Message, Vec<u8>) {
        let envelope = match self {
            Self::Terminal => 11,
            Self::Network => 46,
            _ => 0,
        };
        let mut reader = Reader { wire: self, rest: &payload[envelope..] };
        let mut message = Message::from([(0, reader.digits(0, 4))]);
        let mut bitmap = reader.bitmap();
        if bitmap[0] & 0x80 != 0 {
            bitmap.extend(reader.bitmap());
        }
        for field in 2..=u8::try_from(bitmap.len() * 8).unwrap() {
            if bitmap[usize::from(field - 1) / 8] & (0x80 >> ((field - 1) % 8)) == 0 {
                continue;
            }
            let text = match self.form(field) {
                Form::Digits(length) => reader.digits(field, length),
                Form::Text(length) => reader.text(length),
                Form::VariableDigits(prefix) => {
                    let length = reader.length(prefix);
                    reader.digits(field, length)
                }
                Form::VariableText(prefix) => {
                    let length = reader.length(prefix);
                    reader.text(length)
                }
            };
            message.insert(field, text);
        }
        assert!(reader.rest.is_empty(), "{} bytes behind the message", reader.rest.len());
        (message, payload[..envelope].to_vec())
    }
}

struct Reader<'a> {
    wire: Wire,
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take(&mut self, length: usize) -> Vec<u8> {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken.to_vec()
    }

    fn text(&mut self, length: usize) -> String {
        String::from_utf8_lossy(&self.take(length)).into_owned()
    }

    fn digits(&mut self, field: u8, length: usize) -> String {
        if !self.wire.is_bcd() {
            return self.text(length);
        }
        let hex: String = self.take(length.div_ceil(2)).iter().map(|byte| format!("{byte:02x}")).collect();
        let from = if self.wire.begins_left(field) { 0 } else { hex.len() - length };
        hex[from..from + length].to_owned()
    }

    fn length(&mut self, digits: usize) -> usize {
        let even = if self.wire.is_bcd() { digits.next_multiple_of(2) } else { digits };
        self.digits(0, even).parse().unwrap()
    }

    fn bitmap(&mut self) -> Vec<u8> {
        if matches!(self.wire, Wire::Ascii87 | Wire::Ascii93) {
            let hex = self.text(16);
            return hex
                .as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
                .collect();
        }
        self.take(8)
    }
}

/// A terminal's message of a document on the protocol, byte for byte: what is written here is what others write.
#[test]
fn is_written_as_the_documents_say() {
    let message = Message::from([
        (0, "0200".to_owned()),
        (2, "6212345678901234567".to_owned()),
        (3, "000000".to_owned()),
        (22, "021".to_owned()),
        (41, "T0000001".to_owned()),
        (60, "22000001".to_owned()),
        (61, "00000100000".to_owned()),
    ]);
    let written = Wire::Terminal.write(&message);
    let expected = "6000030000603100000000\
                    0200\
                    6000040000800018\
                    1962123456789012345670\
                    000000\
                    0210\
                    5430303030303031\
                    000822000001\
                    0011000001000000";
    let hex: String = written.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, expected);
    assert_eq!(Wire::Terminal.read(&written).0, message);
    let binary = Wire::Binary87.write(&Message::from([(0, "0400".to_owned()), (22, "021".to_owned())]));
    assert_eq!(binary, b"\x04\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x21");
    let ascii = Wire::Ascii93.write(&Message::from([(0, "1420".to_owned()), (56, "1200".to_owned())]));
    assert_eq!(ascii, b"14200000000000000100041200");
}

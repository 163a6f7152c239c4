//! The keys by which messages find each other.

use super::value;
use super::view::MessageView;
use crate::dialect::{FieldPart, KeyPart};

/// Stands between the parts of a key; no character of a field.
const SEPARATOR: u8 = 0x1f;

impl MessageView<'_> {
    /// Appends the key that the parts make of this message. Absent fields, and parts that a field is too short for, count
    /// as empty. The class of the dialect's table is part of it by name, so that a response and its request, a repeat and
    /// its first sending make the same key.
    pub fn append_key(&self, parts: &[KeyPart], out: &mut Vec<u8>) {
        for part in parts {
            match part {
                KeyPart::Class => {
                    let class = self.dialect().class_of(self.mti()).unwrap_or_else(|| self.mti().class());
                    out.extend_from_slice(class.name().as_bytes());
                }
                KeyPart::Field(part) => self.append_part(*part, out),
            }
            out.push(SEPARATOR);
        }
    }

    fn append_part(&self, part: FieldPart, out: &mut Vec<u8>) {
        let (Some(spec), Some(raw)) = (self.spec(part.field), self.raw(part.field)) else { return };
        if value::is_itself(spec.encoding) {
            out.extend_from_slice(part.of(raw).unwrap_or_default());
            return;
        }
        let counted = self.counted(part.field);
        let length = value::length(spec, raw, counted);
        let (from, to) = (usize::from(part.from), part.to.map_or(length, usize::from));
        if to <= length {
            out.extend(value::characters(spec, raw, counted).take(to).skip(from));
        }
    }
}

//! A sale as a till says it, in whatever dialect.

use super::request::Request;
use lijian_codecs::Mti;
use lijian_codecs::dialect::{Dialect, Envelope};
use lijian_codecs::tags::{TagTooLong, TagWriter, put_element};
use std::fmt;

/// A financial request.
const SALE: Mti = match Mti::from_digits(*b"0200") {
    Some(mti) => mti,
    None => panic!("four digits are a message type"),
};

/// What a till knows of a sale.
#[derive(Clone, PartialEq, Eq)]
pub struct Sale {
    /// Card number, digits.
    pub card: String,
    /// Field 4, in minor units.
    pub amount_minor: u64,
    /// Field 11: up to 999,999.
    pub stan: u32,
    /// Field 41, up to 8 characters.
    pub terminal: String,
    /// Field 42, up to 15 characters.
    pub merchant: String,
    /// Field 32, the acquiring institution, up to 11 digits. Terminal dialects do not send it.
    pub acquirer: String,
    /// Local date and time, `YYMMDDhhmmss`. Terminal dialects do not send it.
    pub local_time: String,
    /// The terminal's batch, up to 999,999. Only terminal dialects send it.
    pub batch: u32,
    /// Subsidy data: tags and values, in order; none for a sale that is not subsidised.
    pub tags: Vec<([u8; 2], String)>,
}

impl Sale {
    /// The message: 0200 with processing code 000000, in yuan.
    ///
    /// # Errors
    /// The tags are longer than their field.
    pub fn request(&self, dialect: &Dialect) -> Result<Request, TagTooLong> {
        let mut request = Request::new(SALE.with_version(dialect.mti_version()))
            .with(2, self.card.as_str())
            .with(3, "000000")
            .with(4, format!("{:012}", self.amount_minor))
            .with(11, format!("{:06}", self.stan))
            .with(25, "00")
            .with(41, format!("{:<8}", self.terminal))
            .with(42, format!("{:<15}", self.merchant))
            .with(49, "156");
        if matches!(dialect.envelope(), Envelope::Tpdu { .. }) {
            request = request.with(22, "012").with(60, format!("22{:06}", self.batch));
        } else {
            let (date, time) = self.local_time.split_at_checked(6).unwrap_or_default();
            let month_day = date.get(2..).unwrap_or_default();
            request = request.with(7, format!("{month_day}{time}")).with(32, self.acquirer.as_str());
            request = if dialect.mti_version() == 1 {
                request.with(12, self.local_time.as_str()).without(25)
            } else {
                request.with(12, time).with(13, month_day).with(22, "012")
            };
        }
        if self.tags.is_empty() {
            return Ok(request);
        }
        let place = dialect.semantics().subsidy;
        let limit_bytes = dialect.field(place.field).map_or(0, |field| usize::from(field.length));
        let (mut run, mut value) = (Vec::new(), Vec::new());
        let mut writer = TagWriter::new(&mut run, limit_bytes);
        for (tag, value) in &self.tags {
            writer.put(*tag, value.as_bytes())?;
        }
        put_element(place, (&[], &[]), &run, limit_bytes, &mut value)?;
        Ok(request.with(place.field, value))
    }
}

impl fmt::Debug for Sale {
    /// Without the card number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { amount_minor, stan, terminal, merchant, .. } = self;
        write!(f, "sale of {amount_minor}, STAN {stan:06}, terminal {terminal}, merchant {merchant}")
    }
}

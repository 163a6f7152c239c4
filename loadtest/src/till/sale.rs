//! A sale as a till says it, in whatever dialect.

use super::request::Request;
use lijian_codecs::Mti;
use lijian_codecs::dialect::{Dialect, Envelope};
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
    /// Subsidy data: tag of two characters and value, in order; none for a sale that is not subsidised.
    pub tags: Vec<(String, String)>,
}

impl Sale {
    /// The message: 0200 with processing code 000000, in yuan.
    #[must_use]
    pub fn request(&self, dialect: &Dialect) -> Request {
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
            return request;
        }
        let place = dialect.semantics().subsidy;
        let run = self.tags.iter().fold(Vec::new(), |run, (tag, value)| element(run, tag.as_bytes(), value.as_bytes()));
        request.with(
            place.field,
            match place.element {
                Some(tag) => element(Vec::new(), &tag, &run),
                None => run,
            },
        )
    }
}

/// Appends tag, length of three digits, value.
fn element(mut run: Vec<u8>, tag: &[u8], value: &[u8]) -> Vec<u8> {
    run.extend_from_slice(tag);
    run.extend_from_slice(format!("{:03}", value.len()).as_bytes());
    run.extend_from_slice(value);
    run
}

impl fmt::Debug for Sale {
    /// Without the card number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { amount_minor, stan, terminal, merchant, .. } = self;
        write!(f, "sale of {amount_minor}, STAN {stan:06}, terminal {terminal}, merchant {merchant}")
    }
}

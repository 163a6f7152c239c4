//! Rows as bytes. A row's first byte is its kind; texts carry their length in one byte, numbers are big-endian, so that
//! rows of one prefix stand together.

use super::IndexError;
use lijian_domain::cap::{CapBalance, CapKey, CapKind};
use lijian_domain::ids::{
    CampaignId, CategoryId, DistrictCode, Lsn, MerchantId, PersonKey, QualificationCode, Rrn, SerialNumber, TerminalId,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::text::Text;
use lijian_domain::time::BusinessDate;

/// The row of the layout's version and the LSN reached.
pub(super) const APPLIED: [u8; 1] = [0];
const RRN: u8 = 1;
/// The kind of balance rows.
pub(super) const BALANCE: u8 = 2;
/// Another layout is another index: thrown away, and folded again.
const LAYOUT: u8 = 2;

pub(super) fn encode_applied(applied: Lsn) -> Vec<u8> {
    let mut row = vec![LAYOUT];
    row.extend(applied.0.to_be_bytes());
    row
}

/// None where the layout is another one.
pub(super) fn decode_applied(row: &[u8]) -> Option<Lsn> {
    let (layout, lsn) = row.split_first()?;
    (*layout == LAYOUT).then(|| lsn.try_into().ok().map(u64::from_be_bytes).map(Lsn)).flatten()
}

/// What all rows of a reference number begin with.
pub(super) fn rrn_prefix(rrn: &Rrn) -> Vec<u8> {
    let mut row = vec![RRN];
    put_text(&mut row, &rrn.0);
    row
}

pub(super) fn rrn_row(rrn: &Rrn, lsn: Lsn) -> Vec<u8> {
    let mut row = rrn_prefix(rrn);
    row.extend(lsn.0.to_be_bytes());
    row
}

pub(super) fn rrn_row_lsn(row: &[u8]) -> Result<Lsn, IndexError> {
    row.last_chunk().map(|bytes| Lsn(u64::from_be_bytes(*bytes))).ok_or(IndexError::Damaged { row: "reference number" })
}

pub(super) fn balance_row(key: &CapKey) -> Vec<u8> {
    let mut row = vec![BALANCE, key.kind() as u8];
    match key {
        CapKey::SerialNumber(serial) => put_text(&mut row, &serial.0),
        CapKey::Qualification(campaign, code) => {
            put_text(&mut row, &campaign.0);
            put_text(&mut row, &code.0);
        }
        CapKey::PersonCategory(campaign, person, category) => {
            put_text(&mut row, &campaign.0);
            row.extend(person.0);
            put_text(&mut row, &category.0);
        }
        CapKey::PersonWeek(campaign, person, monday) => {
            put_text(&mut row, &campaign.0);
            row.extend(person.0);
            row.extend(monday.0.to_be_bytes());
        }
        CapKey::PersonYear(campaign, person, year) => {
            put_text(&mut row, &campaign.0);
            row.extend(person.0);
            row.extend(year.to_be_bytes());
        }
        CapKey::PersonCampaign(campaign, person) => {
            put_text(&mut row, &campaign.0);
            row.extend(person.0);
        }
        CapKey::Terminal(campaign, merchant, terminal) => {
            put_text(&mut row, &campaign.0);
            put_text(&mut row, &merchant.0);
            put_text(&mut row, &terminal.0);
        }
        CapKey::Merchant(campaign, merchant) => {
            put_text(&mut row, &campaign.0);
            put_text(&mut row, &merchant.0);
        }
        CapKey::District(campaign, district) => {
            put_text(&mut row, &campaign.0);
            put_text(&mut row, &district.0);
        }
        CapKey::Category(campaign, category) => {
            put_text(&mut row, &campaign.0);
            put_text(&mut row, &category.0);
        }
        CapKey::Day(campaign, date) => {
            put_text(&mut row, &campaign.0);
            row.extend(date.0.to_be_bytes());
        }
        CapKey::Tranche(campaign, number) => {
            put_text(&mut row, &campaign.0);
            row.extend(number.to_be_bytes());
        }
        CapKey::Campaign(campaign) => put_text(&mut row, &campaign.0),
    }
    row
}

pub(super) fn decode_balance_row(row: &[u8]) -> Result<CapKey, IndexError> {
    read_key(row).ok_or(IndexError::Damaged { row: "cap" })
}

pub(super) fn encode_balance(balance: &CapBalance) -> Vec<u8> {
    let mut value = Vec::with_capacity(24);
    value.extend(balance.held.get().to_be_bytes());
    value.extend(balance.used.get().to_be_bytes());
    value.extend(balance.held_count.to_be_bytes());
    value.extend(balance.used_count.to_be_bytes());
    value
}

pub(super) fn decode_balance(value: &[u8]) -> Result<CapBalance, IndexError> {
    let mut rest = Reader(value);
    let balance = (|| {
        Some(CapBalance {
            held: MinorUnits::new(u64::from_be_bytes(rest.array()?)),
            used: MinorUnits::new(u64::from_be_bytes(rest.array()?)),
            held_count: u32::from_be_bytes(rest.array()?),
            used_count: u32::from_be_bytes(rest.array()?),
        })
    })();
    balance.filter(|_| rest.0.is_empty()).ok_or(IndexError::Damaged { row: "balance" })
}

fn put_text<const N: usize>(row: &mut Vec<u8>, text: &Text<N>) {
    // A text is at most 255 bytes long by its type.
    row.push(u8::try_from(text.as_bytes().len()).unwrap_or(u8::MAX));
    row.extend(text.as_bytes());
}

fn read_key(row: &[u8]) -> Option<CapKey> {
    let (prefix, body) = row.split_first_chunk::<2>()?;
    let kind = KINDS.into_iter().find(|kind| *prefix == [BALANCE, *kind as u8])?;
    let mut rest = Reader(body);
    let key = match kind {
        CapKind::SerialNumber => CapKey::SerialNumber(SerialNumber(rest.text()?)),
        CapKind::Qualification => CapKey::Qualification(rest.campaign()?, QualificationCode(rest.text()?)),
        CapKind::PersonCategory => {
            CapKey::PersonCategory(rest.campaign()?, PersonKey(rest.array()?), CategoryId(rest.text()?))
        }
        CapKind::PersonWeek => {
            let (campaign, person) = (rest.campaign()?, PersonKey(rest.array()?));
            CapKey::PersonWeek(campaign, person, BusinessDate(i32::from_be_bytes(rest.array()?)))
        }
        CapKind::PersonYear => {
            let (campaign, person) = (rest.campaign()?, PersonKey(rest.array()?));
            CapKey::PersonYear(campaign, person, u16::from_be_bytes(rest.array()?))
        }
        CapKind::PersonCampaign => CapKey::PersonCampaign(rest.campaign()?, PersonKey(rest.array()?)),
        CapKind::Terminal => CapKey::Terminal(rest.campaign()?, MerchantId(rest.text()?), TerminalId(rest.text()?)),
        CapKind::Merchant => CapKey::Merchant(rest.campaign()?, MerchantId(rest.text()?)),
        CapKind::District => CapKey::District(rest.campaign()?, DistrictCode(rest.text()?)),
        CapKind::Category => CapKey::Category(rest.campaign()?, CategoryId(rest.text()?)),
        CapKind::Day => CapKey::Day(rest.campaign()?, BusinessDate(i32::from_be_bytes(rest.array()?))),
        CapKind::Tranche => CapKey::Tranche(rest.campaign()?, u16::from_be_bytes(rest.array()?)),
        CapKind::Campaign => CapKey::Campaign(rest.campaign()?),
    };
    rest.0.is_empty().then_some(key)
}

const KINDS: [CapKind; 13] = [
    CapKind::SerialNumber,
    CapKind::Qualification,
    CapKind::PersonCategory,
    CapKind::PersonWeek,
    CapKind::PersonYear,
    CapKind::PersonCampaign,
    CapKind::Terminal,
    CapKind::Merchant,
    CapKind::District,
    CapKind::Category,
    CapKind::Day,
    CapKind::Tranche,
    CapKind::Campaign,
];

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn text<const N: usize>(&mut self) -> Option<Text<N>> {
        let (length, rest) = self.0.split_first()?;
        let (text, rest) = rest.split_at_checked(usize::from(*length))?;
        self.0 = rest;
        Text::from_bytes(text).ok()
    }

    fn campaign(&mut self) -> Option<CampaignId> {
        self.text().map(CampaignId)
    }
}

//! `bureau-claim.csv`, 补贴资金申请表: what the bureau is asked for, by campaign, sponsor, district, category and grade.

use super::cells::Cells;
use lijian_domain::ids::{CampaignId, CategoryId, DistrictCode, SponsorId};
use lijian_domain::settlement::{Kind, Row};
use std::collections::HashMap;
use std::io::Write;

/// The header.
pub(in crate::settlement) const COLUMNS: [&str; 13] = [
    "序号",
    "业务日期",
    "活动",
    "出资方",
    "区划代码",
    "品类",
    "能效等级",
    "销售笔数",
    "销售金额(元)",
    "补贴金额(元)",
    "退货笔数",
    "收回金额(元)",
    "申请金额(元)",
];

/// What a line is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) campaign: CampaignId,
    pub(super) sponsor: SponsorId,
    pub(super) district: DistrictCode,
    pub(super) category: CategoryId,
    pub(super) grade: Option<u8>,
}

/// Rows and minor units of one line.
#[derive(Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) granted_rows: u64,
    pub(super) sold: i128,
    pub(super) granted: i128,
    pub(super) returned_rows: u64,
    pub(super) returned: i128,
}

/// Adds the day up; its size is that of the combinations that occur.
#[derive(Default)]
pub(super) struct BureauClaim {
    lines: HashMap<Key, Sums, foldhash::fast::FixedState>,
}

impl BureauClaim {
    /// Adds one row.
    pub(super) fn add(&mut self, row: &Row) {
        for share in row.sponsors.iter().filter(|share| !share.amount.is_zero()) {
            let (campaign, sponsor) = (row.campaign, share.sponsor);
            let key = Key { campaign, sponsor, district: row.district, category: row.category, grade: row.grade };
            let sums = self.lines.entry(key).or_default();
            let amount = i128::from(share.amount.get());
            match row.kind {
                Kind::Grant => {
                    sums.granted_rows += 1;
                    sums.sold += i128::from(row.original_amount.get());
                    sums.granted += amount;
                }
                Kind::Return => {
                    sums.returned_rows += 1;
                    sums.returned += amount;
                }
            }
        }
    }

    /// All lines, sorted.
    pub(super) fn lines(&self) -> Vec<(&Key, &Sums)> {
        let mut lines: Vec<_> = self.lines.iter().collect();
        lines.sort_unstable_by_key(|(key, _)| **key);
        lines
    }

    /// Writes them; the file and their number come back.
    pub(super) fn write<W: Write>(&self, file: W, date: &str) -> Result<(W, u64), csv::Error> {
        let mut cells = Cells::for_people(file, &COLUMNS)?;
        for (key, sums) in self.lines() {
            cells.number(cells.rows() + 1)?;
            cells.text(date)?;
            cells.text(key.campaign.as_str())?;
            cells.text(key.sponsor.as_str())?;
            cells.name(key.district.as_str())?;
            cells.text(key.category.as_str())?;
            match key.grade {
                Some(grade) => cells.number(grade.into())?,
                None => cells.text("")?,
            }
            cells.number(sums.granted_rows)?;
            cells.signed_yuan(sums.sold)?;
            cells.signed_yuan(sums.granted)?;
            cells.number(sums.returned_rows)?;
            cells.signed_yuan(sums.returned)?;
            cells.signed_yuan(sums.granted - sums.returned)?;
            cells.end()?;
        }
        Ok(cells.finish()?)
    }
}

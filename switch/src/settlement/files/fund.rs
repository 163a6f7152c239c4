//! `fund-ledger.csv`, 资金使用明细账: every fen of the day, by who pays it, with what it has come to.
//!
//! A line for each sponsor's part of each item. The running sum is that of the sponsor in the campaign since the day began; its last
//! line is the sponsor's net in `totals.csv`.

use super::cells::Cells;
use super::times::Times;
use lijian_domain::ids::{CampaignId, SponsorId};
use lijian_domain::settlement::{Kind, Row};
use std::collections::HashMap;
use std::io::Write;

/// The header.
pub(in crate::settlement) const COLUMNS: [&str; 15] = [
    "序号",
    "业务日期",
    "记账时间(北京)",
    "凭证号",
    "摘要",
    "活动",
    "出资方",
    "区划代码",
    "品类",
    "收单机构",
    "商户号",
    "补贴编号",
    "支出(元)",
    "收回(元)",
    "当日净支出(元)",
];

/// Writes the lines.
pub(super) struct FundLedger<W: Write> {
    cells: Cells<W>,
    times: Times,
    /// What each sponsor has paid so far, less what came back, in minor units.
    net: HashMap<(CampaignId, SponsorId), i128, foldhash::fast::FixedState>,
}

impl<W: Write> FundLedger<W> {
    /// Starts the file with its header.
    pub(super) fn new(file: W) -> Result<Self, csv::Error> {
        Ok(Self { cells: Cells::for_people(file, &COLUMNS)?, times: Times::new(), net: HashMap::default() })
    }

    /// Appends a line for each sponsor that has a part.
    pub(super) fn write(&mut self, row: &Row) -> Result<(), csv::Error> {
        let back = row.kind == Kind::Return;
        for share in row.sponsors.iter().filter(|share| !share.amount.is_zero()) {
            let net = self.net.entry((row.campaign, share.sponsor)).or_default();
            let amount = i128::from(share.amount.get());
            *net += if back { -amount } else { amount };
            let sum = *net;
            let Self { cells, times, .. } = self;
            cells.number(cells.rows() + 1)?;
            cells.plain(times.day(row.business_date))?;
            cells.plain(times.beijing(row.at))?;
            cells.printed(format_args!("{}-{}", row.lsn, row.item_number))?;
            cells.text(if back { "补贴收回" } else { "补贴支出" })?;
            cells.text(row.campaign.as_str())?;
            cells.text(share.sponsor.as_str())?;
            cells.name(row.district.as_str())?;
            cells.text(row.category.as_str())?;
            cells.text(row.link.as_str())?;
            cells.name(row.merchant.as_str())?;
            cells.grant_name(row.grant)?;
            let (out, into) =
                if back { (Default::default(), share.amount) } else { (share.amount, Default::default()) };
            cells.yuan(out, false)?;
            cells.yuan(into, false)?;
            cells.signed_yuan(sum)?;
            cells.end()?;
        }
        Ok(())
    }

    /// The file and the number of lines after the header.
    pub(super) fn finish(self) -> std::io::Result<(W, u64)> {
        self.cells.finish()
    }
}

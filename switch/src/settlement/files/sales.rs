//! `sales-ledger.csv`, 产品销售台账: every item sold with a subsidy or given back, as a person reads it.
//!
//! What goes back stands below zero, so that columns add up. Times are those of Beijing. Names of goods and shops are those of the
//! rules that decided the grant.

use super::cells::Cells;
use super::times::Times;
use crate::settlement::names::Names;
use lijian_domain::settlement::{Kind, Row};
use std::io::Write;

/// The header.
pub(in crate::settlement) const COLUMNS: [&str; 30] = [
    "序号",
    "业务日期",
    "类型",
    "销售日期",
    "记账时间(北京)",
    "统一社会信用代码",
    "商户名称",
    "商户号",
    "终端号",
    "区划代码",
    "收单机构",
    "活动",
    "品类",
    "品牌",
    "型号",
    "商品名称",
    "商品条码",
    "能效等级",
    "序列号",
    "数量",
    "单价(元)",
    "商品金额(元)",
    "旧机抵扣(元)",
    "银行优惠(元)",
    "应付金额(元)",
    "补贴金额(元)",
    "实付金额(元)",
    "检索参考号",
    "流水号",
    "补贴编号",
];

/// Writes the lines.
pub(super) struct SalesLedger<W: Write> {
    cells: Cells<W>,
    times: Times,
}

impl<W: Write> SalesLedger<W> {
    /// Starts the file with its header.
    pub(super) fn new(file: W) -> Result<Self, csv::Error> {
        Ok(Self { cells: Cells::for_people(file, &COLUMNS)?, times: Times::new() })
    }

    /// Appends one line.
    pub(super) fn write(&mut self, row: &Row, names: &mut Names<'_>) -> Result<(), csv::Error> {
        let Self { cells, times } = self;
        let back = row.kind == Kind::Return;
        cells.number(cells.rows() + 1)?;
        cells.plain(times.day(row.business_date))?;
        cells.text(if back { "退货" } else { "销售" })?;
        cells.plain(times.day(row.sale_date))?;
        cells.plain(times.beijing(row.at))?;
        let merchant = names.merchant(row.rules, row.link, row.merchant);
        cells.name(merchant.map_or("", |merchant| merchant.credit_code.as_str()))?;
        cells.text(merchant.map_or("", |merchant| merchant.name.as_str()))?;
        cells.name(row.merchant.as_str())?;
        cells.name(row.terminal.as_str())?;
        cells.name(row.district.as_str())?;
        cells.text(row.link.as_str())?;
        cells.text(row.campaign.as_str())?;
        cells.text(row.category.as_str())?;
        let product = names.product(row.rules, row.item.gtin);
        cells.text(product.map_or("", |product| product.brand))?;
        cells.text(product.map_or("", |product| product.model))?;
        cells.text(product.map_or("", |product| product.name))?;
        cells.padded_name(row.item.gtin.0, 13)?;
        match row.grade {
            Some(grade) => cells.number(grade.into())?,
            None => cells.text("")?,
        }
        cells.name(row.item.serial_number.as_str())?;
        cells.number(row.item.quantity.into())?;
        cells.yuan(row.item.unit_price, false)?;
        for amount in [row.original_amount, row.trade_in, row.bank_promotion, row.gross, row.subsidy, row.paid] {
            cells.yuan(amount, back)?;
        }
        cells.name(row.rrn.as_str())?;
        cells.padded_name(row.stan.0.into(), 6)?;
        cells.grant_name(row.grant)?;
        cells.end()
    }

    /// The file and the number of lines after the header.
    pub(super) fn finish(self) -> std::io::Result<(W, u64)> {
        self.cells.finish()
    }
}

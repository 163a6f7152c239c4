//! `summary.xlsx`: the day on a few sheets, for who opens one file and no other. Amounts are in yuan.
//!
//! The workbook bears the business date and no other time, so that it is the same file each time.

use super::claim::BureauClaim;
use lijian_domain::settlement::{Day, TotalKey};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::io::{self, Write};

/// Lines of one sheet at most: what the format holds, without the header.
const LINES_MAX: usize = 1_048_575;
/// The sheets of totals: title, dimension.
const SHEETS: [(&str, &str); 6] = [
    ("按活动", "campaign"),
    ("按品类", "category"),
    ("按区划", "district"),
    ("按商户", "merchant"),
    ("按出资方", "sponsor"),
    ("按收单机构", "acquirer_link"),
];

/// Writes the workbook; the file and the number of lines on its sheets behind the first come back.
pub(super) fn write<W: Write>(mut file: W, day: &Day, claim: &BureauClaim) -> io::Result<(W, u64)> {
    let (bytes, lines) = workbook(day, claim).map_err(io::Error::other)?;
    file.write_all(&bytes)?;
    Ok((file, u64::try_from(lines).unwrap_or(u64::MAX)))
}

fn workbook(day: &Day, claim: &BureauClaim) -> Result<(Vec<u8>, usize), XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::parse_from_str(&day.date.to_string())?;
    let properties = DocProperties::new().set_title(format!("{} 补贴结算汇总", day.date));
    book.set_properties(&properties.set_creation_datetime(&made));
    overview(book.add_worksheet(), day)?;
    let mut lines = 0;
    for (title, dimension) in SHEETS {
        lines += totals(book.add_worksheet().set_name(title)?, day, dimension)?;
    }
    lines += claims(book.add_worksheet().set_name("申请汇总")?, claim)?;
    Ok((book.save_to_buffer()?, lines))
}

fn overview(sheet: &mut Worksheet, day: &Day) -> Result<(), XlsxError> {
    let mut page = Page::new(sheet.set_name("总览")?, &["项目", "数值"])?;
    let all = &day.totals.all;
    page.line(&[Cell::Text("业务日期"), Cell::Text(&day.date.to_string())])?;
    page.line(&[Cell::Text("状态"), Cell::Text(if day.is_over { "终版" } else { "暂估" })])?;
    let amounts = [
        ("发放补贴(元)", i128::from(all.granted.get())),
        ("收回补贴(元)", i128::from(all.returned.get())),
        ("净补贴(元)", all.net()),
        ("在途占用(元)", i128::from(day.held.amount.get())),
        ("其中存疑(元)", i128::from(day.in_doubt.amount.get())),
    ];
    for (name, amount) in amounts {
        page.line(&[Cell::Text(name), Cell::Yuan(amount)])?;
    }
    let counts = [
        ("发放笔数", day.totals.grants),
        ("收回笔数", day.totals.returns),
        ("在途笔数", day.held.count),
        ("其中存疑", day.in_doubt.count),
        ("未应答冲正", day.reversals_open),
        ("日志截止序号", day.cut.0),
    ];
    for (name, count) in counts {
        page.line(&[Cell::Text(name), Cell::Number(count.into())])?;
    }
    Ok(())
}

fn totals(sheet: &mut Worksheet, day: &Day, dimension: &str) -> Result<usize, XlsxError> {
    let mut page = Page::new(sheet, &["活动", "项目", "发放(元)", "收回(元)", "净额(元)", "发放明细数", "收回明细数"])?;
    let of_dimension = |key: &TotalKey| key.dimension() == dimension;
    for (key, figures) in day.totals.lines().iter().filter(|(key, _)| of_dimension(key)) {
        page.line(&[
            Cell::Text(key.campaign().as_str()),
            Cell::Text(key.key()),
            Cell::Yuan(figures.granted.get().into()),
            Cell::Yuan(figures.returned.get().into()),
            Cell::Yuan(figures.net()),
            Cell::Number(figures.granted_rows.into()),
            Cell::Number(figures.returned_rows.into()),
        ])?;
    }
    Ok(page.lines)
}

fn claims(sheet: &mut Worksheet, claim: &BureauClaim) -> Result<usize, XlsxError> {
    let columns = [
        "活动",
        "出资方",
        "区划代码",
        "品类",
        "能效等级",
        "销售笔数",
        "销售金额(元)",
        "补贴金额(元)",
        "收回金额(元)",
        "申请金额(元)",
    ];
    let mut page = Page::new(sheet, &columns)?;
    for (key, sums) in claim.lines() {
        page.line(&[
            Cell::Text(key.campaign.as_str()),
            Cell::Text(key.sponsor.as_str()),
            Cell::Text(key.district.as_str()),
            Cell::Text(key.category.as_str()),
            key.grade.map_or(Cell::Text(""), |grade| Cell::Number(grade.into())),
            Cell::Number(sums.granted_rows.into()),
            Cell::Yuan(sums.sold),
            Cell::Yuan(sums.granted),
            Cell::Yuan(sums.returned),
            Cell::Yuan(sums.granted - sums.returned),
        ])?;
    }
    Ok(page.lines)
}

/// What stands in a cell.
#[derive(Clone, Copy)]
enum Cell<'a> {
    Text(&'a str),
    Number(i128),
    Yuan(i128),
}

/// A sheet, line by line.
struct Page<'a> {
    sheet: &'a mut Worksheet,
    yuan: Format,
    lines: usize,
}

impl<'a> Page<'a> {
    fn new(sheet: &'a mut Worksheet, header: &[&str]) -> Result<Self, XlsxError> {
        let bold = Format::new().set_bold();
        for (column, name) in (0..).zip(header) {
            sheet.write_string_with_format(0, column, *name, &bold)?;
            sheet.set_column_width(column, 18)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(Self { sheet, yuan: Format::new().set_num_format("#,##0.00"), lines: 0 })
    }

    fn line(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        if self.lines == LINES_MAX {
            return Ok(());
        }
        self.lines += 1;
        let row = u32::try_from(self.lines).unwrap_or(u32::MAX);
        for (column, cell) in (0..).zip(cells) {
            match cell {
                // Of the type text: never a formula, and every digit stays.
                Cell::Text(text) => self.sheet.write_string(row, column, *text)?,
                Cell::Number(number) => self.sheet.write_number(row, column, decimal(*number, 0))?,
                Cell::Yuan(amount) => {
                    self.sheet.write_number_with_format(row, column, decimal(*amount, 2), &self.yuan)?
                }
            };
        }
        Ok(())
    }
}

/// The number that a workbook holds: the nearest to the exact one, which has a point before its last `places` digits.
fn decimal(number: i128, places: usize) -> f64 {
    let digits = format!("{:0width$}", number.unsigned_abs(), width = places + 1);
    let (whole, rest) = digits.split_at(digits.len() - places);
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{whole}.{rest}0").parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_holds_the_amounts_of_the_day() {
        for (number, places, expected) in [
            (0, 2, "0"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (99_980, 2, "999.8"),
            (-123_456, 2, "-1234.56"),
            (42, 0, "42"),
        ] {
            assert_eq!(decimal(number, places).to_string(), expected);
        }
    }
}

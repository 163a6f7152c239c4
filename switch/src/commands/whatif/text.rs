//! The report for people: plain lines.

use super::changes::Change;
use super::exhaustion::{LEVELS, Marks};
use super::money::Sums;
use super::report::Report;
use crate::ops::language::{Both, Language, both};
use lijian_domain::money::MinorUnits;
use lijian_domain::time::UnixMicros;
use std::fmt::Write as _;

/// The whole report.
pub(super) fn text(report: &Report, language: Language) -> String {
    let mut writer = Writer { report, language, text: String::new() };
    writer.heading();
    writer.changes();
    writer.money();
    writer.budgets();
    writer.notes();
    writer.text
}

struct Writer<'a> {
    report: &'a Report,
    language: Language,
    text: String,
}

impl Writer<'_> {
    fn heading(&mut self) {
        let Report { campaign, span, counts, .. } = self.report;
        let (from, to, decided) = (span.from, span.to, counts.decided);
        let place = match self.report.replaces {
            true => both("in the place of the configured one", "取代已配置的同名活动"),
            false => both("beside the configured ones", "与已配置的活动并行"),
        };
        let place = self.of(place);
        self.line(&match self.language {
            Language::En => format!(
                "Campaign {campaign}, {place}, business dates {from} to {to}: {decided} requests decided again. Amounts are in yuan."
            ),
            Language::Zh => format!("活动 {campaign}，{place}，业务日期 {from} 至 {to}：重新判定 {decided} 笔请求。金额单位为元。"),
        });
        if self.report.nothing_changes() {
            let words = both(
                "Nothing changes: every request ends as it did, with the same money.",
                "没有任何变化：每笔请求的结果和金额均与记录一致。",
            );
            self.line(self.of(words));
        }
    }

    fn changes(&mut self) {
        let changes = &self.report.changes;
        let (outcomes, persons, discounts) = (changes.outcomes(), changes.persons(), changes.discounts);
        if outcomes == 0 && discounts == 0 {
            return;
        }
        let (raised, lowered) = (MinorUnits::new(changes.raised), MinorUnits::new(changes.lowered));
        self.line(&match self.language {
            Language::En => format!(
                "\nRequests that end in another way: {outcomes}; granted with another subsidy: {discounts} (more by {raised}, less by {lowered}); persons concerned: {persons}"
            ),
            Language::Zh => format!(
                "\n结果改变的请求：{outcomes} 笔；补贴金额改变：{discounts} 笔（合计增加 {raised}，减少 {lowered}）；涉及 {persons} 人"
            ),
        });
        for ((then, now, reason), requests) in &changes.by_reason {
            self.line(&format!("  {:12} -> {:12} {requests:>10}  {reason}", then.as_str(), now.as_str()));
        }
        if !changes.first.is_empty() {
            let words = both(
                "The first of them (time, RRN, terminal, price, subsidy then -> now):",
                "最早的若干笔（时间、参考号、终端、订单金额、补贴 当时 -> 现在）：",
            );
            self.line(self.of(words));
        }
        for change in changes.first.values() {
            self.change(change);
        }
    }

    fn change(&mut self, Change { who, then, now, reason, discounts }: &Change) {
        let [before, after] = discounts.map(MinorUnits::new);
        let (at, rrn, terminal, gross) = (self.report.local(who.at), who.rrn, who.terminal, MinorUnits::new(who.gross));
        let printable = |text: &str| text.chars().filter(|character| !character.is_control()).collect::<String>();
        let (rrn, terminal) = (printable(rrn.as_str()), printable(terminal.as_str()));
        let (then, now) = (then.as_str(), now.as_str());
        self.line(&format!(
            "  {at}  {rrn:12}  {terminal:8}  {gross:>12}  {before} -> {after}  {then} -> {now}  {reason}"
        ));
    }

    fn money(&mut self) {
        let money = &self.report.money;
        let campaigns: Vec<_> = money.campaigns.iter().map(|(id, sums)| (id.to_string(), *sums)).collect();
        let of = |campaign: &dyn std::fmt::Display, id: &dyn std::fmt::Display| format!("{campaign}:{id}");
        let categories: Vec<_> =
            money.categories.iter().map(|((campaign, id), sums)| (of(campaign, id), *sums)).collect();
        let districts: Vec<_> =
            money.districts.iter().map(|((campaign, id), sums)| (of(campaign, id), *sums)).collect();
        let days: Vec<_> = money.days.iter().map(|(day, sums)| (day.to_string(), *sums)).collect();
        self.table(both("By campaign", "按活动"), &campaigns);
        self.table(both("By category", "按品类"), &categories);
        self.table(both("By district", "按行政区"), &districts);
        self.table(both("By business date", "按业务日期"), &days);
    }

    fn table(&mut self, title: Both, rows: &[(String, Sums)]) {
        if rows.is_empty() {
            return;
        }
        let columns = both("sales, granted, returned: then -> now", "笔数、发放、退回：当时 -> 现在");
        let (title, columns) = (self.of(title), self.of(columns));
        self.line(&format!("\n{title} ({columns})"));
        let width = rows.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
        for (id, Sums { sales, granted, returned }) in rows {
            let yuan = |[then, now]: [u64; 2]| format!("{} -> {}", MinorUnits::new(then), MinorUnits::new(now));
            let (granted, returned) = (yuan(*granted), yuan(*returned));
            self.line(&format!("  {id:width$}  {} -> {}   {granted}   {returned}", sales[0], sales[1]));
        }
    }

    fn budgets(&mut self) {
        if self.report.caps.is_empty() {
            return;
        }
        let title = both("Budgets, then and now", "各项预算：当时与现在");
        self.line(&format!("\n{}", self.of(title)));
        for (key, caps) in &self.report.caps {
            self.line(&format!("  {key}"));
            let same = caps.then.is_same(&caps.now);
            let (then, now) = (self.marks(&caps.then), self.marks(&caps.now));
            if same {
                self.line(&format!("    {}: {now}", self.of(both("both", "相同"))));
            } else {
                self.line(&format!("    {}: {then}", self.of(both("then", "当时"))));
                self.line(&format!("    {}: {now}", self.of(both("now", "现在"))));
            }
        }
        let left_out = self.report.shops_left_out;
        if left_out > 0 {
            let words = both("more budgets of shops came near their end", "个商户或终端预算接近用完，未列出");
            self.line(&format!("  {left_out} {}", self.of(words)));
        }
    }

    fn marks(&self, marks: &Marks) -> String {
        let limit = marks.limit.map_or_else(|| "-".to_owned(), |limit| MinorUnits::new(limit).to_string());
        let taken = MinorUnits::new(marks.taken);
        let mut told = match self.language {
            Language::En => format!("{taken} of {limit} taken"),
            Language::Zh => format!("已占用和使用 {taken}，上限 {limit}"),
        };
        let mut add = |words: String, at: Option<UnixMicros>| {
            if let Some(at) = at {
                // Writing to a string does not fail.
                let _ = write!(told, "; {words} {}", self.report.local(at));
            }
        };
        for (level, at) in LEVELS.iter().zip(marks.reached) {
            add(format!("{level}%"), at);
        }
        add(self.of(both("first refusal", "首次拒绝")).to_owned(), marks.refused);
        told
    }

    fn notes(&mut self) {
        self.line("");
        for note in self.report.notes(self.language) {
            self.line(&note);
        }
    }

    fn of(&self, words: Both) -> &'static str {
        words.of(self.language)
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

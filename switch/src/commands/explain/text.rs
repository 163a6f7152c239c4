//! The explanation for a clerk: plain lines.

use super::fact::{Fact, Facts, Value};
use super::language::{Language, both};
use super::reason;
use super::state;
use super::story::Story;
use super::zone::Zone;
use super::{Explanation, label::Label};
use std::fmt::Write as _;

/// The whole explanation.
pub(super) fn text(explanation: &Explanation, language: Language) -> String {
    let mut writer = Writer { language, zone: &explanation.zone, text: String::new() };
    writer.heading(explanation);
    let count = explanation.stories.len();
    for (place, story) in explanation.stories.iter().enumerate() {
        writer.story(place + 1, count, story);
    }
    writer.text
}

struct Writer<'a> {
    language: Language,
    zone: &'a Zone,
    text: String,
}

impl Writer<'_> {
    fn heading(&mut self, explanation: &Explanation) {
        let Explanation { rrn, stories, zone, read_to, transactions_left_out, records_left_out } = explanation;
        let count = stories.len();
        self.line(0, &match self.language {
            Language::En => format!(
                "RRN {rrn}, transactions: {count}\n\
                 From the journal alone, records 1 to {read_to}. Order numbers are places in the journal: the lower one came \
                 first.\nTimes are local times of {}. Amounts are in yuan.",
                zone.name
            ),
            Language::Zh => format!(
                "检索参考号 {rrn}，交易笔数：{count}\n\
                 仅依据日志第 1 至 {read_to} 条记录。顺序号即日志中的位置，号小者先到。\n\
                 时间为 {} 当地时间，金额单位为元。",
                zone.name
            ),
        });
        if *transactions_left_out > 0 || *records_left_out > 0 {
            self.line(0, &match self.language {
                Language::En => {
                    format!("Too many to show all. Left out: at least {transactions_left_out} transactions, {records_left_out} records.")
                }
                Language::Zh => {
                    format!("数量过多，未能全部列出。略去交易至少 {transactions_left_out} 笔，记录 {records_left_out} 条。")
                }
            });
        }
    }

    fn story(&mut self, place: usize, count: usize, story: &Story) {
        let state = state::words(story.state).of(self.language);
        self.line(
            0,
            &match self.language {
                Language::En => format!("\nTransaction {place} of {count}: {state}"),
                Language::Zh => format!("\n第 {place} 笔（共 {count} 笔）：{state}"),
            },
        );
        if let Some(code) = story.code {
            let (why, advice) = (reason::why(code), reason::advice(code));
            self.line(1, &self.labelled(both("Why", "原因").of(self.language), why.of(self.language)));
            self.line(
                1,
                &self.labelled(both("What can be done", "如何处理").of(self.language), advice.of(self.language)),
            );
        }
        self.section(both("The request", "请求内容").of(self.language));
        for fact in &story.facts.0 {
            self.fact(2, fact);
        }
        if let Some(bound) = &story.bound {
            self.section(both("The cap that refused it, as it stood", "拒绝时该额度的状况").of(self.language));
            for fact in &bound.0 {
                self.fact(2, fact);
            }
        }
        if !story.caps.is_empty() {
            let title = both("Budgets and allowances as they stood when it was decided", "判定时各项额度的状况");
            self.section(title.of(self.language));
            for cap in &story.caps {
                self.line(2, &self.joined(cap));
            }
        }
        if let Some(rederived) = &story.rederived {
            self.section(both("Decided once more", "重新判定").of(self.language));
            self.line(2, &self.joined(rederived));
        }
        self.section(both("What happened, in order", "经过（按先后）").of(self.language));
        for happening in &story.happenings {
            let (time, words) = (self.zone.local(happening.at), happening.words.of(self.language));
            let date = happening.business_date;
            self.line(
                2,
                &match self.language {
                    Language::En => format!("no. {}  {time}  (business date {date})  {words}", happening.lsn),
                    Language::Zh => format!("第 {} 号  {time}  （业务日期 {date}）  {words}", happening.lsn),
                },
            );
            if !happening.facts.0.is_empty() {
                self.line(4, &self.joined(&happening.facts));
            }
        }
    }

    fn section(&mut self, title: &str) {
        let colon = self.colon().trim_end();
        self.line(1, &format!("{title}{colon}"));
    }

    /// A list has a line for each of its parts.
    fn fact(&mut self, depth: usize, fact: &Fact) {
        let Value::List(parts) = &fact.value else { return self.line(depth, &self.one(fact)) };
        for part in parts {
            let line = self.labelled(fact.label.words().of(self.language), &self.joined(part));
            self.line(depth, &line);
        }
    }

    fn joined(&self, facts: &Facts) -> String {
        let separator = both("; ", "；").of(self.language);
        facts.0.iter().map(|fact| self.one(fact)).collect::<Vec<_>>().join(separator)
    }

    fn one(&self, Fact { label, value }: &Fact) -> String {
        let value = match value {
            Value::Money(amount) => amount.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::Words(words) => words.of(self.language).to_owned(),
            Value::Time(at) => self.zone.local(*at),
            Value::NotRecorded => both("not recorded", "未记录").of(self.language).to_owned(),
            Value::List(parts) => {
                let parts = parts.iter().map(|part| format!("[{}]", self.joined(part)));
                parts.collect::<Vec<_>>().join(" ")
            }
        };
        match label {
            // These speak for themselves.
            Label::Cap | Label::CapName | Label::Sponsor => value,
            _ => self.labelled(label.words().of(self.language), &value),
        }
    }

    fn labelled(&self, label: &str, value: &str) -> String {
        format!("{label}{}{value}", self.colon())
    }

    fn colon(&self) -> &'static str {
        both(": ", "：").of(self.language)
    }

    fn line(&mut self, depth: usize, line: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{:width$}{line}", "", width = 2 * depth);
    }
}

//! What was found, as values: the same for text and JSON.

use super::changes::Changes;
use super::exhaustion::Both as Caps;
use super::money::{Money, Sums};
use super::replay::{Counts, Replay, Span};
use super::world::is_always_told;
use crate::ops::language::{Language, both};
use lijian_domain::cap::CapKey;
use lijian_domain::ids::{CampaignId, Lsn};
use lijian_domain::time::{Calendar, UnixMicros};

/// Shops that came near the end of their budget are told up to this many.
const SHOPS_MAX: usize = 100;

/// Everything.
pub(super) struct Report {
    pub(super) campaign: CampaignId,
    /// Whether a campaign of its id is configured.
    pub(super) replaces: bool,
    pub(super) span: Span,
    pub(super) read_to: Lsn,
    pub(super) calendar: Calendar,
    pub(super) counts: Counts,
    pub(super) changes: Changes,
    pub(super) money: Money,
    /// The widest first.
    pub(super) caps: Vec<(CapKey, Caps)>,
    pub(super) shops_left_out: usize,
    /// Whether a campaign asks for claims.
    claims: bool,
}

impl Report {
    pub(super) fn of(replay: Replay<'_>, campaign: CampaignId, replaces: bool, read_to: Lsn) -> Self {
        let claims = replay.world.rules.campaigns.iter().any(|campaign| campaign.qualification.is_some());
        let told =
            |(key, both): &(CapKey, Caps)| is_always_told(key.kind()) || both.then.is_near() || both.now.is_near();
        let mut caps: Vec<_> = replay.caps.into_iter().rev().filter(told).collect();
        let shops = caps.iter().filter(|(key, _)| !is_always_told(key.kind())).count();
        let shops_left_out = shops.saturating_sub(SHOPS_MAX);
        // They stand at the end, being the most particular.
        caps.truncate(caps.len() - shops_left_out);
        Self {
            campaign,
            replaces,
            span: replay.span,
            read_to,
            calendar: replay.calendar.clone(),
            counts: replay.counts,
            changes: replay.changes,
            money: replay.money,
            caps,
            shops_left_out,
            claims,
        }
    }

    /// Whether every request ends as it did, with the same money at the same place.
    pub(super) fn nothing_changes(&self) -> bool {
        let Money { campaigns, categories, districts, days } = &self.money;
        let money = campaigns.values().chain(categories.values()).chain(districts.values()).chain(days.values());
        let changes = &self.changes;
        changes.outcomes() == 0
            && changes.discounts == 0
            && self.counts.returns_refused == 0
            && money.into_iter().all(Sums::is_same)
    }

    /// A time in the programme's zone.
    pub(super) fn local(&self, at: UnixMicros) -> String {
        self.calendar.moment(at).local.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// What the figures rest on.
    pub(super) fn notes(&self, language: Language) -> Vec<String> {
        let Counts { stays, not_recorded, other_rules, open, returns_refused, .. } = self.counts;
        let from = self.span.from;
        let english = language == Language::En;
        let mut notes = vec![if english {
            format!(
                "The file counts from the beginning of {from}; what was held and used before stands, and a budget that was not counted before begins at nothing. Issuers say what they said; a request that was refused and would be granted now is taken to be approved."
            )
        } else {
            format!(
                "新规则自 {from} 开始时生效；此前已占用和已使用的额度照旧，此前未计数的预算从零开始。发卡行的应答与记录一致；当时被拒、现在会获得补贴的请求视为发卡行批准。"
            )
        }];
        let mut note = |count: u64, en: &str, zh: &str| {
            if count > 0 {
                notes.push(if english { format!("{count} {en}") } else { format!("{count} {zh}") });
            }
        };
        note(
            other_rules,
            "requests were decided by another version of the rules than the configured one: what else differs from it is part of what is told here.",
            "笔请求当时所依据的规则版本与当前配置不同：其间的其他差异也计入本结果。",
        );
        note(
            not_recorded,
            "refusals cannot be decided again, since their records do not keep what was asked: they count as refused.",
            "笔被拒请求的记录未保存请求内容，无法重新判定，仍按被拒处理。",
        );
        note(
            stays,
            "refusals do not depend on a campaign (unreadable items, quotes, reversals that came first): they stay.",
            "笔被拒请求与活动规则无关（明细有误、报价、冲正先到），结果不变。",
        );
        note(
            open,
            "sales or quotes have no end in the journal yet: they are in no sum of money.",
            "笔交易或报价在日志中尚无结果，不计入金额。",
        );
        note(
            returns_refused,
            "returns on record would be refused now: nothing of them comes back.",
            "笔已记录的退货现在会被拒绝，不退回任何金额。",
        );
        if self.claims {
            notes.push(
                both(
                    "Claims of qualifications are as recorded: nobody is taken to have claimed more or less under the file.",
                    "资格申领以记录为准：不假定新规则下会有更多或更少的申领。",
                )
                .of(language)
                .to_owned(),
            );
        }
        notes
    }
}

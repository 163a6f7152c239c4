//! The settings of the budget: limits, money that arrives in parts, the pace of a day.

use super::Checker;
use crate::campaign::budget::{Budget, DayPacing, Tranches, open_minutes};
use crate::campaign::settings::{BudgetSettings, PacingSettings};
use crate::ids::DistrictCode;
use crate::money::MinorUnits;
use crate::time::DailyWindow;

impl Checker {
    pub(super) fn budget(&mut self, settings: &BudgetSettings, window: Option<DailyWindow>) -> Option<Budget> {
        let campaign = self.amount("budget.campaign_fen", settings.campaign_fen);
        let day = self.optional_amount("budget.day_fen", settings.day_fen);
        let merchant = self.optional_amount("budget.merchant_fen", settings.merchant_fen);
        let terminal = self.optional_amount("budget.terminal_fen", settings.terminal_fen);
        let mut districts: Vec<(DistrictCode, MinorUnits)> = Vec::new();
        for (code, fen) in &settings.districts_fen {
            let key = format!("budget.districts_fen.{code}");
            let (district, limit) = (self.district(&key, code), self.amount(&key, *fen));
            if district.is_some_and(|district| districts.iter().any(|(named, _)| *named == district)) {
                self.wrong(key, "the district a second time", "each district once");
            } else {
                districts.extend(district.zip(limit));
            }
        }
        districts.sort_unstable();
        let tranches = self.tranches(settings);
        let day_pacing = self.day_pacing(settings, window);
        let (campaign, districts) = (campaign?, districts.into());
        Some(Budget { campaign, tranches, day, day_pacing, merchant, terminal, districts })
    }

    /// What arrives in all is at most the budget: what is over it could never be given.
    fn tranches(&mut self, settings: &BudgetSettings) -> Option<Tranches> {
        let mut tranches = Vec::new();
        for (at, tranche) in settings.tranches.iter().enumerate() {
            let amount = self.amount(&format!("budget.tranches[{at}].fen"), tranche.fen);
            tranches.extend(amount.map(|amount| (tranche.from, amount)));
        }
        let sum = MinorUnits::checked_sum(tranches.iter().map(|(_, amount)| *amount));
        if sum.is_none_or(|sum| sum.get() > settings.campaign_fen) {
            let found = sum.map_or_else(|| "more than can be counted".to_owned(), |sum| format!("{} fen", sum.get()));
            let expected = format!("tranches of {} fen (budget.campaign_fen) in all or less", settings.campaign_fen);
            self.wrong("budget.tranches", found, expected);
            return None;
        }
        Tranches::new(tranches)
    }

    fn day_pacing(&mut self, settings: &BudgetSettings, window: Option<DailyWindow>) -> Option<DayPacing> {
        let pacing = settings.day_pacing.as_ref()?;
        if settings.day_fen.is_none() {
            self.wrong("budget.day_pacing", "no budget.day_fen", "budget.day_fen: it is the day's money that is paced");
        }
        let PacingSettings::Hours(hours) = pacing else { return Some(DayPacing::even(window)) };
        for (hour, share) in hours.iter().enumerate() {
            if *share > 0 && open_minutes(window, hour) == 0 {
                let expected = "0: the campaign is closed in this hour (daily_window)";
                self.wrong(format!("budget.day_pacing[{hour}]"), share, expected);
            }
        }
        let shares: Option<Vec<u16>> = hours.iter().map(|share| u16::try_from(*share).ok()).collect();
        let shares = shares.and_then(|shares| <[u16; DayPacing::HOURS]>::try_from(shares).ok());
        let pacing = shares.and_then(DayPacing::of_hours);
        if pacing.is_none() {
            let sum = hours.iter().fold(0_u32, |sum, share| sum.saturating_add(*share));
            let found = format!("{} shares of {sum} in all", hours.len());
            let expected = "\"even\", or 24 shares in hundredths of a percent that add up to 10000, one for each hour";
            self.wrong("budget.day_pacing", found, expected);
        }
        pacing
    }
}

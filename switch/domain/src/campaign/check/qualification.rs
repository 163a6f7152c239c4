//! The settings of qualifications: what is claimed, by which rules, and what it is good for.

use super::Checker;
use crate::campaign::settings::{MemberSettings, PackSettings, QualificationSettings};
use crate::campaign::{Category, ClaimValidity, GRADE_MAX, Member, Pack, QualificationTerms};
use crate::ids::{CategoryId, PackId};

impl Checker {
    pub(super) fn qualification(
        &mut self,
        settings: &QualificationSettings,
        categories: &[Category],
    ) -> QualificationTerms {
        let window = self.window("qualification.window", settings.window);
        self.lasts("qualification.validity", settings.validity);
        if let Some(within) = settings.confirm_within {
            self.lasts("qualification.confirm_within", within);
            if !settings.confirmed_by_staff {
                let expected = "confirmed_by_staff = true beside it: nobody else confirms";
                self.wrong("qualification.confirm_within", "set", expected);
            }
        }
        self.over_zero("qualification.claims_max", Some(settings.claims_max));
        self.over_zero("qualification.released_per_day", settings.released_per_day);
        self.over_zero("qualification.lottery.winners", settings.lottery.map(|lottery| lottery.winners));
        if settings.packs.is_empty() {
            self.wrong("qualification.packs", "none", "at least one pack");
        }
        let mut packs: Vec<Pack> = Vec::new();
        for (at, pack) in settings.packs.iter().enumerate() {
            let path = format!("qualification.packs[{at}]");
            let Some(pack) = self.pack(&path, pack, categories) else { continue };
            if pack.redeemable > 1 && settings.claims_max > 1 {
                self.bounded_by_person(&path, &pack, categories);
            }
            if packs.iter().any(|known| known.id == pack.id) {
                self.wrong(
                    format!("{path}.id"),
                    format!("\"{}\" a second time", pack.id),
                    "each pack once in a campaign",
                );
            } else {
                packs.push(pack);
            }
        }
        QualificationTerms {
            window,
            validity: settings.validity,
            claims_max: settings.claims_max,
            confirmed_by_staff: settings.confirmed_by_staff,
            confirm_within: settings.confirm_within,
            released_per_day: settings.released_per_day,
            lottery: settings.lottery,
            packs: packs.into(),
        }
    }

    fn lasts(&mut self, key: &str, validity: ClaimValidity) {
        match validity {
            ClaimValidity::CalendarDays(days) => self.over_zero(&format!("{key}.calendar_days"), Some(days.into())),
            ClaimValidity::Hours(hours) => self.over_zero(&format!("{key}.hours"), Some(hours.into())),
            ClaimValidity::SameDay | ClaimValidity::MonthEnd => {}
        }
    }

    fn over_zero(&mut self, key: &str, number: Option<u32>) {
        if number == Some(0) {
            self.wrong(key, 0, "at least 1");
        }
    }

    fn pack(&mut self, path: &str, settings: &PackSettings, categories: &[Category]) -> Option<Pack> {
        let id = self.id(&format!("{path}.id"), &settings.id, PackId::new, PackId::BYTES_MAX);
        let issued = settings.members.len();
        if !(1..=Pack::MEMBERS_MAX).contains(&issued) {
            let expected = format!("1 to {} qualifications", Pack::MEMBERS_MAX);
            self.wrong(format!("{path}.members"), issued, expected);
        }
        let redeemable = usize::try_from(settings.redeemable).unwrap_or(usize::MAX);
        if issued > 0 && !(1..=issued).contains(&redeemable) {
            let expected = format!("1 to {issued}: at most what the pack holds");
            self.wrong(format!("{path}.redeemable"), settings.redeemable, expected);
        }
        let members = settings.members.iter().enumerate();
        let members = members.map(|(at, member)| self.member(&format!("{path}.members[{at}]"), member, categories));
        let members = members.collect();
        Some(Pack { id: id?, redeemable: settings.redeemable, members })
    }

    /// A qualification for a category or a grade that the campaign gives nothing for would be a promise to nobody.
    /// What is left of a claim may be claimed again: then the categories say how many a person may have in all.
    fn bounded_by_person(&mut self, path: &str, pack: &Pack, categories: &[Category]) {
        let named = |category: &&Category| pack.members.iter().any(|member| member.categories.contains(&category.id));
        let unbounded = categories.iter().filter(named).find(|category| category.per_person.count.is_none());
        if let Some(category) = unbounded {
            let expected = format!(
                "1, or claims_max = 1, or items_per_person of {}: what is left of a claim can be claimed again",
                category.id
            );
            self.wrong(format!("{path}.redeemable"), pack.redeemable, expected);
        }
    }

    fn member(&mut self, path: &str, settings: &MemberSettings, categories: &[Category]) -> Member {
        if settings.categories.is_empty() {
            self.wrong(format!("{path}.categories"), "none", "at least one category of the campaign");
        }
        let mut known: Vec<CategoryId> = Vec::new();
        for (at, text) in settings.categories.iter().enumerate() {
            let key = format!("{path}.categories[{at}]");
            match categories.iter().find(|category| category.id.as_str() == text) {
                Some(category) if known.contains(&category.id) => {
                    self.wrong(key, format!("{text:?} a second time"), "each category once");
                }
                Some(category) => known.push(category.id),
                None => self.wrong(key, format!("{text:?}"), "a category of this campaign"),
            }
        }
        for (at, grade) in settings.grades.iter().enumerate() {
            let key = format!("{path}.grades[{at}]");
            let given =
                |category: &Category| known.contains(&category.id) && category.rates.rate(Some(*grade)).is_some();
            if !(1..=GRADE_MAX).contains(grade) {
                self.wrong(key, grade, format!("a grade of 1 to {GRADE_MAX}"));
            } else if !known.is_empty() && !categories.iter().any(given) {
                self.wrong(key, grade, "a grade that the campaign subsidises in these categories");
            }
        }
        Member { categories: known.into(), grades: settings.grades.clone().into() }
    }
}

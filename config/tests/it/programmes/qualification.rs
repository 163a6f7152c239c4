//! The claims that the cases of a programme with qualifications show at the till.

use super::table::{Claimed, Goods};
use super::till::moment;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use lijian_domain::campaign::{Campaign, Member, Pack, QualificationTerms};
use lijian_domain::claims::{self, Claim, ClaimId, ClaimSpan, ClaimStage, Presented};
use lijian_domain::ids::{CampaignId, CategoryId, PersonKey};
use lijian_domain::time::Calendar;

/// Whoever claims, in every case; another than the card's.
const PERSON: PersonKey = PersonKey([9; 16]);
/// The claim that a case is about.
const CLAIM: ClaimId = ClaimId::new(1);

/// What stands behind the qualification of a case; none where nobody claimed it.
pub(super) fn shown(campaign: &Campaign, claimed: &Claimed) -> Option<Presented> {
    let terms = campaign.qualification.as_ref().unwrap();
    let pack = terms.packs.iter().find(|pack| pack.id.as_str() == claimed.pack).unwrap();
    let stage = match claimed.stage.as_str() {
        "unknown" => return None,
        "" | "elsewhere" => ClaimStage::Issued,
        text => ClaimStage::ALL.into_iter().find(|stage| stage.as_str() == text).unwrap(),
    };
    let elsewhere = claimed.stage == "elsewhere";
    let issued = stage == ClaimStage::Issued;
    let claim = Claim {
        id: CLAIM,
        campaign: if elsewhere { CampaignId::new("elsewhere").unwrap() } else { campaign.id },
        pack: pack.id,
        person: PERSON,
        stage,
        span: if issued { span(campaign, terms, &claimed.at) } else { ClaimSpan::default() },
    };
    assert!(usize::from(claimed.number) <= pack.members.len(), "{claimed:?}");
    Some(Presented { claim, member: claimed.number - 1, followed: false })
}

/// What was shown for goods bought before: a qualification of the claim that the case is about if its pack is good for them,
/// else one of a claim of that day; of several that are good, the one after those that were shown `earlier`.
pub(super) fn shown_before(
    campaign: &Campaign,
    goods: &Goods,
    day: &str,
    case: Option<&Claimed>,
    earlier: usize,
) -> Presented {
    let terms = campaign.qualification.as_ref().unwrap();
    let category = CategoryId::new(&goods.category).unwrap();
    let good_for = |pack: &Pack| -> Vec<usize> {
        let good = |(_, member): &(usize, &Member)| member.is_good_for(&category, goods.grade);
        pack.members.iter().enumerate().filter(good).map(|(place, _)| place).collect()
    };
    let (place, pack) = terms.packs.iter().enumerate().find(|(_, pack)| !good_for(pack).is_empty()).unwrap();
    let good = good_for(pack);
    let member = good.get(earlier).or(good.first()).unwrap();
    // A claim that had been issued by then.
    let of_case =
        case.filter(|claimed| claimed.pack == pack.id.as_str() && claimed.at.as_str() < day_at_noon(day).as_str());
    let issued_at = of_case.map_or_else(|| format!("{day} 10:00:00"), |claimed| claimed.at.clone());
    let id = if of_case.is_some() { CLAIM } else { ClaimId::new(100 + u64::try_from(place).unwrap()) };
    let claim = Claim {
        id,
        campaign: campaign.id,
        pack: pack.id,
        person: PERSON,
        stage: ClaimStage::Issued,
        span: span(campaign, terms, &issued_at),
    };
    Presented { claim, member: u8::try_from(*member).unwrap(), followed: false }
}

fn day_at_noon(day: &str) -> String {
    format!("{day} 12:00:00")
}

fn span(campaign: &Campaign, terms: &QualificationTerms, at: &str) -> ClaimSpan {
    let calendar = Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), Time::midnight());
    let moment = moment(at);
    if let Some(window) = terms.window {
        assert!(window.contains(moment.local.time()), "nobody can claim at {at}");
    }
    claims::span(terms.validity, &campaign.period, &moment, &calendar).unwrap()
}

//! The body of a sale in its layouts: an intent and a refusal, as each version ends.

use super::FormatError;
use super::field::{Field, Input};
use arrayvec::ArrayVec;
use lijian_domain::cap::{CapLimit, TAKES_MAX};
use lijian_domain::funding::Funding;
use lijian_domain::ids::DistrictCode;
use lijian_domain::record::{Intent, Recall, Refused};
use lijian_domain::sale::Award;

/// An award, its funding apart.
fn put_award(award: &Award, out: &mut Vec<u8>) {
    let Award { campaign, rules, gross, discount, net, district, items, sponsors, funding: _, caps } = award;
    campaign.put(out);
    rules.put(out);
    gross.put(out);
    discount.put(out);
    net.put(out);
    district.put(out);
    items.put(out);
    sponsors.put(out);
    caps.put(out);
}

fn take_award(input: &mut Input<'_>) -> Result<Award, FormatError> {
    Ok(Award {
        campaign: Field::take(input)?,
        rules: Field::take(input)?,
        gross: Field::take(input)?,
        discount: Field::take(input)?,
        net: Field::take(input)?,
        district: Field::take(input)?,
        items: Field::take(input)?,
        sponsors: Field::take(input)?,
        funding: Funding::default(),
        caps: Field::take(input)?,
    })
}

/// An intent as its first layout ends.
pub(super) fn take_first_intent(input: &mut Input<'_>) -> Result<Intent, FormatError> {
    Ok(Intent {
        origin: Field::take(input)?,
        grant: Field::take(input)?,
        person: Field::take(input)?,
        qualification: Field::take(input)?,
        trade_in: Field::take(input)?,
        bank_promotion: Field::take(input)?,
        place: DistrictCode::default(),
        currency: None,
        award: take_award(input)?,
        quote: None,
        recall: Recall::default(),
    })
}

/// The first layout, then the limits of the caps in their order, the quote, and what a later message needs.
pub(super) fn take_second_intent(input: &mut Input<'_>) -> Result<Intent, FormatError> {
    let mut intent = take_first_intent(input)?;
    let at = input.at();
    let limits: ArrayVec<CapLimit, TAKES_MAX> = Field::take(input)?;
    if limits.len() != intent.award.caps.len() {
        return Err(FormatError::Value { at, what: "list of limits: one for each cap" });
    }
    intent.award.caps.iter_mut().zip(limits).for_each(|(take, limit)| take.limit = limit);
    intent.quote = Field::take(input)?;
    intent.recall = Field::take(input)?;
    Ok(intent)
}

/// The second layout, then place, currency and funding.
impl Field for Intent {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { origin, grant, person, qualification, trade_in, bank_promotion, place, currency, .. } = self;
        let Self { award, quote, recall, .. } = self;
        origin.put(out);
        grant.put(out);
        person.put(out);
        qualification.put(out);
        trade_in.put(out);
        bank_promotion.put(out);
        put_award(award, out);
        award.caps.iter().map(|take| take.limit).collect::<ArrayVec<CapLimit, TAKES_MAX>>().put(out);
        quote.put(out);
        recall.put(out);
        place.put(out);
        currency.put(out);
        award.funding.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        let mut intent = take_second_intent(input)?;
        intent.place = Field::take(input)?;
        intent.currency = Field::take(input)?;
        intent.award.funding = Field::take(input)?;
        Ok(intent)
    }
}

pub(super) fn take_first_refused(input: &mut Input<'_>) -> Result<Refused, FormatError> {
    Ok(Refused {
        origin: Field::take(input)?,
        campaign: Field::take(input)?,
        rules: Field::take(input)?,
        amount: Field::take(input)?,
        items: Field::take(input)?,
        answer: Field::take(input)?,
        bound: Field::take(input)?,
        bound_cap: None,
        asked: None,
    })
}

/// The first layout, then the cap that bound.
pub(super) fn take_second_refused(input: &mut Input<'_>) -> Result<Refused, FormatError> {
    let mut refused = take_first_refused(input)?;
    refused.bound_cap = Field::take(input)?;
    Ok(refused)
}

/// The second layout, then what else was asked.
impl Field for Refused {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { origin, campaign, rules, amount, items, answer, bound, bound_cap, asked } = self;
        origin.put(out);
        campaign.put(out);
        rules.put(out);
        amount.put(out);
        items.put(out);
        answer.put(out);
        bound.put(out);
        bound_cap.put(out);
        asked.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        let mut refused = take_second_refused(input)?;
        refused.asked = Field::take(input)?;
        Ok(refused)
    }
}

//! What sales redeem of claims, and what comes back of it.

use super::books::{Books, Hold};
use super::claim::ISSUED;
use super::claims::{cap, member_cap};
use super::facts::Terms;
use super::record::{Intent, ReturnAsked};
use super::rule::{Rule, Violation};
use std::collections::BTreeSet;

/// Letters of voucher codes, by their value.
const LETTERS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Books {
    /// What a claimed campaign gives is given for a claim that is issued, valid at this moment, and good for the goods; to its
    /// person.
    pub(super) fn redeems(&self, lsn: u64, at_us: i64, intent: &Intent, terms: &Terms) -> Result<(), Violation> {
        let broken = |what: &str| Err(Rule::RedeemsClaim.broken(format!("record {lsn}: {what}")));
        let taken: Vec<_> = intent.caps.iter().filter(|take| take.cap.starts_with("qualification:")).collect();
        let Some(claims) = &terms.claims else {
            return if taken.is_empty() { Ok(()) } else { broken("a claim is redeemed where none is asked for") };
        };
        let named = code(&intent.qualification);
        let claim = named.and_then(|(id, member)| Some((id, member, self.claims.get(id)?)));
        let Some((id, member, claim)) = claim else { return broken("nobody made the claim that it names") };
        let stands = claim.stands;
        if stands.stage != ISSUED || at_us < stands.from_us || at_us >= stands.until_us {
            return broken(&format!("a claim that stands at {stands:?} is redeemed at {at_us}"));
        }
        let members = claims.pack(&claim.pack).map(|pack| &pack.members);
        let Some(good_for) = members.and_then(|members| members.get(member)) else {
            return broken(&format!("pack {} has no member {member}", claim.pack));
        };
        if let Some(item) = intent.items.iter().find(|item| !good_for.contains(&item.gtin)) {
            return broken(&format!("member {member} of pack {} is not good for {item:?}", claim.pack));
        }
        let pieces = intent.items.iter().map(|item| item.quantity).sum();
        let count = if terms.order.is_some() { 1 } else { pieces };
        let right = taken.iter().all(|take| take.amount == intent.discount && take.count == count);
        let caps: BTreeSet<_> = taken.iter().map(|take| take.cap.clone()).collect();
        if !right || taken.len() != 2 || caps != BTreeSet::from([cap(claims, id), member_cap(claims, id, member)]) {
            return broken(&format!("{taken:?} is redeemed of {count}"));
        }
        let person: String = claim.person.iter().map(|byte| format!("{byte:02x}")).collect();
        let of_person = |cap: &str| !cap.starts_with("person-") || cap.split(':').any(|part| part == person);
        if intent.person != claim.person || !intent.caps.iter().all(|take| of_person(&take.cap)) {
            return broken("the sale counts for another person than the claim's");
        }
        Ok(())
    }

    /// A sale redeems what its quote promised.
    pub(super) fn redeems_as_promised(lsn: u64, intent: &Intent, quote: &Hold) -> Result<(), Violation> {
        let same =
            |one: &Intent, other: &Intent| one.qualification == other.qualification && one.person == other.person;
        if same(intent, &quote.intent) {
            return Ok(());
        }
        Err(Rule::RedeemsClaim.broken(format!("record {lsn} redeems another claim than its quote")))
    }

    /// Of one claim no more is redeemed than of its pack can be, and each member once, whether held or used; once it is held.
    pub(super) fn redeemed_within(&self, lsn: u64, intent: &Intent, terms: &Terms) -> Result<(), Violation> {
        let claim = code(&intent.qualification).and_then(|(id, member)| Some((id, member, self.claims.get(id)?)));
        let Some((claims, (id, member, claim))) = terms.claims.as_ref().zip(claim) else { return Ok(()) };
        let redeemable = claims.pack(&claim.pack).map_or(0, |pack| pack.redeemable);
        for (redeemed, most) in [(self.redeemed(claims, id), redeemable), (self.redeemed_of(claims, id, member), 1)] {
            if redeemed.held_count.saturating_add(redeemed.used_count) > most {
                return Err(Rule::RedeemedWithin.broken(format!("record {lsn}: {redeemed:?}, {most} can be redeemed")));
            }
        }
        Ok(())
    }
}

/// A void frees the whole claim, as if the sale had never been; a refund nothing of it: the goods were subsidised once.
pub(super) fn comes_back(lsn: u64, asked: &ReturnAsked, sale: Option<&Hold>) -> Result<(), Violation> {
    let claim = |take: &&super::record::Take| take.cap.starts_with("qualification:");
    let taken: Vec<_> = sale.iter().flat_map(|sale| &sale.intent.caps).filter(claim).collect();
    let back: Vec<_> = asked.caps.iter().filter(claim).collect();
    let right = match asked.way {
        1 => back == taken,
        2 => back.is_empty(),
        _ => true,
    };
    if right {
        return Ok(());
    }
    Err(Rule::RefundedStaysRedeemed.broken(format!("record {lsn}: {taken:?} was redeemed, {back:?} comes back")))
}

/// The claim that a voucher code names, and the place in its pack.
fn code(typed: &str) -> Option<(u64, usize)> {
    let letters =
        typed.chars().filter(|letter| !matches!(letter, '-' | ' ')).map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
    let values: Vec<usize> = letters.map(|letter| LETTERS.find(letter)).collect::<Option<_>>()?;
    // All characters together come to 0 in the field of 32 elements, each counting twice as much as the one before it.
    let sum = values.iter().rev().fold(0, |sum: usize, value| {
        let twice = sum << 1;
        value ^ if twice & 32 == 0 { twice } else { twice ^ 0b10_0101 }
    });
    let ([claim @ .., member, _], 14, 0) = (values.as_slice(), values.len(), sum) else { return None };
    let claim = claim.iter().try_fold(0u64, |claim, value| Some((claim << 5) | u64::try_from(*value).ok()?))?;
    Some((claim, *member))
}

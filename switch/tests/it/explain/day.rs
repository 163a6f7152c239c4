//! A till day in the journal: every kind of record that a hotline can be asked about.

use super::records::{
    BUDGET, PERSON, answer, back, campaign, category, intent, key, origin, refused, return_asked, returned,
};
use crate::settlement::journal::{Batch, Bench};
use lijian_domain::cap::{CapKey, CapLimit};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{Lsn, PersonKey};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    DoubtCause, GaveBack, InDoubt, Outcome, QueueOrder, QueueOrdered, Quoted, Record, ReleaseCause, Released,
    ReturnWay, ReversalAsked, ReversalOutcome, Tombstone,
};
use lijian_domain::time::UnixMicros;

/// A sale granted, another one with the same number refused by the person's allowance.
pub(super) const TWICE: &str = "100000000001";
/// Refused by the campaign's budget.
pub(super) const TOO_LATE: &str = "100000000002";
/// In doubt, ordered by two people, released.
pub(super) const IN_DOUBT: &str = "100000000003";
/// The number of a reversal; its sale has another one.
pub(super) const REVERSAL: &str = "100000000004";
/// Declined by the issuer, whose answer alone has the number.
pub(super) const DECLINED: &str = "100000000005";
/// Refunded in two parts.
pub(super) const REFUNDED: &str = "100000000006";
/// Voided, and the void undone.
pub(super) const VOIDED: &str = "100000000007";
/// A quote and its sale.
pub(super) const QUOTED: &str = "100000000008";
/// A quote that nobody used.
pub(super) const EXPIRED: &str = "100000000009";
/// A reversal, then its sale.
pub(super) const BURIED: &str = "100000000010";
/// Over the filed price, at full price.
pub(super) const FULL_PRICE: &str = "100000000011";

pub(super) const ALL: [&str; 11] =
    [TWICE, TOO_LATE, IN_DOUBT, REVERSAL, DECLINED, REFUNDED, VOIDED, QUOTED, EXPIRED, BURIED, FULL_PRICE];

/// The day. LSNs are those of the records in their order.
pub(super) fn day() -> Bench {
    let mut bench = Bench::new();
    bench.append("2024-10-01", |batch| {
        let sold = granted(batch, 1, TWICE, PERSON);
        allowance(batch);
        let doubt = in_doubt(batch);
        let too_late = |stan, rrn, held, used| {
            let (key, limit) = (CapKey::Campaign(campaign()), CapLimit::of_amount(BUDGET));
            let items = [held, used].map(|money: u64| u32::try_from(money / 10_000).unwrap());
            refused(stan, rrn, DecisionCode::BudgetUsed, Some((key, limit, [held, used], items)))
        };
        batch.push(&too_late(30, "", 10_000, 10_000));
        batch.push(&too_late(31, TOO_LATE, 10_000, 10_000));
        batch.push(&Record::QueueOrdered(QueueOrdered {
            target: doubt,
            order: QueueOrder::Drop,
            maker: lijian_domain::text::Text::new("zhang").unwrap(),
            checker: lijian_domain::text::Text::new("li").unwrap(),
        }));
        batch.push(&Record::Released(Released { intent: doubt, cause: ReleaseCause::Ordered }));
        reversed(batch, sold, 2, REVERSAL);
        declined(batch);
    });
    bench.append("2024-10-02", |batch| {
        refunded(batch);
        voided(batch);
    });
    bench.append("2024-10-03", |batch| {
        quoted(batch);
        buried(batch);
        let dear = batch.next_lsn();
        let Record::Refused(mut refused) = refused(90, FULL_PRICE, DecisionCode::Price, None) else { unreachable!() };
        refused.answer.response_code = lijian_domain::text::Text::EMPTY;
        batch.push(&Record::Refused(refused));
        batch.push(&Record::FullPrice(Outcome { intent: dear, answer: answer(DecisionCode::Price, "00", FULL_PRICE) }));
    });
    bench
}

fn granted(batch: &mut Batch, stan: u32, rrn: &str, person: PersonKey) -> Lsn {
    let lsn = batch.next_lsn();
    batch.push(&Record::Intent(intent(lsn, stan, rrn, person)));
    batch.push(&Record::Granted(Outcome { intent: lsn, answer: answer(DecisionCode::Granted, "00", rrn) }));
    lsn
}

/// The same person once more.
fn allowance(batch: &mut Batch) {
    let key = CapKey::PersonCategory(campaign(), PERSON, category());
    let bound = Some((key, CapLimit::of_count(1), [0, 10_000], [0, 1]));
    batch.push(&refused(3, TWICE, DecisionCode::AllowanceUsed, bound));
}

fn in_doubt(batch: &mut Batch) -> Lsn {
    let lsn = batch.next_lsn();
    batch.push(&Record::Intent(intent(lsn, 20, IN_DOUBT, PersonKey([1; 16]))));
    batch.push(&Record::InDoubt(InDoubt { intent: lsn, cause: DoubtCause::TimeOut }));
    lsn
}

fn reversed(batch: &mut Batch, intent: Lsn, stan: u32, rrn: &str) {
    let asked = ReversalAsked { origin: origin(stan, rrn), intent, amount: MinorUnits::new(90_000) };
    let asked = batch.push(&Record::ReversalAsked(asked));
    let outcome = ReversalOutcome { asked, intent, answer: answer(DecisionCode::Granted, "00", "") };
    batch.push(&Record::Reversed(outcome));
}

fn declined(batch: &mut Batch) {
    let lsn = batch.next_lsn();
    batch.push(&Record::Intent(intent(lsn, 40, "", PersonKey([2; 16]))));
    let told = answer(DecisionCode::IssuerDeclined, "51", DECLINED);
    batch.push(&Record::Declined(Outcome { intent: lsn, answer: told }));
}

/// 400 yuan, then the rest: 40 and 60 of the subsidy. What the second gives back comes a record later.
fn refunded(batch: &mut Batch) {
    let sold = granted(batch, 50, REFUNDED, PersonKey([3; 16]));
    for (stan, parts, items) in [(51, [40_000, 4_000], 0), (52, [60_000, 6_000], 1)] {
        let asked = return_asked(sold, stan, "", ReturnWay::Refund, parts, items);
        let asked = batch.push(&Record::ReturnAsked(asked));
        batch.push(&Record::Returned(returned(asked, sold)));
        batch.push(&Record::GaveBack(GaveBack { asked, intent: sold, takes: back(parts[1], items) }));
    }
}

fn voided(batch: &mut Batch) {
    let sold = granted(batch, 60, VOIDED, PersonKey([4; 16]));
    let void = return_asked(sold, 61, "", ReturnWay::Void, [100_000, 10_000], 1);
    let void = batch.push(&Record::ReturnAsked(void));
    batch.push(&Record::Returned(returned(void, sold)));
    let mut undo = return_asked(sold, 61, "", ReturnWay::VoidReversal, [0, 0], 0);
    undo.of = Some(void);
    undo.takes.clear();
    let undo = batch.push(&Record::ReturnAsked(undo));
    batch.push(&Record::Returned(returned(undo, sold)));
}

fn quoted(batch: &mut Batch) {
    let quote = |lsn, stan, rrn, person| {
        let expires = UnixMicros(1_727_741_300_000_000);
        Record::Quoted(Quoted { sale: intent(lsn, stan, rrn, person), expires })
    };
    let lsn = batch.next_lsn();
    batch.push(&quote(lsn, 70, QUOTED, PersonKey([5; 16])));
    // The sale has no number of its own.
    let mut sale = intent(batch.next_lsn(), 71, "", PersonKey([5; 16]));
    sale.quote = Some(lsn);
    let sold = batch.push(&Record::Intent(sale));
    batch.push(&Record::Granted(Outcome { intent: sold, answer: answer(DecisionCode::Granted, "00", "") }));
    reversed(batch, sold, 72, "");

    let lsn = batch.next_lsn();
    batch.push(&quote(lsn, 73, EXPIRED, PersonKey([6; 16])));
    batch.push(&Record::Released(Released { intent: lsn, cause: ReleaseCause::QuoteExpired }));
}

fn buried(batch: &mut Batch) {
    batch.push(&Record::Tombstone(Tombstone { origin: origin(81, ""), original: key(80) }));
    batch.push(&refused(80, BURIED, DecisionCode::ReversalFirst, None));
}

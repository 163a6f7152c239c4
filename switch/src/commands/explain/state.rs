//! Where a transaction stands, as its records leave it.

use super::follow::Case;
use super::language::{Both, both};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::Lsn;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Record, ReleaseCause, ReturnAsked, ReturnWay};
use std::collections::BTreeMap;

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Quoted,
    QuoteOver,
    Open,
    InDoubt,
    Granted,
    Declined,
    Released,
    Reversed,
    PartlyReturned,
    Returned,
    Refused,
    FullPrice,
    Buried,
}

impl State {
    /// Where these records leave it, and the decision code that says why.
    pub(super) fn of(case: &Case) -> (Self, Option<DecisionCode>) {
        let (mut state, mut code) = (Self::Open, None);
        let (mut gross, mut asked, mut returned) = (MinorUnits::ZERO, BTreeMap::new(), BTreeMap::new());
        for step in &case.steps {
            let lsn = step.entry.lsn;
            match &step.entry.record {
                Record::Quoted(_) => state = Self::Quoted,
                Record::Intent(intent) => (state, gross) = (Self::Open, intent.award.gross),
                Record::Refused(refused) => {
                    let relayed = refused.answer.response_code.is_empty();
                    state = if relayed { Self::FullPrice } else { Self::Refused };
                    code = Some(refused.answer.code);
                }
                Record::Granted(outcome) => (state, code) = (Self::Granted, Some(outcome.answer.code)),
                Record::Declined(outcome) => (state, code) = (Self::Declined, Some(outcome.answer.code)),
                Record::InDoubt(_) => state = Self::InDoubt,
                Record::Released(released) => {
                    let quote = matches!(released.cause, ReleaseCause::QuoteExpired | ReleaseCause::QuoteWithdrawn);
                    state = if quote || state == Self::Quoted { Self::QuoteOver } else { Self::Released };
                }
                Record::Reversed(_) => state = Self::Reversed,
                Record::Tombstone(_) => state = Self::Buried,
                Record::ReturnAsked(request) => {
                    asked.insert(lsn, request);
                }
                Record::Returned(outcome) => {
                    if let Some(request) = asked.get(&outcome.asked) {
                        settle(&mut returned, outcome.asked, request);
                        state = after_returns(gross, &returned);
                    }
                }
                Record::Opened(_)
                | Record::FullPrice(_)
                | Record::ReversalAsked(_)
                | Record::ReversalRefused(_)
                | Record::ReturnRefused(_)
                | Record::GaveBack(_)
                | Record::QueueOrdered(_) => {}
            }
        }
        (state, code)
    }

    /// Its name in JSON.
    pub(super) const fn json(self) -> &'static str {
        match self {
            Self::Quoted => "quoted",
            Self::QuoteOver => "quote-over",
            Self::Open => "open",
            Self::InDoubt => "in-doubt",
            Self::Granted => "granted",
            Self::Declined => "declined",
            Self::Released => "released",
            Self::Reversed => "reversed",
            Self::PartlyReturned => "partly-returned",
            Self::Returned => "returned",
            Self::Refused => "refused",
            Self::FullPrice => "refused-at-full-price",
            Self::Buried => "reversal-without-original",
        }
    }

    /// One line for people.
    pub(super) const fn words(self) -> Both {
        match self {
            Self::Quoted => {
                both("a subsidy was promised and is held; nothing was paid yet", "已报价并占用补贴，尚未付款")
            }
            Self::QuoteOver => both("a quote that was not used; nothing was paid", "报价未使用，已失效，未付款"),
            Self::Open => {
                both("decided in favour; the issuer's answer is not recorded yet", "已同意补贴，尚未记录发卡行应答")
            }
            Self::InDoubt => both(
                "nobody knows yet whether the card was charged; the subsidy stays held until that is known",
                "尚不确定是否已扣款；在明确之前补贴保持占用",
            ),
            Self::Granted => both("the subsidy was granted", "已发放补贴"),
            Self::Declined => both("not granted: the issuer did not approve the payment", "未发放：发卡行未批准付款"),
            Self::Released => both("not granted: the hold was given back", "未发放：占用已释放"),
            Self::Reversed => both("granted, then reversed: everything was given back", "曾发放，后被冲正：已全部退回"),
            Self::PartlyReturned => both("granted, then returned in part", "已发放，后部分退货"),
            Self::Returned => both("granted, then returned in full", "已发放，后全部退货"),
            Self::Refused => both("no subsidy; the sale was declined", "未发放补贴；交易被拒绝"),
            Self::FullPrice => both("no subsidy; the sale went on at full price", "未发放补贴；按全价继续交易"),
            Self::Buried => both("a reversal whose sale was never seen", "收到冲正，但从未收到对应的交易"),
        }
    }
}

/// Parts of the order that stand as returned. The reversal of a void takes the void out again.
fn settle(returned: &mut BTreeMap<Lsn, MinorUnits>, asked: Lsn, request: &ReturnAsked) {
    match (request.way, request.of) {
        (ReturnWay::VoidReversal, Some(void)) => {
            returned.remove(&void);
        }
        (ReturnWay::VoidReversal, None) => {}
        (ReturnWay::Void | ReturnWay::Refund, _) => {
            returned.insert(asked, request.gross);
        }
    }
}

fn after_returns(gross: MinorUnits, returned: &BTreeMap<Lsn, MinorUnits>) -> State {
    match MinorUnits::checked_sum(returned.values().copied()) {
        Some(MinorUnits::ZERO) => State::Granted,
        Some(sum) if sum < gross => State::PartlyReturned,
        _ => State::Returned,
    }
}

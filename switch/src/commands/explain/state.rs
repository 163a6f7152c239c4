//! Where a transaction stands, in words.

use super::language::{Both, both};
use crate::ops::TransactionState as State;

/// One line for people.
pub(super) const fn words(state: State) -> Both {
    match state {
        State::Quoted => both("a subsidy was promised and is held; nothing was paid yet", "已报价并占用补贴，尚未付款"),
        State::QuoteOver => both("a quote that was not used; nothing was paid", "报价未使用，已失效，未付款"),
        State::Open => {
            both("decided in favour; the issuer's answer is not recorded yet", "已同意补贴，尚未记录发卡行应答")
        }
        State::InDoubt => both(
            "nobody knows yet whether the card was charged; the subsidy stays held until that is known",
            "尚不确定是否已扣款；在明确之前补贴保持占用",
        ),
        State::Granted => both("the subsidy was granted", "已发放补贴"),
        State::Declined => both("not granted: the issuer did not approve the payment", "未发放：发卡行未批准付款"),
        State::Released => both("not granted: the hold was given back", "未发放：占用已释放"),
        State::Reversed => both("granted, then reversed: everything was given back", "曾发放，后被冲正：已全部退回"),
        State::PartlyReturned => both("granted, then returned in part", "已发放，后部分退货"),
        State::Returned => both("granted, then returned in full", "已发放，后全部退货"),
        State::Refused => both("no subsidy; the sale was declined", "未发放补贴；交易被拒绝"),
        State::FullPrice => both("no subsidy; the sale went on at full price", "未发放补贴；按全价继续交易"),
        State::Buried => both("a reversal whose sale was never seen", "收到冲正，但从未收到对应的交易"),
    }
}

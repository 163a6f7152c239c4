//! Each record in plain words, with the facts of its own.

use super::fact::{Facts, Value};
use super::label::Label;
use super::language::{Both, both};
use lijian_domain::claims::ClaimStage;
use lijian_domain::record::{
    Answer, DoubtCause, GaveBack, QueueOrder, QueueOrdered, Record, ReleaseCause, ReturnAsked, ReturnOutcome,
    ReturnWay, ReversalOutcome,
};

/// What happened, in one sentence.
pub(super) const fn words(record: &Record) -> Both {
    match record {
        Record::Opened(_) => both("The switch was started.", "系统启动。"),
        Record::Intent(intent) if intent.quote.is_some() => both(
            "The sale was made on a quote; what the quote held is held for it. The net amount goes to the card's issuer.",
            "按报价成交，沿用报价的占用；净额送发卡行。",
        ),
        Record::Intent(_) => both(
            "The sale was decided in favour and its caps were held. The net amount goes to the card's issuer.",
            "同意补贴并占用额度；净额送发卡行。",
        ),
        Record::Granted(_) => both("The issuer approved: the subsidy was granted.", "发卡行批准：补贴已发放。"),
        Record::Declined(_) => {
            both("The issuer did not approve: the hold was given back.", "发卡行未批准：占用已释放。")
        }
        Record::Refused(_) => both("The request was refused a subsidy.", "请求未获补贴。"),
        Record::FullPrice(_) => both("The issuer answered to the sale at full price.", "发卡行已对全价交易作出应答。"),
        Record::InDoubt(doubt) => match doubt.cause {
            DoubtCause::TimeOut => both(
                "The issuer did not answer in time: in doubt, a reversal is sent until it is confirmed.",
                "发卡行未及时应答：状态存疑，持续发送冲正直至确认。",
            ),
            DoubtCause::LinkLost => both(
                "The line to the issuer was lost: in doubt, a reversal is sent until it is confirmed.",
                "与发卡行的线路中断：状态存疑，持续发送冲正直至确认。",
            ),
            DoubtCause::OtherAmount => both(
                "The issuer answered for another amount: in doubt, a reversal is sent until it is confirmed.",
                "发卡行应答的金额不符：状态存疑，持续发送冲正直至确认。",
            ),
            DoubtCause::Restart => both(
                "The switch restarted before the issuer's answer: in doubt, a reversal is sent until it is confirmed.",
                "系统在发卡行应答前重启：状态存疑，持续发送冲正直至确认。",
            ),
        },
        Record::Released(released) => release(released.cause),
        Record::ReversalAsked(_) => both("The till asked for a reversal.", "收银端请求冲正。"),
        Record::Reversed(_) => {
            both("The reversal was confirmed: everything was given back.", "冲正已确认：已全部退回。")
        }
        Record::ReversalRefused(_) => {
            both("The reversal is over without giving a grant back by itself.", "冲正结束，该记录本身未退回补贴。")
        }
        Record::Tombstone(_) => both(
            "A reversal came before its sale: should the sale come later, it is refused.",
            "冲正先于交易到达：若交易随后到达，将被拒绝。",
        ),
        Record::Quoted(_) => both(
            "A subsidy was promised before the card is charged, and its caps were held.",
            "刷卡前已承诺补贴，并占用额度。",
        ),
        Record::ReturnAsked(asked) => match asked.way {
            ReturnWay::Void => both("The till asked for a void of the whole sale.", "收银端请求撤销整笔交易。"),
            ReturnWay::Refund => both("The till asked for a refund.", "收银端请求退货。"),
            ReturnWay::VoidReversal => {
                both("The till asked to undo a void: the sale is to stand again.", "收银端请求冲正撤销：恢复原交易。")
            }
        },
        Record::Returned(_) => both("The issuer confirmed the return.", "发卡行已确认退回。"),
        Record::ReturnRefused(_) => both("The return was not done.", "退回未执行。"),
        Record::GaveBack(_) => both("The caps got back what the return gives them.", "额度已按退回归还。"),
        Record::QueueOrdered(ordered) => match ordered.order {
            QueueOrder::Send => both(
                "Two people ordered the waiting message to be sent although its day is over.",
                "两人复核：等待中的报文虽已过业务日，仍予发送。",
            ),
            QueueOrder::Confirmed => both(
                "Two people ordered: not to be sent, the issuer confirmed it in another way.",
                "两人复核：不再发送，发卡行已通过其他方式确认。",
            ),
            QueueOrder::Drop => both(
                "Two people ordered: not to be sent, and what it stood for is not done.",
                "两人复核：不再发送，且不执行其内容。",
            ),
        },
        Record::RulesChanged(_) => both("Other rules decide from here on.", "自此适用新版规则。"),
        Record::Claimed(_) => both("A qualification was claimed.", "已申领资格。"),
        Record::ClaimChanged(changed) => match changed.stage {
            ClaimStage::HandedBack => both("The claim was handed back.", "资格已退回。"),
            ClaimStage::Withdrawn => both("The institution took the claim back.", "机构已收回资格。"),
            _ => both("The claim was issued.", "资格已发放。"),
        },
        Record::Drawn(_) => both("A lottery among claims was drawn.", "资格摇号已开奖。"),
    }
}

const fn release(cause: ReleaseCause) -> Both {
    match cause {
        ReleaseCause::ReversalConfirmed => {
            both("The issuer confirmed the reversal: the hold was given back.", "发卡行确认冲正：占用已释放。")
        }
        ReleaseCause::LateDecline => {
            both("The issuer's decline came late: the hold was given back.", "发卡行的拒绝迟到：占用已释放。")
        }
        ReleaseCause::NeverSent => {
            both("Nothing had been sent to the issuer: the hold was given back.", "未曾送达发卡行：占用已释放。")
        }
        ReleaseCause::QuoteExpired => {
            both("Nobody used the quote in its time: the hold was given back.", "报价逾期未用：占用已释放。")
        }
        ReleaseCause::QuoteWithdrawn => {
            both("The till took the quote back: the hold was given back.", "收银端撤回报价：占用已释放。")
        }
        ReleaseCause::Ordered => both("Two people decided so: the hold was given back.", "经两人决定：占用已释放。"),
    }
}

/// What the record says beyond the facts of its transaction.
pub(super) fn facts(record: &Record) -> Facts {
    let facts = Facts::default();
    match record {
        Record::Intent(intent) => match intent.quote {
            Some(quote) => facts.number(Label::Quote, quote.0),
            None => facts,
        },
        Record::Quoted(quoted) => facts.with(Label::Expires, Value::Time(quoted.expires)),
        Record::Granted(outcome) | Record::Declined(outcome) | Record::FullPrice(outcome) => {
            answer(facts, &outcome.answer)
        }
        Record::Refused(refused) => answer(facts, &refused.answer).text(Label::Bound, refused.bound.as_str()),
        Record::ReversalAsked(asked) => facts.money(Label::Amount, asked.amount).origin(&asked.origin),
        Record::Reversed(ReversalOutcome { asked, answer: told, .. })
        | Record::ReversalRefused(ReversalOutcome { asked, answer: told, .. })
        | Record::Returned(ReturnOutcome { asked, answer: told, .. })
        | Record::ReturnRefused(ReturnOutcome { asked, answer: told, .. }) => {
            answer(facts.number(Label::Asked, asked.0), told)
        }
        Record::ReturnAsked(asked) => returned(facts, asked),
        Record::GaveBack(GaveBack { asked, takes, .. }) => {
            facts.number(Label::Asked, asked.0).takes(Label::CapsGiven, takes)
        }
        Record::QueueOrdered(QueueOrdered { target, maker, checker, .. }) => facts
            .number(Label::Asked, target.0)
            .text(Label::Maker, maker.as_str())
            .text(Label::Checker, checker.as_str()),
        Record::Claimed(_) | Record::ClaimChanged(_) | Record::Drawn(_) | Record::RulesChanged(_) => facts,
        Record::Opened(_) | Record::InDoubt(_) | Record::Released(_) | Record::Tombstone(_) => facts,
    }
}

fn returned(facts: Facts, asked: &ReturnAsked) -> Facts {
    let facts = match asked.of {
        Some(void) => facts.number(Label::Original, void.0),
        None => facts,
    };
    facts
        .money(Label::Amount, asked.amount)
        .money(Label::GrossBack, asked.gross)
        .money(Label::DiscountBack, asked.discount)
        .money(Label::NetBack, asked.net)
        .sponsors(&asked.sponsors)
        .takes(Label::CapsBack, &asked.takes)
        .origin(&asked.origin)
}

fn answer(facts: Facts, answer: &Answer) -> Facts {
    facts
        .text(Label::Code, answer.code.as_str())
        .text(Label::ResponseCode, answer.response_code.as_str())
        .text(Label::AnswerRrn, answer.rrn.as_str())
        .text(Label::Authorisation, answer.authorisation.as_str())
}

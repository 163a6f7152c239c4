//! Each decision code in plain words: why, and what the consumer or the merchant can do. The one table for both languages.

use super::language::{Both, both};
use lijian_domain::code::DecisionCode;

/// Which rule decided.
pub const fn why(code: DecisionCode) -> Both {
    use DecisionCode as Code;
    match code {
        Code::Granted => both("All conditions of the campaign were met.", "符合活动的全部条件。"),
        Code::NoCampaign => both(
            "Rule N101, campaign period: no campaign ran at that moment (outside its days or its daily hours).",
            "规则 N101（活动时间）：当时没有进行中的活动（不在活动日期或每日开放时段内）。",
        ),
        Code::UnknownProduct => both(
            "Rule N102, product library: the barcode was not in the product library, or not valid at that moment.",
            "规则 N102（商品库）：条码当时不在商品库中，或不在有效期内。",
        ),
        Code::CategoryStopped => both(
            "Rule N103, category: subsidies for this category had been stopped.",
            "规则 N103（品类）：该品类的补贴已停止。",
        ),
        Code::MerchantNotAdmitted => both(
            "Rule N104, merchant: the merchant or its terminal was not admitted to the campaign.",
            "规则 N104（商户）：该商户或终端未获准参加活动。",
        ),
        Code::AllowanceUsed => both(
            "Rule N105, allowance: the consumer's allowance in this category had been used up.",
            "规则 N105（个人限额）：消费者在该品类的补贴限额已用完。",
        ),
        Code::BudgetUsed => both(
            "Rule N106, budget: a budget shared by all had too little left when this request came.",
            "规则 N106（预算）：请求到达时，公共预算余额不足。",
        ),
        Code::ItemsUnreadable => both(
            "Rule N107, items: the items did not add up to the amount, or could not be read.",
            "规则 N107（商品明细）：商品明细与金额不符，或无法识别。",
        ),
        Code::Qualification => both(
            "Rule N108, qualification: the qualification was missing, unknown, expired or already used.",
            "规则 N108（资格）：资格码缺失、不存在、已过期或已使用。",
        ),
        Code::Price => both(
            "Rule N109, price: the price was over the filed price or the campaign's ceiling, or under its minimum.",
            "规则 N109（价格）：售价高于备案价或活动最高价，或低于最低价。",
        ),
        Code::NothingToGive => both(
            "Rule N110, grade: this grade is not subsidised, or the subsidy came to nothing.",
            "规则 N110（等级）：该能效等级不予补贴，或计算出的补贴为零。",
        ),
        Code::PlaceOrTime => both(
            "Rule N111, place and time: the place or the hour of the sale is not allowed.",
            "规则 N111（地点和时间）：交易地点或时段不符合要求。",
        ),
        Code::Risk => {
            both("Rule N112, risk: a risk rule refused the sale.", "规则 N112（风险控制）：交易被风险规则拒绝。")
        }
        Code::SerialNumberUsed => both(
            "Rule N113, serial number: this piece of goods had been subsidised before.",
            "规则 N113（序列号）：该件商品此前已享受过补贴。",
        ),
        Code::QuoteFirst => both(
            "Rule N114, chip card: the chip's cryptogram covers the full amount, so a quote has to come first.",
            "规则 N114（芯片卡）：芯片密文对应全额，须先取得报价。",
        ),
        Code::Quote => both(
            "Rule N115, quote: the quote was unknown, expired, used before, or did not match the sale.",
            "规则 N115（报价）：报价不存在、已过期、已使用，或与交易不符。",
        ),
        Code::ReversalFirst => both(
            "Rule N116, reversal: the till's reversal of this sale arrived before the sale itself.",
            "规则 N116（冲正）：该交易的冲正先于交易本身到达。",
        ),
        Code::TryAgain => both(
            "Rule N190, try again: the switch could not grant at that moment; an earlier try may still have been open.",
            "规则 N190（请重试）：系统当时无法发放补贴；此前的一次尝试可能尚未结束。",
        ),
        Code::IssuerDeclined => both(
            "Rule N199, issuer: the card's issuer did not approve the payment.",
            "规则 N199（发卡行）：发卡行未批准该笔付款。",
        ),
    }
}

/// What the consumer or the merchant can do.
pub const fn advice(code: DecisionCode) -> Both {
    use DecisionCode as Code;
    match code {
        Code::Granted => both("Nothing needs to be done.", "无需处理。"),
        Code::NoCampaign => both(
            "The consumer can buy again while the campaign is open; its days and hours are published.",
            "消费者可在公布的活动日期和开放时段内再次购买。",
        ),
        Code::UnknownProduct => both(
            "The merchant checks the scanned barcode, or asks for the product to be entered into the library.",
            "商户应核对所扫条码，或申请将商品录入商品库。",
        ),
        Code::CategoryStopped => both(
            "Nothing can be done for this category; other categories may go on.",
            "该品类无法再享受补贴；其他品类可能仍在进行。",
        ),
        Code::MerchantNotAdmitted => both(
            "The merchant applies for admission of the shop or the terminal; the consumer can buy at an admitted shop.",
            "商户可申请门店或终端准入；消费者可到参加活动的门店购买。",
        ),
        Code::AllowanceUsed => both(
            "Nothing can be done while the earlier subsidy stands; if the consumer disputes it, look at the earlier sale.",
            "此前的补贴有效期间无法再次享受；如有异议，请核查此前的交易。",
        ),
        Code::BudgetUsed => both(
            "First come, first served: the consumer can try again should money come back or a new budget be released.",
            "先到先得：如有补贴退回或新增预算，消费者可再次尝试。",
        ),
        Code::ItemsUnreadable => both(
            "The merchant corrects items, prices or amount at the till and sends the sale again.",
            "商户应在收银端更正商品、单价或金额后重新提交。",
        ),
        Code::Qualification => both(
            "The consumer shows a valid qualification code, or claims one again.",
            "消费者应出示有效的资格码，或重新领取。",
        ),
        Code::Price => both(
            "The merchant checks the price against the filed price and the campaign's limits.",
            "商户应将售价与备案价及活动价格限制核对。",
        ),
        Code::NothingToGive => {
            both("The consumer can choose a product of a subsidised grade.", "消费者可选择符合补贴等级的商品。")
        }
        Code::PlaceOrTime => {
            both("The sale can be made again at an allowed place and hour.", "可在允许的地点和时段内重新交易。")
        }
        Code::Risk => both(
            "The consumer or the merchant can ask for a review by the risk desk.",
            "消费者或商户可申请风控人工复核。",
        ),
        Code::SerialNumberUsed => both(
            "The merchant checks the serial number; each piece is subsidised once.",
            "商户应核对序列号；每件商品只补贴一次。",
        ),
        Code::QuoteFirst => both(
            "The merchant asks for a quote at the till, then charges the net amount to the card.",
            "商户应先在收银端取得报价，再按净额刷卡。",
        ),
        Code::Quote => both(
            "The merchant asks for a new quote and pays it in time, on the same terminal.",
            "商户应重新取得报价，并在有效期内于同一终端付款。",
        ),
        Code::ReversalFirst => both(
            "Nothing was charged for it by this system; the merchant makes the sale again as a new one.",
            "本系统未就该笔扣款；商户可作为新交易重新提交。",
        ),
        Code::TryAgain => both("Try again in a few minutes.", "请几分钟后重试。"),
        Code::IssuerDeclined => both(
            "The consumer asks the card's issuer, or pays with another card; the subsidy was not used up.",
            "消费者可咨询发卡行或换卡支付；补贴额度未被占用。",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::language::Language;

    #[test]
    fn each_refusal_names_its_rule() {
        for code in DecisionCode::ALL.iter().filter(|code| **code != DecisionCode::Granted) {
            for language in [Language::En, Language::Zh] {
                assert!(why(*code).of(language).contains(code.as_str()), "{code}");
                assert!(!advice(*code).of(language).is_empty(), "{code}");
            }
        }
    }
}

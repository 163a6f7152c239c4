//! What facts are called: a name in JSON, words in both languages.

use super::language::{Both, both};

macro_rules! labels {
    ($($name:ident $json:literal $en:literal $zh:literal;)*) => {
        /// The name of a fact.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Label {$($name),*}

        impl Label {
            /// Its name in JSON.
            pub(super) const fn json(self) -> &'static str {
                match self {$(Self::$name => $json),*}
            }

            /// Its name for people.
            pub(super) const fn words(self) -> Both {
                match self {$(Self::$name => both($en, $zh)),*}
            }
        }
    };
}

labels! {
    OrderNumber "lsn" "order number" "顺序号";
    Time "time" "time" "时间";
    BusinessDate "business_date" "business date" "业务日期";
    Link "link" "acquirer link" "收单链路";
    Acquirer "acquirer" "acquirer" "收单机构";
    Merchant "merchant" "merchant" "商户号";
    Terminal "terminal" "terminal" "终端号";
    Stan "stan" "trace number (STAN)" "系统跟踪号";
    RequestRrn "request_rrn" "RRN of the request" "请求中的检索参考号";
    AnswerRrn "answer_rrn" "RRN of the answer" "应答中的检索参考号";
    Transmission "transmission" "sender's time (DE7)" "发送方时间（DE7）";
    Authorisation "authorisation" "authorisation code" "授权码";
    Code "code" "decision code" "判定码";
    ResponseCode "response_code" "response code (DE39)" "应答码（DE39）";
    Campaign "campaign" "campaign" "活动";
    Rules "rules" "version of the rules" "规则版本";
    District "district" "district" "行政区";
    Grant "grant" "grant" "补贴编号";
    Quote "quote" "order number of the quote" "报价的顺序号";
    Expires "expires" "honoured until" "有效期至";
    Qualification "qualification" "qualification" "资格码";
    Gross "gross" "order amount" "订单金额";
    Discount "discount" "subsidy" "补贴";
    Net "net" "paid by card" "卡内实付";
    TradeIn "trade_in" "trade-in value" "旧机抵扣";
    BankPromotion "bank_promotion" "bank promotion" "银行优惠";
    Amount "amount" "amount as sent (DE4)" "报文金额（DE4）";
    Sponsors "sponsors" "paid for by" "出资方";
    Sponsor "sponsor" "sponsor" "出资方";
    Share "amount" "part" "出资额";
    Items "items" "items" "商品";
    Gtin "gtin" "barcode" "条码";
    Quantity "quantity" "quantity" "数量";
    UnitPrice "unit_price" "unit price" "单价";
    SerialNumber "serial_number" "serial number" "序列号";
    Category "category" "category" "品类";
    Grade "grade" "grade" "能效等级";
    Cap "id" "cap" "额度";
    CapName "name" "which" "说明";
    Limit "limit" "limit" "上限";
    LimitAmount "limit_amount" "limit" "上限";
    LimitCount "limit_count" "items at most" "件数上限";
    UsedBefore "used_before" "used before" "此前已用";
    HeldBefore "held_before" "held before" "此前占用";
    UsedCountBefore "used_count_before" "items used before" "此前已用件数";
    HeldCountBefore "held_count_before" "items held before" "此前占用件数";
    LeftBefore "left_before" "left before" "此前剩余";
    Left "left" "left" "剩余";
    Taken "taken" "taken by this request" "本笔占用";
    TakenCount "taken_count" "items taken" "本笔件数";
    Arrival "arrival" "its place among that day's requests for this cap" "当日该额度请求的先后名次";
    UsedRecorded "used" "used" "已用";
    HeldRecorded "held" "held" "占用";
    UsedCountRecorded "used_count" "items used" "已用件数";
    HeldCountRecorded "held_count" "items held" "占用件数";
    UsedFolded "used_by_the_journal" "used, added up from the journal" "按日志累计已用";
    HeldFolded "held_by_the_journal" "held, added up from the journal" "按日志累计占用";
    SalesGranted "sales_granted_before" "sales granted before and not reversed" "此前已发放且未冲正笔数";
    SalesHeld "sales_held_before" "sales held before" "此前占用笔数";
    LastTaken "last_taken" "last one that still got something" "最后一笔仍获补贴";
    RanOut "ran_out" "first one turned away, nothing given since" "首笔因不足被拒（此后再未发放）";
    Holders "stands_on_it" "who got it first" "先得者";
    RequestedAt "time" "at" "时间";
    Original "of" "order number of the void it undoes" "所撤回的撤销的顺序号";
    Asked "asked" "order number of its request" "对应请求的顺序号";
    GrossBack "gross" "of the order amount" "退回订单金额";
    DiscountBack "discount" "of the subsidy, back to the sponsors" "退回补贴（归还出资方）";
    NetBack "net" "back to the card" "退回持卡人";
    CapsBack "caps" "due to the caps" "应归还额度";
    CapsGiven "caps" "given back to the caps" "已归还额度";
    BackAmount "amount" "amount" "金额";
    BackCount "count" "items" "件数";
    Bound "bound" "cap that refused" "拒绝的额度";
    Verdict "verdict" "verdict" "结论";
    VerdictWords "text" "made once more" "重算";
    Reason "reason" "reason" "原因";
    Maker "maker" "asked for by" "发起人";
    Checker "checker" "agreed by" "复核人";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_both_languages() {
        assert_eq!(Label::Gross.json(), "gross");
        assert_ne!(
            Label::Gross.words().of(super::super::Language::En),
            Label::Gross.words().of(super::super::Language::Zh)
        );
    }
}

//! Facts: a name and a value each, the same for text and JSON. What can be personal is masked here, where facts are made.

use super::label::Label;
use super::language::Both;
use super::mask::{masked, printable};
use lijian_domain::cap::{CapBalance, CapLimit, CapTake, Takes};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Intent, Origin, Refused};
use lijian_domain::sale::{AwardedItem, ItemRequest, SponsorShare};
use lijian_domain::time::UnixMicros;

/// A name and a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fact {
    pub(super) label: Label,
    pub(super) value: Value,
}

/// What is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Value {
    Money(MinorUnits),
    Number(u64),
    Text(String),
    Words(Both),
    Time(UnixMicros),
    /// One or more, each with facts of its own.
    List(Vec<Facts>),
    /// The record was written by a version that did not keep it.
    NotRecorded,
}

/// Facts in the order in which they are told.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Facts(pub(super) Vec<Fact>);

impl Facts {
    pub(super) fn with(mut self, label: Label, value: Value) -> Self {
        self.0.push(Fact { label, value });
        self
    }

    pub(super) fn money(self, label: Label, amount: MinorUnits) -> Self {
        self.with(label, Value::Money(amount))
    }

    /// Left out where there is none.
    pub(super) fn money_if_any(self, label: Label, amount: MinorUnits) -> Self {
        if amount.is_zero() { self } else { self.money(label, amount) }
    }

    pub(super) fn number(self, label: Label, number: impl Into<u64>) -> Self {
        self.with(label, Value::Number(number.into()))
    }

    /// Left out where it was not given.
    pub(super) fn text(self, label: Label, text: &str) -> Self {
        if text.is_empty() { self } else { self.with(label, Value::Text(printable(text))) }
    }

    /// Left out where there is nothing in it.
    pub(super) fn list(self, label: Label, list: impl IntoIterator<Item = Self>) -> Self {
        let list: Vec<_> = list.into_iter().collect();
        if list.is_empty() { self } else { self.with(label, Value::List(list)) }
    }

    /// Who asked, and from where. The card stays out, and so do the keys made of it.
    pub(super) fn origin(self, origin: &Origin) -> Self {
        self.text(Label::Link, origin.link.as_str())
            .text(Label::Acquirer, origin.acquirer.as_str())
            .text(Label::Merchant, origin.merchant.as_str())
            .text(Label::Terminal, origin.terminal.as_str())
            .text(Label::Stan, &origin.stan.to_string())
            .text(Label::RequestRrn, origin.rrn.as_str())
            .text(Label::Transmission, origin.transmission.as_str())
    }

    /// What was decided for a sale or a quote.
    pub(super) fn sale(self, intent: &Intent) -> Self {
        let award = &intent.award;
        self.text(Label::Campaign, award.campaign.as_str())
            .text(Label::Rules, &award.rules.to_string())
            .text(Label::District, award.district.as_str())
            .text(Label::Grant, &intent.grant.to_string())
            .text(Label::Qualification, &masked(intent.qualification.as_str()))
            .money(Label::Gross, award.gross)
            .money(Label::Discount, award.discount)
            .money(Label::Net, award.net)
            .money_if_any(Label::TradeIn, intent.trade_in)
            .money_if_any(Label::BankPromotion, intent.bank_promotion)
            .sponsors(&award.sponsors)
            .list(Label::Items, award.items.iter().map(awarded))
    }

    /// What a sale that got nothing asked for.
    pub(super) fn refusal(self, refused: &Refused) -> Self {
        self.text(Label::Campaign, refused.campaign.as_str())
            .text(Label::Rules, &refused.rules.to_string())
            .money(Label::Gross, refused.amount)
            .list(Label::Items, refused.items.iter().map(item))
    }

    pub(super) fn sponsors(self, shares: &[SponsorShare]) -> Self {
        let share = |share: &SponsorShare| {
            Self::default().text(Label::Sponsor, share.sponsor.as_str()).money(Label::Share, share.amount)
        };
        self.list(Label::Sponsors, shares.iter().map(share))
    }

    /// What goes back to caps.
    pub(super) fn takes(self, label: Label, takes: &Takes) -> Self {
        let taken = |take: &CapTake| {
            let facts = Self::default().text(Label::Cap, &take.key.to_string());
            facts.money(Label::BackAmount, take.amount).number(Label::BackCount, take.count)
        };
        self.list(label, takes.iter().map(taken))
    }

    /// What was left of a cap's money, where money is limited.
    pub(super) fn left(self, label: Label, limit: &CapLimit, balance: &CapBalance) -> Self {
        let taken = balance.held.checked_add(balance.used);
        match limit.amount.zip(taken) {
            // A limit that was lowered since leaves nothing.
            Some((limit, taken)) => self.money(label, limit.checked_sub(taken).unwrap_or_default()),
            None => self,
        }
    }

    /// What a cap gave at most.
    pub(super) fn limit(self, limit: &CapLimit) -> Self {
        if limit.is_none() {
            return self.with(Label::Limit, Value::NotRecorded);
        }
        let facts = match limit.amount {
            Some(amount) => self.money(Label::LimitAmount, amount),
            None => self,
        };
        match limit.count {
            Some(count) => facts.number(Label::LimitCount, count),
            None => facts,
        }
    }
}

fn awarded(awarded: &AwardedItem) -> Facts {
    let facts = item(&awarded.item).text(Label::Category, awarded.category.as_str());
    let facts = match awarded.grade {
        Some(grade) => facts.number(Label::Grade, grade),
        None => facts,
    };
    facts.money(Label::Discount, awarded.discount)
}

fn item(item: &ItemRequest) -> Facts {
    Facts::default()
        .text(Label::Gtin, &item.gtin.to_string())
        .number(Label::Quantity, item.quantity)
        .money(Label::UnitPrice, item.unit_price)
        .text(Label::SerialNumber, &masked(item.serial_number.as_str()))
}

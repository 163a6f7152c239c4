//! A journal record as one JSON object. The journal holds no card number; what stands for a card or a person (keyed
//! digests) is left out unless asked for.

use super::claims_json;
use crate::clock::rfc3339;
use lijian_domain::cap::{CapKey, CapTake};
use lijian_domain::funding::Coupon;
use lijian_domain::ids::QualificationCode;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    Answer, AskedTerms, BoundCap, DoubtCause, Entry, Intent, Origin, QueueOrder, QueueOrdered, Record, Refused,
    ReleaseCause, ReturnAsked, ReturnWay, RulesCause,
};
use lijian_domain::sale::{AwardedItem, ItemRequest, SponsorShare};
use serde_json::{Map, Value, json};

/// The record with its place, time (UTC) and business date. Amounts are minor units; ids and digests are texts.
pub(super) fn object(entry: &Entry, with_keys: bool) -> Value {
    let Entry { lsn, at, business_date, record } = entry;
    let mut object = Map::new();
    object.insert("lsn".into(), lsn.0.into());
    object.insert("time".into(), rfc3339(*at).into());
    object.insert("business_date".into(), business_date.to_string().into());
    object.insert("kind".into(), record.kind().into());
    object.extend(fields(record, with_keys));
    Value::Object(object)
}

fn fields(record: &Record, with_keys: bool) -> Map<String, Value> {
    let fields = match record {
        Record::Opened(opened) => json!({
            "incarnation": opened.incarnation,
            "node": opened.node,
            "rules": opened.rules.to_string(),
            "software": opened.software.as_str(),
        }),
        Record::Intent(intent) => self::intent(intent, with_keys),
        Record::Granted(outcome) | Record::Declined(outcome) | Record::FullPrice(outcome) => {
            json!({ "intent": outcome.intent.0, "answer": answer(&outcome.answer) })
        }
        Record::Refused(refused) => self::refused(refused, with_keys),
        Record::InDoubt(doubt) => json!({ "intent": doubt.intent.0, "cause": doubt_cause(doubt.cause) }),
        Record::Released(released) => {
            json!({ "intent": released.intent.0, "cause": release_cause(released.cause) })
        }
        Record::ReversalAsked(asked) => json!({
            "origin": origin(&asked.origin, with_keys),
            "intent": asked.intent.0,
            "amount": asked.amount.get(),
        }),
        Record::Reversed(outcome) | Record::ReversalRefused(outcome) => {
            json!({ "asked": outcome.asked.0, "intent": outcome.intent.0, "answer": answer(&outcome.answer) })
        }
        Record::Quoted(quoted) => {
            let mut fields = intent(&quoted.sale, with_keys);
            fields["expires"] = rfc3339(quoted.expires).into();
            fields
        }
        Record::ReturnAsked(asked) => returned(asked, with_keys),
        Record::Returned(outcome) | Record::ReturnRefused(outcome) => {
            json!({ "asked": outcome.asked.0, "intent": outcome.intent.0, "answer": answer(&outcome.answer) })
        }
        Record::GaveBack(gave) => json!({
            "asked": gave.asked.0,
            "intent": gave.intent.0,
            "caps": gave.takes.iter().map(|given| take(given, with_keys)).collect::<Vec<_>>(),
        }),
        Record::QueueOrdered(QueueOrdered { target, order, maker, checker }) => json!({
            "target": target.0,
            "order": queue_order(*order),
            "maker": maker.as_str(),
            "checker": checker.as_str(),
        }),
        Record::RulesChanged(changed) => json!({
            "rules": changed.rules.to_string(),
            "cause": rules_cause(changed.cause),
            "maker": changed.maker.as_str(),
            "checker": changed.checker.as_str(),
        }),
        Record::Claimed(_) | Record::ClaimChanged(_) | Record::Drawn(_) => claims_json::fields(record, with_keys),
        Record::Tombstone(tombstone) => json!({
            "origin": origin(&tombstone.origin, with_keys),
            "original": tombstone.original.to_string(),
        }),
    };
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn intent(intent: &Intent, with_keys: bool) -> Value {
    let award = &intent.award;
    let mut fields = json!({
        "origin": origin(&intent.origin, with_keys),
        "grant": intent.grant.to_string(),
        "qualification": secret(&intent.qualification, with_keys),
        "trade_in": intent.trade_in.get(),
        "bank_promotion": intent.bank_promotion.get(),
        "place": intent.place.as_str(),
        "currency": intent.currency,
        "campaign": award.campaign.as_str(),
        "rules": award.rules.to_string(),
        "gross": award.gross.get(),
        "discount": award.discount.get(),
        "net": award.net.get(),
        "district": award.district.as_str(),
        "items": award.items.iter().map(awarded).collect::<Vec<_>>(),
        "sponsors": sponsors(&award.sponsors),
        "advanced_by": award.funding.advanced_by.as_str(),
        "coupons": award.funding.coupons.iter().map(coupon).collect::<Vec<_>>(),
        "caps": award.caps.iter().map(|taken| take(taken, with_keys)).collect::<Vec<_>>(),
        "quote": intent.quote.map(|quote| quote.0),
    });
    if with_keys {
        fields["person"] = intent.person.to_string().into();
    }
    fields
}

fn coupon(coupon: &Coupon) -> Value {
    json!({ "type": coupon.kind.as_str(), "spnsrId": coupon.sponsor.as_str(), "id": coupon.id.as_str() })
}

fn refused(refused: &Refused, with_keys: bool) -> Value {
    json!({
        "origin": origin(&refused.origin, with_keys),
        "campaign": refused.campaign.as_str(),
        "rules": refused.rules.to_string(),
        "amount": refused.amount.get(),
        "items": refused.items.iter().map(item).collect::<Vec<_>>(),
        "answer": answer(&refused.answer),
        "bound": refused.bound.as_str(),
        "bound_cap": refused.bound_cap.as_ref().map(bound_cap),
        "asked": refused.asked.as_ref().map(|asked| asked_terms(asked, with_keys)),
    })
}

fn asked_terms(asked: &AskedTerms, with_keys: bool) -> Value {
    let mut fields = json!({
        "qualification": secret(&asked.qualification, with_keys),
        "place": asked.place.as_str(),
        "currency": asked.currency,
        "trade_in": asked.trade_in.get(),
        "bank_promotion": asked.bank_promotion.get(),
    });
    if with_keys {
        fields["person"] = asked.person.to_string().into();
    }
    fields
}

fn returned(asked: &ReturnAsked, with_keys: bool) -> Value {
    json!({
        "origin": origin(&asked.origin, with_keys),
        "intent": asked.intent.0,
        "of": asked.of.map(|of| of.0),
        "way": return_way(asked.way),
        "amount": asked.amount.get(),
        "gross": asked.gross.get(),
        "discount": asked.discount.get(),
        "net": asked.net.get(),
        "sponsors": sponsors(&asked.sponsors),
        "caps": asked.takes.iter().map(|given| take(given, with_keys)).collect::<Vec<_>>(),
    })
}

fn sponsors(shares: &[SponsorShare]) -> Vec<Value> {
    shares.iter().map(|share| json!({ "sponsor": share.sponsor.as_str(), "amount": share.amount.get() })).collect()
}

/// A personal cap's own id is among the items or keyed: it is not said again.
fn bound_cap(bound: &BoundCap) -> Value {
    json!({
        "limit_amount": bound.limit.amount.map(MinorUnits::get),
        "limit_count": bound.limit.count,
        "held": bound.balance.held.get(),
        "used": bound.balance.used.get(),
        "held_count": bound.balance.held_count,
        "used_count": bound.balance.used_count,
    })
}

fn origin(origin: &Origin, with_keys: bool) -> Value {
    let mut fields = json!({
        "link": origin.link.as_str(),
        "key": origin.key.to_string(),
        "content": origin.content.to_string(),
        "terminal": origin.terminal.as_str(),
        "merchant": origin.merchant.as_str(),
        "stan": origin.stan.to_string(),
        "rrn": origin.rrn.as_str(),
        "transmission": origin.transmission.as_str(),
        "acquirer": origin.acquirer.as_str(),
    });
    if with_keys {
        fields["card"] = origin.card.to_string().into();
    }
    fields
}

fn answer(answer: &Answer) -> Value {
    json!({
        "code": answer.code.as_str(),
        "response_code": answer.response_code.as_str(),
        "rrn": answer.rrn.as_str(),
        "authorisation": answer.authorisation.as_str(),
        "issuer_fields": issuer_fields(&answer.issuer_fields),
    })
}

/// Field number and value, repeated. What is no text is given as hexadecimal digits.
fn issuer_fields(mut bytes: &[u8]) -> Vec<Value> {
    let mut fields = Vec::new();
    while let [number, high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (value, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        fields.push(match std::str::from_utf8(value) {
            Ok(text) => json!({ "field": number, "value": text }),
            Err(_) => {
                let digits: String = value.iter().map(|byte| format!("{byte:02X}")).collect();
                json!({ "field": number, "value_hex": digits })
            }
        });
        bytes = after;
    }
    fields
}

/// A voucher code buys for whoever knows it: without keys it is told only whether there was one.
fn secret(code: &QualificationCode, with_keys: bool) -> Value {
    match code.as_str() {
        "" => "".into(),
        code if with_keys => code.into(),
        _ => "(present)".into(),
    }
}

fn take(take: &CapTake, with_keys: bool) -> Value {
    let mut fields = json!({ "id": take.key.to_string(), "amount": take.amount.get(), "count": take.count });
    if let Some(limit) = take.limit.amount {
        fields["limit_amount"] = limit.get().into();
    }
    if let Some(limit) = take.limit.count {
        fields["limit_count"] = limit.into();
    }
    match &take.key {
        CapKey::SerialNumber(serial) => fields["serial_number"] = serial.as_str().into(),
        CapKey::Qualification(_, code) if with_keys => fields["qualification"] = code.as_str().into(),
        CapKey::PersonCategory(_, person, _)
        | CapKey::PersonWeek(_, person, _)
        | CapKey::PersonYear(_, person, _)
        | CapKey::PersonCampaign(_, person)
            if with_keys =>
        {
            fields["person"] = person.to_string().into();
        }
        _ => {}
    }
    fields
}

fn awarded(awarded: &AwardedItem) -> Value {
    let mut fields = item(&awarded.item);
    fields["category"] = awarded.category.as_str().into();
    fields["grade"] = awarded.grade.into();
    fields["discount"] = awarded.discount.get().into();
    fields
}

fn item(item: &ItemRequest) -> Value {
    json!({
        "gtin": item.gtin.to_string(),
        "quantity": item.quantity,
        "unit_price": item.unit_price.get(),
        "serial_number": item.serial_number.as_str(),
    })
}

/// The name of a cause.
pub(super) const fn doubt_cause(cause: DoubtCause) -> &'static str {
    match cause {
        DoubtCause::TimeOut => "time-out",
        DoubtCause::LinkLost => "link-lost",
        DoubtCause::OtherAmount => "other-amount",
        DoubtCause::Restart => "restart",
    }
}

const fn release_cause(cause: ReleaseCause) -> &'static str {
    match cause {
        ReleaseCause::ReversalConfirmed => "reversal-confirmed",
        ReleaseCause::LateDecline => "late-decline",
        ReleaseCause::NeverSent => "never-sent",
        ReleaseCause::QuoteExpired => "quote-expired",
        ReleaseCause::QuoteWithdrawn => "quote-withdrawn",
        ReleaseCause::Ordered => "ordered",
    }
}

const fn return_way(way: ReturnWay) -> &'static str {
    match way {
        ReturnWay::Void => "void",
        ReturnWay::Refund => "refund",
        ReturnWay::VoidReversal => "void-reversal",
    }
}

const fn rules_cause(cause: RulesCause) -> &'static str {
    match cause {
        RulesCause::Signal => "signal",
        RulesCause::Request => "request",
        RulesCause::Due => "due",
    }
}

const fn queue_order(order: QueueOrder) -> &'static str {
    match order {
        QueueOrder::Send => "send",
        QueueOrder::Confirmed => "confirmed",
        QueueOrder::Drop => "drop",
    }
}

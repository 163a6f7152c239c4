//! The receipt for a consumer who asks "why did I miss it?": when the request came, as which one, what was left, and what can
//! be done. Of others it tells how many came before and when the last of them still got something, never who they are.

use super::Explanation;
use super::fact::{Facts, Value};
use super::label::Label;
use super::language::{Language, both};
use super::reason;
use super::story::Story;
use super::zone::Zone;
use crate::clock::rfc3339;
use lijian_domain::code::DecisionCode;
use lijian_domain::time::UnixMicros;
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

/// What the receipt says of one request.
struct Receipt<'s> {
    at: Option<UnixMicros>,
    order: Option<u64>,
    code: Option<DecisionCode>,
    cap: Option<&'s str>,
    /// As which one of that day's requests for the cap it came.
    arrival: Option<u64>,
    granted_before: Option<u64>,
    /// When the last request came that still got something, and its place in the order of arrival.
    last: Option<(UnixMicros, u64)>,
}

/// For people.
pub(super) fn text(explanation: &Explanation, language: Language) -> String {
    let mut text = String::new();
    for story in &explanation.stories {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}", lines(explanation, story, language).join("\n"));
    }
    text
}

/// For programs.
pub(super) fn object(explanation: &Explanation, language: Language) -> Json {
    let receipts = explanation.stories.iter().map(|story| {
        let receipt = Receipt::of(story);
        let words = |words: Option<super::language::Both>| words.map(|words| words.of(language));
        json!({
            "time": receipt.at.map(rfc3339),
            "order_number": receipt.order,
            "code": receipt.code.map(|code| code.as_str()),
            "cap": receipt.cap,
            "arrival": receipt.arrival,
            "granted_before": receipt.granted_before,
            "last_granted_at": receipt.last.map(|(at, _)| rfc3339(at)),
            "last_granted_order_number": receipt.last.map(|(_, order)| order),
            "why": words(receipt.code.map(reason::why)),
            "advice": words(receipt.code.map(reason::advice)),
        })
    });
    json!({ "rrn": explanation.rrn.as_str(), "receipts": receipts.collect::<Vec<_>>() })
}

fn lines(explanation: &Explanation, story: &Story, language: Language) -> Vec<String> {
    let Receipt { at, order, code, cap, arrival, granted_before, last } = Receipt::of(story);
    let time = |at: UnixMicros, zone: &Zone| zone.local(at);
    let zone = &explanation.zone;
    let (rrn, order) = (explanation.rrn.as_str(), order.unwrap_or_default());
    let at = at.map(|at| time(at, zone)).unwrap_or_default();
    let why = code.map_or("", |code| reason::why(code).of(language));
    let advice = code.map_or("", |code| reason::advice(code).of(language));
    let chinese = language == Language::Zh;
    let mut lines = vec![if chinese {
        format!("回执  检索参考号 {rrn}  {at}  顺序号 {order}\n{why}")
    } else {
        format!("Receipt  RRN {rrn}  {at}  order number {order}\n{why}")
    }];
    if let (Some(cap), Some(arrival)) = (cap, arrival) {
        lines.push(if chinese {
            format!("您的请求是当日申请该额度（{cap}）的第 {arrival} 笔。")
        } else {
            format!("Yours was request number {arrival} of that day for {cap}.")
        });
    }
    if let Some(granted) = granted_before {
        lines.push(if chinese {
            format!("此前已发放 {granted} 笔。")
        } else {
            format!("Before it {granted} sales had been given something.")
        });
    }
    if let Some((last, place)) = last {
        let last = time(last, zone);
        lines.push(if chinese {
            format!("最后一笔仍获补贴的请求：{last}，顺序号 {place}（您的顺序号 {order}）。")
        } else {
            format!("The last one that still got something came {last}, order number {place}; yours is {order}.")
        });
    }
    lines.push(format!("{}{advice}", both("What can be done: ", "如何处理：").of(language)));
    lines
}

impl<'s> Receipt<'s> {
    fn of(story: &'s Story) -> Self {
        let number = |facts: Option<&Facts>, label| match facts.and_then(|facts| find(facts, label)) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        };
        let bound = story.bound.as_ref();
        let last = match bound.and_then(|bound| find(bound, Label::LastTaken)) {
            Some(Value::List(parts)) => parts.first().and_then(|part| {
                let Some(Value::Time(at)) = find(part, Label::RequestedAt) else { return None };
                Some((*at, number(Some(part), Label::OrderNumber)?))
            }),
            _ => None,
        };
        let cap = match bound.and_then(|bound| find(bound, Label::Cap)) {
            Some(Value::Text(cap)) => Some(cap.as_str()),
            _ => None,
        };
        // Who took a piece of goods or a qualification before is another person's business.
        let shared = cap.is_some_and(|cap| !cap.starts_with("serial-number") && !cap.starts_with("qualification"));
        Self {
            at: match find(&story.facts, Label::Time) {
                Some(Value::Time(at)) => Some(*at),
                _ => None,
            },
            order: number(Some(&story.facts), Label::OrderNumber),
            code: story.code,
            cap,
            arrival: number(bound, Label::Arrival).filter(|_| shared),
            granted_before: number(bound, Label::SalesGranted).filter(|_| shared),
            last: last.filter(|_| shared),
        }
    }
}

fn find(facts: &Facts, label: Label) -> Option<&Value> {
    facts.0.iter().find(|fact| fact.label == label).map(|fact| &fact.value)
}

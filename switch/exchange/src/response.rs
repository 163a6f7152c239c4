//! Wire to domain, issuer side: what the issuer said. One of the four files that see card numbers; none is kept.

use arrayvec::ArrayVec;
use lijian_codecs::dialect::Sensitive;
use lijian_codecs::message::MessageView;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{AuthorisationCode, Rrn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Answer, ISSUER_FIELDS_BYTES_MAX};

/// Fields of an answer that are not kept for a repeat: those that a record holds by themselves or that the request brings
/// again, authentication codes, and everything about the card and its account (the dialect's own marks come on top).
const NOT_KEPT: [u8; 16] = [1, 2, 4, 7, 14, 35, 36, 37, 38, 39, 45, 52, 64, 102, 103, 128];
/// Of those, what an answer that is passed on and not recorded brings along: the amount, which can be a part, and accounts.
const PASSED: [u8; 3] = [4, 102, 103];
const FIELD_BYTES_MAX: usize = 999;

/// The result in our own two characters; none where the answer has none, which decides nothing.
pub(crate) fn result(view: &MessageView<'_>) -> Option<[u8; 2]> {
    let mut buffer = [0; 4];
    let code = view.text(39, &mut buffer)?;
    Some(view.dialect().semantics().results.to_canonical(code))
}

/// Only 00 is an approval in full.
pub(crate) fn is_approved(result: Option<[u8; 2]>) -> bool {
    result == Some(*b"00")
}

/// Results that took money, or may have, and are no approval in full: with identification, in part, of a VIP, with track 3
/// to update (ISO 8583:1987), with a fault (UnionPay); in progress, late, no answer of the issuer. No grant, and no decline
/// either: a hold that they gave back could belong to a card that was charged.
const UNCLEAR: [&[u8; 2]; 11] = [b"08", b"09", b"10", b"11", b"16", b"68", b"98", b"A2", b"A4", b"A5", b"A6"];

/// Whether the issuer approved only a part of what it was asked for.
pub(crate) fn is_part(result: Option<[u8; 2]>) -> bool {
    result == Some(*b"10")
}

/// Whether a reversal got no word that it could be ended by: nobody could be asked, or nobody knows.
pub(crate) fn is_to_be_asked_again(result: Option<[u8; 2]>) -> bool {
    is_unclear(result) || matches!(result, Some([b'9', b'1' | b'6']))
}

/// Whether nobody knows what the issuer did; an answer without a result says nothing.
pub(crate) fn is_unclear(result: Option<[u8; 2]>) -> bool {
    result.is_none_or(|result| UNCLEAR.contains(&&result))
}

/// The issuer said no.
pub(crate) fn is_declined(result: Option<[u8; 2]>) -> bool {
    !is_approved(result) && !is_unclear(result)
}

/// Whether an approval cannot be relied on: it names another amount than was asked.
pub(crate) fn is_other_amount(result: Option<[u8; 2]>, view: &MessageView<'_>, asked: MinorUnits) -> bool {
    is_approved(result) && view.digits_u64(4).is_some_and(|amount| amount != asked.get())
}

/// What the acquirer will be told, as it is recorded: the result in the acquirer's own code, RRN, authorisation, and what
/// else the issuer set.
pub(crate) fn answer(view: &MessageView<'_>, request: &MessageView<'_>, code: DecisionCode) -> Answer {
    // Part of a sale at full price: how much of it stands in DE4.
    let passed: &[u8] = if result(view) == Some(*b"10") { &[4] } else { &[] };
    answer_with(view, request, code, passed)
}

/// What of an answer can be told without its request at hand: the numbers that the issuer gave. Its code is yet to be set.
pub(crate) fn numbers(view: &MessageView<'_>) -> Answer {
    let mut buffer = [0; FIELD_BYTES_MAX];
    Answer {
        rrn: Rrn(crate::inbound::short(view.text(37, &mut buffer).unwrap_or_default().trim_ascii_end())),
        authorisation: AuthorisationCode(crate::inbound::short(
            view.text(38, &mut buffer).unwrap_or_default().trim_ascii_end(),
        )),
        ..Answer::bare(DecisionCode::Granted, crate::inbound::short(b""))
    }
}

/// The same of an answer that is passed on and not recorded.
pub(crate) fn passed_on(view: &MessageView<'_>, request: &MessageView<'_>) -> Answer {
    answer_with(view, request, DecisionCode::Granted, &PASSED)
}

fn answer_with(view: &MessageView<'_>, request: &MessageView<'_>, code: DecisionCode, passed: &[u8]) -> Answer {
    let mut buffer = [0; FIELD_BYTES_MAX];
    let canonical = result(view).unwrap_or(*b"96");
    let response_code = request.dialect().semantics().results.from_canonical(canonical);
    Answer {
        code,
        response_code: crate::inbound::short(response_code.as_bytes()),
        rrn: Rrn(crate::inbound::short(view.text(37, &mut buffer).unwrap_or_default().trim_ascii_end())),
        authorisation: AuthorisationCode(crate::inbound::short(
            view.text(38, &mut buffer).unwrap_or_default().trim_ascii_end(),
        )),
        issuer_fields: issuer_fields(view, request, passed),
    }
}

/// The other fields that the issuer set: those that the request does not bring with the same value, and that the acquirer's
/// dialect has.
fn issuer_fields(
    view: &MessageView<'_>,
    request: &MessageView<'_>,
    passed: &[u8],
) -> ArrayVec<u8, ISSUER_FIELDS_BYTES_MAX> {
    let mut kept = ArrayVec::new();
    let (mut buffer, mut number) = ([0; FIELD_BYTES_MAX], [0; 24]);
    let card = request.text(2, &mut number).filter(|digits| !digits.is_empty());
    for (field, _) in view.fields() {
        let sensitive = |spec: &lijian_codecs::dialect::FieldSpec| spec.sensitive != Sensitive::None;
        // Chip data that an issuer sends (issuer authentication, scripts) names no card.
        let not_kept = NOT_KEPT.contains(&field) && !passed.contains(&field);
        let hidden = field != 55 && (not_kept || view.spec(field).is_some_and(sensitive));
        let Some(theirs) = request.dialect().field(field) else { continue };
        let Some(value) = view.text(field, &mut buffer).filter(|_| !hidden && (field == 55 || !sensitive(theirs)))
        else {
            continue;
        };
        // Whatever an issuer says in its private fields, the journal holds no card number.
        let recorded = passed != PASSED;
        let names_card = recorded && card.is_some_and(|card| value.windows(card.len()).any(|part| part == card));
        if names_card || request.text_eq(field, value) {
            continue;
        }
        let Ok(length) = u16::try_from(value.len()) else { continue };
        if kept.remaining_capacity() >= value.len() + 3 {
            kept.push(field);
            kept.extend(length.to_be_bytes());
            kept.try_extend_from_slice(value).unwrap_or_default();
        }
    }
    kept
}

//! Domain to wire, acquirer side: every answer that the switch makes itself. It is made of the request and of what is on
//! record, and of nothing else, so that a repeat gets the same bytes again. One of the four files that see card numbers; they
//! are echoed, never looked at.

use crate::flights::Grant;
use crate::wire_tags::Runs;
use arrayvec::ArrayVec;
use lijian_codecs::frame::FrameError;
use lijian_codecs::message::MessageView;
use lijian_codecs::write::{MessageWriter, WriteError};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::CampaignId;
use lijian_domain::record::{Answer, Refused};

/// What a request says that its answer does not say again (ISO 8583:1987: mandatory in requests only), and what the answer
/// says in its own way.
const REQUEST_ONLY: [u8; 21] = [14, 18, 22, 26, 35, 36, 43, 45, 48, 52, 53, 54, 55, 59, 61, 62, 63, 64, 90, 95, 128];
/// Issuer fields that one answer can bring.
const ISSUER_FIELDS_MAX: usize = 24;

/// An answer that cannot be written.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum ReplyError {
    #[error(transparent)]
    Message(#[from] WriteError),
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// What the tags of an answer say.
#[derive(Clone, Copy)]
pub(crate) struct Tags<'a> {
    /// Tag 82; no tags at all where there is none.
    pub(crate) code: Option<DecisionCode>,
    /// Tag 83.
    pub(crate) campaign: CampaignId,
    /// Tags 81, 84, 85, 86.
    pub(crate) grant: Option<&'a Grant>,
    /// Tag 88.
    pub(crate) bound: &'a str,
    /// Tag 87, of a quote.
    pub(crate) quote_seconds: Option<u64>,
}

impl<'a> Tags<'a> {
    /// An answer without tags.
    pub(crate) const NONE: Tags<'static> = Tags {
        code: None,
        campaign: CampaignId(lijian_domain::text::Text::EMPTY),
        grant: None,
        bound: "",
        quote_seconds: None,
    };

    /// A code alone.
    pub(crate) fn of(code: DecisionCode) -> Tags<'static> {
        Tags { code: Some(code), ..Tags::NONE }
    }

    pub(crate) fn granted(grant: &'a Grant) -> Self {
        Self { campaign: grant.campaign, grant: Some(grant), ..Tags::of(DecisionCode::Granted) }
    }

    pub(crate) fn quoted(grant: &'a Grant, seconds: u64) -> Self {
        Self { quote_seconds: Some(seconds), ..Self::granted(grant) }
    }

    pub(crate) fn declined(code: DecisionCode, grant: &Grant) -> Self {
        Self { campaign: grant.campaign, ..Tags::of(code) }
    }

    pub(crate) fn refused(refused: &'a Refused) -> Self {
        Self { campaign: refused.campaign, bound: refused.bound.as_str(), ..Tags::of(refused.answer.code) }
    }

    pub(crate) fn full_price(code: DecisionCode, grant: &Grant, bound: &'a lijian_domain::text::Text<80>) -> Self {
        Self { campaign: grant.campaign, bound: bound.as_str(), ..Tags::of(code) }
    }
}

/// An answer from the request alone, with one of our own result codes.
pub(crate) fn refusal(
    request: &MessageView<'_>,
    response_code: [u8; 2],
    tags: &Tags<'_>,
    runs: &mut Runs,
    out: &mut Vec<u8>,
) -> Result<(), ReplyError> {
    let code = request.dialect().semantics().results.from_canonical(response_code);
    let mut writer = echo(request);
    writer.set(39, code.as_bytes());
    put_tags(request, &[], tags, runs, &mut writer);
    Ok(writer.write(out)?)
}

/// An answer from the request and the record of what was answered.
pub(crate) fn recorded(
    request: &MessageView<'_>,
    answer: &Answer,
    tags: &Tags<'_>,
    runs: &mut Runs,
    out: &mut Vec<u8>,
) -> Result<(), ReplyError> {
    let mut writer = echo(request);
    let mut theirs: &[u8] = &[];
    let place = request.dialect().semantics().subsidy;
    let fields = issuer_fields(&answer.issuer_fields);
    for (field, value) in &fields {
        if *field == place.field {
            theirs = value;
        } else {
            writer.set(*field, value);
        }
    }
    writer.set(39, answer.response_code.as_bytes());
    if !answer.rrn.is_empty() {
        writer.set(37, answer.rrn.0.as_bytes());
    }
    if !answer.authorisation.is_empty() {
        writer.set(38, answer.authorisation.0.as_bytes());
    }
    if let Some(grant) = tags.grant {
        writer.set_number(4, grant.net.get());
    }
    put_tags(request, theirs, tags, runs, &mut writer);
    write_what_fits(writer, &fields, out)
}

/// An issuer's answer to what is not ours, for an acquirer that writes otherwise.
pub(crate) fn translated(
    request: &MessageView<'_>,
    answer: &MessageView<'_>,
    runs: &mut Runs,
    out: &mut Vec<u8>,
) -> Result<(), ReplyError> {
    let recorded_answer = crate::response::passed_on(answer, request);
    recorded(request, &recorded_answer, &Tags::NONE, runs, out)
}

/// The request as its answer: what it says again, in an envelope with the addresses exchanged.
fn echo<'a>(request: &MessageView<'a>) -> MessageWriter<'a> {
    let mut writer = MessageWriter::patch(*request);
    writer.respond();
    for field in REQUEST_ONLY {
        writer.remove(field);
    }
    writer.remove(request.dialect().semantics().subsidy.field);
    writer
}

fn put_tags<'a>(
    request: &MessageView<'a>,
    theirs: &[u8],
    tags: &Tags<'_>,
    runs: &'a mut Runs,
    writer: &mut MessageWriter<'a>,
) {
    let place = request.dialect().semantics().subsidy;
    let field = runs.answer(request.dialect(), theirs, tags);
    if !field.is_empty() {
        writer.set(place.field, field);
    }
}

/// What the issuer set in another dialect may not fit here: such a field is left out rather than the answer.
fn write_what_fits(mut writer: MessageWriter<'_>, fields: &[(u8, &[u8])], out: &mut Vec<u8>) -> Result<(), ReplyError> {
    for _ in 0..=fields.len() {
        match writer.write(out) {
            Ok(()) => return Ok(()),
            Err(error) if fields.iter().any(|(field, _)| *field == error.field) => {
                writer.remove(error.field);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(writer.write(out)?)
}

/// The fields of a record: number, length of two bytes, value.
fn issuer_fields(mut bytes: &[u8]) -> ArrayVec<(u8, &[u8]), ISSUER_FIELDS_MAX> {
    let mut fields = ArrayVec::new();
    while let [field, high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some((value, after)) = rest.split_at_checked(length) else { break };
        if fields.try_push((*field, value)).is_err() {
            break;
        }
        bytes = after;
    }
    fields
}

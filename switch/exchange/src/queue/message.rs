//! Domain to wire, issuer side: the reversal or refund that the switch sends itself, made of journal data alone. One of the files that
//! see card numbers: it is unsealed while the message is written, and never kept.

use crate::outbound::NotCarried;
use crate::seal::Unsealed;
use crate::settings::IssuerLink;
use arrayvec::ArrayVec;
use lijian_codecs::Mti;
use lijian_codecs::dialect::{Addresses, Dialect, FieldPart};
use lijian_codecs::write::MessageWriter;
use lijian_domain::ids::Stan;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Origin, Recall};
use lijian_domain::time::{Calendar, UnixMicros};

/// The place of the message type among the fields of a recall.
pub(crate) const TYPE: u8 = 0;
/// Fields that can be kept of a request.
const FIELDS_MAX: usize = 24;
/// Where the original is named, at its longest.
const NAME_BYTES_MAX: usize = 64;
/// Why a terminal takes back: no answer came (UnionPay, DE39 of reversals).
const NO_ANSWER: [u8; 2] = *b"98";
/// What a reversal is and why it comes in ISO 8583:1993 and later: all of it is taken back (DE24, function code), no answer came
/// (DE25, message reason code). Before, those fields say again what the original said.
const TAKES_BACK: [(u8, &[u8]); 2] = [(24, b"400"), (25, b"4021")];

/// A request as its record keeps it.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) origin: &'a Origin,
    pub(super) recall: &'a Recall,
    /// When it was decided: the time of its sending where its acquirer gave none.
    at: UnixMicros,
    /// The same as a terminal dates it.
    local: LocalDate,
}

/// Month and day in the programme's zone (DE13).
#[derive(Clone, Copy)]
pub(super) struct LocalDate([u8; 4]);

impl LocalDate {
    pub(super) fn of(calendar: &Calendar, at: UnixMicros) -> Self {
        let local = calendar.moment(at).local;
        let mut digits = [b'0'; 4];
        for (pair, part) in digits.chunks_exact_mut(2).zip([local.month(), local.day()]) {
            let part = part.unsigned_abs();
            pair.copy_from_slice(&[b'0' + part / 10, b'0' + part % 10]);
        }
        Self(digits)
    }
}

impl<'a> Request<'a> {
    pub(super) fn of(calendar: &Calendar, origin: &'a Origin, recall: &'a Recall, at: UnixMicros) -> Self {
        Self { origin, recall, at, local: LocalDate::of(calendar, at) }
    }

    /// DE7 of a message with these numbers, as the issuer saw it.
    fn transmitted(&self, numbers: &Origin) -> [u8; 10] {
        numbers.transmission.0.as_bytes().try_into().unwrap_or(self.at.transmission_time())
    }

    /// Its type in this dialect, where that was kept.
    fn mti(&self, dialect: &Dialect) -> Option<Mti> {
        let digits = kept(self.recall).iter().find(|(field, _)| *field == TYPE)?.1;
        Some(Mti::from_digits(digits.try_into().ok()?)?.with_version(dialect.mti_version()))
    }
}

/// At which amount a message is sent, and whether it was sent before.
#[derive(Clone, Copy)]
pub(super) struct Sending {
    pub(super) amount: MinorUnits,
    pub(super) repeat: bool,
}

/// Writes the reversal of a sale or void; with the numbers of `own` where an acquirer asked for it, else with those of the
/// original.
pub(super) fn reversal(
    issuer: &IssuerLink,
    (original, card): (Request<'_>, Option<&Unsealed>),
    own: Option<&Origin>,
    sending: Sending,
    out: &mut Vec<u8>,
) -> Result<(), NotCarried> {
    let semantics = issuer.dialect.semantics();
    let reason = semantics.results.from_canonical(NO_ANSWER);
    let reason = if semantics.reversal_keeps_stan { reason.as_bytes() } else { b"" };
    let (mti, numbers) = (semantics.reversal_mti, own.unwrap_or(original.origin));
    write(issuer, (original, card), (mti, numbers, reason), original, sending, out)
}

/// Writes a refund again, by which its sale is named.
pub(super) fn refund(
    issuer: &IssuerLink,
    (refund, card): (Request<'_>, Option<&Unsealed>),
    sale: Request<'_>,
    sending: Sending,
    out: &mut Vec<u8>,
) -> Result<(), NotCarried> {
    let mti = refund.mti(&issuer.dialect).ok_or(NotCarried)?;
    write(issuer, (refund, card), (mti, refund.origin, b""), sale, sending, out)
}

/// Writes a message with the fields of `request`, with a type, numbers and a reason of its own, that names `original`.
fn write(
    issuer: &IssuerLink,
    (request, card): (Request<'_>, Option<&Unsealed>),
    (mti, numbers, reason): (Mti, &Origin, &[u8]),
    original: Request<'_>,
    sending: Sending,
    out: &mut Vec<u8>,
) -> Result<(), NotCarried> {
    let dialect = &issuer.dialect;
    let semantics = dialect.semantics();
    let sender = request.origin;
    let kept = kept(request.recall);
    let own_time = request.transmitted(numbers);
    let name = name(dialect, original);
    // Terminals send no time of transmission, and a host of theirs expects none.
    let timeless = numbers.transmission.0.as_bytes().is_empty() && semantics.original.transmitted.is_none();
    let mut writer = MessageWriter::build(dialect, if sending.repeat { mti.repeat() } else { mti });
    writer.envelope_between(Addresses { destination: &issuer.destination, source: &issuer.source });
    for (field, value) in kept.iter().filter(|(field, _)| *field != TYPE && dialect.field(*field).is_some()) {
        writer.set(*field, value);
    }
    let says = if mti.is_reversal() && dialect.mti_version() > 0 { &TAKES_BACK[..] } else { &[] };
    for (field, value) in says.iter().filter(|(field, _)| dialect.field(*field).is_some()) {
        writer.set(*field, value);
    }
    let acquirer = numbers.acquirer.0.as_bytes();
    let texts = [
        (2, card.map(Unsealed::digits).unwrap_or_default()),
        (7, if timeless { b"" } else { &own_time[..] }),
        (32, if acquirer.is_empty() { sender.acquirer.0.as_bytes() } else { acquirer }),
        (37, numbers.rrn.0.as_bytes()),
        (41, sender.terminal.0.as_bytes()),
        (42, sender.merchant.0.as_bytes()),
        (39, reason),
        (semantics.original.field, &name[..]),
    ];
    for (field, value) in
        texts.into_iter().filter(|(field, value)| !value.is_empty() && dialect.field(*field).is_some())
    {
        writer.set(field, value);
    }
    writer.set_number(4, sending.amount.get());
    writer.set_number(11, u64::from(numbers.stan.0));
    // What the request had and this link cannot hold in a message of its own is left out.
    for _ in 0..FIELDS_MAX {
        match writer.write(out) {
            Ok(()) => return Ok(()),
            Err(error) if kept.iter().chain(says).any(|(field, _)| *field == error.field && *field != 3) => {
                writer.remove(error.field);
            }
            Err(_) => return Err(NotCarried),
        }
    }
    Err(NotCarried)
}

/// The fields of a recall: number, length of two bytes, value.
fn kept(recall: &Recall) -> ArrayVec<(u8, &[u8]), FIELDS_MAX> {
    let mut fields = ArrayVec::new();
    let mut bytes = recall.fields.as_slice();
    while let [field, high, low, rest @ ..] = bytes {
        let Some((value, after)) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low]))) else { break };
        if fields.try_push((*field, value)).is_err() {
            break;
        }
        bytes = after;
    }
    fields
}

/// What names the original in this dialect: each part in its place, zeros around them.
fn name(dialect: &Dialect, original: Request<'_>) -> ArrayVec<u8, NAME_BYTES_MAX> {
    let (elements, sale) = (&dialect.semantics().original, original.origin);
    let (kept, transmitted) = (kept(original.recall), &original.transmitted(original.origin));
    let field = |wanted: u8| kept.iter().find(|(field, _)| *field == wanted).map(|(_, value)| *value);
    let usual = Mti::from_digits(*b"0200").map(|mti| mti.with_version(dialect.mti_version()));
    let mti = original.mti(dialect).or(usual).unwrap_or(dialect.semantics().reversal_mti).as_digits();
    let stan = digits(sale.stan);
    // Where the sale has none its time of transmission is of no help: that is UTC's.
    let date = field(13).unwrap_or(&original.local.0);
    // A batch stands in the request's own DE60, behind its type (UnionPay).
    let batch = field(60).and_then(|own| own.get(2..8));
    let parts: [(Option<FieldPart>, Option<&[u8]>); 6] = [
        (elements.mti, Some(&mti)),
        (Some(elements.stan), Some(&stan)),
        (elements.transmitted, Some(transmitted)),
        (elements.transmitted, field(12)),
        (elements.batch, batch),
        (elements.date, Some(date)),
    ];
    let width = |part: FieldPart| part.to.map(|to| usize::from(to) - usize::from(part.from));
    let ends = [Some(elements.stan), elements.mti, elements.transmitted, elements.batch, elements.date];
    let all = ends.into_iter().chain([elements.acquirer, elements.forwarder]);
    let end = all.flatten().filter_map(|part| part.to).max().map_or(0, usize::from);
    let mut name = ArrayVec::new();
    name.extend(std::iter::repeat_n(b'0', end.min(NAME_BYTES_MAX)));
    let mut put = |part: FieldPart, value: &[u8]| {
        let from = usize::from(part.from);
        if let Some(place) = name.get_mut(from..from + value.len()) {
            place.copy_from_slice(value);
        }
    };
    for (part, value) in parts {
        // A time of another length is another dialect's way to write it.
        if let Some((part, value)) = part.zip(value).filter(|(part, value)| width(*part) == Some(value.len())) {
            put(part, value);
        }
    }
    for (part, institution) in
        [(elements.acquirer, sale.acquirer.0.as_bytes()), (elements.forwarder, field(33).unwrap_or_default())]
    {
        let Some(part) = part else { continue };
        let Some(before) = width(part).and_then(|width| width.checked_sub(institution.len())) else { continue };
        let from = usize::from(part.from) + before;
        if let Some(place) = name.get_mut(from..from + institution.len()) {
            place.copy_from_slice(institution);
        }
    }
    name
}

fn digits(stan: Stan) -> [u8; 6] {
    let mut digits = [b'0'; 6];
    let mut rest = stan.0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    digits
}

//! Domain to wire, issuer side: the reversal that the switch sends itself, made of journal data alone. One of the files that
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
use lijian_domain::record::{Intent, Origin, Recall};
use lijian_domain::time::UnixMicros;

/// The place of the message type among the fields of a recall.
pub(crate) const TYPE: u8 = 0;
/// Fields that can be kept of a request.
const FIELDS_MAX: usize = 24;
/// Where the original is named, at its longest.
const NAME_BYTES_MAX: usize = 64;
/// Why a terminal takes back: no answer came (UnionPay, DE39 of reversals).
const NO_ANSWER: [u8; 2] = *b"98";

/// The sale that is taken back.
pub(super) struct Original<'a> {
    pub(super) intent: &'a Intent,
    /// When it was decided: the time of its sending where its acquirer gave none.
    pub(super) at: UnixMicros,
    pub(super) card: Option<Unsealed>,
}

/// Writes the reversal of a sale; with the numbers of `own` where an acquirer asked for it, else with those of the sale.
pub(super) fn reversal(
    issuer: &IssuerLink,
    original: &Original<'_>,
    own: Option<&Origin>,
    amount: MinorUnits,
    repeat: bool,
    out: &mut Vec<u8>,
) -> Result<(), NotCarried> {
    let dialect = &issuer.dialect;
    let semantics = dialect.semantics();
    let sale = &original.intent.origin;
    let numbers = own.unwrap_or(sale);
    let kept = kept(&original.intent.recall);
    let sent_at = original.at.transmission_time();
    let transmitted = |origin: &Origin| match origin.transmission.0.as_bytes().try_into() {
        Ok(given) => given,
        Err(_) => sent_at,
    };
    let (own_time, sale_time) = (transmitted(numbers), transmitted(sale));
    let name = name(dialect, sale, &sale_time, &kept);
    let reason = semantics.results.from_canonical(NO_ANSWER);
    let first = semantics.reversal_mti;
    let mut writer = MessageWriter::build(dialect, if repeat { first.repeat() } else { first });
    writer.envelope_between(Addresses { destination: &issuer.destination, source: &issuer.source });
    for (field, value) in kept.iter().filter(|(field, _)| *field != TYPE && dialect.field(*field).is_some()) {
        writer.set(*field, value);
    }
    let acquirer = numbers.acquirer.0.as_bytes();
    let texts = [
        (2, original.card.as_ref().map(Unsealed::digits).unwrap_or_default()),
        (7, &own_time[..]),
        (32, if acquirer.is_empty() { sale.acquirer.0.as_bytes() } else { acquirer }),
        (37, numbers.rrn.0.as_bytes()),
        (41, sale.terminal.0.as_bytes()),
        (42, sale.merchant.0.as_bytes()),
        (39, if semantics.reversal_keeps_stan { reason.as_bytes() } else { b"" }),
        (semantics.original.field, &name[..]),
    ];
    for (field, value) in
        texts.into_iter().filter(|(field, value)| !value.is_empty() && dialect.field(*field).is_some())
    {
        writer.set(field, value);
    }
    writer.set_number(4, amount.get());
    writer.set_number(11, u64::from(numbers.stan.0));
    // What the sale had and this link cannot hold in a message of its own is left out.
    for _ in 0..FIELDS_MAX {
        match writer.write(out) {
            Ok(()) => return Ok(()),
            Err(error) if kept.iter().any(|(field, _)| *field == error.field && *field != 3) => {
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
fn name(
    dialect: &Dialect,
    sale: &Origin,
    transmitted: &[u8; 10],
    kept: &[(u8, &[u8])],
) -> ArrayVec<u8, NAME_BYTES_MAX> {
    let elements = &dialect.semantics().original;
    let field = |wanted: u8| kept.iter().find(|(field, _)| *field == wanted).map(|(_, value)| *value);
    let mti = field(TYPE).and_then(|digits| Mti::from_digits(digits.try_into().ok()?));
    let mti = mti.unwrap_or(Mti::from_digits(*b"0200").unwrap_or(dialect.semantics().reversal_mti));
    let mti = mti.with_version(dialect.mti_version()).as_digits();
    let stan = digits(sale.stan);
    let date = field(13).or(transmitted.get(..4));
    // A batch stands in the request's own DE60, behind its type (UnionPay).
    let batch = field(60).and_then(|own| own.get(2..8));
    let parts: [(Option<FieldPart>, Option<&[u8]>); 6] = [
        (elements.mti, Some(&mti)),
        (Some(elements.stan), Some(&stan)),
        (elements.transmitted, Some(transmitted)),
        (elements.transmitted, field(12)),
        (elements.batch, batch),
        (elements.date, date),
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

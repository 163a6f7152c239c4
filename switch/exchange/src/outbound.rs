//! Domain to wire, issuer side: what the issuer is asked. One of the four files that see card numbers; they are passed on,
//! never looked at.

use crate::flights::Grant;
use crate::settings::{IssuerLink, Presentation};
use crate::tally::Tally;
use crate::wire_tags::{Coupons, Runs};
use lijian_codecs::dialect::{Addresses, Dialect};
use lijian_codecs::message::MessageView;
use lijian_codecs::write::MessageWriter;
use lijian_domain::ids::{GrantId, Stan};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Intent, Origin};
use lijian_domain::sale::Award;
use lijian_domain::time::UnixMicros;
use std::io::Write;

/// A message that cannot be written for the issuer's link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NotCarried;

/// Authentication codes end at the link: a message that was changed has none that is right.
const AUTHENTICATION_CODES: [u8; 2] = [64, 128];
/// DE54 at its longest in any dialect: twelve amounts of 20 characters. Where a link's own is shorter its writer says so.
const AMOUNTS_BYTES_MAX: usize = 240;
/// CNY (ISO 4217), where DE49 is absent.
const CURRENCY_DEFAULT: &[u8] = b"156";

/// Whether both links write alike, so that bytes can pass as they are.
pub(crate) fn is_same(one: &Dialect, other: &Dialect) -> bool {
    std::ptr::eq(one, other) || one.name() == other.name()
}

/// Whether the chip's cryptogram forbids that this issuer is asked for another amount.
pub(crate) fn chip_forbids(issuer: &IssuerLink, view: &MessageView<'_>) -> bool {
    issuer.presentation == Presentation::Net && !issuer.accepts_changed_chip_amount && view.has(55)
}

/// A request on its way to an issuer: which link, the request as it came, and when.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) issuer: &'a IssuerLink,
    pub(crate) view: &'a MessageView<'a>,
    pub(crate) at: UnixMicros,
}

/// The request as it came: byte for byte, or field by field where the issuer's link writes otherwise.
pub(crate) fn unchanged(
    issuer: &IssuerLink,
    view: &MessageView<'_>,
    at: UnixMicros,
    runs: &mut Runs,
    out: &mut Vec<u8>,
    tally: &mut Tally,
) -> Result<(), NotCarried> {
    if is_same(view.dialect(), &issuer.dialect) {
        out.extend_from_slice(view.bytes());
        return Ok(());
    }
    let transmission = at.transmission_time();
    write(&carry(issuer, view, &transmission, runs, tally)?, out)
}

/// A sale with its award: at the net amount with the gross in DE54, or at the gross amount with the discount in a tag, as
/// the link says. `descriptions` are those of the campaign's coupons.
pub(crate) fn sale(
    asked: Asked<'_>,
    award: &Award,
    grant: GrantId,
    descriptions: &[String],
    runs: &mut Runs,
    out: &mut Vec<u8>,
    tally: &mut Tally,
) -> Result<(), NotCarried> {
    let Asked { issuer, view, at } = asked;
    let transmission = at.transmission_time();
    let mut amounts = [0; AMOUNTS_BYTES_MAX];
    let mut split = Runs::default();
    let mut writer = carry(issuer, view, &transmission, runs, tally)?;
    drop_authentication_code(view, &mut writer, tally);
    match issuer.presentation {
        Presentation::Net => {
            let mut buffer = [0; AMOUNTS_BYTES_MAX];
            let others = view.text(54, &mut buffer).unwrap_or_default();
            let length = additional_amount(others, issuer, view, award.gross, &mut amounts).ok_or(NotCarried)?;
            writer.set_number(4, award.net.get());
            writer.set(54, amounts.get(..length).unwrap_or_default());
            write(&writer, out)
        }
        Presentation::Gross => {
            let place = issuer.dialect.semantics().subsidy;
            let coupons = issuer.coupon_info_tag.map(|tag| Coupons { tag, descriptions });
            let field = split.split_by_network(view, place, award, grant, coupons).map_err(|_| NotCarried)?;
            // On a quote the till sent the net amount.
            writer.set_number(4, award.gross.get());
            writer.set(place.field, field);
            write(&writer, out)
        }
    }
}

/// A reversal of a grant: at the amount that the issuer saw.
pub(crate) fn reversal(
    issuer: &IssuerLink,
    view: &MessageView<'_>,
    original: &Intent,
    grant: &Grant,
    runs: &mut Runs,
    out: &mut Vec<u8>,
    tally: &mut Tally,
) -> Result<(), NotCarried> {
    let amount = if issuer.presentation == Presentation::Net { grant.net } else { grant.gross };
    let transmission = grant.at.transmission_time();
    let name = original_data(original.origin.stan, &transmission, original.origin.acquirer.as_str());
    let mut writer = carry(issuer, view, &transmission, runs, tally)?;
    drop_authentication_code(view, &mut writer, tally);
    writer.set_number(4, amount.get());
    let named = issuer.dialect.semantics().original.field;
    if !writer.has(named) && named == 90 {
        writer.set(90, &name);
    }
    write(&writer, out)
}

/// A void or refund of a grant, or the reversal of a void: at the amount that the issuer saw of that part.
pub(crate) fn returned(
    asked: Asked<'_>,
    original: Option<(Origin, UnixMicros)>,
    (net, gross): (MinorUnits, MinorUnits),
    runs: &mut Runs,
    out: &mut Vec<u8>,
    tally: &mut Tally,
) -> Result<(), NotCarried> {
    let Asked { issuer, view, at } = asked;
    let amount = if issuer.presentation == Presentation::Net { net } else { gross };
    let transmission = at.transmission_time();
    let name = original.map(|(origin, made)| {
        // As it was sent to the issuer: where its acquirer gave no time, ours was added.
        let sent = origin.transmission.0.as_bytes().try_into().unwrap_or(made.transmission_time());
        original_data(origin.stan, &sent, origin.acquirer.as_str())
    });
    let mut writer = carry(issuer, view, &transmission, runs, tally)?;
    drop_authentication_code(view, &mut writer, tally);
    writer.set_number(4, amount.get());
    let named = issuer.dialect.semantics().original.field;
    if let Some(name) = name.as_ref().filter(|_| named == 90 && !writer.has(named)) {
        writer.set(named, name);
    }
    write(&writer, out)
}

/// A copy of the message for the issuer's link. Where that writes otherwise, what its keys need and the acquirer's dialect
/// lacks is added (DE7), and the subsidy data moves to its place there.
fn carry<'a>(
    issuer: &'a IssuerLink,
    view: &MessageView<'a>,
    transmission: &'a [u8; 10],
    runs: &'a mut Runs,
    tally: &mut Tally,
) -> Result<MessageWriter<'a>, NotCarried> {
    if is_same(view.dialect(), &issuer.dialect) {
        return Ok(MessageWriter::patch(*view));
    }
    tally.translated += 1;
    let mut writer = MessageWriter::translate(*view, &issuer.dialect);
    writer.envelope_between(Addresses { destination: &issuer.destination, source: &issuer.source });
    if !view.has(7) && issuer.dialect.field(7).is_some() {
        writer.set(7, transmission);
    }
    let (from, to) = (view.dialect().semantics().subsidy, issuer.dialect.semantics().subsidy);
    if from != to && view.has(from.field) && (from.field == to.field || !view.has(to.field)) {
        writer.remove(from.field);
        writer.set(to.field, runs.moved(view, to).map_err(|_| NotCarried)?);
    }
    tally.mac_dropped += u64::from(AUTHENTICATION_CODES.iter().any(|field| view.has(*field)));
    Ok(writer)
}

/// A message of the same dialect that is changed loses its code; in another dialect it was left behind already.
fn drop_authentication_code(view: &MessageView<'_>, writer: &mut MessageWriter<'_>, tally: &mut Tally) {
    for field in AUTHENTICATION_CODES {
        if writer.has(field) && view.has(field) {
            writer.remove(field);
            tally.mac_dropped += 1;
        }
    }
}

fn write(writer: &MessageWriter<'_>, out: &mut Vec<u8>) -> Result<(), NotCarried> {
    writer.write(out).map_err(|_| NotCarried)
}

/// DE54: what stood there, then the gross amount: account type 00, the link's amount type, currency, debit, 12 digits.
fn additional_amount(
    others: &[u8],
    issuer: &IssuerLink,
    view: &MessageView<'_>,
    gross: MinorUnits,
    amounts: &mut [u8; AMOUNTS_BYTES_MAX],
) -> Option<usize> {
    let mut buffer = [0; 8];
    let currency = view.text(49, &mut buffer).filter(|code| code.len() == 3).unwrap_or(CURRENCY_DEFAULT);
    let mut rest = amounts.as_mut_slice();
    rest.write_all(others).ok()?;
    rest.write_all(b"00").ok()?;
    rest.write_all(&issuer.gross_amount_type).ok()?;
    rest.write_all(currency).ok()?;
    write!(rest, "D{:012}", gross.get()).ok()?;
    let left = rest.len();
    Some(AMOUNTS_BYTES_MAX - left)
}

/// DE90 of a sale that came from a dialect without one: type, STAN, time as it was sent, acquirer, no forwarder.
fn original_data(stan: Stan, transmission: &[u8; 10], acquirer: &str) -> [u8; 42] {
    let mut name = *b"020000000000000000000000000000000000000000";
    let mut rest = name.as_mut_slice();
    let time = std::str::from_utf8(transmission).unwrap_or("0000000000");
    // The array has room for exactly this; the rest stays zero.
    write!(rest, "0200{stan}{time}{acquirer:0>11}").unwrap_or_default();
    name
}

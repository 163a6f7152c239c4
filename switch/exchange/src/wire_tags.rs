//! The subsidy tags of answers and requests, in the place that a dialect gives them.

use crate::coupon_info::coupon_info;
use crate::reply::Tags;
use lijian_codecs::dialect::{Dialect, Encoding, SubsidyPlace};
use lijian_codecs::message::MessageView;
use lijian_codecs::tags::{self, TagTooLong, TagWriter};
use lijian_codecs::text::Charset;
use lijian_domain::ids::{CampaignId, GrantId};
use lijian_domain::money::MinorUnits;
use lijian_domain::sale::Award;
use std::io::Write;

/// Longest field with tags: three digits of length.
const FIELD_BYTES_MAX: usize = 999;
/// Tag and length of an element that holds a run.
const ELEMENT_HEAD_BYTES: usize = 5;
/// Longest receipt text: one line of a slip.
const RECEIPT_BYTES_MAX: usize = 80;

/// Where a network that splits by tag reads couponInfo, and how its coupons are described.
#[derive(Clone, Copy)]
pub(crate) struct Coupons<'a> {
    pub(crate) tag: [u8; 2],
    pub(crate) descriptions: &'a [String],
}

/// Buffers of a run and of the field around it, used again for each message.
#[derive(Default)]
pub(crate) struct Runs {
    run: Vec<u8>,
    field: Vec<u8>,
}

impl Runs {
    /// The subsidy field of an answer: what the issuer set there (`theirs`), then our tags; empty where there is neither.
    /// Should not all of it fit, the receipt goes first, then what the items got; never the code and the discount.
    pub(crate) fn answer(&mut self, dialect: &Dialect, theirs: &[u8], tags: &Tags<'_>) -> &[u8] {
        let place = dialect.semantics().subsidy;
        let limit = dialect.field(place.field).map_or(0, |spec| usize::from(spec.length)).min(FIELD_BYTES_MAX);
        self.field.clear();
        if tags.code.is_none() {
            self.field.extend_from_slice(theirs);
            return &self.field;
        }
        let chinese = dialect.field(place.field).is_some_and(|spec| spec.encoding == Encoding::Text(Charset::GB18030));
        for detail in [Detail::All, Detail::NoReceipt, Detail::Least] {
            self.run.clear();
            self.field.clear();
            let written = put_answer(theirs, place, limit, tags, chinese, detail, &mut self.run, &mut self.field);
            if written.is_ok() {
                break;
            }
        }
        &self.field
    }

    /// The subsidy field of a request to a network that splits by tag: what the till sent, with discount, campaign and grant,
    /// and couponInfo where the campaign names coupons. Should that not fit, its descriptions go.
    pub(crate) fn split_by_network(
        &mut self,
        view: &MessageView<'_>,
        to: SubsidyPlace,
        award: &Award,
        grant: GrantId,
        coupons: Option<Coupons<'_>>,
    ) -> Result<&[u8], TagTooLong> {
        let (discount, campaign) = (award.discount, award.campaign);
        let coupons = coupons.filter(|_| !award.funding.coupons.is_empty());
        // The id of the quote that the till sent has done its work.
        self.request(
            view,
            to,
            |tag| tag != b"84",
            |writer| {
                writer.put_number(*b"81", discount.get())?;
                writer.put(*b"83", campaign.as_str().as_bytes())?;
                put_grant(writer, grant)?;
                let Some(Coupons { tag, descriptions }) = coupons else { return Ok(()) };
                let info = |descriptions| coupon_info(&award.funding.coupons, &award.sponsors, descriptions);
                if writer.put(tag, info(descriptions).as_bytes()).is_err() {
                    writer.put(tag, info(&[]).as_bytes())?;
                }
                Ok(())
            },
        )
    }

    /// The subsidy field of a request in the place that another dialect gives it.
    pub(crate) fn moved(&mut self, view: &MessageView<'_>, to: SubsidyPlace) -> Result<&[u8], TagTooLong> {
        self.request(view, to, |_| true, |_| Ok(()))
    }

    fn request(
        &mut self,
        view: &MessageView<'_>,
        to: SubsidyPlace,
        kept: impl Fn(&[u8; 2]) -> bool,
        more: impl FnOnce(&mut TagWriter<'_>) -> Result<(), TagTooLong>,
    ) -> Result<&[u8], TagTooLong> {
        let from = view.dialect().semantics().subsidy;
        let mut buffer = [0; FIELD_BYTES_MAX];
        let located = tags::locate(view, from, &mut buffer).ok().flatten();
        let around = located.as_ref().filter(|_| from == to).map_or((&[][..], &[][..]), |own| (own.before, own.after));
        // What the run has to share the field with.
        let beside = around.0.len() + around.1.len() + to.element.map_or(0, |_| ELEMENT_HEAD_BYTES);
        self.run.clear();
        self.field.clear();
        let mut writer = TagWriter::new(&mut self.run, FIELD_BYTES_MAX.saturating_sub(beside));
        if let Some(located) = &located {
            for tag in located.run.clone() {
                match tag {
                    Ok(tag) if kept(&tag.tag) => drop(writer.put_run(tag.whole)?),
                    Ok(_) => {}
                    Err(error) => {
                        writer.put_run(located.run.bytes().get(error.offset..).unwrap_or_default())?;
                        break;
                    }
                }
            }
        }
        more(&mut writer)?;
        tags::put_element(to, around, &self.run, FIELD_BYTES_MAX, &mut self.field)?;
        Ok(&self.field)
    }
}

/// How much an answer says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    All,
    NoReceipt,
    Least,
}

#[expect(clippy::too_many_arguments, reason = "one place that puts an answer's tags together from all they depend on")]
fn put_answer(
    theirs: &[u8],
    place: SubsidyPlace,
    limit: usize,
    tags: &Tags<'_>,
    chinese: bool,
    detail: Detail,
    run: &mut Vec<u8>,
    field: &mut Vec<u8>,
) -> Result<(), TagTooLong> {
    let mut writer = TagWriter::new(run, limit);
    let whole = place.element.is_none() && detail != Detail::Least;
    if whole {
        writer.put_run(theirs)?;
    }
    put_tags(&mut writer, tags, chinese, detail)?;
    let around = if place.element.is_some() && detail != Detail::Least { theirs } else { &[] };
    tags::put_element(place, (around, &[]), run, limit, field)
}

fn put_tags(writer: &mut TagWriter<'_>, tags: &Tags<'_>, chinese: bool, detail: Detail) -> Result<(), TagTooLong> {
    let Some(code) = tags.code else { return Ok(()) };
    if let Some(grant) = tags.grant {
        writer.put_number(*b"81", grant.discount.get())?;
    }
    writer.put(*b"82", code.as_str().as_bytes())?;
    if tags.campaign != CampaignId::default() {
        writer.put(*b"83", tags.campaign.as_str().as_bytes())?;
    }
    if let Some(grant) = tags.grant {
        put_grant(writer, grant.id)?;
    }
    if detail == Detail::All {
        let mut line = [0; RECEIPT_BYTES_MAX];
        let text = match tags.grant {
            Some(grant) => receipt(grant.discount, grant.net, tags.quote_seconds.is_some(), chinese, &mut line),
            None => code.meaning().as_bytes(),
        };
        writer.put(*b"85", text)?;
    }
    if let Some(grant) = tags.grant.filter(|_| detail != Detail::Least) {
        for discount in &grant.item_discounts {
            writer.put_number(*b"86", discount.get())?;
        }
    }
    if let Some(seconds) = tags.quote_seconds {
        writer.put_number(*b"87", seconds)?;
    }
    if !tags.bound.is_empty() {
        writer.put(*b"88", tags.bound.as_bytes())?;
    }
    Ok(())
}

fn put_grant(writer: &mut TagWriter<'_>, grant: GrantId) -> Result<(), TagTooLong> {
    let mut digits = [0; 16];
    // Sixteen hexadecimal digits into sixteen bytes.
    write!(digits.as_mut_slice(), "{grant}").unwrap_or_default();
    writer.put(*b"84", &digits).map(drop)
}

/// The line for the slip, in yuan: in GB 18030 `国补立减…元,实付…元`, elsewhere in English. Of a quote nothing is paid yet:
/// `应付`, to pay.
fn receipt(
    discount: MinorUnits,
    net: MinorUnits,
    quote: bool,
    chinese: bool,
    line: &mut [u8; RECEIPT_BYTES_MAX],
) -> &[u8] {
    let mut rest = line.as_mut_slice();
    let words: [&[u8]; 3] = match (chinese, quote) {
        (true, false) => [b"\xb9\xfa\xb2\xb9\xc1\xa2\xbc\xf5", b"\xd4\xaa,\xca\xb5\xb8\xb6", b"\xd4\xaa"],
        (true, true) => [b"\xb9\xfa\xb2\xb9\xc1\xa2\xbc\xf5", b"\xd4\xaa,\xd3\xa6\xb8\xb6", b"\xd4\xaa"],
        (false, false) => [b"SUBSIDY CNY ", b" PAID CNY ", b""],
        (false, true) => [b"SUBSIDY CNY ", b" TO PAY CNY ", b""],
    };
    // At most 20 digits each: the line has room for both amounts and the words.
    let written = rest.write_all(words[0]).and_then(|()| yuan(&mut rest, discount));
    let written = written.and_then(|()| rest.write_all(words[1])).and_then(|()| yuan(&mut rest, net));
    written.and_then(|()| rest.write_all(words[2])).unwrap_or_default();
    let length = RECEIPT_BYTES_MAX - rest.len();
    line.get(..length).unwrap_or_default()
}

fn yuan(out: &mut &mut [u8], amount: MinorUnits) -> std::io::Result<()> {
    write!(out, "{}.{:02}", amount.get() / 100, amount.get() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_in_yuan() {
        let mut line = [0; RECEIPT_BYTES_MAX];
        let (discount, net) = (MinorUnits::new(40_005), MinorUnits::new(159_995));
        assert_eq!(receipt(discount, net, false, false, &mut line), b"SUBSIDY CNY 400.05 PAID CNY 1599.95");
        assert_eq!(receipt(discount, net, true, false, &mut line), b"SUBSIDY CNY 400.05 TO PAY CNY 1599.95");
        for (quote, expected) in [(false, "国补立减400.05元,实付1599.95元"), (true, "国补立减400.05元,应付1599.95元")]
        {
            let text = Charset::GB18030.decode(receipt(discount, net, quote, true, &mut line)).into_owned();
            assert_eq!(text, expected);
        }
        let most = MinorUnits::new(u64::MAX);
        assert!(receipt(most, most, true, false, &mut line).len() < RECEIPT_BYTES_MAX);
    }
}

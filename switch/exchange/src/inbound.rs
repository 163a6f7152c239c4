//! Wire to domain, acquirer side: a request's identity, card and items, read from a checked view.
//!
//! One of the four files that see card numbers; nothing of them leaves it but the keyed fingerprint.

use crate::card::Fingerprinter;
use crate::key;
use crate::queue;
use crate::seal::Sealer;
use crate::settings::{AcquirerLink, OursRule};
use arrayvec::ArrayVec;
use lijian_codecs::dialect::Sensitive;
use lijian_codecs::message::MessageView;
use lijian_codecs::sensitive::{PanRef, Track2};
use lijian_codecs::tags::{self, TagRun};
use lijian_domain::code::DecisionCode;
use lijian_domain::currency::Currency;
use lijian_domain::ids::{
    AcquirerId, CardFingerprint, DistrictCode, GrantId, Gtin, MerchantId, PersonKey, QualificationCode, Rrn,
    SerialNumber, Stan, TerminalId, TransmissionTime,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{AskedTerms, Intent, Origin, RECALL_BYTES_MAX, Recall};
use lijian_domain::sale::{Award, ITEMS_MAX, ItemRequest, SaleRequest};
use lijian_domain::text::Text;
use lijian_domain::time::BusinessDate;

/// Longest field that is read here: three digits of length.
const FIELD_BYTES_MAX: usize = 999;

/// What a request with our tags asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Asks {
    /// A sale of items.
    Sale,
    /// A sale at the price that this quote promised; an id that no quote can have where tag `84` holds none.
    OnQuote(GrantId),
    /// A price, and that it be kept for a while.
    Quote,
}

/// A request with our tags as it was read.
pub(crate) struct SaleMessage {
    pub(crate) asks: Asks,
    pub(crate) origin: Origin,
    /// DE4, zero where it is missing.
    pub(crate) amount: MinorUnits,
    /// What the rules decide on, or the code that says why they cannot. Of a sale on a quote it may have no items.
    pub(crate) request: Result<SaleRequest, DecisionCode>,
}

impl SaleMessage {
    /// The items, none where they could not be read.
    pub(crate) fn items(&self) -> ArrayVec<ItemRequest, ITEMS_MAX> {
        self.request.as_ref().map(|request| request.items.clone()).unwrap_or_default()
    }

    /// What it asks for beside items and amount; none where the items could not be read.
    pub(crate) fn asked(&self) -> Option<AskedTerms> {
        self.request.as_ref().ok().map(|request| AskedTerms {
            person: request.person,
            qualification: request.qualification,
            place: request.district,
            currency: request.currency,
            trade_in: request.trade_in,
            bank_promotion: request.bank_promotion,
        })
    }

    /// The intent that this sale becomes by an award.
    pub(crate) fn intent(&self, grant: GrantId, award: Award) -> Intent {
        let request = self.request.as_ref().ok();
        Intent {
            origin: self.origin,
            grant,
            person: request.map_or_else(PersonKey::default, |request| request.person),
            qualification: request.map_or_else(QualificationCode::default, |request| request.qualification),
            trade_in: request.map_or(MinorUnits::ZERO, |request| request.trade_in),
            bank_promotion: request.map_or(MinorUnits::ZERO, |request| request.bank_promotion),
            place: request.map_or_else(DistrictCode::default, |request| request.district),
            currency: request.and_then(|request| request.currency),
            award,
            quote: None,
            recall: Recall::default(),
        }
    }
}

/// Fields of a request that a later message about it says again: processing code, local time and date, how and where the
/// card was taken, institutions, currency, the terminal's own (1, 4, 7, 11, 32, 37, 41, 42 stand in records by themselves).
const RECALLED: [u8; 16] = [3, 12, 13, 15, 18, 19, 22, 23, 24, 25, 26, 33, 43, 49, 60, 100];

/// What a later message about this request needs, its card number sealed; none where there is no key to seal it with.
pub(crate) fn recall(
    view: &MessageView<'_>,
    origin: &Origin,
    day: BusinessDate,
    sealer: &mut Sealer,
) -> Option<Recall> {
    let sealed = with_card(view, |digits| {
        let card = sealer.seal(day, &origin.key, digits)?;
        Some(Recall { fields: recalled(view, Some(digits)), card: Some(card) })
    });
    sealed.unwrap_or_else(|| Some(Recall { fields: recalled(view, None), card: None }))
}

fn recalled(view: &MessageView<'_>, card: Option<&[u8]>) -> ArrayVec<u8, RECALL_BYTES_MAX> {
    let mut fields = ArrayVec::new();
    let mut keep = |field: u8, value: &[u8]| {
        let length = u16::try_from(value.len()).ok().filter(|_| fields.remaining_capacity() >= value.len() + 3);
        if let Some(length) = length {
            fields.push(field);
            fields.extend(length.to_be_bytes());
            fields.try_extend_from_slice(value).unwrap_or_default();
        }
    };
    keep(queue::TYPE, &view.mti().request().as_digits());
    let mut buffer = [0; FIELD_BYTES_MAX];
    for field in RECALLED {
        let open = view.spec(field).is_some_and(|spec| spec.sensitive == Sensitive::None);
        let Some(value) = view.text(field, &mut buffer).filter(|value| open && !value.is_empty()) else { continue };
        // Whatever an acquirer puts there, the journal holds no card number.
        let names_card = card.is_some_and(|card| value.windows(card.len()).any(|part| part == card));
        if !names_card {
            keep(field, value);
        }
    }
    fields
}

/// Whether a request is a sale with items: its type and processing code are in the link's list, and a well-formed tag `01`
/// (item) or `84` (quote) stands first in the subsidy field.
pub(crate) fn is_ours(link: &AcquirerLink, view: &MessageView<'_>) -> bool {
    carries_tags(&link.ours, link, view)
}

/// The same of a request for a quote.
pub(crate) fn is_quote(link: &AcquirerLink, view: &MessageView<'_>) -> bool {
    carries_tags(&link.quotes.rules, link, view)
}

fn carries_tags(rules: &[OursRule], link: &AcquirerLink, view: &MessageView<'_>) -> bool {
    let digits = view.mti().request().as_digits();
    let mut buffer = [0; 8];
    let processing = view.text(3, &mut buffer).unwrap_or_default();
    let listed = rules.iter().any(|rule| {
        let same_type = rule.mti.get(1..) == digits.get(1..);
        same_type && rule.processing.is_none_or(|start| processing.starts_with(&start))
    });
    if !listed || !view.has(link.dialect.semantics().subsidy.field) {
        return false;
    }
    let mut buffer = [0; FIELD_BYTES_MAX];
    let located = tags::locate(view, link.dialect.semantics().subsidy, &mut buffer);
    let first = located.ok().flatten().and_then(|located| located.run.first());
    first.is_some_and(|first| matches!(&first.tag, b"01" | b"84"))
}

/// The grant that a request names: tag `84`, first in the subsidy field.
pub(crate) fn named_grant(link: &AcquirerLink, view: &MessageView<'_>) -> Option<GrantId> {
    let mut buffer = [0; FIELD_BYTES_MAX];
    let located = tags::locate(view, link.dialect.semantics().subsidy, &mut buffer).ok().flatten()?;
    let first = located.run.first().filter(|first| &first.tag == b"84")?;
    std::str::from_utf8(first.value).ok().and_then(GrantId::parse)
}

/// DE37, empty where it is absent.
pub(crate) fn rrn(view: &MessageView<'_>) -> Rrn {
    Rrn(field(view, 37))
}

/// Reads a sale with items. What cannot be read is part of the answer: such a sale is refused on record.
pub(crate) fn sale(link: &AcquirerLink, view: &MessageView<'_>, cards: &Fingerprinter) -> SaleMessage {
    read(Asks::Sale, link, view, cards)
}

/// Reads a request for a quote.
pub(crate) fn quote(link: &AcquirerLink, view: &MessageView<'_>, cards: &Fingerprinter) -> SaleMessage {
    read(Asks::Quote, link, view, cards)
}

fn read(mut asks: Asks, link: &AcquirerLink, view: &MessageView<'_>, cards: &Fingerprinter) -> SaleMessage {
    let origin = origin(link, view, cards);
    let amount = view.digits_u64(4).map_or(MinorUnits::ZERO, MinorUnits::new);
    let request = request(link, view, &origin, amount, &mut asks);
    SaleMessage { asks, request, origin, amount }
}

/// Who sent a request, and which one it is.
pub(crate) fn origin(link: &AcquirerLink, view: &MessageView<'_>, cards: &Fingerprinter) -> Origin {
    let semantics = link.dialect.semantics();
    let card = card(view, cards).unwrap_or_default();
    let mut processing = [0; 8];
    let mut amount = [0; 16];
    let mut subsidy = [0; FIELD_BYTES_MAX];
    let content = key::content_digest(&[
        &[view.mti().as_digits()[1]],
        view.text(3, &mut processing).unwrap_or_default(),
        view.text(4, &mut amount).unwrap_or_default(),
        &card.0,
        view.text(semantics.subsidy.field, &mut subsidy).unwrap_or_default(),
    ]);
    Origin {
        link: link.name,
        key: key::duplicate_key(semantics, view, link.name),
        content,
        terminal: TerminalId(field(view, 41)),
        merchant: MerchantId(field(view, 42)),
        stan: Stan(view.digits_u64(11).and_then(|number| u32::try_from(number).ok()).unwrap_or_default()),
        rrn: Rrn(field(view, 37)),
        transmission: TransmissionTime(field(view, 7)),
        acquirer: AcquirerId(field(view, 32)),
        card,
    }
}

/// A short text of ours from a field's characters, cut where it is too long for its type.
pub(crate) fn short<const N: usize>(characters: &[u8]) -> Text<N> {
    let cut = characters.get(..characters.len().min(N)).unwrap_or_default();
    Text::from_bytes(cut).unwrap_or_default()
}

/// A field's characters without trailing spaces; empty where it is absent or not text of ours.
fn field<const N: usize>(view: &MessageView<'_>, number: u8) -> Text<N> {
    let mut buffer = [0; 64];
    short(view.text(number, &mut buffer).unwrap_or_default().trim_ascii_end())
}

fn card(view: &MessageView<'_>, cards: &Fingerprinter) -> Option<CardFingerprint> {
    with_card(view, |digits| cards.fingerprint(digits))
}

/// Shows the card number, from DE2 or, where that is absent, from the track in DE35. Where both stand they must agree.
fn with_card<R>(view: &MessageView<'_>, shown: impl FnOnce(&[u8]) -> R) -> Option<R> {
    let (mut number, mut track) = ([0; 24], [0; 48]);
    let keyed = view.text(2, &mut number).and_then(|digits| PanRef::new(digits).ok());
    let swiped = view.text(35, &mut track).and_then(|track| Track2::new(track).ok()).and_then(|track| track.pan().ok());
    let result = match (keyed, swiped) {
        (Some(keyed), Some(swiped)) if keyed != swiped => None,
        (Some(card), _) | (None, Some(card)) => Some(shown(card.reveal())),
        (None, None) => None,
    };
    number.fill(0);
    track.fill(0);
    result
}

fn request(
    link: &AcquirerLink,
    view: &MessageView<'_>,
    origin: &Origin,
    amount: MinorUnits,
    asks: &mut Asks,
) -> Result<SaleRequest, DecisionCode> {
    let mut buffer = [0; FIELD_BYTES_MAX];
    let located = tags::locate(view, link.dialect.semantics().subsidy, &mut buffer);
    let Ok(Some(located)) = located else { return Err(DecisionCode::ItemsUnreadable) };
    let mut request = SaleRequest {
        link: link.name,
        merchant: origin.merchant,
        terminal: origin.terminal,
        card: origin.card,
        person: PersonKey(origin.card.0),
        district: DistrictCode::default(),
        qualification: QualificationCode::default(),
        amount,
        currency: currency(view),
        trade_in: MinorUnits::ZERO,
        bank_promotion: MinorUnits::ZERO,
        items: ArrayVec::new(),
    };
    read_tags(located.run, &mut request, asks)?;
    let complete = request.items.iter().all(|item| !item.unit_price.is_zero());
    let enough = !request.items.is_empty() || matches!(asks, Asks::OnQuote(_));
    match (complete && enough, origin.card == CardFingerprint::default()) {
        (true, false) => Ok(request),
        // A price can be asked for without a card, but nobody is known whose allowance could be held.
        (true, true) if *asks == Asks::Quote && !view.has(2) && !view.has(35) => Err(DecisionCode::Qualification),
        _ => Err(DecisionCode::ItemsUnreadable),
    }
}

/// DE49: three digits, or the three letters of a currency (ISO 8583:1987, a or n 3); 0 for anything else.
fn currency(view: &MessageView<'_>) -> Option<u16> {
    let mut buffer = [0; 8];
    let text = view.text(49, &mut buffer).filter(|text| !text.is_empty())?;
    let number = number(text).filter(|_| text.len() == 3).and_then(|number| u16::try_from(number).ok());
    let letters = || std::str::from_utf8(text).ok().and_then(Currency::parse).map(Currency::number);
    Some(number.or_else(letters).unwrap_or(0))
}

/// Reads the tags of a request. Tags that are not ours pass by untouched; ours must be right, and those that say something
/// of the whole sale may stand once.
fn read_tags(run: TagRun<'_>, request: &mut SaleRequest, asks: &mut Asks) -> Result<(), DecisionCode> {
    const UNREADABLE: DecisionCode = DecisionCode::ItemsUnreadable;
    let mut once = 0u32;
    for tag in run {
        let tag = tag.map_err(|_| UNREADABLE)?;
        let item = request.items.last_mut();
        match &tag.tag {
            b"01" => {
                let gtin = gtin(tag.value).ok_or(UNREADABLE)?;
                let item = ItemRequest {
                    gtin,
                    quantity: 1,
                    unit_price: MinorUnits::ZERO,
                    serial_number: SerialNumber::default(),
                };
                request.items.try_push(item).map_err(|_| UNREADABLE)?;
                once &= 0xffff;
            }
            b"02" => {
                item.ok_or(UNREADABLE)?.quantity =
                    number(tag.value).and_then(|n| u32::try_from(n).ok()).ok_or(UNREADABLE)?
            }
            b"03" => item.ok_or(UNREADABLE)?.unit_price = money(tag.value).ok_or(UNREADABLE)?,
            b"04" => item.ok_or(UNREADABLE)?.serial_number = SerialNumber(text(tag.value).ok_or(UNREADABLE)?),
            b"05" => request.qualification = QualificationCode(text(tag.value).ok_or(UNREADABLE)?),
            b"06" => {
                request.district = DistrictCode(
                    text(tag.value).filter(|_| digits(tag.value) && tag.value.len() == 6).ok_or(UNREADABLE)?,
                )
            }
            b"07" => request.trade_in = money(tag.value).ok_or(UNREADABLE)?,
            b"08" => request.bank_promotion = money(tag.value).ok_or(UNREADABLE)?,
            b"84" if *asks == Asks::Sale => {
                let id = std::str::from_utf8(tag.value).ok().and_then(GrantId::parse);
                *asks = Asks::OnQuote(id.unwrap_or_default());
                continue;
            }
            // A second one, or a quote on a quote.
            b"84" => return Err(UNREADABLE),
            _ => continue,
        }
        // Bits 0 to 15 for tags of the sale, from 16 on for those of the current item.
        let bit = match tag.tag[1] - b'0' {
            number @ 2..=4 => 1 << (16 + number),
            1 => 0,
            number => 1 << number,
        };
        if once & bit != 0 {
            return Err(UNREADABLE);
        }
        once |= bit;
    }
    Ok(())
}

/// 8 to 14 digits with a right check digit.
fn gtin(value: &[u8]) -> Option<Gtin> {
    Gtin::parse(value)
}

fn digits(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(u8::is_ascii_digit)
}

fn number(value: &[u8]) -> Option<u64> {
    let in_range = digits(value) && value.len() <= 18;
    in_range.then(|| value.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

/// At most what DE4 can say.
fn money(value: &[u8]) -> Option<MinorUnits> {
    number(value).map(MinorUnits::new).filter(|amount| *amount <= MinorUnits::WIRE_MAX)
}

fn text<const N: usize>(value: &[u8]) -> Option<Text<N>> {
    let printable = !value.is_empty() && value.iter().all(|byte| byte.is_ascii_graphic());
    printable.then(|| Text::from_bytes(value).ok()).flatten()
}

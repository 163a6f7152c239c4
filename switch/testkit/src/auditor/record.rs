//! Records of the journal as the auditor understands them, read by the words of the format document alone.

use super::cap::{cap, take};
use super::claim::{ClaimRecord, claim, two_people};
use super::input::{Input, Read};

pub(super) use super::cap::Take;

/// A record: where it stands, what it says, and its bytes.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Its LSN.
    pub(super) lsn: u64,
    /// Its business date, days since 1970-01-01.
    pub(super) date: i32,
    /// When it was made, by the switch's clock.
    pub(super) at_us: i64,
    /// What it says.
    pub(super) body: Body,
    /// All its bytes, length and checksum included.
    pub(super) raw: Vec<u8>,
}

/// What a record says, as far as the auditor looks at it.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// 1.
    Opened { incarnation: u32, rules: [u8; 8] },
    /// 2.
    Intent(Box<Intent>),
    /// 3.
    Granted(Outcome),
    /// 4.
    Declined(Outcome),
    /// 5.
    Refused(Box<Refused>),
    /// 6.
    FullPrice(Outcome),
    /// 7.
    InDoubt { intent: u64 },
    /// 8.
    Released { intent: u64, cause: u8 },
    /// 9.
    ReversalAsked { origin: Origin, intent: u64, amount: u64 },
    /// 10.
    Reversed(Reversal),
    /// 11.
    ReversalRefused(Reversal),
    /// 12.
    Tombstone { origin: Origin, original: [u8; 16] },
    /// 13.
    Quoted { sale: Box<Intent>, expires_us: i64 },
    /// 14.
    ReturnAsked(Box<ReturnAsked>),
    /// 15.
    Returned(Reversal),
    /// 16.
    ReturnRefused(Reversal),
    /// 17.
    GaveBack { asked: u64, intent: u64, caps: Vec<Take> },
    /// 18.
    QueueOrdered { target: u64, order: u8, maker: String, checker: String },
    /// 19.
    RulesChanged { rules: [u8; 8] },
    /// 20 to 22: claims, which move no cap.
    Claim(ClaimRecord),
}

/// Who sent a request, and which one it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Origin {
    /// The acquirer link.
    pub(super) link: String,
    /// Duplicate key.
    pub(super) key: [u8; 16],
    /// DE41.
    pub(super) terminal: String,
    /// DE42.
    pub(super) merchant: String,
    /// DE11.
    pub(super) stan: u32,
    /// DE7.
    pub(super) transmission: String,
    /// DE32.
    pub(super) acquirer: String,
    /// Fingerprint of the card.
    pub(super) card: [u8; 16],
}

/// A sale that was decided in favour.
#[derive(Clone, Debug)]
pub(super) struct Intent {
    /// Who asked.
    pub(super) origin: Origin,
    /// The grant's number.
    pub(super) grant: u64,
    /// The version of the rules that decided.
    pub(super) rules: [u8; 8],
    /// Keyed hash of whose sale it is.
    pub(super) person: [u8; 16],
    /// Tag 05.
    pub(super) qualification: String,
    /// Trade-in value, minor units.
    pub(super) trade_in: u64,
    /// Bank promotion, minor units.
    pub(super) bank_promotion: u64,
    /// What the till asked for.
    pub(super) gross: u64,
    /// What is given.
    pub(super) discount: u64,
    /// What the card pays.
    pub(super) net: u64,
    /// GTIN, quantity, unit price, discount of each item.
    pub(super) items: Vec<Item>,
    /// Each sponsor's part.
    pub(super) sponsors: Vec<(String, u64)>,
    /// What is taken from which cap.
    pub(super) caps: Vec<Take>,
    /// The quote whose hold it takes over.
    pub(super) quote: Option<u64>,
}

/// An item of a sale.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// GTIN as a number.
    pub(super) gtin: u64,
    /// Pieces.
    pub(super) quantity: u32,
    /// Minor units.
    pub(super) unit_price: u64,
    /// Minor units.
    pub(super) discount: u64,
}

/// What an acquirer is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Answer {
    /// Tag 82.
    pub(super) code: String,
    /// DE39.
    pub(super) response_code: String,
}

/// How a sale ended.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// The intent, or the refusal of a sale at full price.
    pub(super) intent: u64,
    /// What the acquirer is told.
    pub(super) answer: Answer,
}

/// A sale without a subsidy.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    /// Who asked.
    pub(super) origin: Origin,
    /// What the acquirer is told.
    pub(super) answer: Answer,
}

/// How a reversal or a return ended.
#[derive(Clone, Debug)]
pub(super) struct Reversal {
    /// The record that asked for it.
    pub(super) asked: u64,
    /// Its original.
    pub(super) intent: u64,
    /// What the acquirer is told.
    pub(super) answer: Answer,
}

/// A void, a refund, or the reversal of a void.
#[derive(Clone, Debug)]
pub(super) struct ReturnAsked {
    /// Who asked.
    pub(super) origin: Origin,
    /// The sale.
    pub(super) intent: u64,
    /// The void that is reversed.
    pub(super) of: Option<u64>,
    /// 1 void, 2 refund, 3 reversal of a void.
    pub(super) way: u8,
    /// Minor units.
    pub(super) gross: u64,
    /// Minor units.
    pub(super) discount: u64,
    /// Minor units.
    pub(super) net: u64,
    /// Each sponsor's part.
    pub(super) sponsors: Vec<(String, u64)>,
    /// What goes back to which cap.
    pub(super) caps: Vec<Take>,
}

/// Reads one record from its whole bytes; the checksum is the caller's to look at.
pub(super) fn read(raw: &[u8]) -> Read<Record> {
    let mut input = Input::new(raw);
    let (_length, _crc, lsn) = (input.u32()?, input.u32()?, input.u64()?);
    let (at_us, date, kind, version) = (input.i64()?, input.i32()?, input.u8()?, input.u8()?);
    let body = body(kind, version, &mut input).and_then(|body| input.end().map(|()| body));
    let body = body.map_err(|flaw| format!("record {lsn} of kind {kind}, version {version}: {flaw}"))?;
    Ok(Record { lsn, at_us, date, body, raw: raw.to_vec() })
}

fn body(kind: u8, version: u8, input: &mut Input<'_>) -> Read<Body> {
    let known = match kind {
        2 | 5 => 1..=3,
        13 => 1..=2,
        1..=22 => 1..=1,
        _ => return Err("a kind that this auditor has not learned to read".to_owned()),
    };
    if !known.contains(&version) {
        return Err("a version that this auditor has not learned to read".to_owned());
    }
    Ok(match kind {
        1 => {
            let incarnation = input.u32()?;
            let _node = input.u16()?;
            let rules = input.array()?;
            input.text(32)?;
            Body::Opened { incarnation, rules }
        }
        2 => Body::Intent(Box::new(intent(input, version)?)),
        3 => Body::Granted(outcome(input)?),
        4 => Body::Declined(outcome(input)?),
        5 => Body::Refused(Box::new(refused(input, version)?)),
        6 => Body::FullPrice(outcome(input)?),
        7 => {
            let intent = input.u64()?;
            input.one_of("cause of doubt", 1..=4)?;
            Body::InDoubt { intent }
        }
        8 => Body::Released { intent: input.u64()?, cause: input.one_of("cause of release", 1..=6)? },
        9 => Body::ReversalAsked { origin: origin(input)?, intent: input.u64()?, amount: input.u64()? },
        10 => Body::Reversed(reversal(input)?),
        11 => Body::ReversalRefused(reversal(input)?),
        12 => Body::Tombstone { origin: origin(input)?, original: input.array()? },
        13 => {
            let sale = Box::new(intent(input, version + 1)?);
            Body::Quoted { sale, expires_us: input.i64()? }
        }
        14 => Body::ReturnAsked(Box::new(return_asked(input)?)),
        15 => Body::Returned(reversal(input)?),
        16 => Body::ReturnRefused(reversal(input)?),
        17 => Body::GaveBack { asked: input.u64()?, intent: input.u64()?, caps: input.list(34, take)? },
        18 => {
            let (target, order) = (input.u64()?, input.one_of("order", 1..=3)?);
            Body::QueueOrdered { target, order, maker: input.text(32)?, checker: input.text(32)? }
        }
        19 => {
            let rules = input.array()?;
            input.one_of("cause of a change of rules", 1..=3)?;
            two_people(input)?;
            Body::RulesChanged { rules }
        }
        _ => Body::Claim(claim(kind, input)?),
    })
}

fn origin(input: &mut Input<'_>) -> Read<Origin> {
    let (link, key, _content) = (input.text(24)?, input.array()?, input.bytes(8)?);
    let (terminal, merchant, stan) = (input.text(8)?, input.text(15)?, input.u32()?);
    let (_rrn, transmission, acquirer, card) = (input.text(12)?, input.text(10)?, input.text(11)?, input.array()?);
    Ok(Origin { link, key, terminal, merchant, stan, transmission, acquirer, card })
}

fn intent(input: &mut Input<'_>, version: u8) -> Read<Intent> {
    let (origin, grant) = (origin(input)?, input.u64()?);
    let (person, qualification) = (input.array()?, input.text(32)?);
    let (trade_in, bank_promotion) = (input.u64()?, input.u64()?);
    let (_campaign, rules) = (input.text(32)?, input.array()?);
    let (gross, discount, net, _district) = (input.u64()?, input.u64()?, input.u64()?, input.text(6)?);
    let items = input.list(8, |input| {
        let (gtin, quantity, unit_price) = plain_item(input)?;
        let (_category, _grade) = (input.text(24)?, input.option(Input::u8)?);
        Ok(Item { gtin, quantity, unit_price, discount: input.u64()? })
    })?;
    let (sponsors, caps) = (input.list(4, sponsor)?, input.list(34, take)?);
    let mut quote = None;
    if version >= 2 {
        let limits = input.list(34, limit)?;
        if limits.len() != caps.len() {
            return Err(format!("{} limits of {} caps", limits.len(), caps.len()));
        }
        quote = input.option(Input::u64)?;
        recall(input)?;
    }
    if version >= 3 {
        input.text(6)?;
        input.option(Input::u16)?;
        input.one_of("advancer", 1..=2)?;
        input.list(4, |input| {
            input.one_of("kind of coupon", 1..=3)?;
            input.text(15)?;
            input.text(32).map(drop)
        })?;
    }
    Ok(Intent {
        origin,
        grant,
        rules,
        person,
        qualification,
        trade_in,
        bank_promotion,
        gross,
        discount,
        net,
        items,
        sponsors,
        caps,
        quote,
    })
}

fn plain_item(input: &mut Input<'_>) -> Read<(u64, u32, u64)> {
    let item = (input.u64()?, input.u32()?, input.u64()?);
    input.text(40)?;
    Ok(item)
}

fn sponsor(input: &mut Input<'_>) -> Read<(String, u64)> {
    Ok((input.text(24)?, input.u64()?))
}

fn refused(input: &mut Input<'_>, version: u8) -> Read<Refused> {
    let origin = origin(input)?;
    let (_campaign, _rules, _amount) = (input.text(32)?, input.bytes(8)?, input.u64()?);
    input.list(8, plain_item)?;
    let (answer, _bound) = (answer(input)?, input.text(80)?);
    if version >= 2 {
        input.option(|input| {
            cap(input)?;
            limit(input)?;
            input.bytes(8 + 8 + 4 + 4).map(drop)
        })?;
    }
    if version >= 3 {
        input.option(|input| {
            input.bytes(16)?;
            input.text(32)?;
            input.text(6)?;
            input.option(Input::u16)?;
            input.bytes(8 + 8).map(drop)
        })?;
    }
    Ok(Refused { origin, answer })
}

fn outcome(input: &mut Input<'_>) -> Read<Outcome> {
    Ok(Outcome { intent: input.u64()?, answer: answer(input)? })
}

fn reversal(input: &mut Input<'_>) -> Read<Reversal> {
    Ok(Reversal { asked: input.u64()?, intent: input.u64()?, answer: answer(input)? })
}

fn return_asked(input: &mut Input<'_>) -> Read<ReturnAsked> {
    let (origin, intent, of) = (origin(input)?, input.u64()?, input.option(Input::u64)?);
    let (way, _as_sent) = (input.one_of("way of a return", 1..=3)?, input.u64()?);
    let asked = ReturnAsked {
        origin,
        intent,
        of,
        way,
        gross: input.u64()?,
        discount: input.u64()?,
        net: input.u64()?,
        sponsors: input.list(4, sponsor)?,
        caps: input.list(34, take)?,
    };
    recall(input)?;
    Ok(asked)
}

fn answer(input: &mut Input<'_>) -> Read<Answer> {
    let code = String::from_utf8_lossy(input.bytes(4)?).into_owned();
    let (response_code, _rrn, _authorisation) = (input.text(3)?, input.text(12)?, input.text(6)?);
    input.list(512, Input::u8)?;
    Ok(Answer { code, response_code })
}

fn limit(input: &mut Input<'_>) -> Read<()> {
    input.option(Input::u64)?;
    input.option(Input::u32).map(drop)
}

fn recall(input: &mut Input<'_>) -> Read<()> {
    input.list(384, Input::u8)?;
    input.option(|input| {
        input.bytes(4 + 12)?;
        input.list(40, Input::u8).map(drop)
    })?;
    Ok(())
}

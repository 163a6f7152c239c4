//! Does a step: sends it, waits for the answer, looks at what the issuer got and at what the budget holds then.

use super::admin::Admin;
use super::directory::CATALOGUE;
use super::error::DemoError;
use super::host::{DIALECT, Host};
use super::row::{Asked, Row, Told};
use super::script::{self, BUDGET, Purchase, SAME, Sends, Step};
use super::switch::Switch;
use lijian_codecs::Mti;
use lijian_load::issuer::{Card, Observations, Outcome, Seen};
use lijian_load::till::{Answer, Request, Sale, Till, TillError};
use std::collections::BTreeMap;
use std::time::Duration;

/// Longer than the switch lets any till wait.
const PATIENCE: Duration = Duration::from_secs(30);
/// The acquiring institution of the till's host.
const ACQUIRER: &str = "48025840";
/// Reversals have trace numbers of their own, after those of the sales.
const REVERSAL_STAN: u32 = 900_000;

/// Field 3 of a void or refund.
const RETURN: &[u8] = b"200000";

/// What a step is about, for people.
pub(super) struct About {
    /// The link that the till uses.
    pub(super) link: &'static str,
    /// The card, masked.
    pub(super) card: String,
    /// The product as the library names it.
    pub(super) product: String,
    /// Message type that is sent.
    pub(super) mti: String,
    /// Field 4 that is sent, in fen.
    pub(super) amount: u64,
}

/// What the tills paid, by their own sockets, in fen.
#[derive(Clone, Copy, Default)]
pub(super) struct Paid {
    /// Sum of the approved sales, less what was reversed, voided or refunded.
    pub(super) standing: u64,
    /// Sum of the sales that were answered with 98, as the issuer was asked for them.
    pub(super) in_doubt: u64,
}

/// A sale that was sent, and what came back.
struct Sent {
    purchase: Purchase,
    request: Request,
    answer: Answer,
}

/// Two tills, one on each link, and everything that they did.
pub(super) struct Player<'d> {
    tills: BTreeMap<&'static str, Till>,
    observations: &'d Observations,
    admin: &'d Admin,
    sent: BTreeMap<usize, Sent>,
    paid: Paid,
}

impl<'d> Player<'d> {
    /// Connects the tills.
    pub(super) async fn start(host: &'d Host, switch: &Switch, admin: &'d Admin) -> Result<Self, DemoError> {
        let failed = |source| DemoError::Till { step: 0, source };
        let ascii = Till::connect(switch.acquirer("ascii")?, DIALECT).await.map_err(failed)?;
        let pos = Till::connect(switch.acquirer("pos")?, "unionpay-pos").await.map_err(failed)?;
        let tills = BTreeMap::from([("ascii", ascii), ("pos", pos)]);
        let (sent, paid) = (BTreeMap::new(), Paid::default());
        Ok(Self { tills, observations: host.observations(), admin, sent, paid })
    }

    /// What the tills paid up to now.
    pub(super) fn paid(&self) -> Paid {
        self.paid
    }

    /// The retrieval reference number that a step's answer brought.
    pub(super) fn rrn(&self, step: usize) -> Option<String> {
        self.sent.get(&step).map(|sent| sent.answer.text(37)).filter(|rrn| !rrn.is_empty())
    }

    /// What a step is about.
    pub(super) fn about(&self, step: &Step) -> Result<About, DemoError> {
        let (purchase, request) = self.request(step)?;
        let product = match purchase.gtin {
            None => "no items".to_owned(),
            Some(gtin) => product(gtin).unwrap_or_else(|| format!("{gtin}, unknown")),
        };
        let card = Card::from_digits(purchase.card.as_bytes()).map(|card| card.to_string()).unwrap_or_default();
        let amount = request.fields.get(&4).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        Ok(About { link: purchase.link, card, product, mti: request.mti.to_string(), amount: amount.unwrap_or(0) })
    }

    /// Plays a step.
    pub(super) async fn play(&mut self, step: &Step) -> Result<Row, DemoError> {
        let (purchase, request) = self.request(step)?;
        let before = self.observations.seen().last().map_or(0, |seen| seen.order);
        let failed = |source| DemoError::Till { step: step.number, source };
        let till = self.tills.get_mut(purchase.link).ok_or_else(|| failed(TillError::Closed))?;
        let answer = till.ask(&request, PATIENCE).await.map_err(failed)?;
        let silent = matches!(step.sends, Sends::Sale(_)) && answer.text(39) == "98";
        if silent {
            self.admin.until_queue_is_empty().await?;
        }
        let (own, asked): (Vec<Seen>, Vec<Seen>) =
            self.observations.seen_since(before).into_iter().partition(|seen| silent && seen.mti.is_reversal());
        let asked: Vec<&Seen> = asked.iter().filter(|seen| seen.outcome != Outcome::Network).collect();
        let mut told = told(&answer);
        told.remark = own.first().map(|seen| script::reversal(&seen.mti.to_string(), seen.amount_minor, seen.outcome));
        match step.sends {
            Sends::Sale(_) | Sends::OnQuote(_) if own.is_empty() => self.count(&answer, &asked),
            // Taken back, as the issuer's own books say in the end.
            Sends::Sale(_) | Sends::OnQuote(_) => {}
            // Nobody pays for a price.
            Sends::Quote(_) => {}
            Sends::Repeat(of) => told.remark = Some(self.sameness(of, &answer)),
            Sends::Void(of) | Sends::Reversal(of) if told.response_code == "00" => {
                let earlier = self.sent.get(&of);
                let net = earlier.and_then(|sent| sent.answer.amount_minor()).unwrap_or(0);
                // Reversing a void, the card pays again.
                let is_void = earlier.is_some_and(|sent| processing_code(&sent.request) == RETURN);
                let standing = self.paid.standing;
                self.paid.standing = if is_void { standing.saturating_add(net) } else { standing.saturating_sub(net) };
            }
            Sends::Refund(_, amount) if told.response_code == "00" => {
                self.paid.standing = self.paid.standing.saturating_sub(amount);
            }
            Sends::Void(_) | Sends::Reversal(_) | Sends::Refund(..) => {}
        }
        let row = Row { asked: issuer_saw(&asked), told, budget: self.admin.budget(BUDGET)? };
        self.sent.insert(step.number, Sent { purchase, request, answer });
        Ok(row)
    }

    fn request(&self, step: &Step) -> Result<(Purchase, Request), DemoError> {
        let stan = u32::try_from(step.number).unwrap_or(0);
        let earlier = |of: &usize| {
            let missing = || DemoError::Example(format!("step {} needs step {of} before it", step.number));
            self.sent.get(of).ok_or_else(missing)
        };
        let dialect = |link| {
            let missing = || DemoError::Example(format!("no till on the link {link}"));
            self.tills.get(link).map(Till::dialect).ok_or_else(missing)
        };
        let written = |purchase: &Purchase, sale: Sale| {
            let too_long = |error| DemoError::Example(format!("step {}: {error}", step.number));
            sale.request(dialect(purchase.link)?).map_err(too_long)
        };
        match &step.sends {
            Sends::Sale(purchase) => Ok((*purchase, written(purchase, sale(purchase, stan))?)),
            Sends::Quote(purchase) => {
                let request = written(purchase, sale(purchase, stan))?.with(3, "380000");
                Ok((*purchase, Request { mti: Mti::parse("0100").unwrap_or(request.mti), ..request }))
            }
            Sends::OnQuote(of) => {
                let Sent { purchase, answer, .. } = earlier(of)?;
                let net = answer.amount_minor().unwrap_or(0);
                let tags = answer.tag(*b"84").map(|id| (*b"84", id)).into_iter().collect();
                let sale = Sale { amount_minor: net, tags, ..sale(purchase, stan) };
                Ok((*purchase, written(purchase, sale)?.with(55, chip(net))))
            }
            Sends::Repeat(of) => earlier(of).map(|sent| (sent.purchase, sent.request.clone())),
            Sends::Reversal(of) => {
                let sent = earlier(of)?;
                let reversal = sent.request.reversal(dialect(sent.purchase.link)?, REVERSAL_STAN + stan);
                Ok((sent.purchase, reversal))
            }
            Sends::Void(of) => {
                let sent = earlier(of)?;
                Ok((sent.purchase, sent.request.void(dialect(sent.purchase.link)?, stan)))
            }
            Sends::Refund(of, amount) => {
                let sent = earlier(of)?;
                Ok((sent.purchase, sent.request.refund(dialect(sent.purchase.link)?, stan, *amount)))
            }
        }
    }

    fn count(&mut self, answer: &Answer, asked: &[&Seen]) {
        match answer.text(39).as_str() {
            "00" => self.paid.standing += answer.amount_minor().unwrap_or(0),
            "98" => self.paid.in_doubt += asked.iter().filter_map(|seen| seen.amount_minor).sum::<u64>(),
            _ => {}
        }
    }

    fn sameness(&self, of: usize, answer: &Answer) -> String {
        let first = self.sent.get(&of).map(|sent| &sent.answer.tags);
        let same = first == Some(&answer.tags) && answer.tag(*b"84").is_some();
        if same { SAME.to_owned() } else { format!("other tags than those of step {of}") }
    }
}

fn sale(purchase: &Purchase, stan: u32) -> Sale {
    let mut tags = Vec::new();
    if let Some(gtin) = purchase.gtin {
        tags.push((*b"01", gtin.to_owned()));
        tags.push((*b"03", purchase.unit_price.to_string()));
        tags.extend(purchase.district.map(|district| (*b"06", district.to_owned())));
    }
    Sale {
        card: purchase.card.to_owned(),
        amount_minor: purchase.amount,
        stan,
        terminal: "DEMO0001".to_owned(),
        merchant: purchase.merchant.to_owned(),
        acquirer: ACQUIRER.to_owned(),
        // One minute for each step, as the till's own clock says it.
        local_time: format!("24100110{:02}00", stan.saturating_add(5)),
        batch: 1,
        tags,
    }
}

fn processing_code(request: &Request) -> &[u8] {
    request.fields.get(&3).map(Vec::as_slice).unwrap_or_default()
}

/// What a chip says: the amount that it signed (9F02, six bytes of two digits) and its cryptogram (9F26).
fn chip(amount: u64) -> Vec<u8> {
    let digits = format!("{amount:012}").into_bytes();
    let pairs = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | (digit - b'0')));
    [0x9f, 0x02, 6].into_iter().chain(pairs).chain([0x9f, 0x26, 8, 1, 2, 3, 4, 5, 6, 7, 8]).collect()
}

fn told(answer: &Answer) -> Told {
    let tag = |tag| answer.tag(tag);
    Told {
        mti: answer.mti.to_string(),
        response_code: answer.text(39),
        decision: tag(*b"82"),
        amount: answer.amount_minor(),
        discount: tag(*b"81").and_then(|digits| digits.parse().ok()),
        bound: tag(*b"88"),
        remark: None,
    }
}

/// One request at most belongs to a step; more of them show as a type that is none.
fn issuer_saw(asked: &[&Seen]) -> Option<Asked> {
    let seen = asked.last()?;
    let mti = if asked.len() == 1 { seen.mti.to_string() } else { format!("{}x", asked.len()) };
    Some(Asked { mti, amount: seen.amount_minor, gross: seen.field54.as_deref().and_then(gross) })
}

/// The amount of the one group that field 54 holds: account type, amount type (2 digits each), currency (3), sign (1), amount
/// (12).
fn gross(field: &[u8]) -> Option<u64> {
    let digits = field.strip_prefix(b"0090156D").filter(|digits| digits.len() == 12)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The name in the library.
fn product(gtin: &str) -> Option<String> {
    let mut lines = csv::Reader::from_reader(CATALOGUE.as_bytes());
    let line = lines.records().map_while(Result::ok).find(|line| line.get(0) == Some(gtin))?;
    line.get(4).map(str::to_owned)
}

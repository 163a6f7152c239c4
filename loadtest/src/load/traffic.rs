//! What is sent, and how an answer is read.

use super::arrivals::Dice;
use super::template::Template;
use super::zipf::Zipf;
use crate::till::Sale;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::tags::locate;
use std::sync::Arc;

/// STANs of a terminal; then its link goes on as another terminal.
pub(super) const STANS: u32 = 999_999;
/// Terminals of a link.
const EPOCHS: u32 = 10_000;
/// Cards begin with these digits; ten more follow.
const ISSUER_NUMBER: u64 = 621_234;
const CARDS: u64 = 10_000_000_000;

/// Goods that are sold, each time one of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goods {
    /// GTIN; none for a sale that is not subsidised.
    pub gtin: Option<String>,
    /// What it costs, in minor units.
    pub price_minor: u64,
    /// How often it is sold beside the others.
    pub weight: u32,
}

/// Who comes how often: by Zipf's law the one of rank `n` comes in proportion to `n ^ -exponent`. Exponents are 0 (all alike) to 10.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Skew {
    /// How many cards there are, and their exponent; none: each sale has a card of its own, so that nobody's allowance binds.
    pub persons: Option<(u32, f64)>,
    /// Of the merchants, in their order.
    pub merchants: f64,
    /// Of the goods, in their order, in place of their weights.
    pub goods: Option<f64>,
}

/// Everything that decides what is sent.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// How messages are written.
    pub dialect: Arc<Dialect>,
    /// How frames begin.
    pub frame: FrameFormat,
    /// At least one.
    pub goods: Vec<Goods>,
    /// Field 42, one of them drawn for each sale; at least one.
    pub merchants: Vec<String>,
    /// Field 32.
    pub acquirer: String,
    /// Who comes how often.
    pub skew: Skew,
    /// The first card's last ten digits; the next sale takes the next card, or one of those that follow ([`Skew::persons`]).
    pub first_card: u64,
    /// What the dice begin with.
    pub seed: u64,
    /// Each link begins with this one of its terminals (0 to 9,999), so that a load repeats nothing of one before it.
    pub first_terminal: u32,
}

/// Frames in the making.
pub(super) struct Sender {
    /// With how many sales of its goods in all and below it.
    templates: Vec<(u64, Vec<Template>)>,
    weights: u64,
    goods: Option<Zipf>,
    merchants: Zipf,
    persons: Option<Zipf>,
    next_card: u64,
    first_terminal: u32,
    dice: Dice,
}

/// An answer, as much of it as is counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answered {
    pub(super) stan: u32,
    /// The result code is 00 (or 000).
    pub(super) approved: bool,
    /// Field 4.
    pub(super) amount_minor: u64,
    /// Tag 81.
    pub(super) discount_minor: u64,
    /// Field 37.
    pub(super) rrn: [u8; 12],
    /// Tag 84; zeros where there is none.
    pub(super) grant: [u8; 16],
}

impl Sender {
    /// None where a message cannot be written in this dialect.
    pub(super) fn new(traffic: &Traffic) -> Option<Self> {
        let mut weights = 0;
        let mut templates = Vec::new();
        for goods in &traffic.goods {
            weights += u64::from(goods.weight);
            let of_merchants = traffic.merchants.iter().map(|merchant| template(traffic, goods, merchant));
            templates.push((weights, of_merchants.collect::<Option<Vec<_>>>()?));
        }
        let (next_card, first_terminal, dice) = (traffic.first_card, traffic.first_terminal, Dice::new(traffic.seed));
        let ranks = |of: usize, exponent| Zipf::new(u32::try_from(of).unwrap_or(u32::MAX), exponent);
        let Skew { persons, merchants, goods } = traffic.skew;
        // An exponent that no law has makes no traffic.
        let goods = goods.map(|exponent| ranks(templates.len(), exponent).ok_or(()));
        let persons = persons.map(|(persons, exponent)| Zipf::new(persons, exponent).ok_or(()));
        let (goods, persons) = (goods.transpose().ok()?, persons.transpose().ok()?);
        let merchants = ranks(traffic.merchants.len(), merchants)?;
        let sender = Self { templates, weights, goods, merchants, persons, next_card, first_terminal, dice };
        (weights > 0).then_some(sender)
    }

    /// Appends a sale of this link's terminal.
    pub(super) fn put(&mut self, link: usize, number: u32, out: &mut Vec<u8>) -> u32 {
        let (stan, epoch) = (number % STANS + 1, (self.first_terminal.wrapping_add(number / STANS)) % EPOCHS);
        let place = match &self.goods {
            Some(goods) => goods.place(&mut self.dice),
            None => {
                let drawn = self.dice.below(self.weights);
                self.templates.partition_point(|(below, _)| *below <= drawn)
            }
        };
        let merchant = self.merchants.place(&mut self.dice);
        let card = match &self.persons {
            Some(persons) => self.next_card + u64::try_from(persons.place(&mut self.dice)).unwrap_or(0),
            None => {
                self.next_card = self.next_card.wrapping_add(1);
                self.next_card.wrapping_sub(1)
            }
        };
        let Some(template) = self.templates.get_mut(place).and_then(|(_, templates)| templates.get_mut(merchant))
        else {
            return stan;
        };
        template.set(2, ISSUER_NUMBER * CARDS + card % CARDS);
        template.set(11, stan.into());
        template.set(41, u64::try_from(link).unwrap_or(0) * u64::from(EPOCHS) + u64::from(epoch));
        out.extend_from_slice(template.frame());
        stan
    }
}

fn template(traffic: &Traffic, goods: &Goods, merchant: &str) -> Option<Template> {
    let tags = goods.gtin.iter().flat_map(|gtin| [(*b"01", gtin.clone()), (*b"03", goods.price_minor.to_string())]);
    let sale = Sale {
        card: format!("{ISSUER_NUMBER}{:010}", 0),
        amount_minor: goods.price_minor,
        stan: 1,
        terminal: "00000000".to_owned(),
        merchant: merchant.to_owned(),
        acquirer: traffic.acquirer.clone(),
        local_time: "241001100500".to_owned(),
        batch: 1,
        tags: tags.collect(),
    };
    let mut payload = Vec::new();
    sale.request(&traffic.dialect).ok()?.write(&traffic.dialect, &mut payload).ok()?;
    Template::new(&traffic.dialect, &traffic.frame, &payload, &[2, 11, 41])
}

/// Reads an answer; none where it is no message of the dialect, or answers nothing that was sent.
pub(super) fn read(dialect: &Dialect, payload: &[u8], index: &mut FieldIndex) -> Option<Answered> {
    let view = parse(dialect, payload, index).ok()?;
    let stan = u32::try_from(view.digits_u64(11)?).ok()?;
    let mut buffer = [0; 999];
    let result = view.text(39, &mut buffer)?;
    let mut answered = Answered { stan, approved: result.iter().all(|digit| *digit == b'0'), ..Answered::default() };
    answered.amount_minor = view.digits_u64(4).unwrap_or(0);
    if let Some(rrn) = view.text(37, &mut buffer) {
        copy(rrn, &mut answered.rrn);
    }
    if let Ok(Some(located)) = locate(&view, dialect.semantics().subsidy, &mut buffer) {
        for tag in located.run.flatten() {
            match &tag.tag {
                b"81" => answered.discount_minor = digits(tag.value),
                b"84" => copy(tag.value, &mut answered.grant),
                _ => {}
            }
        }
    }
    Some(answered)
}

fn copy(from: &[u8], to: &mut [u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

fn digits(text: &[u8]) -> u64 {
    text.iter()
        .filter(|byte| byte.is_ascii_digit())
        .fold(0, |sum: u64, byte| sum.saturating_mul(10).saturating_add(u64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// How often each value of a field was sent, of 6,000 messages.
    fn sent(skew: Skew, field: u8) -> BTreeMap<u64, u32> {
        let dialect = Arc::new(Dialect::shipped("iso87-ascii").unwrap().unwrap());
        let goods = |price_minor, weight| Goods { gtin: None, price_minor, weight };
        let traffic = Traffic {
            dialect: Arc::clone(&dialect),
            frame: FrameFormat::default(),
            goods: vec![goods(100, 1), goods(200, 1), goods(300, 4)],
            merchants: vec!["1".to_owned(), "2".to_owned()],
            acquirer: "48020000".to_owned(),
            skew,
            first_card: 40,
            seed: 3,
            first_terminal: 0,
        };
        let (mut sender, mut counts) = (Sender::new(&traffic).unwrap(), BTreeMap::new());
        for number in 0..6_000 {
            let mut frame = Vec::new();
            sender.put(0, number, &mut frame);
            let mut index = FieldIndex::new();
            let view = parse(&dialect, &frame[2..], &mut index).unwrap();
            let mut buffer = [0; 99];
            let text = view.text(field, &mut buffer).unwrap();
            *counts.entry(digits(text)).or_default() += 1;
        }
        counts
    }

    #[test]
    fn whose_turn_it_is_follows_the_skew() {
        let about = |count: u32, expected: u32| count.abs_diff(expected) < expected / 10;
        let alike = Skew::default();
        assert_eq!(sent(alike, 2).len(), 6_000, "a card for each");
        assert!(sent(alike, 42).values().all(|count| about(*count, 3_000)));
        assert!(about(sent(alike, 4)[&300], 4_000), "by weight");
        let skew = Skew { persons: Some((3, 1.0)), merchants: 2.0, goods: Some(0.0) };
        // 1 to 1/2 to 1/3; 1 to 1/4.
        let cards = sent(skew, 2);
        let first = ISSUER_NUMBER * CARDS + 40;
        assert_eq!(cards.keys().copied().collect::<Vec<_>>(), [first, first + 1, first + 2]);
        assert!(about(cards[&first], 3_273) && about(cards[&(first + 2)], 1_091), "{cards:?}");
        assert!(about(sent(skew, 42)[&1], 4_800));
        assert!(sent(skew, 4).values().all(|count| about(*count, 2_000)), "in place of weights");
    }
}

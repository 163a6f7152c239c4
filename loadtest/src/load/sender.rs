//! Frames in the making: of each kind a template for each merchant, and of sales for each of the goods.

use super::arrivals::Dice;
use super::kind::{Kind, Mix};
use super::link::{Asked, Original};
use super::template::Template;
use super::traffic::{Goods, Skew, Traffic};
use super::zipf::Zipf;
use crate::till::{Request, Sale};
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use std::sync::Arc;

/// STANs of a terminal; then its link goes on as another terminal.
const STANS: u32 = 999_999;
/// Terminals of a link.
const EPOCHS: u32 = 10_000;
/// Cards begin with these digits; ten more follow.
const ISSUER_NUMBER: u64 = 621_234;
const CARDS: u64 = 10_000_000_000;

/// See the file.
pub(super) struct Sender {
    /// With how many sales of its goods in all and below it.
    sales: Vec<(u64, Vec<Pair>)>,
    prices: Vec<u64>,
    weights: u64,
    mix: Mix,
    goods: Option<Zipf>,
    merchants: Zipf,
    persons: Option<Zipf>,
    /// Reversal, void and refund of each merchant.
    follow_ups: Vec<[Pair; 3]>,
    frame: FrameFormat,
    reversal_keeps_stan: bool,
    next_card: u64,
    first_terminal: u32,
    dice: Dice,
}

/// A message, and the same of the type that says it is sent again.
struct Pair {
    first: Template,
    again: Template,
}

impl Pair {
    fn template(&mut self, again: bool) -> &mut Template {
        if again { &mut self.again } else { &mut self.first }
    }
}

impl Sender {
    /// None where a message cannot be written in this dialect.
    pub(super) fn new(traffic: &Traffic, recovers: bool) -> Option<Self> {
        let mut weights = 0;
        let mut sales = Vec::new();
        for goods in &traffic.goods {
            weights += u64::from(goods.weight);
            let of_merchants = traffic.merchants.iter().map(|merchant| {
                let sale = sale(traffic, goods, merchant)?;
                pair(traffic, &sale, &sale.repeat(), false)
            });
            sales.push((weights, of_merchants.collect::<Option<Vec<_>>>()?));
        }
        let follow_ups = match traffic.mix.follows_up() || recovers {
            true => traffic.merchants.iter().map(|merchant| follow_ups(traffic, merchant)).collect::<Option<_>>()?,
            false => Vec::new(),
        };
        let (next_card, first_terminal, dice) = (traffic.first_card, traffic.first_terminal, Dice::new(traffic.seed));
        let ranks = |of: usize, exponent| Zipf::new(u32::try_from(of).unwrap_or(u32::MAX), exponent);
        let Skew { persons, merchants, goods } = traffic.skew;
        // An exponent that no law has makes no traffic.
        let goods = goods.map(|exponent| ranks(sales.len(), exponent).ok_or(()));
        let persons = persons.map(|(persons, exponent)| Zipf::new(persons, exponent).ok_or(()));
        let (goods, persons) = (goods.transpose().ok()?, persons.transpose().ok()?);
        let merchants = ranks(traffic.merchants.len(), merchants)?;
        let (mix, frame) = (traffic.mix, traffic.frame);
        let reversal_keeps_stan = traffic.dialect.semantics().reversal_keeps_stan;
        let prices = traffic.goods.iter().map(|goods| goods.price_minor).collect();
        let sender = Self {
            sales,
            prices,
            weights,
            mix,
            goods,
            merchants,
            persons,
            follow_ups,
            frame,
            reversal_keeps_stan,
            next_card,
            first_terminal,
            dice,
        };
        (weights > 0 && mix.total() > 0).then_some(sender)
    }

    /// What is sent next.
    pub(super) fn draw(&mut self) -> Kind {
        if !self.mix.follows_up() {
            return Kind::Sale;
        }
        let drawn = self.dice.below(self.mix.total());
        self.mix.at(drawn)
    }

    /// Field 41 and field 11 of a link's request of this number.
    fn numbered(&self, link: usize, number: u32) -> (u32, u32) {
        let epoch = self.first_terminal.wrapping_add(number / STANS) % EPOCHS;
        // Links are 10,000 at most.
        let link = u32::try_from(link).unwrap_or(0);
        (link.wrapping_mul(EPOCHS).wrapping_add(epoch), number % STANS + 1)
    }

    /// Appends a sale of this link's terminal, or what is none but looks like one.
    pub(super) fn put_sale(&mut self, kind: Kind, link: usize, number: u32, out: &mut Vec<u8>) -> Asked {
        let (terminal, stan) = self.numbered(link, number);
        let goods = match &self.goods {
            Some(goods) => goods.place(&mut self.dice),
            None => {
                let drawn = self.dice.below(self.weights);
                self.sales.partition_point(|(below, _)| *below <= drawn)
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
        let original = Original { terminal, stan, card, goods, merchant, ..Original::default() };
        let amount_minor = self.prices.get(goods).copied().unwrap_or(0);
        let at = out.len();
        self.put_again(&original, false, out);
        if kind == Kind::Bad {
            self.spoil(&original, at, out);
        }
        Asked { kind, terminal, stan, amount_minor, original, again: false }
    }

    /// Appends the sale that was sent before, of the type that says so or of its own.
    fn put_again(&mut self, original: &Original, again: bool, out: &mut Vec<u8>) {
        let Some((_, of_merchants)) = self.sales.get_mut(original.goods) else { return };
        let Some(pair) = of_merchants.get_mut(original.merchant) else { return };
        let template = pair.template(again);
        template.set(2, card_number(original.card));
        template.set(11, original.stan.into());
        template.set(41, original.terminal.into());
        out.extend_from_slice(template.frame());
    }

    /// Makes what stands behind `at` a message that cannot be read: by turns cut short, and with an amount that is no number.
    fn spoil(&self, original: &Original, at: usize, out: &mut Vec<u8>) {
        let payload_at = at + self.frame.header.bytes();
        if original.stan.is_multiple_of(2) {
            let payload = out.get(payload_at..).unwrap_or_default();
            let half = payload.get(..payload.len() / 2).unwrap_or_default().to_vec();
            out.truncate(at);
            // Half of a message fits where the message did.
            let _ = self.frame.write(&half, out);
            return;
        }
        let templates = self.sales.get(original.goods).and_then(|(_, templates)| templates.get(original.merchant));
        let amount = templates.and_then(|pair| pair.first.last_of(4)).and_then(|place| out.get_mut(at + place));
        if let Some(byte) = amount {
            // No digit as a character, nor as two nibbles.
            *byte = 0xff;
        }
    }

    /// Draws what is asked about an approved sale.
    pub(super) fn about(&mut self, kind: Kind, link: usize, number: u32, original: &Original) -> Asked {
        let (_, own_stan) = self.numbered(link, number);
        let price_minor = self.prices.get(original.goods).copied().unwrap_or(0);
        let amount_minor = match kind {
            // Every other refund is one of a part.
            Kind::Refund if self.dice.below(2) == 0 => self.dice.below(original.paid_minor) + 1,
            Kind::Refund => original.paid_minor,
            _ => price_minor,
        };
        let keeps_stan = kind == Kind::Repeat || (kind == Kind::Reversal && self.reversal_keeps_stan);
        let stan = if keeps_stan { original.stan } else { own_stan };
        let Original { terminal, .. } = *original;
        Asked { kind, terminal, stan, amount_minor, original: *original, again: kind == Kind::Repeat }
    }

    /// Whether the link's request of this number comes from the terminal of that sale.
    pub(super) fn is_of(&self, original: &Original, link: usize, number: u32) -> bool {
        self.numbered(link, number).0 == original.terminal
    }

    /// Appends what is asked about a sale.
    pub(super) fn put_about(&mut self, asked: &Asked, out: &mut Vec<u8>) {
        let original = &asked.original;
        let place = match asked.kind {
            Kind::Reversal => 0,
            Kind::Void => 1,
            Kind::Refund => 2,
            Kind::Sale | Kind::Repeat | Kind::Bad => return self.put_again(original, asked.again, out),
        };
        let of_merchant = self.follow_ups.get_mut(original.merchant);
        let Some(pair) = of_merchant.and_then(|follow_ups| follow_ups.get_mut(place)) else { return };
        let template = pair.template(asked.again);
        template.set(2, card_number(original.card));
        template.set(4, asked.amount_minor);
        template.set(11, asked.stan.into());
        template.set(41, asked.terminal.into());
        template.set_original(original.stan.into());
        out.extend_from_slice(template.frame());
    }
}

const fn card_number(card: u64) -> u64 {
    ISSUER_NUMBER * CARDS + card % CARDS
}

fn sale(traffic: &Traffic, goods: &Goods, merchant: &str) -> Option<Request> {
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
    sale.request(&traffic.dialect).ok()
}

fn follow_ups(traffic: &Traffic, merchant: &str) -> Option<[Pair; 3]> {
    let dialect: &Arc<Dialect> = &traffic.dialect;
    let plain = Goods { gtin: None, price_minor: 1, weight: 1 };
    let sale = sale(traffic, &plain, merchant)?;
    let about = |request: Request| pair(traffic, &request, &request.repeat(), true);
    Some([about(sale.reversal(dialect, 1))?, about(sale.void(dialect, 1))?, about(sale.refund(dialect, 1, 1))?])
}

fn pair(traffic: &Traffic, first: &Request, again: &Request, names_original: bool) -> Option<Pair> {
    let original = names_original.then(|| traffic.dialect.semantics().original.stan);
    let template = |request: &Request| {
        let mut payload = Vec::new();
        request.write(&traffic.dialect, &mut payload).ok()?;
        Template::new(&traffic.dialect, &traffic.frame, &payload, &[2, 4, 11, 41], original)
    };
    Some(Pair { first: template(first)?, again: template(again)? })
}
#[cfg(test)]
mod tests {
    use super::super::answer::digits;
    use super::*;
    use lijian_codecs::message::{FieldIndex, parse};
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
            mix: Mix::default(),
            skew,
            first_card: 40,
            seed: 3,
            first_terminal: 0,
        };
        let (mut sender, mut counts) = (Sender::new(&traffic, false).unwrap(), BTreeMap::new());
        for number in 0..6_000 {
            let mut frame = Vec::new();
            sender.put_sale(Kind::Sale, 0, number, &mut frame);
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

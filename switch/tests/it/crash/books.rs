//! What the tills asked, and what they were told.

use super::goods::Goods;
use lijian_load::till::{Answer, Request};
use std::collections::HashMap;

/// Terminal and trace number: they name a request, over all cycles.
pub(super) type Name = (String, u32);

/// One request of a till.
pub(super) struct Asked {
    pub(super) name: Name,
    pub(super) request: Request,
    pub(super) what: What,
    pub(super) told: Told,
    /// The final answer: the same request gets the same bytes for ever.
    pub(super) answer: Option<Box<Answer>>,
    /// In which run of the daemon a reversal was first said to be done.
    taken_back: Option<u64>,
    /// How often it was sent.
    pub(super) sent: u32,
}

/// What a request is for.
pub(super) enum What {
    Sale(Sale),
    /// Without items: it passes to the issuer and leaves no record.
    Plain,
    /// Takes back the sale at this place.
    Reversal(usize),
}

/// A sale with one item.
pub(super) struct Sale {
    pub(super) card: String,
    pub(super) goods: Goods,
    pub(super) price: u64,
    pub(super) serial: String,
    /// The request that takes it back, once there is one.
    pub(super) reversal: Option<usize>,
}

/// The last word that a till had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    Nothing,
    /// Try again: the same request may get anything.
    Again,
    /// Nobody knows: it must never become a grant.
    InDoubt,
    /// What [`Asked::answer`] says.
    Final,
    /// The reversal is done.
    TakenBack,
    /// The sale has a reversal: it is refused while that is under way, and for ever once it is done.
    ReversedFirst,
}

/// All requests, and how many of each kind of word came.
#[derive(Default)]
pub(super) struct Books {
    pub(super) asked: Vec<Asked>,
    places: HashMap<Name, usize>,
    /// How many times the daemon was started to be sold at.
    pub(super) run: u64,
    pub(super) counts: Counts,
}

/// What a run came to.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Counts {
    pub(super) sales: u64,
    pub(super) plain: u64,
    pub(super) answers: u64,
    pub(super) grants: u64,
    pub(super) declines: u64,
    pub(super) refusals: u64,
    pub(super) refusals_by_budget: u64,
    pub(super) in_doubt: u64,
    pub(super) try_again: u64,
    pub(super) repeats: u64,
    pub(super) same_bytes_again: u64,
    pub(super) reversals: u64,
    pub(super) reversals_done: u64,
    pub(super) reversals_unknown: u64,
    pub(super) kills_under_load: u64,
    pub(super) kills_while_draining: u64,
    pub(super) kills_while_starting: u64,
    pub(super) kills_just_ready: u64,
    pub(super) unanswered_at_kills: u64,
    pub(super) records: u64,
}

impl Books {
    pub(super) fn add(&mut self, name: Name, request: Request, what: What) -> usize {
        let place = self.asked.len();
        assert_eq!(self.places.insert(name.clone(), place), None, "{name:?} is used twice");
        match &what {
            What::Sale(_) => self.counts.sales += 1,
            What::Plain => self.counts.plain += 1,
            What::Reversal(_) => self.counts.reversals += 1,
        }
        if let What::Reversal(of) = what
            && let What::Sale(sale) = &mut self.asked[of].what
        {
            sale.reversal = Some(place);
        }
        self.asked.push(Asked { name, request, what, told: Told::Nothing, answer: None, taken_back: None, sent: 0 });
        place
    }

    pub(super) fn place(&self, name: &Name) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The sales, each with its place.
    pub(super) fn sales(&self) -> impl Iterator<Item = (&Asked, &Sale)> {
        self.asked.iter().filter_map(|asked| match &asked.what {
            What::Sale(sale) => Some((asked, sale)),
            What::Plain | What::Reversal(_) => None,
        })
    }

    /// Whether a till may want to ask this once more.
    pub(super) fn is_open(&self, place: usize) -> bool {
        let asked = &self.asked[place];
        match asked.what {
            What::Plain => false,
            What::Sale(_) | What::Reversal(_) => matches!(asked.told, Told::Nothing | Told::Again | Told::InDoubt),
        }
    }

    /// Takes an answer in; what contradicts an earlier one, or the price, is told.
    pub(super) fn hear(&mut self, answer: Answer) -> Result<usize, String> {
        let name = (answer.text(41).trim_end().to_owned(), answer.text(11).parse().unwrap());
        let place = self.place(&name).ok_or_else(|| format!("an answer to nothing: {answer:?}"))?;
        self.counts.answers += 1;
        let asked = &self.asked[place];
        let told = match &asked.what {
            What::Plain => Ok(Told::Again),
            What::Reversal(of) => hear_reversal(asked, &self.asked[*of], &answer),
            What::Sale(sale) => {
                let reversed = sale.reversal.and_then(|place| self.asked[place].taken_back);
                hear_sale(asked, sale, &answer, reversed.is_some_and(|run| run < self.run))
            }
        };
        let told = told.map_err(|finding| format!("{name:?}: {finding}: {answer:?}; told before: {:?}", asked.told))?;
        self.note(place, told, answer);
        Ok(place)
    }

    fn note(&mut self, place: usize, told: Told, answer: Answer) {
        let (counts, asked) = (&mut self.counts, &mut self.asked[place]);
        let before = std::mem::replace(&mut asked.told, told);
        match told {
            _ if matches!(asked.what, What::Plain) => {}
            Told::Again => counts.try_again += 1,
            Told::InDoubt => counts.in_doubt += u64::from(before != told),
            Told::TakenBack => {
                counts.reversals_done += u64::from(before != told);
                asked.taken_back.get_or_insert(self.run);
            }
            Told::Final if asked.answer.is_some() => counts.same_bytes_again += 1,
            Told::Final => {
                match answer.tag(*b"82").as_deref() {
                    Some("G000") => counts.grants += 1,
                    Some("N199") => counts.declines += 1,
                    Some("N106") => counts.refusals_by_budget += 1,
                    Some(_) => counts.refusals += 1,
                    None => counts.reversals_unknown += 1,
                }
                asked.answer = Some(Box::new(answer));
            }
            Told::Nothing | Told::ReversedFirst => {}
        }
    }
}

/// `reversed`: its reversal was acknowledged by an earlier run.
fn hear_sale(asked: &Asked, sale: &Sale, answer: &Answer, reversed: bool) -> Result<Told, String> {
    let code = answer.tag(*b"82").unwrap_or_default();
    if let Some(first) = &asked.answer {
        return match (code.as_str(), answer.text(39).as_str()) {
            ("N116", "22") if sale.reversal.is_some() => Ok(Told::ReversedFirst),
            _ if first.payload != answer.payload => Err("the same request got another answer".to_owned()),
            ("G000", _) if reversed => Err("granted again after its reversal".to_owned()),
            _ => Ok(Told::Final),
        };
    }
    match (code.as_str(), answer.text(39).as_str()) {
        // By its till, or by the switch that lost the answer of the issuer.
        ("N116", "22") => return Ok(Told::ReversedFirst),
        ("N199", "98") => return Ok(Told::InDoubt),
        _ if matches!(asked.told, Told::InDoubt | Told::ReversedFirst) => {
            return if code == "G000" { Err("granted after all".to_owned()) } else { Ok(asked.told) };
        }
        ("N190", "91") | ("", "96") => return Ok(Told::Again),
        ("G000", "00") => {
            let discount = sale.goods.discount(sale.price);
            let expected = (Some(discount.to_string()), Some(sale.price - discount));
            if (answer.tag(*b"81"), answer.amount_minor()) != expected || answer.tag(*b"84").is_none() {
                return Err(format!("expected discount and net amount {expected:?}"));
            }
        }
        ("N199", "51") | ("N105" | "N113", "65") | ("N106", "61") => {}
        _ => return Err("no such answer was expected".to_owned()),
    }
    Ok(Told::Final)
}

fn hear_reversal(asked: &Asked, sale: &Asked, answer: &Answer) -> Result<Told, String> {
    match answer.text(39).as_str() {
        "00" => Ok(Told::TakenBack),
        _ if asked.taken_back.is_some() => Err("a reversal that was done is not done".to_owned()),
        // The issuer never heard of a sale that the daemon died with.
        "25" if sale.answer.is_none() => Ok(Told::Final),
        "09" | "91" | "96" | "98" => Ok(Told::Again),
        _ => Err("no such answer was expected".to_owned()),
    }
}

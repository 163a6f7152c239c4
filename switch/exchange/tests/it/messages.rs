//! What tills and issuers of the tests say.

use crate::world::Fields;

/// A fridge of grade 1: 20 % off.
pub(crate) const FRIDGE: &str = "6901234567892";
pub(crate) const CARD: &str = "6217000000000000001";

/// One fridge at 2000 yuan.
pub(crate) fn sale(stan: u32) -> Fields {
    sale_of(stan, CARD, &format!("01013{FRIDGE}03006200000"), 200_000)
}

pub(crate) fn sale_of(stan: u32, card: &str, tags: &str, amount: u64) -> Fields {
    let merchant = "M00000000000001";
    Fields::from([
        (2, card.to_owned()),
        (3, "000000".to_owned()),
        (4, format!("{amount:012}")),
        (7, "1001040000".to_owned()),
        (11, format!("{stan:06}")),
        (32, "48020000".to_owned()),
        (41, "T0000001".to_owned()),
        (42, merchant.to_owned()),
        (48, tags.to_owned()),
        (49, "156".to_owned()),
    ])
}

/// What an issuer answers when it approves.
pub(crate) fn approval(asked: &Fields) -> Fields {
    answer_to(asked, "00")
}

pub(crate) fn answer_to(asked: &Fields, code: &str) -> Fields {
    let mut answer: Fields = asked
        .iter()
        .filter(|(field, _)| [2, 3, 4, 7, 11, 32, 41, 42, 49].contains(field))
        .map(|(f, v)| (*f, v.clone()))
        .collect();
    answer.insert(39, code.to_owned());
    if code == "00" {
        answer.insert(37, format!("2410010{}", &asked[&11][1..]));
        answer.insert(38, "A1B2C3".to_owned());
    }
    answer
}

/// A reversal of that sale, with its own trace number.
pub(crate) fn reversal_of(sale: &Fields, stan: u32, amount: u64) -> Fields {
    let mut reversal: Fields = sale
        .iter()
        .filter(|(field, _)| [2, 3, 7, 32, 41, 42, 49].contains(field))
        .map(|(f, v)| (*f, v.clone()))
        .collect();
    reversal.insert(4, format!("{amount:012}"));
    reversal.insert(11, format!("{stan:06}"));
    reversal.insert(90, format!("0200{}{}{:0>11}{:0>11}", sale[&11], sale[&7], sale[&32], 0));
    reversal
}

/// The value of a tag in a run, by an own reading of it.
pub(crate) fn tag(fields: &Fields, field: u8, tag: &str) -> Option<String> {
    let mut run = fields.get(&field)?.as_str();
    while run.len() >= 5 {
        let length: usize = run[2..5].parse().unwrap();
        if &run[..2] == tag {
            return Some(run[5..5 + length].to_owned());
        }
        run = &run[5 + length..];
    }
    None
}

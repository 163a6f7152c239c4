//! The registry of merchants: who is admitted, over which link, in which district, for which goods, and when.
//!
//! Built once, then only read. Every terminal of an admitted merchant is admitted, unless a list of its terminals says
//! otherwise; the black list stands over both.

mod admission;

pub use admission::{Admission, Bar, NotAdmitted, Terminal, TerminalTwice};

use crate::claims::place::Point;
use crate::ids::{CategoryId, DistrictCode, LinkName, MerchantId};
use crate::text::Text;
use crate::time::Validity;
use arrayvec::ArrayVec;
use foldhash::fast::FixedState;
use jiff::civil;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A merchant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merchant {
    /// DE42.
    pub id: MerchantId,
    /// The acquirer link that it is connected by; the same DE42 on another link is another merchant.
    pub link: LinkName,
    /// The business behind it.
    pub credit_code: CreditCode,
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub district: DistrictCode,
    /// What it may sell with a subsidy; none named: everything.
    pub categories: Box<[CategoryId]>,
    /// When it is admitted.
    pub validity: Validity,
    /// Where its door is; none where nobody said.
    pub location: Option<Point>,
    /// Which of its terminals are admitted, and from when on it is shut out.
    pub admission: Admission,
}

impl Merchant {
    /// Whether it may sell goods of this category with a subsidy.
    pub fn sells(&self, category: &CategoryId) -> bool {
        self.categories.is_empty() || self.categories.contains(category)
    }

    /// Whether it is admitted on this day.
    pub fn is_admitted(&self, day: civil::Date) -> bool {
        self.validity.contains(day)
    }
}

/// Unified social credit code (GB 32100-2015): 17 characters and a check character.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct CreditCode(Text<18>);

impl CreditCode {
    /// Digits, and letters without those that look like others (I, O, S, V, Z); a character's place is its value.
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// Reads 18 characters with a right check character: the values, weighted by the powers of 3, add up to a multiple of
    /// 31, the check character with weight 1.
    pub fn parse(text: &str) -> Option<Self> {
        let code: &[u8; 18] = text.as_bytes().try_into().ok()?;
        let value = |byte: &u8| Self::ALPHABET.iter().position(|letter| letter == byte);
        let values = code.iter().map(value).collect::<Option<ArrayVec<usize, 18>>>()?;
        let (check, body) = values.split_last()?;
        let weights = std::iter::successors(Some(1), |weight| Some(weight * 3 % 31));
        let sum: usize = body.iter().zip(weights).map(|(value, weight)| value * weight).sum();
        (sum + check).is_multiple_of(31).then(|| Text::new(text).ok()).flatten().map(Self)
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// The registry. Merchants come from the operator's files, so nobody can choose them to collide: a fast hash does.
#[derive(Clone, Debug, Default)]
pub struct Merchants(HashMap<(LinkName, MerchantId), Merchant, FixedState>);

impl Merchants {
    /// Adds a merchant, or gives it back where one of its link and id is there already.
    pub fn add(&mut self, merchant: Merchant) -> Result<(), Box<Merchant>> {
        match self.0.entry((merchant.link, merchant.id)) {
            Entry::Occupied(_) => Err(Box::new(merchant)),
            Entry::Vacant(place) => {
                place.insert(merchant);
                Ok(())
            }
        }
    }

    /// The merchant, whether admitted now or not.
    pub fn merchant(&self, link: LinkName, id: MerchantId) -> Option<&Merchant> {
        self.0.get(&(link, id))
    }

    /// The same, to complete it while the registry is made.
    pub fn merchant_mut(&mut self, link: LinkName, id: MerchantId) -> Option<&mut Merchant> {
        self.0.get_mut(&(link, id))
    }

    /// All merchants, to complete them while the registry is made.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Merchant> {
        self.0.values_mut()
    }

    /// All merchants, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = &Merchant> {
        self.0.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merchant_is_known_by_link_and_id() {
        let merchant = Merchant {
            id: MerchantId::new("103440358121001").unwrap(),
            link: LinkName::new("ascii").unwrap(),
            credit_code: CreditCode::parse("91350100M000100Y43").unwrap(),
            name: "shop".to_owned(),
            district: DistrictCode::parse("440305").unwrap(),
            categories: Box::new([CategoryId::new("phone").unwrap()]),
            validity: Validity::ALWAYS,
            location: None,
            admission: Admission::default(),
        };
        let mut merchants = Merchants::default();
        merchants.add(merchant.clone()).unwrap();
        assert!(merchants.add(merchant.clone()).is_err());
        assert_eq!(merchants.merchant(merchant.link, merchant.id), Some(&merchant));
        assert_eq!(merchants.merchant(LinkName::new("pos").unwrap(), merchant.id), None);
        assert!(merchant.sells(&CategoryId::new("phone").unwrap()) && !merchant.sells(&CategoryId::default()));
    }

    #[test]
    fn credit_codes_have_a_check_character() {
        // The worked example that is handed round with GB 32100-2015.
        assert_eq!(CreditCode::parse("91350100M000100Y43").unwrap().as_str(), "91350100M000100Y43");
        for wrong in
            ["91350100M000100Y44", "91350100M000100Y4", "91350100M000100Y430", "91350100I000100Y43", "", "一二三四五六"]
        {
            assert_eq!(CreditCode::parse(wrong), None, "{wrong}");
        }
    }
}

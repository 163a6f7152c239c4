//! The facts that a condition can name. Amounts are in fen.

use super::check::Kind;
use cel::common::types::{CelInt, CelString};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use lijian_domain::campaign::Facts;
use lijian_domain::money::MinorUnits;

/// A fact: its name, its type, what it says.
type Fact = (&'static str, Kind, for<'a> fn(&Facts<'a>) -> Told<'a>);

/// What a fact says; a number that is too large says nothing.
enum Told<'a> {
    Number(Option<i64>),
    Text(&'a str),
}

const FACTS: [Fact; 20] = [
    ("price", Kind::Number, |facts| money(facts.item.unit_price)),
    ("quantity", Kind::Number, |facts| Told::Number(Some(facts.item.quantity.into()))),
    ("discount", Kind::Number, |facts| money(facts.discount)),
    ("amount", Kind::Number, |facts| money(facts.request.amount)),
    ("trade_in", Kind::Number, |facts| money(facts.request.trade_in)),
    ("bank_promotion", Kind::Number, |facts| money(facts.request.bank_promotion)),
    ("filed_price", Kind::Number, |facts| money(facts.product.filed_price.unwrap_or(MinorUnits::ZERO))),
    ("category", Kind::Text, |facts| Told::Text(facts.product.category.as_str())),
    ("subtype", Kind::Text, |facts| Told::Text(facts.product.subtype.as_ref().map_or("", |subtype| subtype.as_str()))),
    ("grade", Kind::Number, |facts| Told::Number(Some(facts.product.grade.unwrap_or(0).into()))),
    ("brand", Kind::Text, |facts| Told::Text(facts.brand)),
    ("district", Kind::Text, |facts| Told::Text(facts.merchant.district.as_str())),
    ("merchant", Kind::Text, |facts| Told::Text(facts.merchant.id.as_str())),
    ("terminal", Kind::Text, |facts| Told::Text(facts.request.terminal.as_str())),
    ("link", Kind::Text, |facts| Told::Text(facts.request.link.as_str())),
    ("month", Kind::Number, |facts| Told::Number(Some(facts.local.month().into()))),
    ("day", Kind::Number, |facts| Told::Number(Some(facts.local.day().into()))),
    ("weekday", Kind::Number, |facts| Told::Number(Some(facts.local.weekday().to_monday_one_offset().into()))),
    ("hour", Kind::Number, |facts| Told::Number(Some(facts.local.hour().into()))),
    ("minute", Kind::Number, |facts| Told::Number(Some(facts.local.minute().into()))),
];

fn money(amount: MinorUnits) -> Told<'static> {
    Told::Number(i64::try_from(amount.get()).ok())
}

/// The type of a fact; none where there is no fact of this name.
pub(super) fn kind_of(name: &str) -> Option<Kind> {
    FACTS.iter().find(|(known, ..)| *known == name).map(|(_, kind, _)| *kind)
}

/// The names of all facts.
pub(super) fn names() -> String {
    FACTS.map(|(name, ..)| name).join(", ")
}

/// The facts of one item, found by their names.
pub(super) struct Named<'a>(pub(super) &'a Facts<'a>);

impl VariableResolver for Named<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        let (_, _, tell) = FACTS.iter().find(|(known, ..)| *known == name)?;
        match tell(self.0) {
            Told::Number(number) => number.map(|number| CowVal::owned(CelInt::from(number))),
            Told::Text(text) => Some(CowVal::owned(CelString::from(text))),
        }
    }
}

//! Whether somebody may claim: document, phone, name and place looked at, the order's amount, and at last the identity
//! provider asked. All that is wrong is told at once, except that the provider is asked about nobody who is refused anyway.

use super::people::{Closed, People, PersonHasher, Personal};
use super::provider::{Provider, Verdict, Why};
use jiff::civil::Date;
use lijian_domain::campaign::{Campaign, Category, Pack};
use lijian_domain::claims::identity::{IdentityError, IdentityNumber};
use lijian_domain::claims::name::{NameError, PersonName};
use lijian_domain::claims::phone::{PhoneError, PhoneNumber};
use lijian_domain::claims::place::{Fix, PlaceError, PlaceTerms};
use lijian_domain::money::MinorUnits;
use lijian_domain::time::Moment;
use std::fmt;

/// What somebody says who wants to claim. `Debug` shows none of it.
#[derive(Clone)]
pub struct Applicant {
    /// Of the identity document.
    pub id_number: String,
    /// Mobile number.
    pub phone: String,
    /// As it stands on the document.
    pub name: String,
    /// Where the phone is.
    pub fix: Option<Fix>,
    /// What is to be bought for, where that is known already.
    pub order_amount: Option<MinorUnits>,
}

impl fmt::Debug for Applicant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Applicant(..)")
    }
}

/// Why somebody may not claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The number is none.
    IdNumber(IdentityError),
    /// The phone is none.
    Phone(PhoneError),
    /// The name is none.
    Name(NameError),
    /// The place does not count.
    Place(PlaceError),
    /// Too many persons have this phone.
    PhoneShared,
    /// No goods of the pack are subsidised at this amount.
    OrderAmount,
    /// Name, document and phone do not belong together.
    Identity,
    /// Nobody can tell whether they do: later perhaps.
    IdentityUnknown(Why),
}

impl Reason {
    /// Its name for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdNumber(_) => "id-number",
            Self::Phone(_) => "phone",
            Self::Name(_) => "name",
            Self::Place(PlaceError::Missing) => "place-missing",
            Self::Place(PlaceError::NoAccuracy) => "place-without-accuracy",
            Self::Place(PlaceError::FromTheFuture) => "place-from-the-future",
            Self::Place(PlaceError::TooOld) => "place-too-old",
            Self::Place(PlaceError::TooCoarse) => "place-too-coarse",
            Self::Place(PlaceError::Outside) => "place-outside",
            Self::PhoneShared => "phone-shared",
            Self::OrderAmount => "order-amount",
            Self::Identity => "identity-mismatch",
            Self::IdentityUnknown(Why::NotKnown) => "identity-unknown",
            Self::IdentityUnknown(_) => "identity-not-checked",
        }
    }

    /// Whether the same may be admitted in a moment.
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::IdentityUnknown(why) if !matches!(why, Why::NotKnown))
    }
}

/// For people; nothing of what was said stands in it.
impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdNumber(error) => write!(formatter, "id_number: {error}"),
            Self::Phone(error) => write!(formatter, "phone: {error}"),
            Self::Name(error) => write!(formatter, "name: {error}"),
            Self::Place(PlaceError::Missing) => formatter.write_str("place: it must be known where the phone is"),
            Self::Place(PlaceError::NoAccuracy) => {
                formatter.write_str("place: how accurate it is must be said, in metres")
            }
            Self::Place(PlaceError::FromTheFuture) => formatter.write_str("place: its time is still to come"),
            Self::Place(PlaceError::TooOld) => formatter.write_str("place: it was taken too long ago"),
            Self::Place(PlaceError::TooCoarse) => formatter.write_str("place: it is not accurate enough"),
            Self::Place(PlaceError::Outside) => formatter.write_str("place: it is not certain to be inside the city"),
            Self::PhoneShared => formatter.write_str("phone: too many persons are registered with it"),
            Self::OrderAmount => formatter.write_str("order_amount: nothing of the pack is subsidised at this amount"),
            Self::Identity => formatter.write_str("name, document and phone do not belong to one person"),
            Self::IdentityUnknown(Why::NotKnown) => {
                formatter.write_str("the identity provider does not know this person")
            }
            Self::IdentityUnknown(_) => formatter.write_str("the identity cannot be checked at this moment: try again"),
        }
    }
}

/// Why there is no admission.
#[derive(Debug)]
pub enum Refused {
    /// All that is wrong.
    Reasons(Vec<Reason>),
    /// The switch cannot look.
    Closed(Closed),
}

/// What every claim is looked at with.
#[derive(Debug)]
pub struct Precheck {
    /// Where a consumer must be; none: anywhere.
    pub place: Option<PlaceTerms>,
    /// Persons that may share one phone.
    pub persons_per_phone_max: u16,
    /// Whom to ask.
    pub provider: Provider,
}

impl Applicant {
    /// What is said of the person, where all of it can be read on this day.
    pub fn personal(&self, hasher: &PersonHasher, today: Date) -> Option<Personal> {
        let number = IdentityNumber::parse(&self.id_number, today).ok()?;
        let (phone, name) = (PhoneNumber::parse(&self.phone).ok()?, PersonName::parse(&self.name).ok()?);
        Some(Personal { person: hasher.person(&number), phone_key: hasher.phone(&phone), number, phone, name })
    }
}

impl Precheck {
    /// Looks at somebody who wants to claim this pack. `monotonic_us` is a clock that never goes back.
    ///
    /// # Errors
    /// All reasons why not, or the switch cannot look.
    pub async fn admit(
        &self,
        applicant: &Applicant,
        wanted: (&Campaign, &Pack),
        people: &People,
        moment: &Moment,
        monotonic_us: impl Fn() -> u64,
    ) -> Result<Personal, Refused> {
        let mut reasons = Vec::new();
        let number = IdentityNumber::parse(&applicant.id_number, moment.local.date());
        let (phone, name) = (PhoneNumber::parse(&applicant.phone), PersonName::parse(&applicant.name));
        reasons.extend(number.as_ref().err().map(|error| Reason::IdNumber(*error)));
        reasons.extend(phone.as_ref().err().map(|error| Reason::Phone(*error)));
        reasons.extend(name.as_ref().err().map(|error| Reason::Name(*error)));
        let place = self.place.as_ref().map_or(Ok(()), |terms| terms.check(applicant.fix.as_ref(), moment.at));
        reasons.extend(place.err().map(Reason::Place));
        let wrong_amount = applicant.order_amount.is_some_and(|amount| !amount_fits(amount, wanted));
        reasons.extend(wrong_amount.then_some(Reason::OrderAmount));
        let (Ok(number), Ok(phone), Ok(name)) = (number, phone, name) else { return Err(Refused::Reasons(reasons)) };
        let (person, phone_key) = (people.hasher().person(&number), people.hasher().phone(&phone));
        let others = people.others_with(person, phone_key).await.map_err(Refused::Closed)?;
        reasons.extend((others >= self.persons_per_phone_max).then_some(Reason::PhoneShared));
        if !reasons.is_empty() {
            return Err(Refused::Reasons(reasons));
        }
        let personal = Personal { person, phone_key, number, phone, name };
        match self.provider.verify(&personal, monotonic_us).await {
            Verdict::Match => Ok(personal),
            Verdict::NoMatch => Err(Refused::Reasons(vec![Reason::Identity])),
            Verdict::Unknown(why) => Err(Refused::Reasons(vec![Reason::IdentityUnknown(why)])),
        }
    }
}

/// Whether goods of any category of the pack are subsidised at this final price.
fn amount_fits(amount: MinorUnits, (campaign, pack): (&Campaign, &Pack)) -> bool {
    let fits = |category: &Category| {
        category.price_min.is_none_or(|least| least <= amount) && category.price_max.is_none_or(|most| amount <= most)
    };
    let categories = pack.members.iter().flat_map(|member| member.categories.iter());
    categories.filter_map(|id| campaign.category(id)).any(fits)
}

#[cfg(test)]
mod tests;

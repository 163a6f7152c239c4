//! What a row of a table says of qualifications: which are claimed, by whom and when, and which one is shown at the till.

use jiff::civil::{DateTime, Time, time};
use std::collections::BTreeMap;

/// Persons whose row goes on where another row ended: a programme, the row, and whose person it is of.
const SAME_PERSON: [(&str, usize, usize); 1] = [("guangdong-2026-claimed", 7, 6)];
/// The hour of claims that a table does not name: those for goods bought before.
const BEFORE_HOUR: Time = time(10, 0, 0, 0);

/// A claim to be made.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// Which row it is of, for people.
    pub(super) name: String,
    /// Whose it is, among the persons of the programme.
    pub(super) person: usize,
    /// When it is issued, or comes to its stage.
    pub(super) at: DateTime,
    pub(super) pack: String,
    /// The district of the shop whose staff confirm it.
    pub(super) district: String,
    pub(super) stage: Stage,
}

/// What becomes of a claim before anything is bought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    Issued,
    /// Issued, by another campaign.
    Elsewhere,
    /// It takes part in a lottery that is not drawn yet.
    Entered,
    /// It did not win.
    NotDrawn,
    Unconfirmed,
    HandedBack,
    /// The institution took it back.
    Withdrawn,
    /// It is refused: its person has redeemed a claim of the pack before.
    Refused,
}

/// What a till is shown.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    /// A code that nobody claimed.
    Nobodys,
    /// A claim by its place among the claims of the programme, and the place of one of its qualifications.
    Of(usize, usize),
}

/// The claims of a row.
pub(super) struct OfRow {
    name: String,
    person: usize,
    district: String,
    /// Where the row's own one is, among the claims of the programme; none where nobody made it.
    own: Option<usize>,
    /// How many qualifications of each claim were shown.
    shown: BTreeMap<usize, usize>,
}

impl OfRow {
    /// Reads the cells `claimed` (`DATE TIME PACK NUMBER`) and `stage` of a row; what it shows at the till.
    pub(super) fn read(
        (programme, number): (&str, usize),
        row: &BTreeMap<String, String>,
        claims: &mut Vec<Claim>,
    ) -> (Self, Option<Shown>) {
        let same = SAME_PERSON.iter().find(|(of, again, _)| *of == programme && *again == number);
        let mut of_row = Self {
            name: format!("{programme} case {number}"),
            person: same.map_or(number, |(_, _, first)| *first),
            district: row["district"].clone(),
            own: None,
            shown: BTreeMap::new(),
        };
        let parts: Vec<&str> = row["claimed"].split(' ').collect();
        let [date, at, pack, place] = parts.as_slice() else {
            assert!(row["claimed"].is_empty() && row["stage"].is_empty(), "{}", of_row.name);
            return (of_row, None);
        };
        if row["stage"] == "unknown" {
            return (of_row, Some(Shown::Nobodys));
        }
        let stage = match row["stage"].as_str() {
            // Whoever used an allowance of one piece up has redeemed a claim for it, and so gets no other.
            "" if row["code"] == "N105" => Stage::Refused,
            "" => Stage::Issued,
            "elsewhere" => Stage::Elsewhere,
            "entered" => Stage::Entered,
            "not-drawn" => Stage::NotDrawn,
            "unconfirmed" => Stage::Unconfirmed,
            "handed-back" => Stage::HandedBack,
            "withdrawn" => Stage::Withdrawn,
            other => unreachable!("{}: no claim becomes {other:?}", of_row.name),
        };
        let own = of_row.claim(format!("{date}T{at}").parse().unwrap(), pack, stage, claims);
        of_row.own = Some(own);
        (of_row, Some(Shown::Of(own, place.parse::<usize>().unwrap() - 1)))
    }

    /// What is shown for goods bought before, at noon of a day: the next qualification of the row's own claim if that is of
    /// their pack and was issued by then, else of a claim of that morning. Packs are named by what they are good for.
    pub(super) fn before(&mut self, noon: DateTime, category: &str, claims: &mut Vec<Claim>) -> Shown {
        let own = self.own.filter(|own| claims[*own].pack == category && claims[*own].at < noon);
        let morning = noon.date().to_datetime(BEFORE_HOUR);
        let claim = own.unwrap_or_else(|| self.claim(morning, category, Stage::Issued, claims));
        let shown = self.shown.entry(claim).or_default();
        *shown += 1;
        Shown::Of(claim, *shown - 1)
    }

    /// Whether the row's own claim is refused: nothing is shown at the till then.
    pub(super) fn is_refused(&self, claims: &[Claim]) -> bool {
        self.own.is_some_and(|own| claims[own].stage == Stage::Refused)
    }

    fn claim(&self, at: DateTime, pack: &str, stage: Stage, claims: &mut Vec<Claim>) -> usize {
        let (name, district, pack) = (self.name.clone(), self.district.clone(), pack.to_owned());
        claims.push(Claim { name, person: self.person, at, pack, district, stage });
        claims.len() - 1
    }
}

//! What the auditor is told beforehand, in plain data.

use std::collections::BTreeMap;

/// What is so in a scenario.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What each version of the rules says.
    pub terms: BTreeMap<[u8; 8], Terms>,
    /// Account and amount type before the gross amount in field 54.
    pub gross_amount_type: String,
    /// Whether the issuer is asked for the gross amount and splits it by tags.
    pub gross_to_issuer: bool,
    /// How long a quote is honoured, in microseconds.
    pub quote_us: u64,
}

impl Facts {
    /// What the issuer is asked for, of these two.
    pub(super) const fn asked(&self, gross: u64, net: u64) -> u64 {
        if self.gross_to_issuer { gross } else { net }
    }
}

/// What a version of the rules says.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Which caps may come to how much.
    pub limits: Vec<Limit>,
    /// Goods that are subsidised.
    pub goods: Vec<Good>,
    /// Where an order is subsidised as one: hundredths of a percent of it, and minor units at most.
    pub order: Option<(u64, u64)>,
    /// Who pays, in order.
    pub sponsors: Vec<Sponsor>,
    /// Where something must be claimed first: how.
    pub claims: Option<ClaimTerms>,
}

/// Who pays a part of each discount.
#[derive(Clone, Debug)]
pub struct Sponsor {
    /// Who.
    pub name: String,
    /// Hundredths of a percent; where none has a share, they pay in order.
    pub share_basis_points: u64,
    /// In order: minor units at most; none: all that is left.
    pub at_most: Option<u64>,
}

/// How the qualifications of a campaign are claimed.
#[derive(Clone, Debug)]
pub struct ClaimTerms {
    /// The campaign.
    pub campaign: String,
    /// What can be claimed.
    pub packs: Vec<PackTerms>,
    /// Claims of one pack that a person may make.
    pub claims_max: u32,
    /// Claims of one civil day at most.
    pub released_per_day: Option<u32>,
    /// Whether store staff confirm a claim before it is issued.
    pub confirmed_by_staff: bool,
    /// How long they can; none: without end.
    pub confirm_within: Option<Lasts>,
    /// Winners of a draw at most, where claims are drawn.
    pub winners: Option<u32>,
    /// SHA-256 of the first draw's seed.
    pub published: [u8; 32],
    /// How long a claim can be redeemed.
    pub lasts: Lasts,
    /// Seconds since 1970: nothing can be redeemed from then on.
    pub ends_s: i64,
    /// Seconds that the programme's clocks are ahead of UTC.
    pub zone_s: i64,
}

impl ClaimTerms {
    pub(super) fn pack(&self, name: &str) -> Option<&PackTerms> {
        self.packs.iter().find(|pack| pack.name == name)
    }
}

/// Several qualifications that are claimed together.
#[derive(Clone, Debug)]
pub struct PackTerms {
    /// Its name.
    pub name: String,
    /// How many of them can be redeemed.
    pub redeemable: u32,
    /// Of each the goods that it is good for.
    pub members: Vec<Vec<u64>>,
}

/// How long a claim can be redeemed.
#[derive(Clone, Copy, Debug)]
pub enum Lasts {
    /// So many civil days, that of issue the first.
    Days(i64),
    /// So many hours.
    Hours(i64),
    /// To the end of the month: the first of these seconds since 1970 that is to come.
    MonthEnd(&'static [i64]),
}

/// A limit of every cap whose name begins so.
#[derive(Clone, Debug)]
pub struct Limit {
    /// For example `campaign:trial`, or `person-category:` for everybody's.
    pub cap: String,
    /// Minor units.
    pub amount: Option<u64>,
    /// Items.
    pub count: Option<u32>,
}

/// How a product is subsidised.
#[derive(Clone, Copy, Debug)]
pub struct Good {
    /// As a number.
    pub gtin: u64,
    /// Hundredths of a percent.
    pub rate_basis_points: u64,
    /// Minor units for a piece.
    pub cap_per_item: u64,
    /// From this time of the switch's clock on it is no longer subsidised.
    pub stopped_from_us: Option<i64>,
}

/// What stands on a cap, as the switch counts it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Balance {
    /// Minor units held.
    pub held: u64,
    /// Minor units used.
    pub used: u64,
    /// Items held.
    pub held_count: u32,
    /// Items used.
    pub used_count: u32,
}

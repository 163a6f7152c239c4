//! What is sold, and what the programme gives for it, worked out apart from the switch.

/// The campaign as it is published, but with little money in it.
const CAMPAIGN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../config/campaigns/shenzhen-2024.toml"));
const PUBLISHED_BUDGET: &str = "campaign_fen = 12_000_000_000";
const PUBLISHED_PHONES: &str = "ids = [\"phone\"]";

/// The budget as the API and the journal name it.
pub(super) const BUDGET: &str = "campaign:shenzhen-2024";
/// That of the phones.
pub(super) const PHONES: &str = "category:shenzhen-2024:phone";
/// The issuer answers a sale of this price after the time budget of its link is over.
pub(super) const LATE_PRICE: u64 = 123_400;

/// Goods of one category.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Goods {
    pub(super) gtin: &'static str,
    pub(super) category: &'static str,
    percent: u64,
    at_most: u64,
}

/// Their filed prices are far above what they cost here.
pub(super) const GOODS: [Goods; 5] = [
    Goods { gtin: "6932770200073", category: "refrigerator", percent: 15, at_most: 200_000 },
    Goods { gtin: "6901840100421", category: "washing-machine", percent: 20, at_most: 200_000 },
    Goods { gtin: "6901840100704", category: "television", percent: 20, at_most: 200_000 },
    Goods { gtin: "6962410800073", category: "tablet", percent: 15, at_most: 200_000 },
    Goods { gtin: "6962410800493", category: "phone", percent: 10, at_most: 100_000 },
];

impl Goods {
    /// Down to the fen.
    pub(super) fn discount(&self, price: u64) -> u64 {
        (price * self.percent / 100).min(self.at_most)
    }
}

/// The campaign with so much money, in minor units, and a twentieth of it for phones.
pub(super) fn campaign(budget: u64) -> String {
    let [(_, whole), (_, phones)] = limits(budget);
    let edits = [
        (PUBLISHED_BUDGET, format!("campaign_fen = {whole}")),
        (PUBLISHED_PHONES, format!("{PUBLISHED_PHONES}\nbudget_fen = {phones}")),
    ];
    edits.into_iter().fold(CAMPAIGN.to_owned(), |campaign, (published, edited)| {
        assert!(campaign.contains(published), "{published} is no longer in the campaign's file");
        campaign.replace(published, &edited)
    })
}

/// What each cap gives then.
pub(super) fn limits(budget: u64) -> [(&'static str, u64); 2] {
    [(BUDGET, budget), (PHONES, budget / 20)]
}

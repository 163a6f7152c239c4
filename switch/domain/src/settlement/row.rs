//! The lines of the detail: one for each item of a grant, or of what gives a grant back.

use super::SettlementError;
use super::split::split;
use crate::ids::{
    AcquirerId, AuthorisationCode, CampaignId, CategoryId, DistrictCode, GrantId, LinkName, Lsn, MerchantId, Rrn,
    RulesVersion, Stan, TerminalId,
};
use crate::money::MinorUnits;
use crate::record::Intent;
use crate::returns::funded;
use crate::sale::{ITEMS_MAX, ItemRequest, SPONSORS_MAX, SponsorShare};
use crate::time::{BusinessDate, UnixMicros};
use arrayvec::ArrayVec;

/// The rows of one grant or return, in the order of the items.
pub type Rows = ArrayVec<Row, ITEMS_MAX>;

/// Which way the money goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A subsidy was given.
    Grant,
    /// A subsidy was given back.
    Return,
}

impl Kind {
    /// The cell of the detail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Return => "return",
        }
    }
}

/// One item. All amounts are positive; [`Row::kind`] says which way they go.
/// `original_amount = trade_in + bank_promotion + gross`, `gross = paid + subsidy`, `subsidy =` sum of `sponsors`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Grant or return.
    pub kind: Kind,
    /// The day it is settled on.
    pub business_date: BusinessDate,
    /// The day of the sale's intent. Earlier than `business_date` for a sale in flight over the cut-over, and for a return
    /// of an earlier day's sale.
    pub sale_date: BusinessDate,
    /// The record that settles it.
    pub lsn: Lsn,
    /// When that was made.
    pub at: UnixMicros,
    /// The grant; of a return, the one given back.
    pub grant: GrantId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The rules that decided the grant.
    pub rules: RulesVersion,
    /// The acquirer link of the sale.
    pub link: LinkName,
    /// DE32 of the sale.
    pub acquirer: AcquirerId,
    /// DE42 of the sale.
    pub merchant: MerchantId,
    /// DE41 of the sale.
    pub terminal: TerminalId,
    /// The district that the grant counts for.
    pub district: DistrictCode,
    /// DE11 of the sale, or of the reversal.
    pub stan: Stan,
    /// DE37, as answered where the issuer sets it.
    pub rrn: Rrn,
    /// DE38 of the answer.
    pub authorisation: AuthorisationCode,
    /// Place of the item in the sale, from 1.
    pub item_number: usize,
    /// The item as sold.
    pub item: ItemRequest,
    /// Its category.
    pub category: CategoryId,
    /// Its grade, where it has one.
    pub grade: Option<u8>,
    /// Quantity times unit price: after all discounts of producer, merchant and platform.
    pub original_amount: MinorUnits,
    /// The item's part of the trade-in.
    pub trade_in: MinorUnits,
    /// The item's part of the bank's promotion.
    pub bank_promotion: MinorUnits,
    /// The item's part of DE4 as the till sent it.
    pub gross: MinorUnits,
    /// Its subsidy.
    pub subsidy: MinorUnits,
    /// The card's part.
    pub paid: MinorUnits,
    /// Who funds the subsidy.
    pub sponsors: ArrayVec<SponsorShare, SPONSORS_MAX>,
}

/// What all rows of one grant or return have in common, besides the intent.
pub(super) struct Transaction {
    pub(super) kind: Kind,
    pub(super) business_date: BusinessDate,
    pub(super) sale_date: BusinessDate,
    pub(super) lsn: Lsn,
    pub(super) at: UnixMicros,
    pub(super) stan: Stan,
    pub(super) rrn: Rrn,
    pub(super) authorisation: AuthorisationCode,
}

/// Fills `rows` with those of `intent`. Trade-in and bank promotion count for the whole sale: they are split over what
/// the items leave to pay, so that no item is paid less than nothing. Sponsors pay each item's
/// piece of the discount ([`funded`]). One item, the usual sale, takes everything as recorded.
pub(super) fn rows(transaction: &Transaction, intent: &Intent, rows: &mut Rows) -> Result<(), SettlementError> {
    let award = &intent.award;
    let off = |sum| SettlementError::AmountsOff { lsn: transaction.lsn, grant: intent.grant, sum };
    prove(intent).map_err(off)?;
    let original: ArrayVec<u64, ITEMS_MAX> =
        award.items.iter().map(|item| amount_of(&item.item).unwrap_or(0)).collect();
    let subsidies: ArrayVec<u64, ITEMS_MAX> = award.items.iter().map(|item| item.discount.get()).collect();
    let unsubsidised = less(&original, &subsidies).ok_or_else(|| off("an item's discount"))?;
    let trade_in = split(intent.trade_in.get(), &unsubsidised);
    let traded = less(&unsubsidised, &trade_in).ok_or_else(|| off("the trade-in"))?;
    let bank_promotion = split(intent.bank_promotion.get(), &traded);
    let paid = less(&traded, &bank_promotion).ok_or_else(|| off("the bank promotion"))?;
    let mut funds = Funds::from(&award.sponsors, MinorUnits::ZERO);

    rows.clear();
    let amounts = original.iter().zip(&trade_in).zip(&bank_promotion).zip(&paid).enumerate();
    for (item, (place, (((original, trade_in), bank_promotion), paid))) in award.items.iter().zip(amounts) {
        let sponsors = funds.next(item.discount).ok_or_else(|| off("the sponsors' parts"))?;
        let gross = MinorUnits::new(*paid).checked_add(item.discount).ok_or_else(|| off("an item's gross amount"))?;
        rows.push(Row {
            kind: transaction.kind,
            business_date: transaction.business_date,
            sale_date: transaction.sale_date,
            lsn: transaction.lsn,
            at: transaction.at,
            grant: intent.grant,
            campaign: award.campaign,
            rules: award.rules,
            link: intent.origin.link,
            acquirer: intent.origin.acquirer,
            merchant: intent.origin.merchant,
            terminal: intent.origin.terminal,
            district: award.district,
            stan: transaction.stan,
            rrn: transaction.rrn,
            authorisation: transaction.authorisation,
            item_number: place + 1,
            item: item.item,
            category: item.category,
            grade: item.grade,
            original_amount: MinorUnits::new(*original),
            trade_in: MinorUnits::new(*trade_in),
            bank_promotion: MinorUnits::new(*bank_promotion),
            gross,
            subsidy: item.discount,
            paid: MinorUnits::new(*paid),
            sponsors,
        });
    }
    Ok(())
}

/// That the grant adds up as recorded; the error names the sum that does not.
fn prove(intent: &Intent) -> Result<(), &'static str> {
    let award = &intent.award;
    let items = award.items.iter().try_fold(0u64, |sum, item| sum.checked_add(amount_of(&item.item)?));
    let asked = MinorUnits::checked_sum([award.gross, intent.trade_in, intent.bank_promotion]);
    if items.is_none() || items.map(MinorUnits::new) != asked {
        return Err("items = gross + trade-in + bank promotion");
    }
    if award.net.checked_add(award.discount) != Some(award.gross) {
        return Err("gross = paid + discount");
    }
    if MinorUnits::checked_sum(award.items.iter().map(|item| item.discount)) != Some(award.discount) {
        return Err("discount = sum of the items");
    }
    if MinorUnits::checked_sum(award.sponsors.iter().map(|share| share.amount)) != Some(award.discount) {
        return Err("discount = sum of the sponsors");
    }
    Ok(())
}

fn amount_of(item: &ItemRequest) -> Option<u64> {
    item.unit_price.checked_mul(u64::from(item.quantity)).map(MinorUnits::get)
}

fn less<const N: usize>(from: &ArrayVec<u64, N>, parts: &ArrayVec<u64, N>) -> Option<ArrayVec<u64, N>> {
    from.iter().zip(parts).map(|(from, part)| from.checked_sub(*part)).collect()
}

/// The sponsors of a grant along its discount.
pub(super) struct Funds<'a> {
    sponsors: &'a [SponsorShare],
    amounts: ArrayVec<u64, SPONSORS_MAX>,
    at: u64,
}

impl<'a> Funds<'a> {
    /// What the sponsors of a grant pay, from where `before` of its discount is behind.
    pub(super) fn from(sponsors: &'a [SponsorShare], before: MinorUnits) -> Self {
        let amounts = sponsors.iter().map(|share| share.amount.get()).collect();
        Self { sponsors, amounts, at: before.get() }
    }

    /// What they pay of the next piece of it; none where it leaves the range.
    pub(super) fn next(&mut self, piece: MinorUnits) -> Option<ArrayVec<SponsorShare, SPONSORS_MAX>> {
        let end = self.at.checked_add(piece.get())?;
        let parts = less(&funded(&self.amounts, end), &funded(&self.amounts, self.at))?;
        self.at = end;
        let shares = self.sponsors.iter().zip(parts);
        Some(
            shares
                .map(|(share, part)| SponsorShare { sponsor: share.sponsor, amount: MinorUnits::new(part) })
                .collect(),
        )
    }
}

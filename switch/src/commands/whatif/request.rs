//! Recorded requests as they can be decided again.

use lijian_domain::code::DecisionCode;
use lijian_domain::record::{Intent, Refused};
use lijian_domain::sale::SaleRequest;

/// What a refusal on record leaves to decide.
pub(in crate::commands) enum Again {
    /// The request, and whether its chip forbids another amount.
    Decide(Box<SaleRequest>, bool),
    /// No campaign had a say: the till's mistake, a quote, a reversal, the state of the switch.
    Stays,
    /// The record was written by a version that did not keep what was asked.
    NotRecorded,
}

/// The request of a sale or quote that was decided in favour.
pub(in crate::commands) fn of_intent(intent: &Intent) -> SaleRequest {
    let (origin, award) = (&intent.origin, &intent.award);
    SaleRequest {
        link: origin.link,
        merchant: origin.merchant,
        terminal: origin.terminal,
        card: origin.card,
        person: intent.person,
        district: intent.place,
        qualification: intent.qualification,
        amount: award.gross,
        currency: intent.currency,
        trade_in: intent.trade_in,
        bank_promotion: intent.bank_promotion,
        items: award.items.iter().map(|awarded| awarded.item).collect(),
    }
}

/// The request of a refusal.
pub(in crate::commands) fn of_refused(refused: &Refused) -> Again {
    let code = refused.answer.code;
    // A sale on a quote may name no items; of others that could not be read there are none either.
    if no_campaigns_matter(code) || refused.items.is_empty() {
        return Again::Stays;
    }
    let pieces = refused.items.iter().fold(0, |sum: u32, item| sum.saturating_add(item.quantity));
    if code == DecisionCode::ItemsUnreadable && pieces <= 1 {
        // Of one piece no campaign puts right what does not add up; how many pieces a sale may have is a campaign's rule.
        return Again::Stays;
    }
    let Some(asked) = refused.asked else { return Again::NotRecorded };
    let origin = &refused.origin;
    let request = SaleRequest {
        link: origin.link,
        merchant: origin.merchant,
        terminal: origin.terminal,
        card: origin.card,
        person: asked.person,
        district: asked.place,
        qualification: asked.qualification,
        amount: refused.amount,
        currency: asked.currency,
        trade_in: asked.trade_in,
        bank_promotion: asked.bank_promotion,
        items: refused.items.clone(),
    };
    Again::Decide(Box::new(request), code == DecisionCode::QuoteFirst)
}

const fn no_campaigns_matter(code: DecisionCode) -> bool {
    matches!(
        code,
        DecisionCode::Risk
            | DecisionCode::Quote
            | DecisionCode::ReversalFirst
            | DecisionCode::TryAgain
            | DecisionCode::IssuerDeclined
    )
}

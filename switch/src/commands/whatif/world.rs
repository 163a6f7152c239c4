//! The world under the other rules: what they decide, and what stands on its caps.

use lijian_domain::cap::{CapKey, CapKind};
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::rules::Rules;
use lijian_domain::sale::{Award, Decision, SaleRequest};
use lijian_domain::time::Moment;
use lijian_store::quota::Quota;

/// Rules that were not in force, and caps of their own.
pub(super) struct World<'a> {
    pub(super) rules: &'a Rules,
    pub(super) quota: Quota,
}

/// A request that gets nothing here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Turned {
    pub(super) code: DecisionCode,
    /// The rule, or the cap that bound.
    pub(super) reason: String,
    pub(super) bound: Option<CapKey>,
}

impl Turned {
    fn by_rule(code: DecisionCode, reason: &str) -> Self {
        Self { code, reason: reason.to_owned(), bound: None }
    }
}

impl World<'_> {
    /// What the rules say; as the exchange decides, a chip's cryptogram among the refusals.
    pub(super) fn decide(&self, request: &SaleRequest, chip: bool, now: &Moment) -> Result<Award, Turned> {
        let quote_first = || Turned::by_rule(DecisionCode::QuoteFirst, "the chip covers another amount");
        match decide(self.rules, request, now) {
            Decision::Grant(_) if chip => Err(quote_first()),
            Decision::Grant(award) => Ok(award),
            Decision::Refuse(refusal) if chip && DecisionCode::QuoteFirst < refusal.code => Err(quote_first()),
            Decision::Refuse(refusal) => Err(Turned::by_rule(refusal.code, refusal.reason)),
        }
    }

    /// Holds all caps of an award, or none.
    pub(super) fn hold(&self, award: &Award) -> Result<(), Turned> {
        self.quota.hold(&award.caps).map_err(|bound| {
            // A personal cap that an earlier try of the same person holds may come free again.
            let code = match bound.key.kind() {
                kind if kind.is_personal() && bound.held => DecisionCode::TryAgain,
                kind => kind.refusal(),
            };
            Turned { code, reason: name(&bound.key), bound: Some(bound.key) }
        })
    }
}

/// A cap as a reason: shops are not told apart, of which there are many.
pub(super) fn name(key: &CapKey) -> String {
    match key {
        CapKey::Terminal(campaign, ..) | CapKey::Merchant(campaign, ..) => {
            format!("{}:{campaign}", key.kind().as_str())
        }
        _ => key.to_string(),
    }
}

/// Whether a cap stands in every report; of shops only those that came near their end do.
pub(super) const fn is_always_told(kind: CapKind) -> bool {
    matches!(kind, CapKind::Campaign | CapKind::Category | CapKind::District | CapKind::Day | CapKind::Tranche)
}

//! The world under the other rules: what they decide, and what stands on its caps.

use lijian_domain::cap::{CapKey, CapKind};
use lijian_domain::claims::voucher::VoucherCode;
use lijian_domain::claims::{ClaimSpan, ClaimStage, Presented};
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::record::{Entry, Record};
use lijian_domain::rules::Rules;
use lijian_domain::sale::{Award, Decision, SaleRequest};
use lijian_domain::time::{Moment, UnixMicros};
use lijian_store::claims::{ClaimError, Claims};
use lijian_store::quota::Quota;

/// Rules that were not in force, and caps of their own.
pub(super) struct World<'a> {
    pub(super) rules: &'a Rules,
    pub(super) quota: Quota,
    /// As recorded: who claimed what is not asked again.
    pub(super) claims: Claims,
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
    /// What stands behind the qualification that a request names.
    pub(super) fn presented(&self, request: &SaleRequest) -> Option<Presented> {
        let code = VoucherCode::parse(request.qualification.as_str())?;
        self.claims.presented(code)
    }

    /// The same of a request that was granted here: its claim was good then, whatever became of it.
    pub(super) fn redeemed(&self, request: &SaleRequest) -> Option<Presented> {
        let mut presented = self.presented(request)?;
        presented.claim.stage = ClaimStage::Issued;
        presented.claim.span = ClaimSpan { from: UnixMicros(i64::MIN), until: UnixMicros(i64::MAX) };
        Some(presented)
    }

    /// Takes a record about claims in.
    pub(super) fn claim(&mut self, entry: &Entry) -> Result<(), ClaimError> {
        match &entry.record {
            Record::Claimed(claimed) => self.claims.claimed(entry.at, claimed),
            Record::ClaimChanged(changed) => self.claims.changed(changed),
            Record::Drawn(drawn) => self.claims.drawn(drawn).map(drop),
            _ => Ok(()),
        }
    }

    /// What the rules say; as the exchange decides, a chip's cryptogram among the refusals.
    pub(super) fn decide(
        &self,
        request: &SaleRequest,
        presented: Option<&Presented>,
        chip: bool,
        now: &Moment,
    ) -> Result<Award, Turned> {
        let quote_first = || Turned::by_rule(DecisionCode::QuoteFirst, "the chip covers another amount");
        match decide(self.rules, request, presented, now) {
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

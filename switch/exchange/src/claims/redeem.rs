//! A sale names a qualification.

use crate::exchange::Exchange;
use crate::inbound::SaleMessage;
use crate::misdeed::Misdeed;
use lijian_domain::cap::CapKey;
use lijian_domain::claims::Presented;
use lijian_domain::claims::voucher::VoucherCode;
use lijian_domain::sale::Award;
use lijian_domain::time::UnixMicros;

impl Exchange {
    /// The claim behind the voucher code of a request; none where it has none, or one that nobody claimed.
    pub(crate) fn presented(&self, message: &SaleMessage) -> Option<Presented> {
        let request = message.request.as_ref().ok().filter(|request| !request.qualification.is_empty())?;
        let mut presented = self.claims.presented(VoucherCode::parse(request.qualification.as_str())?)?;
        if self.misdeeds.include(Misdeed::ExpiredIsRedeemed) {
            presented.claim.span.until = UnixMicros(i64::MAX);
        }
        Some(presented)
    }
}

impl SaleMessage {
    /// A sale that redeems a claim is of the claim's person, whose card it may not be.
    pub(crate) fn is_of(&mut self, presented: Option<&Presented>, award: &Award) {
        let redeems = award.caps.iter().any(|take| matches!(take.key, CapKey::Qualification(..)));
        if let (Some(presented), Ok(request), true) = (presented, &mut self.request, redeems) {
            request.person = presented.claim.person;
        }
    }
}

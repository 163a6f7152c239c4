//! What happens when the journal can no longer be written: nothing is granted any more, and nobody is told what is not on
//! disk. Traffic that is not ours goes on.

use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::Phase;
use lijian_domain::code::DecisionCode;

impl Exchange {
    pub(crate) fn poison(&mut self, _now: Now, effects: &mut Effects) {
        self.poisoned = true;
        self.stage.clear();
        self.poison_claims(effects);
        // Their intents may be on disk or not, but the issuer was never asked.
        for id in self.flights.in_phases(&[
            Phase::IntentAppended,
            Phase::FullPriceAppended,
            Phase::ReversalAppended,
            Phase::ReturnAppended,
            Phase::RelayAppended,
        ]) {
            if let Some(flight) = self.flights.get_mut(id) {
                flight.code = Some(DecisionCode::TryAgain);
            }
            self.reply_from_request(id, *b"91", effects);
        }
        for id in self.flights.in_phases(&[Phase::AnswerAppended]) {
            let Some(flight) = self.flights.get_mut(id) else { continue };
            if flight.issuer.is_none() {
                // Refused, or never sent: nobody was asked, and the sale may be tried again.
                flight.code = Some(DecisionCode::TryAgain);
                self.memory.forget(&flight.key);
                self.reply_from_request(id, *b"91", effects);
                continue;
            }
            // The issuer may have approved: the next start finds the intent without an outcome, and the reversal goes out then.
            if flight.code == Some(DecisionCode::Granted) {
                flight.code = Some(DecisionCode::IssuerDeclined);
            }
            self.memory.withdraw(&flight.key);
            self.reply_from_request(id, *b"98", effects);
        }
    }
}

//! What the issuer says of a message of the queue, and what that ends.

use super::{Item, Step, Target};
use crate::effects::Effects;
use crate::event::{ConnectionId, Now};
use crate::exchange::Exchange;
use crate::inbound;
use crate::memory::State;
use crate::response;
use lijian_codecs::MtiClass;
use lijian_codecs::message::MessageView;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Answer, Record, ReleaseCause, ReturnWay, ReversalOutcome};
use lijian_domain::time::BusinessDate;
use std::sync::Arc;

/// No original: the reversal may have overtaken it.
const NOT_FOUND: [u8; 2] = *b"25";

impl Exchange {
    /// The issuer answered, in time or late.
    pub(crate) fn queue_answered(
        &mut self,
        lsn: Lsn,
        from: ConnectionId,
        view: &MessageView<'_>,
        now: Now,
        effects: &mut Effects,
    ) {
        let today = self.moment(now).business_date;
        let Some(item) = self.queue.items.get(&lsn).filter(|item| item.step != Step::Ending) else {
            return effects.tally.unmatched_answers += 1;
        };
        if let Target::Return(returning) = &item.target {
            let reverses = view.dialect().class_of(view.mti()) == Some(MtiClass::Reversal);
            match returning.way {
                ReturnWay::Void if !reverses => return self.void_answered_late(lsn, view, now, effects),
                ReturnWay::Refund => return self.refund_answered(lsn, view, now, effects),
                ReturnWay::Void | ReturnWay::VoidReversal => {}
            }
        }
        let sent = matches!(item.step, Step::Sent { .. });
        effects.tally.unmatched_answers += u64::from(!sent);
        let result = response::result(view);
        let confirms = response::is_approved(result)
            || (result == Some(NOT_FOUND) && self.has_no_original(item, from, today, now));
        if confirms && !self.poisoned {
            self.end_queued(lsn, true, ReleaseCause::ReversalConfirmed, now, effects);
        } else if sent {
            self.again_later(lsn, now);
        }
    }

    /// Whether an issuer that does not know the original never will: it was asked over the same connection, which keeps its
    /// order, or the original is so old that it does not arrive any more.
    fn has_no_original(&self, item: &Item, from: ConnectionId, today: BusinessDate, now: Now) -> bool {
        let age_us = now.wall.0.saturating_sub(item.original_at.0);
        let old = u64::try_from(age_us).is_ok_and(|age_us| age_us >= self.settings.queue.original_lifetime_us);
        item.carried == Some(from) || old || item.sealed < today
    }

    /// What it stood for is done, or not: the record first.
    pub(super) fn end_queued(&mut self, lsn: Lsn, done: bool, cause: ReleaseCause, now: Now, effects: &mut Effects) {
        let Some(item) = self.queue.items.get(&lsn) else { return };
        effects.tally.queue_confirmed += u64::from(done);
        let asked = match &item.target {
            Target::Doubt(_) => return self.release_doubt(lsn, cause, now, effects),
            Target::Return(returning) => {
                // A void in doubt was not done once it is taken back; the others say themselves what is done.
                let returned = done != (returning.way == ReturnWay::Void);
                return self.end_return(lsn, returned, None, now, effects);
            }
            Target::Reversal(asked) => asked,
        };
        let settings = Arc::clone(&self.settings);
        let acquirer = settings.acquirers.iter().find(|acquirer| acquirer.name == asked.origin.link);
        // Done; or no action taken (ISO 8583:1987, 21).
        let code = if done { *b"00" } else { *b"21" };
        let code = acquirer.map(|acquirer| acquirer.dialect.semantics().results.from_canonical(code));
        let response_code = inbound::short(code.as_ref().map(|code| code.as_bytes()).unwrap_or(b"00"));
        let outcome = ReversalOutcome {
            asked: lsn,
            intent: item.intent,
            answer: Answer::bare(DecisionCode::Granted, response_code),
        };
        let (record, original) = if done {
            (Record::Reversed(outcome), State::Reversed)
        } else {
            (Record::ReversalRefused(outcome), State::Granted)
        };
        let (takes, intent) = (asked.takes.clone(), item.intent);
        let (sale, request) = (asked.original, asked.origin.key);
        let moment = self.moment(now);
        let at = effects.journal.push(moment.at, moment.business_date, &record);
        if done {
            self.quota.give_back(&takes);
            self.returns.granted.remove(intent);
            effects.tally.reversals_confirmed += 1;
        }
        let notes = [(sale, original, None), (request, State::ReversalAnswered, Some(at))];
        self.queue.ends(lsn, at, notes);
    }
}

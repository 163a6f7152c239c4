//! What the exchange counts. Plain numbers, taken by the edge after each turn and added to its metrics.

use lijian_domain::code::DecisionCode;

/// Times of one sale that was answered, in microseconds. Decision time is the edge's to measure: inside the exchange time
/// stands still.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sample {
    /// Both group commits: intent appended to durable, outcome appended to durable.
    pub journal_us: u64,
    /// Request sent to the issuer to its answer.
    pub issuer_us: u64,
    /// Request received to answer sent.
    pub total_us: u64,
}

macro_rules! tally {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counts since the edge last took them.
        #[derive(Clone, PartialEq, Eq, Debug, Default)]
        pub struct Tally {
            /// Decisions on sales with items, by code, in the order of [`DecisionCode::ALL`].
            pub decisions: [u64; DecisionCode::ALL.len()],
            /// Answers to acquirers by response code (DE39, the first two characters in the acquirer's dialect).
            pub answers: Answers,
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Tally {
            /// Counts a decision.
            pub(crate) fn count_decision(&mut self, code: DecisionCode) {
                let place = DecisionCode::ALL.iter().position(|known| *known == code);
                if let Some(count) = place.and_then(|place| self.decisions.get_mut(place)) {
                    *count += 1;
                }
            }

            /// The single counters with their names.
            pub fn counters(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }
    };
}

tally! {
    /// Frames from acquirers.
    acquirer_frames,
    /// Frames from issuers.
    issuer_frames,
    /// Requests that are not ours, passed on to an issuer.
    relayed,
    /// Messages that were passed on field by field, between two dialects.
    translated,
    /// Messages that could not be carried over to the other dialect (refused with 30).
    not_carried,
    /// Frames whose type could not even be read: no answer is possible.
    unreadable,
    /// Requests with a broken field, answered with 30.
    broken,
    /// Repeats of a request in flight: the waiting answer served both.
    repeats_in_flight,
    /// Repeats of a request answered before: answered from the record.
    repeats_answered,
    /// Same key, other content: refused with 94.
    key_reused,
    /// No issuer was connected: refused with 91.
    issuer_down,
    /// Refused with 91 since too many requests were in flight.
    overload,
    /// No answer from the issuer within the time budget: 98.
    time_outs,
    /// Answers of an issuer that nobody waited for (late, or a second one).
    unmatched_answers,
    /// Late approvals of sales that the acquirer was told 98 about: never a grant.
    late_approvals,
    /// Authentication codes dropped since the message was changed and the link has no key.
    mac_dropped,
    /// Voids, refunds and reversals of voids that were accepted.
    returns,
    /// Voids and refunds that the issuer confirmed.
    returns_confirmed,
    /// Sales that went into doubt.
    in_doubt,
    /// Messages of our own that began to wait for an issuer.
    queued,
    /// Sendings of such messages, repeats included.
    queue_sent,
    /// Sendings of such messages that were not answered in time.
    queue_unanswered,
    /// Such messages that the issuer confirmed, or two people in its place.
    queue_confirmed,
    /// Such messages that are not sent any more unless two people say so.
    queue_parked,
    /// Reversals of an acquirer that joined one that waits.
    queue_joined,
    /// Decisions of two people about such messages that were carried out.
    queue_orders,
    /// Decisions about nothing that waits, or of one person alone.
    queue_orders_refused,
    /// Sales that got nothing since there is no key to seal their card number with.
    no_sealing_key,
    /// Reversals whose original was never seen: recorded, so that it is refused should it come.
    tombstones,
    /// Reversals of our grants accepted.
    reversals,
    /// Reversals of our grants confirmed by the issuer.
    reversals_confirmed,
    /// Quotes given.
    quotes,
    /// Quotes that became a sale.
    quotes_used,
    /// Quotes that nobody used in their time.
    quotes_expired,
    /// Quotes that the acquirer took back.
    quotes_withdrawn,
    /// Requests for a quote refused with 91 since too many were open.
    quotes_over_limit,
}

/// Answers by response code.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answers {
    counts: Vec<([u8; 2], u64)>,
}

impl Answers {
    /// Counts one. Codes are letters and digits; what is neither counts under `??`.
    pub(crate) fn count(&mut self, code: &[u8]) {
        let code = match code {
            [first, second, ..] if first.is_ascii_alphanumeric() && second.is_ascii_alphanumeric() => [*first, *second],
            _ => *b"??",
        };
        match self.counts.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((code, 1)),
        }
    }

    /// Each code with its count.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|(code, count)| (std::str::from_utf8(code).unwrap_or("??"), *count))
    }

    /// Starts again from zero, keeping the codes known.
    pub fn clear(&mut self) {
        self.counts.iter_mut().for_each(|(_, count)| *count = 0);
    }
}

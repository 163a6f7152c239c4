//! Every metric there is.

/// What kind of number a metric is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Quantiles, sum and count.
    Summary,
}

impl Kind {
    /// Its name in the exposition format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Summary => "summary",
        }
    }
}

macro_rules! metrics {
    ($($kind:ident $variant:ident $name:literal $description:literal;)*) => {
        /// A metric.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Metric {$(
            #[doc = $description]
            $variant,
        )*}

        impl Metric {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in the exposition format.
            pub const fn name(self) -> &'static str {
                match self {$(Self::$variant => $name),*}
            }

            /// One line for people.
            pub const fn description(self) -> &'static str {
                match self {$(Self::$variant => $description),*}
            }

            /// Its kind.
            pub const fn kind(self) -> Kind {
                match self {$(Self::$variant => Kind::$kind),*}
            }
        }
    };
}

metrics! {
    Counter AcquirerFrames "lijian_acquirer_frames_total" "Frames from acquirers.";
    Counter IssuerFrames "lijian_issuer_frames_total" "Frames from issuers.";
    Counter Relayed "lijian_relayed_total" "Requests without items, passed on to an issuer.";
    Counter Translated "lijian_translated_total" "Messages passed on field by field between two dialects.";
    Counter NotCarried "lijian_not_carried_total" "Messages that the other dialect cannot hold, refused with 30.";
    Counter Unreadable "lijian_unreadable_total" "Frames whose type could not be read: no answer was possible.";
    Counter Broken "lijian_broken_total" "Requests with a broken field, answered with 30.";
    Counter RepeatsInFlight "lijian_repeats_in_flight_total" "Repeats of a request in flight.";
    Counter RepeatsAnswered "lijian_repeats_answered_total" "Repeats answered from the record.";
    Counter KeyReused "lijian_key_reused_total" "Same key with other content, refused with 94.";
    Counter IssuerDown "lijian_issuer_down_total" "Requests refused with 91: no issuer was connected.";
    Counter Overload "lijian_overload_total" "Requests refused with 91: too many were in flight.";
    Counter TimeOuts "lijian_time_outs_total" "Requests that the issuer did not answer in time: 98.";
    Counter UnmatchedAnswers "lijian_unmatched_answers_total" "Answers of issuers that nobody waited for.";
    Counter LateApprovals "lijian_late_approvals_total" "Approvals that came after 98 was told: never a grant.";
    Counter MacDropped "lijian_mac_dropped_total" "Authentication codes dropped from changed messages.";
    Counter InDoubt "lijian_in_doubt_total" "Sales that went into doubt.";
    Counter Tombstones "lijian_tombstones_total" "Reversals whose original was never seen.";
    Counter Reversals "lijian_reversals_total" "Reversals of grants accepted.";
    Counter ReversalsConfirmed "lijian_reversals_confirmed_total" "Reversals of grants confirmed by the issuer.";
    Counter Returns "lijian_returns_total" "Voids, refunds and reversals of voids accepted.";
    Counter ReturnsConfirmed "lijian_returns_confirmed_total" "Voids and refunds confirmed by the issuer.";
    Counter Quotes "lijian_quotes_total" "Quotes given.";
    Counter QuotesUsed "lijian_quotes_used_total" "Quotes that became a sale.";
    Counter QuotesExpired "lijian_quotes_expired_total" "Quotes that nobody used in their time.";
    Counter QuotesWithdrawn "lijian_quotes_withdrawn_total" "Quotes that the acquirer took back.";
    Counter QuotesOverLimit "lijian_quotes_over_limit_total" "Requests for a quote refused with 91: too many were open.";
    Counter Queued "lijian_queued_total" "Messages of the switch's own that began to wait for an issuer.";
    Counter QueueSent "lijian_queue_sent_total" "Sendings of such messages, repeats included.";
    Counter QueueUnanswered "lijian_queue_unanswered_total" "Sendings of such messages that were not answered in time.";
    Counter QueueConfirmed "lijian_queue_confirmed_total" "Such messages that were confirmed.";
    Counter QueueParked "lijian_queue_parked_total" "Such messages that are not sent unless two people say so.";
    Counter QueueJoined "lijian_queue_joined_total" "Reversals of acquirers that joined one that waits.";
    Counter QueueOrders "lijian_queue_orders_total" "Orders of two people that were carried out.";
    Counter QueueOrdersRefused "lijian_queue_orders_refused_total" "Orders about nothing that waits.";
    Counter NoSealingKey "lijian_no_sealing_key_total" "Sales that got nothing: no key to seal their card number with.";
    Counter Decisions "lijian_decisions_total" "Decisions on sales with items, by decision code.";
    Counter Answers "lijian_answers_total" "Answers to acquirers, by response code.";
    Counter ConnectionsOpened "lijian_connections_opened_total" "Connections opened, by side.";
    Counter ConnectionsClosed "lijian_connections_closed_total" "Connections closed, by side and reason.";
    Counter ConnectionsRefused "lijian_connections_refused_total" "Connections beyond the limit of their link.";
    Counter JournalBatches "lijian_journal_batches_total" "Batches written and synced.";
    Counter JournalRecords "lijian_journal_records_total" "Records written and synced.";
    Counter JournalBytes "lijian_journal_bytes_total" "Bytes written and synced.";
    Gauge Ready "lijian_ready" "1 when recovered, listening and not draining.";
    Gauge Poisoned "lijian_journal_poisoned" "1 after a failed write or sync: nothing is granted any more.";
    Gauge Damaged "lijian_journal_damaged" "1 when a part of the journal before the snapshot of this start cannot be read.";
    Gauge SpaceLow "lijian_journal_space_low" "1 when the disk will be full soon.";
    Gauge InFlight "lijian_in_flight" "Requests not answered yet.";
    Gauge InDoubtNow "lijian_in_doubt" "Sales whose outcome nobody knows.";
    Gauge QuotesOpen "lijian_quotes_open" "Quotes that are neither used nor over.";
    Gauge QueueLength "lijian_queue_length" "Messages of the switch's own that wait for an issuer.";
    Gauge QueueParkedNow "lijian_queue_parked" "Those of them that are not sent unless two people say so.";
    Gauge QueueAge "lijian_queue_oldest_age_seconds" "For how long the first of them waits.";
    Gauge Tasks "lijian_tasks" "Tasks alive on the exchange's thread: a handful, and one for each connection.";
    Gauge JournalDurability "lijian_journal_durability" "1, with the policy by which a record counts as written.";
    Gauge DurableLsn "lijian_journal_durable_lsn" "Last record on disk.";
    Gauge AppliedLsn "lijian_index_applied_lsn" "Last record in the index.";
    Gauge BudgetLimit "lijian_budget_limit_minor" "Limit of a budget, in minor units.";
    Gauge BudgetHeld "lijian_budget_held_minor" "Held on a budget, in minor units.";
    Gauge BudgetUsed "lijian_budget_used_minor" "Used of a budget, in minor units.";
    Gauge ForecastExhaustion "lijian_forecast_exhaustion_seconds" "Seconds until a budget is used up, where that is before its end.";
    Summary Latency "lijian_latency_seconds" "Where the time of sales goes, by part, over the last one to two minutes.";
    Summary JournalSync "lijian_journal_sync_seconds" "Sync of a batch, over the last one to two minutes.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_well_formed() {
        let names: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        assert_eq!(names.len(), Metric::ALL.len());
        for metric in Metric::ALL {
            assert!(metric.name().starts_with("lijian_"), "{}", metric.name());
            assert_eq!(metric.kind() == Kind::Counter, metric.name().ends_with("_total"), "{}", metric.name());
            assert!(metric.description().ends_with('.'), "{}", metric.name());
        }
    }
}

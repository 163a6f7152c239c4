//! From the checked configuration to what the exchange and the operator's pages are told.

use crate::keys::CardKey;
use crate::ops::{AcquirerRow, HostRow, IssuerRow, Links};
use lijian_config::switch::{self, IndexStore, SwitchConfig};
use lijian_exchange::settings::{
    AcquirerLink, IssuerLink, OursRule, Presentation, QueueSettings, QuoteRules, RefusalPolicy, Settings,
};
use lijian_store::index::IndexKind;
use std::sync::Arc;
use std::time::Duration;

/// What finds transactions by their numbers.
pub(crate) const fn index(store: IndexStore) -> IndexKind {
    match store {
        IndexStore::Runs => IndexKind::Runs,
        IndexStore::Sled => IndexKind::Sled,
    }
}

/// What the exchange is told.
pub(crate) fn exchange(config: &SwitchConfig, card_key: &CardKey, hash_seed: u64) -> Settings {
    Settings {
        node: config.exchange.node,
        calendar: config.clock.calendar.clone(),
        acquirers: config.acquirers.iter().map(acquirer).collect(),
        issuers: config.issuers.iter().map(issuer).collect(),
        in_flight_max: config.exchange.in_flight_max,
        answers_days: config.exchange.answers_days,
        queue: QueueSettings {
            answer_us: microseconds(config.queue.answer_max),
            retry_us_min: microseconds(config.queue.retry_min),
            retry_us_max: microseconds(config.queue.retry_max),
            in_flight_max: config.queue.in_flight_max,
            original_lifetime_us: microseconds(config.queue.original_lifetime),
        },
        card_key: card_key.reveal(),
        hash_seed,
    }
}

fn acquirer(link: &switch::AcquirerLink) -> AcquirerLink {
    let ours = |rule: &switch::OursRule| OursRule { mti: rule.mti, processing: rule.processing };
    AcquirerLink {
        name: link.name,
        dialect: Arc::clone(&link.dialect),
        frame: link.frame,
        issuer: link.issuer,
        time_budget_us: microseconds(link.time_budget),
        in_flight_max: link.in_flight_max,
        ours: link.ours.iter().map(ours).collect(),
        quotes: QuoteRules {
            rules: link.quotes.rules.iter().map(ours).collect(),
            lifetime_us: microseconds(link.quotes.lifetime),
            open_max: link.quotes.open_max,
            of_terminal_max: link.quotes.of_terminal_max,
        },
        refusal: match link.refusal {
            switch::RefusalPolicy::Decline => RefusalPolicy::Decline,
            switch::RefusalPolicy::FullPrice => RefusalPolicy::FullPrice,
        },
        refund_amount: link.refund_amount,
    }
}

fn issuer(link: &switch::IssuerLink) -> IssuerLink {
    IssuerLink {
        name: link.name,
        dialect: Arc::clone(&link.dialect),
        frame: link.frame,
        destination: link.destination.as_bytes().into(),
        source: link.source.as_bytes().into(),
        presentation: match link.presentation {
            switch::Presentation::Net => Presentation::Net,
            switch::Presentation::Gross => Presentation::Gross,
        },
        accepts_changed_chip_amount: link.accepts_changed_chip_amount,
        gross_amount_type: link.gross_amount_type,
        coupon_info_tag: link.coupon_info_tag,
        sign_on: link.sign_on,
        echo_after_us: link.echo_after.map(microseconds),
        session_answer_us: microseconds(link.session_answer_max),
    }
}

/// Every link, before any socket is open.
pub(crate) fn board(config: &SwitchConfig) -> Links {
    let acquirers = config.acquirers.iter().map(|link| AcquirerRow {
        name: link.name.to_string(),
        dialect: link.dialect.name().to_owned(),
        listen: None,
        connections: 0,
    });
    let issuers = config.issuers.iter().map(|link| IssuerRow {
        name: link.name.to_string(),
        dialect: link.dialect.name().to_owned(),
        hosts: link.hosts.iter().map(|host| HostRow { host: host.clone(), up: false, dialled: false }).collect(),
    });
    Links { acquirers: acquirers.collect(), issuers: issuers.collect() }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

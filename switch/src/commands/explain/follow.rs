//! The second pass: everything that happened to the requests found, with their caps as they stood.

use super::ExplainError;
use super::search::Plan;
use super::watch::{CapSeen, Watch};
use crate::commands::ledger::history::{History, Progress};
use crate::limits::LOOK_UP_TRANSACTIONS_MAX;
use lijian_domain::claims::Presented;
use lijian_domain::claims::voucher::VoucherCode;
use lijian_domain::ids::{DuplicateKey, Lsn};
use lijian_domain::record::{Entry, Record};
use lijian_store::claims::Claims;
use std::collections::BTreeMap;

/// Records kept at most, over all transactions: some ten megabytes. Those over it are counted.
const STEPS_MAX: usize = 1_000;

/// A transaction: its records in order.
#[derive(Debug, Default)]
pub(super) struct Case {
    pub(super) steps: Vec<Step>,
}

/// A record, and the caps that its request met.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) entry: Entry,
    pub(super) caps: Vec<CapSeen>,
    /// What stood behind the qualification that the request named.
    pub(super) presented: Option<Presented>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// By their first record.
    pub(super) cases: Vec<Case>,
    pub(super) transactions_left_out: u64,
    pub(super) records_left_out: u64,
}

/// Reads the whole journal once more.
pub(super) fn follow(history: &mut History, mut plan: Plan) -> Result<Followed, ExplainError> {
    plan.shorten();
    let watch = Watch::new(&plan.caps, history.another_reader()?);
    let mut follow = Follow {
        cases: plan.openings.values().map(|first| (*first, Case::default())).collect(),
        members: plan.openings,
        buried: plan.buried,
        watch,
        claims: Claims::new(),
        kept: 0,
        left_out: 0,
    };
    let mut progress = Progress::new("explained");
    for entry in history.entries() {
        let entry = entry?;
        progress.reached(entry.lsn);
        follow.take(entry)?;
    }
    Ok(Followed {
        cases: follow.cases.into_values().collect(),
        transactions_left_out: plan.left_out,
        records_left_out: follow.left_out,
    })
}

impl Plan {
    /// Leaves the newest transactions out where there are too many.
    fn shorten(&mut self) {
        while let Some((_, first)) = self.openings.last_key_value().map(|(lsn, first)| (*lsn, *first)) {
            let mut firsts: Vec<_> = self.openings.values().collect();
            firsts.sort_unstable();
            firsts.dedup();
            if firsts.len() <= LOOK_UP_TRANSACTIONS_MAX {
                break;
            }
            self.openings.retain(|_, other| *other != first);
            self.left_out = self.left_out.saturating_add(1);
        }
    }
}

struct Follow {
    cases: BTreeMap<Lsn, Case>,
    /// Records that others are about, and the transaction that each is part of.
    members: BTreeMap<Lsn, Lsn>,
    buried: BTreeMap<DuplicateKey, Lsn>,
    watch: Watch,
    claims: Claims,
    kept: usize,
    left_out: u64,
}

impl Follow {
    fn take(&mut self, entry: Entry) -> Result<(), ExplainError> {
        self.watch.arrive(&entry);
        let caps = if self.members.contains_key(&entry.lsn) { self.watch.seen(&entry) } else { Vec::new() };
        self.watch.apply(&entry)?;
        let presented = self.presented(&entry.record);
        self.claim(&entry)?;
        let Some(first) = self.part_of(&entry) else { return Ok(()) };
        if matches!(entry.record, Record::ReversalAsked(_) | Record::ReturnAsked(_)) {
            // Outcomes and orders of two people are about this one.
            self.members.insert(entry.lsn, first);
        }
        if self.kept >= STEPS_MAX {
            self.left_out = self.left_out.saturating_add(1);
            return Ok(());
        }
        let Some(case) = self.cases.get_mut(&first) else { return Ok(()) };
        if matches!(entry.record, Record::Tombstone(_)) {
            // A key is used again on another day: the last one before the sale is the one that it ran into.
            case.steps.retain(|step| !matches!(step.entry.record, Record::Tombstone(_)));
        }
        case.steps.push(Step { entry, caps, presented });
        self.kept += 1;
        Ok(())
    }

    fn claim(&mut self, entry: &Entry) -> Result<(), ExplainError> {
        let taken = match &entry.record {
            Record::Claimed(claimed) => self.claims.claimed(entry.at, claimed),
            Record::ClaimChanged(changed) => self.claims.changed(changed),
            Record::Drawn(drawn) => self.claims.drawn(drawn).map(drop),
            _ => Ok(()),
        };
        taken.map_err(|source| ExplainError::Claim { lsn: entry.lsn, source })
    }

    /// The claim as it stood when the request was decided.
    fn presented(&self, record: &Record) -> Option<Presented> {
        let qualification = match record {
            Record::Intent(intent) => intent.qualification,
            Record::Quoted(quoted) => quoted.sale.qualification,
            Record::Refused(refused) => refused.asked?.qualification,
            _ => return None,
        };
        let code = VoucherCode::parse(qualification.as_str())?;
        self.claims.presented(code)
    }

    fn part_of(&self, entry: &Entry) -> Option<Lsn> {
        let known = |lsn: Lsn| self.members.get(&lsn).copied();
        let about = match &entry.record {
            Record::QueueOrdered(ordered) => Some(ordered.target),
            record => record.about(),
        };
        let part_of = known(entry.lsn).or_else(|| known(about?));
        part_of.or_else(|| {
            let Record::Tombstone(tombstone) = &entry.record else { return None };
            self.buried.get(&tombstone.original).copied().filter(|sale| *sale > entry.lsn)
        })
    }
}

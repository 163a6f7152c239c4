//! One round: the relay and the switch, one after the other, each in a process that nothing else has used.

use super::plan::{Part, Plan, Point};
use super::side::{Run, Side, per_second};
use crate::clock;
use crate::rig::Programs;
use crate::rig::RigError;
use crate::rig::Stage;
use crate::rig::{Peer, Switch};
use lijian_codecs::dialect::Dialect;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How long the raw relay is loaded beside one that commits, to know what a sale adds to no switch at all.
const RAW: Duration = Duration::from_secs(1);
/// The index must be up to date so long after the last sale of a sustained run.
const BEHIND_MAX_NS: u64 = 60_000_000_000;
const PAUSE: Duration = Duration::from_millis(20);

/// What stays for the whole run.
#[derive(Debug)]
pub(super) struct Bench {
    programs: Programs,
    issuer: Peer,
    stage: Stage,
    dialect: Arc<Dialect>,
}

/// A round's figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Pair {
    pub(super) switch: Run,
    pub(super) relay: Run,
    pub(super) raw: Run,
    /// Sales a second of the switch; in a sustained run until the index had them too.
    pub(super) rate: u64,
    /// Records that the index had not when the last sale was answered, and how long it took for them.
    pub(super) behind_records: u64,
    pub(super) behind_ms: u64,
    /// Last records in the index and on the disk, where it did not get them all in its time.
    pub(super) left_behind: Option<(u64, u64)>,
}

impl Bench {
    pub(super) fn set_up(plan: &Plan) -> Result<Self, RigError> {
        let stage = Stage::set_up(&plan.folder)?;
        let dialect = Dialect::shipped("iso87-ascii").and_then(Result::ok);
        let dialect = dialect.ok_or_else(|| crate::load::LoadError::Traffic { dialect: "iso87-ascii".to_owned() })?;
        let issuer = Peer::issuer(&plan.programs)?;
        Ok(Self { programs: plan.programs.clone(), issuer, stage, dialect: Arc::new(dialect) })
    }

    /// Measures both sides, this one first.
    pub(super) fn pair(&self, part: Part, point: Point, duration: Duration, first: Side) -> Result<Pair, RigError> {
        let mut pair = Pair::default();
        let second = if first == Side::Relay { Side::Switch } else { Side::Relay };
        for side in [first, second] {
            match side {
                Side::Relay => self.relays(part, point, duration, &mut pair)?,
                Side::Switch => self.switch(part, point, duration, &mut pair)?,
            }
        }
        Ok(pair)
    }

    fn relays(&self, part: Part, point: Point, duration: Duration, pair: &mut Pair) -> Result<(), RigError> {
        let load = |stage, duration| {
            let peer = Peer::relay(&self.programs, self.issuer.address, stage)?;
            Side::Relay.measure(peer.address, part, point, duration, &self.dialect)
        };
        if part == Part::Plain {
            pair.relay = load(None, duration)?;
            pair.raw = pair.relay;
        } else {
            pair.raw = load(None, RAW.min(duration))?;
            pair.relay = load(Some(&self.stage), duration)?;
        }
        Ok(())
    }

    fn switch(&self, part: Part, point: Point, duration: Duration, pair: &mut Pair) -> Result<(), RigError> {
        let Switch { peer, admin, .. } = &Switch::start(&self.programs, self.issuer.address, &self.stage)?;
        let run = Side::Switch.measure(peer.address, part, point, duration, &self.dialect)?;
        (pair.switch, pair.rate) = (run, run.rate());
        if part != Part::Sustained {
            return Ok(());
        }
        let ended_ns = clock::monotonic_ns();
        let end = admin.progress()?;
        pair.behind_records = end.durable.saturating_sub(end.applied);
        loop {
            let now = admin.progress()?;
            let waited_ns = clock::monotonic_ns().saturating_sub(ended_ns);
            let caught_up = now.applied >= end.durable;
            if caught_up || waited_ns >= BEHIND_MAX_NS {
                pair.behind_ms = waited_ns / 1_000_000;
                // Only what is in the index counts.
                let indexed = u128::from(run.answered) * u128::from(now.applied.min(end.durable))
                    / u128::from(end.durable.max(1));
                let indexed = u64::try_from(indexed).unwrap_or(u64::MAX);
                pair.rate = per_second(indexed, run.sending_ns.saturating_add(waited_ns));
                pair.left_behind = (!caught_up).then_some((now.applied, end.durable));
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
    }
}

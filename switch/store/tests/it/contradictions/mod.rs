//! A history that cannot have happened stops the start with the very records, whatever stands before them: any history, then
//! what cannot follow it.

mod claims;
mod numbers;
mod returns;
mod sales;
mod twice;

use crate::history::{Journal, answer, intent, origin, outcome, return_asked};
use lijian_domain::cap::{CapKey, CapLimit, CapTake};
use lijian_domain::ids::{CampaignId, Lsn, Rrn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    DoubtCause, Entry, GaveBack, InDoubt, Intent, Quoted, Record, ReleaseCause, Released, ReturnOutcome, ReturnWay,
    ReversalAsked, ReversalOutcome,
};
use lijian_domain::time::UnixMicros;
use lijian_store::quota::Quota;
use lijian_store::recovery::{Contradiction, RecoveryError, replay};
use std::convert::Infallible;

/// A start on these entries; what it finds wrong.
fn start(entries: &[Entry]) -> Result<(), Contradiction> {
    let look_up = |lsn: Lsn| Ok(entries.iter().find(|entry| entry.lsn == lsn).cloned());
    match replay(entries.iter().map(Ok::<_, Infallible>), &Quota::new(), look_up) {
        Ok(_) => Ok(()),
        Err(RecoveryError::Contradiction(contradiction)) => Err(contradiction),
        Err(RecoveryError::Journal(never)) => match never {},
    }
}

/// Lets `tail` append records to any history, the last of which cannot have happened. Without that one the start goes on;
/// with it, and whatever follows, it stops.
#[track_caller]
fn stops(prefix: &[Entry], tail: impl FnOnce(&mut Tail) -> Contradiction) {
    let mut history = Tail(Journal(prefix.to_vec()));
    let expected = tail(&mut history);
    let Tail(Journal(mut entries)) = history;
    let all_but_the_last = entries.len() - 1;
    assert_eq!(start(&entries[..all_but_the_last]), Ok(()), "before {expected}");
    assert_eq!(start(&entries), Err(expected.clone()), "{:?}", entries[all_but_the_last].record.kind());
    entries.extend(prefix.first().cloned());
    assert_eq!(start(&entries), Err(expected));
}

/// Makes a record about what was asked for in one record, of the sale of another.
type Answered = fn(Lsn, Lsn) -> Record;

/// A history that goes on. Each step gives the LSN of its record.
struct Tail(Journal);

impl Tail {
    /// The LSN of the record after the last.
    fn next(&self) -> Lsn {
        self.0.last().next()
    }

    fn append(&mut self, record: Record) -> Lsn {
        self.0.append(record)
    }

    /// An open sale that holds 10.
    fn sale(&mut self) -> Lsn {
        self.append(sale(self.next(), None, &[ten()]))
    }

    /// A sale that is granted; the LSN of its intent.
    fn granted_sale(&mut self) -> Lsn {
        let sale = self.sale();
        self.append(Record::Granted(outcome(sale)));
        sale
    }

    fn quote(&mut self) -> Lsn {
        self.append(quoted(self.next()))
    }

    fn doubt(&mut self, intent: Lsn) -> Lsn {
        self.append(in_doubt(intent))
    }

    fn ask(&mut self, intent: Lsn, way: ReturnWay) -> Lsn {
        self.append(asked(intent, None, way))
    }

    /// A void that the issuer confirmed; the LSN of its asking.
    fn void(&mut self, intent: Lsn) -> Lsn {
        let void = self.ask(intent, ReturnWay::Void);
        self.append(returned(void, intent));
        void
    }

    fn undo(&mut self, void: Lsn, intent: Lsn) -> Lsn {
        self.append(undoing(void, intent))
    }
}

fn take(amount: u64, count: u32) -> CapTake {
    let key = CapKey::Campaign(CampaignId::new("c").unwrap());
    CapTake { key, amount: MinorUnits::new(amount), count, limit: CapLimit::default() }
}

/// Of a cap that no sale here takes.
fn elsewhere() -> CapTake {
    CapTake { key: CapKey::Campaign(CampaignId::new("elsewhere").unwrap()), ..take(1, 0) }
}

fn ten() -> CapTake {
    take(10, 1)
}

fn sale(own: Lsn, quote: Option<Lsn>, takes: &[CapTake]) -> Record {
    Record::Intent(Intent { quote, ..intent(own, Rrn::default(), takes) })
}

fn quoted(own: Lsn) -> Record {
    Record::Quoted(Quoted { sale: intent(own, Rrn::default(), &[ten()]), expires: UnixMicros(1) })
}

fn in_doubt(intent: Lsn) -> Record {
    Record::InDoubt(InDoubt { intent, cause: DoubtCause::LinkLost })
}

fn released(intent: Lsn) -> Record {
    Record::Released(Released { intent, cause: ReleaseCause::QuoteExpired })
}

fn reversal(intent: Lsn) -> Record {
    Record::ReversalAsked(ReversalAsked { origin: origin(Rrn::default()), intent, amount: MinorUnits::ZERO })
}

fn reversed(asked: Lsn, intent: Lsn) -> Record {
    Record::Reversed(ReversalOutcome { asked, intent, answer: answer(Rrn::default()) })
}

fn reversal_refused(asked: Lsn, intent: Lsn) -> Record {
    Record::ReversalRefused(ReversalOutcome { asked, intent, answer: answer(Rrn::default()) })
}

fn asked(intent: Lsn, of: Option<Lsn>, way: ReturnWay) -> Record {
    let takes: &[CapTake] = if way == ReturnWay::VoidReversal { &[] } else { &[ten()] };
    let takes = takes.iter().copied().collect();
    Record::ReturnAsked(return_asked(Rrn::default(), intent, of, way, takes))
}

fn undoing(void: Lsn, intent: Lsn) -> Record {
    asked(intent, Some(void), ReturnWay::VoidReversal)
}

fn returned(asked: Lsn, intent: Lsn) -> Record {
    Record::Returned(ReturnOutcome { asked, intent, answer: answer(Rrn::default()) })
}

fn return_refused(asked: Lsn, intent: Lsn) -> Record {
    Record::ReturnRefused(ReturnOutcome { asked, intent, answer: answer(Rrn::default()) })
}

fn gave(asked: Lsn, intent: Lsn, take: CapTake) -> Record {
    Record::GaveBack(GaveBack { asked, intent, takes: [take].into_iter().collect() })
}

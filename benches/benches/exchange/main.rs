//! What each kind of request costs the exchange, beside a sale in the same run: time, allocations, records, instructions.
//!
//! An operation is everything between its frame and its answer's frame that the exchange does: frames parsed and written,
//! the decision, caps, records encoded, and what it asked to read back decoded. Sockets and disk are left out, and so are till
//! and issuer, which the same thread plays in between. Requests come in batches, as load forms them. Before each batch of an
//! operation as many sales are made, which it is about, and which its ratio is against. Nothing is asserted about time.
//!
//! Instructions are counted where valgrind is installed. It knows no SHA extensions: there the card's fingerprint, the same
//! for each kind, is computed by ordinary instructions.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock"
)]

mod edge;
mod messages;
mod meter;
mod nowhere;
mod world;

use criterion::{Criterion, Throughput};
use edge::Edge;
use lijian_benches::callgrind;
use messages::{Operation, Shopper};
use meter::{Allocated, Meter};
use std::process::ExitCode;
use std::time::Duration;

/// Requests that come with one read.
const BATCH: u32 = 64;
/// Rounds before anything is measured, for buffers to grow.
const WARM_UP_ROUNDS: u32 = 64;
/// After so many rounds everything begins anew, so that each operation sees tables of the same size.
const ROUNDS_OF_AN_EDGE: u32 = 1_024;
/// Rounds of which instructions are counted.
const COUNTED_ROUNDS: u32 = 16;

fn main() -> ExitCode {
    if let Some(name) = callgrind::asked_for() {
        let operation = Operation::ALL.into_iter().find(|operation| operation.name() == name).unwrap();
        let mut rounds = Rounds::new(operation);
        for _ in 0..COUNTED_ROUNDS {
            rounds.round(&mut Meter::off(), &mut Meter::on());
        }
        return ExitCode::SUCCESS;
    }
    let names = Operation::ALL.map(|operation| operation.name());
    if let Some(verdict) = callgrind::gate(&names, u64::from(COUNTED_ROUNDS * BATCH)) {
        return verdict;
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut group = criterion.benchmark_group("exchange");
    group.throughput(Throughput::Elements(BATCH.into()));
    let mut measured = Vec::new();
    for operation in Operation::ALL {
        let mut rounds = None;
        group.bench_function(operation.name(), |bencher| {
            bencher.iter_custom(|count| rounds.get_or_insert_with(|| Rounds::new(operation)).measure(count));
        });
        measured.extend(rounds);
    }
    group.finish();
    report(&mut measured);
    criterion.final_summary();
    ExitCode::SUCCESS
}

/// Sales, and the operation about each of them.
struct Rounds {
    operation: Operation,
    edge: Edge,
    round: u32,
    sale_ns: Vec<u128>,
    operation_ns: Vec<u128>,
    allocated: Allocated,
    records: u64,
}

impl Rounds {
    fn new(operation: Operation) -> Self {
        let (sale_ns, operation_ns, allocated) = (Vec::new(), Vec::new(), Allocated::default());
        let mut new = Self { operation, edge: Edge::new(), round: 0, sale_ns, operation_ns, allocated, records: 0 };
        new.warm_up();
        new
    }

    fn warm_up(&mut self) {
        (self.edge, self.round) = (Edge::new(), 0);
        for _ in 0..WARM_UP_ROUNDS {
            self.round(&mut Meter::off(), &mut Meter::off());
        }
    }

    /// Time that so many batches of the operation take.
    fn measure(&mut self, count: u64) -> Duration {
        let mut total_ns = 0;
        for _ in 0..count {
            if self.round == ROUNDS_OF_AN_EDGE {
                self.warm_up();
            }
            let (mut sales, mut operations) = (Meter::on(), Meter::on());
            self.records += self.round(&mut sales, &mut operations);
            self.sale_ns.push(sales.nanoseconds);
            self.operation_ns.push(operations.nanoseconds);
            self.allocated.times += operations.allocated.times;
            self.allocated.bytes += operations.allocated.bytes;
            total_ns += operations.nanoseconds;
        }
        Duration::from_nanos(u64::try_from(total_ns).unwrap())
    }

    /// Sales, then the operation about each of them (where that is the sale, nothing more); how many records those took.
    fn round(&mut self, sales: &mut Meter, operations: &mut Meter) -> u64 {
        let first = self.round * BATCH;
        self.round += 1;
        self.edge.forget();
        let shoppers = || (first..first + BATCH).map(Shopper);
        let mut serve = |operation: Operation, meter: &mut Meter| {
            let frames: Vec<_> = shoppers().map(|shopper| self.edge.framed(&operation.request(shopper))).collect();
            let served = self.edge.serve(&frames.concat(), meter);
            assert_eq!(served.response_codes.len(), frames.len(), "{} answered", operation.name());
            for code in &served.response_codes {
                assert_eq!(code, operation.response_code(), "{}", operation.name());
            }
            served.records
        };
        if self.operation == Operation::Sale {
            let records = serve(Operation::Sale, operations);
            sales.nanoseconds = operations.nanoseconds;
            return records;
        }
        serve(Operation::Sale, sales);
        serve(self.operation, operations)
    }
}

fn report(measured: &mut [Rounds]) {
    let counted: Vec<_> = match callgrind::is_installed() {
        true => measured.iter().map(|rounds| (rounds.operation, callgrind::count(rounds.operation.name()))).collect(),
        false => Vec::new(),
    };
    let of_sale = counted.iter().find(|(operation, _)| *operation == Operation::Sale).map(|(_, count)| *count);
    for rounds in measured {
        let operations = rounds.operation_ns.len() as u64 * u64::from(BATCH);
        let (own, sale) = (median(&mut rounds.operation_ns), median(&mut rounds.sale_ns));
        let count = counted.iter().find(|(operation, _)| *operation == rounds.operation).map(|(_, count)| *count);
        let instructions = count.zip(of_sale).map_or_else(String::new, |(count, sale)| {
            let each = count / u64::from(COUNTED_ROUNDS * BATCH);
            format!(" instructions={each} instructions_to_sale={}", hundredths(count.into(), sale.into()))
        });
        println!(
            "exchange operation={} operations={operations} p50_ns={} sale_p50_ns={} to_sale={} records={} allocations={} \
             allocated_bytes={}{instructions}",
            rounds.operation.name(),
            own / u128::from(BATCH),
            sale / u128::from(BATCH),
            hundredths(own, sale),
            rounds.records / operations,
            hundredths(rounds.allocated.times.into(), operations.into()),
            rounds.allocated.bytes / operations,
        );
    }
}

fn median(figures: &mut [u128]) -> u128 {
    figures.sort_unstable();
    figures[figures.len() / 2]
}

/// A ratio with two decimal places.
fn hundredths(part: u128, whole: u128) -> String {
    let ratio = part * 100 / whole.max(1);
    format!("{}.{:02}", ratio / 100, ratio % 100)
}

//! One decision with a thousand and with a million products loaded, in one run: sales of random products at a random one of
//! twenty merchants. The figure to watch is the difference, which is what the catalogue's size costs.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up stops")]

mod decision;

use criterion::{BatchSize, BenchmarkId, Criterion};
use decision::{noon, request, rules, sales};
use lijian_domain::decide::decide;
use lijian_domain::sale::Decision;
use std::hint::black_box;

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    let now = noon();
    for products in [1_000, 1_000_000] {
        let rules = rules(products);
        let sales = sales(products);
        let mut next = sales.iter().cycle();
        let mut request = request(sales[0].0, sales[0].1);
        assert!(matches!(decide(&rules, &request, None, &now), Decision::Grant(_)), "it is awards that are measured");
        group.bench_function(BenchmarkId::new("products", products), |bencher| {
            bencher.iter(|| {
                let (item, merchant) = next.next().unwrap();
                request.items[0] = *item;
                (request.merchant, request.amount) = (*merchant, item.unit_price);
                black_box(decide(&rules, black_box(&request), None, &now));
            });
        });
        group.bench_function(BenchmarkId::new("look-up", products), |bencher| {
            let gtins = || next.next().unwrap().0.gtin;
            bencher.iter_batched(gtins, |gtin| rules.catalogue.product(black_box(gtin)), BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    decisions(&mut criterion);
    criterion.final_summary();
}

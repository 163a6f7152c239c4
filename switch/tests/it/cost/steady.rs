//! With 1,024 sales in flight there is no task for each, and hardly a system call.

use super::crowd::Crowd;
use super::trace::{Line, Traced, is_permitted};
use crate::daemon::host::issuer;
use std::collections::BTreeMap;

const LINKS: u32 = 16;
const IN_FLIGHT_EACH: u32 = 64;
const WARM_UP: u64 = 4_096;
/// Sales of one window; of several the best counts, since a busy machine can break the rhythm of any one of them.
const WINDOW: u64 = 4_096;
const WINDOWS: u64 = 5;
/// Sold after the measurement, so that as much is in flight at its end as at its beginning.
const TAIL: u64 = 4_096;
const CALLS_PER_100_SALES_MAX: u64 = 20;

#[tokio::test]
async fn with_1024_in_flight_no_task_and_a_fifth_of_a_system_call_for_each_sale() {
    if !is_permitted() {
        return;
    }
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|settings| settings.observed_max = 0);
    // Large enough that no segment is finished meanwhile: making the next one is a matter of bytes, not of sales.
    let traced = Traced::start(data.path(), address, &["-s", "0"], &["store.segment_bytes=16777216"]);
    traced.daemon.until_issuer();
    let sales = WARM_UP + WINDOWS * WINDOW + TAIL;
    let sales_each = u32::try_from(sales).unwrap() / LINKS;
    let crowd = Crowd { links: LINKS, in_flight_each: IN_FLIGHT_EACH, sales_each };
    let answers = crowd.start(traced.daemon.acquirer("ascii")).await;
    let mut answered = 0;
    let mut until = |wanted: u64| {
        while answered < wanted {
            answered += answers.recv().unwrap();
        }
        answered
    };

    until(WARM_UP / 2);
    let tasks = traced.daemon.metric("lijian_tasks");
    let mut marks = Vec::new();
    for window in 0..=WINDOWS {
        marks.push((until(WARM_UP + window * WINDOW), traced.position()));
    }
    let tasks_after = traced.daemon.metric("lijian_tasks");
    until(sales);

    let windows = marks.windows(2).map(|ends| {
        let [(first, from), (last, to)] = [ends[0], ends[1]];
        // By thread and call.
        let mut calls = BTreeMap::<_, u64>::new();
        for line in traced.lines(from, to) {
            if let Some(line) = Line::read(&line).filter(|line| !line.resumed) {
                *calls.entry((traced.name_of(line.thread), line.call.to_owned())).or_default() += 1;
            }
        }
        let (count, sales) = (calls.values().sum::<u64>(), last - first);
        println!("{count} system calls for {sales} sales, {tasks} tasks: {calls:?}");
        assert!(count > 0, "the trace is empty");
        (count * 100 / sales, calls)
    });
    let (calls_per_100_sales, calls) = windows.min_by_key(|(count, _)| *count).unwrap();
    assert!(calls_per_100_sales < CALLS_PER_100_SALES_MAX, "{calls_per_100_sales} calls for 100 sales: {calls:?}");
    assert!(tasks > u64::from(LINKS), "a task for each connection: {tasks}");
    assert_eq!(tasks_after, tasks, "tasks come and go with sales");
}

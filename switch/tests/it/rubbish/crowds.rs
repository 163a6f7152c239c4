//! Peers by the thousand.

use super::victim::Victim;
use std::io::Write;
use std::net::TcpStream;
use std::thread;

#[tokio::test]
async fn ten_thousand_connections_opened_and_dropped_leave_nothing_behind() {
    const AT_ONCE: u64 = 20;
    const EACH: u64 = 500;
    let victim = Victim::start(&[]);
    let address = victim.acquirer();
    let crowd: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            thread::spawn(move || {
                for number in 0..EACH {
                    let mut stream = TcpStream::connect(address).unwrap();
                    if number % 2 == 0 {
                        // The beginning of a frame that never ends; the daemon may have closed the connection already.
                        let _ = stream.write_all(b"\x01\x000200");
                    }
                }
            })
        })
        .collect();
    crowd.into_iter().for_each(|each| each.join().unwrap());
    victim.daemon.until(|daemon| {
        let opened = daemon.metric("lijian_connections_opened_total{side=\"acquirer\"}");
        opened + daemon.metric("lijian_connections_refused_total") == AT_ONCE * EACH
            && daemon.json("/api/v1/links")["acquirers"][0]["connections"] == 0
    });
    victim.unharmed("iso87-ascii").await;
}

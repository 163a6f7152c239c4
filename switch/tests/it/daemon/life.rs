//! Start, readiness, drain, end.

use super::host::{PATIENCE, ask, issuer, plain, refrigerator, request, tag};
use super::process::{Daemon, command};
use lijian_load::till::Till;
use std::net::{SocketAddr, TcpListener};

/// An address where nobody listens.
fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Exit code and standard error of a start that fails.
fn refused(set: &[&str], production: bool) -> (Option<i32>, String) {
    let data = tempfile::tempdir().unwrap();
    let mut command = command(data.path(), nobody(), set);
    if production {
        command.env("LIJIAN_PRODUCTION", "1");
    }
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn sigterm_finishes_what_is_in_flight_and_ends() {
    let data = tempfile::tempdir().unwrap();
    let (address, observations) = issuer(|settings| settings.latency_ms = 700);
    let mut daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    assert_eq!(daemon.page("/health/ready").0, 200);
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let late = request(&till, &refrigerator(1, 800_000), "424242424242");
    till.send(&late).await.unwrap();
    observations.wait_until(|totals| totals.messages > 0).await;
    daemon.terminate();
    daemon.until(|daemon| daemon.page("/health/ready").0 == 503);
    assert!(Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.is_err(), "no new connections");
    let answer = till.receive(PATIENCE).await.unwrap();
    assert_eq!((answer.text(39).as_str(), tag(&answer, "82").as_str()), ("00", "G000"));
    assert_eq!(daemon.wait().code(), Some(0));
}

#[tokio::test]
async fn an_issuer_that_is_dead_at_the_start_gives_91_and_is_used_once_it_lives() {
    let data = tempfile::tempdir().unwrap();
    let address = nobody();
    let daemon = Daemon::start(data.path(), address, &[]);
    assert_eq!(daemon.page("/health/ready").0, 200);
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    assert_eq!(ask(&mut till, &plain(1, 500), "424242424241").await.text(39), "91");
    let refused = ask(&mut till, &refrigerator(2, 800_000), "424242424242").await;
    assert_eq!(refused.text(39), "91");
    assert_eq!(daemon.budget("campaign:shenzhen-2024").1, 0);

    let (_, observations) = issuer(|settings| settings.listen = address);
    daemon.until_issuer();
    assert_eq!(ask(&mut till, &plain(3, 500), "424242424243").await.text(39), "00");
    assert_eq!(observations.totals().approved, 1);
}

#[tokio::test]
async fn the_first_sale_after_a_start_finds_its_issuer() {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|_| {});
    for stan in 1..=4 {
        let daemon = Daemon::start(data.path(), address, &["links.issuers.issuer.sign_on=true"]);
        let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
        assert_eq!(ask(&mut till, &plain(stan, 500), "424242424241").await.text(39), "00");
        daemon.kill();
    }
}

#[test]
fn what_cannot_be_served_safely_is_refused_before_anything_is_bound() {
    let (code, error) = refused(&["admin.listen=0.0.0.0:0"], false);
    assert_eq!(code, Some(64), "{error}");
    assert!(error.contains("admin.listen: 0.0.0.0:0 is not a loopback address"), "{error}");
    let (code, error) = refused(&[], true);
    assert_eq!(code, Some(64), "{error}");
    assert!(error.contains("clock.now"), "{error}");
}

#[test]
fn an_address_in_use_is_named_and_may_be_tried_again() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let (code, error) = refused(&[&format!("links.acquirers.ascii.listen={address}")], false);
    assert_eq!(code, Some(75), "{error}");
    assert!(error.contains("links.acquirers.ascii.listen: cannot listen at"), "{error}");
}

#[test]
fn one_data_directory_has_one_daemon() {
    let data = tempfile::tempdir().unwrap();
    let _daemon = Daemon::start(data.path(), nobody(), &[]);
    let second = command(data.path(), nobody(), &[]).output().unwrap();
    assert_eq!(second.status.code(), Some(75), "{}", String::from_utf8_lossy(&second.stderr));
}

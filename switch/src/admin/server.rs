//! Routes, thread, socket.

use super::problem::Problem;
use super::{claims, forecast, health, links, metrics, money, products, queue, rules};
use crate::ops::Ops;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{delete, get, post};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use tokio::runtime::Builder;

/// The description of the API, kept beside the routes; a test holds them together.
const OPENAPI: &str = include_str!("openapi.json");

/// Why the admin side did not come up.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// Not on loopback.
    #[error(
        "admin.listen: {address} is not a loopback address; expected for example 127.0.0.1:8080, since there is no access \
         control for other addresses yet"
    )]
    NotLoopback {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address cannot be listened at.
    #[error("admin.listen: cannot listen at {address}: {source}; stop what listens there, or change the address")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// No thread or runtime.
    #[error("the operating system gives no resources for the admin side: {0}")]
    Resources(#[source] io::Error),
}

/// Anybody who reaches the address may read: only this machine may.
///
/// # Errors
/// The address is not on loopback.
pub fn refuse_open_address(address: SocketAddr) -> Result<(), AdminError> {
    if address.ip().is_loopback() { Ok(()) } else { Err(AdminError::NotLoopback { address }) }
}

/// Starts to serve, for the life of the process, and gives the address with the port that was found for port 0.
///
/// # Errors
/// The address is taken or not loopback, or there are no resources.
pub fn start(address: SocketAddr, ops: Arc<Ops>) -> Result<SocketAddr, AdminError> {
    refuse_open_address(address)?;
    let failed = |source| AdminError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let local = listener.local_addr().map_err(failed)?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(AdminError::Resources)?;
    let serve = async move {
        let served = match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => axum::serve(listener, router(ops)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = served {
            tracing::error!(%error, "the admin side ended");
        }
    };
    let body = move || runtime.block_on(serve);
    thread::Builder::new().name("admin".to_owned()).spawn(body).map_err(AdminError::Resources)?;
    Ok(local)
}

fn router(ops: Arc<Ops>) -> Router {
    Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(metrics::page))
        .route("/api/v1/budgets", get(money::budgets))
        .route("/api/v1/forecast", get(forecast::forecast))
        .route("/api/v1/transactions/{rrn}", get(money::transactions))
        .route("/api/v1/links", get(links::links))
        .route("/api/v1/queue", get(queue::queue))
        .route("/api/v1/queue/{lsn}/orders", post(queue::propose))
        .route("/api/v1/queue/{lsn}/orders/confirm", post(queue::confirm))
        .route("/api/v1/campaigns", get(rules::campaigns))
        .route("/api/v1/campaigns/{id}/draw", post(claims::propose_draw))
        .route("/api/v1/campaigns/{id}/draw/confirm", post(claims::confirm_draw))
        .route("/api/v1/claims", get(claims::claims).post(claims::issue))
        .route("/api/v1/claims/look", post(claims::claim))
        .route("/api/v1/claims/confirm", post(claims::confirm))
        .route("/api/v1/claims/hand-back", post(claims::hand_back))
        .route("/api/v1/claims/withdraw", post(claims::withdraw))
        .route("/api/v1/people/{person}", delete(claims::erase))
        .route("/api/v1/people/{person}/claims", get(claims::claims_of))
        .route("/api/v1/products/proposals", get(products::list).post(products::propose))
        .route("/api/v1/products/proposals/{number}", get(products::one))
        .route("/api/v1/products/proposals/{number}/approve", post(products::approve))
        .route("/api/v1/products/proposals/{number}/refuse", post(products::refuse))
        .route("/api/v1/config/reload", post(rules::reload))
        .route("/api/v1/config/reload/confirm", post(rules::confirm))
        .route("/api/v1/config/scheduled/{version}", delete(rules::withdraw))
        .route("/api/openapi.json", get(openapi))
        .fallback(async || Problem::not_found("there is no such page; see /api/openapi.json"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(ops)
}

async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], OPENAPI)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_described() {
        let described: serde_json::Value = serde_json::from_str(OPENAPI).unwrap();
        let described: Vec<_> = described["paths"].as_object().unwrap().keys().cloned().collect();
        let source = include_str!("server.rs");
        let routes: Vec<_> =
            source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split('"').next()).collect();
        assert!(routes.len() >= 7, "{routes:?}");
        assert_eq!(described, routes);
    }

    #[test]
    fn other_machines_are_kept_out() {
        assert!(refuse_open_address("127.0.0.1:8080".parse().unwrap()).is_ok());
        assert!(refuse_open_address("[::1]:8080".parse().unwrap()).is_ok());
        let error = refuse_open_address("0.0.0.0:8080".parse().unwrap()).unwrap_err();
        assert!(error.to_string().starts_with("admin.listen: 0.0.0.0:8080 is not a loopback address"), "{error}");
    }
}

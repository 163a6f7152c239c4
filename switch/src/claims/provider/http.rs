//! A provider over HTTP/1.1: `POST {"name":...,"id_number":...,"document":...,"phone":...}`, answered
//! `{"result":"match"|"no-match"|"unknown"}`.
//!
//! Each try has a connection and a time-out of its own. Failures are tried again within a budget, and open a circuit breaker.
//! The address is on this machine: what leads from there to the provider is encrypted by a proxy, since personal data is told.

use super::breaker::Breaker;
use super::retries::Retries;
use super::{Verdict, Why};
use crate::claims::people::Personal;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use lijian_config::switch::HttpProviderConfig;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// An answer is a few words.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
const TOKEN_BYTES_MAX: u64 = 4 * 1024;

/// A service that is asked.
#[derive(Debug)]
pub struct HttpProvider {
    address: String,
    path: String,
    token: Option<HeaderValue>,
    answer_max: Duration,
    retries_max: u32,
    places: Semaphore,
    breaker: Breaker,
    retries: Retries,
}

/// Why it cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum HttpProviderError {
    /// The token.
    #[error("claims.provider.token_file: {path} cannot be read: {source}", path = path.display())]
    Token {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The token's text.
    #[error("claims.provider.token_file: {path} holds no token: expected one line of ASCII", path = path.display())]
    NoToken {
        /// The file.
        path: PathBuf,
    },
}

impl HttpProvider {
    /// The service that the configuration names.
    ///
    /// # Errors
    /// Its token cannot be read.
    pub fn new(config: &HttpProviderConfig) -> Result<Self, HttpProviderError> {
        Ok(Self {
            address: config.address.clone(),
            path: config.path.clone(),
            token: config.token_file.as_ref().map(token).transpose()?,
            answer_max: config.answer_max,
            retries_max: config.retries_max,
            places: Semaphore::new(config.in_flight_max),
            breaker: Breaker::new(config.failures_max, config.rest),
            retries: Retries::new(),
        })
    }

    /// Asks, and again where that may help. `monotonic_us` is a clock that never goes back.
    pub async fn verify(&self, personal: &Personal, monotonic_us: impl Fn() -> u64) -> Verdict {
        let Ok(_place) = self.places.try_acquire() else { return Verdict::Unknown(Why::Busy) };
        let question = Bytes::from(question(personal));
        let mut tries_left = self.retries_max;
        loop {
            let Some(leave) = self.breaker.ask(monotonic_us()) else { return Verdict::Unknown(Why::Resting) };
            let why = match timeout(self.answer_max, self.ask(question.clone())).await {
                Ok(Ok(verdict)) => {
                    leave.succeeded();
                    self.retries.pay();
                    return verdict;
                }
                Ok(Err(why)) => why,
                Err(_) => Why::TimeOut,
            };
            leave.failed(monotonic_us());
            // A refused question is refused again.
            let helps = !matches!(why, Why::Status(status) if status < 500);
            if tries_left == 0 || !helps || !self.retries.take() {
                tracing::warn!(?why, "the identity provider failed");
                return Verdict::Unknown(why);
            }
            tries_left -= 1;
        }
    }

    /// One try.
    async fn ask(&self, question: Bytes) -> Result<Verdict, Why> {
        let stream = TcpStream::connect(&self.address).await.map_err(|_| Why::Connection)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| Why::Connection)?;
        let request = self.request(question).ok_or(Why::Answer)?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(|_| Why::Connection)?;
            if response.status() != StatusCode::OK {
                return Err(Why::Status(response.status().as_u16()));
            }
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
            Ok(body.map_err(|_| Why::Answer)?.to_bytes())
        };
        // The connection ends with the exchange, whatever the peer would still say.
        tokio::pin!(exchange);
        tokio::pin!(connection);
        let answer = tokio::select! {
            biased;
            answer = &mut exchange => answer,
            _ = &mut connection => exchange.await,
        }?;
        verdict(&answer)
    }

    fn request(&self, question: Bytes) -> Option<Request<Full<Bytes>>> {
        let request = Request::post(&self.path).header(HOST, &self.address).header(CONTENT_TYPE, "application/json");
        let request = match &self.token {
            Some(token) => request.header(AUTHORIZATION, token),
            None => request,
        };
        request.body(Full::new(question)).ok()
    }
}

fn question(personal: &Personal) -> String {
    let Personal { number, phone, name, .. } = personal;
    json!({
        "name": name.reveal(),
        "id_number": number.reveal(),
        "document": number.kind().as_str(),
        "phone": phone.reveal(),
    })
    .to_string()
}

fn verdict(answer: &[u8]) -> Result<Verdict, Why> {
    let answer: Value = serde_json::from_slice(answer).map_err(|_| Why::Answer)?;
    match answer.get("result").and_then(Value::as_str) {
        Some("match") => Ok(Verdict::Match),
        Some("no-match") => Ok(Verdict::NoMatch),
        Some("unknown") => Ok(Verdict::Unknown(Why::NotKnown)),
        _ => Err(Why::Answer),
    }
}

fn token(path: &PathBuf) -> Result<HeaderValue, HttpProviderError> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(TOKEN_BYTES_MAX).read_to_string(&mut text));
    read.map_err(|source| HttpProviderError::Token { path: path.clone(), source })?;
    let text = text.trim();
    let header = HeaderValue::from_str(&format!("Bearer {text}")).ok().filter(|_| !text.is_empty());
    let mut header = header.ok_or_else(|| HttpProviderError::NoToken { path: path.clone() })?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests;

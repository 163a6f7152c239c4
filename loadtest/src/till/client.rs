//! The till's connection.

use super::answer::Answer;
use super::error::TillError;
use super::request::Request;
use crate::clock;
use bytes::{Buf, BytesMut};
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::{FieldIndex, parse};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Answers that nobody waited for and that are kept until [`Till::unasked`], the newest.
const UNASKED_MAX: usize = 4_096;
/// Bytes asked for in one read.
const READ_BYTES: usize = 65_536;

/// A till with one connection open.
#[derive(Debug)]
pub struct Till {
    stream: TcpStream,
    dialect: Arc<Dialect>,
    frame: FrameFormat,
    input: BytesMut,
    unasked: VecDeque<Answer>,
}

/// How waiting ended.
enum End {
    Complete,
    Closed,
    TimedOut,
}

impl Till {
    /// Connects, speaking a shipped dialect in frames of the default format.
    ///
    /// # Errors
    /// No such dialect, or no connection.
    pub async fn connect(address: SocketAddr, dialect: &str) -> Result<Self, TillError> {
        let wrong = |problem: String| TillError::Dialect { name: dialect.to_owned(), problem };
        let dialect = Dialect::shipped(dialect)
            .ok_or_else(|| wrong("no shipped dialect has this name".to_owned()))?
            .map_err(|error| wrong(error.to_string()))?;
        Self::connect_with(address, Arc::new(dialect), FrameFormat::default()).await
    }

    /// Connects, speaking any dialect in any frame.
    ///
    /// # Errors
    /// No connection.
    pub async fn connect_with(
        address: SocketAddr,
        dialect: Arc<Dialect>,
        frame: FrameFormat,
    ) -> Result<Self, TillError> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, dialect, frame, input: BytesMut::new(), unasked: VecDeque::new() })
    }

    /// The dialect spoken.
    #[must_use]
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Sends a request and waits for its answer. Answers to other requests are set aside, see [`Self::unasked`].
    ///
    /// # Errors
    /// The request cannot be written, no answer in time, the connection is closed, or something else than messages came.
    pub async fn ask(&mut self, request: &Request, timeout: Duration) -> Result<Answer, TillError> {
        let (mut answers, end) = self.exchange(std::slice::from_ref(request), timeout).await?;
        match (answers.pop().flatten(), end) {
            (Some(answer), _) => Ok(answer),
            (None, End::Closed) => Err(TillError::Closed),
            (None, _) => Err(TillError::TimedOut { timeout_ms: timeout.as_millis() }),
        }
    }

    /// Sends all requests in one go and waits until each is answered, the time is over, or the connection is closed; the
    /// answers come in the order of their requests, `None` where there was none. Requests find their answers by the
    /// dialect's response key, those with equal keys in order.
    ///
    /// # Errors
    /// A request cannot be written (nothing is sent then), or something else than messages came.
    pub async fn pipeline(
        &mut self,
        requests: &[Request],
        timeout: Duration,
    ) -> Result<Vec<Option<Answer>>, TillError> {
        Ok(self.exchange(requests, timeout).await?.0)
    }

    /// Sends a request and does not wait; [`Self::receive`] gets what comes.
    ///
    /// # Errors
    /// The request cannot be written or sent.
    pub async fn send(&mut self, request: &Request) -> Result<(), TillError> {
        let mut output = Vec::new();
        self.frame_request(request, &mut output)?;
        self.send_bytes(&output).await
    }

    /// Sends bytes as they are: parts of frames, several frames, rubbish.
    ///
    /// # Errors
    /// They cannot be sent.
    pub async fn send_bytes(&mut self, bytes: &[u8]) -> Result<(), TillError> {
        Ok(self.stream.write_all(bytes).await?)
    }

    /// The next message that comes, whatever it answers; those set aside first.
    ///
    /// # Errors
    /// None in time, the connection is closed, or something else than messages came.
    pub async fn receive(&mut self, timeout: Duration) -> Result<Answer, TillError> {
        if let Some(answer) = self.unasked.pop_front() {
            return Ok(answer);
        }
        let until = clock::now() + timeout;
        loop {
            if let Some((answer, _)) = self.next_message()? {
                return Ok(answer);
            }
            self.input.reserve(READ_BYTES);
            match timeout_at(until, self.stream.read_buf(&mut self.input)).await {
                Err(_) => return Err(TillError::TimedOut { timeout_ms: timeout.as_millis() }),
                Ok(read) => {
                    if read? == 0 {
                        return Err(TillError::Closed);
                    }
                }
            }
        }
    }

    /// Takes the messages that came while answers to others were waited for, oldest first; at most 4,096 are kept.
    pub fn unasked(&mut self) -> Vec<Answer> {
        self.unasked.drain(..).collect()
    }

    /// A request as it goes over the wire, frame header included.
    ///
    /// # Errors
    /// The request cannot be written in the dialect, or is too long for a frame.
    pub fn frame_request(&self, request: &Request, out: &mut Vec<u8>) -> Result<(), TillError> {
        let mut payload = Vec::new();
        request.write(&self.dialect, &mut payload)?;
        Ok(self.frame.write(&payload, out)?)
    }

    /// Writes and reads at the same time: with many requests, the other side may want its answers read first.
    async fn exchange(
        &mut self,
        requests: &[Request],
        timeout: Duration,
    ) -> Result<(Vec<Option<Answer>>, End), TillError> {
        let mut output = BytesMut::new();
        let mut waiting = self.put_all(requests, &mut output)?;
        let mut answers = vec![None; requests.len()];
        let mut missing = requests.len();
        let until: Instant = clock::now() + timeout;
        loop {
            while let Some((answer, key)) = self.next_message()? {
                match waiting.get_mut(&key).and_then(VecDeque::pop_front).and_then(|at| answers.get_mut(at)) {
                    Some(place) => {
                        *place = Some(answer);
                        missing -= 1;
                    }
                    None => self.set_aside(answer),
                }
            }
            if missing == 0 && output.is_empty() {
                return Ok((answers, End::Complete));
            }
            self.input.reserve(READ_BYTES);
            let (mut reader, mut writer) = self.stream.split();
            tokio::select! {
                () = tokio::time::sleep_until(until) => return Ok((answers, End::TimedOut)),
                written = writer.write(&output), if !output.is_empty() => output.advance(written?),
                read = reader.read_buf(&mut self.input) => if read? == 0 {
                    return Ok((answers, End::Closed));
                },
            }
        }
    }

    /// Appends the frames of all requests; gives for each response key the requests that have it, in order.
    fn put_all(
        &self,
        requests: &[Request],
        output: &mut BytesMut,
    ) -> Result<HashMap<Vec<u8>, VecDeque<usize>>, TillError> {
        let mut waiting: HashMap<_, VecDeque<usize>> = HashMap::new();
        let mut index = FieldIndex::new();
        for (at, request) in requests.iter().enumerate() {
            let (mut payload, mut framed) = (Vec::new(), Vec::new());
            request.write(&self.dialect, &mut payload)?;
            self.frame.write(&payload, &mut framed)?;
            output.extend_from_slice(&framed);
            let view = parse(&self.dialect, &payload, &mut index).map_err(|failure| TillError::Parse(failure.error))?;
            let mut key = Vec::new();
            view.append_key(&self.dialect.semantics().response_key, &mut key);
            waiting.entry(key).or_default().push_back(at);
        }
        Ok(waiting)
    }

    /// Takes one whole message off the input, with its response key. Keep-alives are passed over.
    fn next_message(&mut self) -> Result<Option<(Answer, Vec<u8>)>, TillError> {
        loop {
            let Some(frame) = self.frame.next(&self.input)? else { return Ok(None) };
            let consumed = frame.consumed;
            let mut message = None;
            if !frame.payload.is_empty() {
                let mut index = FieldIndex::new();
                let view = parse(&self.dialect, frame.payload, &mut index)
                    .map_err(|failure| TillError::Parse(failure.error))?;
                let mut key = Vec::new();
                view.append_key(&self.dialect.semantics().response_key, &mut key);
                message = Some((Answer::of(&view), key));
            }
            self.input.advance(consumed);
            if message.is_some() {
                return Ok(message);
            }
        }
    }

    fn set_aside(&mut self, answer: Answer) {
        if self.unasked.len() >= UNASKED_MAX {
            self.unasked.pop_front();
        }
        self.unasked.push_back(answer);
    }
}

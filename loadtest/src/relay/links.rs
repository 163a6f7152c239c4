//! Connections of acquirers and the one to the issuer: what comes from any of them goes to the issuer, and each answer to where the
//! oldest request came from that has none yet.
//!
//! What was ready at once moves as one batch: one write to the issuer, one to each acquirer, after one commit where that is wanted.

use super::RelayError;
use super::commits::Commits;
use crate::channel::Channel;
use lijian_codecs::frame::FrameFormat;
use rustix::event::epoll;
use rustix::fd::OwnedFd;
use std::collections::VecDeque;
use std::net::{SocketAddr, TcpStream};

/// Told apart from places of acquirers.
pub(super) const ISSUER: u64 = u64::MAX - 2;

/// Frames that go on together.
#[derive(Default)]
struct Batch {
    requests: Vec<u8>,
    /// Where each of them came from.
    places: Vec<usize>,
    answers: Vec<u8>,
    /// Where each of them goes, and its bytes.
    parts: Vec<(usize, usize)>,
}

/// See the file.
pub(super) struct Links {
    poll: OwnedFd,
    issuer_address: SocketAddr,
    frame: FrameFormat,
    commits: Option<Commits>,
    issuer: Option<Channel>,
    /// None once it is closed; places are not used again.
    acquirers: Vec<Option<Channel>>,
    /// Where requests came from that the issuer has not answered, the oldest first.
    waiting: VecDeque<usize>,
    next: Batch,
    /// In the commit under way, if there is one.
    committing: Batch,
    under_way: bool,
    touched: Vec<usize>,
}

impl Links {
    pub(super) fn new(poll: OwnedFd, issuer_address: SocketAddr, frame: FrameFormat, commits: Option<Commits>) -> Self {
        Self {
            poll,
            issuer_address,
            frame,
            commits,
            issuer: None,
            acquirers: Vec::new(),
            waiting: VecDeque::new(),
            next: Batch::default(),
            committing: Batch::default(),
            under_way: false,
            touched: Vec::new(),
        }
    }

    pub(super) const fn poll(&self) -> &OwnedFd {
        &self.poll
    }

    /// Takes an acquirer; where the issuer cannot be reached, it is hung up on.
    pub(super) fn add(&mut self, stream: TcpStream) -> Result<(), RelayError> {
        if self.issuer.is_none() {
            let Ok(channel) = TcpStream::connect(self.issuer_address).and_then(Channel::new) else { return Ok(()) };
            epoll::add(&self.poll, &channel.stream, epoll::EventData::new_u64(ISSUER), epoll::EventFlags::IN)?;
            self.issuer = Some(channel);
        }
        let Ok(channel) = Channel::new(stream) else { return Ok(()) };
        epoll::add(&self.poll, &channel.stream, data(self.acquirers.len()), epoll::EventFlags::IN)?;
        self.acquirers.push(Some(channel));
        Ok(())
    }

    /// Reads what an acquirer sent.
    pub(super) fn acquirer_ready(&mut self, data: u64, flags: epoll::EventFlags) -> Result<(), RelayError> {
        let place = usize::try_from(data).unwrap_or(usize::MAX);
        if flags.contains(epoll::EventFlags::OUT) {
            self.write(place)?;
        }
        let Some(Some(channel)) = self.acquirers.get_mut(place) else { return Ok(()) };
        let open = channel.fill().unwrap_or(false);
        let Batch { requests, places, .. } = &mut self.next;
        let framed = channel.whole_frames(&self.frame, |frame| {
            requests.extend_from_slice(frame);
            places.push(place);
        });
        if open && framed.is_ok() { Ok(()) } else { self.close(place) }
    }

    /// Reads what the issuer sent.
    pub(super) fn issuer_ready(&mut self, flags: epoll::EventFlags) -> Result<(), RelayError> {
        if flags.contains(epoll::EventFlags::OUT) {
            self.write_issuer()?;
        }
        let Some(channel) = &mut self.issuer else { return Ok(()) };
        let open = channel.fill().unwrap_or(false);
        let (Batch { answers, parts, .. }, waiting) = (&mut self.next, &mut self.waiting);
        let framed = channel.whole_frames(&self.frame, |frame| {
            // What answers nothing goes nowhere.
            if let Some(place) = waiting.pop_front() {
                answers.extend_from_slice(frame);
                parts.push((place, frame.len()));
            }
        });
        if open && framed.is_ok() { Ok(()) } else { self.hang_up() }
    }

    /// Everything that was ready has been read: it goes on, or a commit of it begins, unless one is under way.
    pub(super) fn turn(&mut self) -> Result<(), RelayError> {
        let messages = self.next.places.len() + self.next.parts.len();
        if messages == 0 || self.under_way {
            return Ok(());
        }
        let Some(commits) = &self.commits else {
            let mut batch = std::mem::take(&mut self.next);
            self.release(&mut batch)?;
            self.next = batch;
            return Ok(());
        };
        commits.begin(messages);
        self.under_way = true;
        std::mem::swap(&mut self.next, &mut self.committing);
        Ok(())
    }

    /// What waited for the commit goes on.
    pub(super) fn synced(&mut self) -> Result<(), RelayError> {
        match self.commits.as_ref().and_then(Commits::end) {
            None => return Ok(()),
            Some(Err(error)) => return Err(RelayError::Sync(error)),
            Some(Ok(())) => {}
        }
        self.under_way = false;
        let mut batch = std::mem::take(&mut self.committing);
        self.release(&mut batch)?;
        self.committing = batch;
        Ok(())
    }

    /// Writes a batch, and leaves it empty.
    fn release(&mut self, batch: &mut Batch) -> Result<(), RelayError> {
        let mut rest = batch.answers.as_slice();
        for (place, bytes) in batch.parts.drain(..) {
            let Some((frame, others)) = rest.split_at_checked(bytes) else { break };
            rest = others;
            let Some(Some(channel)) = self.acquirers.get_mut(place) else { continue };
            if channel.out().is_empty() {
                self.touched.push(place);
            }
            channel.out().extend_from_slice(frame);
        }
        batch.answers.clear();
        let mut touched = std::mem::take(&mut self.touched);
        for place in touched.drain(..) {
            self.write(place)?;
        }
        self.touched = touched;
        // Without an issuer there is nobody left either who waits for an answer.
        if let Some(channel) = self.issuer.as_mut().filter(|_| !batch.requests.is_empty()) {
            channel.out().extend_from_slice(&batch.requests);
            self.waiting.extend(batch.places.iter());
            self.write_issuer()?;
        }
        batch.requests.clear();
        batch.places.clear();
        Ok(())
    }

    fn write(&mut self, place: usize) -> Result<(), RelayError> {
        let Some(Some(channel)) = self.acquirers.get_mut(place) else { return Ok(()) };
        let Ok(all) = channel.flush() else { return self.close(place) };
        if channel.wants(!all) {
            epoll::modify(&self.poll, &channel.stream, data(place), wanted(all))?;
        }
        Ok(())
    }

    fn write_issuer(&mut self) -> Result<(), RelayError> {
        let Some(channel) = &mut self.issuer else { return Ok(()) };
        let Ok(all) = channel.flush() else { return self.hang_up() };
        if channel.wants(!all) {
            epoll::modify(&self.poll, &channel.stream, epoll::EventData::new_u64(ISSUER), wanted(all))?;
        }
        Ok(())
    }

    fn close(&mut self, place: usize) -> Result<(), RelayError> {
        if let Some(channel) = self.acquirers.get_mut(place).and_then(Option::take) {
            epoll::delete(&self.poll, &channel.stream)?;
        }
        Ok(())
    }

    /// The issuer is gone, and with it everything that was on its way: all acquirers are hung up on.
    fn hang_up(&mut self) -> Result<(), RelayError> {
        if let Some(channel) = self.issuer.take() {
            epoll::delete(&self.poll, &channel.stream)?;
        }
        self.waiting.clear();
        self.next = Batch::default();
        self.committing = Batch::default();
        (0..self.acquirers.len()).try_for_each(|place| self.close(place))
    }
}

/// Where not all of it went out, there is to be told when there is room.
fn wanted(all: bool) -> epoll::EventFlags {
    if all { epoll::EventFlags::IN } else { epoll::EventFlags::IN | epoll::EventFlags::OUT }
}

fn data(place: usize) -> epoll::EventData {
    epoll::EventData::new_u64(u64::try_from(place).unwrap_or(ISSUER))
}

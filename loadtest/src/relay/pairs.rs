//! Connections in pairs: what is read at one end is written at the other, once it is on the disk where that is wanted.

use super::RelayError;
use super::commits::Commits;
use crate::channel::Channel;
use lijian_codecs::frame::FrameFormat;
use rustix::event::epoll;
use rustix::fd::OwnedFd;
use std::io;

/// An end of a pair; ends 2n and 2n + 1 belong together.
struct End {
    /// None once the pair is closed.
    channel: Option<Channel>,
    /// Read here, waits for the next commit.
    held: Vec<u8>,
    /// Read here, waits for the commit under way.
    syncing: Vec<u8>,
}

/// See the file.
pub(super) struct Pairs {
    poll: OwnedFd,
    frame: FrameFormat,
    commits: Option<Commits>,
    ends: Vec<End>,
    /// Ends with something held, in the next batch and in the one under way.
    holding: Vec<usize>,
    committing: Vec<usize>,
    /// Messages of the next batch.
    messages: usize,
    under_way: bool,
}

impl Pairs {
    pub(super) fn new(poll: OwnedFd, frame: FrameFormat, commits: Option<Commits>) -> Self {
        let (ends, holding, committing) = (Vec::new(), Vec::new(), Vec::new());
        Self { poll, frame, commits, ends, holding, committing, messages: 0, under_way: false }
    }

    pub(super) const fn poll(&self) -> &OwnedFd {
        &self.poll
    }

    pub(super) fn add(&mut self, channels: [Channel; 2]) -> Result<(), RelayError> {
        for channel in channels {
            epoll::add(&self.poll, &channel.stream, data(self.ends.len()), epoll::EventFlags::IN)?;
            self.ends.push(End { channel: Some(channel), held: Vec::new(), syncing: Vec::new() });
        }
        Ok(())
    }

    pub(super) fn ready(&mut self, end: u64, flags: epoll::EventFlags) -> Result<(), RelayError> {
        let place = usize::try_from(end).unwrap_or(usize::MAX);
        if flags.contains(epoll::EventFlags::OUT) {
            self.write(place)?;
        }
        if !flags.intersects(epoll::EventFlags::IN | epoll::EventFlags::HUP | epoll::EventFlags::ERR) {
            return Ok(());
        }
        let Ok([here, there]) = self.ends.get_disjoint_mut([place, place ^ 1]) else { return Ok(()) };
        let (Some(channel), Some(other)) = (&mut here.channel, &mut there.channel) else { return Ok(()) };
        let open = channel.fill().unwrap_or(false);
        if self.commits.is_some() {
            let before = here.held.len();
            let Ok(messages) = channel.move_frames(&self.frame, &mut here.held) else { return self.close(place) };
            if before == 0 && messages > 0 {
                self.holding.push(place);
            }
            self.messages += messages;
        } else {
            let sent = channel.pass_to(other);
            self.sent(place ^ 1, sent)?;
        }
        if open { Ok(()) } else { self.close(place) }
    }

    /// Begins a commit of everything that is held, unless one is under way.
    pub(super) fn turn(&mut self) -> Result<(), RelayError> {
        let Some(commits) = self.commits.as_ref().filter(|_| !self.under_way && self.messages > 0) else {
            return Ok(());
        };
        commits.begin(self.messages);
        (self.messages, self.under_way) = (0, true);
        std::mem::swap(&mut self.holding, &mut self.committing);
        for place in &self.committing {
            if let Some(end) = self.ends.get_mut(*place) {
                std::mem::swap(&mut end.held, &mut end.syncing);
            }
        }
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
        for place in std::mem::take(&mut self.committing) {
            let Some(end) = self.ends.get_mut(place) else { continue };
            let mut bytes = std::mem::take(&mut end.syncing);
            self.pass(place ^ 1, &bytes)?;
            bytes.clear();
            if let Some(end) = self.ends.get_mut(place) {
                end.syncing = bytes;
            }
        }
        Ok(())
    }

    fn pass(&mut self, place: usize, bytes: &[u8]) -> Result<(), RelayError> {
        let Some(End { channel: Some(channel), .. }) = self.ends.get_mut(place) else { return Ok(()) };
        let sent = channel.send(bytes);
        self.sent(place, sent)
    }

    fn write(&mut self, place: usize) -> Result<(), RelayError> {
        let Some(End { channel: Some(channel), .. }) = self.ends.get_mut(place) else { return Ok(()) };
        let sent = channel.flush();
        self.sent(place, sent)
    }

    /// Where not all of it went out, this end is told of when there is room.
    fn sent(&mut self, place: usize, all: io::Result<bool>) -> Result<(), RelayError> {
        let wanted = match all {
            Ok(true) => epoll::EventFlags::IN,
            Ok(false) => epoll::EventFlags::IN | epoll::EventFlags::OUT,
            Err(_) => return self.close(place),
        };
        let Some(End { channel: Some(channel), .. }) = self.ends.get_mut(place) else { return Ok(()) };
        if channel.wants(wanted.contains(epoll::EventFlags::OUT)) {
            epoll::modify(&self.poll, &channel.stream, data(place), wanted)?;
        }
        Ok(())
    }

    /// Both ends of a pair: what was on its way between them is gone, as it is when a wire is cut.
    fn close(&mut self, place: usize) -> Result<(), RelayError> {
        for place in [place, place ^ 1] {
            if let Some(channel) = self.ends.get_mut(place).and_then(|end| end.channel.take()) {
                epoll::delete(&self.poll, &channel.stream)?;
            }
        }
        Ok(())
    }
}

fn data(place: usize) -> epoll::EventData {
    epoll::EventData::new_u64(u64::try_from(place).unwrap_or(u64::MAX))
}

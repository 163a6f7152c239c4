//! A host and a till of the test's own: frames over sockets, and nothing in between.

use super::wire::{Message, Wire};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// Only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// One end of a connection.
pub(super) struct Peer {
    pub(super) wire: Wire,
    stream: TcpStream,
    /// What stood in front of the message that came last.
    pub(super) envelope: Vec<u8>,
}

impl Peer {
    fn new(wire: Wire, stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { wire, stream, envelope: Vec::new() }
    }

    /// A till.
    pub(super) fn dial(wire: Wire, address: SocketAddr) -> Self {
        Self::new(wire, TcpStream::connect(address).unwrap())
    }

    /// A host, once the switch has dialled it.
    pub(super) fn accept(wire: Wire, listener: &TcpListener) -> Self {
        Self::new(wire, listener.accept().unwrap().0)
    }

    pub(super) fn send(&mut self, message: &Message) {
        let payload = self.wire.write(message);
        let mut frame = u16::try_from(payload.len()).unwrap().to_be_bytes().to_vec();
        frame.extend(payload);
        self.stream.write_all(&frame).unwrap();
    }

    /// The next message.
    pub(super) fn receive(&mut self) -> Message {
        let mut length = [0; 2];
        self.stream.read_exact(&mut length).unwrap();
        let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
        self.stream.read_exact(&mut payload).unwrap();
        let (message, envelope) = self.wire.read(&payload);
        self.envelope = envelope;
        message
    }
}

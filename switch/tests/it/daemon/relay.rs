//! What is not ours passes byte for byte, both ways.

use super::host::{plain, request};
use super::process::Daemon;
use lijian_load::till::Till;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn frame(stream: &mut TcpStream) -> Vec<u8> {
    let mut frame = vec![0; 2];
    stream.read_exact(&mut frame).await.unwrap();
    let length = usize::from(u16::from_be_bytes([frame[0], frame[1]]));
    frame.resize(2 + length, 0);
    stream.read_exact(&mut frame[2..]).await.unwrap();
    frame
}

#[tokio::test]
async fn a_plain_sale_and_its_answer_pass_byte_for_byte() {
    let data = tempfile::tempdir().unwrap();
    let host = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let daemon = Daemon::start(data.path(), host.local_addr().unwrap(), &[]);
    let (mut host, _) = host.accept().await.unwrap();
    let till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let mut sent = Vec::new();
    // Field 48 in a form that is nobody's tags.
    till.frame_request(&request(&till, &plain(7, 1_234), "424242424242").with(48, "~private~"), &mut sent).unwrap();
    drop(till);

    let mut till = TcpStream::connect(daemon.acquirer("ascii")).await.unwrap();
    daemon.until_issuer();
    // In two parts, to be put together again.
    till.write_all(&sent[..9]).await.unwrap();
    till.write_all(&sent[9..]).await.unwrap();
    assert_eq!(frame(&mut host).await, sent);

    let mut answer = sent;
    assert_eq!(&answer[2..6], b"0200");
    answer[4] = b'1';
    host.write_all(&answer).await.unwrap();
    assert_eq!(frame(&mut till).await, answer);
}

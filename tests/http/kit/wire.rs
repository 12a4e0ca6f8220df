//! An HTTP/1.1 connection that is read and written by hand, so that a test can send what no client would.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
};

use super::{Answer, Request, bank::PATIENCE};

/// One connection to the bank.
pub(crate) struct Wire {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, unread: Vec::new() }
    }

    /// Writes bytes. The bank may have answered and closed before it read all of them, which is no failure here.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    #[track_caller]
    pub(crate) fn exchange(&mut self, request: &Request, authority: &str) -> Answer {
        self.write(&request.bytes(authority));
        self.answer(&request.method)
    }

    /// The next answer; `method` tells whether it has a body.
    #[track_caller]
    pub(crate) fn answer(&mut self, method: &str) -> Answer {
        self.try_answer(method).expect("the bank closed the connection instead of answering")
    }

    /// The next answer; `None` if the bank closes the connection instead.
    #[track_caller]
    pub(crate) fn try_answer(&mut self, method: &str) -> Option<Answer> {
        let mut interim = Vec::new();
        loop {
            let head = self.until(b"\r\n\r\n")?;
            let mut answer = Answer::of_head(&head);
            if (100..200).contains(&answer.status) && answer.status != 101 {
                interim.push(answer.status);
                continue;
            }
            answer.interim = interim;
            if method != "HEAD" && !matches!(answer.status, 101 | 204 | 304) {
                answer.body = self.body(&answer)?;
            }
            answer.check();
            return Some(answer);
        }
    }

    /// Whether the bank asks for the body (`100 Continue`) before it says anything else.
    pub(crate) fn continues(&mut self) -> bool {
        self.until(b"\r\n\r\n").is_some_and(|head| head.starts_with(b"HTTP/1.1 100 "))
    }

    /// Closes both directions at once, as a client that is gone.
    pub(crate) fn close(self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Whether the bank has nothing more to say and closed.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.unread.is_empty() && !self.fill()
    }

    /// Everything until the bank closes.
    pub(crate) fn read_to_end(&mut self) -> Vec<u8> {
        while self.fill() {}
        std::mem::take(&mut self.unread)
    }

    fn body(&mut self, answer: &Answer) -> Option<Vec<u8>> {
        if answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            let mut body = Vec::new();
            loop {
                let line = String::from_utf8(self.until(b"\r\n")?).unwrap();
                let size = usize::from_str_radix(line.trim().split(';').next().unwrap(), 16).unwrap();
                let chunk = self.exactly(size + 2)?;
                if size == 0 {
                    return Some(body);
                }
                body.extend_from_slice(&chunk[..size]);
            }
        }
        if let Some(length) = answer.header("content-length") {
            return self.exactly(length.parse().unwrap());
        }
        Some(self.read_to_end())
    }

    fn until(&mut self, end: &[u8]) -> Option<Vec<u8>> {
        loop {
            if let Some(at) = self.unread.windows(end.len()).position(|window| window == end) {
                return Some(self.unread.drain(..at + end.len()).collect());
            }
            if !self.fill() {
                return None;
            }
        }
    }

    fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.unread.len() < length {
            if !self.fill() {
                return None;
            }
        }
        Some(self.unread.drain(..length).collect())
    }

    /// Reads some bytes; false at the end of the stream.
    fn fill(&mut self) -> bool {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(0) => false,
            Ok(count) => {
                self.unread.extend_from_slice(&bytes[..count]);
                true
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => self.fill(),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                panic!("the bank neither answers nor closes")
            }
            // A reset: the bank is gone.
            Err(_) => false,
        }
    }
}

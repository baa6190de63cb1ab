//! The load: connections that are kept alive, each with one request under way, written and read by hand to leave the cores to the server.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::sleep_until,
};

/// What a household does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Opens the notice.
    Open,
    /// Presses the button.
    Acknowledge,
    /// Reads the list of notices.
    Feed,
}

/// A request to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shot {
    /// When, from the start; zero: as soon as there is a free connection.
    pub due: Duration,
    /// Whose, as a place in the list of tokens.
    pub household: usize,
    /// What.
    pub act: Act,
}

/// A request made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered {
    /// Which.
    pub shot: Shot,
    /// The status; 0 when the connection broke.
    pub status: u16,
    /// When it was answered, from the start.
    pub at: Duration,
    /// How long that took from the moment at which it was due, or at which a connection was waiting for it.
    pub took: Duration,
}

/// Who is asked, and by whom.
#[derive(Debug)]
pub(super) struct Target {
    /// The server.
    pub address: SocketAddr,
    /// How many ask at once.
    pub connections: usize,
    /// An access token for each household.
    pub tokens: Vec<String>,
}

/// Makes the requests, in their order; none is begun after `limit`. `notice` is what is opened.
pub(super) async fn fire(target: &Arc<Target>, notice: &str, shots: Vec<Shot>, limit: Duration) -> Vec<Answered> {
    let (shots, next, begun) = (Arc::new(shots), Arc::new(AtomicUsize::new(0)), Instant::now());
    let one = |_| {
        let (target, shots, next, notice) = (target.clone(), shots.clone(), next.clone(), notice.to_owned());
        tokio::spawn(async move {
            let mut answers = Vec::new();
            let mut line = None;
            while let Some(shot) = shots.get(next.fetch_add(1, Ordering::Relaxed)) {
                let waits = shot.due > begun.elapsed();
                if waits {
                    sleep_until((begun + shot.due).into()).await;
                }
                let from = if waits || shot.due.is_zero() { begun.elapsed() } else { shot.due };
                if begun.elapsed() > limit {
                    break;
                }
                let kept_alive = line.is_some();
                let mut answer = ask(&target, &mut line, &notice, shot).await;
                if answer.is_err() && kept_alive {
                    // The server closes what idles, perhaps at this very moment: every client then tries once more on a fresh connection.
                    line = None;
                    answer = ask(&target, &mut line, &notice, shot).await;
                }
                if answer.is_err() {
                    line = None;
                }
                let at = begun.elapsed();
                answers.push(Answered { shot: *shot, status: answer.unwrap_or(0), at, took: at.saturating_sub(from) });
            }
            answers
        })
    };
    let tasks: Vec<_> = (0..target.connections).map(one).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.unwrap_or_default());
    }
    answers
}

/// A connection and what has been read on it.
struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

async fn ask(target: &Target, line: &mut Option<Line>, notice: &str, shot: &Shot) -> io::Result<u16> {
    if line.is_none() {
        let stream = TcpStream::connect(target.address).await?;
        stream.set_nodelay(true)?;
        *line = Some(Line { stream, buffer: Vec::with_capacity(64 * 1024) });
    }
    let Some(Line { stream, buffer }) = line else { return Err(io::ErrorKind::NotConnected.into()) };
    let token = target.tokens.get(shot.household).map_or("", String::as_str);
    let head = format!("HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n", target.address);
    let receipt = |body: &str| {
        format!(
            "PUT /api/v1/notices/{notice}/receipt {head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let request = match shot.act {
        Act::Open => receipt(r#"{"acknowledged":false}"#),
        Act::Acknowledge => receipt(r#"{"acknowledged":true}"#),
        Act::Feed => format!("GET /api/v1/notices {head}\r\n"),
    };
    stream.write_all(request.as_bytes()).await?;
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some((status, length)) = measure(buffer)? {
            while buffer.len() < length {
                if stream.read_buf(buffer).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            return Ok(status);
        }
    }
}

/// The status and the whole length of an answer, once its head is there.
fn measure(answer: &[u8]) -> io::Result<Option<(u16, usize)>> {
    let bad = || io::Error::from(io::ErrorKind::InvalidData);
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&answer[..end]).map_err(|_| bad())?;
    let status = head.get(9..12).and_then(|digits| digits.parse().ok()).ok_or_else(bad)?;
    let lengths = head.lines().filter_map(|line| line.split_once(": "));
    let length = lengths.filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, value)| value).next();
    let length: usize = length.and_then(|value| value.parse().ok()).ok_or_else(bad)?;
    Ok(Some((status, end + 4 + length)))
}

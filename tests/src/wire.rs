//! What a client says to PostgreSQL, message by message: as much of the protocol as it takes to break a connection at a chosen
//! moment. Nothing is understood but the length of each message and the two statements that a fault is tied to.

/// A statement that a fault is tied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `COMMIT`
    Commit,
    /// `LISTEN …`
    Listen,
}

/// One whole message of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// As it came.
    pub bytes: Vec<u8>,
    /// The statement that it sends, where it is one of those that matter.
    pub statement: Option<Statement>,
}

/// Cuts what a client sends into messages.
#[derive(Debug, Default)]
pub struct Messages {
    rest: Vec<u8>,
    greeted: bool,
}

/// Asks for TLS, and for Kerberos: after either the greeting is still to come.
const ASKS_FIRST: [u32; 2] = [80_877_103, 80_877_104];

impl Messages {
    /// Takes what came and gives the messages that are whole by now.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Message> {
        self.rest.extend_from_slice(bytes);
        let mut whole = Vec::new();
        while let Some(length) = self.length().filter(|length| *length <= self.rest.len()) {
            let after = self.rest.split_off(length);
            let bytes = std::mem::replace(&mut self.rest, after);
            let statement = if self.greeted { statement(&bytes) } else { None };
            self.greeted = self.greeted || !number(&bytes, 4).is_some_and(|code| ASKS_FIRST.contains(&code));
            whole.push(Message { bytes, statement });
        }
        whole
    }

    /// How long the next message is. The first has no letter before its length.
    fn length(&self) -> Option<usize> {
        let letter = usize::from(self.greeted);
        Some(usize::try_from(number(&self.rest, letter)?).ok()?.max(4) + letter)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Simple queries hold the text at once; of prepared ones it stands behind a name.
fn statement(message: &[u8]) -> Option<Statement> {
    let text = match message.split_first_chunk::<5>()? {
        ([b'Q', ..], text) => text,
        ([b'P', ..], named) => named.splitn(2, |byte| *byte == 0).nth(1)?,
        _ => return None,
    };
    let begins = |word: &[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if begins(b"COMMIT") { Some(Statement::Commit) } else { begins(b"LISTEN").then_some(Statement::Listen) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(letter: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).expect("a length").to_be_bytes();
        [&[letter][..], &length, body].concat()
    }

    fn greeting(code: u32) -> Vec<u8> {
        [8_u32.to_be_bytes(), code.to_be_bytes()].concat()
    }

    #[test]
    fn messages_are_found_however_they_arrive() {
        let sent = [
            greeting(ASKS_FIRST[0]),
            greeting(196_608),
            message(b'Q', b"BEGIN\0"),
            message(b'P', b"s1\0LISTEN \"kairan_work\"\0\0\0"),
            message(b'B', b"COMMIT\0"),
            message(b'Q', b"commit\0"),
        ];
        let expected = [None, None, None, Some(Statement::Listen), None, Some(Statement::Commit)];
        for piece in [1, 3, 7, 1_000] {
            let mut messages = Messages::default();
            let found: Vec<Message> = sent.concat().chunks(piece).flat_map(|bytes| messages.take(bytes)).collect();
            assert_eq!(found.iter().map(|one| one.bytes.clone()).collect::<Vec<_>>(), sent);
            assert_eq!(found.iter().map(|one| one.statement).collect::<Vec<_>>(), expected);
        }
    }
}

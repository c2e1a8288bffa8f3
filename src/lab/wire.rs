//! What a demo's child process tells its parent, as bytes.
//!
//! ```text
//! stream  = "bagu" version:u16  frame*
//! frame   = tag:u8  length:u32  payload          all numbers little-endian
//! text    = length:u32  UTF-8 bytes              list = count:u32  item*
//! ```
//!
//! Invariants
//!   W1  reading never panics and never allocates more than the bytes at hand justify; anything odd
//!       is `Garbled`
//!   W2  another version is refused: parent and child are the same binary, so it means damage
//!
//! Not done: JSON for recordings. A million events are 32 MB here and ten times that as JSON.
use std::io::{self, Read, Write};

use super::demo::Verdict;
use super::explore::{Explored, Group};
use super::gotwin::TwinResult;
use super::options::{Engine, Platform, RunOptions};
use super::seen::{End, Leaked, Seen};
use super::verdicts::Outcome;
use crate::trace::event::{Event, Kind, Recording, WaitReason};

const MAGIC: &[u8; 4] = b"bagu";
const VERSION: u16 = 1;
/// Largest frame accepted.
const FRAME_MAX: u32 = 1 << 29;

/// One thing the child says.
#[derive(Clone, Debug)]
pub enum Message {
    /// Work of this name begins; if nothing follows, it is what the child died of.
    Begin(String),
    /// A run, judged.
    Ran(Box<Outcome>),
    /// A step of a full check, what was wrong with it, and how often it was tried.
    Checked { label: String, problems: Vec<String>, attempts: u32 },
    /// The distribution over many seeds.
    Explored(Explored),
    /// All work is done; anything after it is an error.
    Done,
}

/// Why a stream could not be read.
#[derive(Debug)]
pub enum WireError {
    /// The stream ended in the middle of a frame, or before the header.
    Cut,
    /// It holds something else than was promised; the word says what.
    Garbled(&'static str),
    Io(io::Error),
}

type Got<T> = Result<T, WireError>;

// ── writing ──

/// Writes the header.
///
/// # Errors
/// When the pipe is gone.
pub fn begin(to: &mut impl Write) -> io::Result<()> {
    to.write_all(MAGIC)?;
    to.write_all(&VERSION.to_le_bytes())
}

/// Writes one frame.
///
/// # Errors
/// When the pipe is gone.
pub fn send(to: &mut impl Write, message: &Message) -> io::Result<()> {
    let mut w = Writer(vec![]);
    let tag = match message {
        Message::Begin(name) => {
            w.text(name);
            1u8
        }
        Message::Ran(o) => {
            w.outcome(o);
            2
        }
        Message::Checked { label, problems, attempts } => {
            w.text(label);
            w.list(problems, |w, p| w.text(p));
            w.u32(*attempts);
            3
        }
        Message::Explored(x) => {
            w.explored(x);
            4
        }
        Message::Done => 5,
    };
    to.write_all(&[tag])?;
    to.write_all(&(w.0.len() as u32).to_le_bytes())?;
    to.write_all(&w.0)?;
    to.flush()
}

struct Writer(Vec<u8>);

impl Writer {
    fn u8(&mut self, n: u8) {
        self.0.push(n);
    }
    fn u32(&mut self, n: u32) {
        self.0.extend(n.to_le_bytes());
    }
    fn u64(&mut self, n: u64) {
        self.0.extend(n.to_le_bytes());
    }
    fn text(&mut self, s: &str) {
        self.u32(s.len() as u32);
        self.0.extend(s.as_bytes());
    }
    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.u32(items.len() as u32);
        for item in items {
            each(self, item);
        }
    }
    fn option<T>(&mut self, item: Option<&T>, each: impl FnOnce(&mut Self, &T)) {
        self.u8(u8::from(item.is_some()));
        if let Some(item) = item {
            each(self, item);
        }
    }

    fn options(&mut self, o: &RunOptions) {
        self.text(o.engine.name());
        self.text(o.platform.name());
        self.u32(u32::from(o.procs));
        self.u64(o.seed);
        self.option(o.mutation.as_ref(), |w, m| w.text(m));
        self.u8(u8::from(o.record));
        self.u64(o.max_events as u64);
        self.u8(o.slow);
    }
    fn outcome(&mut self, o: &Outcome) {
        self.options(&o.opts);
        self.seen(&o.seen);
        self.list(&o.claims, |w, v| {
            w.u8(u8::from(v.ok));
            w.text(&v.measured);
        });
        self.option(o.twin.as_ref(), |w, t| match t {
            TwinResult::None => w.u8(0),
            TwinResult::Same => w.u8(1),
            TwinResult::Differs(d) => {
                w.u8(2);
                w.text(d);
            }
            TwinResult::Missing => w.u8(3),
        });
        self.list(&o.faults, |w, f| w.text(f));
        self.u64(o.wall_ns);
        self.u64(o.max_rss_kb);
    }
    fn end(&mut self, end: &End) {
        let (tag, text) = match end {
            End::Ok => (0, ""),
            End::Deadlock(t) => (1, t.as_str()),
            End::Panic(t) => (2, t.as_str()),
            End::Fatal(t) => (3, t.as_str()),
            End::Limit(t) => (4, t.as_str()),
        };
        self.u8(tag);
        self.text(text);
    }
    fn seen(&mut self, s: &Seen) {
        self.list(&s.out, |w, l| w.text(l));
        self.list(&s.notes, |w, (name, n)| {
            w.text(name);
            w.u64(*n as u64);
        });
        self.end(&s.end);
        self.recording(&s.recording);
        self.list(&s.leaked, |w, l| {
            w.text(&l.name);
            w.option(l.reason.as_ref(), |w, r| w.u8(*r as u8));
        });
        self.u64(s.threads as u64);
        self.u64(s.elapsed_ns);
    }
    fn recording(&mut self, r: &Recording) {
        self.list(&r.texts, |w, t| w.text(t));
        self.list(&r.chan_names, |w, t| w.text(t));
        self.u32(u32::from(r.procs));
        self.u64(r.seed);
        self.u8(u8::from(r.truncated));
        self.list(&r.events, |w, e| {
            w.u64(e.time);
            w.u64(e.b);
            w.u32(e.g);
            w.u32(e.a);
            w.u32(e.cause);
            w.0.extend([e.p, e.m, e.kind as u8, e.why]);
        });
    }
    fn explored(&mut self, x: &Explored) {
        self.u64(x.seeds);
        self.list(&x.groups, |w, g| {
            w.list(&g.out, |w, l| w.text(l));
            w.text(&g.end);
            w.u8(u8::from(g.ok));
            w.u64(g.count);
            w.u64(g.seed);
            w.u64(g.events as u64);
            w.list(&g.schedule, |w, l| w.text(l));
        });
        self.u64(x.other);
    }
}

// ── reading ──

/// Reads and checks the header.
///
/// # Errors
/// See [`WireError`].
pub fn expect_header(from: &mut impl Read) -> Got<()> {
    let mut head = [0; 6];
    fill(from, &mut head)?;
    if &head[..4] != MAGIC {
        return Err(WireError::Garbled("header"));
    }
    if u16::from_le_bytes([head[4], head[5]]) != VERSION {
        return Err(WireError::Garbled("version"));
    }
    Ok(())
}

/// Reads one frame; `None` at a clean end of the stream.
///
/// # Errors
/// See [`WireError`].
pub fn receive(from: &mut impl Read) -> Got<Option<Message>> {
    let mut head = [0; 5];
    let n = from.read(&mut head[..1]).map_err(WireError::Io)?;
    if n == 0 {
        return Ok(None);
    }
    fill(from, &mut head[1..])?;
    let len = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    if len > FRAME_MAX {
        return Err(WireError::Garbled("length"));
    }
    let mut payload = vec![];
    from.take(u64::from(len)).read_to_end(&mut payload).map_err(WireError::Io)?;
    if payload.len() < len as usize {
        return Err(WireError::Cut);
    }
    let mut r = Reader(&payload);
    let message = match head[0] {
        1 => Message::Begin(r.text()?),
        2 => Message::Ran(Box::new(r.outcome()?)),
        3 => Message::Checked { label: r.text()?, problems: r.list(Reader::text)?, attempts: r.u32()? },
        4 => Message::Explored(r.explored()?),
        5 => Message::Done,
        _ => return Err(WireError::Garbled("tag")),
    };
    if r.0.is_empty() { Ok(Some(message)) } else { Err(WireError::Garbled("rest")) }
}

fn fill(from: &mut impl Read, buffer: &mut [u8]) -> Got<()> {
    from.read_exact(buffer).map_err(|e| match e.kind() {
        io::ErrorKind::UnexpectedEof => WireError::Cut,
        _ => WireError::Io(e),
    })
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn bytes(&mut self, n: usize) -> Got<&[u8]> {
        let (head, rest) = self.0.split_at_checked(n).ok_or(WireError::Garbled("frame too short"))?;
        self.0 = rest;
        Ok(head)
    }
    fn array<const N: usize>(&mut self) -> Got<[u8; N]> {
        let mut out = [0; N];
        out.copy_from_slice(self.bytes(N)?);
        Ok(out)
    }
    fn u8(&mut self) -> Got<u8> {
        Ok(self.array::<1>()?[0])
    }
    fn u32(&mut self) -> Got<u32> {
        self.array().map(u32::from_le_bytes)
    }
    fn u64(&mut self) -> Got<u64> {
        self.array().map(u64::from_le_bytes)
    }
    fn flag(&mut self) -> Got<bool> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WireError::Garbled("flag")),
        }
    }
    fn text(&mut self) -> Got<String> {
        let n = self.u32()? as usize;
        String::from_utf8(self.bytes(n)?.to_vec()).map_err(|_| WireError::Garbled("text"))
    }
    fn list<T>(&mut self, mut each: impl FnMut(&mut Self) -> Got<T>) -> Got<Vec<T>> {
        let n = self.u32()? as usize;
        // Every item takes at least one byte (W1).
        if n > self.0.len() {
            return Err(WireError::Garbled("count"));
        }
        let mut items = Vec::new();
        for _ in 0..n {
            items.push(each(self)?);
        }
        Ok(items)
    }
    fn option<T>(&mut self, each: impl FnOnce(&mut Self) -> Got<T>) -> Got<Option<T>> {
        if self.flag()? { each(self).map(Some) } else { Ok(None) }
    }

    fn options(&mut self) -> Got<RunOptions> {
        Ok(RunOptions {
            engine: Engine::parse(&self.text()?).ok_or(WireError::Garbled("engine"))?,
            platform: Platform::parse(&self.text()?).ok_or(WireError::Garbled("platform"))?,
            procs: self.u32()? as u16,
            seed: self.u64()?,
            mutation: self.option(Self::text)?,
            record: self.flag()?,
            max_events: self.u64()? as usize,
            slow: self.u8()?,
        })
    }
    fn outcome(&mut self) -> Got<Outcome> {
        Ok(Outcome {
            opts: self.options()?,
            seen: self.seen()?,
            claims: self.list(|r| Ok(Verdict { ok: r.flag()?, measured: r.text()? }))?,
            twin: self.option(|r| match r.u8()? {
                0 => Ok(TwinResult::None),
                1 => Ok(TwinResult::Same),
                2 => r.text().map(TwinResult::Differs),
                3 => Ok(TwinResult::Missing),
                _ => Err(WireError::Garbled("twin")),
            })?,
            faults: self.list(Self::text)?,
            wall_ns: self.u64()?,
            max_rss_kb: self.u64()?,
        })
    }
    fn end(&mut self) -> Got<End> {
        let tag = self.u8()?;
        let text = self.text()?;
        match tag {
            0 => Ok(End::Ok),
            1 => Ok(End::Deadlock(text)),
            2 => Ok(End::Panic(text)),
            3 => Ok(End::Fatal(text)),
            4 => Ok(End::Limit(text)),
            _ => Err(WireError::Garbled("end")),
        }
    }
    fn seen(&mut self) -> Got<Seen> {
        Ok(Seen {
            out: self.list(Self::text)?,
            notes: self.list(|r| Ok((r.text()?, r.u64()? as i64)))?,
            end: self.end()?,
            recording: self.recording()?,
            leaked: self
                .list(|r| Ok(Leaked { name: r.text()?, reason: r.option(|r| r.u8().map(WaitReason::from_u8))? }))?,
            threads: self.u64()? as usize,
            elapsed_ns: self.u64()?,
        })
    }
    fn recording(&mut self) -> Got<Recording> {
        Ok(Recording {
            texts: self.list(Self::text)?,
            chan_names: self.list(Self::text)?,
            procs: self.u32()? as u16,
            seed: self.u64()?,
            truncated: self.flag()?,
            events: self.list(Self::event)?,
        })
    }
    fn event(&mut self) -> Got<Event> {
        let (time, b) = (self.u64()?, self.u64()?);
        let (g, a, cause) = (self.u32()?, self.u32()?, self.u32()?);
        let [p, m, kind, why] = self.array()?;
        let kind = Kind::ALL.get(usize::from(kind)).copied().ok_or(WireError::Garbled("kind"))?;
        Ok(Event { time, b, g, a, cause, p, m, kind, why })
    }
    fn explored(&mut self) -> Got<Explored> {
        Ok(Explored {
            seeds: self.u64()?,
            groups: self.list(|r| {
                Ok(Group {
                    out: r.list(Self::text)?,
                    end: r.text()?,
                    ok: r.flag()?,
                    count: r.u64()?,
                    seed: r.u64()?,
                    events: r.u64()? as usize,
                    schedule: r.list(Self::text)?,
                })
            })?,
            other: self.u64()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Message {
        let e = Event { time: 7, b: 1, g: 1, a: 2, cause: 0, p: 0, m: 255, kind: Kind::ChanClose, why: 3 };
        let recording = Recording {
            events: vec![e; 3],
            texts: vec![String::new(), "值".into()],
            procs: 2,
            seed: 9,
            ..Recording::default()
        };
        Message::Ran(Box::new(Outcome {
            opts: RunOptions::default().mutate("x"),
            seen: Seen {
                out: vec!["一".into()],
                notes: vec![("n".into(), -5)],
                end: End::Deadlock("all asleep".into()),
                recording,
                leaked: vec![Leaked { name: "w".into(), reason: Some(WaitReason::ChanSend) }],
                threads: 4,
                elapsed_ns: 1234,
            },
            claims: vec![Verdict::new(true, "a"), Verdict::new(false, "b")],
            twin: Some(TwinResult::Differs("第 1 行".into())),
            faults: vec!["坏".into()],
            wall_ns: 5,
            max_rss_kb: 6,
        }))
    }
    fn bytes(messages: &[Message]) -> Vec<u8> {
        let mut out = vec![];
        begin(&mut out).expect("a Vec takes everything");
        for m in messages {
            send(&mut out, m).expect("a Vec takes everything");
        }
        out
    }
    fn read(mut from: &[u8]) -> Got<Vec<Message>> {
        expect_header(&mut from)?;
        let mut all = vec![];
        while let Some(m) = receive(&mut from)? {
            all.push(m);
        }
        Ok(all)
    }

    #[test]
    fn what_was_sent_arrives() {
        let group = Group {
            out: vec!["1".into()],
            end: "x".into(),
            ok: true,
            count: 3,
            seed: 8,
            events: 4,
            schedule: vec!["@1".into()],
        };
        let sent = vec![
            Message::Begin("gmp".into()),
            sample(),
            Message::Checked { label: "l".into(), problems: vec!["p".into()], attempts: 2 },
            Message::Explored(Explored { seeds: 10, groups: vec![group], other: 1 }),
            Message::Done,
        ];
        let got = read(&bytes(&sent)).expect("our own bytes");
        assert_eq!(format!("{got:?}"), format!("{sent:?}"));
    }

    #[test]
    fn cut_or_changed_streams_are_refused_without_harm() {
        let whole = bytes(&[sample(), Message::Done]);
        for n in 0..whole.len() {
            if let Ok(m) = read(&whole[..n]) {
                assert!(m.len() < 2, "cut at {n}");
            }
        }
        let mut refused = 0;
        for at in 0..whole.len() {
            let mut bad = whole.clone();
            bad[at] ^= 0xff;
            refused += u32::from(read(&bad).is_err());
        }
        assert!(refused > 50, "only {refused} changes were noticed");
        assert!(matches!(read(b"bagu\x09\x00"), Err(WireError::Garbled("version"))));
        assert!(matches!(read(b"hello world"), Err(WireError::Garbled("header"))));
    }
}

//! Hand-made recordings for tests: the calls read as the story they tell.
use super::event::{Event, Kind, NO_CAUSE, Recording, Seq, WaitReason};

/// Builds a recording event by event.
pub(crate) struct Script {
    pub(crate) rec: Recording,
    now: u64,
}

impl Script {
    pub(crate) fn new(procs: u16) -> Self {
        let rec = Recording { texts: vec![String::new()], procs, seed: 42, ..Recording::default() };
        Self { rec, now: 0 }
    }
    /// Advances the clock.
    pub(crate) fn pass(&mut self, ns: u64) -> &mut Self {
        self.now += ns;
        self
    }
    pub(crate) fn text(&mut self, s: &str) -> u32 {
        if let Some(i) = self.rec.texts.iter().position(|t| t == s) {
            return i as u32;
        }
        self.rec.texts.push(s.to_string());
        self.rec.texts.len() as u32 - 1
    }
    /// An event of `g` on P0, M0.
    pub(crate) fn ev(&mut self, g: u32, kind: Kind, a: u32, b: u64, why: u8, cause: Seq) -> Seq {
        self.on(0, g, kind, a, b, why, cause)
    }
    /// An event of `g` on processor and thread `p`.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn on(&mut self, p: u8, g: u32, kind: Kind, a: u32, b: u64, why: u8, cause: Seq) -> Seq {
        self.rec.events.push(Event { time: self.now, b, g, a, cause, p, m: p, kind, why });
        self.rec.events.len() as Seq - 1
    }
    pub(crate) fn create(&mut self, by: u32, g: u32, name: &str) -> Seq {
        let name = u64::from(self.text(name));
        self.ev(by, Kind::GoCreate, g, name, 0, NO_CAUSE)
    }
    pub(crate) fn start(&mut self, g: u32, cause: Seq) -> Seq {
        self.ev(g, Kind::GoStart, 0, 0, 0, cause)
    }
    pub(crate) fn park(&mut self, g: u32, why: WaitReason, object: u32) -> Seq {
        self.ev(g, Kind::GoPark, object, 0, why as u8, NO_CAUSE)
    }
    pub(crate) fn ready(&mut self, by: u32, g: u32, cause: Seq) -> Seq {
        self.ev(by, Kind::GoReady, g, 1, 0, cause)
    }
    pub(crate) fn chan(&mut self, g: u32, name: &str, cap: u64) -> u32 {
        let id = self.rec.chan_names.len() as u32;
        self.rec.chan_names.push(name.to_string());
        self.ev(g, Kind::ChanMake, id, cap, 0, NO_CAUSE);
        id
    }
    pub(crate) fn print(&mut self, g: u32, line: &str) -> Seq {
        let t = self.text(line);
        self.ev(g, Kind::Print, t, 0, 0, NO_CAUSE)
    }
}

/// Main (G1) sends `n` values through an unbuffered channel to G2, one processor.
pub(crate) fn ping_pong(n: usize) -> Recording {
    let mut s = Script::new(1);
    let born = s.create(0, 1, "main");
    s.start(1, born);
    let ch = s.chan(1, "jobs", 0);
    let born = s.create(1, 2, "worker");
    s.park(1, WaitReason::Sleep, 0);
    s.start(2, born);
    let mut timer = true;
    for i in 0..n {
        s.pass(100);
        s.ev(2, Kind::ChanRecv, ch, 0, 0, NO_CAUSE);
        s.ev(2, Kind::ChanWait, ch, 0, 1, NO_CAUSE);
        s.park(2, WaitReason::ChanReceive, ch);
        if timer {
            s.pass(5_000_000);
            let fire = s.ev(0, Kind::TimerFire, 1, 0, 0, NO_CAUSE);
            let ready = s.ready(0, 1, fire);
            s.start(1, ready);
            timer = false;
        } else {
            let back = s.rec.events.iter().rposition(|e| e.kind == Kind::GoYield);
            s.start(1, back.map_or(NO_CAUSE, |i| i as Seq));
        }
        s.pass(100);
        let v = u64::from(s.text(&(40 + i % 10).to_string()));
        s.ev(1, Kind::ChanSend, ch, v, 0, NO_CAUSE);
        let done = s.ev(1, Kind::ChanSendDone, ch, 2, 0, NO_CAUSE);
        let ready = s.ready(1, 2, done);
        s.print(1, "sent");
        s.ev(1, Kind::GoYield, 0, 0, 0, NO_CAUSE);
        s.start(2, ready);
        s.ev(2, Kind::ChanRecvDone, ch, v, 2, ready);
    }
    s.ev(2, Kind::GoEnd, 0, 0, 0, NO_CAUSE);
    s.rec
}

/// A ring of 2 that fills, makes the third send wait, hands over, is closed and drained.
pub(crate) fn full_ring() -> Recording {
    let mut s = Script::new(1);
    let born = s.create(0, 1, "main");
    s.start(1, born);
    let ch = s.chan(1, "jobs", 2);
    let born = s.create(1, 2, "producer");
    s.park(1, WaitReason::Sleep, 0);
    s.start(2, born);
    for (i, v) in ["41", "42"].into_iter().enumerate() {
        s.pass(100);
        let v = u64::from(s.text(v));
        s.ev(2, Kind::ChanSend, ch, v, 0, NO_CAUSE);
        s.ev(2, Kind::ChanSendDone, ch, i as u64, 1, NO_CAUSE);
    }
    let (v41, v43) = (u64::from(s.text("41")), u64::from(s.text("43")));
    s.ev(2, Kind::ChanSend, ch, v43, 0, NO_CAUSE);
    s.ev(2, Kind::ChanWait, ch, v43, 0, NO_CAUSE);
    s.park(2, WaitReason::ChanSend, ch);
    s.pass(1_000_000);
    let fire = s.ev(0, Kind::TimerFire, 1, 0, 0, NO_CAUSE);
    let ready = s.ready(0, 1, fire);
    s.start(1, ready);
    s.ev(1, Kind::ChanRecv, ch, 0, 0, NO_CAUSE);
    let got = s.ev(1, Kind::ChanRecvDone, ch, v41, 4, NO_CAUSE);
    let ready = s.ready(1, 2, got);
    s.ev(1, Kind::ChanClose, ch, 0, 0, NO_CAUSE);
    for v in ["42", "43"] {
        let v = u64::from(s.text(v));
        s.ev(1, Kind::ChanRecv, ch, 0, 0, NO_CAUSE);
        s.ev(1, Kind::ChanRecvDone, ch, v, 1, NO_CAUSE);
    }
    s.ev(1, Kind::ChanRecv, ch, 0, 0, NO_CAUSE);
    s.ev(1, Kind::ChanRecvDone, ch, 0, 3, NO_CAUSE);
    s.ev(1, Kind::GoYield, 0, 0, 0, NO_CAUSE);
    s.start(2, ready);
    s.ev(2, Kind::ChanSendDone, ch, 0, 2, ready);
    s.ev(2, Kind::GoEnd, 0, 0, 0, NO_CAUSE);
    s.rec
}

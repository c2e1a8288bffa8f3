//! Where the stepper stands and what keys do to it. Pure: no clock, no terminal.
//!
//! The cursor is an event; the state shown is the one just after it. What is selected is kept apart
//! for each kind of lane; nothing selected means "whoever the event is about", so that stepping
//! follows the story until somebody is picked.
use crate::trace::Timeline;
use crate::trace::event::{Event, Kind, NO_CAUSE, NO_M, NO_P, Recording, Seq};
use crate::trace::state::{State, Status, ThreadStatus};
use crate::trace::text::event_line;
use crate::view::explain;

/// A key, as the terminal's own names are mapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Left,
    Right,
    ShiftLeft,
    ShiftRight,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
    Enter,
    Escape,
    Backspace,
    Char(char),
}

/// What the surroundings have to do after a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    None,
    Quit,
    /// Copy the screen as text.
    Copy,
}

/// What the lanes of the history are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lanes {
    G,
    P,
    M,
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    Sched,
    Chan,
    Ctx,
    Events,
}

impl Pane {
    const ALL: [Pane; 4] = [Pane::Sched, Pane::Chan, Pane::Ctx, Pane::Events];
    /// Its name in the heading and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Pane::Sched => "sched",
            Pane::Chan => "chan",
            Pane::Ctx => "ctx",
            Pane::Events => "events",
        }
    }
}

/// A line being typed at the foot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    Find(String),
    Goto(String),
}

/// Events of one page.
const PAGE: i64 = 20;
/// Widths of a cell in true time, ns.
const ZOOMS: [u64; 17] = [
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    100_000_000,
];

/// The stepper over one recording.
#[derive(Clone)]
pub struct Model<'a> {
    pub(super) line: &'a Timeline<'a>,
    /// The event under the cursor.
    at: Seq,
    pub pane: Pane,
    pub lanes: Lanes,
    pub(super) true_time: bool,
    zoom: usize,
    picked_g: Option<u32>,
    picked_p: Option<u8>,
    picked_m: Option<u8>,
    picked_chan: Option<u32>,
    /// Where `u` came from, for `w`.
    trail: Vec<Seq>,
    pub(super) prompt: Option<Prompt>,
    last_find: String,
    pub(super) help: bool,
    /// Told at the foot until the next key.
    pub(super) status: String,
}

impl<'a> Model<'a> {
    /// At the first event, goroutine lanes.
    #[must_use]
    pub fn new(line: &'a Timeline<'a>) -> Self {
        Self {
            line,
            at: 0,
            pane: Pane::Sched,
            lanes: Lanes::G,
            true_time: false,
            zoom: 6,
            picked_g: None,
            picked_p: None,
            picked_m: None,
            picked_chan: None,
            trail: vec![],
            prompt: None,
            last_find: String::new(),
            help: false,
            status: String::new(),
        }
    }

    /// The recording.
    #[must_use]
    pub fn rec(&self) -> &'a Recording {
        self.line.recording()
    }

    /// The event under the cursor.
    #[must_use]
    pub fn at(&self) -> Seq {
        self.at
    }

    /// Puts the cursor on an event, the last one at most.
    pub fn go(&mut self, at: i64) {
        self.at = at.clamp(0, self.last().max(0)) as Seq;
    }

    /// Shows this channel in the channel view.
    pub fn pick_chan(&mut self, id: u32) {
        self.picked_chan = Some(id);
    }

    /// Told at the foot until the next key.
    pub fn tell(&mut self, status: String) {
        self.status = status;
    }

    fn last(&self) -> i64 {
        self.line.len() as i64 - 1
    }

    pub(super) fn event(&self) -> Option<&'a Event> {
        self.rec().events.get(self.at as usize)
    }

    /// The state just before the event under the cursor.
    pub(super) fn before(&self) -> State {
        self.line.at(self.at)
    }

    /// ns of a cell in true time.
    pub(super) fn cell_ns(&self) -> u64 {
        ZOOMS[self.zoom]
    }

    /// The goroutine the foot, the lanes and the jumps are about.
    pub(super) fn g(&self) -> u32 {
        self.picked_g.unwrap_or_else(|| self.event().map_or(0, subject))
    }
    pub(super) fn p(&self) -> Option<u8> {
        self.picked_p.or_else(|| self.event().map(|e| e.p).filter(|&p| p != NO_P))
    }
    pub(super) fn m(&self) -> Option<u8> {
        self.picked_m.or_else(|| self.event().map(|e| e.m).filter(|&m| m != NO_M))
    }
    /// The channel of the channel view: the picked one, else that of the event, else the last one
    /// before it, else the first.
    pub(super) fn chan(&self) -> Option<u32> {
        let events = &self.rec().events;
        let so_far = &events[..events.len().min(self.at as usize + 1)];
        let recent = || so_far.iter().rev().take(10_000).find_map(chan_of);
        self.picked_chan.or_else(recent).or_else(|| self.rec().of(Kind::ChanMake).map(|(_, e)| e.a).next())
    }

    /// What is selected.
    fn target(&self) -> Target {
        match (self.pane, self.lanes) {
            (Pane::Chan, _) => Target::Chan(self.chan()),
            (Pane::Ctx, _) => Target::Ctx,
            (_, Lanes::P) => Target::P(self.p()),
            (_, Lanes::M) => Target::M(self.m()),
            (_, Lanes::G) => Target::G(self.g()),
        }
    }

    /// Moves to the nearest event that fits, in a direction. Says so when there is none.
    fn seek(&mut self, forward: bool, what: &str, fits: impl Fn(&Event) -> bool) {
        let events = &self.rec().events;
        let at = self.at as usize;
        let found = if forward {
            events.iter().enumerate().skip(at + 1).find(|(_, e)| fits(e))
        } else {
            events.iter().enumerate().take(at).rev().find(|(_, e)| fits(e))
        };
        match found.map(|(i, _)| i) {
            Some(i) => self.at = i as Seq,
            None => self.status = format!("{}没有{what}了", if forward { "后面" } else { "前面" }),
        }
    }

    fn seek_selected(&mut self, forward: bool) {
        // Taken before: it must not change to the subject of each event on the way.
        let target = self.target();
        self.seek(forward, "它的事件", |e| target.has(e));
        if self.pane == Pane::Sched && self.lanes == Lanes::G && self.picked_g.is_none() {
            self.picked_g = Some(self.rec().events.get(self.at as usize).map_or(0, subject)).filter(|&g| g != 0);
        }
    }

    /// The event that made this one possible: its cause, else what last woke its goroutine.
    fn woken_by(&self) -> Option<Seq> {
        let e = self.event()?;
        if e.cause != NO_CAUSE && e.cause < self.at {
            return Some(e.cause);
        }
        let g = self.g();
        let state = self.before();
        state.gs.get(g as usize).and_then(|g| g.woken_by).filter(|&s| s < self.at)
    }

    /// Takes a key.
    pub fn key(&mut self, key: Key) -> Effect {
        self.status.clear();
        if self.prompt.is_some() {
            self.typed(key);
            return Effect::None;
        }
        if self.help && key != Key::Char('q') {
            self.help = false;
            return Effect::None;
        }
        match key {
            Key::Char('q') => return Effect::Quit,
            Key::Char('y') => return Effect::Copy,
            Key::Escape => (self.picked_g, self.picked_p, self.picked_m, self.picked_chan) = (None, None, None, None),
            Key::Left | Key::Char('h') => self.step(-1),
            Key::Right | Key::Char('l' | ' ') => self.step(1),
            Key::PageUp => self.step(-PAGE),
            Key::PageDown => self.step(PAGE),
            Key::Home => self.go(0),
            Key::End => self.go(i64::MAX),
            Key::ShiftRight | Key::Char('n') => self.seek_selected(true),
            Key::ShiftLeft | Key::Char('N') => self.seek_selected(false),
            Key::Char(']') => self.seek(true, "决定", decision),
            Key::Char('[') => self.seek(false, "决定", decision),
            Key::Up | Key::Char('k') => self.pick(-1),
            Key::Down | Key::Char('j') => self.pick(1),
            Key::Enter => self.pick_subject(),
            Key::Char(c) => self.letter(c),
            Key::Backspace => {}
        }
        Effect::None
    }

    fn letter(&mut self, c: char) {
        match c {
            'u' => match self.woken_by() {
                Some(seq) => {
                    self.trail.push(self.at);
                    self.at = seq;
                }
                None => "这个事件没有记下起因".clone_into(&mut self.status),
            },
            'w' => match self.trail.pop() {
                Some(seq) => self.at = seq,
                None => "没有跳过来的地方可回".clone_into(&mut self.status),
            },
            'g' => (self.lanes, self.pane) = (Lanes::G, Pane::Sched),
            'p' => (self.lanes, self.pane) = (Lanes::P, Pane::Sched),
            'm' => (self.lanes, self.pane) = (Lanes::M, Pane::Sched),
            'v' => {
                let at = Pane::ALL.iter().position(|p| *p == self.pane).unwrap_or(0);
                self.pane = Pane::ALL[(at + 1) % Pane::ALL.len()];
            }
            't' => self.true_time = !self.true_time,
            '+' | '=' if self.true_time => self.zoom = self.zoom.saturating_sub(1),
            '-' if self.true_time => self.zoom = (self.zoom + 1).min(ZOOMS.len() - 1),
            '/' => self.prompt = Some(Prompt::Find(String::new())),
            ':' => self.prompt = Some(Prompt::Goto(String::new())),
            '?' => self.help = true,
            _ => self.status = format!("没有这个键：{c}　按 ? 看有哪些"),
        }
    }

    fn step(&mut self, by: i64) {
        let to = i64::from(self.at) + by;
        if to > self.last() && i64::from(self.at) == self.last() {
            "已经是最后一个事件".clone_into(&mut self.status);
        } else if to < 0 && self.at == 0 {
            "已经是第一个事件".clone_into(&mut self.status);
        }
        self.go(to);
    }

    fn pick_subject(&mut self) {
        let Some(e) = self.event() else { return };
        match (self.pane, self.lanes) {
            (Pane::Chan, _) => self.picked_chan = chan_of(e).or(self.picked_chan),
            (_, Lanes::P) => self.picked_p = Some(e.p).filter(|&p| p != NO_P),
            (_, Lanes::M) => self.picked_m = Some(e.m).filter(|&m| m != NO_M),
            (_, Lanes::G) => self.picked_g = Some(subject(e)).filter(|&g| g != 0),
        }
    }

    /// Selects the next or previous lane.
    fn pick(&mut self, by: i64) {
        let state = self.line.at(self.at + 1);
        let subject = self.event().map_or(0, subject);
        match (self.pane, self.lanes) {
            (Pane::Chan, _) => {
                let made = (0..).zip(&state.chans).filter(|(_, c)| c.made).map(|(id, _)| id);
                self.picked_chan = neighbour(made, self.chan().unwrap_or(0), by).or(self.picked_chan);
            }
            (Pane::Events | Pane::Ctx, _) => self.step(by),
            (_, Lanes::P) => {
                let all = (0..state.ps.len()).map(|p| p as u32);
                let at = self.p().map_or(0, u32::from);
                self.picked_p = neighbour(all, at, by).map(|p| p as u8).or(self.picked_p);
            }
            (_, Lanes::M) => {
                let all = (0..).zip(&state.ms).filter(|(_, m)| m.status != ThreadStatus::Unborn).map(|(id, _)| id);
                let at = self.m().map_or(0, u32::from);
                self.picked_m = neighbour(all, at, by).map(|m| m as u8).or(self.picked_m);
            }
            (_, Lanes::G) => {
                let lives = |id: u32| !matches!(state.status(id), Status::Unborn | Status::Dead) || id == subject;
                let all = (1..state.gs.len() as u32).filter(|&id| lives(id));
                self.picked_g = neighbour(all, self.g(), by).or(self.picked_g);
            }
        }
    }

    fn typed(&mut self, key: Key) {
        let Some(prompt) = &mut self.prompt else { return };
        let text = match prompt {
            Prompt::Find(text) | Prompt::Goto(text) => text,
        };
        match key {
            Key::Char(c) if text.chars().count() < 60 => text.push(c),
            Key::Backspace if text.is_empty() => self.prompt = None,
            Key::Backspace => _ = text.pop(),
            Key::Escape => self.prompt = None,
            Key::Enter => match self.prompt.take() {
                Some(Prompt::Find(text)) => self.find(&text),
                Some(Prompt::Goto(text)) => match text.trim().trim_start_matches('@').parse::<u32>() {
                    Ok(n) if i64::from(n) <= self.last() => self.at = n,
                    Ok(_) => self.status = format!("最后一个事件是 @{}", self.last().max(0)),
                    Err(_) => "要写事件的编号，比如 :118".clone_into(&mut self.status),
                },
                None => {}
            },
            _ => {}
        }
    }

    /// Goes to the next event whose line or sentence holds the text, round the end if need be.
    fn find(&mut self, text: &str) {
        if !text.is_empty() {
            text.clone_into(&mut self.last_find);
        }
        let wanted = self.last_find.to_lowercase();
        if wanted.is_empty() {
            return;
        }
        let state = self.before();
        let len = self.line.len() as u32;
        let hit = (1..=len).map(|i| (self.at + i) % len.max(1)).find(|&seq| {
            let rec = self.rec();
            event_line(rec, seq).to_lowercase().contains(&wanted)
                || rec.events.get(seq as usize).is_some_and(|e| {
                    explain::moment(rec, &state, seq, e).is_some_and(|m| m.to_lowercase().contains(&wanted))
                })
        });
        match hit {
            Some(seq) => {
                if seq <= self.at {
                    "从头找到的".clone_into(&mut self.status);
                }
                self.at = seq;
            }
            None => self.status = format!("找不到「{}」", self.last_find),
        }
    }
}

/// What an event can be about.
#[derive(Clone, Copy)]
enum Target {
    G(u32),
    P(Option<u8>),
    M(Option<u8>),
    Chan(Option<u32>),
    Ctx,
}

impl Target {
    fn has(self, e: &Event) -> bool {
        match self {
            Self::Chan(id) => id.is_some() && chan_of(e) == id,
            Self::Ctx => matches!(e.kind, Kind::CtxMake | Kind::CtxDone | Kind::CtxCancel | Kind::CtxChild),
            Self::P(p) => e.p != NO_P && Some(e.p) == p,
            Self::M(m) => e.m != NO_M && Some(e.m) == m,
            Self::G(g) => g != 0 && (e.g == g || subject(e) == g),
        }
    }
}

/// The goroutine an event is about: the one that is woken or made, else the one that acts.
pub(super) fn subject(e: &Event) -> u32 {
    match e.kind {
        Kind::GoCreate | Kind::GoReady | Kind::PreemptAsk => e.a,
        _ => e.g,
    }
}

/// The channel an event is about.
pub(super) fn chan_of(e: &Event) -> Option<u32> {
    match e.kind {
        Kind::ChanMake
        | Kind::ChanSend
        | Kind::ChanSendDone
        | Kind::ChanRecv
        | Kind::ChanRecvDone
        | Kind::ChanWait
        | Kind::ChanUnwait
        | Kind::ChanClose
        | Kind::ChanMiss
        | Kind::ChanDrain
        | Kind::SelectLock => Some(e.a),
        Kind::SelectDone | Kind::SelectPoll => u32::try_from(e.b).ok().filter(|&id| id != u32::MAX && e.a != u32::MAX),
        _ => None,
    }
}

/// Something was decided here: by the scheduler, a channel, a select, a context.
fn decision(e: &Event) -> bool {
    match e.kind {
        Kind::Steal
        | Kind::GoPark
        | Kind::GoReady
        | Kind::GoYield
        | Kind::Retake
        | Kind::PreemptAsk
        | Kind::StwStart
        | Kind::StwEnd
        | Kind::SelectDone
        | Kind::ChanClose
        | Kind::CtxCancel
        | Kind::Fatal => true,
        Kind::GlobalGet => e.why == 1,
        Kind::Signal => e.why == 0,
        Kind::LockAcquire => e.why == 2,
        Kind::ChanSendDone | Kind::ChanRecvDone => e.why == 0,
        _ => false,
    }
}

/// The neighbour of `at` in an ascending list, `by` places on; the nearest end when there is none.
fn neighbour(all: impl Iterator<Item = u32>, at: u32, by: i64) -> Option<u32> {
    if by > 0 {
        let mut last = None;
        for x in all {
            last = Some(x);
            if x > at {
                break;
            }
        }
        last
    } else {
        let mut first = None;
        for x in all {
            if x >= at && first.is_some() {
                break;
            }
            first = Some(x);
        }
        first
    }
}

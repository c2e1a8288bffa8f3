//! Two recordings side by side, their cursors locked: the same program under two seeds, or with and
//! without a mutation.
//!
//! Cursors are locked by number of event: up to the first difference equal numbers are equal events,
//! and after it there is no other measure that both runs share. From 120 columns on they stand side
//! by side, below that one above the other.
use super::model::{Effect, Key, Model};
use super::screen::{Row, Screen, Tone, finish, rows};
use crate::base::text::{fit, width as columns};
use crate::trace::event::{Recording, Seq};
use crate::trace::text::event_line;

/// Columns from which on the two stand side by side.
const WIDE: usize = 120;

/// Two models with one cursor.
pub struct Versus<'a> {
    pub left: Model<'a>,
    pub right: Model<'a>,
    names: [String; 2],
    parting: Option<Seq>,
}

/// The first event in which two recordings differ; `None` when they are the same.
#[must_use]
pub fn parting(a: &Recording, b: &Recording) -> Option<Seq> {
    let (n, m) = (a.events.len(), b.events.len());
    // Texts may have other ids although they read the same.
    let differ = |i: usize| a.events[i] != b.events[i] && event_line(a, i as Seq) != event_line(b, i as Seq);
    (0..n.min(m)).find(|&i| differ(i)).or((n != m).then_some(n.min(m))).map(|i| i as Seq)
}

impl<'a> Versus<'a> {
    /// Both at the first event in which they differ.
    #[must_use]
    pub fn new(left: Model<'a>, right: Model<'a>, names: [String; 2]) -> Self {
        let parting = parting(left.rec(), right.rec());
        let mut both = Self { left, right, names, parting };
        both.go(parting.map_or(0, i64::from));
        both
    }

    /// Puts both cursors on an event.
    pub fn go(&mut self, at: i64) {
        self.left.go(at);
        self.right.go(at);
    }

    /// Takes a key: the left one leads, the right one follows to the same number.
    pub fn key(&mut self, key: Key) -> Effect {
        let typing = self.left.prompt.is_some();
        if key == Key::Char('d') && !typing {
            match self.parting {
                Some(at) => self.go(i64::from(at)),
                None => self.left.tell("两次运行完全一样".to_owned()),
            }
            return Effect::None;
        }
        let moved = matches!(key, Key::Right | Key::End | Key::PageDown | Key::Char('l' | ' '));
        let longer = self.right.line.len() > self.left.line.len();
        if moved && longer && !typing && i64::from(self.left.at()) + 1 >= self.left.line.len() as i64 {
            // The right one goes on when the left one has ended.
            return self.right.key(key);
        }
        if longer && self.right.at() > self.left.at() && matches!(key, Key::Left | Key::Char('h')) && !typing {
            return self.right.key(key);
        }
        let effect = self.left.key(key);
        let at = i64::from(self.left.at());
        // What is shown follows too; searching and marking is the left one's business.
        self.right.pane = self.left.pane;
        self.right.lanes = self.left.lanes;
        self.right.true_time = self.left.true_time;
        self.right.help = false;
        if matches!(key, Key::Char('+' | '-' | '=')) {
            self.right.key(key);
        }
        self.right.go(at);
        effect
    }

    /// The screen.
    #[must_use]
    pub fn draw(&self, width: usize, height: usize) -> Screen {
        if self.left.help {
            return super::draw(&self.left, width, height);
        }
        let mut all = vec![self.heading(width)];
        let body = height.saturating_sub(2);
        if width >= WIDE {
            let half = (width - 3) / 2;
            let a = rows(&self.left, half, body, false);
            let b = rows(&self.right, half, body, false);
            all.extend((0..body).map(|i| beside(a.get(i), b.get(i), half)));
        } else {
            let (top, bottom) = (body - body / 2, body / 2);
            for (model, rows_of) in [(&self.left, top), (&self.right, bottom)] {
                let mut part = rows(model, width, rows_of, false);
                part.truncate(rows_of);
                part.resize_with(rows_of, Row::default);
                all.extend(part);
            }
        }
        all.push(self.foot(width));
        finish(all, width, height)
    }

    fn heading(&self, width: usize) -> Row {
        let apart = match self.parting {
            None => "两次一样".to_owned(),
            Some(at) => format!("从 @{at} 起不同"),
        };
        let place = if width >= WIDE { "左 右" } else { "上 下" };
        let [a, b] = &self.names;
        Row::of(fit(&format!(" {place}：{a} | {b}  {apart}"), width), Tone::Warn)
    }

    fn foot(&self, width: usize) -> Row {
        let typed = rows(&self.left, width.max(40), 24, true).pop().unwrap_or_default();
        if self.left.prompt.is_some() || !self.left.status.is_empty() {
            return typed;
        }
        Row::of(fit(" 左右 一步  [ ] 决定  d 第一个不同  g p m 泳道  v 换图  ? 键  q", width), Tone::Dim)
    }
}

/// Two rows with a bar between them, the left one filled to `half` columns.
fn beside(a: Option<&Row>, b: Option<&Row>, half: usize) -> Row {
    let mut row = a.cloned().unwrap_or_default();
    let used = row.0.iter().map(|s| columns(&s.text)).sum::<usize>();
    row = row.add(" ".repeat(half.saturating_sub(used)), Tone::Plain).add(" | ", Tone::Dim);
    row.0.extend(b.cloned().unwrap_or_default().0);
    row
}

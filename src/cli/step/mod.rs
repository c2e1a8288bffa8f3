//! The stepper in a terminal: `view::step` decides what is shown, this draws it and brings the keys.
//!
//! Invariants
//!   T1  the terminal is given back however it ends: q, Ctrl-C, Ctrl-Z, an error, a panic
//!   T2  what is drawn is [`Screen::text`] and nothing else, so `--print`, the copy key and the
//!       snapshots show the same
//!   T3  nothing is drawn while no key comes: no clock, no animation
//!
//! Not done: catching SIGTERM and SIGHUP, which needs `unsafe` here or one more crate; a terminal
//! whose program was killed is put right with `reset`.
mod copy;
mod terminal;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span as Piece};
use ratatui::widgets::Paragraph;

use crate::view::step::{Effect, Key, Model, Screen, Tone, Versus, draw};

pub use terminal::{Ended, walk};

/// One run, or two locked together.
pub enum Walk<'a> {
    One(Box<Model<'a>>),
    Two(Box<Versus<'a>>),
}

impl Walk<'_> {
    /// What a screen of this size shows.
    #[must_use]
    pub fn screen(&self, columns: usize, rows: usize) -> Screen {
        match self {
            Walk::One(model) => draw(model, columns, rows),
            Walk::Two(both) => both.draw(columns, rows),
        }
    }

    fn key(&mut self, key: Key) -> Effect {
        match self {
            Walk::One(model) => model.key(key),
            Walk::Two(both) => both.key(key),
        }
    }

    fn tell(&mut self, status: String) {
        match self {
            Walk::One(model) => model.tell(status),
            Walk::Two(both) => both.left.tell(status),
        }
    }

    /// The event under the cursor.
    #[must_use]
    pub fn at(&self) -> u32 {
        match self {
            Walk::One(model) => model.at(),
            Walk::Two(both) => both.left.at(),
        }
    }
}

/// Paints a screen; without colour only its text.
pub fn paint(frame: &mut Frame<'_>, screen: &Screen, color: bool) {
    let area = frame.area();
    for (y, row) in (0..area.height).zip(&screen.rows) {
        let pieces: Vec<Piece<'_>> = row.iter().map(|s| Piece::styled(s.text.as_str(), style(s.tone, color))).collect();
        frame.render_widget(Paragraph::new(Line::from(pieces)), Rect { y: area.y + y, height: 1, ..area });
    }
}

/// Goroutines have the six colours that `view::Look` gives them, the same on the page and here.
fn style(tone: Tone, color: bool) -> Style {
    const G: [Color; 6] = [Color::Cyan, Color::Yellow, Color::Green, Color::Magenta, Color::LightBlue, Color::LightRed];
    let plain = Style::new();
    if !color {
        return plain;
    }
    match tone {
        Tone::Plain => plain,
        Tone::Dim => plain.add_modifier(Modifier::DIM),
        Tone::Bold => plain.add_modifier(Modifier::BOLD),
        Tone::G(g) => plain.fg(G[g as usize % G.len()]),
        Tone::Bar => plain.add_modifier(Modifier::REVERSED),
        Tone::Warn => plain.fg(Color::Yellow).add_modifier(Modifier::BOLD),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use ratatui::buffer::Buffer;
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::trace::{Kind, Timeline};
    use crate::view::step::tests::busy;

    fn shown(walk: &Walk<'_>, columns: u16, rows: u16, color: bool) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a terminal in memory");
        let screen = walk.screen(columns.into(), rows.into());
        terminal.draw(|frame| paint(frame, &screen, color)).expect("it draws");
        terminal.backend().buffer().clone()
    }

    /// The text of a buffer: a wide character hides the cell behind it.
    fn text(buffer: &Buffer) -> String {
        let mut out = String::new();
        for row in buffer.content.chunks(buffer.area.width.into()) {
            let (mut line, mut skip) = (String::new(), 0);
            for cell in row {
                if skip == 0 {
                    line.push_str(cell.symbol());
                    skip = cell.symbol().width().max(1);
                }
                skip -= 1;
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    #[test]
    fn what_is_drawn_is_the_text_with_and_without_colour() {
        let rec = busy();
        let line = Timeline::new(&rec);
        let mut walk = Walk::One(Box::new(Model::new(&line)));
        let ready = rec.of(Kind::GoReady).map(|(i, _)| i).next().expect("somebody is woken");
        if let Walk::One(m) = &mut walk {
            m.go(i64::from(ready));
        }
        for (columns, rows) in [(80, 24), (120, 40), (60, 20)] {
            let plain = shown(&walk, columns, rows, false);
            assert_eq!(text(&plain), walk.screen(columns.into(), rows.into()).text(), "{columns}x{rows}");
            assert!(plain.content.iter().all(|c| c.style() == ratatui::buffer::Cell::EMPTY.style()), "no colour");
            let coloured = shown(&walk, columns, rows, true);
            assert_eq!(text(&coloured), text(&plain), "colour only repeats");
            assert_ne!(coloured, plain);
            insta::assert_snapshot!(format!("one_run_{columns}x{rows}"), text(&plain));
        }
    }

    #[test]
    fn two_runs_in_one_terminal() {
        let (a, mut b) = (busy(), busy());
        b.events.truncate(30);
        b.seed = 43;
        let (la, lb) = (Timeline::new(&a), Timeline::new(&b));
        let names = ["种子 42".to_owned(), "种子 43".to_owned()];
        let walk = Walk::Two(Box::new(Versus::new(Model::new(&la), Model::new(&lb), names)));
        for (columns, rows) in [(80, 24), (120, 30)] {
            let drawn = shown(&walk, columns, rows, false);
            assert_eq!(text(&drawn), walk.screen(columns.into(), rows.into()).text());
            insta::assert_snapshot!(format!("versus_{columns}x{rows}"), text(&drawn));
        }
    }
}

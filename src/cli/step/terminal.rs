//! The terminal itself: taken, given back, keys read.
use std::io;
use std::path::Path;
use std::process::Command;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{Walk, copy, paint};
use crate::view::step::{Effect, Key};

/// How the walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Quit,
    /// Ctrl-C.
    Interrupted,
}

/// What a key event asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Key(Key),
    Interrupt,
    Suspend,
    Redraw,
    Nothing,
}

/// Gives the terminal back when it goes, by whatever way.
struct Taken(DefaultTerminal);

impl Taken {
    /// Raw mode and the alternate screen; a panic gives both back before it is told.
    fn new() -> io::Result<Self> {
        Ok(Self(ratatui::try_init()?))
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // Nothing can be done when the terminal is gone.
        let _ = ratatui::try_restore();
    }
}

/// Walks until the person leaves. `name` and `screens` are for copies: what the run is called and
/// where copied screens go.
///
/// # Errors
/// When the terminal cannot be read or written.
pub fn walk(mut walk: Walk<'_>, color: bool, name: &str, screens: &Path) -> io::Result<Ended> {
    let mut terminal = Taken::new()?;
    loop {
        let mut size = (0, 0);
        terminal.0.draw(|frame| {
            size = (usize::from(frame.area().width), usize::from(frame.area().height));
            paint(frame, &walk.screen(size.0, size.1), color);
        })?;
        let asked = loop {
            match asked(&event::read()?) {
                Asked::Nothing => {}
                other => break other,
            }
        };
        match asked {
            Asked::Interrupt => return Ok(Ended::Interrupted),
            Asked::Suspend => {
                // First given back, then taken anew: the other way round the old one would give
                // back what the new one took.
                drop(terminal);
                suspend()?;
                terminal = Taken::new()?;
            }
            Asked::Key(key) => match walk.key(key) {
                Effect::Quit => return Ok(Ended::Quit),
                Effect::Copy => {
                    let text = walk.screen(size.0, size.1).text();
                    let told = copy::copy(&text, &format!("{name}-{}", walk.at()), screens);
                    walk.tell(told);
                }
                Effect::None => {}
            },
            Asked::Redraw | Asked::Nothing => {}
        }
    }
}

/// Stops this process, as Ctrl-Z does to other programs, until `fg`.
///
/// The shell is asked to send the signal: raising it here would need `unsafe`.
fn suspend() -> io::Result<()> {
    let kill = format!("kill -TSTP {}", std::process::id());
    Command::new("sh").arg("-c").arg(kill).status().map(|_| ())
}

fn asked(event: &Event) -> Asked {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => of_key(*key),
        Event::Resize(..) => Asked::Redraw,
        _ => Asked::Nothing,
    }
}

fn of_key(key: KeyEvent) -> Asked {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c') => Asked::Interrupt,
            KeyCode::Char('z') => Asked::Suspend,
            KeyCode::Char('l') => Asked::Redraw,
            _ => Asked::Nothing,
        };
    }
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    Asked::Key(match key.code {
        KeyCode::Left if shift => Key::ShiftLeft,
        KeyCode::Right if shift => Key::ShiftRight,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Char(c) => Key::Char(half_width(c)),
        _ => return Asked::Nothing,
    })
}

/// A Chinese input method types `：` and `？` for the keys `:` and `?`.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '【' => '[',
        '】' => ']',
        '、' => '/',
        '\u{3000}' => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Asked {
        asked(&Event::Key(KeyEvent::new(code, modifiers)))
    }

    #[test]
    fn keys_as_the_stepper_knows_them() {
        assert_eq!(key(KeyCode::Left, KeyModifiers::SHIFT), Asked::Key(Key::ShiftLeft));
        assert_eq!(key(KeyCode::Left, KeyModifiers::NONE), Asked::Key(Key::Left));
        assert_eq!(key(KeyCode::Char('N'), KeyModifiers::SHIFT), Asked::Key(Key::Char('N')));
        assert_eq!(key(KeyCode::Char('？'), KeyModifiers::NONE), Asked::Key(Key::Char('?')));
        assert_eq!(key(KeyCode::Char('【'), KeyModifiers::NONE), Asked::Key(Key::Char('[')));
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), Asked::Interrupt);
        assert_eq!(key(KeyCode::Char('z'), KeyModifiers::CONTROL), Asked::Suspend);
        assert_eq!(key(KeyCode::F(1), KeyModifiers::NONE), Asked::Nothing);
        assert_eq!(asked(&Event::Resize(10, 10)), Asked::Redraw);
        let mut up = KeyEvent::new(KeyCode::Left, KeyModifiers::NONE);
        up.kind = KeyEventKind::Release;
        assert_eq!(asked(&Event::Key(up)), Asked::Nothing);
    }
}

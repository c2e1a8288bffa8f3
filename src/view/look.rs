//! How a frame is to look, and the small parts all frames are made of.
use owo_colors::{AnsiColors, OwoColorize};

use crate::base::text;

/// Width and colour of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns to fill; frames are made for 80 and work from 40 on.
    pub width: usize,
    pub color: bool,
}

impl Look {
    /// The design size, without colour.
    pub const PLAIN: Look = Look { width: 80, color: false };

    /// A frame of this width; absurd widths are brought into range.
    #[must_use]
    pub fn new(width: usize, color: bool) -> Self {
        Self { width: width.clamp(40, 160), color }
    }

    /// Text in the colour of a goroutine, the same for the whole run.
    #[must_use]
    pub(crate) fn of_g(self, g: u32, s: &str) -> String {
        const COLORS: [AnsiColors; 6] = [
            AnsiColors::Cyan,
            AnsiColors::Yellow,
            AnsiColors::Green,
            AnsiColors::Magenta,
            AnsiColors::BrightBlue,
            AnsiColors::BrightRed,
        ];
        if !self.color || s.trim().is_empty() {
            return s.to_owned();
        }
        s.color(COLORS[g as usize % COLORS.len()]).to_string()
    }

    /// Secondary text.
    #[must_use]
    pub(crate) fn dim(self, s: &str) -> String {
        if self.color { s.dimmed().to_string() } else { s.to_owned() }
    }

    /// The wrapped lines of a text behind a lead.
    pub(crate) fn hang(self, lead: &str, s: &str) -> Vec<String> {
        text::wrap_hanging(s, self.width, lead, &" ".repeat(text::width(lead)))
    }
}

/// `s` in exactly `columns` columns, cut or filled.
pub(crate) fn cell(s: &str, columns: usize) -> String {
    let mut s = text::fit(s, columns);
    let used = text::width(&s);
    s.extend(std::iter::repeat_n(' ', columns.saturating_sub(used)));
    s
}

/// The items kept when there are too many: positions of a head and a tail, and how many are left
/// out between them.
pub(crate) fn ends(total: usize, most: usize) -> (usize, usize, usize) {
    if total <= most {
        return (total, total, 0);
    }
    let head = most * 2 / 3;
    let tail = most - head;
    (head, total - tail, total - most)
}

#[cfg(test)]
pub(crate) mod check {
    use crate::base::text;

    /// V1 and V3 for a frame drawn plain and coloured.
    pub(crate) fn frame(plain: &[String], coloured: &[String], columns: usize) {
        for line in plain {
            assert!(text::width(line) <= columns, "{} columns: {line}", text::width(line));
            assert!(!line.contains('\u{1b}'), "{line:?}");
            assert_eq!(line.trim_end(), line, "trailing space");
        }
        let stripped: Vec<String> = coloured.iter().map(|l| strip(l)).collect();
        assert_eq!(stripped, plain);
    }

    fn strip(s: &str) -> String {
        let mut out = String::new();
        let mut chars = s.chars();
        while let Some(c) = chars.next() {
            if c == '\u{1b}' {
                chars.by_ref().find(char::is_ascii_alphabetic);
            } else {
                out.push(c);
            }
        }
        out.trim_end().to_owned()
    }
}

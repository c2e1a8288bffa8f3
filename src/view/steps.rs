//! The time line: numbered moments, who and what, in order.
use super::explain;
use super::look::{Look, ends};
use crate::trace::event::{Kind, Recording};
use crate::trace::state::State;
use crate::trace::text::time;

/// Lines at most.
const LINES_MAX: usize = 48;

/// Printed lines, waits, wake-ups and decisions, one line each with its address and time.
#[must_use]
pub fn time_view(rec: &Recording, look: Look) -> Vec<String> {
    let mut state = State::new(rec);
    let mut moments = vec![];
    for (seq, e) in (0..).zip(&rec.events) {
        if let Some(text) = explain::moment(rec, &state, seq, e) {
            moments.push((seq, e.time, e.g, text));
        }
        state.apply(e);
    }
    if moments.is_empty() {
        return vec!["（没有记录到过程）".to_owned()];
    }
    let mut lines = vec![];
    let (head, tail, left) = ends(moments.len(), LINES_MAX);
    for (i, (seq, at, g, text)) in moments.iter().enumerate() {
        if i == head && left > 0 {
            lines.push(format!("        … 省略 {left} 步"));
        }
        if i >= head && i < tail {
            continue;
        }
        let lead = format!("{:>6} {:>10}  ", format!("@{seq}"), time(*at));
        let wrapped = look.hang(&lead, text);
        lines.extend(wrapped.iter().map(|l| colour_from(look, l, lead.len(), *g)));
    }
    if rec.truncated {
        lines.push("（事件太多，后面的没有记录）".to_owned());
    }
    lines
}

/// Colours a line behind its lead. The lead is ASCII but for `µ`, so its length is found by char.
fn colour_from(look: Look, line: &str, lead: usize, g: u32) -> String {
    if !look.color {
        return line.to_owned();
    }
    let at = line.char_indices().map(|(i, _)| i).find(|&i| i >= lead).unwrap_or(line.len());
    format!("{}{}", look.dim(&line[..at]), look.of_g(g, &line[at..]))
}

/// Goroutines that can say at the end what they still wait for.
#[must_use]
pub fn leftovers(rec: &Recording, state: &State) -> Vec<String> {
    use crate::trace::state::Status;
    state
        .live()
        .filter(|(id, _)| *id != 1)
        .filter_map(|(id, g)| match g.status {
            Status::Waiting(r) => {
                Some(format!("{} 还在：{}", explain::who(rec, state, id), explain::waits_for(rec, r, g.object)))
            }
            _ => None,
        })
        .collect()
}

/// True when the recording holds a scheduler at all (the `may` engine records none).
pub(crate) fn has_sched(rec: &Recording) -> bool {
    rec.of(Kind::GoStart).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture;
    use crate::view::look::check;

    #[test]
    fn moments_at_80_and_60_columns() {
        let rec = fixture::full_ring();
        let plain = time_view(&rec, Look::PLAIN);
        check::frame(&plain, &time_view(&rec, Look::new(80, true)), 80);
        let narrow = time_view(&rec, Look::new(60, false));
        check::frame(&narrow, &time_view(&rec, Look::new(60, true)), 60);
        insta::assert_snapshot!(plain.join("\n"));
    }

    #[test]
    fn a_long_run_is_cut_in_the_middle_and_says_so() {
        let lines = time_view(&fixture::ping_pong(300), Look::PLAIN);
        assert!(lines.len() <= LINES_MAX + 1 && lines.iter().any(|l| l.contains("省略")));
    }
}

//! Contexts as a tree, who is cancelled and by whom, then the story of how it came to that.
use super::explain;
use super::look::{Look, ends};
use crate::trace::event::{Kind, Recording};
use crate::trace::state::{Ctx, State};
use crate::trace::text::time;

/// Sentences at most.
const STORY_MAX: usize = 24;
/// Nodes drawn at most.
const NODES_MAX: usize = 40;

/// `valueCtx` in [`Kind::CtxMake`]: it has no state of its own.
const VALUE: u8 = 4;

/// The frame: tree at the end of the run, then what happened to it.
#[must_use]
pub fn context_view(rec: &Recording, look: Look) -> Vec<String> {
    let mut state = State::new(rec);
    let mut story = vec![];
    for (seq, e) in (0..).zip(&rec.events) {
        if matches!(e.kind, Kind::CtxMake | Kind::CtxDone | Kind::CtxCancel | Kind::CtxChild)
            && let Some(text) = explain::context(rec, &state, e)
        {
            story.push((seq, e.time, text));
        }
        state.apply(e);
    }
    if story.is_empty() {
        return vec!["（这次运行没有用到 context）".to_owned()];
    }
    let mut lines = vec!["结束时的 context 树".to_owned()];
    lines.extend(tree(&state, look));
    lines.push(String::new());
    let (head, tail, left) = ends(story.len(), STORY_MAX);
    for (i, (seq, at, text)) in story.iter().enumerate() {
        if i == head && left > 0 {
            lines.push(format!("        … 省略 {left} 步"));
        }
        if i < head || i >= tail {
            lines.extend(look.hang(&format!("{:>6} {:>9}  ", format!("@{seq}"), time(*at)), text));
        }
    }
    lines
}

/// The contexts of a moment as a tree; empty when there are none.
pub(crate) fn tree(state: &State, look: Look) -> Vec<String> {
    let mut lines = vec![];
    let mut drawn = 0;
    for root in ids(state).filter(|&id| state.ctxs[id as usize].parent == 0) {
        branch(state, root, 0, look, &mut drawn, &mut lines);
    }
    let left = ids(state).count() - drawn;
    if left > 0 {
        lines.push(format!("  … 还有 {left} 个没有画"));
    }
    lines
}

fn ids(state: &State) -> impl Iterator<Item = u32> + '_ {
    (0..).zip(&state.ctxs).filter(|(_, c)| c.made).map(|(id, _)| id)
}

/// A node and, indented, its derived contexts. Depth is told by indentation alone (V2).
fn branch(state: &State, id: u32, depth: usize, look: Look, drawn: &mut usize, lines: &mut Vec<String>) {
    // Also the end of the recursion: a chain of contexts can be longer than the stack.
    if *drawn >= NODES_MAX {
        return;
    }
    *drawn += 1;
    let c = &state.ctxs[id as usize];
    let through = c.kind == VALUE && cancelled(state, c.parent);
    let mark = if c.cancelled.is_some() || through { "x" } else { "o" };
    let indent = (depth * 3 + 3).min(look.width / 3);
    let lead = format!("{}{mark} ", " ".repeat(indent));
    let text = node(state, id, c);
    let colour = if mark == "x" { 5 } else { 2 };
    lines.extend(look.hang(&lead, &text).iter().map(|l| look.of_g(colour, l)));
    for child in ids(state).filter(|&k| state.ctxs[k as usize].parent == id && k != id) {
        branch(state, child, depth + 1, look, drawn, lines);
    }
}

/// Cancelled itself, or a value context above which somebody is.
fn cancelled(state: &State, id: u32) -> bool {
    let mut at = id;
    while let Some(c) = state.ctxs.get(at as usize).filter(|c| c.made) {
        if c.cancelled.is_some() || c.kind != VALUE || c.parent >= at {
            return c.cancelled.is_some();
        }
        at = c.parent;
    }
    false
}

fn node(state: &State, id: u32, c: &Ctx) -> String {
    let mut parts = vec![format!("ctx{id} {}", explain::ctx_kind(c.kind))];
    if let Some((why, by)) = c.cancelled {
        let why = if why == 1 { "deadline exceeded" } else { "canceled" };
        parts.push(if by == 0 || by == id { why.to_owned() } else { format!("{why}（由 ctx{by} 传来）") });
    }
    if c.kind == VALUE && cancelled(state, c.parent) {
        parts.push("Done 和 Err 问父节点".to_owned());
    }
    if c.done_chan.is_some() {
        parts.push("Done 已创建".to_owned());
    }
    if !c.children.is_empty() {
        const SHOWN: usize = 6;
        let names: Vec<String> = c.children.iter().take(SHOWN).map(|k| format!("ctx{k}")).collect();
        let more = if c.children.len() > SHOWN { format!(" 等 {} 个", c.children.len()) } else { String::new() };
        parts.push(format!("children: {}{more}", names.join(" ")));
    }
    let registered = state.ctxs.iter().any(|p| p.children.contains(&id));
    if c.cancelled.is_none() && matches!(c.kind, 2 | 3 | 6) && !registered && c.parent != 0 {
        parts.push("没有登记在任何祖先里".to_owned());
    }
    parts.join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::event::NO_CAUSE;
    use crate::trace::fixture::Script;
    use crate::view::look::check;

    fn tree() -> Recording {
        let mut s = Script::new(1);
        let born = s.create(0, 1, "main");
        s.start(1, born);
        s.ev(1, Kind::CtxMake, 1, 0, 0, NO_CAUSE);
        s.ev(1, Kind::CtxMake, 2, 1, 2, NO_CAUSE);
        s.ev(1, Kind::CtxMake, 3, 2, 4, NO_CAUSE);
        s.ev(1, Kind::CtxMake, 4, 3, 3, NO_CAUSE);
        s.ev(1, Kind::CtxChild, 2, 4, 0, NO_CAUSE);
        s.ev(1, Kind::CtxMake, 5, 1, 2, NO_CAUSE);
        s.pass(1_500_000);
        s.ev(1, Kind::CtxCancel, 2, 0, 0, NO_CAUSE);
        s.ev(1, Kind::CtxCancel, 4, 2, 0, NO_CAUSE);
        s.ev(1, Kind::CtxChild, 2, 4, 1, NO_CAUSE);
        s.rec
    }

    #[test]
    fn a_tree_with_a_cancelled_branch() {
        let rec = tree();
        for width in [80, 60] {
            let plain = context_view(&rec, Look::new(width, false));
            check::frame(&plain, &context_view(&rec, Look::new(width, true)), width);
        }
        insta::assert_snapshot!(context_view(&rec, Look::PLAIN).join("\n"));
        assert_eq!(context_view(&Recording::default(), Look::PLAIN), ["（这次运行没有用到 context）"]);
    }
}

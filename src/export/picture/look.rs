//! Letters, words, colours and patterns. Identity is never colour alone: a goroutine's colour comes
//! with its number, and from the ninth on with a pattern; a state comes with its letter, the same as
//! in the terminal's lanes.
//!
//! Colours: Okabe and Ito's eight, chosen to stay apart under the common colour deficiencies.
use super::model::{Face, Mark};
use crate::trace::WaitReason;
use crate::trace::event::{NO_P, Recording};

/// Okabe and Ito, without black; its place is taken by a grey.
const COLORS: [&str; 8] = ["#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#0072B2", "#D55E00", "#F0E442", "#8C8C8C"];
/// Overlays for goroutines beyond the eighth, by id of the pattern; the first eight have none.
const OVERLAYS: [&str; 4] = ["", "ov1", "ov2", "ov3"];

/// The colour of a goroutine, the same for the whole run.
pub(super) fn color(g: u32) -> &'static str {
    COLORS[(g.saturating_sub(1) % 8) as usize]
}

/// The pattern laid over it, empty for none.
pub(super) fn overlay(g: u32) -> &'static str {
    OVERLAYS[(g.saturating_sub(1) / 8 % 4) as usize]
}

/// Black or white, whichever reads better on `color` (`#rrggbb`).
pub(super) fn ink(color: &str) -> &'static str {
    if luminance(color) > 0.19 { "#111" } else { "#fff" }
}

/// Relative luminance as WCAG 2 defines it, 0 to 1.
fn luminance(color: &str) -> f64 {
    let part = |at: usize| u8::from_str_radix(color.get(at..at + 2).unwrap_or("0"), 16).unwrap_or(0);
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(part(1)) + 0.7152 * linear(part(3)) + 0.0722 * linear(part(5))
}

/// The letter of a state.
pub(super) fn letter(face: Face) -> &'static str {
    match face {
        Face::Run(_) => "#",
        Face::Ready => "r",
        Face::Call => "y",
        Face::Idle => ".",
        Face::Spin => "~",
        Face::Look => "",
        Face::Wait(r) => match r {
            WaitReason::ChanReceive => "c",
            WaitReason::ChanSend => "s",
            WaitReason::ChanReceiveNil | WaitReason::ChanSendNil => "n",
            WaitReason::Select | WaitReason::SelectNoCases => "S",
            WaitReason::Sleep => "z",
            WaitReason::MutexLock | WaitReason::RWMutexRLock | WaitReason::RWMutexLock => "m",
            WaitReason::WaitGroupWait => "w",
            WaitReason::CondWait => "o",
            WaitReason::SemAcquire => "q",
            WaitReason::IoWait => "i",
            WaitReason::Zero | WaitReason::Preempted | WaitReason::Syscall => "b",
        },
    }
}

/// A state in words, for the legend.
pub(super) fn words(face: Face) -> &'static str {
    match face {
        Face::Run(_) => "运行",
        Face::Ready => "可运行，等 P",
        Face::Call => "阻塞调用",
        Face::Idle => "P 空闲",
        Face::Spin => "自旋找活",
        Face::Look => "调度中",
        Face::Wait(r) => match r {
            WaitReason::ChanReceive => "等接收",
            WaitReason::ChanSend => "等发送",
            WaitReason::ChanReceiveNil | WaitReason::ChanSendNil => "等 nil 通道",
            WaitReason::Select | WaitReason::SelectNoCases => "等 select",
            WaitReason::Sleep => "睡眠",
            WaitReason::MutexLock | WaitReason::RWMutexRLock | WaitReason::RWMutexLock => "等锁",
            WaitReason::WaitGroupWait => "等 WaitGroup",
            WaitReason::CondWait => "等 Cond",
            WaitReason::SemAcquire => "等信号量",
            WaitReason::IoWait => "等 IO",
            WaitReason::Zero | WaitReason::Preempted | WaitReason::Syscall => "等待",
        },
    }
}

/// A state in words, with what it is about.
pub(super) fn told(rec: &Recording, face: Face, object: u32) -> String {
    match face {
        Face::Wait(WaitReason::ChanReceive | WaitReason::ChanSend) => format!("{} {}", words(face), rec.chan(object)),
        Face::Run(p) if p != u32::from(NO_P) => format!("在 P{p} 上运行"),
        _ => words(face).to_owned(),
    }
}

/// Sign and words of a mark.
pub(super) fn mark(m: Mark) -> (&'static str, &'static str) {
    match m {
        Mark::Born => ("+", "出生"),
        Mark::Ended => ("■", "结束"),
        Mark::Sent => ("▲", "发送完成"),
        Mark::Received => ("▼", "接收完成"),
        Mark::Closed => ("✕", "关闭通道"),
        Mark::Printed => ("»", "打印"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_on_every_colour() {
        for g in 1..=8 {
            let (back, ink) = (color(g), ink(color(g)));
            let full = if ink == "#fff" { "#ffffff" } else { "#111111" };
            let (a, b) = (luminance(back) + 0.05, luminance(full) + 0.05);
            let contrast = if a > b { a / b } else { b / a };
            assert!(contrast >= 4.5, "{ink} on {back}: {contrast:.1}");
        }
    }

    #[test]
    fn the_first_32_goroutines_all_look_different() {
        let mut looks: Vec<_> = (1..=32).map(|g| (color(g), overlay(g))).collect();
        looks.sort_unstable();
        looks.dedup();
        assert_eq!(looks.len(), 32);
    }

    #[test]
    fn every_reason_has_a_letter_of_its_group() {
        for r in WaitReason::ALL {
            let l = letter(Face::Wait(*r));
            assert!(l.len() == 1 && !["#", "r", "y", ".", "~"].contains(&l), "{r:?} {l}");
        }
    }
}

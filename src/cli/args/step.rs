//! Flags of `bagu demo run` that look at one moment of a run or walk through it. The Chinese lines
//! are the help text.
use std::time::Duration;

use clap::Args;

use crate::base::span::parse_span;

/// How to look at a run instead of reading its report.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "一步一步看")]
#[allow(clippy::struct_excessive_bools)] // a flag is a bool
pub struct StepArgs {
    /// 在终端里一个事件一个事件地走，可以往回走；进去后按 ? 看有哪些键
    #[arg(long, conflicts_with_all = ["all", "predict", "json"])]
    pub step: bool,
    /// 两次运行对照着走：写种子或变异的名字；不写就用演示的第一个变异
    #[arg(long, value_name = "种子或变异", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["all", "predict", "json"])]
    pub versus: Option<String>,
    /// 不进终端界面，把一屏打印成文字（80×24；--width 和 --rows 可改）
    #[arg(long, conflicts_with_all = ["all", "predict", "json", "step"])]
    pub print: bool,
    /// 看第几个事件之后的样子，如 118 或 @118；不写就是最后
    #[arg(long, value_name = "事件", value_parser = event, conflicts_with_all = ["all", "json"])]
    pub at: Option<u32>,
    /// 一屏有多少行（8–200）
    #[arg(long, value_name = "行数", value_parser = clap::value_parser!(u16).range(8..=200))]
    pub rows: Option<u16>,
    /// 每隔这么久打印一行 SCHED，和 GODEBUG=schedtrace 一样，如 1ms、100us
    #[arg(long, value_name = "时长", value_parser = step_time, conflicts_with_all = ["all", "predict", "json", "step", "versus", "print"])]
    pub schedtrace: Option<u64>,
    /// 连每个 P、M、G 也打印，和 GODEBUG=scheddetail=1 一样
    #[arg(long, requires = "schedtrace")]
    pub scheddetail: bool,
    /// 打印那一刻的全部 goroutine，和 Go 的 dump 一样
    #[arg(long, conflicts_with_all = ["all", "predict", "json", "step", "versus", "print", "schedtrace"])]
    pub dump: bool,
}

impl StepArgs {
    /// The first of these flags that was given.
    #[must_use]
    pub fn given(&self) -> Option<&'static str> {
        let all = [
            ("--step", self.step),
            ("--versus", self.versus.is_some()),
            ("--print", self.print),
            ("--at", self.at.is_some()),
            ("--schedtrace", self.schedtrace.is_some()),
            ("--dump", self.dump),
        ];
        all.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }
}

/// `118` or `@118`.
fn event(text: &str) -> Result<u32, String> {
    text.trim_start_matches('@').parse().map_err(|_| "要写事件的编号，如 118 或 @118".to_owned())
}

/// A length of time down to nanoseconds, in ns: virtual runs are over in microseconds.
fn step_time(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 6] =
        [("µs", 1_000), ("μs", 1_000), ("us", 1_000), ("微秒", 1_000), ("ns", 1), ("纳秒", 1)];
    let small = UNITS.iter().find_map(|(unit, ns)| text.strip_suffix(unit).map(|n| (n, *ns)));
    let ns = match small {
        Some((n, unit)) => n.trim().parse::<u64>().ok().and_then(|n| n.checked_mul(unit)),
        None => parse_span(text).ok().map(|d: Duration| d.as_nanos() as u64),
    };
    ns.filter(|&ns| ns > 0).ok_or_else(|| "时长要写成 1ms、100us、500ns 这样的形式，要大于 0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_and_addresses() {
        assert_eq!(step_time("1ms"), Ok(1_000_000));
        assert_eq!(step_time("100us"), Ok(100_000));
        assert_eq!(step_time("2µs"), Ok(2_000));
        assert_eq!(step_time("500ns"), Ok(500));
        for bad in ["0ms", "ms", "1", "-1us", "99999999999999999999us", "18446744073709551615us"] {
            assert!(step_time(bad).is_err(), "{bad}");
        }
        assert_eq!((event("@7"), event("7")), (Ok(7), Ok(7)));
        assert!(event("x").is_err());
    }
}

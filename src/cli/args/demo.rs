//! Flags of `bagu demo`. The Chinese lines are the help text.
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::quiz::span;
use super::step::StepArgs;

/// 演示：把答案跑给你看
#[derive(Debug, Clone, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
示例：
  bagu demo list                                   有哪些
  bagu demo run channel/close-drain                运行一个
  bagu demo run channel/close-drain --predict      先猜输出再运行
  bagu demo run --all                              全部跑一遍"
)]
pub struct DemoArgs {
    #[command(subcommand)]
    pub command: DemoCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub enum DemoCommand {
    List(DemoListArgs),
    Run(DemoRunArgs),
    Show(DemoShowArgs),
    Go(DemoGoArgs),
    Explore(DemoExploreArgs),
}

/// 列出演示
#[derive(Debug, Clone, Args)]
#[command(after_help = "示例：\n  bagu demo list\n  bagu demo list channel --json")]
pub struct DemoListArgs {
    /// 只看这些主题
    #[arg(value_name = "主题")]
    pub topics: Vec<String>,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// 运行演示：打印输出、逐条核对论断、画出过程
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
示例：
  bagu demo run channel/close-drain
  bagu demo run channel/close-drain --mutate close-drops-buffer   弄坏它，看哪条论断倒下
  bagu demo run channel/close-drain --trace out.json              在 ui.perfetto.dev 里打开
  bagu demo run channel/close-drain --step                        一个事件一个事件地走，能往回走
  bagu demo run channel/close-drain --versus                      和弄坏了的对照着走
  bagu demo run channel/close-drain --trace out.trace             用 go tool trace 打开
  bagu demo run --all                                             全部演示，最后给出小结

演示在受限的子进程里运行：崩溃、死锁、死循环都是结果，不是事故。")]
pub struct DemoRunArgs {
    /// 演示编号，如 channel/close-drain（用 bagu demo list 找）
    #[arg(value_name = "编号", required_unless_present = "all")]
    pub id: Option<String>,
    /// 跑全部演示
    #[arg(long, conflicts_with = "id")]
    pub all: bool,
    /// 引擎：gmp（默认，自带调度器）或 may（另一个实现，只跑在真线程上）
    #[arg(long, value_name = "引擎", value_enum, hide_possible_values = true)]
    pub engine: Option<EngineArg>,
    /// 平台：virtual（默认，虚拟时间，可重放）或 real（真线程、真时钟）
    #[arg(long, value_name = "平台", value_enum, hide_possible_values = true)]
    pub platform: Option<PlatformArg>,
    /// 处理器（P）的个数；不写就用演示自己的
    #[arg(long, value_name = "个数", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub procs: Option<u16>,
    /// 随机种子；同样的种子给出同样的过程
    #[arg(long, value_name = "数")]
    pub seed: Option<u64>,
    /// 打开一个变异：故意弄坏，看哪条论断不再成立
    #[arg(long, value_name = "名字")]
    pub mutate: Option<String>,
    /// 先让你猜输出，再运行对照
    #[arg(long, conflicts_with = "all")]
    pub predict: bool,
    /// 把过程写成文件；格式看结尾：.json 给 Perfetto，.trace 给 go tool trace，.svg 和 .html 是图
    #[arg(long, value_name = "文件", value_hint = clap::ValueHint::FilePath)]
    pub trace: Option<PathBuf>,
    /// --trace 的格式，不看文件名：json、go、svg 或 html
    #[arg(long, value_name = "格式", value_enum, hide_possible_values = true, requires = "trace")]
    pub format: Option<FormatArg>,
    /// 画哪种图：sched 调度、chan 通道、ctx context 树、time 时间线、events 全部事件；不写就用演示自己的
    #[arg(long, value_name = "图", value_enum, hide_possible_values = true)]
    pub view: Option<ViewArg>,
    /// 最多跑多久，如 10s
    #[arg(long, value_name = "时长", value_parser = span)]
    pub timeout: Option<Duration>,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub look: StepArgs,
}

/// 看演示的源码和它证明的论断
#[derive(Debug, Clone, Args)]
#[command(after_help = "示例：\n  bagu demo show channel/close-drain")]
pub struct DemoShowArgs {
    /// 演示编号
    #[arg(value_name = "编号")]
    pub id: String,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// 看同一个程序的 Go 写法；装了 go 就一起跑
#[derive(Debug, Clone, Args)]
#[command(after_help = "示例：\n  bagu demo go channel/close-drain")]
pub struct DemoGoArgs {
    /// 演示编号
    #[arg(value_name = "编号")]
    pub id: String,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// 换许多种子跑，统计会出现哪些结果
#[derive(Debug, Clone, Args)]
#[command(after_help = "示例：\n  bagu demo explore select/random-pick -n 1000")]
pub struct DemoExploreArgs {
    /// 演示编号
    #[arg(value_name = "编号")]
    pub id: String,
    /// 跑多少个种子
    #[arg(short = 'n', long, value_name = "个数", default_value_t = 200, hide_default_value = true, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub seeds: u32,
    /// 处理器（P）的个数；不写就用演示自己的
    #[arg(long, value_name = "个数", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub procs: Option<u16>,
    /// 打开一个变异
    #[arg(long, value_name = "名字")]
    pub mutate: Option<String>,
    /// 一共最多跑多久，如 60s
    #[arg(long, value_name = "时长", value_parser = span)]
    pub timeout: Option<Duration>,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// Which scheduler runs the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineArg {
    Gmp,
    May,
}

/// Which platform the scheduler stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlatformArg {
    Virtual,
    Real,
}

/// Which form of file to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    Json,
    Go,
    Svg,
    Html,
}

/// Which picture to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ViewArg {
    Sched,
    Chan,
    Ctx,
    Time,
    Events,
}

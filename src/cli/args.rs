//! What can be typed: every command, every flag, its help text and its examples.
//!
//! The Chinese `///` lines on the clap types below are the help a person reads, so they are user
//! text, not code comments. Commands appear here only when they work; the help never promises.
//! Parts: [`quiz`] holds the commands of the study side,
//! [`demo`] those of the demos.
pub mod demo;
pub mod quiz;
pub mod step;
use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub use demo::{DemoArgs, DemoCommand};
pub use quiz::{QuizArgs, ReviewArgs, StatsArgs, UndoArgs};

const EXAMPLES: &str = "\
示例：
  bagu                              今天该做什么
  bagu quiz channel -n 5            计时做 5 道 channel 题
  bagu search 关闭 panic            搜题，也认拼音：bagu search guanbi
  bagu demo list                    有哪些能跑的演示
  bagu show channel-close-semantics 看一道题的答案

每个命令都有自己的说明：bagu <命令> --help
退出码：0 完成；1 跑完但结果是否定的（没搜到、断言不成立、检查有问题）；2 用法错误；
        3 数据有错（给出 文件:行:列）；4 读写失败或被锁；130 被中断（已保存）";

/// 跑得起来的八股文：Go 后端面试题、计时测验、复习卡片，每个答案背后都有一个能运行的演示
#[derive(Debug, Parser)]
#[command(name = "bagu", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    /// 不写命令就显示今日页面
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Quiz(QuizArgs),
    Review(ReviewArgs),
    Search(SearchArgs),
    Show(ShowArgs),
    List(ListArgs),
    Demo(DemoArgs),
    Stats(StatsArgs),
    Undo(UndoArgs),
    Check(CheckArgs),
    Doctor(DoctorArgs),
    Paths(PathsArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Flags that every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "通用选项")]
pub struct GlobalArgs {
    /// 把配置、进度、题库都放在这个目录里（也可用环境变量 BAGU_HOME）
    #[arg(long, global = true, value_name = "目录", value_hint = clap::ValueHint::DirPath)]
    pub home: Option<PathBuf>,
    /// 额外加载的题库文件或目录，可写多次
    #[arg(long, global = true, value_name = "路径", value_hint = clap::ValueHint::AnyPath)]
    pub bank: Vec<PathBuf>,
    /// 颜色：auto（默认，终端里才用）、always、never
    #[arg(
        long,
        global = true,
        value_name = "何时",
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub color: ColorWhen,
    /// 按多少列折行（20–500；默认取终端宽度，最多 100）
    #[arg(long, global = true, value_name = "列数", value_parser = clap::value_parser!(u16).range(20..=500))]
    pub width: Option<u16>,
    /// 纯文本：不用颜色、不折行，方便交给别的程序
    #[arg(long, global = true)]
    pub plain: bool,
    /// 不提问；需要输入时直接以退出码 2 结束
    #[arg(long, global = true)]
    pub no_input: bool,
    /// 少说话：不打印提示和通知
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// 多说一点：加载了哪些题库、用了多久；check 时连提示也列出
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ColorWhen {
    #[default]
    Auto,
    Always,
    Never,
}

impl ValueEnum for ColorWhen {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Always, Self::Never]
    }
    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }))
    }
}

/// 搜题：中文、英文、拼音、拼音首字母都行
#[derive(Debug, Args)]
#[command(after_help = "\
示例：
  bagu search 关闭 channel      几个词都要沾边，越相关越靠前
  bagu search guanbi            拼音
  bagu search hxhc              首字母
  bagu search hchan --json | jq '.items[0].id'

没有搜到时退出码是 1。")]
pub struct SearchArgs {
    /// 要找的词
    #[arg(required = true, value_name = "词")]
    pub words: Vec<String>,
    /// 最多显示几条
    #[arg(short, value_name = "条数", default_value_t = 10, hide_default_value = true, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub n: u16,
    /// 只在这个主题里找
    #[arg(long, value_name = "主题")]
    pub topic: Option<String>,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// 看一道题：答案、得分点、常见错误、版本、来源、演示
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // a flag is a bool
#[command(after_help = "\
示例：
  bagu show channel-nil            完整答案
  bagu show channel-nil --short    只看 30 秒口述版
  bagu show channel-nil --points   只看得分点和常见错误")]
pub struct ShowArgs {
    /// 题目编号，如 channel-nil（用 bagu search 或 bagu list questions 找）
    #[arg(value_name = "编号")]
    pub id: String,
    /// 只看 30 秒口述答案
    #[arg(long)]
    pub short: bool,
    /// 只看得分点和常见错误
    #[arg(long)]
    pub points: bool,
    /// 只看来源
    #[arg(long)]
    pub sources: bool,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// 列出主题、题目或演示
#[derive(Debug, Args)]
#[command(after_help = "\
示例：
  bagu list                              各主题有多少题
  bagu list questions topic:select       select 的题
  bagu list level:3 tag:泄漏             资深题里带「泄漏」标签的
  bagu list questions go:1.23            答案在 Go 1.23 有变化的题
  bagu list demos --json

筛选式：topic:主题 tag:标签 level:1-3 kind:类型 go:版本 is:due is:wrong is:new；多个条件都要满足。")]
pub struct ListArgs {
    /// topics、questions 或 demos，后面可以跟筛选式；只写筛选式等于 questions
    #[arg(value_name = "筛选")]
    pub filter: Vec<String>,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// 检查题库和演示：写错的键、重复或悬空的编号、没有演示的题、自相矛盾的答案……
#[derive(Debug, Args)]
#[command(after_help = "\
示例：
  bagu check                     检查自带题库、你的题库和演示
  bagu check my.toml other/      只检查这些文件（会和自带题库对照编号）
  bagu check --json | jq '.items[].place'

有问题时退出码是 1，每个问题都给出 文件:行:列、原因和改法。")]
pub struct CheckArgs {
    /// 题库文件或目录；不写就检查全部
    #[arg(value_name = "路径", value_hint = clap::ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// 体检：环境、目录、题库、进度库是否正常
#[derive(Debug, Args)]
#[command(after_help = "示例：\n  bagu doctor\n  bagu doctor --repair   卡片和日志对不上时，按日志重建卡片")]
pub struct DoctorArgs {
    /// 按作答日志重建卡片表（日志本身从不改动）
    #[arg(long)]
    pub repair: bool,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// 显示配置、进度、题库各在哪里，以及为什么在那里
#[derive(Debug, Args)]
#[command(after_help = "示例：\n  bagu paths\n  ls \"$(bagu paths --json | jq -r .banks)\"")]
pub struct PathsArgs {
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// 生成命令行补全脚本
#[derive(Debug, Args)]
#[command(after_help = "\
示例：
  bagu completions bash > ~/.local/share/bash-completion/completions/bagu
  bagu completions zsh > ~/.zfunc/_bagu
  bagu completions fish > ~/.config/fish/completions/bagu.fish")]
pub struct CompletionsArgs {
    /// bash、zsh、fish、powershell 或 elvish
    #[arg(value_name = "SHELL", value_enum, hide_possible_values = true)]
    pub shell: clap_complete::Shell,
}

/// 输出 man 手册页
#[derive(Debug, Args)]
#[command(after_help = "示例：\n  bagu man | man -l -\n  bagu man > ~/.local/share/man/man1/bagu.1")]
pub struct ManArgs {}

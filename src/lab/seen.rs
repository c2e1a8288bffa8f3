//! What a run left behind, as claims ask for it.
pub use crate::runtime::End;
pub use crate::runtime::Leaked;
use crate::trace::{Event, Kind, Recording, WaitReason};

/// The finished run: printed lines, noted numbers, events, how it ended.
#[derive(Clone, Debug)]
pub struct Seen {
    pub out: Vec<String>,
    pub notes: Vec<(String, i64)>,
    pub end: End,
    /// Empty on the `may` engine for scheduler events.
    pub recording: Recording,
    pub leaked: Vec<Leaked>,
    /// Most OS threads (real) or thread coroutines (virtual) alive at once.
    pub threads: usize,
    /// Time from start to end of the run on its own clock, in ns.
    pub elapsed_ns: u64,
}

impl Seen {
    /// The last number noted under `name`.
    ///
    /// # Panics
    /// When the program noted no such number: that is a mistake in the demo, and the claim fails.
    #[must_use]
    pub fn note(&self, name: &str) -> i64 {
        self.notes
            .iter()
            .rev()
            .find(|(n, _)| n == name)
            .map_or_else(|| panic!("the demo noted no number called `{name}`"), |(_, v)| *v)
    }
    /// Every number noted under `name`, in order.
    #[must_use]
    pub fn notes(&self, name: &str) -> Vec<i64> {
        self.notes.iter().filter(|(n, _)| n == name).map(|(_, v)| *v).collect()
    }
    /// The printed lines as `&str`.
    #[must_use]
    pub fn lines(&self) -> Vec<&str> {
        self.out.iter().map(String::as_str).collect()
    }
    /// True when some printed line contains `part`.
    #[must_use]
    pub fn printed(&self, part: &str) -> bool {
        self.out.iter().any(|l| l.contains(part))
    }
    /// Number of events of a kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.recording.of(kind).count()
    }
    /// Id of the channel that was given this name.
    ///
    /// # Panics
    /// When no channel has that name.
    #[must_use]
    pub fn chan_id(&self, name: &str) -> u32 {
        self.recording
            .chan_names
            .iter()
            .position(|n| n == name)
            .unwrap_or_else(|| panic!("no channel is called `{name}`")) as u32
    }
    /// Events of a kind on the named channel.
    #[must_use]
    pub fn on_chan(&self, name: &str, kind: Kind) -> Vec<Event> {
        let id = self.chan_id(name);
        self.recording.of(kind).filter(|(_, e)| e.a == id).map(|(_, e)| *e).collect()
    }
    /// Id of the goroutine started with this name (the first of them); `main` is 1.
    #[must_use]
    pub fn gid(&self, name: &str) -> u32 {
        if name == "main" {
            return 1;
        }
        self.recording
            .of(Kind::GoCreate)
            .find(|(_, e)| self.recording.text(e.b as u32) == name)
            .map_or_else(|| panic!("no goroutine is called `{name}`"), |(_, e)| e.a)
    }
    /// Names of goroutines still waiting for this reason at the end.
    #[must_use]
    pub fn leaked_for(&self, reason: WaitReason) -> Vec<&str> {
        self.leaked.iter().filter(|l| l.reason == Some(reason)).map(|l| l.name.as_str()).collect()
    }
}

//! What a command costs.

use std::{error::Error, process::Command};

use tokio::time::Instant;

/// How often the kernel counts in a second what a process used of the processor.
const TICKS: f64 = 100.0;

/// What a command cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    seconds: f64,
    cpu: f64,
    /// The lines that were indexed, and the memory at its peak, in KiB: only of this program.
    said: Option<(usize, usize)>,
}

/// Runs a command; nothing if there is no such program.
pub(crate) fn of(mut command: Command) -> Result<Option<Cost>, Box<dyn Error>> {
    let (start, before) = (Instant::now(), cpu_of_children()?);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let seconds = start.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let said = text.trim().split_once(' ');
    let said = said.and_then(|(lines, peak)| Some((lines.parse().ok()?, peak.parse().ok()?)));
    Ok(Some(Cost { seconds, cpu: cpu_of_children()? - before, said }))
}

/// The seconds of processor that all commands so far used.
fn cpu_of_children() -> Result<f64, Box<dyn Error>> {
    let stat = fs_err::read_to_string("/proc/self/stat")?;
    // The name of the program, in brackets, may have spaces in it.
    let (_, fields) = stat.rsplit_once(") ").ok_or("/proc/self/stat has another form")?;
    let ticks = |at| fields.split(' ').nth(at).and_then(|field| field.parse::<f64>().ok());
    let (user, system) = (ticks(13), ticks(14));
    Ok((user.unwrap_or_default() + system.unwrap_or_default()) / TICKS)
}

/// The most memory that this process had, in KiB.
pub(crate) fn peak_memory() -> Result<usize, Box<dyn Error>> {
    let status = fs_err::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    peak.ok_or_else(|| "/proc/self/status does not tell the peak of memory".into())
}

/// What the rounds of a command cost.
#[derive(Default)]
pub(crate) struct Costs {
    rounds: Vec<Cost>,
}

impl Costs {
    /// Adds a round; nothing where the program is missing.
    pub(crate) fn add(&mut self, round: Option<Cost>) {
        self.rounds.extend(round);
    }

    /// The lines that were indexed in the first round.
    pub(crate) fn lines(&self) -> usize {
        self.rounds.first().and_then(|round| round.said).map_or(0, |(lines, _)| lines)
    }

    /// The medians as a row of a table.
    pub(crate) fn row(&self, what: &str, lines: usize) -> String {
        if self.rounds.is_empty() {
            return format!("| {what} | not installed | | | |");
        }
        let seconds = median(self.rounds.iter().map(|round| round.seconds));
        let cpu = median(self.rounds.iter().map(|round| round.cpu));
        let peak = self.rounds.iter().filter_map(|round| round.said).map(|(_, peak)| peak).max();
        let peak = peak.map_or_else(|| "-".to_owned(), |peak| format!("{} MiB", peak >> 10));
        let rate = lines as f64 / seconds;
        format!("| {what} | {seconds:.3} | {cpu:.2} | {rate:.0} | {peak} |")
    }
}

/// The middle one.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

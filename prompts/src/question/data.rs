//! Text of others in a question: something to read, and never an instruction.

use super::secret::Secrets;

/// The most of a text that is shown, in bytes.
const LONGEST: usize = 128 << 10;

/// The most of a word, in characters.
const LONGEST_WORD: usize = 300;

/// The shortest fence.
const FENCE: usize = 4;

/// A text as data: in a fence that is longer than any in the text, without what is not to be seen
/// and without secrets, and cut where it is too long.
pub fn data(text: &str) -> String {
    let mut shown = Secrets::default().hide(&plain(text));
    let cut = shown.floor_char_boundary(LONGEST);
    let left_out = shown.len() - cut;
    shown.truncate(cut);
    if !shown.is_empty() && !shown.ends_with('\n') {
        shown.push('\n');
    }
    if left_out > 0 {
        shown.push_str(&format!("[the text goes on for {left_out} bytes, which are left out]\n"));
    }
    let fence = "`".repeat(FENCE.max(longest_run(&shown) + 1));
    format!("{fence}data\n{shown}{fence}")
}

/// A text without what terminals obey and readers do not see: control characters and sequences, and
/// characters that have no width or turn the direction of writing. Lines and tabs stay.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' | '\u{9b}' => skip_sequence(letter, &mut letters),
            // A line that ends as those of Windows do, or of old printers, ends.
            '\r' if letters.peek() != Some(&'\n') => plain.push('\n'),
            '\n' | '\t' => plain.push(letter),
            _ if letter.is_control() || is_unseen(letter) => {}
            _ => plain.push(letter),
        }
    }
    plain
}

/// A text as a word of a sentence.
pub(super) fn word(text: &str) -> String {
    let line = plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String = line.chars().take(LONGEST_WORD).collect();
    if shown.len() < line.len() {
        shown.push_str("...");
    }
    shown
}

/// Takes what belongs to a control sequence, whose first letter is taken.
fn skip_sequence(first: char, letters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let introduced = first == '\u{9b}' || letters.next_if_eq(&'[').is_some();
    if introduced {
        while letters.next_if(|letter| matches!(letter, ' '..='?')).is_some() {}
        letters.next_if(|letter| matches!(letter, '@'..='~'));
    }
}

/// Whether a character is there, but is not seen: it could hide what a text says.
fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

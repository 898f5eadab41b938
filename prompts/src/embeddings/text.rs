//! Texts as they are sent, and vectors as they are kept.

use super::{Purpose, known};

/// How many texts go in one call. OpenAI takes 2048, Gemini 100; fewer make a failed call cheaper.
const TEXTS: usize = 64;

/// How many bytes go in one call. OpenAI takes 300,000 tokens, and a token has a byte at least.
const BYTES: usize = 250_000;

/// How many bytes of a text count. OpenAI takes 8,192 tokens, and a token has a byte at least; the
/// other models cut for themselves.
const LONGEST: usize = 8_000;

/// A text as the model wants it: with the words for its purpose, not empty, not too long.
pub(super) fn phrased(model: &str, purpose: Purpose, text: &str) -> String {
    // No provider takes an empty text.
    let text = if text.trim().is_empty() { "." } else { text };
    let mut text = format!("{}{text}", known::prefix(model, purpose));
    text.truncate(text.floor_char_boundary(LONGEST));
    text
}

/// The texts of each call.
pub(super) fn batches(mut texts: &[String]) -> Vec<&[String]> {
    let mut batches = Vec::new();
    while !texts.is_empty() {
        let mut bytes = 0;
        let fits = |text: &&String| {
            bytes += text.len();
            bytes <= BYTES
        };
        let count = texts.iter().take(TEXTS).take_while(fits).count().max(1);
        let (batch, rest) = texts.split_at(count);
        batches.push(batch);
        texts = rest;
    }
    batches
}

/// The vector scaled to length 1; none where it has no length or is not made of numbers.
pub(super) fn scaled(mut vector: Vec<f32>) -> Option<Vec<f32>> {
    let square: f64 = vector.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
    let length = square.sqrt();
    if !(length.is_finite() && length > 0.0) {
        return None;
    }
    for value in &mut vector {
        *value = (f64::from(*value) / length) as f32;
    }
    Some(vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_letters() {
        let long = "é".repeat(LONGEST);
        let sent = phrased("nomic-embed-text:v1.5", Purpose::Query, &long);
        assert!(sent.starts_with("search_query: é"));
        assert_eq!(sent.len(), LONGEST);
        let sent = phrased("text-embedding-3-small", Purpose::Query, &format!("x{long}"));
        assert_eq!(sent.len(), LONGEST - 1);
        assert_eq!(phrased("any", Purpose::Document, " \n"), ".");
    }

    #[test]
    fn a_batch_is_bounded_in_texts_and_bytes() {
        let sizes = |texts: &[String]| batches(texts).iter().map(|b| b.len()).collect::<Vec<_>>();
        let short = vec!["x".to_owned(); 150];
        assert_eq!(sizes(&short), [64, 64, 22]);
        let long = vec!["x".repeat(LONGEST); 64];
        assert_eq!(sizes(&long), [31, 31, 2]);
        assert!(sizes(&[]).is_empty());
    }

    #[test]
    fn a_vector_is_scaled_to_length_one() {
        assert_eq!(scaled(vec![3.0, 4.0]), Some(vec![0.6, 0.8]));
        assert_eq!(scaled(vec![1e30, 0.0]), Some(vec![1.0, 0.0]));
        assert_eq!(scaled(vec![0.0, 0.0]), None);
        assert_eq!(scaled(vec![f32::NAN, 1.0]), None);
        assert_eq!(scaled(Vec::new()), None);
    }
}

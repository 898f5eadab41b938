//! Answers into a file, and from it.

use fault_prompts::{Chat, Provider, Rendered};

use crate::server::{Reply, Server};
use crate::{GOOD, Score, at_most_100, open, question};

#[tokio::test]
async fn what_was_recorded_is_answered_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.jsonl");
    let fenced = format!("Here:\n```json\n{GOOD}\n```");
    let replies = vec![Reply::says(fenced), Reply::says("not yet"), Reply::says(GOOD)];
    let server = Server::start(replies).await;
    let chat = open(Provider::OpenAi, &server).recording_to(file.clone());
    for _ in 0..2 {
        chat.ask(&question(), at_most_100).await.unwrap();
    }

    let lines = fs_err::read_to_string(&file).unwrap();
    assert_eq!(lines.lines().count(), 3);
    assert!(lines.ends_with('\n') && lines.contains("{\"question\":\"score-reliability\""));
    let recorded = Chat::recorded(&lines).unwrap();
    assert_eq!(recorded.name(), "recorded");
    for repaired in [false, true] {
        let answered = recorded.ask(&question(), at_most_100).await.unwrap();
        assert_eq!(answered.answer, serde_json::from_str::<Score>(GOOD).unwrap());
        assert_eq!(answered.usage.repaired, repaired);
        assert_eq!((answered.usage.model.as_str(), answered.usage.cost_usd), ("recorded", None));
    }
    let error = recorded.ask(&question(), at_most_100).await.unwrap_err();
    assert_eq!(error.code, "llm_not_recorded");
    assert!(error.message.contains("score-reliability") && error.message.contains("line 3"));
}

#[tokio::test]
async fn a_recording_answers_nothing_but_its_questions() {
    let recorded =
        Chat::recorded(&format!("{{\"question\": \"other\", \"answer\": {GOOD}}}")).unwrap();
    let error = recorded.ask(&question(), at_most_100).await.unwrap_err();
    assert_eq!(error.code, "llm_not_recorded");
    let other = Rendered { question: "other", ..question() };
    assert_eq!(recorded.ask(&other, at_most_100).await.unwrap().answer.score, 7);
}

#[tokio::test]
async fn a_recorded_answer_that_does_not_fit_says_why() {
    let line =
        r#"{"question": "score-reliability", "answer": {"score": 700, "parts": [], "note": null}}"#;
    let recorded = Chat::recorded(line).unwrap();
    let error = recorded.ask(&question(), at_most_100).await.unwrap_err();
    assert_eq!(error.code, "llm_bad_answer");
    assert!(error.message.ends_with("`score` is at most 100"), "{error}");
}

#[tokio::test]
async fn a_recording_that_is_none_names_the_line() {
    let error = Chat::recorded("\n{\"question\": 1}\n").unwrap_err();
    assert_eq!(error.code, "llm_recording_invalid");
    assert!(error.message.starts_with("line 2 of the recording is no answer"), "{error}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_recorded_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("missing").join("answers.jsonl");
    let server = Server::start(Vec::new()).await;
    let chat = open(Provider::OpenAi, &server).recording_to(file);
    let error = chat.ask(&question(), at_most_100).await.unwrap_err();
    assert_eq!(error.code, "llm_recording_failed");
    assert!(error.message.contains("missing"), "{error}");
}

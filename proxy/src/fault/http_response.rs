//! HTTP response: the proxy answers by itself, and the upstream hears nothing.

use std::fmt;

use http::StatusCode;
use rand::RngExt as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Definition, Invalid, Placed, Spec,
    verdict::{Answer, Decider},
};

/// What the proxy answers, and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HttpResponse {
    /// Status code of the answer, from 200 to 599.
    #[schemars(extend("x-flag" = "http-response-status", "x-env" = "FAULT_HTTP_FAULT_STATUS"))]
    status_code: u16,
    /// Body of the answer; empty if unset. It is sent as JSON if it is JSON, else as plain text.
    body: Option<String>,
    /// Probability from 0 to 1 that a request is answered by the fault.
    #[schemars(extend("x-flag" = "http-response-trigger-probability"))]
    probability: f64,
}

impl Default for HttpResponse {
    fn default() -> Self {
        Self { status_code: 500, body: None, probability: 1.0 }
    }
}

impl Spec for HttpResponse {
    const DEFINITION: Definition = Definition {
        kind: "httperror",
        flag: "http-response",
        env: "HTTP_FAULT",
        title: "HTTP response",
        about: "Answers requests by itself, where the proxy reads HTTP. The upstream is not contacted, and headers \
                and length fit the body.",
        placed: Placed::Direction,
        dose: Some("probability"),
        modernise: |_| {},
    };

    fn decider(&self) -> Result<Decider, Invalid> {
        let status = StatusCode::from_u16(self.status_code)
            .ok()
            .filter(|status| (200..600).contains(&status.as_u16()))
            .ok_or_else(|| Invalid::value("status_code", "must be from 200 to 599"))?;
        let probability = self.probability;
        if !(probability > 0.0 && probability <= 1.0) {
            return Err(Invalid::value("probability", "must be above 0 and at most 1"));
        }
        let body = self.body.clone().map(|body| {
            let json = serde_json::from_str::<serde::de::IgnoredAny>(&body).is_ok();
            (body, if json { "application/json" } else { "text/plain; charset=utf-8" })
        });
        let answer = Answer { status, body };
        Ok(Decider::Answer(Box::new(move |dice| {
            dice.draw().random_bool(probability).then(|| answer.clone())
        })))
    }
}

impl fmt::Display for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status_code)?;
        if let Some(body) = &self.body {
            write!(f, " with a body of {} bytes", body.len())?;
        }
        write!(f, " for {}% of requests", self.probability * 100.0)
    }
}

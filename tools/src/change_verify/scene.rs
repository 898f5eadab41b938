//! Scenarios with the application at another address than the one that they name.

use fault_scenario::{
    Call,
    file::{Document, Scenario},
    plan::{Plan, PlanOptions, plan},
};

use crate::{
    error::ToolError,
    scenario_source::{Ready, told},
    traffic::{origin, remote},
};

/// Names of this machine for itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Where scenarios expect the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    scheme: String,
    host: String,
    port: u16,
}

impl Base {
    /// The address of the application, as the caller gives it.
    pub(super) fn of(url: &str) -> Result<Self, ToolError> {
        let call = Call::new("GET", url).map_err(|error| ToolError::from(error).about("url"))?;
        let rest = call.url().path_and_query().map_or("/", |rest| rest.as_str());
        if rest != "/" {
            let message = format!("url: {} has a path", origin(&call));
            return Err(ToolError::input("bad_url", message)
                .hint("give scheme, host and port alone, such as http://localhost:9090"));
        }
        Ok(Self::of_call(&call))
    }

    /// The address that all calls share.
    pub(super) fn shared_by(plan: &Plan) -> Result<Self, ToolError> {
        let mut bases: Vec<Self> = Vec::new();
        for base in plan.tests().iter().map(|test| Self::of_call(test.call())) {
            if !bases.contains(&base) {
                bases.push(base);
            }
        }
        match bases.as_slice() {
            [one] => Ok(one.clone()),
            several => {
                let names: Vec<String> = several.iter().map(Self::url).collect();
                let message = format!("the calls go to several addresses: {}", names.join(", "));
                Err(ToolError::input("url_ambiguous", message)
                    .hint("say with `url` which of them is the application that is started"))
            }
        }
    }

    fn of_call(call: &Call) -> Self {
        let (host, port) = remote(call);
        let scheme = call.url().scheme_str().unwrap_or("http").to_owned();
        Self { scheme, host: host.to_ascii_lowercase(), port }
    }

    /// The address as it is written.
    pub(super) fn url(&self) -> String {
        format!("{}://{}:{}", self.scheme, self.host, self.port)
    }

    /// Whether it is spoken to in TLS.
    pub(super) fn is_tls(&self) -> bool {
        self.scheme == "https"
    }

    /// The same on this machine: a name of it stays, any other becomes its loopback address.
    pub(super) fn here(&self, port: u16) -> Self {
        let host = if self.is_here() { self.host.clone() } else { "127.0.0.1".to_owned() };
        Self { scheme: self.scheme.clone(), host, port }
    }

    fn is_here(&self) -> bool {
        LOOPBACK.contains(&self.host.as_str())
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The scenarios with this address replaced by another, planned.
    pub(super) fn moved(
        &self,
        documents: &[Document],
        filter: &[String],
        to: &Self,
    ) -> Result<Ready, ToolError> {
        let mut documents = documents.to_vec();
        let mut calls = 0;
        for document in &mut documents {
            calls += self.move_scenario(&mut document.scenario, to);
        }
        if calls == 0 {
            let message = format!("no call of the scenarios goes to {}", self.url());
            return Err(ToolError::input("url_not_called", message)
                .hint("give as `url` where the scenarios expect the application"));
        }
        let (from, new) =
            (format!("{}:{}", self.host, self.port), format!("{}:{}", to.host, to.port));
        let filter = filter.iter().map(|word| word.replace(&from, &new)).collect();
        let plan = plan(documents.clone(), &PlanOptions { filter }).map_err(|problems| {
            ToolError::input("invalid_scenario", told(&problems))
                .hint("mend these, and check again with fault_check_scenario")
        })?;
        Ok(Ready { documents, plan })
    }

    /// Moves every call and upstream of a scenario; how many calls that were.
    fn move_scenario(&self, scenario: &mut Scenario, to: &Self) -> usize {
        let mut moved = 0;
        let items = scenario.items.iter_mut().map(|item| &mut item.call.url);
        let matrix = scenario.matrix.iter_mut().flat_map(|matrix| matrix.calls.values_mut());
        for url in items.chain(matrix.map(|call| &mut call.url)) {
            if let Some(new) = self.moved_url(url, to) {
                *url = new;
                moved += 1;
            }
        }
        let items = scenario.items.iter_mut().map(|item| &mut item.context);
        let matrix = scenario.matrix.iter_mut().map(|matrix| &mut matrix.context);
        for upstream in items.chain(matrix).flat_map(|context| &mut context.upstreams) {
            if let Some(new) = self.moved_upstream(upstream, to) {
                *upstream = new;
            }
        }
        moved
    }

    /// The same URL at another address, if it is at this one.
    fn moved_url(&self, url: &str, to: &Self) -> Option<String> {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (format!("{user}@"), place),
            None => (String::new(), authority),
        };
        let usual = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
        let (host, port) = split(place);
        let same = scheme.eq_ignore_ascii_case(&self.scheme)
            && host.eq_ignore_ascii_case(&self.host)
            && port.unwrap_or(usual) == self.port;
        same.then(|| format!("{scheme}://{user}{}:{}{path}", to.host, to.port))
    }

    fn moved_upstream(&self, upstream: &str, to: &Self) -> Option<String> {
        if upstream.contains("://") {
            return self.moved_url(upstream, to);
        }
        let (host, port) = split(upstream);
        // A name of this machine without a port stands for all that runs on it.
        let same = host.eq_ignore_ascii_case(&self.host)
            && port.map_or(!self.is_here(), |port| port == self.port);
        same.then(|| format!("{}:{}", to.host, to.port))
    }
}

/// Host and port of `HOST`, `HOST:PORT` or `[V6]:PORT`.
fn split(place: &str) -> (&str, Option<u16>) {
    match place.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            port.parse().map_or((place, None), |port| (host, Some(port)))
        }
        _ => (place, None),
    }
}

#[cfg(test)]
mod tests {
    use fault_scenario::file;

    use super::*;

    fn base(url: &str) -> Base {
        Base::of(url).unwrap()
    }

    #[test]
    fn urls_of_the_application_move_and_no_others() {
        let from = base("http://localhost:9090");
        let to = from.here(4000);
        for (url, moved) in [
            ("http://localhost:9090/a/{id}?b=1", Some("http://localhost:4000/a/{id}?b=1")),
            ("HTTP://LOCALHOST:9090", Some("HTTP://localhost:4000")),
            ("http://u:p@localhost:9090/", Some("http://u:p@localhost:4000/")),
            ("http://localhost:90901/", None),
            ("https://localhost:9090/", None),
            ("http://localhost/", None),
        ] {
            assert_eq!(from.moved_url(url, &to).as_deref(), moved, "{url}");
        }
        let far = base("http://orders.example.com");
        let to = far.here(4000);
        let moved = far.moved_url("http://orders.example.com/x", &to);
        assert_eq!(moved.as_deref(), Some("http://127.0.0.1:4000/x"));
        assert_eq!(base("http://[::1]:80").here(7).url(), "http://[::1]:7");
    }

    #[test]
    fn upstreams_move_with_the_application() {
        let near = base("http://localhost:9090");
        let far = base("http://orders.example.com");
        for (base, upstream, moved) in [
            (&near, "http://localhost:9090", Some("http://localhost:4000")),
            (&near, "localhost:9090", Some("localhost:4000")),
            (&near, "localhost:5432", None),
            (&near, "localhost", None),
            (&near, "*", None),
            (&far, "orders.example.com", Some("127.0.0.1:4000")),
            (&far, "stock.example.com", None),
        ] {
            let found = base.moved_upstream(upstream, &base.here(4000));
            assert_eq!(found.as_deref(), moved, "{upstream}");
        }
    }

    fn documents(urls: &[&str]) -> Vec<Document> {
        let items: Vec<_> = urls
            .iter()
            .map(|url| serde_json::json!({ "call": { "method": "GET", "url": url } }))
            .collect();
        let text = serde_json::json!({ "title": "t", "items": items }).to_string();
        file::read(&text, "s.yaml").unwrap()
    }

    #[test]
    fn the_address_that_all_calls_share_is_that_of_the_application() {
        let plan = |urls: &[&str]| plan(documents(urls), &PlanOptions::default()).unwrap();
        let one = Base::shared_by(&plan(&["http://a:1/x", "http://a:1/y"])).unwrap();
        assert_eq!(one.url(), "http://a:1");
        let error = Base::shared_by(&plan(&["http://a:1/x", "http://b:1/x"])).unwrap_err();
        assert_eq!(error.code, "url_ambiguous");
        assert_eq!(Base::of("http://a:1/x").unwrap_err().code, "bad_url");
    }

    #[test]
    fn scenarios_that_do_not_call_the_application_are_refused() {
        let from = base("http://localhost:9090");
        let moved = |urls: &[&str]| from.moved(&documents(urls), &[], &from.here(4000));
        let ready = moved(&["http://localhost:9090/x", "http://b:1/"]).unwrap();
        let names: Vec<&str> = ready.plan.tests().iter().map(|test| test.name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert_eq!(ready.documents[0].scenario.items[0].call.url, "http://localhost:4000/x");
        assert_eq!(moved(&["http://b:1/"]).unwrap_err().code, "url_not_called");
    }
}

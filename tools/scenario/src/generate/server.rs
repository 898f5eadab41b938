//! Where an operation is called: the base URL that its servers give.

use serde_json::Value;

use super::document::Document;
use super::error::{GenerateError, shown};
use super::operation::Operation;
use crate::call::Call;

/// The base URL of the operation, without a slash at its end, or why there is none. A base URL of the user's takes
/// the place of everything that the document says.
pub(super) fn base_url(
    document: &Document,
    operation: &Operation<'_>,
    chosen: Option<&str>,
) -> Result<String, GenerateError> {
    if let Some(chosen) = chosen {
        return checked(chosen);
    }
    let source = document.source();
    let listed = operation.servers.iter().filter_map(|list| list.as_array());
    let Some(servers) = listed.into_iter().find(|list| !list.is_empty()) else {
        // A document without servers means the place where it is served.
        let served =
            joined(source, "/").ok_or_else(|| no_base_url(source, "it has no `servers`"))?;
        return checked(&served);
    };
    let urls = servers.iter().filter_map(url);
    let mut usable = urls.clone().filter_map(|url| checked(&joined(source, &url)?).ok());
    usable.next().ok_or_else(|| {
        let named: Vec<String> = urls.map(|url| format!("`{}`", shown(&url))).collect();
        no_base_url(source, &format!("its server is {}", named.join(", ")))
    })
}

/// Scheme, host and port of a URL, without user and password.
pub(super) fn origin(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}")
}

fn checked(url: &str) -> Result<String, GenerateError> {
    let url = url.trim();
    Call::new("GET", url).map_err(GenerateError::BadBaseUrl)?;
    let end = url.find(['?', '#']).unwrap_or(url.len());
    Ok(url[..end].trim_end_matches('/').to_owned())
}

/// The URL of a server with the defaults of its variables; `None` if one has no default.
fn url(server: &Value) -> Option<String> {
    let template = server.get("url")?.as_str()?.trim();
    let mut url = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let variable = server.get("variables")?.get(name)?;
        let value = variable.get("default").or_else(|| variable.get("enum")?.get(0))?;
        url.push_str(before);
        url.push_str(&super::document::plain(value));
        rest = after;
    }
    url.push_str(rest);
    Some(url)
}

/// A URL as seen from the one that the document came from (RFC 3986, 5.2).
fn joined(source: &str, url: &str) -> Option<String> {
    if url.contains("://") {
        return Some(url.to_owned());
    }
    let source = source.split(['?', '#']).next().unwrap_or(source);
    let (scheme, rest) =
        source.split_once("://").filter(|(scheme, _)| scheme.starts_with("http"))?;
    if let Some(rest) = url.strip_prefix("//") {
        return Some(format!("{scheme}://{rest}"));
    }
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let whole = if url.starts_with('/') { url.to_owned() } else { format!("{directory}/{url}") };
    Some(format!("{scheme}://{host}{}", without_dots(&whole)))
}

fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn no_base_url(source: &str, reason: &str) -> GenerateError {
    GenerateError::NoBaseUrl { source_name: shown(source), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::read_document;

    fn base(source: &str, servers: &str) -> Result<String, GenerateError> {
        let text = format!(r#"{{"openapi":"3.0.3",{servers}"paths":{{"/a":{{"get":{{}}}}}}}}"#);
        let document = read_document(&text, source).unwrap();
        let operation = &document.operations()[0];
        base_url(&document, operation, None)
    }

    #[test]
    fn relative_servers_are_seen_from_where_the_document_came_from() {
        for (source, server, expected) in [
            ("http://h:1/v1/openapi.json", "/api", "http://h:1/api"),
            ("http://h:1/v1/openapi.json", "api/", "http://h:1/v1/api"),
            ("http://h:1/v1/openapi.json?x=/y", "../v2", "http://h:1/v2"),
            ("http://h:1/v1/openapi.json", "./", "http://h:1/v1"),
            ("http://h:1/openapi.json", "/", "http://h:1"),
            ("http://h:1", "api", "http://h:1/api"),
            ("https://h/openapi.json", "//other/api", "https://other/api"),
            ("openapi.json", "https://h/api/", "https://h/api"),
        ] {
            let servers = format!(r#""servers":[{{"url":"{server}"}}],"#);
            assert_eq!(base(source, &servers).unwrap(), expected, "{source} {server}");
        }
        assert_eq!(base("http://h:1/a/openapi.json", "").unwrap(), "http://h:1");
        assert_eq!(base("http://h:1/a/openapi.json", r#""servers":[],"#).unwrap(), "http://h:1");
    }

    #[test]
    fn without_a_server_and_a_url_there_is_no_base_url() {
        for servers in ["", r#""servers":[{"url":"/api"}],"#, r#""servers":[{"url":"wss://h"}],"#] {
            let error = base("openapi.json", servers).unwrap_err();
            assert_eq!(error.code(), "no_base_url", "{servers}");
            assert!(error.hint().contains("--base-url"));
        }
    }

    #[test]
    fn variables_of_servers_take_their_defaults() {
        let servers = r#""servers":[{"url":"{scheme}://{host}:{port}/v1","variables":{
            "scheme":{"default":"http"},"host":{"default":"h"},"port":{"enum":["8080"]}}}],"#;
        assert_eq!(base("openapi.json", servers).unwrap(), "http://h:8080/v1");
        let servers = r#""servers":[{"url":"http://{host}"},{"url":"http://second"}],"#;
        assert_eq!(base("openapi.json", servers).unwrap(), "http://second");
    }

    #[test]
    fn an_origin_has_neither_path_nor_user() {
        for (url, expected) in [
            ("http://h:1/a?b", "http://h:1"),
            ("https://ann:pw@h/a", "https://h"),
            ("http://h?x=@y", "http://h"),
            ("http://[::1]:80/", "http://[::1]:80"),
        ] {
            assert_eq!(origin(url), expected);
        }
    }
}

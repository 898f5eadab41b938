//! Upstreams: whatever is written, asking whether a host is one of them gives an answer.
#![no_main]

use fault_proxy::{Target, Upstreams};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (Vec<&str>, &str, u16)| {
    let (texts, host, port) = input;
    match Upstreams::parse(&texts) {
        Ok(upstreams) => {
            let matches = upstreams.matches(&Target { host: host.to_owned(), port });
            assert!(!matches || !upstreams.is_empty(), "{host} is none of none");
            assert!(!upstreams.to_string().is_empty() || upstreams.is_empty());
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
    }
});

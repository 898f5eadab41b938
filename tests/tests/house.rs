//! The house: what holds for the whole project, whatever room a change is made in.
//!
//! Each rule is a function from what it looks at to what is wrong with it, tried on a sample that
//! breaks it, and then held against the project.

mod house {
    //! One file for each thing looked at.
    mod architecture;
    mod faults;
    mod features;
    mod floor_plan;
    mod pages;
    mod references;
    mod source;
    mod tree;
    mod words;
}

/// Fails with one line for each thing that is wrong.
fn hold(rule: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{rule}:\n  {}", wrong.join("\n  "));
}

//! The shape of source files: purpose first, short files, short functions, nothing waved through.

use fault_tests::repository::{self, File};
use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Ident, ItemFn, Macro, Meta, Signature};

use crate::hold;

/// The longest file, in lines.
const LONGEST_FILE: usize = 500;

/// The longest function, in lines from its first to its last.
const LONGEST_FUNCTION: usize = 60;

/// Endings of names that say nothing.
const EMPTY_NAMES: [&str; 6] = ["Helper", "Helpers", "Info", "Manager", "Util", "Utils"];

/// What is wrong with the shape of a file's functions, attributes and names.
struct Shape<'a> {
    path: &'a str,
    wrong: Vec<String>,
}

impl Shape<'_> {
    fn of(file: &File) -> Vec<String> {
        let parsed = match syn::parse_file(&file.text) {
            Ok(parsed) => parsed,
            Err(error) => return vec![format!("{}: {error}", file.path)],
        };
        let mut shape = Shape { path: &file.path, wrong: Vec::new() };
        shape.visit_file(&parsed);
        shape.wrong
    }

    fn note(&mut self, span: Span, what: &str) {
        self.wrong.push(format!("{}:{}: {what}", self.path, span.start().line));
    }

    fn measure(&mut self, signature: &Signature, attributes: &[Attribute], block: &Block) {
        let start = signature.fn_token.span;
        let lines = block.brace_token.span.close().end().line - start.start().line + 1;
        if lines > LONGEST_FUNCTION && !attributes.iter().any(gives_reason_for_length) {
            self.note(start, &format!("{} has {lines} lines", signature.ident));
        }
    }

    fn judge_name(&mut self, name: &Ident) {
        let text = name.to_string();
        if EMPTY_NAMES.iter().any(|ending| text.ends_with(ending)) {
            self.note(name.span(), &format!("{text} says nothing"));
        }
    }
}

fn gives_reason_for_length(attribute: &Attribute) -> bool {
    let text = attribute_text(attribute);
    attribute.path().is_ident("expect")
        && text.contains("too_many_lines")
        && text.contains("reason")
}

fn attribute_text(attribute: &Attribute) -> String {
    match &attribute.meta {
        Meta::List(list) => list.tokens.to_string(),
        Meta::Path(_) | Meta::NameValue(_) => String::new(),
    }
}

impl<'ast> Visit<'ast> for Shape<'_> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.measure(&item.sig, &item.attrs, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.sig, &item.attrs, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.measure(&item.sig, &item.attrs, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let (path, text) = (attribute.path(), attribute_text(attribute));
        let conditional = path.is_ident("cfg_attr");
        if path.is_ident("allow") || conditional && text.contains("allow (") {
            self.note(attribute.pound_token.span, "allow: say #[expect(.., reason = \"..\")]");
        }
        if path.is_ident("expect") && !text.contains("reason") {
            self.note(attribute.pound_token.span, "an expectation without a reason");
        }
        if path.is_ident("ignore") {
            self.note(attribute.pound_token.span, "a test that never runs");
        }
        visit::visit_attribute(self, attribute);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        if call.path.is_ident("todo") || call.path.is_ident("unimplemented") {
            self.note(call.bang_token.span, "unfinished");
        }
        visit::visit_macro(self, call);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.judge_name(&item.ident);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.judge_name(&item.ident);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.judge_name(&item.ident);
        visit::visit_item_trait(self, item);
    }
}

/// A file of the sample `text`.
fn sample(text: &str) -> File {
    File { path: "sample.rs".to_owned(), text: text.to_owned() }
}

fn without_purpose(files: &[File]) -> Vec<String> {
    files.iter().filter(|file| !file.text.starts_with("//! ")).map(|f| f.path.clone()).collect()
}

fn too_long(files: &[File]) -> Vec<String> {
    let length = |file: &File| (file.path.clone(), file.text.lines().count());
    let long = files.iter().map(length).filter(|(_, lines)| *lines > LONGEST_FILE);
    long.map(|(path, lines)| format!("{path} has {lines} lines")).collect()
}

#[test]
fn each_file_opens_with_its_purpose() {
    assert_eq!(without_purpose(&[sample("//! Why.\n")]).len(), 0);
    assert_eq!(without_purpose(&[sample("use std::io;\n//! Why.\n")]).len(), 1);

    hold("files that don't open with //!", &without_purpose(&repository::files(&["rs"])));
}

#[test]
fn no_file_is_longer_than_500_lines() {
    assert_eq!(too_long(&[sample(&"\n".repeat(500))]).len(), 0);
    assert_eq!(too_long(&[sample(&"\n".repeat(501))]).len(), 1);

    hold("long files", &too_long(&repository::files(&["rs"])));
}

#[test]
fn functions_attributes_and_names_keep_to_the_house_style() {
    let wrong = |text: &str| Shape::of(&sample(text)).len();
    let body = |lines| format!("fn f() {{\n{}}}\n", "x();\n".repeat(lines));
    assert_eq!(wrong(&body(58)), 0);
    assert_eq!(wrong(&body(59)), 1);
    assert_eq!(wrong(&format!("struct S;\nimpl S {{ {} }}", body(59))), 1);
    assert_eq!(wrong(&format!("trait T {{ {} }}", body(59))), 1);
    assert_eq!(wrong(&format!("fn outer() {{ {} }}", body(20))), 0);
    assert_eq!(
        wrong(&format!("#[expect(clippy::too_many_lines, reason = \"..\")]\n{}", body(59))),
        0
    );
    assert_eq!(wrong("#![allow(dead_code)]\nfn f() {}"), 1);
    assert_eq!(wrong("#[cfg_attr(test, allow(dead_code))]\nfn f() {}"), 1);
    assert_eq!(wrong("#[expect(dead_code)]\nfn f() {}"), 1);
    assert_eq!(wrong("#[expect(dead_code, reason = \"later\")]\nfn f() {}"), 0);
    assert_eq!(wrong("#[test]\n#[ignore]\nfn f() {}"), 1);
    assert_eq!(wrong("fn f() { todo!() }"), 1);
    assert_eq!(wrong("struct LinkManager; enum LinkInfo {} trait LinkUtils {}"), 3);
    assert_eq!(wrong("fn broken( {}"), 1);

    let files = repository::files(&["rs"]);
    hold("shape", &files.iter().flat_map(Shape::of).collect::<Vec<_>>());
}

//! Python.

use fault_indexer::source;

use crate::{check, documented, imports, module};

#[test]
fn functions_have_the_names_of_what_they_stand_in() {
    check(
        "python",
        r#"
def plain(a, b=1, *args, **kwargs) -> int:
    return a

async def fetch():
    await plain()

class Server(Base):
    limit = 3

    def handle(self):
        def inner():
            return 1
        return inner()

    class Meta:
        async def load(self): ...

def generic[T: int](x: T) -> T:
    class Local:
        def method(self): pass
    return x
"#,
        &[
            "function plain 2-3",
            "async function fetch 5-6",
            "method Server.handle 11-14",
            "function Server.handle.inner 12-13",
            "async method Server.Meta.load 17-17",
            "function generic 19-22",
            "method generic.Local.method 21-21",
        ],
    );
}

#[test]
fn decorators_belong_to_a_function() {
    check(
        "python",
        r#"
@app.route("/", methods=["GET"])
@cache(
    60,
)
async def index():
    pass

class A:
    @property
    def x(self):
        return 1

    @x.setter
    def x(self, value):
        pass

    @staticmethod
    def make(): pass
"#,
        &[
            "async function index (2)6-7",
            "method A.x (10)11-12",
            "method A.x (14)15-16",
            "method A.make (18)19-19",
        ],
    );
}

#[test]
fn lambdas_that_are_bound_to_a_name_are_functions() {
    check(
        "python",
        r#"
double = lambda x: x * 2
key: Callable[[int], int] = lambda x: (
    x
)
sorted(items, key=lambda x: x.name)

class A:
    area = lambda self: self.x
"#,
        &["closure double 2-2", "closure key 3-5", "closure A.area 9-9"],
    );
}

#[test]
fn functions_of_one_name_are_told_by_their_lines() {
    let module = module(
        "python",
        r#"
try:
    from fast import parse
except ImportError:
    def parse(text): return slow(text)
if windows:
    def path(): pass
else:
    def path(): pass

@overload
def get(x: int) -> int: ...
@overload
def get(x: str) -> str: ...
def get(x): return x
"#,
    );
    let addresses = module.addresses();
    assert_eq!(addresses, ["parse", "path@7", "path@9", "get@12", "get@14", "get@15"]);
}

#[test]
fn an_indented_comment_after_the_last_statement_is_a_part_of_a_function() {
    check(
        "python",
        "def a():\n    x = 1\n    # after\n\n# of b\ndef b():\n    # before\n    pass\n    # end\n",
        &["function a 1-3", "function b 6-9"],
    );
}

#[test]
fn a_docstring_documents() {
    documented(
        "python",
        r#"
def one():
    """Does one thing.

    And says so.
    """
    return 1

def two():
    # A remark.
    'Short.'

def none():
    x = """No docstring."""
    return x

class A:
    """Of the class."""
    def method(self):
        r"""Raw \d."""
"#,
        &[
            r#"one: """Does one thing.  And says so. """"#,
            "two: 'Short.'",
            r#"A.method: r"""Raw \d.""""#,
        ],
    );
}

#[test]
fn broken_code_gives_what_can_be_made_out() {
    for (source, expected) in [
        ("def a(:\n    pass\n\ndef b():\n    return 1\n", "function b"),
        ("def a():\n    x = (1,\n\ndef b():\n    return 2\n", "function a"),
        (
            "class A:\n    def a(self):\n        self.\n\n    def b(self):\n        pass\n",
            "method A.a",
        ),
        ("def a():\n    return {'x': \n\nclass B:\n    def c(self): pass\n", "function a"),
        ("print 'old'\ndef a():\n    exec 'code'\n", "function a"),
    ] {
        let module = module("python", source);
        let names: Vec<String> = module.functions.iter().map(crate::line).collect();
        assert!(names.iter().any(|name| name.starts_with(expected)), "{names:?}\n{source}");
    }
}

#[test]
fn line_ends_of_windows_change_nothing() {
    let source = "@d\r\ndef a():\r\n    \"\"\"Doc.\"\"\"\r\n    return 1\r\n\r\nclass B:\r\n    def c(self):\r\n        pass\r\n";
    check("python", source, &["function a (1)2-4", "method B.c 7-8"]);
    documented("python", source, &[r#"a: """Doc.""""#]);
}

#[test]
fn imports_tell_what_names_stand_for() {
    imports(
        "python",
        r#"
import os.path, sys
import numpy as np
import google.cloud.storage as gcs
from urllib.request import urlopen, Request as R
from . import models
from .models import (
    User,
    Group as G,
)
from x import *
def f():
    from late import thing
"#,
        &[
            "os = os",
            "sys = sys",
            "np = numpy",
            "gcs = google.cloud.storage",
            "urlopen = urllib.request.urlopen",
            "R = urllib.request.Request",
            "models = ..models",
            "User = .models.User",
            "G = .models.Group",
            "thing = late.thing",
        ],
    );
}

#[test]
fn the_encoding_of_a_file_changes_nothing() {
    let text = "# Grüße, ça va? Øre\n\ndef café(x):\n    return \"é\"\n\nclass Größe:\n    def maß(self):\n        pass\n";
    let utf16 = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes));
    let marked = [0xef, 0xbb, 0xbf].into_iter().chain(text.bytes());
    // Every character of the text is one byte in Latin-1.
    let latin = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap());
    for bytes in
        [text.bytes().collect::<Vec<u8>>(), utf16.collect(), marked.collect(), latin.collect()]
    {
        let source = source::decode(bytes).unwrap();
        check("python", &source.text, &["function café 3-4", "method Größe.maß 7-8"]);
    }
}

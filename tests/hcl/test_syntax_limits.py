"""Hostile input: whatever a text says, there is a tree or a located message, and soon."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl import tree_codec
from driftcheck.hcl.json_syntax import parse_json_config
from driftcheck.hcl.parser import (
    MAX_FILE_SIZE,
    decode_source,
    parse_config,
    parse_expression,
    parse_file,
    parse_template,
)
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Node
from tests.hcl.bounded import grows_with_its_size
from tests.hcl.sketch import sketch

DATA = Path(__file__).parent / "data" / "syntax"
FILES = [row["text"] for row in json.loads((DATA / "files.json").read_text())]
PIECES = [
    *"()[]{}.,:?!=<>+-*/%&|\"'$~#@\\\n\r\t 01ae_é\u0301😀\x00\ufeff",
    *("${", "%{", "~}", "$${", "%%{", "%{ if x }", "%{ else }", "%{ endif }", "%{ for x in y }"),
    *(
        "<<E\n",
        "\nE\n",
        "<<-E\n",
        "  E\n",
        "...",
        "=>",
        "[*]",
        ".*",
        "::",
        "/*",
        "*/",
        "//",
        "\r\n",
    ),
    *(" for x in ", " if ", "true", "null", "1e9", "1.2.3", "a.b", '"s"', '"${x}"', "\\u00", "b {"),
    *("a = ", "\nc = 1\n", '\nd "e" {\n', "\n}\n", "f(", "{ g = ", ", h : "),
]


def outcome(parse: Callable[[Source], Node], text: str) -> Node | HclError:
    """The tree or the located error; anything else escapes."""
    try:
        return parse(Source("x", text))
    except HclError as caught:
        error = caught
    assert error.location is not None
    assert error.location.line <= text.count("\n") + 1
    assert error.summary.endswith(".")
    return error


def check_all(text: str) -> None:
    body = outcome(parse_config, text)
    if isinstance(body, Node):
        sketch(body)
        again = tree_codec.decode(tree_codec.encode(body), body.source)  # type: ignore[arg-type]
        assert tree_codec.encode_node(again) == tree_codec.encode_node(body)
    for parse in (parse_expression, parse_template, parse_json_config):
        outcome(parse, text)


@settings(deadline=60_000, max_examples=300)
@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    check_all(text)


@settings(deadline=60_000, max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_pieces_of_syntax_in_any_order(text: str) -> None:
    check_all(text)


def test_damaged_files() -> None:
    source = random.Random(20261122)
    for _ in range(1500):
        text = source.choice(FILES)
        for _ in range(source.randrange(1, 4)):
            at = source.randrange(len(text) + 1)
            end = at + source.choice([0, 0, 1, 1, 2, 8])
            text = text[:at] + source.choice(["", source.choice(PIECES)]) + text[end:]
        check_all(text)


@settings(deadline=60_000, max_examples=200)
@given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
                    | st.integers() | st.text(), lambda inner: st.lists(inner)
                    | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_any_json(value: object) -> None:
    outcome(parse_json_config, json.dumps({"a": value}))


@settings(deadline=60_000, max_examples=200)
@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    outcome(lambda _: parse_config(decode_source(data, "x")), data.decode(errors="replace"))


NESTED = {
    "parentheses": lambda n: "(" * n + "1" + ")" * n,
    "tuples": lambda n: "[" * n + "]" * n,
    "objects": lambda n: "{a=" * n + "1" + "}" * n,
    "calls": lambda n: "f(" * n + ")" * n,
    "indexes": lambda n: "a[" * n + "0" + "]" * n,
    "for": lambda n: "[for x in y : " * n + "1" + "]" * n,
    "templates": lambda n: '"${' * n + "1" + '}"' * n,
    "heredocs": lambda n: "<<E\n${" * n + "1" + "}\nE\n" * n,
    "directives": lambda n: '"' + "%{ if x }" * n + "%{ endif }" * n + '"',
    "sum": lambda n: "1" + "+1" * n,
    "negations": lambda n: "!" * n + "a",
    "minus signs": lambda n: "- " * n + "1",
    "conditionals": lambda n: "a ? b : " * n + "c",
    "conditionals inside": lambda n: "a ? " * n + "c" + " : b" * n,
    "steps": lambda n: "a[0]" + ".b" * n,
    "index steps": lambda n: "a" + "[0]" * n,
    "splats": lambda n: "a" + "[*]" * n,
    "splats with steps": lambda n: "a" + "[*].b[0]" * n,
    "splats of both kinds": lambda n: "a" + "[*].b.*.c" * n,
}
OPEN = {
    "parentheses": lambda n: "(" * n,
    "templates": lambda n: '"${' * n,
    "directives": lambda n: '"' + "%{ for x in y }" * n,
}


@pytest.mark.parametrize("nest", NESTED.values(), ids=NESTED)
def test_deep_nesting_is_refused(nest: Callable[[int], str]) -> None:
    for depth in (20_000, 300):
        assert isinstance(outcome(parse_config, f"a = {nest(depth)}\n"), HclLimitError)


@pytest.mark.parametrize("nest", OPEN.values(), ids=OPEN)
def test_deep_nesting_that_is_wrong_besides_is_refused(nest: Callable[[int], str]) -> None:
    for depth in (20_000, 300, 10):
        assert isinstance(outcome(parse_config, f"a = {nest(depth)}\n"), HclError)


@pytest.mark.parametrize("nest", NESTED.values(), ids=NESTED)
def test_nesting_that_somebody_might_write_is_followed(nest: Callable[[int], str]) -> None:
    body = outcome(parse_config, f"a = {nest(40)}\n")
    assert isinstance(body, Node), body


def test_blocks_are_nested_to_a_limit() -> None:
    text = "a {\n" * 200 + "}\n" * 200
    with pytest.raises(HclLimitError, match=r"^x:100:3: This is nested too deeply"):
        parse_config(Source("x", text))
    assert isinstance(outcome(parse_config, "a {\n" * 50 + "}\n" * 50), Node)


SLOW = {
    "comments in a directive": lambda n: '"%{' + " # " * n + '\n 1 }"',
    "line comments in a directive": lambda n: '"%{' + "// " * n + '\n 1 }"',
    "blanks in a directive": lambda n: '"%{ for ' + " \n" * n + '}"',
    "open comments": lambda n: "/* " * n,
    "unterminated string": lambda n: '"' + "a$b%" * n,
    "dots": lambda n: "1" + "." * n,
    "digits": lambda n: "1" * n,
    "exponents": lambda n: "1" + "e5" * n,
    "references": lambda n: '"' + "${a.b.c " * n,
    "interpolations": lambda n: '"' + "${a.b} é" * n + '"',
    "escapes": lambda n: '"' + "\\n" * n + '"',
    "dollar signs": lambda n: '"' + "$" * n + '"',
    "names": lambda n: "a.b" * n,
    "long name": lambda n: "é" * n,
    "bad name": lambda n: "a" * n + "\u00a0",
    "newlines": lambda n: "[" + "\n" * n + "]",
    "items": lambda n: "[" + "1," * n + "]",
    "object items": lambda n: "{" + "a = 1\n" * n + "}",
    "heredoc": lambda n: "<<E\n" + "E E\n" * n,
    "flush heredoc": lambda n: "<<-E\n" + "  ${a}\n" * n + "E\n",
    "operators": lambda n: "=" * n,
    "less than": lambda n: "< " * n,
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_the_time_grows_with_the_size(text: Callable[[int], str]) -> None:
    def parse(size: int) -> None:
        outcome(parse_config, f"a = {text(size)}\n")
        outcome(parse_template, text(size))

    assert grows_with_its_size(parse, 40_000)


def test_a_number_too_large_to_hold_is_refused() -> None:
    with pytest.raises(HclLimitError, match=r"^x:1:5: This number"):
        parse_config(Source("x", "a = 1e999999999"))


def test_a_file_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_bytes(b"#" * (MAX_FILE_SIZE + 1))
    with pytest.raises(HclLimitError, match=r"^shown:1:1: This file is too large. .* 5 MB"):
        parse_file(path, "shown")


def test_an_endless_file_is_refused() -> None:
    path = Path("/dev/zero")
    if not path.exists():
        pytest.skip("there is no /dev/zero")
    with pytest.raises(HclLimitError, match="too large"):
        parse_file(path, "shown")

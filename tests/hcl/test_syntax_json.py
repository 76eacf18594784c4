"""Terraform's JSON syntax."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl import syntax
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.evaluate import evaluate
from driftcheck.hcl.json_syntax import json_blocks, literal, parse_json_config
from driftcheck.hcl.parser import parse_file
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Block, Body, Expression
from tests.hcl.sketch import sketch
from tests.hcl.terraform_syntax import syntax_errors

DATA = Path(__file__).parent / "data" / "syntax"
FILES: list[dict[str, Any]] = json.loads((DATA / "json-files.json").read_text())


def parse(text: str) -> Body:
    return parse_json_config(Source("main.tf.json", text))


def expression(text: str) -> Expression:
    return parse(f'{{"a": {text}}}').attributes["a"].expression


@pytest.mark.parametrize("row", FILES, ids=lambda row: row["text"][:40])
def test_a_file_is_accepted_or_refused_as_terraform_does(row: dict[str, Any]) -> None:
    if "summary" not in row:
        parse(row["text"])
        return
    with pytest.raises(HclError) as caught:
        parse(row["text"])
    assert caught.value.summary == row["summary"]
    location = caught.value.location
    assert location is not None
    assert [location.line, location.column] == row["at"]


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the PATH")
def test_terraform_still_says_so() -> None:
    summaries = {row["terraform"] for row in FILES if "terraform" in row}
    errors = syntax_errors([row["text"] for row in FILES], summaries, ".tf.json")
    assert [row.get("terraform") for row in FILES] == errors


def blocks(text: str, labels: int = 0) -> list[Block]:
    return json_blocks(parse(f'{{"b": {text}}}').attributes["b"], labels)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("null", "null"),
        ("true", "true"),
        ("-12", "-12"),
        ("1e3", "1000"),
        ("0.5", str(Fraction(1, 2))),
        ('""', "<>"),
        ('"x"', '<"x">'),
        (r'"\u0041\n\ud83d\ude00"', '<"A\\n😀">'),
        (r'"\ud83d"', '<"\ufffd">'),
        ('"e\u0301"', '<"é">'),
        ('"${x}"', "(wrap x)"),
        ('"a ${x.y}"', '<"a " x.y>'),
        (r'"${f(\"y\")}"', '(wrap (f <"y">))'),
        ('"$${x}"', '<"${x}">'),
        ("[]", "[]"),
        ('[1, "${x}"]', "[1 (wrap x)]"),
        ("{}", "{}"),
        ('{"k": 1, "${x}": 2, "//": 3}', '{<"k">=1 (wrap x)=2 <"//">=3}'),
    ],
)
def test_expressions(text: str, tree: str) -> None:
    assert sketch(expression(text)) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('"${x}"', '"${x}"'),
        ('"$${x}"', '"$${x}"'),
        ('"${"', '"${"'),
        ('["${x}", 1]', '["${x}" 1]'),
        ('{"${x}": {"y": null}}', '{"${x}"={"y"=null}}'),
    ],
)
def test_strings_can_be_taken_as_they_stand(text: str, tree: str) -> None:
    assert sketch(literal(expression(text))) == tree


def test_a_string_that_is_no_template_is_wrong_only_where_it_is_evaluated() -> None:
    node = expression('\n  "x ${"')
    assert isinstance(node, syntax.InvalidExpression)
    with pytest.raises(HclError, match=r"^main.tf.json:2:6: Unclosed template sequence"):
        evaluate(node, EvalContext())


def test_the_name_of_a_property_is_unique_where_the_object_is_evaluated() -> None:
    with pytest.raises(HclError, match=r"^main.tf.json:1:7: Duplicate object attribute"):
        evaluate(expression('{"x": 1, "x": 2}'), EvalContext())


@pytest.mark.parametrize(
    ("text", "labels", "trees"),
    [
        ("{}", 0, ["b {}"]),
        ('{"x": 1}', 0, ["b {x=1}"]),
        ('[{"x": 1}, {"x": 2}]', 0, ["b {x=1}", "b {x=2}"]),
        ("null", 0, []),
        ("[]", 0, []),
        ('{"l": {"x": 1}}', 1, ['b "l" {x=1}']),
        ('{"l": [{"x": 1}, {}]}', 1, ['b "l" {x=1}', 'b "l" {}']),
        ('{"l": {"m": {}}, "n": {"o": {}}}', 2, ['b "l" "m" {}', 'b "n" "o" {}']),
        ('[{"l": {"m": {}}}, {"l": {"o": {}}}]', 2, ['b "l" "m" {}', 'b "l" "o" {}']),
        ('{"l": {"m": {}}, "l": {"m": {}}}', 2, ['b "l" "m" {}', 'b "l" "m" {}']),
        ('{"l": {"//": "comment", "x": 1}}', 1, ['b "l" {x=1}']),
    ],
)
def test_blocks(text: str, labels: int, trees: list[str]) -> None:
    assert [sketch(block) for block in blocks(text, labels)] == trees


@pytest.mark.parametrize(
    ("text", "labels", "says"),
    [
        ("1", 0, "1:7: Incorrect JSON value type"),
        ("[1]", 0, "1:8: Incorrect JSON value type"),
        ('{"l": "x"}', 1, "1:13: Incorrect JSON value type"),
        ("{}", 1, "1:7: Missing block label"),
        ("null", 1, "1:7: Missing block label"),
        ('{"x": 1, "x": 2}', 0, '1:16: Duplicate argument. "x" is already set on line 1'),
    ],
)
def test_what_is_no_block(text: str, labels: int, says: str) -> None:
    with pytest.raises(HclError, match=f"^main.tf.json:{says}"):
        blocks(text, labels)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "1:1: Missing value"),
        ("1", "1:1: Root value must be object"),
        ("[1]", "1:2: Root value must be object"),
        ("{} x", "1:4: Extraneous data after value"),
        ("{", "1:2: Invalid object property name"),
        ('{"a"', "1:5: Missing property value colon"),
        ('{"a" = 1}', "1:6: Missing property value colon"),
        ('{"a": 1', "1:1: Unclosed object"),
        ('{"a": [1', "1:7: Unclosed array"),
        ('{"a": 1,}', "1:8: Trailing comma in object"),
        ('{"a": [1,]}', "1:9: Trailing comma in array"),
        ('{"a": [1}', "1:9: Missing separator"),
        ('{"a": 1\n "b": 2}', "2:2: Missing separator"),
        ('{"a": 01}', "1:7: Invalid JSON number"),
        ('{"a": .5}', "1:7: Invalid JSON number"),
        ('{"a": True}', "1:7: Invalid JSON keyword"),
        ('{"a": "x\ny"}', "1:7: Invalid JSON string"),
        (r'{"a": "\q"}', "1:7: Invalid JSON string"),
        ("{a: 1}", "1:2: Invalid object property name"),
        ('{"a": 1, "a": 2}', "1:10: Duplicate argument"),
        ("\ufeff{}", "1:1: Invalid start of value"),
    ],
)
def test_mistakes_are_located(text: str, says: str) -> None:
    with pytest.raises(HclError, match=f"^main.tf.json:{says}"):
        parse(text)


def test_an_array_of_objects_is_one_body() -> None:
    body = parse('[{"a": 1}, {"b": 2, "//": 3}]')
    assert sketch(body) == "a=1 b=2"


def test_names_in_strings_are_located_behind_escapes() -> None:
    text = '{\n  "a": "\\u00e9\\n${x} \\"${y}"\n}'
    template = parse(text).attributes["a"].expression
    assert isinstance(template, syntax.Template)
    places = [str(part.location) for part in template.parts if isinstance(part, syntax.Traversal)]
    line = text.split("\n")[1]
    assert places == [f"main.tf.json:2:{line.index(name) + 1}" for name in ("x}", "y}")]


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(HclLimitError, match=r"^main.tf.json:1:106: This is nested too deeply"):
        parse('{"a": ' + "[" * 10_000)


def test_a_files_name_tells_its_syntax(tmp_path: Path) -> None:
    path = tmp_path / "x.auto.tfvars.json"
    path.write_text('{"a": 1}')
    assert sketch(parse_file(path, "shown")) == "a=1"

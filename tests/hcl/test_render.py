"""Values as JSON lines, as text, and as plain data."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given

from driftcheck.errors import HclError
from driftcheck.hcl.console import DirectoryScope, evaluate_line, evaluate_text
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.numbers import div
from driftcheck.hcl.render import answer_json, to_plain, to_text
from driftcheck.hcl.types import DYNAMIC, STRING
from driftcheck.hcl.values import (
    SENSITIVE_MARKS,
    Unknown,
    Value,
    number,
    object_value,
    string,
    tuple_value,
    unknown,
)
from driftcheck.model import values as model
from tests.hcl import strategies

SECRET = string("hunter2").with_marks(SENSITIVE_MARKS)


def test_numbers_keep_their_digits() -> None:
    answer = answer_json(tuple_value([number(10**30), number(div(1, 3))]))
    assert f"[{10**30}, 0.333333333" in answer
    assert len(answer) > 200


def test_a_very_long_number_can_be_written() -> None:
    line = evaluate_line('"1e10000"', EvalContext())
    assert len(line) > 10_000


def test_an_unknown_part_makes_the_whole_unknown_and_says_where() -> None:
    value = object_value({"a": tuple_value([number(1), unknown("it is decided by AWS")])})
    assert json.loads(answer_json(value)) == {"unknown": ".a[1]: it is decided by AWS"}
    assert json.loads(answer_json(unknown("why"))) == {"unknown": "why"}


def test_a_sensitive_part_makes_the_whole_sensitive() -> None:
    answer = answer_json(object_value({"a": SECRET, "b": unknown("why", STRING)}))
    assert json.loads(answer) == {
        "sensitive": True,
        "type": ["object", {"a": "string", "b": "string"}],
    }


def test_infinity_has_no_json() -> None:
    assert "infinite" in json.loads(evaluate_line('"1 / 0"', EvalContext()))["error"]
    assert isinstance(to_plain(number(math.inf)), model.Unknown)
    assert isinstance(to_plain(number(10**5000)), model.Unknown)


@pytest.mark.parametrize("line", ["1 + 1", "5", '{"a": 1}', "", '"unterminated'])
def test_an_input_line_must_be_a_json_string(line: str) -> None:
    assert "JSON string" in json.loads(evaluate_line(line, EvalContext()))["error"]


@given(strategies.values())
def test_json_says_what_the_plain_value_is(value: Value) -> None:
    answer = json.loads(answer_json(value), parse_float=Decimal)
    assert answer["value"] == to_plain(value)


def test_plain_values() -> None:
    value = object_value(
        {
            "n": number(5),
            "d": number(div(1, 4)),
            "s": SECRET,
            "u": Value(DYNAMIC, Unknown("why", not_null=True)),
        }
    )
    assert to_plain(value) == {
        "n": 5,
        "d": Decimal("0.25"),
        "s": model.Sensitive("hunter2"),
        "u": model.Unknown("why", certainly_set=True),
    }


# Recorded from `terraform console`.
TEXTS = [
    ('"a"', '"a"'),
    ("1 / 3 * 3", "1"),
    ("null", "null"),
    ("tostring(null)", "tostring(null)"),
    ("tolist(null)", "tolist(null) /* of dynamic */"),
    ("[]", "[]"),
    ("{}", "{}"),
    ("tomap({})", "tomap({})"),
    ('[1, "a"]', '[\n  1,\n  "a",\n]'),
    ("{ a = [1], b = {} }", '{\n  "a" = [\n    1,\n  ]\n  "b" = {}\n}'),
    ('toset(["a"])', 'toset([\n  "a",\n])'),
    ("sensitive(1)", "(sensitive value)"),
    ("[sensitive(1)]", "[\n  (sensitive value),\n]"),
    (r'"a\nb"', "<<EOT\na\nb\nEOT"),
    (r'["a\nb"]', "[\n  <<-EOT\n  a\n  b\n  EOT,\n]"),
    (r'"EOT\nb"', "<<EOT_\nEOT\nb\nEOT_"),
    (r'"\"\t"', r'"\"\t"'),
    ('type("a")', "string"),
    ("type([])", "tuple([])"),
    ("type(tolist([1]))", "list(number)"),
    ("type({ a = [1] })", "object({\n    a: tuple([\n        number,\n    ]),\n})"),
    ("type(tolist([{}]))", "list(\n    object({}),\n)"),
    ("type(null)", "dynamic"),
]


@pytest.mark.parametrize(("expression", "text"), TEXTS)
def test_text(expression: str, text: str) -> None:
    assert evaluate_text(expression, EvalContext()) == text


def test_an_unknown_value_shows_its_reason() -> None:
    assert to_text(tuple_value([unknown("AWS decides")])) == "[\n  (unknown: AWS decides),\n]"


def test_a_directory_without_code_has_paths_and_a_workspace(tmp_path: Path) -> None:
    context = EvalContext(DirectoryScope(tmp_path, "prod"))
    assert evaluate_text('"${path.module} ${terraform.workspace}"', context) == '". prod"'
    assert evaluate_text("path.cwd", context) == f'"{tmp_path.resolve()}"'
    for expression in ("path.nope", "var.x", "path", "terraform"):
        with pytest.raises(HclError, match="not declared"):
            evaluate_text(expression, context)


def test_type_is_for_the_outside_of_an_expression_only() -> None:
    with pytest.raises(HclError, match="no function named"):
        evaluate_text("[type(1)]", EvalContext())

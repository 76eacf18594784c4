"""Templates: strip markers, directives, escapes and heredocs, as Terraform renders them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from driftcheck.errors import HclError
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.evaluate import evaluate
from driftcheck.hcl.parser import parse_expression, parse_template
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Traversal
from driftcheck.hcl.values import Value, boolean, string, tuple_value
from tests.hcl.sketch import sketch
from tests.hcl.terraform_syntax import template_values

DATA = Path(__file__).parent / "data" / "syntax"
LOCAL = {"x": " X ", "t": True, "f": False, "l": ["a", "b"]}


VALUES = {
    "x": string(" X "),
    "t": boolean(True),
    "f": boolean(False),
    "l": tuple_value([string("a"), string("b")]),
}


class Scope:
    def resolve(self, reference: Traversal) -> tuple[Value, int]:
        assert reference.root == "local"
        return VALUES[reference.names[0]], 1


def rows(key: str) -> list[dict[str, Any]]:
    return [r for r in json.loads((DATA / "templates.json").read_text()) if key in r]


def test_template_expressions() -> None:
    differing = []
    for row in rows("template"):
        value = evaluate(parse_expression(Source("x", row["template"])), EvalContext(Scope()))
        if value.raw != row["value"]:
            differing.append((row, value.raw))
    assert not differing


def test_template_files() -> None:
    differing = []
    for row in rows("file"):
        try:
            got: Any = evaluate(parse_template(Source("x", row["file"])), EvalContext(Scope())).raw
        except HclError as error:
            got = None if error.location else error
        if got != row.get("value"):
            differing.append((row, got))
    assert not differing


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the PATH")
def test_terraform_still_renders_them_so() -> None:
    templates, files = rows("template"), rows("file")
    values, file_values = template_values(
        [row["template"] for row in templates], [row["file"] for row in files], LOCAL
    )
    assert values == [row["value"] for row in templates]
    assert file_values == [row.get("value") for row in files]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", "<>"),
        ("a", '<"a">'),
        ("${x}", "(wrap x)"),
        ("${x}\n", '<x "\\n">'),
        ('"\\n ${x}', '<"\\"\\\\n " x>'),
        ("a\rb ${x}", '<"a\\rb ${x}">'),
        ("%{ if x }\na\n%{ endif }", '<(%if x <"\\na\\n"> <>)>'),
    ],
)
def test_a_file_is_one_template(text: str, tree: str) -> None:
    assert sketch(parse_template(Source("x", text))) == tree


@pytest.mark.parametrize(
    ("text", "line", "column", "summary"),
    [
        ("a\n${x", 2, 1, "Unclosed template sequence."),
        ("a\n  %{ if x }\nb", 2, 3, "Unexpected end of template."),
        ("%{ for x in y }%{ endif }", 1, 16, "Unexpected endif directive."),
        ("%{ if x }%{ else }%{ else }%{ endif }", 1, 19, "Unexpected else directive."),
        ("%{ elif x }", 1, 4, "Invalid template directive."),
        ("${x y}", 1, 5, "Extra characters after expression."),
    ],
)
def test_mistakes_are_located(text: str, line: int, column: int, summary: str) -> None:
    with pytest.raises(HclError) as caught:
        parse_template(Source("f", text))
    error = caught.value
    assert str(error.location) == f"f:{line}:{column}"
    assert error.summary == summary

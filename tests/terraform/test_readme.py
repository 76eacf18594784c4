"""The module's README lists its inputs and outputs as they are.

Where this fails, the message holds the section to put into the README.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

MODULE = Path(__file__).resolve().parents[2] / "modules" / "dynamodb"


def inputs() -> str:
    rows = ["| name | description | type | default |", "|---|---|---|---|"]
    for name, body in blocks("variable", "variables.tf"):
        default = argument(body, "default")
        rows.append(
            f"| `{name}` | {described(body)} | `{argument(body, 'type')}` "
            f"| {'required' if default is None else f'`{default}`'} |"
        )
    return "\n".join(rows)


def outputs() -> str:
    rows = ["| name | description |", "|---|---|"]
    rows += [f"| `{name}` | {described(body)} |" for name, body in blocks("output", "outputs.tf")]
    return "\n".join(rows)


def blocks(kind: str, file: str) -> list[tuple[str, str]]:
    """Names and bodies of the blocks of a formatted file, where each ends with a lone brace."""
    text = (MODULE / file).read_text(encoding="utf-8")
    return re.findall(rf'^{kind} "(\w+)" {{\n(.*?)^}}', text, re.MULTILINE | re.DOTALL)


def described(body: str) -> str:
    description = argument(body, "description")
    assert description is not None, "whatever a user can set or read has a description"
    return description.strip('"').replace('\\"', '"')


def argument(body: str, name: str) -> str | None:
    """An argument's expression on one line, as its author wrote it."""
    found = re.search(rf"^  {name}\s*= (.*?)(?=^  \S|\Z|^$)", body, re.MULTILINE | re.DOTALL)
    if found is None:
        return None
    # What continues an expression is indented deeper, but for the bracket that ends it.
    closing = re.match(r"  ([\])}]+)$", body[found.end() :], re.MULTILINE)
    expression = found[1] + (closing[1] if closing else "")
    return re.sub(r",?(\s)\s*(?=[\])}])", r"\1", re.sub(r"\s+", " ", listed(expression))).strip()


def listed(expression: str) -> str:
    """Separate with commas what the lines of an object or a list separate."""
    return re.sub(r"(?<=[^\s({\[,])\n(?=\s*[a-z\"])", ",\n", expression)


@pytest.mark.parametrize(("section", "table"), [("inputs", inputs()), ("outputs", outputs())])
def test_readme_lists(section: str, table: str) -> None:
    readme = (MODULE / "README.md").read_text(encoding="utf-8")
    start, end = f"<!-- {section} -->\n", f"\n<!-- /{section} -->"
    assert readme.partition(start)[2].partition(end)[0] == table

"""The native syntax: what is accepted, what tree it gives, and how the rest is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from driftcheck.errors import HclError
from driftcheck.hcl import syntax
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.evaluate import evaluate
from driftcheck.hcl.parser import decode_source, parse_config, parse_expression, parse_file
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Body, Node
from tests.hcl.sketch import sketch
from tests.hcl.terraform_oracle import OracleScope
from tests.hcl.terraform_syntax import syntax_errors

DATA = Path(__file__).parent / "data" / "syntax"


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / name).read_text())
    return found


def parse(text: str) -> Body:
    return parse_config(decode_source(text.encode(), "main.tf"))


def nodes(node: Node) -> list[Node]:
    found = [node]
    for name in syntax.CHILD_FIELDS[type(node)]:
        value = getattr(node, name)
        children = value.values() if isinstance(value, dict) else value
        for child in children if isinstance(value, list | dict) else [value]:
            if child is not None:
                found += nodes(child)
    return found


@pytest.mark.parametrize("row", rows("files.json"), ids=lambda row: row["text"][:40])
def test_a_file_is_accepted_or_refused_as_terraform_does(row: dict[str, Any]) -> None:
    if "summary" not in row:
        parse(row["text"])
        return
    with pytest.raises(HclError) as caught:
        parse(row["text"])
    error = caught.value
    assert error.summary == row["summary"]
    assert error.location is not None
    assert [error.location.line, error.location.column] == row["at"]
    assert error.detail


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the PATH")
def test_terraform_still_says_so() -> None:
    files = rows("files.json")
    summaries = {row["terraform"] for row in files if "terraform" in row}
    errors = syntax_errors([row["text"] for row in files], summaries)
    assert [row.get("terraform") for row in files] == errors


@pytest.mark.parametrize("row", rows("trees.json"), ids=lambda row: next(iter(row.values())))
def test_tree(row: dict[str, Any]) -> None:
    if "config" in row:
        tree: Node = parse(row["config"])
    else:
        tree = parse_expression(Source("x", row["expression"]))
    assert sketch(tree) == row["tree"]


@pytest.mark.parametrize("row", rows("trees.json"), ids=lambda row: next(iter(row.values())))
def test_every_node_lies_inside_its_parent(row: dict[str, Any]) -> None:
    text = row.get("config") or f"a = ({row['expression']}\n)"
    for node in nodes(parse(text)):
        assert 0 <= node.start <= node.end <= len(text)
        if isinstance(node, syntax.Splat | syntax.Template):
            continue  # the element of a splat stands for its operator; a heredoc has margins
        for name in syntax.CHILD_FIELDS[type(node)]:
            child = getattr(node, name)
            for inner in child if isinstance(child, list) else [child]:
                if isinstance(inner, Node) and not isinstance(inner, syntax.Comment):
                    assert node.start <= inner.start <= inner.end <= node.end


def test_nodes_are_located_by_line_and_column() -> None:
    text = 'resource "t" "n" {\r\n  é = [\r\n    var.x, f(1) + 2,\r\n  ]\r\n}\r\n'
    block = parse(text).blocks[0]
    attribute = block.body.attributes["é"]
    assert isinstance(attribute.expression, syntax.TupleCons)
    reference, total = attribute.expression.items
    assert [str(node.location) for node in (block, attribute, reference, total)] == [
        "main.tf:1:1",
        "main.tf:2:3",
        "main.tf:3:5",
        "main.tf:3:12",
    ]
    assert [reference.text, total.text] == ["var.x", "f(1) + 2"]
    assert block.text == text.rstrip()
    assert block.body.text == text[text.index("{") :].rstrip()


def test_a_references_names_say_where_each_of_them_ends() -> None:
    text = "var.a . b[0].c"
    expression = parse_expression(Source("x", text))
    reference = nodes(expression)[2]
    assert isinstance(reference, syntax.Traversal)
    assert [text[:end] for end in reference.ends] == ["var.a", "var.a . b"]


def test_nodes_inside_strings_are_located_in_the_file() -> None:
    text = 'a = "x ${ 1 + var.b }"\nc = <<-EOT\n    ${var.d}\n  %{ if var.e }y%{ endif }\n  EOT\n'
    found = {n.text: str(n.location) for n in nodes(parse(text)) if isinstance(n, syntax.Traversal)}
    assert found == {"var.b": "main.tf:1:15", "var.d": "main.tf:3:7", "var.e": "main.tf:4:9"}


def test_comments_are_kept_with_their_places() -> None:
    text = '# a\nx "y" { // b\n  c = [1, /* d */ 2] # e\r\n  f = "# g"\n} /* h */\n# i'
    comments = parse(text).comments or []
    assert [comment.text for comment in comments] == [
        "# a",
        "// b",
        "/* d */",
        "# e",
        "/* h */",
        "# i",
    ]
    assert [comment.location.line for comment in comments] == [1, 2, 3, 3, 5, 6]


def test_an_attribute_cannot_be_set_twice() -> None:
    with pytest.raises(HclError, match=r"^main.tf:3:1: .*already set on line 1") as caught:
        parse("a = 1\nb = 2\na = 3\n")
    assert caught.value.summary == "Attribute redefined."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = b ? c\nd = 1", "main.tf:1:10: Missing false expression"),
        ("a = [1, 2\nb = 2", "main.tf:2:1: Missing item separator"),
        ("a = 'x'", "main.tf:1:5: Invalid character (').*double quotes"),
        ("a = {\n  b = 1\n", "main.tf:1:5: Unclosed bracket ({)"),
        ("a {\n  b = 1\n", "main.tf:1:3: Unclosed configuration block"),
        ('a = "${x"\n', "main.tf:1:6: Unclosed template sequence"),
        ("a = b c\n", 'main.tf:1:7: Missing newline after argument.*"c"'),
        ("a = (1]\n", 'main.tf:1:7: Unbalanced brackets: "]" cannot close "("'),
        ("a = 1\n$ = 2\n", r"main.tf:2:1: Invalid character (\$)"),
        ("a = << E\nx\nE\n", "main.tf:1:5: .*heredoc starts with"),
        ("a = [for x in y : x => x]", "main.tf:1:21: .*needs braces"),
    ],
)
def test_a_message_helps(text: str, says: str) -> None:
    with pytest.raises(HclError, match="^" + says.replace("(", r"\(").replace(")", r"\)")):
        parse(text)


def test_a_bare_reference_is_no_key_unless_it_is_only_read_as_an_address() -> None:
    tree = parse_expression(Source("x", "{ path.module = path.root }"))
    assert sketch(tree) == "{path.module=path.root}"
    with pytest.raises(HclError, match=r"^x:1:3: Ambiguous attribute key"):
        evaluate(tree, EvalContext(OracleScope()))
    tree = parse_expression(Source("x", "{ (path.module) = path.root }"))
    assert evaluate(tree, EvalContext(OracleScope())).as_dict().keys() == {"."}


def test_one_expression_may_span_lines_and_end_with_a_heredoc() -> None:
    assert sketch(parse_expression(Source("x", "1 +\n  <<E\nx\nE"))) == '(+ 1 <"x\\n">)'


@pytest.mark.parametrize("text", ["", "  ", "# c", "1 2", "a = 1", "1 }", "(1", "<<E\nx\n", "1,"])
def test_what_is_not_one_expression(text: str) -> None:
    with pytest.raises(HclError):
        parse_expression(Source("x", text))


def test_a_file_must_be_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_bytes('a = 1\nb = "é"'.encode("latin-1"))
    with pytest.raises(HclError, match=r"^shown:2:6: Invalid character encoding"):
        parse_file(path, "shown")


def test_a_file_may_start_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    body = parse_file(path, "shown")
    assert str(body.attributes["a"].location) == "shown:1:1"

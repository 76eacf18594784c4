"""Functions that read files: what Terraform makes of them, and that they stay inside."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl import files as files_module
from driftcheck.hcl import globbing
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.evaluate import evaluate
from driftcheck.hcl.files import RepositoryFiles
from driftcheck.hcl.parser import parse_expression
from driftcheck.hcl.render import answer_json
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Traversal
from driftcheck.hcl.values import (
    SENSITIVE_MARKS,
    Value,
    null,
    number,
    object_value,
    string,
    tuple_value,
)
from tests.hcl.terraform_oracle import identical

DATA = Path(__file__).parent / "data"

TEXTS = (
    "x.txt",
    "y.json",
    "a/1.txt",
    "a/b/2.txt",
    "a/b/3.JSON",
    "c/z.tf",
    ".hidden/h.txt",
    ".dot",
    "é.txt",
    "we[ird/q.txt",
    "{b}.txt",
    "a*.txt",
)
LINKS = {"link": "a", "broken": "nope", "c/loop": "../tree", "filelink": "x.txt"}
TEMPLATES = {
    "rec": '${templatefile("x.tftpl", {})}\n',
    "fs": '${file("tree/x.txt")}${upper(n)}\n',
    "wrap": "${n}",
    "for": "%{ for k, v in m ~}\n${k}=${v} ${outer}\n%{ endfor ~}\n",
    "null": "${null}",
    "bad": "${n",
    "tryrec": '${try(templatefile("x",{}),"caught")}',
    "core": '${n.a.b} ${[for n in [1]: n][0]} ${core::templatefile("x",{})}',
    "bom": "\ufeffx${n}",
    "crlf": "${n}\r\n%{ if true ~}\r\nx\r\n%{ endif ~}\r\n",
}
LOCALS = {
    "T": string("hello ${n}"),
    "M": object_value({"t": string("map ${n}")}),
    "L": tuple_value([string("list ${n}")]),
    "N": number(5),
    "Z": null(),
    "W": string("${n}"),
    "F": string('${file("tree/x.txt")}'),
    "FT": string('${try(file("tree/x.txt"), "caught")}'),
    "R": string("${templatestring(x, {})}"),
    "B": string("${n"),
    "S": Value(string("").type, "s ${n}", SENSITIVE_MARKS),
}


class Locals:
    """A scope in which only the locals above are declared."""

    def resolve(self, reference: Traversal) -> tuple[Value, int]:
        if reference.root != "local" or reference.names[0] not in LOCALS:
            raise HclError(f"{reference.text} is not declared.", reference.location)
        return LOCALS[reference.names[0]], 1


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("module")
    for name in TEXTS:
        path = root / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("hi\n")
    for name, target in LINKS.items():
        (root / "tree" / name).symlink_to(target)
    for name, text in TEMPLATES.items():
        (root / f"{name}.tftpl").write_bytes(text.encode())
    (root / "bin.dat").write_bytes(b"\xff")
    return root


def evaluated(text: str, root: Path, working_dir: Path | None = None) -> Value:
    context = EvalContext(Locals(), RepositoryFiles(root, working_dir or root))
    return evaluate(parse_expression(Source("test.tf", text)), context)


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / "file-functions.json").read_text())
    return found


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["expr"])
def test_results_are_those_of_terraform(row: dict[str, Any], directory: Path) -> None:
    if row.get("error"):
        with pytest.raises(HclError) as caught:
            evaluated(row["expr"], directory)
        assert not isinstance(caught.value, HclLimitError)
        return
    shown = json.loads(answer_json(evaluated(row["expr"], directory)))
    assert identical(shown["value"], row["value"])
    assert shown["type"] == row["type"]


@pytest.fixture
def fenced(tmp_path: Path) -> Path:
    """A repository with a secret next to it, and links that lead there."""
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "s.txt").write_text("secret")
    root = tmp_path / "repository"
    (root / "module").mkdir(parents=True)
    (root / "inside.txt").write_text("inside")
    (root / "module" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "module" / "dir").symlink_to(tmp_path / "outside")
    (root / "module" / "loop").symlink_to(root / "module" / "loop")
    return root


OUTSIDE = [
    'file("../../secret.txt")',
    'file("../../repository/../secret.txt")',
    'file("/etc/passwd")',
    'file("link.txt")',
    'file("dir/s.txt")',
    'file("~/.ssh/id_rsa")',
    'filebase64("link.txt")',
    'filesha256("link.txt")',
    'filemd5("../../secret.txt")',
    'fileexists("../../secret.txt")',
    'fileexists("../../no-such-file")',
    'fileexists("link.txt")',
    'templatefile("link.txt", {})',
    'fileset("../..", "*")',
    'fileset(".", "../../*")',
    'fileset("/etc", "*")',
    'fileset(".", "dir/*")',
    'fileset(".", "**")',
    'fileset(".", "*.txt")',
]


@pytest.mark.parametrize("text", OUTSIDE)
def test_nothing_outside_of_the_root_is_read(text: str, fenced: Path) -> None:
    with pytest.raises(HclLimitError) as caught:
        evaluated(text, fenced, fenced / "module")
    assert caught.value.location is not None
    # Terraform would read it, so that pretending an error could give a wrong result.
    with pytest.raises(HclLimitError):
        evaluated(f'try({text}, "fallback")', fenced, fenced / "module")


def test_the_root_itself_is_readable_from_a_module(fenced: Path) -> None:
    assert evaluated('file("../inside.txt")', fenced, fenced / "module").raw == "inside"


def test_a_sibling_with_the_same_beginning_is_outside(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo-secret").mkdir()
    (tmp_path / "repo-secret" / "x").write_text("secret")
    with pytest.raises(HclLimitError):
        evaluated('file("../repo-secret/x")', tmp_path / "repo")


@pytest.mark.parametrize("text", ['file("pipe")', 'fileexists("pipe")', 'filesha1("pipe")'])
def test_a_named_pipe_is_refused_at_once(text: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(HclError, match="named pipe"):
        evaluated(text, tmp_path)


def test_a_link_to_itself_is_an_error(fenced: Path) -> None:
    with pytest.raises(HclError):
        evaluated('file("loop")', fenced, fenced / "module")


def test_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_module, "MAX_FILE_SIZE", 10)
    (tmp_path / "fits").write_text("x" * 10)
    (tmp_path / "large").write_text("x" * 11)
    assert evaluated('file("fits")', tmp_path).raw == "x" * 10
    with pytest.raises(HclLimitError, match="too large"):
        evaluated('file("large")', tmp_path)


def test_a_pattern_goes_through_so_many_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "MAX_ENTRIES", 5)
    for name in "abcdefg":
        (tmp_path / name).write_text("")
    with pytest.raises(HclLimitError, match="too many files"):
        evaluated('fileset(".", "*")', tmp_path)


def test_links_in_circles_come_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("")
    (tmp_path / "a" / "back").symlink_to(tmp_path)
    found = evaluated('fileset(".", "**/x.txt")', tmp_path).as_list()
    assert found[0].raw is not None
    assert all(v.as_str().endswith("x.txt") for v in found)


def test_a_name_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"\xff.txt")).write_text("")
    except OSError:
        pytest.skip("this file system has names in UTF-8 only")
    with pytest.raises(HclLimitError, match="UTF-8"):
        evaluated('fileset(".", "*.txt")', tmp_path)


def test_matching_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not globbing.Matcher().matches("*a" * 60 + "b", "a" * 200)
    monkeypatch.setattr(globbing, "_MAX_STEPS", 100)
    with pytest.raises(HclLimitError):
        globbing.Matcher().matches("*a" * 60 + "b", "a" * 200)


def test_without_files_nothing_can_be_read() -> None:
    expression = parse_expression(Source("test.tf", 'file("x")'))
    with pytest.raises(HclError, match="cannot be read in this place"):
        evaluate(expression, EvalContext())


def test_abspath_starts_at_the_working_directory(tmp_path: Path) -> None:
    expected = f"{os.path.realpath(tmp_path)}/b"
    assert evaluated('abspath("./a/../b")', tmp_path).raw == expected
    assert evaluated('abspath("/x//y/..")', tmp_path).raw == "/x"


@pytest.mark.parametrize("text", ['pathexpand("~")', 'pathexpand("~/x")'])
def test_a_home_directory_is_unknown(text: str, tmp_path: Path) -> None:
    assert "home directory" in evaluated(text, tmp_path).reason


def test_an_error_in_a_template_is_located_in_the_template(directory: Path) -> None:
    (directory / "fails.tftpl").write_text("one\n${upper(n)}\n${tonumber(n)}\n")
    with pytest.raises(HclError) as caught:
        evaluated('templatefile("fails.tftpl", {n = "x"})', directory)
    location = caught.value.location
    assert location is not None
    assert (location.file, location.line) == ("fails.tftpl", 3)

"""The cache of parsed files and of the grammar's tables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest

from driftcheck.errors import DriftcheckError, HclError
from driftcheck.hcl import cache_dir, grammar, native_syntax, rules, syntax, tree_codec
from driftcheck.hcl.parser import parse_config, parse_file
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Body
from tests.hcl.sketch import sketch

DATA = Path(__file__).parent / "data" / "syntax"
CONFIGS = [row["text"] for row in json.loads((DATA / "files.json").read_text()) if "at" not in row]
TEXT = "# A file of some size.\n" + 'a = "x-${var.y}"\n\nb {\n  c = [1, 2.5]\n}\n' + "#" * 200


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("DRIFTCHECK_CACHE_DIR", str(folder))
    monkeypatch.delenv("DRIFTCHECK_NO_CACHE", raising=False)
    return folder


@pytest.fixture
def module_file(tmp_path: Path) -> Path:
    path = tmp_path / "main.tf"
    path.write_text(TEXT)
    return path


def trees(folder: Path) -> list[Path]:
    return list(folder.glob("trees/*"))


def never(_: Source) -> Body:
    raise AssertionError("this was to come from the cache")


def same(first: syntax.Node, second: syntax.Node) -> bool:
    """Whether two trees have the same nodes at the same places."""
    return tree_codec.encode_node(first) == tree_codec.encode_node(second)


@pytest.mark.parametrize("text", CONFIGS)
def test_a_tree_survives_being_stored(text: str) -> None:
    source = Source("x", text.removeprefix("\ufeff"))
    body = parse_config(source)
    again = tree_codec.decode(tree_codec.encode(body), source)
    assert same(body, again)
    assert sketch(body) == sketch(again)
    assert list(body.attributes) == list(again.attributes)


@pytest.mark.parametrize("text", ["0", "9" * 400, "1e5000", "0.1", "1.5e-300", str(2**63)])
def test_a_number_survives_being_stored(text: str) -> None:
    source = Source("x", f"a = {text}")
    body = parse_config(source)
    again = tree_codec.decode(tree_codec.encode(body), source)
    before, after = body.attributes["a"].expression, again.attributes["a"].expression
    assert isinstance(before, syntax.Literal)
    assert isinstance(after, syntax.Literal)
    assert before.value == after.value
    assert isinstance(after.value, int | Fraction)
    assert type(before.value) is type(after.value)


def test_the_element_of_a_splat_stays_one_node() -> None:
    source = Source("x", "a = b[*].c[*].d.*.e")
    again = tree_codec.decode(tree_codec.encode(parse_config(source)), source)
    outer = again.attributes["a"].expression
    assert isinstance(outer, syntax.Splat)
    inner = outer.each
    assert isinstance(inner, syntax.Splat)
    assert isinstance(inner.subject, syntax.GetAttr)
    assert inner.subject.object is outer.item
    assert inner.item is not outer.item


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"1",
        b"[]",
        b"[99, 0, 0]",
        b"[0, 0]",
        b'[0, 0, 1, "x"]',
        b'["Body", 0, 0, [], [], []]',
        b"[22, 0, 0, [[[[1]]]], [], []]",
        b"[" * 100_000,
    ],
)
def test_what_is_no_tree_is_refused(data: bytes) -> None:
    with pytest.raises(tree_codec.NotATreeError):
        tree_codec.decode(data, Source("x", ""))


def test_a_file_is_parsed_once(
    cache: Path, module_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = parse_file(module_file, "first")
    assert len(trees(cache)) == 1
    monkeypatch.setattr(native_syntax, "parse_config", never)
    second = parse_file(module_file, "second")
    assert same(first, second)
    assert str(second.blocks[0].location) == "second:4:1"
    assert second.comments
    assert second.comments[0].text == "# A file of some size."


def test_a_changed_file_is_parsed_again(cache: Path, module_file: Path) -> None:
    parse_file(module_file, "x")
    module_file.write_text(TEXT.replace("2.5", "3.5"))
    assert "7/2" in sketch(parse_file(module_file, "x"))
    assert len(trees(cache)) == 2


def test_a_file_that_is_wrong_is_wrong_every_time(cache: Path, module_file: Path) -> None:
    module_file.write_text(TEXT + "\n}")
    for _ in range(2):
        with pytest.raises(HclError, match="Unexpected closing brace"):
            parse_file(module_file, "x")
    assert not trees(cache)


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 5000])
def test_a_damaged_tree_is_made_again(cache: Path, module_file: Path, damage: bytes) -> None:
    first = parse_file(module_file, "x")
    (stored,) = trees(cache)
    content = stored.read_bytes()
    stored.write_bytes(damage or content[:-1])
    assert same(first, parse_file(module_file, "x"))
    assert stored.read_bytes() == content


def test_an_intact_file_with_another_content_is_no_tree(cache: Path, module_file: Path) -> None:
    first = parse_file(module_file, "x")
    (stored,) = trees(cache)
    cache_dir.write(f"trees/{stored.name}", b'[99, "nonsense"]')
    assert same(first, parse_file(module_file, "x"))


def test_small_files_are_not_kept(cache: Path, module_file: Path) -> None:
    module_file.write_text("a = 1\n")
    parse_file(module_file, "x")
    assert not trees(cache)


def test_the_cache_can_be_turned_off(
    cache: Path, module_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTCHECK_NO_CACHE", "1")
    parse_file(module_file, "x")
    assert not cache.exists()


def test_where_nothing_can_be_written_there_is_no_cache(
    module_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTCHECK_CACHE_DIR", str(module_file / "below-a-file"))
    parse_file(module_file, "x")
    parse_file(module_file, "x")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_directory_that_everybody_may_write_to_is_not_used(
    cache: Path, module_file: Path
) -> None:
    parse_file(module_file, "x")
    (stored,) = trees(cache)
    cache_dir.write("trees/planted.json", b"[]")
    assert cache_dir.read("trees/planted.json") == b"[]"
    cache.chmod(0o777)
    assert cache_dir.read("trees/planted.json") is None
    stored.unlink()
    parse_file(module_file, "x")
    assert stored not in trees(cache)


def test_the_least_used_files_make_room(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_dir, "MAX_SIZE", 1000)
    monkeypatch.setattr(cache_dir, "_KEPT_SIZE", 500)
    now = time.time()
    for number in range(10):
        cache_dir.write(f"trees/{number}", b"x" * 100)
        os.utime(cache / "trees" / str(number), (now - 1000 + number,) * 2)
    assert len(trees(cache)) == 10
    # The day is over, and another process writes.
    os.utime(cache / ".swept", (now - 100_000,) * 2)
    monkeypatch.setattr(cache_dir, "_swept", set())
    cache_dir.write("trees/new", b"x" * 100)
    assert {path.name for path in trees(cache)} == {"9", "8", "new"}


def test_reading_counts_as_use(cache: Path) -> None:
    cache_dir.write("x", b"content")
    long_ago = time.time() - 1_000_000
    os.utime(cache / "x", (long_ago, long_ago))
    assert cache_dir.read("x") == b"content"
    assert (cache / "x").stat().st_mtime > long_ago + 1000


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"DRIFTCHECK_CACHE_DIR": "/named", "XDG_CACHE_HOME": "/xdg"}, "/named"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/driftcheck"),
        ({"DRIFTCHECK_NO_CACHE": "1", "DRIFTCHECK_CACHE_DIR": "/named"}, None),
        ({"DRIFTCHECK_NO_CACHE": "0", "DRIFTCHECK_CACHE_DIR": "/named"}, "/named"),
    ],
)
def test_where_the_cache_is(
    variables: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DRIFTCHECK_CACHE_DIR", "DRIFTCHECK_NO_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache_dir.directory() == (Path(expected) if expected else None)


def run(code: str, cache: Path) -> str:
    """What a fresh process prints."""
    environment = {**os.environ, "DRIFTCHECK_CACHE_DIR": str(cache)}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_nothing_that_is_cached_imports_a_parser(cache: Path, module_file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from driftcheck.hcl.parser import parse_file;"
        f"parse_file(Path({str(module_file)!r}), 'x');"
        "print(*sorted({'hcl2', 'lark', 'driftcheck.hcl.lexer'} & set(sys.modules)))"
    )
    assert run(code, cache).split() == ["driftcheck.hcl.lexer", "lark"]
    assert run(code, cache).split() == []
    for stored in trees(cache):
        stored.unlink()
    assert run(code, cache).split() == ["driftcheck.hcl.lexer"]


def test_the_tables_of_the_grammar_survive_being_stored(cache: Path) -> None:
    grammar.tables.cache_clear()
    made = grammar.tables()
    (stored,) = cache.glob("grammar-*.json")
    content = stored.read_bytes()
    grammar.tables.cache_clear()
    assert grammar.tables() == made
    for damaged in (b"{}", b"[]", b"nonsense"):
        cache_dir.write(stored.name, damaged)
        grammar.tables.cache_clear()
        assert grammar.tables() == made
        assert stored.read_bytes() == content
    grammar.tables.cache_clear()


def test_another_grammar_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTCHECK_NO_CACHE", "1")
    text = grammar._grammar_text()
    monkeypatch.setattr(grammar, "_grammar_text", lambda: text.replace("QMARK", "QUESTION"))
    grammar.tables.cache_clear()
    with pytest.raises(DriftcheckError, match=r"lacks QMARK.*Install python-hcl2"):
        grammar.tables()
    grammar.tables.cache_clear()
    with pytest.raises(DriftcheckError, match="a rule that driftcheck does not know"):
        rules.builders_for([("body", ("attribute", "attribute"))])

"""YAML and JSON files: what they hold, where it stands, and what is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftcheck.documents import load_document, parse_document
from driftcheck.documents.nodes import MAX_BYTES
from driftcheck.errors import SpecError
from driftcheck.model.location import Location

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-12", -12),
        ("1.50", Decimal("1.50")),
        ("1e3", Decimal("1e3")),
        (".5", Decimal(".5")),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ('""', ""),
        # The surprises of YAML 1.1 are text here.
        ("yes", "yes"),
        ("off", "off"),
        ("012345678901", "012345678901"),
        ("2027-01-31", "2027-01-31"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("'1'", "1"),
        ("! 1", "1"),
        ("[a, {b: c}]", ["a", {"b": "c"}]),
    ],
)
def test_yaml_scalars_follow_the_core_schema_of_1_2(text: str, value: object) -> None:
    parsed = parse_document(f"key: {text}\n", "f.yaml").data["key"]
    assert parsed == value
    assert type(parsed) is type(value)


def test_every_value_knows_its_place() -> None:
    document = parse_document("a: 1\nb:\n  - x\n  - yy: é\n    zz: 2\n", "f.yaml")
    assert document.values["/a"] == Location("f.yaml", 1, 4)
    assert document.keys["/a"] == Location("f.yaml", 1, 1)
    assert document.values["/b/0"] == Location("f.yaml", 3, 5)
    assert document.values["/b/1/zz"] == Location("f.yaml", 5, 9)
    # A block begins below its key, and people look for the key.
    assert document.where("/b") == Location("f.yaml", 2, 1)
    assert document.where("/a") == Location("f.yaml", 1, 4)


def test_an_alias_stands_for_its_anchor() -> None:
    document = parse_document("a: &x {k: 1}\nb: *x\n", "f.yaml")
    assert document.data == {"a": {"k": 1}, "b": {"k": 1}}
    assert document.values["/b/k"] == document.values["/a/k"]


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)
)
LONG = "a: &a " + "x" * 100_000 + "\nb: [" + ", ".join(["*a"] * 1000) + "]\n"


@pytest.mark.parametrize(
    ("text", "place", "complaint"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1", 'the key "a" stands twice'),
        ("a: [1,\n", "2:1", "not valid YAML"),
        ("a: b: c\n", "1:5", "not valid YAML"),
        ("", "1:1", "the file is empty"),
        ("# nothing\n", "2:1", "the file is empty"),
        ("a: &x [*x]\n", "1:8", "inside its own anchor"),
        ("a: *nobody\n", "1:4", "has no anchor"),
        ("a: !!python/object/apply:os.system [id]\n", "1:4", "tag !!python/object/apply:os.system"),
        ("a: !mine 1\n", "1:4", "tag !mine is not supported"),
        ("a: 1\n---\nb: 2\n", "2:1", "more than one YAML document"),
        ("? [a]\n: b\n", "1:3", "a key must be plain text"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "3:3", "merge keys"),
        ("[" * 70, "1:66", "nested deeper"),
        (BOMB, "5:6", "more than 100000 values"),
        (LONG, "2:397", "more than 100000 values"),
    ],
)
def test_yaml_that_is_refused(text: str, place: str, complaint: str) -> None:
    with pytest.raises(SpecError, match=complaint) as caught:
        parse_document(text, "f.yaml")
    error = caught.value
    assert error.location is not None
    if text is not BOMB and text is not LONG:
        assert str(error.location) == f"f.yaml:{place}"


def test_characters_that_yaml_does_not_allow() -> None:
    with pytest.raises(SpecError, match=r"f\.yaml: this is not valid YAML: .*control characters"):
        parse_document("a: \x01\n", "f.yaml")


@pytest.mark.parametrize(
    ("text", "place", "complaint"),
    [
        ("", "1:1", "a value is expected"),
        ("{", "1:2", "a key in double quotes"),
        ('{"a": 1,}', "1:9", "a key in double quotes"),
        ('{"a" 1}', "1:6", "a colon is expected"),
        ('{"a": 1 "b": 2}', "1:9", "a comma or } is expected"),
        ("[1 2]", "1:4", "a comma or ] is expected"),
        ("[1,\n nul]", "2:2", "a value is expected"),
        ("NaN", "1:1", "a value is expected"),
        ("01", "1:2", "more text after the end"),
        ('{"a": 1} {}', "1:10", "more text after the end"),
        ('["abc', "1:2", "unterminated string"),
        ('["\\x"]', "1:3", "invalid \\\\escape"),
        ('{"a": 1,\n "a": 2}', "2:2", 'the key "a" stands twice'),
        ("[" * 70, "1:66", "nested deeper"),
    ],
)
def test_json_that_is_refused(text: str, place: str, complaint: str) -> None:
    with pytest.raises(SpecError, match=complaint) as caught:
        parse_document(text, "f.json", json=True)
    assert str(caught.value.location) == f"f.json:{place}"


def test_json_places() -> None:
    document = parse_document('{"a": [1,\n  {"b": -1.5e2}]}', "f.json", json=True)
    assert document.data == {"a": [1, {"b": Decimal("-1.5e2")}]}
    assert document.values["/a/1/b"] == Location("f.json", 2, 9)
    assert document.keys["/a/1/b"] == Location("f.json", 2, 4)


@given(JSON_VALUES)
def test_json_is_read_as_the_standard_library_reads_it(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=2, ensure_ascii=False)):
        assert parse_document(text, "f.json", json=True).data == value


@given(JSON_VALUES)
def test_escaped_json_means_the_same_as_yaml(value: object) -> None:
    text = json.dumps(value)
    # YAML 1.1, which libyaml implements, has no surrogate pairs.
    if "\\ud" not in text:
        assert parse_document(text, "f.yaml").data == value


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"none\.yaml: there is no such file"):
        load_document(tmp_path / "none.yaml")
    with pytest.raises(SpecError, match="is a directory"):
        load_document(tmp_path)
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(SpecError, match="larger than 1024 KiB"):
        load_document(large)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"a: 1\nb: \xe9\n")
    with pytest.raises(SpecError, match="not UTF-8") as caught:
        load_document(latin)
    assert caught.value.location is not None
    assert (caught.value.location.line, caught.value.location.column) == (2, 4)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert load_document(path).data == {"a": 1}

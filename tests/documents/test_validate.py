"""Messages about documents that break their schema."""

from __future__ import annotations

from typing import Any

import pytest

from driftcheck.documents import parse_document
from driftcheck.documents.validate import suggestion, validate
from driftcheck.errors import SpecError

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "description": "The name."},
        "mode": {"enum": ["fast", "slow", None]},
        "one": {"const": 1},
        "size": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
        "on": {"type": "boolean"},
        "items": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "inner": {"type": "object", "properties": {"x": {}}, "additionalProperties": False},
        "any": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["a"]}]},
        "some": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "code": {"type": "string", "pattern": "^[0-9]+$", "description": "Digits only."},
    },
    "required": ["name"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mode: fast", 'f:1:1: the thing lacks "name".'),
        ("name: 5", 'f:1:7: "name" must be text, not 5. The name.'),
        ('name: ""', 'f:1:7: "name" must not be empty. The name.'),
        ("name: a\nnam: b", 'f:2:1: "nam" is not known in a thing. Did you mean "name"?'),
        (
            "name: a\nmode: fats",
            'f:2:7: "mode" is "fats", but must be one of "fast", "slow", null. '
            'Did you mean "fast"?',
        ),
        ("name: a\none: 2", 'f:2:6: "one" is 2, but must be 1.'),
        ("name: a\nsize: 0", 'f:2:7: "size" is 0, but must be at least 1.'),
        ("name: a\nsize: 10", 'f:2:7: "size" is 10, but must be at most 9.'),
        ("name: a\nsize: 1.5", 'f:2:7: "size" must be a whole number or null, not "1.5".'),
        ("name: a\nsize: {}", 'f:2:7: "size" must be a whole number or null, not a mapping.'),
        (
            "name: a\non: yes",
            'f:2:5: "on" must be true or false, not "yes". '
            "In YAML 1.2 yes, no, on and off are text: write true or false.",
        ),
        ("name: a\nitems:\n  - 1", 'f:3:5: element 1 of "items" must be text, not 1.'),
        ("name: a\nitems: [b, b]", 'f:2:8: "items" holds the same element twice.'),
        ("name: a\ninner: {y: 1}", 'f:2:9: "y" is not known in "inner". Known here: x.'),
        ("name: a\nany: 5", 'f:2:6: "any" is 5, which has none of the accepted forms.'),
        ("name: a\nsome: {c: 1}", 'f:2:7: "some" lacks at least one of "a", "b".'),
        ("name: a\ncode: x", 'f:2:7: "code" is not acceptable: "x". Digits only.'),
    ],
)
def test_one_mistake(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        validate(parse_document(text, "f"), SCHEMA, "thing")
    assert str(caught.value) == message


def test_all_mistakes_are_told_in_the_order_of_the_file() -> None:
    text = "zzz: 1\nmode: quick\nsize: 0\n"
    with pytest.raises(SpecError) as caught:
        validate(parse_document(text, "f"), SCHEMA, "thing")
    lines = str(caught.value).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["f:1:1:", "f:1:1:", "f:2:7:", "f:3:7:"]


def test_very_many_mistakes_are_counted() -> None:
    text = "name: a\nitems: [" + ", ".join(str(n) for n in range(30)) + "]"
    with pytest.raises(SpecError, match=r"\.\.\. and 19 more\.$"):
        validate(parse_document(text, "f"), SCHEMA, "thing")


def test_what_satisfies_the_schema_passes() -> None:
    validate(parse_document("name: a\nsize: null\nany: {a: 1}", "f"), SCHEMA, "thing")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tabel", 'Did you mean "table"?'),
        ("xyz", "Known here: name, table."),
        ("", "Known here: name, table."),
    ],
)
def test_suggestions(name: str, said: str) -> None:
    assert suggestion(name, {"table", "name"}) == said
    assert suggestion(name, ()) == ""

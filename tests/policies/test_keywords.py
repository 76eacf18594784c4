"""The keywords that JSON Schema lacks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from driftcheck.errors import SpecError
from driftcheck.model.values import Unknown
from driftcheck.policies.evaluate import Undecidable, Violation, evaluate_one
from driftcheck.policies.keywords import ARGUMENTS, OWN, Surroundings
from driftcheck.policies.load import load_policy
from driftcheck.policies.model import Policy
from driftcheck.policies.validator import verdict

WHY = Unknown("var.x has no value")
ROLE = "arn:aws:iam::111111111111:role/app"
NOON = datetime(2026, 6, 2, 12, tzinfo=UTC)
BANDS: dict[str, Any] = {
    "ordered": [{"lower": ["/own/*/low", "/all/*/low"], "upper": ["/own/*/high", "/all/*/high"]}]
}
WRITTEN: dict[str, Any] = {"notSetByCode": {"/is/*/a": "/if/*/b"}}


@pytest.mark.parametrize(
    ("account", "trusted", "principal", "expected"),
    [
        ("111111111111", [], ROLE, True),
        ("111111111111", [], "111111111111", True),
        ("222222222222", [], ROLE, False),
        ("222222222222", ["111111111111"], ROLE, True),
        (None, ["111111111111"], ROLE, True),
        ("111111111111", [], "*", False),
        ("111111111111", [], "AROAEXAMPLEEXAMPLE", False),
        ("111111111111", [], "x111111111111", False),
        ("111111111111", [], "arn:aws:iam::222222222222:role/111111111111", False),
        ("111111111111", [], "arn:aws:s3:::111111111111", False),
        ("111111111111", [], 111111111111, True),
    ],
)
def test_account_in(
    account: str | None, trusted: list[str], principal: object, expected: bool
) -> None:
    assert verdict({"accountIn": trusted}, principal, Surroundings(account)) is expected


def test_account_in_without_an_account_is_open() -> None:
    found = verdict({"accountIn": []}, ROLE, Surroundings())
    assert isinstance(found, Unknown)
    assert "account that the table is in is not known" in found.reason


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-06-02T11:00:00Z", True),
        ("2026-06-01T12:00:00Z", True),
        ("2026-06-01T11:59:59Z", False),
        ("2026-06-01T14:00:00+02:00", True),
        ("2026-06-01T12:00:00", True),
        (None, True),
        (WHY, WHY),
    ],
)
def test_maximum_age(moment: object, expected: object) -> None:
    assert verdict({"maximumAge": 24}, moment, Surroundings(now=NOON)) == expected


def test_what_is_no_time_cannot_be_judged() -> None:
    assert isinstance(verdict({"maximumAge": 24}, "yesterday"), Unknown)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"own": {"i": {"low": 1, "high": 2}}}, True),
        ({"own": {"i": {"low": 2, "high": 2}}}, True),
        ({"own": {"i": {"low": 3, "high": 2}}}, False),
        ({"own": {"i": {"low": 3, "high": None}}, "all": {"i": {"high": 2}}}, False),
        ({"own": {"i": {"low": 3}}, "all": {"i": {"high": 2}, "j": {"high": 9}}}, False),
        ({"own": {"i": {"low": 3}}, "all": {"j": {"high": 2}}}, True),
        ({"own": {"i": {"high": 1}}, "all": {"i": {"low": 5, "high": 9}}}, False),
        ({"own": {"i": {"low": "2026-01-02", "high": "2026-01-01"}}}, False),
        ({"own": {"i": {"low": WHY, "high": 1}}}, WHY),
        ({"own": {"i": {"low": WHY}}}, True),
        ({"own": {"i": WHY}, "all": {"i": {"high": 2}}}, WHY),
        ({"own": {}}, True),
        ({}, True),
    ],
)
def test_ordered(document: dict[str, Any], expected: object) -> None:
    assert verdict(BANDS, document) == expected


def test_ordered_points_at_the_lower_value() -> None:
    document = {"own": {"a/b": {"low": 3, "high": 2}, "c": {"low": 1, "high": 2}}}
    (found,) = evaluate_one(_policy(BANDS), document, {})
    assert isinstance(found, Violation)
    assert (found.pointer, found.actual) == ("/own/a~1b/low", 3)


@pytest.mark.parametrize(
    ("sets", "document", "expected"),
    [
        (True, {"if": {"i": {"b": 1}}, "is": {"i": {"a": 5}}}, False),
        (False, {"if": {"i": {"b": 1}}, "is": {"i": {"a": 5}}}, True),
        (True, {"if": {"i": {"b": None}}, "is": {"i": {"a": 5}}}, True),
        (True, {"if": {}, "is": {"i": {"a": 5}}}, True),
        (True, {"if": {"i": {"b": WHY}}, "is": {"i": {"a": 5}}}, WHY),
        (False, {"if": {"i": {"b": WHY}}, "is": {"i": {"a": 5}}}, True),
        (WHY, {"if": {"i": {"b": 1}}, "is": {"i": {"a": 5}}}, WHY),
    ],
)
def test_not_set_by_code(sets: bool | Unknown, document: dict[str, Any], expected: object) -> None:
    assert verdict(WRITTEN, document, Surroundings(sets=lambda _pointer: sets)) == expected


def test_not_set_by_code_asks_for_the_place_itself() -> None:
    document = {"if": {"i": {"b": 1}, "j": {"b": 1}}, "is": {"i": {"a": 5}, "j": {"a": 5}}}
    around = Surroundings(sets=lambda pointer: pointer == "/is/j/a")
    (found,) = evaluate_one(_policy(WRITTEN), document, {}, around)
    assert isinstance(found, Violation)
    assert (found.pointer, found.actual) == ("/is/j/a", 5)


def test_an_open_question_points_at_its_place() -> None:
    document = {"own": {"i": {"low": WHY, "high": 1}}}
    (found,) = evaluate_one(_policy(BANDS), document, {})
    assert isinstance(found, Undecidable)
    assert found.pointer == "/own/i/low"


def _policy(must: dict[str, Any]) -> Policy:
    from driftcheck.model.finding import Severity

    return Policy("p", "t", Severity.LOW, "r", "r", must)


def test_each_has_arguments_that_are_checked() -> None:
    assert set(OWN) == set(ARGUMENTS)


@pytest.mark.parametrize(
    "must",
    [
        "{equalsField: 5}",
        "{lessThanMember: [a]}",
        "{accountIn: [me]}",
        "{accountIn: '111111111111'}",
        "{maximumAge: soon}",
        "{maximumAge: 0}",
        "{ordered: {lower: /a}}",
        "{ordered: [{lower: [], upper: [/a]}]}",
        "{notSetByCode: {a: /b}}",
        "{membersAre: /a}",
        "{minimum: much}",
        "{properties: {ttl: {required: yes}}}",
        "{enum: [{$parameter: nothing}]}",
    ],
)
def test_arguments_that_it_cannot_take_are_told_with_their_line(tmp_path: Path, must: str) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(
        "version: 1\nid: broken\ntitle: t\nseverity: low\nrationale: r\nremediation: r\n"
        f"must: {must}\n"
        "examples:\n  - {name: a, expect: pass, document: {}}\n"
        "  - {name: b, expect: fail, document: {ttl: null}}\n"
    )
    with pytest.raises(SpecError) as caught:
        load_policy(file)
    assert caught.value.location is not None
    assert caught.value.location.line == 7


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"is": {"a": 1, "b": 2}, "key": "a", "by": {"i": {"key": "b"}}}, True),
        ({"is": {"a": 1}, "key": "a", "by": {"i": {"key": "b"}}}, False),
        ({"is": {"a": 1, "b": 2}, "key": "a", "by": {}}, False),
        ({"is": {"a": 1}, "key": "a", "list": [{"key": "b"}]}, False),
        ({"is": {"a": 1, "b": 2}, "key": "a", "list": [{"key": "b"}]}, True),
        ({"is": {"a": 1, "b": 2}, "key": "a", "by": WHY}, WHY),
        ({"is": {}, "key": "a", "by": WHY}, False),
        ({"is": WHY, "key": "a"}, WHY),
    ],
)
def test_members_are(document: dict[str, Any], expected: object) -> None:
    pointers = ["/key", "/by/*/key", "/list/*/key"]
    assert verdict({"properties": {"is": {"membersAre": pointers}}}, document) == expected

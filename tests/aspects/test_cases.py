"""Runs the cases under ``cases/``; see ``casework`` for their form."""

from __future__ import annotations

from typing import Any

import pytest

from driftcheck.aspects import ASPECTS, BY_NAME
from driftcheck.aspects.base import Comparison, Difference, FactUnavailable, Undecided
from driftcheck.inputs.live import resolve_names
from driftcheck.inputs.recorded import RecordedFacts
from driftcheck.inputs.terraform import tables_from_resources
from driftcheck.model.values import Cause
from tests.aspects.casework import load, opened, resources_of, table_of


def params(kind: str) -> list[Any]:
    return [pytest.param(a, c, id=f"{a}: {c['name']}") for a, c in load(kind)]


@pytest.mark.parametrize(("aspect", "case"), params("live"))
def test_what_aws_answers_becomes_the_fragment(aspect: str, case: dict[str, Any]) -> None:
    facts = RecordedFacts(case["facts"])
    if "unavailable" in case:
        with pytest.raises(FactUnavailable) as caught:
            BY_NAME[aspect].from_live(facts)
        wanted = case["unavailable"]
        assert wanted["reason"] in str(caught.value)
        assert caught.value.cause == Cause(wanted.get("cause", Cause.NOT_READABLE))
    else:
        fragment = BY_NAME[aspect].from_live(facts)
        assert fragment == opened(case["fragment"])
        assert BY_NAME[aspect].normalise(fragment) == fragment
    allowed = {*BY_NAME[aspect].reads, *BY_NAME[aspect].may_read}
    assert {operation.partition("#")[0] for operation in facts.asked} <= allowed
    for operation in case.get("never_asked", ()):
        assert operation not in facts.asked


@pytest.mark.parametrize(("aspect", "case"), params("code"))
def test_what_the_code_says_becomes_the_fragment(aspect: str, case: dict[str, Any]) -> None:
    tables = tables_from_resources(resources_of(case), account="123456789012", region="eu-west-1")
    table = next(t for t in tables if t.address == "aws_dynamodb_table.this")
    assert table.settings[aspect] == opened(case["fragment"])
    for pointer, line in case.get("located", {}).items():
        assert [place.line for place in table.where(pointer)] == [line], pointer
    for pointer in case.get("ignored", ()):
        assert pointer in table.ignored
    if "ignored" in case:
        own = {p for p in table.ignored if p.split("/")[1] in BY_NAME[aspect].fields}
        assert own == set(case["ignored"])


@pytest.mark.parametrize(("aspect", "case"), params("spec"))
def test_what_a_person_writes_is_brought_to_normal_form(aspect: str, case: dict[str, Any]) -> None:
    once = BY_NAME[aspect].normalise(opened(case["written"]))
    assert once == opened(case["fragment"])
    assert BY_NAME[aspect].normalise(once) == once
    if "facts" in case:
        table = table_of(case["fragment"])
        resolved = resolve_names(table, RecordedFacts(case["facts"]))
        assert resolved.settings[aspect] == opened(case["resolved"])


def outcomes(expected: Any, actual: Any, partial: bool) -> list[tuple[str, Difference | Undecided]]:
    within = Comparison(expected, actual, partial)
    return [(a.name, item) for a in ASPECTS for item in a.compare(within)]


def pointers(found: list[tuple[str, Difference | Undecided]], kind: type) -> list[str]:
    return sorted(item.pointer for _aspect, item in found if isinstance(item, kind))


@pytest.mark.parametrize(("aspect", "case"), params("compare"))
def test_two_documents_differ_exactly_where_they_should(aspect: str, case: dict[str, Any]) -> None:
    base = case.get("base", {})
    expected = table_of({**base, **case.get("expected", {})}, case.get("expected_aspects"))
    actual = table_of({**base, **case.get("actual", {})}, case.get("actual_aspects"))
    differences = case.get("differences", [])
    undecided = case.get("undecided", [])
    found = outcomes(expected, actual, case.get("partial", False))
    assert pointers(found, Difference) == sorted(d["at"] for d in differences)
    assert pointers(found, Undecided) == sorted(u["at"] for u in undecided)
    seen = {item.pointer: (name, item) for name, item in found}
    for wanted in differences:
        owner, item = seen[wanted["at"]]
        if "expected" in wanted:
            assert item.expected == opened(wanted["expected"])
        if "actual" in wanted:
            assert item.actual == opened(wanted["actual"])
        if "severity" in wanted:
            judged = BY_NAME[owner].severity(item.pointer, item.expected, item.actual)
            assert judged == wanted["severity"]
        if "risk" in wanted:
            assert BY_NAME[owner].risk(item.pointer, item.actual, item.expected) == wanted["risk"]
    for wanted in undecided:
        _owner, item = seen[wanted["at"]]
        assert isinstance(item, Undecided)
        assert item.decides == wanted.get("decides", True)
    if not case.get("partial", False):
        back = outcomes(actual, expected, False)
        reverse = case.get("reverse", {})
        assert pointers(back, Difference) == sorted(
            reverse.get("differences", [d["at"] for d in differences])
        )
        assert pointers(back, Undecided) == sorted(
            reverse.get("undecided", [u["at"] for u in undecided])
        )


def test_every_aspect_has_at_least_twelve_cases() -> None:
    number = {aspect.name: 0 for aspect in ASPECTS}
    for kind in ("live", "code", "spec", "compare"):
        for aspect, _case in load(kind):
            number[aspect] += 1
    assert {name: count for name, count in number.items() if count < 12} == {}


def test_names_of_cases_are_unique() -> None:
    for kind in ("live", "code", "spec", "compare"):
        seen = [(aspect, case["name"]) for aspect, case in load(kind)]
        assert len(seen) == len(set(seen))

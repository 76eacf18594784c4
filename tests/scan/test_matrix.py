"""Every aspect against every kind of difference, as data: exactly the findings that there are.

``matrix/base.json`` holds AWS's answers about one table. A case (in ``matrix/ASPECT.json``)
patches them: operation to JSON Pointer to value, where ``{"$gone": true}`` takes a
member away, ``-`` appends to a list, and ``{"$item": n}`` in a list stands for its nth
member as it was; ``given`` is a patch for both sides. The unpatched table is what is
declared, the patched one is live, and ``findings`` are all that is reported. ``"$there"``
stands for the value that the side has at the path, where that is an object.

Every case also runs in reverse (the patched table is declared, the other is live), with
the severity ``back``, null where that direction is no difference; ``back_only`` is for
what is one in reverse only. And with the patched table on both sides there is none.
"""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from driftcheck.aspects import ASPECTS
from driftcheck.compare.findings import Place
from driftcheck.compare.three_way import Sources
from driftcheck.inputs.live import table_from_live
from driftcheck.inputs.recorded import RecordedFacts
from driftcheck.model.finding import Finding, Kind
from driftcheck.model.pointer import split
from driftcheck.model.table import Table
from driftcheck.stages.verdict import judge

MATRIX = Path(__file__).parent / "matrix"
BASE: dict[str, Any] = json.loads((MATRIX / "base.json").read_text(encoding="utf-8"))
Case = dict[str, Any]
KINDS = {"missing", "extra", "changed", "reordered", "defaulted", "in transition", "denied"}


def cases() -> list[tuple[str, Case]]:
    return [
        (file.stem, case)
        for file in sorted(MATRIX.glob("*.json"))
        if file.stem != "base"
        for case in json.loads(file.read_text(encoding="utf-8"))
    ]


PARAMS = [pytest.param(c, id=f"{a}: {c['kind']}: {c['name']}") for a, c in cases()]


def patched(answers: Any, patch: dict[str, dict[str, Any]]) -> Any:
    result = deepcopy(answers)
    for operation, places in patch.items():
        for pointer, value in places.items():
            tokens = [operation, *split(pointer)]
            _put(result, tokens, value)
    return result


def _put(inside: Any, tokens: list[str], value: Any) -> None:
    *path, last = tokens
    for token in path:
        inside = inside[int(token)] if isinstance(inside, list) else inside[token]
    gone = value == {"$gone": True}
    if isinstance(inside, list):
        if last == "-":
            inside.append(value)
        elif gone:
            del inside[int(last)]
        else:
            inside[int(last)] = value
    elif gone:
        inside.pop(last, None)
    elif isinstance(value, list):
        before = inside.get(last)
        inside[last] = [
            before[v["$item"]] if isinstance(v, dict) and "$item" in v else v for v in value
        ]
    else:
        inside[last] = value


def table(answers: Any) -> Table:
    return table_from_live("orders", RecordedFacts(answers), region="eu-west-1")


def sides(case: Case) -> tuple[Table, Table]:
    """The table as it is declared, and as it is live."""
    before = patched(BASE, case.get("given", {}))
    return table(before), table(patched(before, case["patch"]))


def judged(declared: Table, live: Table) -> list[Finding]:
    return judge(Sources(None, declared, live), Place("orders"), (), {})


def told(found: list[Finding]) -> list[tuple[Any, ...]]:
    """What a case states, of each finding."""
    return sorted(
        (
            (f.path, f.rule, f.decides)
            if f.kind is Kind.UNKNOWN
            else (f.path, f.kind.value, f.severity.value, repr(f.expected), repr(f.actual))
        )
        for f in found
    )


def stated(value: Any, side: Table, path: str) -> str:
    if value != "$there":
        return repr(value)
    there = side.get(path)
    assert isinstance(there, dict)
    return repr(there)


@pytest.mark.parametrize("case", PARAMS)
def test_exactly_the_findings_that_there_are(case: Case) -> None:
    declared, live = sides(case)
    wanted: list[tuple[Any, ...]] = []
    for item in case["findings"]:
        path = item["path"]
        if "unknown" in item:
            wanted.append((path, item["unknown"], item["decides"]))
        elif not item.get("back_only"):
            expected = stated(item["expected"], declared, path)
            actual = stated(item["actual"], live, path)
            wanted.append((path, "drift", item["severity"], expected, actual))
    assert told(judged(declared, live)) == sorted(wanted)


@pytest.mark.parametrize(
    "case", [p for p, (_, c) in zip(PARAMS, cases(), strict=True) if c["kind"] != "denied"]
)
def test_in_reverse_the_same_places_differ_the_other_way(case: Case) -> None:
    declared, live = sides(case)
    found = [f for f in judged(live, declared) if f.kind is not Kind.UNKNOWN]
    wanted = [
        (
            item["path"],
            "drift",
            item["back"],
            stated(item["actual"], live, item["path"]),
            stated(item["expected"], declared, item["path"]),
        )
        for item in case["findings"]
        if item.get("back") is not None
    ]
    assert told(found) == sorted(wanted)


@pytest.mark.parametrize("case", PARAMS)
def test_against_itself_there_is_no_difference(case: Case) -> None:
    declared, live = sides(case)
    assert judged(declared, declared) == []
    assert [f for f in judged(live, live) if f.kind is not Kind.UNKNOWN] == []


def test_the_matrix_is_whole() -> None:
    found = cases()
    assert len(found) >= 150
    assert {aspect for aspect, _ in found} == {aspect.name for aspect in ASPECTS}
    assert {case["kind"] for _, case in found} == KINDS

"""What holds for every table document."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from driftcheck.aspects import ASPECTS, BY_NAME, FIELD_OWNERS
from driftcheck.aspects.base import Comparison, Difference
from driftcheck.aspects.comparing import matching
from driftcheck.model.pointer import child, resolve, split
from driftcheck.model.values import Json, Unknown
from tests.aspects.casework import table_of
from tests.aspects.documents import documents


def found(expected: Json, actual: Json, *, partial: bool = False) -> list[Any]:
    within = Comparison(table_of(expected), table_of(actual), partial)
    return [item for aspect in ASPECTS for item in aspect.compare(within)]


def leaves(value: Json, pointer: str = "") -> list[str]:
    """The pointers of everything that is no object, and of the objects compared as a whole."""
    atoms = [atom for aspect in ASPECTS for atom in aspect.atoms]
    whole = any(matching(atom, pointer) is not None for atom in atoms)
    if isinstance(value, dict) and not whole:
        return [p for name, member in value.items() for p in leaves(member, child(pointer, name))]
    return [pointer] if pointer else []


def changed(value: Json) -> Json:
    """Another value of the same sort."""
    match value:
        case None:
            return "something"
        case bool():
            return not value
        case int():
            return value - 1 if value > 1 else 0
        case str():
            return value + "x"
        case list():
            return [*value, "zzz"]
        case _:
            return {**value, "Version": "other", "metric_name": "other"}


def asserts_nothing(pointer: str, value: Json, document: Json) -> bool:
    """Whether the documentation says that this place may differ without being a difference."""
    tokens = split(pointer)
    last = tokens[-1]
    if last in ("read_capacity", "write_capacity"):
        where = ("index", tokens[1]) if len(tokens) > 1 else ("table",)
        scaling: Json = document["autoscaling"]
        for token in (*where, last.removesuffix("_capacity")):
            scaling = scaling[token]
        lower = changed(value)
        in_band = scaling is not None and (
            scaling["min_capacity"] <= lower <= scaling["max_capacity"]
        )
        return value is None or in_band
    return value is None and "warm_throughput" in tokens


def put(document: Json, pointer: str, value: Json) -> Json:
    result = deepcopy(document)
    *path, last = split(pointer)
    inner = result
    for token in path:
        inner = inner[token]
    inner[last] = value
    return result


@settings(max_examples=25)
@given(documents())
def test_normal_form_stays_as_it_is(document: dict[str, Json]) -> None:
    fragments: dict[str, dict[str, Json]] = {}
    for field, value in document.items():
        fragments.setdefault(FIELD_OWNERS[field], {})[field] = value
    for name, fragment in fragments.items():
        assert BY_NAME[name].normalise(fragment) == fragment


@settings(max_examples=25)
@given(documents(), st.booleans())
def test_a_document_equals_itself(document: dict[str, Json], partial: bool) -> None:
    assert found(document, deepcopy(document), partial=partial) == []


@settings(max_examples=25)
@given(documents(), st.data())
def test_one_changed_leaf_is_one_difference_there(
    document: dict[str, Json], data: DataObject
) -> None:
    pointer = data.draw(st.sampled_from(leaves(document)))
    value = resolve(document, pointer)
    outcome = found(document, put(document, pointer, changed(value)))
    if asserts_nothing(pointer, value, document):
        assert outcome == []
    else:
        assert outcome == [Difference(pointer, value, changed(value))]


@settings(max_examples=25)
@given(documents(), st.data())
def test_one_unknown_leaf_is_undecided_there_at_most(
    document: dict[str, Json], data: DataObject
) -> None:
    pointer = data.draw(st.sampled_from(leaves(document)))
    outcome = found(document, put(document, pointer, Unknown("not read")))
    assert [item.pointer for item in outcome] in ([pointer], [])
    assert not any(isinstance(item, Difference) for item in outcome)


@settings(max_examples=25)
@given(documents())
def test_a_spec_that_states_a_part_of_a_document_is_met_by_it(document: dict[str, Json]) -> None:
    for field, value in document.items():
        assert found({field: value}, document, partial=True) == []


@settings(max_examples=25)
@given(documents(), documents())
def test_every_difference_has_a_severity_and_a_risk(
    one: dict[str, Json], other: dict[str, Json]
) -> None:
    within = Comparison(table_of(one), table_of(other), False)
    for aspect in ASPECTS:
        for item in aspect.compare(within):
            aspect.severity(item.pointer, item.expected, item.actual)
            aspect.risk(item.pointer, item.actual, item.expected)
            assert split(item.pointer)[0] in aspect.fields

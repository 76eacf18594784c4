"""Random types and values for property tests."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from driftcheck.hcl.numbers import parse_number
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    SetType,
    TupleType,
    Type,
    object_type,
)
from driftcheck.hcl.values import (
    SENSITIVE_MARKS,
    Value,
    boolean,
    null,
    number,
    object_value,
    string,
    tuple_value,
    unknown,
)

names = st.sampled_from(["a", "b", "c", "d e", "é"])


def types(*, any_type: bool = True) -> st.SearchStrategy[Type]:
    leaves = [STRING, NUMBER, BOOL] + ([DYNAMIC] if any_type else [])
    return st.recursive(
        st.sampled_from(leaves),
        lambda inner: st.one_of(
            inner.map(ListType),
            inner.map(SetType),
            inner.map(MapType),
            st.lists(inner, max_size=3).map(lambda ts: TupleType(tuple(ts))),
            st.dictionaries(names, inner, max_size=3).map(object_type),
        ),
        max_leaves=6,
    )


texts = st.one_of(
    st.sampled_from(["", "a", "b", "true", "1", "2.5"]),
    st.text(max_size=5).map(lambda text: unicodedata.normalize("NFC", text)),
)
numbers = st.one_of(
    st.integers(-5, 5),
    st.decimals(-100, 100, allow_nan=False, places=3).map(lambda d: parse_number(str(d))),
)


def values(*, unknowns: bool = False, marks: bool = False) -> st.SearchStrategy[Value]:
    """Values as expressions make them: of tuples and objects, never of lists and maps."""
    leaves: list[st.SearchStrategy[Value]] = [
        texts.map(string),
        numbers.map(number),
        st.booleans().map(boolean),
        st.just(null()),
    ]
    if unknowns:
        leaves.append(st.sampled_from([STRING, NUMBER, DYNAMIC]).map(lambda t: unknown("why", t)))
    if marks:
        leaves.append(texts.map(lambda t: string(t).with_marks(SENSITIVE_MARKS)))
    return st.recursive(
        st.one_of(leaves),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(tuple_value),
            st.dictionaries(names, inner, max_size=3).map(object_value),
        ),
        max_leaves=8,
    )

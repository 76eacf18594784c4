"""Looking quickly finds what looking at every place finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftcheck.aspects import comparing
from driftcheck.aspects.comparing import Comparison, differences
from driftcheck.model.table import Table
from driftcheck.model.values import Sensitive, Unknown

LEAVES = st.sampled_from(
    [None, True, False, 0, 1, "", "a", [1], Unknown("why"), Unknown("new", True), Sensitive("a")]
)
NAMES = st.sampled_from(["a", "b", "c"])
FRAGMENTS = st.dictionaries(
    NAMES, st.recursive(LEAVES, lambda inner: st.dictionaries(NAMES, inner, max_size=3)), max_size=3
)


class Plain:
    """An aspect with nothing of its own."""

    def __init__(self, atoms: tuple[str, ...] = ()) -> None:
        self.gates: dict[str, tuple[str, ...]] = {}
        self.atoms = atoms

    def moot(self, *_: Any) -> bool:
        return False

    def equal(self, _pointer: str, expected: Any, actual: Any, _within: Comparison) -> bool:
        return bool(expected == actual)


def found(aspect: Plain, expected: Any, actual: Any, *, partial: bool) -> list[Any]:
    within = Comparison(Table("t"), Table("t"), partial)
    return list(differences(aspect, "/a", expected, actual, within))


@given(FRAGMENTS, FRAGMENTS, st.booleans(), st.sampled_from([(), ("/a",), ("/*/b",)]))
def test_a_quick_look_hides_nothing(
    expected: Any, actual: Any, partial: bool, atoms: tuple[str, ...]
) -> None:
    aspect = Plain(atoms)
    for one, other in ((expected, actual), (expected, expected), (expected, expected | actual)):
        quick = found(aspect, one, other, partial=partial)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(comparing, "_alike", lambda *_a, **_k: False)
            patch.setattr(comparing, "_same", lambda *_: False)
            assert quick == found(aspect, one, other, partial=partial)


def test_what_is_compared_as_a_whole_may_not_have_more() -> None:
    whole, part = {"a": {"x": 1, "y": 2}}, {"a": {"x": 1}}
    assert found(Plain(), part, whole, partial=True) == []
    assert len(found(Plain(("/a",)), part, whole, partial=True)) == 1

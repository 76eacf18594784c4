"""Schemas of policies, compiled to functions that tell quickly whether a table is kept to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from driftcheck.documents import breaches, quick
from driftcheck.documents.breaches import Breach, Finder, NotDecided
from driftcheck.documents.quick import Schema, Test, every
from driftcheck.model.values import Json
from driftcheck.policies.keywords import OWN, THE_VALUE, Keyword, Undecided
from driftcheck.policies.patterns import compiled


def quick_test(schema: Schema) -> Test | None:
    """The test for a ``when``, a ``must`` or what a parameter may be; None where there is none.

    It says what ``validator`` says, or nothing; see ``documents.quick``. The keywords that
    look at more than the value (``OWN``) are asked as they are, so the test runs within the
    same ``Validating`` context.
    """
    return quick.quick_test(schema, own=_OWN, search=_search)


def finder(schema: Schema) -> Finder | None:
    """What finds the places that break a ``must``; see ``documents.breaches``, and above."""
    return breaches.finder(schema, own=_FINDERS, tests=_OWN, search=_search)


def _search(pattern: str) -> Callable[[str], object]:
    search: Callable[[str], object] = compiled(pattern).search
    return search


def _test(keyword: Keyword, argument: Any) -> Test:
    def test(value: Json) -> bool | None:
        outcomes = keyword(argument, value)
        return every(None if isinstance(each, Undecided) else False for each in outcomes)

    return test


def _finder(name: str, keyword: Keyword, argument: Any) -> Finder:
    def find(value: Json) -> Iterator[Breach]:
        for outcome in keyword(argument, value):
            if isinstance(outcome, Undecided):
                raise NotDecided
            found = value if outcome.found is THE_VALUE else outcome.found
            yield Breach(tuple(outcome.path), name, argument, found)

    return find


_OWN = {name: partial(_test, keyword) for name, keyword in OWN.items()}
_FINDERS = {name: partial(_finder, name, keyword) for name, keyword in OWN.items()}

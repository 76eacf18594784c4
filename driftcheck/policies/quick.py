"""Schemas of policies, compiled to functions that tell quickly whether a table is kept to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from driftcheck.documents import quick
from driftcheck.documents.quick import Schema, Test, every
from driftcheck.model.values import Json
from driftcheck.policies.keywords import OWN, Keyword, Undecided
from driftcheck.policies.patterns import compiled


def quick_test(schema: Schema) -> Test | None:
    """The test for a ``when``, a ``must`` or what a parameter may be; None where there is none.

    It says what ``validator`` says, or nothing; see ``documents.quick``. The keywords that
    look at more than the value (``OWN``) are asked as they are, so the test runs within the
    same ``Validating`` context.
    """
    return quick.quick_test(schema, own=_OWN, search=_search)


def _search(pattern: str) -> Callable[[str], object]:
    search: Callable[[str], object] = compiled(pattern).search
    return search


def _test(keyword: Keyword, argument: Any) -> Test:
    def test(value: Json) -> bool | None:
        outcomes = keyword(argument, value)
        return every(None if isinstance(each, Undecided) else False for each in outcomes)

    return test


_OWN = {name: partial(_test, keyword) for name, keyword in OWN.items()}

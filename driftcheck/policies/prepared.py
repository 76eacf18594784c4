"""A policy with the parameters of a spec put in and its schemas compiled: once, for all tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from driftcheck.documents.breaches import Breach, Finder, NotDecided
from driftcheck.documents.quick import Test
from driftcheck.model.values import Json
from driftcheck.policies.keywords import Surroundings, Validating
from driftcheck.policies.model import Policy, with_parameters
from driftcheck.policies.quick import finder, quick_test

#: Most policies to keep prepared; a run has some dozens, for a handful of specs.
_MOST = 512


@dataclass(frozen=True)
class Prepared:
    """A policy ready to be held against many tables."""

    policy: Policy
    when: Mapping[str, Any]
    must: Mapping[str, Any]
    _when_test: Test | None
    _must_test: Test | None

    def has_nothing_to_say(self, document: Mapping[str, Json], around: Surroundings) -> bool:
        """Whether the policy certainly does not apply to a table, or is certainly kept by it.

        False where it is not, and where that takes more than a quick look.
        """
        with Validating(document, around):
            if self._when_test is not None and self._when_test(document) is False:
                return True
            return self._must_test is not None and self._must_test(document) is True

    def breaches(self, document: Mapping[str, Json], around: Surroundings) -> list[Breach] | None:
        """Where a table breaks the policy; None where that takes the validator."""
        if self._when_test is None or self._finder is None:
            return None
        with Validating(document, around):
            applies = self._when_test(document)
            if applies is None:
                return None
            try:
                return list(self._finder(document)) if applies else []
            except NotDecided:
                return None

    @cached_property
    def _finder(self) -> Finder | None:
        # Most policies are kept by all tables.
        return finder(self.must)


_known: dict[tuple[int, str], Prepared] = {}


def prepared(policy: Policy, overrides: Mapping[str, Json]) -> Prepared:
    """The policy with the values that a spec sets for its parameters."""
    key = (id(policy), repr(overrides) if overrides else "")
    found = _known.get(key)
    # The policy is kept with what was made of it, so its id is not given to another one.
    if found is None:
        if len(_known) >= _MOST:
            _known.clear()
        found = _known[key] = _prepare(policy, overrides)
    return found


def _prepare(policy: Policy, overrides: Mapping[str, Json]) -> Prepared:
    values = policy.values(overrides)
    when, must = with_parameters(policy.when, values), with_parameters(policy.must, values)
    return Prepared(policy, when, must, quick_test(when), quick_test(must))

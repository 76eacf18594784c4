"""A policy's own examples, run as its tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from driftcheck.model.values import Json, Unknown
from driftcheck.policies.evaluate import Undecidable, Violation, evaluate_one
from driftcheck.policies.model import Example, Policy, with_parameters

if TYPE_CHECKING:
    from driftcheck.policies.keywords import Surroundings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an example came to: ``got`` is in the words of ``Example.expect``."""

    policy: Policy
    example: Example
    got: str
    at: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the policy did what the example says, at the places it names if it names any."""
        return self.got == self.example.expect and (
            not self.example.at or sorted(self.at) == sorted(self.example.at)
        )


def run_examples(policy: Policy, ordinary: Mapping[str, Json]) -> list[Outcome]:
    """Run all examples; each is laid over ``ordinary``, the document of a compliant table."""
    return [_run(policy, example, ordinary) for example in policy.examples]


def _run(policy: Policy, example: Example, ordinary: Mapping[str, Json]) -> Outcome:
    from driftcheck.policies.validator import verdict

    document = {**ordinary, **example.document}
    around = _surroundings(example)
    results = list(evaluate_one(policy, document, example.parameters, around))
    at = tuple(r.pointer for r in results)
    if any(isinstance(r, Violation) for r in results):
        return Outcome(policy, example, "fail", at)
    if any(isinstance(r, Undecidable) for r in results):
        return Outcome(policy, example, "unknown", at)
    when = verdict(
        with_parameters(policy.when, policy.values(example.parameters)), document, around
    )
    got = "pass" if when is True or isinstance(when, Unknown) else "not-applicable"
    return Outcome(policy, example, got, at)


def _surroundings(example: Example) -> Surroundings:
    from driftcheck.policies.keywords import Surroundings

    places = example.set_by_code
    around = Surroundings(account=example.account, sets=lambda pointer: pointer in places)
    if example.now is None:
        return around
    return replace(around, now=datetime.fromisoformat(example.now))

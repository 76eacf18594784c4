"""Holding a table against policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftcheck.documents.breaches import Breach
from driftcheck.model.pointer import join
from driftcheck.model.values import Json, Unknown
from driftcheck.policies.model import Policy

if TYPE_CHECKING:
    from driftcheck.policies.keywords import Surroundings
    from driftcheck.policies.prepared import Prepared

_NONE: Mapping[str, Json] = {}


@dataclass(frozen=True, slots=True)
class Violation:
    """A place of a document that breaks a policy.

    ``expected`` is what the failing keyword asked for, where that is one value.
    """

    policy: Policy
    pointer: str
    expected: Json
    actual: Json


@dataclass(frozen=True, slots=True)
class Undecidable:
    """A policy of which nobody can tell whether the table complies, and why."""

    policy: Policy
    pointer: str
    unknown: Unknown


def evaluate(
    policies: Sequence[Policy],
    document: Mapping[str, Json],
    parameters: Mapping[str, Mapping[str, Json]],
    around: Surroundings | None = None,
) -> Iterator[Violation | Undecidable]:
    """Every violation of the policies by a table's document.

    ``parameters`` maps policy ids to the parameter values that a spec sets, ``around`` is
    what policies may ask for besides the document. A policy yields either violations or one
    ``Undecidable``, never both: what is certainly broken is broken whatever the unknown is.
    """
    from driftcheck.policies.keywords import Surroundings
    from driftcheck.policies.prepared import prepared

    around = around or Surroundings()
    for policy in policies:
        ready = prepared(policy, parameters.get(policy.id, _NONE))
        if not ready.has_nothing_to_say(document, around):
            yield from _said(ready, document, around)


def evaluate_one(
    policy: Policy,
    document: Mapping[str, Json],
    overrides: Mapping[str, Json],
    around: Surroundings | None = None,
) -> Iterator[Violation | Undecidable]:
    """The violations of one policy; see ``evaluate``."""
    yield from evaluate([policy], document, {policy.id: overrides}, around)


def _said(
    ready: Prepared, document: Mapping[str, Json], around: Surroundings
) -> Iterator[Violation | Undecidable]:
    """What is to be said of a policy and a document, with everything looked at."""
    breaches = ready.breaches(document, around)
    if breaches is None:
        yield from _said_by_the_validator(ready, document, around)
        return
    violations: dict[str, Violation] = {}
    for each in breaches:
        _add(violations, ready.policy, each)
    yield from violations.values()


def _said_by_the_validator(
    ready: Prepared, document: Mapping[str, Json], around: Surroundings
) -> Iterator[Violation | Undecidable]:
    """The same where only the validator can tell."""
    from driftcheck.policies.validator import UndecidedError, iter_errors, verdict

    policy = ready.policy
    applies = verdict(ready.when, document, around)
    if applies is False:
        return
    violations: dict[str, Violation] = {}
    undecidable: Undecidable | None = None
    for error in iter_errors(ready.must, document, around):
        if isinstance(error, UndecidedError):
            pointer = _pointer(error.absolute_path) or policy.path
            undecidable = undecidable or Undecidable(policy, pointer, error.unknown)
        else:
            path, keyword = tuple(error.absolute_path), str(error.validator)
            breach = Breach(path, keyword, error.validator_value, error.instance)
            _add(violations, policy, breach)
    if violations and isinstance(applies, Unknown):
        yield Undecidable(policy, next(iter(violations)), applies)
    elif violations:
        yield from violations.values()
    elif undecidable is not None:
        yield undecidable


def _add(violations: dict[str, Violation], policy: Policy, breach: Breach) -> None:
    """Put a breach among the violations, unless there is one at its place."""
    pointer = _pointer(breach.path) or policy.path
    if pointer not in violations:
        # The one value that the keyword asked for, if it asks for one.
        wanted = breach.wanted if breach.keyword == "const" else None
        # A finding about the whole document would repeat all of it.
        actual = breach.found if breach.path and pointer else None
        violations[pointer] = Violation(policy, pointer, wanted, actual)


def _pointer(path: Iterable[str | int]) -> str:
    return join(*(str(token) for token in path))

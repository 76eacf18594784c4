"""What an aspect is: one concern of a table, described and never acted on.

An aspect is one file in this package. It says which fields of the table
document it owns, how they follow from Terraform resources and from the answers
of AWS, when two values count as equal, and how bad and how risky a difference
is. It performs no input or output: the stages (inputs, compare, remediation)
loop over ``driftcheck.aspects.ASPECTS`` and know none of them by name.

Fragments are in *normal form*: two fragments that mean the same to DynamoDB are
equal. Whatever is absent at its default in AWS's answers or in Terraform's
arguments is written out, sets become sorted lists or objects keyed by name, and
what has no meaning in the present mode (capacity under PAY_PER_REQUEST, the view
type of a disabled stream) is None.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from driftcheck.model.finding import Risk, Severity
from driftcheck.model.location import Location
from driftcheck.model.pointer import child, join, split
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Cause, Json, Sensitive, Unknown, first_unknown, reveal


class FactUnavailable(Exception):
    """AWS did not give a fact that an aspect asked for (denied, throttled to the end, ...).

    ``operation`` is the API, as ``dynamodb:DescribeTable``; ``reason`` is a phrase
    for people; ``cause`` tells a refusal from an operation that the endpoint does
    not offer and from a table that is still changing. The aspect becomes unknown;
    the others go on.
    """

    def __init__(self, operation: str, reason: str, cause: Cause = Cause.NOT_READABLE) -> None:
        super().__init__(f"{operation}: {reason}")
        self.operation = operation
        self.reason = reason
        self.cause = cause

    def unknown(self, *, certainly_set: bool = False) -> Unknown:
        """The value that stands in the document where the fact would have stood."""
        return Unknown(str(self), certainly_set=certainly_set, cause=self.cause)


class Facts(Protocol):
    """The answers of AWS about one table, each asked for at most once."""

    def get(self, operation: str, key: str = "") -> Mapping[str, Any]:
        """The answer of an API operation, pages joined and cut down to this table.

        ``operation`` is written as its IAM action (``dynamodb:DescribeTable``,
        ``application-autoscaling:DescribeScalableTargets``). The answer has the
        shape that botocore gives it; lists are cut down to the entries of this table
        and its indexes, with all pages joined and no page tokens.

        ``key`` names what is asked about where that is not the table itself: a KMS
        key id, ARN or alias for ``kms:DescribeKey``, a region for the operations on
        a replica of the table (``dynamodb:DescribeTable`` and others).

        Where AWS answers that there is no such thing (``PolicyNotFoundException``
        for a resource policy, ``NotFoundException`` for a KMS key), the answer is an
        empty mapping. Raises ``FactUnavailable`` when AWS did not answer, whatever
        the reason.
        """


@dataclass(slots=True)
class Draft:
    """A fragment in the making, with the place that states each value.

    ``from_terraform`` puts every value that it finds here; ``locations`` is keyed
    by pointers into the table document.
    """

    fragment: Fragment = field(default_factory=dict)
    locations: dict[str, tuple[Location, ...]] = field(default_factory=dict)
    #: Pointers of the document that ``lifecycle.ignore_changes`` hides from Terraform.
    ignored: set[str] = field(default_factory=set)

    def state(self, tokens: tuple[str, ...], value: Json, resource: Resource, at: str) -> None:
        """Set the value at the place named by reference ``tokens``, making parents as needed.

        ``at`` is the pointer into ``resource`` that states the value, or would state it:
        its lines become the value's location, and where the resource ignores changes
        there, the place counts as ignored.
        """
        target: dict[str, Json] = self.fragment
        for token in tokens[:-1]:
            target = target.setdefault(token, {})
        target[tokens[-1]] = value
        self.trace(tokens, resource, at)

    def trace(self, tokens: tuple[str, ...], resource: Resource, at: str) -> None:
        """Say where the place named by ``tokens`` is stated, without stating a value."""
        pointer = join(*tokens)
        locations = resource.where(at)
        if locations:
            self.locations[pointer] = locations
        if resource.ignores(at):
            self.ignored.add(pointer)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two sources say different things about one place."""

    pointer: str
    expected: Json
    actual: Json


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nobody can say whether two sources differ at one place, because one is unknown there."""

    pointer: str
    reason: str
    expected: Json
    actual: Json


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two whole tables that an aspect's fragments are compared within.

    ``expected`` asserts and ``actual`` is held against it. ``partial`` is true
    where ``expected`` is a spec, whose silence asserts nothing.
    """

    expected: Table
    actual: Table
    partial: bool


class Aspect(ABC):
    """One concern of a table; see the module's description.

    ``fields`` maps each top-level document field that the aspect owns to its JSON
    Schema (that schema is published as part of the spec's). ``reads`` lists the
    operations whose answers ``from_live`` always needs, ``may_read`` those it
    needs in some cases. ``gates`` maps a pointer to the prefixes that mean
    nothing by themselves while the value at the pointer differs: when a stream is
    off that should be on, its view type is not a second difference. A token ``*``
    of the pointer stands for any one token, and for the same one in the prefixes.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    fields: ClassVar[Mapping[str, Mapping[str, Any]]]
    reads: ClassVar[tuple[str, ...]]
    may_read: ClassVar[tuple[str, ...]] = ()
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    @abstractmethod
    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """Write what the code says, with the provider's defaults, into ``draft``."""

    @abstractmethod
    def from_live(self, facts: Facts) -> Fragment:
        """What AWS says; raises ``FactUnavailable`` when it says nothing."""

    def normalise(self, fragment: Fragment) -> Fragment:
        """A fragment that a person wrote (in a spec), brought to normal form.

        May be partial; what is not stated stays unstated.
        """
        return fragment

    def resolve(self, fragment: Fragment, facts: Facts) -> Fragment:
        """A desired fragment with the names in it that only AWS can resolve replaced.

        A KMS alias becomes the ARN of the key that it points to now, for example.
        Raises ``FactUnavailable`` when AWS does not say.
        """
        return fragment

    def equal(
        self, pointer: str, expected: Json, actual: Json, within: Comparison
    ) -> bool | Unknown:
        """Whether two values at ``pointer`` mean the same; ``Unknown`` if nobody can say.

        The default is equality; an aspect overrides it where AWS allows more
        (capacity inside an autoscaling band, warm throughput above what was declared).
        One of the two may be None while the other is a whole object.
        """
        return bool(expected == actual)

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """How bad it is that ``actual`` stands where ``expected`` should."""
        return Severity.MEDIUM

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """How risky it is to change ``current`` to ``wanted`` on a live table."""
        return Risk.SAFE

    def compare(self, within: Comparison) -> Iterator[Difference | Undecided]:
        """Every place where the two tables differ, or may differ, in this aspect."""
        expected = within.expected.settings.get(self.name)
        actual = within.actual.settings.get(self.name)
        if expected is None or actual is None:
            return
        root = child("", next(iter(self.fields)))
        for side in (expected, actual):
            if isinstance(side, Unknown):
                yield Undecided(root, side.reason, expected, actual)
                return
        assert isinstance(expected, dict)
        assert isinstance(actual, dict)
        found = list(self._walk("", expected, actual, within))
        closed = tuple(prefix for item in found for prefix in self._closed_by(item.pointer))
        for item in found:
            if not _below(item.pointer, closed):
                yield item

    def _closed_by(self, pointer: str) -> Iterator[str]:
        """The prefixes that ``gates`` closes when there is a difference at ``pointer``."""
        tokens = split(pointer)
        for pattern, prefixes in self.gates.items():
            wanted = split(pattern)
            if len(wanted) != len(tokens):
                continue
            pairs = list(zip(wanted, tokens, strict=True))
            if all(want in ("*", token) for want, token in pairs):
                stars = [token for want, token in pairs if want == "*"]
                for prefix in prefixes:
                    remaining = iter(stars)
                    yield join(*(next(remaining) if t == "*" else t for t in split(prefix)))

    def _walk(
        self, pointer: str, expected: Json, actual: Json, within: Comparison
    ) -> Iterator[Difference | Undecided]:
        opened_expected, opened_actual = _open(expected), _open(actual)
        if isinstance(opened_expected, dict) and isinstance(opened_actual, dict):
            names = list(opened_expected)
            if not within.partial:
                names += [name for name in opened_actual if name not in opened_expected]
            for name in names:
                yield from self._walk(
                    child(pointer, name),
                    opened_expected.get(name),
                    opened_actual.get(name),
                    within,
                )
            return
        verdict = self._judge(pointer, expected, actual, within)
        if verdict is not None:
            yield verdict

    def _judge(
        self, pointer: str, expected: Json, actual: Json, within: Comparison
    ) -> Difference | Undecided | None:
        for side, other in ((expected, actual), (actual, expected)):
            if isinstance(side, Unknown):
                if side.certainly_set and other is None:
                    return Difference(pointer, expected, actual)
                return Undecided(pointer, side.reason, expected, actual)
        known_expected, known_actual = reveal(expected), reveal(actual)
        if known_expected is not None and known_actual is not None:
            inner = first_unknown(known_expected) or first_unknown(known_actual)
            if inner is not None:
                return Undecided(pointer, inner.reason, expected, actual)
        verdict = self.equal(pointer, known_expected, known_actual, within)
        if isinstance(verdict, Unknown):
            return Undecided(pointer, verdict.reason, expected, actual)
        return None if verdict else Difference(pointer, expected, actual)


def _open(value: Json) -> Json:
    """The content of a sensitive value, so that its members can be told apart."""
    return value.value if isinstance(value, Sensitive) else value


def _below(pointer: str, prefixes: tuple[str, ...]) -> bool:
    return any(pointer == p or pointer.startswith(p + "/") for p in prefixes)

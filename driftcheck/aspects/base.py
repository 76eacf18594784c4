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

from driftcheck.aspects.change import Change, Ground, Impossible, worst
from driftcheck.aspects.comparing import Comparison, Difference, Undecided, differences
from driftcheck.aspects.consequence import Consequence
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import child, join
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.table import Fragment, Origin, Places, Table
from driftcheck.model.values import Cause, Json, Unknown

__all__ = [
    "Aspect",
    "Comparison",
    "Difference",
    "Draft",
    "FactUnavailable",
    "Facts",
    "Undecided",
]


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

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """As it is sent to another process; an exception keeps only its message otherwise."""
        return type(self), (self.operation, self.reason, self.cause)

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

    def confirm(self, operation: str) -> bool:
        """Ask AWS about the table itself where the answer came from a list that lags behind.

        Tells whether that was so; ``get`` gives the new answer from then on, or the
        failure to get one.
        """


@dataclass(slots=True)
class Draft:
    """A fragment in the making, with the place that states each value.

    ``from_terraform`` puts every value that it finds here; ``locations`` is keyed
    by pointers into the table document.
    """

    fragment: Fragment = field(default_factory=dict)
    locations: dict[str, Places] = field(default_factory=dict)
    #: Pointers of the document that ``lifecycle.ignore_changes`` hides from Terraform.
    ignored: set[str] = field(default_factory=set)
    #: Pointers of the document that the code leaves to the provider.
    left_open: set[str] = field(default_factory=set)

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
        self.locations[pointer] = Origin(resource, at)
        if resource.ignores(at):
            self.ignored.add(pointer)
        if resource.leaves_open(at):
            self.left_open.add(pointer)


class Aspect(ABC):
    """One concern of a table; see the module's description.

    ``fields`` maps each top-level document field that the aspect owns to its JSON
    Schema (that schema is published as part of the spec's). ``reads`` lists the
    operations whose answers ``from_live`` always needs, ``may_read`` those it
    needs in some cases, ``writes`` those that its changes call. ``gates`` maps a
    pointer to the prefixes that mean nothing by themselves while the value at the
    pointer differs: when a stream is off that should be on, its view type is not a
    second difference. A token ``*`` of the pointer stands for any one token, and for
    the same one in the prefixes.
    ``atoms`` are pointers (with ``*`` as well) to objects that are compared as a whole.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    fields: ClassVar[Mapping[str, Mapping[str, Any]]]
    reads: ClassVar[tuple[str, ...]]
    may_read: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[tuple[str, ...]] = ()
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    atoms: ClassVar[tuple[str, ...]] = ()

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

    def silent(self, fragment: Fragment) -> bool:
        """Whether a fragment of the code asserts nothing, so that live need not be read for it."""
        return not fragment

    def beside(self, fragment: Fragment) -> tuple[str, ...]:
        """Names of the aspects that live has to be read in as well, to compare a fragment."""
        return ()

    def across_regions(self, fragment: Fragment) -> Fragment | None:
        """What of a fragment should be the same in every region of a global table.

        None where each region has its own, or where it is the same by nature.
        """
        return fragment

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """Whether a place need not be compared, whatever the two values are.

        Because the expected side asserts nothing there, or because a difference
        would only follow from one that is reported elsewhere. Values may be
        ``Unknown`` or ``Sensitive``.
        """
        return False

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

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """What changing ``current`` to ``wanted`` does to a live table, beyond the value itself.

        None where it does nothing else. Either value may be ``Unknown``.
        """
        return None

    def compare(self, within: Comparison) -> Iterator[Difference | Undecided]:
        """Every place where the two tables differ, or may differ, in this aspect."""
        expected = within.expected.settings.get(self.name)
        actual = within.actual.settings.get(self.name)
        if expected is None or actual is None:
            return
        root = child("", next(iter(self.fields)))
        yield from differences(self, root, expected, actual, within)

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """The calls that bring this aspect from ``ground.current`` to ``ground.wanted``.

        Every place where the two differ is among the ``pointers`` of a change or of an
        ``Impossible``. The default is for what driftcheck never writes.
        """
        moved = tuple(child("", name) for name in self.fields if ground.moved(child("", name)))
        if moved:
            yield Impossible(
                moved,
                f"driftcheck does not change the {self.title} of a table",
                "Apply the code that states it with Terraform.",
            )

    def follow(self, fragment: Fragment, before: Table, after: Table) -> Fragment:
        """What becomes of this aspect's fragment by itself when AWS changes others.

        ``before`` and ``after`` are the whole table before and after those changes; this
        fragment is the same in both.
        """
        return fragment

    def gravest(self, ground: Ground, *pointers: str) -> Risk:
        """The risk of changing all the given places at once."""
        return worst([self.risk(p, ground.before(p), ground.after(p)) for p in pointers])

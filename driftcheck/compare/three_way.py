"""The three-way verdict on one table.

Three sources may speak of every value: the spec's contract (which asserts only
what it states), the code (which states everything, Terraform's and the
provider's defaults included) and live AWS. They are compared in pairs, aspect
by aspect, and each place where any pair differs becomes exactly one verdict
that carries all three values and says which source is the odd one out.

==========================  ==============  =====================
what differs                kind            at odds
==========================  ==============  =====================
code, spec; live as spec    contract        code
code, spec; live as code    contract        spec
all three                   contract        undetermined
live; code as spec          drift           live
live, code; spec is silent  drift           by evidence, else undetermined
==========================  ==============  =====================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from driftcheck.aspects.base import Aspect, Comparison, Difference, Undecided
from driftcheck.model.finding import Kind, Party
from driftcheck.model.pointer import prefixes
from driftcheck.model.table import Table
from driftcheck.model.values import Cause, Json

#: Tells who moved, from evidence (the code last applied, an earlier report); None if it cannot.
Evidence = Callable[[str], Party | None]


def no_evidence(_pointer: str) -> Party | None:
    """Two values alone never tell who moved."""
    return None


@dataclass(frozen=True, slots=True)
class Sources:
    """What speaks of one table. A source that is not there says nothing.

    ``live`` is None for a check before the merge; ``code`` is None for a table that
    is known from a spec only.
    """

    spec: Table | None
    code: Table | None
    live: Table | None

    def values(self, pointer: str) -> tuple[Json, Json, Json]:
        """The values of spec, code and live at a pointer, None where a source has none."""
        spec, code, live = (
            s.get(pointer) if s else None for s in (self.spec, self.code, self.live)
        )
        return spec, code, live


@dataclass(frozen=True, slots=True)
class Verdict:
    """One place where the sources differ.

    ``expected`` is what ought to be there and ``actual`` what is: the live value
    where live differs, else the code's.
    """

    aspect: Aspect
    pointer: str
    kind: Kind
    at_odds: Party
    expected: Json
    actual: Json
    hidden: bool


@dataclass(frozen=True, slots=True)
class Unsettled:
    """One place where it cannot be said whether the sources differ, and why.

    ``decides`` is false where another source settles the matter all the same.
    ``cause`` tells what could not be read from what could not be evaluated.
    """

    aspect: Aspect
    pointer: str
    reason: str
    decides: bool
    cause: Cause = Cause.NOT_EVALUABLE


@dataclass(slots=True)
class _Pair:
    """The outcome of comparing two sources, by pointer."""

    differences: dict[str, Difference]
    undecided: dict[str, Undecided]

    def __bool__(self) -> bool:
        """Whether there is anything to say about the two."""
        return bool(self.differences or self.undecided)

    def differs_around(self, pointer: str) -> bool:
        """Whether a difference was seen at the pointer, above it, or below it."""
        return _related(pointer, self.differences)

    def undecided_around(self, pointer: str) -> bool:
        """Whether something undecided lies at the pointer, above it, or below it."""
        return _related(pointer, self.undecided)


def compare_table(
    aspects: Sequence[Aspect], sources: Sources, evidence: Evidence = no_evidence
) -> Iterator[Verdict | Unsettled]:
    """Every verdict on one table, in the order of ``aspects``."""
    speaking = [s.settings for s in (sources.spec, sources.code, sources.live) if s is not None]
    for aspect in aspects:
        if sum(aspect.name in settings for settings in speaking) < 2:
            continue
        code_live = _pair(aspect, sources.code, sources.live, partial=False)
        spec_code = _pair(aspect, sources.spec, sources.code, partial=True)
        spec_live = _pair(aspect, sources.spec, sources.live, partial=True)
        if not (code_live or spec_code or spec_live):
            continue
        yield from _contract(aspect, sources, code_live, spec_code, spec_live)
        yield from _drift(aspect, sources, code_live, spec_code, spec_live, evidence)
        yield from _unsettled(aspect, sources, code_live, spec_code, spec_live)


def _pair(aspect: Aspect, expected: Table | None, actual: Table | None, *, partial: bool) -> _Pair:
    pair = _Pair({}, {})
    if expected is None or actual is None or aspect.name not in expected.settings:
        return pair
    for item in aspect.compare(Comparison(expected, actual, partial)):
        if isinstance(item, Difference):
            pair.differences[item.pointer] = item
        else:
            pair.undecided[item.pointer] = item
    return pair


def _contract(
    aspect: Aspect, sources: Sources, code_live: _Pair, spec_code: _Pair, spec_live: _Pair
) -> Iterator[Verdict]:
    """The code breaks the spec."""
    for pointer, difference in spec_code.differences.items():
        if sources.live is None or not spec_live.differs_around(pointer):
            at_odds = Party.CODE
        elif not code_live.differs_around(pointer):
            at_odds = Party.SPEC
        else:
            at_odds = Party.UNDETERMINED
        yield Verdict(
            aspect,
            pointer,
            Kind.CONTRACT,
            at_odds,
            difference.expected,
            difference.actual,
            hidden=False,
        )


def _drift(
    aspect: Aspect,
    sources: Sources,
    code_live: _Pair,
    spec_code: _Pair,
    spec_live: _Pair,
    evidence: Evidence,
) -> Iterator[Verdict]:
    """Live differs from what is desired: from the code, or where that is silent from the spec."""
    reported: dict[str, Difference] = {}
    for pointer, difference in code_live.differences.items():
        if spec_code.differs_around(pointer):
            continue  # the contract finding at this place carries the live value too
        if spec_live.differs_around(pointer):
            # The code honours the contract here, so live is what broke it.
            at_odds = Party.LIVE
        else:
            at_odds = evidence(pointer) or Party.UNDETERMINED
        reported[pointer] = difference
        yield Verdict(
            aspect,
            pointer,
            Kind.DRIFT,
            at_odds,
            difference.expected,
            difference.actual,
            hidden=_hidden(sources.code, pointer),
        )
    for pointer, difference in spec_live.differences.items():
        if spec_code.differs_around(pointer) or _related(pointer, reported):
            continue
        yield Verdict(
            aspect,
            pointer,
            Kind.DRIFT,
            Party.LIVE,
            difference.expected,
            difference.actual,
            hidden=_hidden(sources.code, pointer),
        )


def _unsettled(
    aspect: Aspect, sources: Sources, code_live: _Pair, spec_code: _Pair, spec_live: _Pair
) -> Iterator[Unsettled]:
    """What could not be compared.

    A value of the code that cannot be known decides nothing where the spec states
    what live must be and live was held against that.
    """
    seen: set[str] = set()
    for pair in (code_live, spec_code, spec_live):
        for pointer, item in pair.undecided.items():
            if pointer in seen:
                continue
            seen.add(pointer)
            settled_by_spec = (
                sources.live is not None
                and pair is not spec_live
                and _stated(sources.spec, pointer)
                and not spec_live.undecided_around(pointer)
            )
            decides = item.decides and not settled_by_spec
            yield Unsettled(aspect, pointer, item.reason, decides, item.cause)


def _stated(spec: Table | None, pointer: str) -> bool:
    return spec is not None and spec.states(pointer)


def _hidden(code: Table | None, pointer: str) -> bool:
    return code is not None and any(p in code.ignored for p in prefixes(pointer))


def _related(pointer: str, pointers: dict[str, Difference] | dict[str, Undecided]) -> bool:
    """Whether one of ``pointers`` is the pointer itself, encloses it, or lies inside it."""
    return any(
        p == pointer or pointer.startswith(p + "/") or p.startswith(pointer + "/") for p in pointers
    )

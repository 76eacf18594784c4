"""Verdicts put into words: from a place where sources differ to a finding."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from driftcheck.aspects.base import Aspect
from driftcheck.compare.three_way import Sources, Unsettled, Verdict
from driftcheck.model.finding import Finding, Kind, Party, PartyValue, Severity, State
from driftcheck.model.location import Location
from driftcheck.model.pointer import split
from driftcheck.model.values import Cause, Json, Sensitive, Unknown, contains_sensitive, reveal

#: Longest rendering of one value inside a message, in characters.
_VALUE_WIDTH = 60
_NOT_SEEN = {
    Cause.NOT_EVALUABLE: "could not be evaluated",
    Cause.NOT_READABLE: "could not be read",
    Cause.IN_TRANSITION: "cannot be told while AWS is changing it",
    Cause.UNSUPPORTED: "could not be read",
}


@dataclass(frozen=True, slots=True)
class Place:
    """What all findings about one table have in common."""

    table: str | None
    address: str | None = None
    spec: str | None = None
    target: str | None = None
    account: str | None = None
    region: str | None = None

    def common(self) -> dict[str, Any]:
        """The fields of a ``Finding`` that say which table it is about."""
        return asdict(self)


def party_value(source_present: bool, value: Json) -> PartyValue:
    """A source's value as the report shows it; a sensitive one is never carried along."""
    if not source_present or value is None:
        return PartyValue(State.ABSENT)
    if isinstance(value, Unknown):
        return PartyValue(State.UNKNOWN, reason=value.reason)
    if contains_sensitive(value):
        return PartyValue(State.SENSITIVE)
    return PartyValue(State.KNOWN, value)


def finding_of(verdict: Verdict, sources: Sources, place: Place) -> Finding:
    """The finding that a verdict amounts to."""
    pointer = verdict.pointer
    spec, code, live = sources.values(pointer)
    aspect = verdict.aspect
    current = live if sources.live is not None else code
    return Finding(
        kind=verdict.kind,
        rule=f"{aspect.name.replace('_', '-')}-{verdict.kind.value}",
        severity=aspect.severity(pointer, reveal(verdict.expected), reveal(verdict.actual)),
        message=_message(verdict, live),
        **place.common(),
        aspect=aspect.name,
        path=pointer,
        expected=shown(verdict.expected),
        actual=shown(verdict.actual),
        spec_value=party_value(sources.spec is not None, spec),
        code_value=party_value(sources.code is not None, code),
        live_value=party_value(sources.live is not None, live),
        at_odds=verdict.at_odds,
        risk=(
            aspect.risk(pointer, reveal(current), reveal(verdict.expected))
            if sources.live is not None
            else None
        ),
        locations=_where(verdict, sources),
        hidden=verdict.hidden,
    )


def unknown_finding(item: Unsettled, sources: Sources, place: Place) -> Finding:
    """The finding that says what could not be compared, and why."""
    spec, code, live = sources.values(item.pointer)
    what = subject_of(item.aspect, item.pointer)
    return Finding(
        kind=Kind.UNKNOWN,
        rule=item.cause.value,
        severity=Severity.HIGH if item.decides else Severity.INFO,
        message=f"{what} {_NOT_SEEN[item.cause]}: {item.reason}",
        **place.common(),
        aspect=item.aspect.name,
        path=item.pointer,
        spec_value=party_value(sources.spec is not None, spec),
        code_value=party_value(sources.code is not None, code),
        live_value=party_value(sources.live is not None, live),
        locations=sources.code.where(item.pointer) if sources.code else (),
        decides=item.decides,
    )


def _where(verdict: Verdict, sources: Sources) -> tuple[Location, ...]:
    """The lines that state the expected value: the code's, or the spec's where the code is silent.

    For a contract that the code breaks, the code's line is the one to change, so
    it comes first and the spec's line after it.
    """
    spec = sources.spec.where(verdict.pointer) if sources.spec else ()
    code = sources.code.where(verdict.pointer) if sources.code else ()
    if verdict.kind is Kind.CONTRACT:
        return code + spec
    return code or spec


def _message(verdict: Verdict, live: Json) -> str:
    subject = subject_of(verdict.aspect, verdict.pointer)
    expected, actual = render(verdict.expected), render(verdict.actual)
    if verdict.kind is Kind.CONTRACT:
        text = f"{subject}: the spec requires {expected}, the code says {actual}"
        if verdict.at_odds is Party.SPEC:
            return f"{text}, and so does the live table"
        if verdict.at_odds is Party.UNDETERMINED:
            return f"{text}, and the live table has {render(live)}"
        return text
    hidden = " (hidden from Terraform by ignore_changes)" if verdict.hidden else ""
    if verdict.actual is None:
        what = subject if _many(verdict.expected) else f"{subject}: {expected}"
        return f"{what} is missing{hidden}"
    if verdict.expected is None:
        what = subject if _many(verdict.actual) else f"{subject}: {actual}"
        return f"{what} is there and should not be{hidden}"
    return f"{subject}: is {actual}, should be {expected}{hidden}"


def _many(value: Json) -> bool:
    """Whether a value is a thing with parts, better named than spelled out."""
    return isinstance(value, dict | list)


def subject_of(aspect: Aspect, pointer: str) -> str:
    """What a message is about; the field is named where the aspect has several."""
    tokens = split(pointer)
    if len(aspect.fields) == 1:
        tokens = tokens[1:]
    return f"{aspect.title} ({' '.join(tokens)})" if tokens else aspect.title


def render(value: Json) -> str:
    """A value as one short phrase for a message."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "on" if value else "off"
        case str():
            text = f'"{value}"'
        case Sensitive():
            return "(sensitive)"
        case Unknown():
            return "(unknown)"
        case dict() if contains_sensitive(value):
            return "(sensitive)"
        case dict():
            inner = ", ".join(f"{k} = {render(v)}" for k, v in value.items() if v is not None)
            text = "{" + inner + "}"
        case list():
            text = "[" + ", ".join(render(v) for v in value) + "]"
        case _:
            text = str(value)
    return text if len(text) <= _VALUE_WIDTH else text[: _VALUE_WIDTH - 3] + "..."


def shown(value: Json) -> Json:
    """A value fit for a report: markers replaced, nothing sensitive left in it."""
    match value:
        case Unknown():
            return None
        case Sensitive():
            return "(sensitive)"
        case dict():
            return {k: shown(v) for k, v in value.items()}
        case list():
            return [shown(v) for v in value]
        case _:
            return value

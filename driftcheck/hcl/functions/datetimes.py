"""Functions on timestamps."""

from __future__ import annotations

import re
from collections.abc import Callable

from driftcheck.hcl import numbers
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import charge, text
from driftcheck.hcl.functions.timestamps import (
    Clock,
    Time,
    TimeError,
    parse_duration,
    parse_rfc3339,
)
from driftcheck.hcl.types import NUMBER, STRING
from driftcheck.hcl.values import Value, number, string, unknown

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
# A quoted literal with doubled quotes inside, a run of one letter, or other text.
_TOKEN = re.compile(r"''|'(?:[^']|'')*+'|'.*|([A-Za-z])\1*|[^A-Za-z']+", re.DOTALL)


@function("timestamp", returns=STRING)
def timestamp(call: Call) -> Value:
    """``timestamp()``: the time of the run."""
    return unknown("timestamp() is the time at which Terraform runs", STRING, not_null=True)


@function("plantimestamp", returns=STRING)
def plantimestamp(call: Call) -> Value:
    """``plantimestamp()``: the time of the plan."""
    reason = "plantimestamp() is the time at which Terraform plans"
    return unknown(reason, STRING, not_null=True)


def _time(call: Call, index: int, *, strict: bool = True) -> Time:
    try:
        return parse_rfc3339(call.args[index].as_str(), strict=strict)
    except TimeError as problem:
        raise FunctionError(str(problem), index) from None


@function(
    "timeadd",
    Parameter("timestamp", STRING),
    Parameter("duration", STRING),
    returns=STRING,
    not_null=False,
)
def timeadd(call: Call) -> Value:
    """``timeadd(timestamp, duration)``."""
    start = _time(call, 0)
    try:
        duration = parse_duration(call.args[1].as_str())
    except TimeError as problem:
        raise FunctionError(str(problem), 1) from None
    return string(start.plus(duration).rfc3339())


@function(
    "timecmp", Parameter("timestamp_a", STRING), Parameter("timestamp_b", STRING), returns=NUMBER
)
def timecmp(call: Call) -> Value:
    """``timecmp(timestamp_a, timestamp_b)`` is -1, 0 or 1."""
    a = _time(call, 0, strict=False).nanoseconds
    b = _time(call, 1, strict=False).nanoseconds
    return number(numbers.count((a > b) - (a < b)))


def _zone(time: Time, length: int) -> str | None:
    zone = time.zone("" if length in (3, 4) else ":")
    if time.offset == 0 and length in (1, 3):
        return "Z" if length == 1 else "UTC"
    return zone if length in (1, 3, 4, 5) else None


def _by_length(*forms: str | None) -> Callable[[int], str | None]:
    """Picks the form of as many letters as the verb has; None where there is none."""
    return lambda length: forms[length - 1] if length <= len(forms) else None


def _verbs(clock: Clock) -> dict[str, Callable[[int], str | None]]:
    month, weekday = _MONTHS[clock.month - 1], _WEEKDAYS[clock.weekday]
    hour12 = clock.hour % 12 or 12
    half = "AM" if clock.hour < 12 else "PM"
    return {
        "Y": _by_length(None, f"{clock.year % 100:02d}", None, f"{clock.year:04d}"),
        "M": _by_length(f"{clock.month}", f"{clock.month:02d}", month[:3], month),
        "D": _by_length(f"{clock.day}", f"{clock.day:02d}"),
        "E": _by_length(None, None, weekday[:3], weekday),
        "h": _by_length(f"{clock.hour}", f"{clock.hour:02d}"),
        "H": _by_length(f"{hour12}", f"{hour12:02d}"),
        "A": _by_length(None, half),
        "a": _by_length(None, half.lower()),
        "m": _by_length(f"{clock.minute}", f"{clock.minute:02d}"),
        "s": _by_length(f"{clock.second}", f"{clock.second:02d}"),
    }


def _literal(piece: str) -> str:
    """The text of a piece in single quotes."""
    if len(piece) == 1 or not piece.endswith("'"):
        raise FunctionError("unterminated literal '", 0)
    return "'" if piece == "''" else piece[1:-1].replace("''", "'")


@function("formatdate", Parameter("format", STRING), Parameter("time", STRING), returns=STRING)
def formatdate(call: Call) -> Value:
    """``formatdate(format, time)`` with the letters that go-cty's documentation lists."""
    time = _time(call, 1)
    form = call.args[0].as_str()
    charge(call, len(form) * 4)
    verbs = _verbs(time.clock())
    parts: list[str] = []
    for match in _TOKEN.finditer(form):
        piece = match.group()
        letter = match.group(1)
        if piece.startswith("'"):
            parts.append(_literal(piece))
        elif letter is None:
            parts.append(piece)
        else:
            length = len(piece)
            shown = _zone(time, length) if letter == "Z" else None
            if letter in verbs:
                shown = verbs[letter](length)
            if shown is None:
                raise FunctionError(
                    f'invalid date format verb "{piece}"; put literal text in single quotes', 0
                )
            parts.append(shown)
    return text("".join(parts))

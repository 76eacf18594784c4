"""Points in time and durations as Go's ``time`` package reads and writes them.

Python's ``datetime`` ends at the years 1 and 9999 and at microseconds; Go does not, so
a time is kept as nanoseconds here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NANOS = 1_000_000_000
_DAY_SECONDS = 86_400
_DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_IN_400_YEARS = 146_097
#: Days from March 1 of the year 0 to January 1, 1970.
_EPOCH_DAYS = 719_468

_STRICT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_LENIENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})([.,][0-9]+)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
# What YAML 1.1 calls a timestamp, as far as go-yaml has it.
_YAML = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})([.,][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
    r"| ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})([.,][0-9]+)?)?"
)


class TimeError(ValueError):
    """Text that is not a timestamp or not a duration."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The parts of a time as shown on the calendar and clock of its time zone."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    #: 0 is Sunday.
    weekday: int


@dataclass(frozen=True, slots=True)
class Time:
    """Nanoseconds since 1970 in UTC, and the time zone's seconds east of Greenwich."""

    nanoseconds: int
    offset: int

    def clock(self) -> Clock:
        """Date and time of day in the time's own zone."""
        days, rest = divmod(self.nanoseconds // _NANOS + self.offset, _DAY_SECONDS)
        year, month, day = _date_of(days)
        hour, rest = divmod(rest, 3600)
        minute, second = divmod(rest, 60)
        return Clock(year, month, day, hour, minute, second, (days + 4) % 7)

    def zone(self, colon: str = ":") -> str:
        """The offset as ``+hh:mm``."""
        sign = "-" if self.offset < 0 else "+"
        minutes = abs(self.offset) // 60
        return f"{sign}{minutes // 60:02d}{colon}{minutes % 60:02d}"

    def rfc3339(self) -> str:
        """The time to the second, with ``Z`` for UTC."""
        c = self.clock()
        year = f"-{-c.year:04d}" if c.year < 0 else f"{c.year:04d}"
        zone = self.zone() if self.offset else "Z"
        return f"{year}-{c.month:02d}-{c.day:02d}T{c.hour:02d}:{c.minute:02d}:{c.second:02d}{zone}"

    def plus(self, nanoseconds: int) -> Time:
        """The time so much later, in the same zone."""
        return Time(self.nanoseconds + nanoseconds, self.offset)


def _days_since_1970(year: int, month: int, day: int) -> int:
    """The day number of a date, in years that begin in March so that leap days come last."""
    if month <= 2:
        year -= 1
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_IN_400_YEARS + day_of_era - _EPOCH_DAYS


def _date_of(days: int) -> tuple[int, int, int]:
    """Year, month and day of a day number: the inverse of ``_days_since_1970``."""
    era, day_of_era = divmod(days + _EPOCH_DAYS, _DAYS_IN_400_YEARS)
    year_of_era = (
        day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = (shifted_month + 2) % 12 + 1
    return era * 400 + year_of_era + (month <= 2), month, day


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else _DAYS_IN_MONTH[month - 1]


def _fraction(digits: str | None) -> int:
    """Nanoseconds of a fraction of a second such as ``.25``; further digits are dropped."""
    return int(digits[1:10].ljust(9, "0")) if digits else 0


def _make(parts: tuple[str | None, ...], *, strict: bool) -> Time:
    """A time of year, month, day, hour, minute, second, fraction and zone."""
    year, month, day, hour, minute, second = (int(p or 0) for p in parts[:6])
    fraction, zone = parts[6:8]
    checks = (
        ("month", 1 <= month <= 12),
        ("day of month", 1 <= month <= 12 and 1 <= day <= _days_in(year, month)),
        ("hour", hour < 24),
        ("minute", minute < 60),
        ("second", second < 60),
    )
    for name, valid in checks:
        if not valid:
            raise TimeError(f"not a valid RFC3339 timestamp: {name} out of range")
    offset = 0
    if zone is not None and zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        # Unlike the standard, Go's own parser allows an offset of 24 hours or 60 minutes.
        if hours > (23 if strict else 24) or minutes > (59 if strict else 60):
            raise TimeError("not a valid RFC3339 timestamp: UTC offset out of range")
        offset = (hours * 60 + minutes) * 60 * (-1 if zone[0] == "-" else 1)
    seconds = _days_since_1970(year, month, day) * _DAY_SECONDS
    seconds += hour * 3600 + minute * 60 + second - offset
    return Time(seconds * _NANOS + _fraction(fraction), offset)


def parse_rfc3339(content: str, *, strict: bool = True) -> Time:
    """The time of an RFC 3339 timestamp; raises ``TimeError``.

    The lenient form is what Go's ``time.Parse`` takes: an hour of one digit, a comma
    before the fraction.
    """
    match = (_STRICT if strict else _LENIENT).fullmatch(content)
    if match is None:
        raise TimeError(
            "not a valid RFC3339 timestamp; it looks like 2006-01-02T15:04:05Z, with an offset "
            "such as +01:00 in place of Z where it is not UTC"
        )
    return _make(match.groups(), strict=strict)


def parse_yaml_timestamp(content: str) -> Time | None:
    """The time of an unquoted YAML scalar, None where it is not a timestamp."""
    match = _YAML.fullmatch(content)
    if match is None:
        return None
    groups = match.groups()
    clock = groups[3:8] if groups[3] is not None else (*groups[8:12], None)
    try:
        return _make((*groups[:3], *clock), strict=False)
    except TimeError:
        return None


_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": _NANOS,
    "m": 60 * _NANOS,
    "h": 3600 * _NANOS,
}
_TERM = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")
_LIMIT = 1 << 63


def parse_duration(content: str) -> int:
    """Nanoseconds of a duration such as ``-1h30m`` or ``1.5s``; raises ``TimeError``."""
    wrong = TimeError(f'invalid duration "{content}"; it looks like 90m, 1h30m or -1.5s')
    negative = content.startswith("-")
    rest = content[1:] if content[:1] in ("+", "-") else content
    if rest == "0":
        return 0
    if not rest:
        raise wrong
    total, at = 0, 0
    while at < len(rest):
        match = _TERM.match(rest, at)
        assert match is not None
        digits, decimals, unit_name = match.groups()
        unit = _UNITS.get(unit_name)
        if not (digits or decimals) or unit is None or len(digits) > 40:
            raise wrong
        amount = int(digits or 0) * unit + _part_of_unit(decimals or "", unit)
        total += amount
        if amount > _LIMIT or total > _LIMIT:
            raise wrong
        at = match.end()
    if negative:
        return -total
    if total == _LIMIT:
        raise wrong
    return total


def _part_of_unit(decimals: str, unit: int) -> int:
    """A decimal fraction of a unit in nanoseconds, with the rounding of Go's floats."""
    value, scale = 0, 1.0
    for digit in decimals:
        if value * 10 + int(digit) >= _LIMIT:
            break
        value = value * 10 + int(digit)
        scale *= 10
    return int(float(value) * (float(unit) / scale))

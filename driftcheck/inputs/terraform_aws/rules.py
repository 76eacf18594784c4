"""What the AWS provider demands of single values, before it asks AWS for anything.

A rule takes a known value and says what is wrong with it, or nothing. Each was seen
to refuse, and to accept, values in plans of provider 5.100.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction

from driftcheck.hcl.values import Value

Rule = Callable[[Value], str | None]

_PARTITION = re.compile(r"aws(-[a-z]+)*", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d{1,2}", re.ASCII)
_ACCOUNT = re.compile(r"aws|aws-managed|third-party|aws-marketplace|\d{12}|cw.{10}", re.ASCII)
_EC2_ACTION = re.compile(
    r"arn:[\w-]+:automate:[\w-]+:ec2:(reboot|recover|stop|terminate)", re.ASCII
)
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)([.,]\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_DURATION = re.compile(r"[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)", re.ASCII)
_STATISTIC = re.compile(
    r"(p|tm|tc|ts|wm)(\d{1,2}(\.\d{1,10})?|100)|IQM|(TM|TC|TS|WM|PR)\([\d.%]*:[\d.%]*\)", re.ASCII
)
_MAX_HOURS = 2_562_047


def _shown(text: str) -> str:
    return json.dumps(text if len(text) <= 60 else text[:60] + "...", ensure_ascii=False)


def one_of(*allowed: str) -> Rule:
    """One of the given strings, in just this spelling."""
    listed = ", ".join(f'"{one}"' for one in allowed)

    def check(value: Value) -> str | None:
        text = value.as_str()
        return None if text in allowed else f"{_shown(text)} is none of {listed}"

    return check


def length(least: int, most: int) -> Rule:
    """A string of so many bytes."""

    def check(value: Value) -> str | None:
        size = len(value.as_str().encode())
        if least <= size <= most:
            return None
        return f"it must have {least} to {most} characters, and has {size}"

    return check


def between(least: int, most: int | None = None) -> Rule:
    """A number of at least ``least`` and at most ``most``."""

    def check(value: Value) -> str | None:
        number = value.raw
        assert isinstance(number, int | Fraction | float)
        if number >= least and (most is None or number <= most):
            return None
        upper = "" if most is None else f" and at most {most}"
        return f"it must be at least {least}{upper}"

    return check


def period(*short: int) -> Rule:
    """Seconds: whole minutes, or one of a few shorter periods."""

    def check(value: Value) -> str | None:
        number = value.raw
        assert isinstance(number, int | Fraction | float)
        if number in short or number % 60 == 0:
            return None
        return f"it must be a multiple of 60, or one of {', '.join(map(str, short))}"

    return check


def arn(value: Value) -> str | None:
    """An ARN all of whose parts are plausible; the empty string passes for not set."""
    text = value.as_str()
    if not text:
        return None
    problem = arn_shape(value)
    if problem is not None:
        return problem
    _, partition, _, region, account, resource = text.split(":", 5)
    if not _PARTITION.fullmatch(partition):
        return f"{_shown(text)} is no ARN: its partition is not one of AWS"
    if region and not _REGION.fullmatch(region):
        return f'{_shown(text)} is no ARN: "{region}" is no region'
    if account and not _ACCOUNT.fullmatch(account):
        return f'{_shown(text)} is no ARN: "{account}" is no account id of 12 digits'
    return None if resource else f"{_shown(text)} is no ARN: it names no resource"


def alarm_action(value: Value) -> str | None:
    """An ARN, or what looks like one and tells EC2 to do something to the instance."""
    return None if _EC2_ACTION.fullmatch(value.as_str()) else arn(value)


def arn_shape(value: Value) -> str | None:
    """Six parts with colons between them, the first of which is ``arn``."""
    text = value.as_str()
    if text.startswith("arn:") and text.count(":") >= 5:
        return None
    return f"{_shown(text)} is no ARN (arn:partition:service:region:account:resource)"


def timestamp(value: Value) -> str | None:
    """A time as in RFC 3339."""
    text = value.as_str()
    match = _TIMESTAMP.fullmatch(text)
    if match is not None:
        try:
            datetime.fromisoformat(match[1])
        except ValueError:
            match = None
    return None if match else f"{_shown(text)} is no time of the form 2025-12-31T23:59:59Z"


def duration(value: Value) -> str | None:
    """A duration as Go writes it, of hours, minutes and seconds."""
    text = value.as_str()
    if len(text) < 40 and _DURATION.fullmatch(text):
        hours = re.match(r"[+-]?(\d+)h", text, re.ASCII)
        if hours is None or int(hours[1]) <= _MAX_HOURS:
            return None
    return f'{_shown(text)} is no duration: write it as "90s", "10m" or "1h30m"'


def whole_text(value: Value) -> str | None:
    """A string that holds a whole number of at least 0, or nothing."""
    text = value.as_str()
    if not text or (_INTEGER.fullmatch(text) and 0 <= int(text) < 1 << 63):
        return None
    return f"{_shown(text)} is no whole number of at least 0"


def json_text(value: Value) -> str | None:
    """JSON, of whatever kind."""
    try:
        json.loads(value.as_str(), parse_constant=_refuse)
    except ValueError:
        return "a policy must be valid JSON, such as jsonencode({...}) gives"
    except RecursionError:
        return "this JSON is nested too deep"
    return None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def statistic(value: Value) -> str | None:
    """A statistic of CloudWatch besides the five simple ones: p99, tm90, IQM, PR(1:2)."""
    text = value.as_str()
    return None if _STATISTIC.fullmatch(text) else f"{_shown(text)} is no statistic of CloudWatch"


def whole_number(value: Value) -> str | None:
    """A whole number of 64 bits."""
    number = value.raw
    if isinstance(number, int) and -(1 << 63) <= number < 1 << 63:
        return None
    return "it must be a whole number"

"""Keeping sensitive values out of messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from driftcheck.errors import HclError
from driftcheck.hcl.functions.support import quote
from driftcheck.hcl.values import SENSITIVE, Value

HIDDEN = "(sensitive value)"
#: Functions whose other arguments are only what a template may use: its own expressions
#: are evaluated with their marks.
_TEMPLATES = frozenset({"templatefile", "templatestring"})


def is_secret(value: Value) -> bool:
    """Whether a value, or anything inside of it, is sensitive."""
    return SENSITIVE in value.all_marks()


def veiled(error: HclError, name: str, arguments: Sequence[Value]) -> HclError:
    """The failure of a function, without its words where they may quote a sensitive argument."""
    told = arguments[:1] if name in _TEMPLATES else arguments
    if not any(is_secret(argument) for argument in told):
        return error
    return type(error)(
        f"Invalid call of {name}() with a sensitive value.",
        error.location,
        "What is wrong is not told, because it would show a part of the value.",
    )


def without_secrets(text: str, value: Value) -> str:
    """A message about a value, in which the sensitive texts and numbers inside are hidden."""
    if not is_secret(value):
        return text
    for secret in sorted(set(_secrets(value, secret=False)), key=len, reverse=True):
        for shown in (quote(secret)[1:-1], secret):
            text = text.replace(shown, HIDDEN)
    return text


def _secrets(value: Value, *, secret: bool) -> Iterator[str]:
    secret = secret or SENSITIVE in value.marks
    raw = value.raw
    if isinstance(raw, dict):
        if secret:
            yield from (key for key in raw if key)
        for inner in raw.values():
            yield from _secrets(inner, secret=secret)
    elif isinstance(raw, list):
        for inner in raw:
            yield from _secrets(inner, secret=secret)
    elif secret and isinstance(raw, str) and raw:
        yield raw
    elif secret and isinstance(raw, int) and not isinstance(raw, bool):
        yield str(raw)

"""Waivers in comments next to the code: ``# driftcheck:ignore RULE until=2026-12-31 reason``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from driftcheck.errors import HclError
from driftcheck.hcl.module import ScopedComment
from driftcheck.model.waiver import Waiver

MARK = "driftcheck:ignore"
_FORM = re.compile(r"driftcheck:ignore[ \t]+(\S+)[ \t]+until=(\S+)[ \t]+(\S.*)")
_HELP = "Write: # driftcheck:ignore RULE until=YYYY-MM-DD reason"


def inline_waivers(comments: Iterable[ScopedComment]) -> Iterator[Waiver]:
    """The waivers that comments state, each scoped to the resource or module call it stands at.

    Raises ``HclError`` at a comment that means to be a waiver and is not one, and at one
    that belongs to no resource or module call: it would silently waive nothing.
    """
    for comment in comments:
        if MARK in comment.text:
            yield _waiver(comment)


def _waiver(comment: ScopedComment) -> Waiver:
    found = _FORM.search(comment.text.strip().removesuffix("*/").rstrip())
    if found is None:
        raise HclError(
            "This waiver lacks its rule, its date or its reason.", comment.location, _HELP
        )
    rule, until, reason = found.groups()
    try:
        expires = date.fromisoformat(until)
    except ValueError:
        raise HclError(f'"{until}" is not a date.', comment.location, _HELP) from None
    if not comment.first_line:
        raise HclError(
            "This waiver belongs to no resource and no module call.",
            comment.location,
            "Put it inside of the block, or on the line before it.",
        )
    return Waiver(
        reason=reason.strip(),
        expires=expires,
        rule=rule,
        addresses=(comment.address,),
        location=comment.location,
        lines=(comment.location.file, comment.first_line, comment.last_line),
    )

"""Patterns of policies: RE2, whose time is linear in the text, since a policy is untrusted."""

from __future__ import annotations

from functools import cache
from typing import Any

import re2


@cache
def compiled(pattern: str) -> Any:
    """The compiled RE2 pattern; raises ``re2.error`` for one that RE2 refuses."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options)

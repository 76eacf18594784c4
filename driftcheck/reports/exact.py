"""JSON whose numbers keep all their digits, which the standard library cannot write."""

from __future__ import annotations

import json
from decimal import Decimal

from driftcheck.model.values import Json

_STEP = "  "


def dumps(value: Json, indent: str = "") -> str:
    """Plain data as indented JSON text. ``Decimal`` is written digit by digit.

    The data must be finite and free of markers.
    """
    inner = indent + _STEP
    match value:
        case dict() if value:
            items = (f"{inner}{json.dumps(str(k))}: {dumps(v, inner)}" for k, v in value.items())
            return "{\n" + ",\n".join(items) + f"\n{indent}}}"
        case list() if value:
            return "[\n" + ",\n".join(inner + dumps(v, inner) for v in value) + f"\n{indent}]"
        case Decimal():
            return format(value, "f")
        case _:
            return json.dumps(value)

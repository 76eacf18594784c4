"""Values as JSON can carry them."""

from __future__ import annotations

from decimal import Decimal

from driftcheck.model.values import Json, Sensitive, Unknown

#: What stands for a value that Terraform marks as sensitive.
SENSITIVE = "(sensitive)"


def plain(value: Json) -> Json:
    """A value as JSON can carry it, with nothing sensitive left in it.

    Whole numbers stay exact; other decimals become floats.
    """
    match value:
        case Sensitive():
            return SENSITIVE
        case Unknown():
            return None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dict():
            return {str(k): plain(v) for k, v in value.items()}
        case list() | tuple():
            return [plain(v) for v in value]
        case _:
            return value

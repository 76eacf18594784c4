"""Plain data as Terraform values: what a spec states for a module's variables."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from driftcheck.hcl.numbers import parse_number
from driftcheck.hcl.values import (
    Value,
    boolean,
    null,
    number,
    object_value,
    string,
    tuple_value,
)
from driftcheck.model.values import Json


def from_plain(value: Json) -> Value:
    """The value that JSON data stands for: objects and tuples, as ``jsondecode`` makes them.

    Terraform converts them to the variable's type afterwards.
    """
    match value:
        case None:
            return null()
        case bool():
            return boolean(value)
        case int() | float() | Decimal():
            return number(parse_number(str(value)))
        case str():
            return string(unicodedata.normalize("NFC", value))
        case dict():
            return object_value({str(k): from_plain(v) for k, v in value.items()})
        case list() | tuple():
            return tuple_value(from_plain(v) for v in value)
    raise TypeError(type(value))

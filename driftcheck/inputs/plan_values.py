"""Whether the values in a plan are of the types that the AWS provider gives them.

A plan is a file that anybody may have written. Terraform writes every value in the type
of its argument, and what reads tables from resources relies on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from driftcheck.errors import UsageError
from driftcheck.hcl.types import (
    BOOL,
    NUMBER,
    STRING,
    ListType,
    MapType,
    ObjectType,
    SetType,
    TupleType,
    Type,
)
from driftcheck.inputs.terraform_aws import AwsSchemas
from driftcheck.model.values import Json, Sensitive, Unknown


def check_values(address: str, type_: str, values: Mapping[str, Json]) -> None:
    """Raise ``UsageError`` where an argument of a supported resource has another type.

    Arguments that the provider's schema does not name are let through.
    """
    schema = AwsSchemas().resource(type_, frozenset(values))
    if schema is None:
        return
    for name, wanted in schema.type.attributes:
        if name in values and not _suits(values[name], wanted):
            raise UsageError(
                f"{address}.{name} in the plan is no {wanted}. Make the plan again: "
                "terraform show -json PLANFILE"
            )


def _suits(value: Json, wanted: Type) -> bool:
    if isinstance(value, Sensitive):
        return _suits(value.value, wanted)
    if value is None or isinstance(value, Unknown):
        return True
    match wanted:
        case ListType(element) | SetType(element):
            return isinstance(value, list) and all(_suits(v, element) for v in value)
        case MapType(element):
            return isinstance(value, dict) and all(_suits(v, element) for v in value.values())
        case TupleType(elements):
            return isinstance(value, list) and len(value) == len(elements)
        case ObjectType():
            return isinstance(value, dict) and all(
                _suits(value[name], inner) for name, inner in wanted.attributes if name in value
            )
    if wanted == STRING:
        return isinstance(value, str)
    if wanted == BOOL:
        return isinstance(value, bool)
    if wanted == NUMBER:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and isfinite(value)
    return True

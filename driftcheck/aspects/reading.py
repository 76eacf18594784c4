"""Small readers that the aspects share: markers, numbers, named blocks, AWS's table description."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from driftcheck.aspects.base import Facts, FactUnavailable
from driftcheck.model.resource import Resource
from driftcheck.model.values import Cause, Json, Sensitive, Unknown

DESCRIBE_TABLE = "dynamodb:DescribeTable"

#: Table states in which what ``DescribeTable`` says may be about to change.
_MOVING = frozenset({"CREATING", "UPDATING", "DELETING", "ARCHIVING"})


def plain(value: Json) -> Json:
    """What a possibly sensitive value is; for deciding, never for printing."""
    while isinstance(value, Sensitive):
        value = value.value
    return value


def given(value: Json, default: Json) -> Json:
    """The value, or the provider's default where the argument is not set."""
    return default if plain(value) is None else value


def mapped(value: Json, change: Callable[[Any], Json]) -> Json:
    """A known, non-null value changed; unknown and null stay, sensitive stays sensitive."""
    match value:
        case None | Unknown():
            return value
        case Sensitive():
            return Sensitive(mapped(value.value, change))
        case _:
            return change(value)


def number(value: Json) -> Json:
    """A number in its one form: an ``int`` where whole, else a ``Decimal``; None stays None.

    Terraform's text numbers ("5") and JSON's floats (5.0) are understood.
    """

    def convert(raw: Any) -> Json:
        if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
            return raw
        exact = Decimal(str(raw))
        return int(exact) if exact == exact.to_integral_value() else exact

    return mapped(value, convert)


def text(value: Json) -> Json:
    """A text, with the empty one counting as not set, as the provider counts it."""
    return mapped(value, lambda raw: raw or None)


def names(value: Json) -> Json:
    """A set of names as a sorted list without repetition; an empty one is None."""

    def convert(raw: Any) -> Json:
        unknown = next((item for item in raw if isinstance(item, Unknown)), None)
        return unknown or sorted({str(plain(item)) for item in raw}) or None

    return mapped(value, convert)


def only_if(condition: Json, value: Json, *, otherwise: Json = None) -> Json:
    """The value where ``condition`` is true, ``otherwise`` where it is false or null.

    Unknown where nobody knows the condition, unless both outcomes are the same.
    """
    known = plain(condition)
    if isinstance(known, Unknown):
        return value if value is otherwise else known
    return value if known else otherwise


def named_blocks(resource: Resource, block: str, key: str) -> dict[str, str] | Unknown:
    """The repeated blocks of a resource by the value of their argument ``key``.

    Returns each one's pointer into the resource, or why not all of them are known.
    """
    blocks = plain(resource.values.get(block))
    if isinstance(blocks, Unknown):
        return blocks
    found: dict[str, str] = {}
    for position in range(len(blocks or ())):
        pointer = f"/{block}/{position}"
        name = plain(resource.get(f"{pointer}/{key}"))
        if isinstance(name, Unknown):
            return name
        found[str(name)] = pointer
    return found


def describe_table(facts: Facts) -> Mapping[str, Any]:
    """AWS's description of the table, in whatever state it is."""
    answer = facts.get(DESCRIBE_TABLE)
    description: Mapping[str, Any] = answer.get("Table", {})
    return description


def settled_table(facts: Facts) -> Mapping[str, Any]:
    """AWS's description of a table that is not being changed.

    While a table is CREATING or UPDATING, DynamoDB may still answer with the old values.
    Raises ``FactUnavailable`` with the cause ``in-transition`` then.
    """
    table = describe_table(facts)
    status = table.get("TableStatus", "ACTIVE")
    if status in _MOVING:
        raise FactUnavailable(DESCRIBE_TABLE, f"the table is {status}", Cause.IN_TRANSITION)
    return table


def in_transition(what: str, status: str, *, exists: bool = False) -> Unknown:
    """The value of something that AWS is still changing.

    ``exists`` tells that it will be there afterwards, whatever its settings.
    """
    return Unknown(f"{what} is {status}", certainly_set=exists, cause=Cause.IN_TRANSITION)


def live_billing_mode(table: Mapping[str, Any]) -> str:
    """The billing mode; AWS leaves the summary out of tables that were always PROVISIONED."""
    summary = table.get("BillingModeSummary") or {}
    return str(summary.get("BillingMode") or "PROVISIONED")

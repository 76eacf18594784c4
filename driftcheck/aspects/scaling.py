"""What Application Auto Scaling manages of a table: places, bands, and capacity inside them.

A *place* is where a scalable dimension stands in the document:
``("table", "read")`` or ``("index", NAME, "write")``.
"""

from __future__ import annotations

from driftcheck.aspects.base import Comparison
from driftcheck.aspects.reading import plain
from driftcheck.model.resource import Resource
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Unknown

Place = tuple[str, ...]

NAMESPACE = "dynamodb"
#: The aspect that holds the bands of the autoscalers.
AUTOSCALING = "autoscaling"
_KINDS = {"ReadCapacityUnits": "read", "WriteCapacityUnits": "write"}

#: The metric that a target tracking policy for a kind of capacity usually follows.
UTILIZATION = {
    "read": "DynamoDBReadCapacityUtilization",
    "write": "DynamoDBWriteCapacityUtilization",
}


def place_of(resource_id: str, dimension: str) -> Place | None:
    """The place of a scalable dimension; None for what is not a DynamoDB table's capacity."""
    parts, words = resource_id.split("/"), dimension.split(":")
    if parts[0] != "table" or len(words) != 3 or words[0] != NAMESPACE:
        return None
    kind = _KINDS.get(words[2])
    if kind is None:
        return None
    if len(parts) == 2 and words[1] == "table":
        return ("table", kind)
    if len(parts) == 4 and parts[2] == "index" and words[1] == "index":
        return ("index", parts[3], kind)
    return None


def place_in_code(resource: Resource) -> Place | Unknown | None:
    """The place that a scaling resource of the code is about; see ``place_of``.

    The name of the table need not be known for the table's own dimensions.
    """
    dimension, resource_id = (
        plain(resource.get("/scalable_dimension")),
        plain(resource.get("/resource_id")),
    )
    if isinstance(dimension, Unknown):
        return dimension
    if isinstance(resource_id, Unknown):
        if str(dimension).startswith(f"{NAMESPACE}:index:"):
            return resource_id
        return place_of("table/?", str(dimension))
    return place_of(str(resource_id), str(dimension))


def pointer_place(pointer_tokens: list[str]) -> Place:
    """The place that manages the capacity at a document place."""
    kind = pointer_tokens[-1].removesuffix("_capacity")
    return ("index", pointer_tokens[1], kind) if len(pointer_tokens) > 1 else ("table", kind)


def scaling_at(table: Table, place: Place) -> Json:
    """The document's scaling settings for a place; None where nothing scales it."""
    fragment: Json = table.settings.get("autoscaling")
    if isinstance(fragment, dict):
        fragment = fragment.get("autoscaling")
    for token in place:
        if isinstance(fragment, Unknown) or fragment is None:
            return fragment
        fragment = fragment.get(token)
    return fragment


def scheduled_bounds(table: Table, place: Place, bound: str) -> set[Json]:
    """The values that scheduled actions of a place set a bound to; they come and go with time."""
    fragment: Json = table.settings.get("scheduled_action")
    for token in ("scheduled_action", *place):
        fragment = fragment.get(token) if isinstance(fragment, dict) else None
    actions = fragment.values() if isinstance(fragment, dict) else ()
    values = {plain(action.get(bound)) for action in actions if isinstance(action, dict)}
    return {value for value in values if isinstance(value, int)}


def billing_mode(table: Table) -> str | None:
    """The billing mode of a table where it is known and stated."""
    fragment = table.settings.get("throughput")
    mode = plain(fragment.get("billing_mode")) if isinstance(fragment, dict) else None
    return mode if isinstance(mode, str) else None


def billing_differs(within: Comparison) -> bool:
    """Whether two tables are certainly billed differently; their capacity says nothing then."""
    expected, actual = billing_mode(within.expected), billing_mode(within.actual)
    return expected is not None and actual is not None and expected != actual


def states_capacity(stated: Json) -> bool:
    """Whether a table or an index states capacity, or may do so."""
    known = plain(stated)
    if not isinstance(known, dict):
        return isinstance(known, Unknown)
    return any(known.get(f"{kind}_capacity") is not None for kind in ("read", "write"))


def capacity_matches(
    expected: Json, actual: Json, place: Place, within: Comparison
) -> bool | Unknown:
    """Whether provisioned capacity is as it should be.

    Where Application Auto Scaling manages it, any value inside the band that is
    live now is right and the declared one is only where it began. Unknown where the
    values differ and the band could not be read.
    """
    if expected == actual:
        return True
    scaling = scaling_at(within.actual, place)
    if scaling is None:
        return False
    if isinstance(scaling, Unknown):
        return scaling
    low, high = plain(scaling.get("min_capacity")), plain(scaling.get("max_capacity"))
    for bound in (low, high):
        if isinstance(bound, Unknown):
            return bound
    if actual is None or low is None or high is None:
        return False
    return bool(low <= actual <= high)

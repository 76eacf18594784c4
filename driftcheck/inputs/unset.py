"""Arguments that the code leaves to the provider.

In a plan, an argument that is not set and that the provider may decide is unknown,
like anything else that AWS will decide. For what is *desired* of a table the two
differ: the code leaves the one open, so the provider's default is as good as said.
"""

from __future__ import annotations

from dataclasses import replace

from driftcheck.model.resource import Resource
from driftcheck.model.values import Json, Sensitive, Unknown


def unset_reason(address: str) -> str:
    """The reason of an unknown value that stands for an argument of the resource not set."""
    return f"{address} leaves it to the provider"


def without_unset(resource: Resource) -> Resource:
    """The resource with null wherever its own configuration sets nothing, and where that is."""
    reason = unset_reason(resource.address)

    left_open: list[str] = []

    def clean(value: Json, at: str) -> Json:
        match value:
            case Unknown():
                if value.reason != reason:
                    return value
                left_open.append(at)
                return None
            case Sensitive():
                return Sensitive(clean(value.value, at))
            case dict():
                # What is left open has the name of an argument, which needs no escapes.
                return {name: clean(member, f"{at}/{name}") for name, member in value.items()}
            case list():
                return [clean(item, f"{at}/{index}") for index, item in enumerate(value)]
            case _:
                return value

    values = clean(resource.values, "")
    return replace(resource, values=values, left_open=frozenset(left_open))

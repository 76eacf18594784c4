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
    """The resource with null wherever its own configuration sets nothing."""
    reason = unset_reason(resource.address)

    def clean(value: Json) -> Json:
        match value:
            case Unknown():
                return None if value.reason == reason else value
            case Sensitive():
                return Sensitive(clean(value.value))
            case dict():
                return {name: clean(member) for name, member in value.items()}
            case list():
                return [clean(item) for item in value]
            case _:
                return value

    return replace(resource, values=clean(resource.values))

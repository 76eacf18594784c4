"""Which tables a resource's arguments are made from, told by references instead of values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from driftcheck.model.resource import Resource

TABLE = "aws_dynamodb_table"

#: What Terraform calls the key of the instance that an argument is evaluated for.
_OWN_KEY = frozenset({"each.key", "each.value", "count.index"})
_INSTANCE = re.compile(r"\[(?P<key>[^\[\]]*)\]$")


class References:
    """The references between resources, followed through as many as it takes.

    A scaling policy often takes the resource id of its target, and the target that of
    the table; so the policy belongs to the table.
    """

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._instances: dict[str, list[Resource]] = {}
        for resource in resources:
            self._instances.setdefault(_whole(resource.address), []).append(resource)

    def tables(self, resource: Resource, pointers: Iterable[str]) -> set[str]:
        """The addresses of the tables that the values at the pointers are made from."""
        found: set[str] = set()
        seen = {resource.address}
        waiting = list(self._direct(resource, pointers))
        while waiting:
            current = waiting.pop()
            if current.address in seen:
                continue
            seen.add(current.address)
            if current.type == TABLE:
                found.add(current.address)
            else:
                waiting += self._direct(current, current.references)
        return found

    def _direct(self, resource: Resource, pointers: Iterable[str]) -> Iterable[Resource]:
        wanted = tuple(pointers)
        for pointer, addresses in resource.references.items():
            if any(pointer == at or pointer.startswith(at + "/") for at in wanted):
                for address in addresses:
                    yield from self._named(address, resource, addresses)

    def _named(self, address: str, resource: Resource, beside: Sequence[str]) -> Iterable[Resource]:
        """The instances that an address stands for, seen from one instance of a resource."""
        instances = self._instances.get(_whole(address), [])
        exact = [i for i in instances if i.address == address]
        if exact:
            return exact
        # ``aws_dynamodb_table.this[each.key]`` is the instance with the resource's own key.
        if _OWN_KEY & set(beside):
            own = _INSTANCE.search(resource.address)
            same = [i for i in instances if own and i.address.endswith(own[0])]
            if same:
                return same
        return instances


def _whole(address: str) -> str:
    """The address of a resource without the key of one instance."""
    return _INSTANCE.sub("", address)

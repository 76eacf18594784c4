"""A spec's contract as a table that code and live tables can be held against."""

from __future__ import annotations

from copy import deepcopy

from driftcheck.aspects import FIELD_OWNERS
from driftcheck.model.table import Fragment, Places, Table
from driftcheck.model.values import Json
from driftcheck.spec.model import Spec


def contract_table(spec: Spec, name: str, address: str | None = None) -> Table | None:
    """What the spec states of one table: a partial document with its lines.

    All contracts that match the table are laid over one another in the order of
    the file, member by member. None where no contract matches.
    """
    settings: dict[str, Fragment] = {}
    locations: dict[str, Places] = {}
    matching = [c for c in spec.contracts if c.matches(name, address)]
    if not matching:
        return None
    for contract in matching:
        for aspect, fragment in contract.settings.items():
            settings[aspect] = _merged(settings.get(aspect, {}), deepcopy(fragment))
        locations.update(contract.locations)
    return Table(
        name=name,
        settings=dict(settings),
        locations=locations,
        address=address,
        fields=FIELD_OWNERS,
    )


def _merged(base: dict[str, Json], over: dict[str, Json]) -> dict[str, Json]:
    """``base`` with ``over`` laid on it: mappings member by member, all else replaced."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            result[key] = _merged(below, value)
        else:
            result[key] = value
    return result

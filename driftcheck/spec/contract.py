"""A spec's contract as a table that code and live tables can be held against."""

from __future__ import annotations

from copy import deepcopy

from driftcheck.aspects import FIELD_OWNERS
from driftcheck.model.table import Fragment, Places, Table
from driftcheck.model.values import Json
from driftcheck.spec.model import Contract, Spec


def contract_table(spec: Spec, name: str, address: str | None = None) -> Table | None:
    """What the spec states of one table: a partial document with its lines.

    All contracts that match the table are laid over one another in the order of
    the file, member by member. None where no contract matches.
    """
    matching = tuple(c for c in spec.contracts if c.matches(name, address))
    if not matching:
        return None
    settings, locations = _laid_over(matching)
    return Table(
        name=name,
        settings=dict(settings),
        locations=locations,
        address=address,
        fields=FIELD_OWNERS,
    )


def every_contract(spec: Spec) -> list[Table]:
    """What each contract of the spec states, taken by itself."""
    return [
        Table(name="", settings=dict(c.settings), locations={}, fields=FIELD_OWNERS)
        for c in spec.contracts
    ]


Stated = tuple[dict[str, Fragment], dict[str, Places]]
#: What the contracts last asked for amount to; one spec has thousands of tables, and all
#: have the same contracts. The contracts are kept too, so that their ids stay theirs.
_known: dict[tuple[int, ...], tuple[tuple[Contract, ...], Stated]] = {}
_MOST = 64


def _laid_over(contracts: tuple[Contract, ...]) -> Stated:
    """The settings and the lines of contracts laid over one another; not to be changed."""
    key = tuple(id(c) for c in contracts)
    if key not in _known:
        settings: dict[str, Fragment] = {}
        locations: dict[str, Places] = {}
        for contract in contracts:
            for aspect, fragment in contract.settings.items():
                settings[aspect] = _merged(settings.get(aspect, {}), deepcopy(fragment))
            locations.update(contract.locations)
        if len(_known) >= _MOST:
            _known.clear()
        _known[key] = (contracts, (settings, locations))
    return _known[key][1]


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

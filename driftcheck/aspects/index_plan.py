"""Which global indexes a table keeps, loses, gains and gets anew on the way to what is wanted."""

from __future__ import annotations

from driftcheck.aspects.change import Ground
from driftcheck.aspects.indexes import GLOBAL, index_keys
from driftcheck.model.values import Json


def dropped_indexes(ground: Ground) -> list[str]:
    """The indexes that are live and not wanted."""
    before, after = _indexes(ground.before(f"/{GLOBAL}")), _indexes(ground.after(f"/{GLOBAL}"))
    return [name for name in before if after.get(name) is None]


def added_indexes(ground: Ground) -> list[str]:
    """The indexes that are wanted and not live."""
    before, after = _indexes(ground.before(f"/{GLOBAL}")), _indexes(ground.after(f"/{GLOBAL}"))
    return [name for name, index in after.items() if index is not None and name not in before]


def rebuilt_indexes(ground: Ground) -> list[str]:
    """The live indexes that are wanted with other keys or another projection."""
    before, after = _indexes(ground.before(f"/{GLOBAL}")), _indexes(ground.after(f"/{GLOBAL}"))
    return [
        name
        for name, index in before.items()
        if after.get(name) is not None and _build(index) != _build(after[name])
    ]


def replaced_indexes(ground: Ground) -> list[str]:
    """The live indexes that are dropped, whether or not they come back."""
    return [*dropped_indexes(ground), *rebuilt_indexes(ground)]


def kept_indexes(ground: Ground) -> list[str]:
    """The live indexes that stay as they are, throughput aside."""
    gone = set(replaced_indexes(ground))
    return [name for name in _indexes(ground.before(f"/{GLOBAL}")) if name not in gone]


def _indexes(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _build(index: Json) -> Json:
    """What cannot be changed of an index once it is built."""
    if not isinstance(index, dict):
        return index
    return index_keys(index), index.get("projection_type"), index.get("non_key_attributes")

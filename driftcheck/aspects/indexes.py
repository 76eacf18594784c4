"""What the kinds of indexes have in common: keys, projections, and the attributes they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from driftcheck.aspects.base import Comparison, Draft
from driftcheck.aspects.reading import names, plain
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Json, Unknown

GLOBAL = "global_secondary_index"
INDEX_RESOURCE = "aws_dynamodb_global_secondary_index"
VECTOR = "vector_index"
VECTOR_RESOURCE = "aws_dynamodb_vector_index"

PROJECTION_SCHEMA: Mapping[str, Any] = {
    "projection_type": {"enum": ["ALL", "KEYS_ONLY", "INCLUDE"]},
    "non_key_attributes": {
        "type": ["array", "null"],
        "items": {"type": "string"},
        "uniqueItems": True,
    },
}


def attributes_schema(member: str, kinds: Sequence[str]) -> dict[str, Any]:
    """The JSON Schema of an element that names an attribute, and its kind under ``member``."""
    return {
        "type": "object",
        "properties": {"attribute_name": {"type": "string"}, member: {"enum": list(kinds)}},
        "required": ["attribute_name", member],
        "additionalProperties": False,
    }


def with_each_index(fragment: Fragment, field: str, change: Callable[[Json], Json]) -> Fragment:
    """A fragment with all its indexes changed, as far as they are known."""
    indexes = fragment.get(field)
    if not isinstance(indexes, dict):
        return fragment
    return {**fragment, field: {name: change(index) for name, index in indexes.items()}}


def projection_gate(field: str) -> dict[str, tuple[str, ...]]:
    """The list of attributes belongs to the projection type INCLUDE and goes with it."""
    return {f"/{field}/*/projection_type": (f"/{field}/*/non_key_attributes",)}


def key_fields(key_schema: Sequence[Mapping[str, Any]]) -> dict[str, Json]:
    """The keys of an index from AWS's key schema, in normal form.

    ``hash_key`` and ``range_key`` for the usual one or two attributes. An index with
    several partition or sort attributes has ``key_schema`` instead, in order.
    """
    parts = [(k["AttributeName"], k["KeyType"]) for k in key_schema]
    return normal_keys(parts)


def normal_keys(parts: Sequence[tuple[str, str]]) -> dict[str, Json]:
    """The same from pairs of attribute name and key type."""
    hashes = [name for name, kind in parts if kind == "HASH"]
    ranges = [name for name, kind in parts if kind == "RANGE"]
    if len(hashes) <= 1 and len(ranges) <= 1:
        return {
            "hash_key": hashes[0] if hashes else None,
            "range_key": ranges[0] if ranges else None,
            "key_schema": None,
        }
    ordered = [(name, "HASH") for name in hashes] + [(name, "RANGE") for name in ranges]
    return {
        "hash_key": None,
        "range_key": None,
        "key_schema": [{"attribute_name": n, "key_type": k} for n, k in ordered],
    }


def projection(draft: Draft, place: tuple[str, ...], resource: Resource, pointer: str) -> None:
    """Write projection type and projected attributes from the block at ``pointer``."""
    at = f"{pointer}/projection_type"
    kind = resource.get(at)
    draft.state((*place, "projection_type"), kind, resource, at)
    at = f"{pointer}/non_key_attributes"
    draft.state((*place, "non_key_attributes"), names(resource.get(at)), resource, at)


def live_projection(index: Mapping[str, Any]) -> dict[str, Json]:
    """Projection type and projected attributes from AWS's description of an index."""
    described = index.get("Projection") or {}
    return {
        "projection_type": described.get("ProjectionType"),
        "non_key_attributes": names(described.get("NonKeyAttributes") or []),
    }


def normal_projection(index: Json) -> Json:
    """An index that a person wrote, with its projected attributes as a sorted set."""
    if not isinstance(index, dict) or "non_key_attributes" not in index:
        return index
    return {**index, "non_key_attributes": names(index["non_key_attributes"])}


def declared_indexes(source: TerraformTable) -> dict[str, tuple[Resource, str]] | Unknown:
    """The global indexes that the code declares: each one's resource and pointer into it.

    Both as blocks of the table and as resources of their own (provider 6.28 and later).
    Unknown where not all their names are known.
    """
    uncertain = source.uncertain(INDEX_RESOURCE)
    if uncertain is not None:
        return uncertain
    found: dict[str, tuple[Resource, str]] = {}
    blocks = plain(source.table.values.get(GLOBAL))
    if isinstance(blocks, Unknown):
        return blocks
    for position in range(len(blocks or ())):
        pointer = f"/{GLOBAL}/{position}"
        name = plain(source.table.get(f"{pointer}/name"))
        if isinstance(name, Unknown):
            return name
        found[str(name)] = (source.table, pointer)
    for resource in source.of_type(INDEX_RESOURCE):
        name = plain(resource.get("/index_name"))
        if isinstance(name, Unknown):
            return name
        found[str(name)] = (resource, "")
    return found


def index_names(table: Table) -> frozenset[str] | None:
    """The global indexes of a table, None where they are not known or not stated."""
    fragment = table.settings.get(GLOBAL)
    indexes = fragment.get(GLOBAL) if isinstance(fragment, dict) else None
    return frozenset(indexes) if isinstance(indexes, dict) else None


def only_on_one_side(name: str, within: Comparison) -> bool:
    """Whether just one of two tables has the index, so that its absence is reported as such."""
    expected, actual = index_names(within.expected), index_names(within.actual)
    if expected is None or actual is None:
        return False
    if within.partial:
        return name in expected and name not in actual
    return (name in expected) != (name in actual)


def index_keys(index: Json) -> list[tuple[str, str]]:
    """The keys of an index of the document, as pairs of attribute name and key type."""
    if not isinstance(index, dict):
        return []
    if index.get("key_schema"):
        return [(k["attribute_name"], k["key_type"]) for k in index["key_schema"]]
    pairs = [(index.get("hash_key"), "HASH"), (index.get("range_key"), "RANGE")]
    return [(name, kind) for name, kind in pairs if name]


def used_attributes(table: Table) -> set[str]:
    """The attributes that some key of the table or of its indexes uses, or that narrow a search."""
    used = {name for name, _ in index_keys(table.document())}
    for field in (GLOBAL, "local_secondary_index", VECTOR):
        indexes = table.get(f"/{field}")
        for index in indexes.values() if isinstance(indexes, dict) else ():
            used |= {name for name, _ in index_keys(index)}
            narrowed = index.get("search_schema") if isinstance(index, dict) else None
            used |= {e["attribute_name"] for e in narrowed} if isinstance(narrowed, list) else set()
    return used

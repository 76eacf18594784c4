"""Vector indexes, which SearchVectors looks into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Draft, Facts
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.indexes import (
    PROJECTION_SCHEMA,
    VECTOR,
    VECTOR_RESOURCE,
    attributes_schema,
    live_projection,
    normal_projection,
    projection,
    projection_gate,
    with_each_index,
)
from driftcheck.aspects.reading import (
    DESCRIBE_TABLE,
    describe_table,
    in_transition,
    named_blocks,
    number,
    plain,
    text,
)
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import join, split
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json, Unknown


class VectorIndex(Aspect):
    """``vector_index`` by name: what is searched, how vectors are compared, and projection.

    ``search_schema`` has the attributes that a search may be narrowed by, in the order of
    their names, each with its ``type``: HASH or INLINE_FILTER. AWS cannot change a vector
    index, only make and delete one. driftcheck does neither.
    """

    name = VECTOR
    title = "vector index"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        VECTOR: {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "vector_attribute": {"type": "string"},
                    "dimensions": {"type": "integer", "minimum": 1},
                    "distance_function": {"enum": ["COSINE", "DOT_PRODUCT", "EUCLIDEAN"]},
                    "search_schema": {
                        "type": "array",
                        "items": attributes_schema("type", ("HASH", "INLINE_FILTER")),
                    },
                    **PROJECTION_SCHEMA,
                },
                "additionalProperties": False,
            },
        }
    }
    reads = (DESCRIBE_TABLE,)
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = projection_gate(VECTOR)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From ``aws_dynamodb_vector_index`` (provider 6)."""
        draft.state((VECTOR,), {}, source.table, "")
        uncertain = source.uncertain(VECTOR_RESOURCE)
        if uncertain is not None:
            draft.state((VECTOR,), uncertain, source.table, "")
            return
        for resource in source.of_type(VECTOR_RESOURCE):
            name = plain(resource.get("/index_name"))
            if isinstance(name, Unknown):
                draft.state((VECTOR,), name, resource, "/index_name")
                return
            _state_index(draft, (VECTOR, str(name)), resource)

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``; an index that is being made or dropped is in transition."""
        indexes = describe_table(facts).get("VectorIndexes") or []
        return {VECTOR: {index["IndexName"]: _live_index(index) for index in indexes}}

    def normalise(self, fragment: Fragment) -> Fragment:
        """Projected attributes as a sorted set, and what narrows a search by name."""
        return with_each_index(fragment, VECTOR, _normal_index)

    def across_regions(self, fragment: Fragment) -> None:
        """AWS does not say whether the regions of a global table share them."""

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """Searches fail or find something else; an index too many only costs."""
        extra = len(split(pointer)) == 2 and expected is None
        return Severity.MEDIUM if extra else Severity.HIGH

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Whatever changes, the index is dropped or built anew."""
        new = len(split(pointer)) == 2 and wanted is not None
        return Risk.DISRUPTIVE if new else Risk.DESTRUCTIVE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Indexes are dropped, built, or both; while one is built, a search misses items."""
        tokens = split(pointer)
        index = join(*tokens[:2])
        if len(tokens) == 2 and wanted is None:
            return Consequence(index, "the index is dropped, and searches in it fail from then on")
        if len(tokens) == 2:
            return Consequence(
                index, "the index is built by reading the whole table, which takes minutes to hours"
            )
        return Consequence(
            index, "the index is dropped and built anew; until that is done, searches in it fail"
        )


def _state_index(draft: Draft, place: tuple[str, ...], resource: Resource) -> None:
    draft.trace(place, resource, "")
    at = "/vector_attribute/attribute_name"
    draft.state((*place, "vector_attribute"), text(resource.get(at)), resource, at)
    at = "/dimensions"
    draft.state((*place, "dimensions"), number(resource.get(at)), resource, at)
    at = "/distance_function"
    draft.state((*place, "distance_function"), resource.get(at), resource, at)
    draft.state((*place, "search_schema"), _narrowed_by(resource), resource, "/search_schema")
    projection(draft, place, resource, "/projection/0")


def _narrowed_by(resource: Resource) -> Json:
    """The attributes of the ``search_schema`` blocks; unknown where one of them is."""
    blocks = named_blocks(resource, "search_schema", "attribute_name")
    if isinstance(blocks, Unknown):
        return blocks
    kinds = {name: plain(resource.get(f"{at}/type")) for name, at in blocks.items()}
    unknown = next((kind for kind in kinds.values() if isinstance(kind, Unknown)), None)
    return unknown or _by_name({"attribute_name": n, "type": kind} for n, kind in kinds.items())


def _by_name(elements: Iterable[Mapping[str, Json]]) -> Json:
    return sorted(elements, key=lambda element: str(element["attribute_name"]))


def _normal_index(index: Json) -> Json:
    index = normal_projection(index)
    if not isinstance(index, dict) or not isinstance(index.get("search_schema"), list):
        return index
    return {**index, "search_schema": _by_name(index["search_schema"])}


def _live_index(index: Mapping[str, Any]) -> Json:
    status = index.get("IndexStatus", "ACTIVE")
    if status in ("CREATING", "DELETING"):
        return in_transition("the index", status, exists=status == "CREATING")
    return {
        "vector_attribute": (index.get("VectorAttribute") or {}).get("AttributeName"),
        "dimensions": index.get("Dimensions"),
        "distance_function": index.get("DistanceFunction"),
        "search_schema": _by_name(
            {"attribute_name": e["AttributeName"], "type": e["SearchSchemaElementType"]}
            for e in index.get("SearchSchema") or []
        ),
        **live_projection(index),
    }

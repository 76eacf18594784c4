"""Local secondary indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Draft, Facts
from driftcheck.aspects.change import Change, Ground, Impossible
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.indexes import (
    PROJECTION_SCHEMA,
    key_fields,
    live_projection,
    normal_projection,
    projection,
    projection_gate,
    with_each_index,
)
from driftcheck.aspects.reading import DESCRIBE_TABLE, describe_table, named_blocks, text
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json, Unknown

FIELD = "local_secondary_index"


class LocalSecondaryIndex(Aspect):
    """``local_secondary_index`` by name. The partition key is always the table's.

    Terraform keeps ``non_key_attributes`` of a local index as a list; for DynamoDB
    the order means nothing, so it is a set here.
    """

    name = FIELD
    title = "local index"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        FIELD: {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"range_key": {"type": "string"}, **PROJECTION_SCHEMA},
                "additionalProperties": False,
            },
        }
    }
    reads = (DESCRIBE_TABLE,)
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = projection_gate(FIELD)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From the ``local_secondary_index`` blocks."""
        table = source.table
        blocks = named_blocks(table, FIELD, "name")
        if isinstance(blocks, Unknown):
            draft.state((FIELD,), blocks, table, f"/{FIELD}")
            return
        draft.state((FIELD,), {}, table, f"/{FIELD}")
        for name, pointer in blocks.items():
            draft.trace((FIELD, name), table, pointer)
            at = f"{pointer}/range_key"
            draft.state((FIELD, name, "range_key"), text(table.get(at)), table, at)
            projection(draft, (FIELD, name), table, pointer)

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``; local indexes are made with the table and never change."""
        indexes = describe_table(facts).get("LocalSecondaryIndexes") or []
        return {
            FIELD: {
                index["IndexName"]: {
                    "range_key": key_fields(index.get("KeySchema", []))["range_key"],
                    **live_projection(index),
                }
                for index in indexes
            }
        }

    def normalise(self, fragment: Fragment) -> Fragment:
        """Projected attributes as a sorted set."""
        return with_each_index(fragment, FIELD, normal_projection)

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """Queries on the index fail or miss attributes."""
        return Severity.HIGH

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Only a new table can have other local indexes."""
        return Risk.IMPOSSIBLE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Terraform makes another table."""
        text = (
            "local indexes are made with their table and never change, so Terraform deletes the "
            "table and makes another"
        )
        return Consequence(pointer, text, replaces_table=True)

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Never in place."""
        for refused in super().changes(ground):
            yield Impossible(
                refused.pointers,
                "local indexes are made with the table and never change",
                "Create a table with these local indexes beside this one and move the items "
                "there; or, where eventual consistency will do, a global index with the same "
                "keys serves the same queries.",
            )

"""The table's primary key and the types of all key attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts
from driftcheck.aspects.change import Change, Ground, Impossible
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.indexes import INDEX_RESOURCE, VECTOR_RESOURCE, used_attributes
from driftcheck.aspects.reading import DESCRIBE_TABLE, describe_table, named_blocks, text
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import join
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json, Unknown

#: Arguments that name the table whose copy a new one is.
_RESTORED_FROM = ("restore_source_name", "restore_source_table_arn")
#: Resources beside the table that state types of attributes, and the blocks they do it in.
_STATING_ATTRIBUTES = {INDEX_RESOURCE: "key_schema", VECTOR_RESOURCE: "search_schema"}


class Keys(Aspect):
    """``hash_key``, ``range_key`` and ``attribute`` (types by attribute name).

    AWS keeps exactly the attributes that some key of the table or of an index
    uses, and adds and drops them together with the indexes. So a definition that
    only one side has follows from an index that only one side has, and is no
    difference of its own; a type that differs is.
    """

    name = "keys"
    title = "key schema"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "hash_key": {"type": "string", "minLength": 1},
        "range_key": {"type": ["string", "null"]},
        "attribute": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"type": {"enum": ["S", "N", "B"]}},
                "additionalProperties": False,
            },
        },
    }
    reads = (DESCRIBE_TABLE,)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From the arguments, and from the keys of separate index resources."""
        table = source.table
        hash_key = text(table.get("/hash_key"))
        if hash_key is None:
            restored = any(table.get(f"/{name}") is not None for name in _RESTORED_FROM)
            reason = (
                "the code leaves hash_key to the table that it is restored from"
                if restored
                else "the code states no hash_key"
            )
            hash_key = Unknown(reason, certainly_set=True)
        draft.state(("hash_key",), hash_key, table, "/hash_key")
        draft.state(("range_key",), text(table.get("/range_key")), table, "/range_key")
        blocks = named_blocks(table, "attribute", "name")
        if isinstance(blocks, Unknown):
            draft.state(("attribute",), blocks, table, "/attribute")
            return
        draft.state(("attribute",), {}, table, "/attribute")
        for name, pointer in blocks.items():
            draft.trace(("attribute", name), table, pointer)
            at = f"{pointer}/type"
            draft.state(("attribute", name, "type"), table.get(at), table, at)
        for type_, block in _STATING_ATTRIBUTES.items():
            for index in source.of_type(type_):
                keys = named_blocks(index, block, "attribute_name")
                if isinstance(keys, Unknown):
                    draft.state(("attribute",), keys, index, f"/{block}")
                    return
                for name, pointer in keys.items():
                    at = f"{pointer}/attribute_type"
                    draft.state(("attribute", name, "type"), index.get(at), index, at)

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``; keys never change, so the table's state does not matter."""
        table = describe_table(facts)
        keys = {k["KeyType"]: k["AttributeName"] for k in table.get("KeySchema", [])}
        return {
            "hash_key": keys.get("HASH"),
            "range_key": keys.get("RANGE"),
            "attribute": {
                a["AttributeName"]: {"type": a["AttributeType"]}
                for a in table.get("AttributeDefinitions", [])
            },
        }

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """A definition that one side lacks counts only where a spec asks for it."""
        one_sided = expected is None or actual is None
        return pointer.startswith("/attribute/") and one_sided and not within.partial

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """A table with other keys is another table."""
        return Severity.CRITICAL

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """AWS cannot change keys or key attribute types of an existing table."""
        return Risk.IMPOSSIBLE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Terraform makes another table, except for another type, which it does not notice.

        The provider tells attributes apart by their names alone.
        """
        if pointer.startswith("/attribute/"):
            text = "AWS cannot change the type of a key attribute"
            return Consequence(pointer, text, replaces_table=True, unnoticed=True)
        text = "AWS cannot change the keys of a table, so Terraform deletes it and makes another"
        return Consequence(pointer, text, replaces_table=True)

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Never in place; the definitions of attributes come and go with the indexes."""
        moved = [at for at in ("/hash_key", "/range_key") if ground.moved(at)]
        used = used_attributes(ground.wanted)
        unused: list[str] = []
        for name in {**ground.member("/attribute"), **(ground.before("/attribute") or {})}:
            at = join("attribute", name, "type")
            before, after = ground.before(at), ground.after(at)
            if before is not None and after is not None and before != after:
                moved.append(at)
            elif before != after and (name in used) != (after is not None):
                unused.append(at)
        if moved:
            yield Impossible(
                tuple(moved),
                "AWS cannot change the keys of an existing table, nor the types of key attributes",
                "Create a table with the new keys beside this one, copy the items (an export to "
                "S3 and an import, or a backfill while the stream is followed), switch readers "
                "and writers over, and delete the old table.",
            )
        if unused:
            yield Impossible(
                tuple(unused),
                "AWS defines exactly the attributes that some key uses",
                "State the attribute where an index uses it, and nowhere else.",
            )

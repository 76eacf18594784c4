"""The state of the customer's key that a table is encrypted with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import (
    Aspect,
    Comparison,
    Difference,
    Draft,
    Facts,
    FactUnavailable,
    Undecided,
)
from driftcheck.aspects.reading import DESCRIBE_TABLE, describe_table, in_transition
from driftcheck.aspects.server_side_encryption import DESCRIBE_KEY, resolved_key
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json, Unknown

FIELD = "encryption_key"
ROTATION = "kms:GetKeyRotationStatus"
#: The only origin of key material that KMS rotates by itself.
_MADE_BY_KMS = "AWS_KMS"


class EncryptionKey(Aspect):
    """``encryption_key``: what KMS says of the customer's key; None where there is no such key.

    ``state`` is a key state of KMS (``Enabled``, ``Disabled``, ``PendingDeletion``, ...).
    ``rotation_enabled`` is None for material that KMS does not rotate (imported, or of a key
    store outside). No resource of a table states any of it, so it is for policies to
    judge and is never compared with code.
    """

    name = FIELD
    title = "encryption key"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        FIELD: {
            "type": ["object", "null"],
            "properties": {
                "state": {"type": "string"},
                "rotation_enabled": {"type": ["boolean", "null"]},
            },
            "additionalProperties": False,
        }
    }
    reads = (DESCRIBE_TABLE,)
    may_read = (DESCRIBE_KEY, ROTATION)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """The code of a table says nothing about the state of its key."""

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeKey`` and ``GetKeyRotationStatus``."""
        description = describe_table(facts).get("SSEDescription") or {}
        status = description.get("Status", "DISABLED")
        if status == "DISABLED":
            return {FIELD: None}
        if status != "ENABLED":
            return {FIELD: in_transition("encryption", status)}
        key = resolved_key(description.get("KMSMasterKeyArn"), facts)
        if key is None or isinstance(key, Unknown):
            return {FIELD: key}
        return {FIELD: _described(str(key), facts)}

    def across_regions(self, fragment: Fragment) -> None:
        """Each region has a key of its own."""

    def compare(self, within: Comparison) -> Iterator[Difference | Undecided]:
        """Only what a spec asks for."""
        if within.partial:
            yield from super().compare(within)


def _described(key: str, facts: Facts) -> dict[str, Json]:
    metadata = facts.get(DESCRIBE_KEY, key).get("KeyMetadata") or {}
    if not metadata:
        missing = Unknown(f"{DESCRIBE_KEY}: there is no key {key}")
        return {"state": missing, "rotation_enabled": missing}
    rotation: Json = None
    if metadata.get("Origin", _MADE_BY_KMS) == _MADE_BY_KMS:
        try:
            rotation = facts.get(ROTATION, key).get("KeyRotationEnabled")
        except FactUnavailable as failure:
            rotation = failure.unknown()
    state = metadata.get("KeyState")
    return {
        "state": Unknown(f"{DESCRIBE_KEY} does not tell the state") if state is None else state,
        "rotation_enabled": rotation,
    }

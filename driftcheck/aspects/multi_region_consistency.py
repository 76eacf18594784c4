"""How strongly the regions of a global table agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts
from driftcheck.aspects.change import Change, Ground, Impossible
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.reading import DESCRIBE_TABLE, plain, settled_table, text
from driftcheck.aspects.replica import RESOURCE as REPLICA_RESOURCE
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import split
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json, Unknown

FIELD = "multi_region_consistency"
EVENTUAL, STRONG = "EVENTUAL", "STRONG"


class MultiRegionConsistency(Aspect):
    """``multi_region_consistency``: the ``mode``, and the region of the witness if there is one.

    Absent is EVENTUAL; a table without replicas has no mode at all. It is chosen
    with the first replica and never changes.
    """

    name = FIELD
    title = "multi-region consistency"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        FIELD: {
            "type": "object",
            "properties": {
                "mode": {"enum": [EVENTUAL, STRONG, None]},
                "witness_region": {"type": ["string", "null"]},
            },
            "additionalProperties": False,
        }
    }
    reads = (DESCRIBE_TABLE,)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From the ``consistency_mode`` of the replicas (provider 6)."""
        table = source.table
        replicas = plain(table.get("/replica"))
        mode: Json = None
        at = "/replica"
        if isinstance(replicas, Unknown):
            mode = replicas
        else:
            for position in range(len(replicas or ())):
                stated = f"/replica/{position}/consistency_mode"
                found = plain(text(table.get(stated)))
                mode = mode or EVENTUAL
                if isinstance(found, Unknown) or found == STRONG:
                    mode, at = found, stated
                    break
        if mode is None and any(True for _ in source.of_type(REPLICA_RESOURCE)):
            mode = EVENTUAL
        draft.state((FIELD, "mode"), mode, table, at)
        witness = "/global_table_witness/0/region_name"
        draft.state((FIELD, "witness_region"), text(table.get(witness)), table, witness)

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``."""
        table = settled_table(facts)
        mode = table.get("MultiRegionConsistency") or (EVENTUAL if table.get("Replicas") else None)
        witnesses = table.get("GlobalTableWitnesses") or []
        return {
            FIELD: {
                "mode": mode,
                "witness_region": witnesses[0].get("RegionName") if witnesses else None,
            }
        }

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """Replicas that one side lacks altogether are reported as such."""
        return split(pointer)[-1] == "mode" and (expected is None or actual is None)

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """Readers in other regions may see old data."""
        return Severity.HIGH

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """It cannot be changed once there are replicas."""
        return Risk.IMPOSSIBLE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Terraform removes the replicas and adds them anew."""
        return Consequence(pointer, "every replica is deleted and made anew")

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Never in place."""
        for refused in super().changes(ground):
            yield Impossible(
                refused.pointers,
                "AWS cannot change the consistency of a global table once it has replicas",
                "Remove all replicas and add them again with the other mode; strong consistency "
                "also wants an empty table.",
            )

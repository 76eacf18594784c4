"""Protection of the table against being deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Draft, Facts
from driftcheck.aspects.change import UPDATE_TABLE, Change, Ground, Impossible, Phase, equals
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.reading import DESCRIBE_TABLE, describe_table, given
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json


class DeletionProtection(Aspect):
    """``deletion_protection_enabled``; DynamoDB applies a change of it at once."""

    name = "deletion_protection"
    title = "deletion protection"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "deletion_protection_enabled": {"type": "boolean"}
    }
    reads = (DESCRIBE_TABLE,)
    writes = (UPDATE_TABLE,)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """Off unless the code turns it on."""
        at = "/deletion_protection_enabled"
        value = given(source.table.get(at), False)
        draft.state(("deletion_protection_enabled",), value, source.table, at)

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``."""
        enabled = bool(describe_table(facts).get("DeletionProtectionEnabled"))
        return {"deletion_protection_enabled": enabled}

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """An unprotected table can be deleted by one call."""
        return Severity.HIGH if expected else Severity.LOW

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Turning it on harms nothing."""
        return Risk.SAFE if wanted else Risk.DISRUPTIVE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """An unprotected table is one apply away from being gone."""
        text = "anything that deletes the table succeeds from then on"
        return None if wanted else Consequence(pointer, text)

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Alone in its request, as AWS wants it; on before all else, off after it."""
        at = "/deletion_protection_enabled"
        if not ground.moved(at):
            return
        on = bool(ground.after(at))
        yield Change(
            title=f"switch deletion protection {'on' if on else 'off'}",
            operation=UPDATE_TABLE,
            arguments={"TableName": ground.name, "DeletionProtectionEnabled": on},
            pointers=(at,),
            phase=Phase.PROTECT if on else Phase.UNPROTECT,
            risk=self.gravest(ground, at),
            hazard="None." if on else "One call can then delete the table.",
            undo=f"Switch it {'off' if on else 'on'} again.",
            settles=(equals(at, on),),
        )

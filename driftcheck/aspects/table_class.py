"""The table's storage class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Draft, Facts
from driftcheck.aspects.change import UPDATE_TABLE, Change, Ground, Impossible, Phase, equals
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.reading import DESCRIBE_TABLE, given, settled_table, text
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json

DEFAULT = "STANDARD"


class TableClass(Aspect):
    """``table_class``; AWS names the class only once it has been another than STANDARD."""

    name = "table_class"
    title = "table class"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "table_class": {"enum": ["STANDARD", "STANDARD_INFREQUENT_ACCESS"]}
    }
    reads = (DESCRIBE_TABLE,)
    writes = (UPDATE_TABLE,)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """STANDARD unless the code says otherwise."""
        value = given(text(source.table.get("/table_class")), DEFAULT)
        draft.state(("table_class",), value, source.table, "/table_class")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``."""
        summary = settled_table(facts).get("TableClassSummary") or {}
        return {"table_class": summary.get("TableClass") or DEFAULT}

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """The class decides only what storage and requests cost."""
        return Severity.LOW

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """AWS allows two changes in thirty days."""
        return Risk.DISRUPTIVE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """The class decides what storage and requests cost."""
        return Consequence(pointer, "prices change, and AWS allows two such changes in 30 days")

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Alone in its request, as AWS wants it."""
        at = "/table_class"
        if not ground.moved(at):
            return
        wanted = ground.after(at) or DEFAULT
        yield Change(
            title=f"change the table class to {wanted}",
            operation=UPDATE_TABLE,
            arguments={"TableName": ground.name, "TableClass": wanted},
            pointers=(at,),
            phase=Phase.TABLE_CLASS,
            risk=self.gravest(ground, at),
            hazard="AWS allows two changes in 30 days, and prices storage and requests anew.",
            undo="Change it back, if the second change of the 30 days is still to be had.",
            settles=(equals(at, wanted),),
        )

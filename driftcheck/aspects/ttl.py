"""Time to live: deletion of items after the moment that one of their attributes names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Draft, Facts
from driftcheck.aspects.change import Change, Ground, Impossible, Phase, equals
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.reading import given, only_if, text
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json, Unknown

#: Seconds that AWS wants between two changes of TTL (documented; half of it was measured).
INTERVAL = 3600


class TimeToLive(Aspect):
    """``ttl``: whether it is on, and the attribute that holds the time (None while off).

    ENABLING counts as enabled: the attribute cannot be changed any more, and AWS
    reports the state only in passing. A table whose TTL is off does not say which
    attribute it once had.
    """

    name = "ttl"
    title = "time to live"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "ttl": {
            "type": "object",
            "properties": {
                "enabled": {"type": "boolean"},
                "attribute_name": {"type": ["string", "null"]},
            },
            "additionalProperties": False,
        }
    }
    reads = ("dynamodb:DescribeTimeToLive",)
    writes = ("dynamodb:UpdateTimeToLive",)
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = {"/ttl/enabled": ("/ttl/attribute_name",)}

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """Off unless a ``ttl`` block enables it."""
        table = source.table
        declared = table.get("/ttl")
        enabled = given(table.get("/ttl/0/enabled"), False)
        attribute = only_if(enabled, text(table.get("/ttl/0/attribute_name")))
        if isinstance(declared, Unknown):
            enabled = attribute = declared
        draft.trace(("ttl",), table, "/ttl")
        draft.state(("ttl", "enabled"), enabled, table, "/ttl/0/enabled")
        draft.state(("ttl", "attribute_name"), attribute, table, "/ttl/0/attribute_name")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTimeToLive``."""
        answer = facts.get("dynamodb:DescribeTimeToLive").get("TimeToLiveDescription") or {}
        enabled = answer.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
        attribute = answer.get("AttributeName") if enabled else None
        return {"ttl": {"enabled": enabled, "attribute_name": attribute}}

    def normalise(self, fragment: Fragment) -> Fragment:
        """While TTL is off its attribute means nothing."""
        ttl = fragment.get("ttl")
        if isinstance(ttl, dict) and ttl.get("enabled") is False and "attribute_name" in ttl:
            return {**fragment, "ttl": {**ttl, "attribute_name": None}}
        return fragment

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """On where it should be off, or by another attribute, deletes data that should stay."""
        if pointer == "/ttl/enabled":
            return Severity.MEDIUM if expected else Severity.HIGH
        return Severity.HIGH

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Turning it on, or to another attribute, starts deleting items."""
        if pointer == "/ttl/enabled" and not wanted:
            return Risk.SAFE
        return Risk.DESTRUCTIVE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Expired items are deleted for good."""
        if pointer == "/ttl/enabled":
            text = "AWS begins to delete the items whose time is over"
            return Consequence(pointer, text) if wanted else None
        return Consequence(pointer, "AWS deletes items by another attribute from then on")

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Another attribute takes two calls, and AWS wants an hour between them."""
        on, at = "/ttl/enabled", "/ttl/attribute_name"
        if not ground.moved(on) and not ground.moved(at):
            return
        was, will = bool(ground.before(on)), bool(ground.after(on))
        attribute = ground.after(at)
        if will and attribute is None:
            yield Impossible(
                (on, at),
                "nobody states which attribute holds the time to live",
                "State attribute_name of ttl in the code or in the spec.",
            )
            return
        risk = self.gravest(ground, on if was != will else at)
        if was:
            yield _switch(ground, ground.before(at), False, risk, second=False)
        if will:
            yield _switch(ground, attribute, True, risk, second=was)


def _switch(ground: Ground, attribute: Json, on: bool, risk: Risk, *, second: bool) -> Change:
    """One call that switches TTL; ``second`` if it follows another one in the same plan."""
    specification = {"AttributeName": attribute, "Enabled": on}
    last = on or not ground.after("/ttl/enabled")
    settles = [equals("/ttl/enabled", on)]
    if on:
        settles.append(equals("/ttl/attribute_name", attribute))
    return Change(
        title=f"switch time to live {'on' if on else 'off'} ({attribute})",
        operation="dynamodb:UpdateTimeToLive",
        arguments={"TableName": ground.name, "TimeToLiveSpecification": specification},
        pointers=("/ttl/enabled", "/ttl/attribute_name") if last else (),
        phase=Phase.START_EXPIRY if on else Phase.STOP_EXPIRY,
        risk=risk,
        hazard="DynamoDB begins to delete the items whose time is over."
        if on
        else "Items are no longer deleted; AWS allows no other change of it for an hour.",
        undo="Switch it off again; what was deleted meanwhile is in the backups only."
        if on
        else "Switch it on again, an hour later.",
        requires=(equals("/ttl/enabled", not on),),
        settles=tuple(settles),
        touches=("/ttl/enabled", "/ttl/attribute_name"),
        group="ttl",
        interval=INTERVAL if second else 0,
    )

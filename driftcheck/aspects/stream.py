"""The table's stream of changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Draft, Facts
from driftcheck.aspects.change import UPDATE_TABLE, Change, Ground, Impossible, Phase, equals
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.reading import DESCRIBE_TABLE, given, mapped, only_if, settled_table, text
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json

VIEW_TYPES = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")


class Stream(Aspect):
    """``stream_enabled`` and ``stream_view_type`` (None while the stream is off).

    AWS leaves ``StreamSpecification`` out when there is no stream; the ARN of the
    last stream lingers after it was disabled and says nothing.
    """

    name = "stream"
    title = "stream"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "stream_enabled": {"type": "boolean"},
        "stream_view_type": {"enum": [*VIEW_TYPES, None]},
    }
    reads = (DESCRIBE_TABLE,)
    writes = (UPDATE_TABLE,)
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = {"/stream_enabled": ("/stream_view_type",)}

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """Off unless the code turns it on."""
        table = source.table
        enabled = given(table.get("/stream_enabled"), False)
        view = mapped(text(table.get("/stream_view_type")), str.upper)
        draft.state(("stream_enabled",), enabled, table, "/stream_enabled")
        draft.state(("stream_view_type",), only_if(enabled, view), table, "/stream_view_type")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``."""
        stream = settled_table(facts).get("StreamSpecification") or {}
        enabled = bool(stream.get("StreamEnabled"))
        return {
            "stream_enabled": enabled,
            "stream_view_type": stream.get("StreamViewType") if enabled else None,
        }

    def normalise(self, fragment: Fragment) -> Fragment:
        """A disabled stream has no view type."""
        if fragment.get("stream_enabled") is False and "stream_view_type" in fragment:
            return {**fragment, "stream_view_type": None}
        return fragment

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """Consumers get nothing, or records they cannot use; a stream too many only costs."""
        if pointer == "/stream_enabled":
            return Severity.HIGH if expected else Severity.LOW
        return Severity.HIGH

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Every new stream has a new ARN, so the consumers of the one before it stop."""
        return Risk.SAFE if pointer == "/stream_enabled" and wanted else Risk.DISRUPTIVE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """A stream's ARN is its identity for consumers."""
        if pointer == "/stream_enabled":
            text = "the stream ends, and its consumers get nothing from then on"
            return None if wanted else Consequence(pointer, text)
        return Consequence(
            pointer, "a new stream with a new ARN replaces the old one, whose consumers stop"
        )

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Another view type takes two calls: AWS only switches streams off and on."""
        on, view = "/stream_enabled", "/stream_view_type"
        if not ground.moved(on) and not ground.moved(view):
            return
        was, will = bool(ground.before(on)), bool(ground.after(on))
        if was and ground.before("/replica"):
            yield Impossible(
                (on, view),
                "AWS does not let the stream of a global table be switched off or changed",
                "Remove the replicas first, change the stream, and add them again.",
            )
            return
        if will and ground.after(view) is None:
            yield Impossible(
                (on, view),
                "nobody states which view type the stream should have",
                "State stream_view_type in the code or in the spec.",
            )
            return
        risk = self.gravest(ground, *([on] if was != will else [on, view]))
        if was and will:
            risk = self.gravest(ground, view)
        if was:
            yield _switch(ground, {"StreamEnabled": False}, risk, last=not will)
        if will:
            specification = {"StreamEnabled": True, "StreamViewType": ground.after(view)}
            yield _switch(ground, specification, risk, last=True)


def _switch(ground: Ground, specification: dict[str, Json], risk: Risk, *, last: bool) -> Change:
    """One call that switches the stream; ``last`` if it leaves the stream as it is wanted."""
    on = bool(specification["StreamEnabled"])
    view = specification.get("StreamViewType")
    settles = [equals("/stream_enabled", on)]
    if on:
        settles.append(equals("/stream_view_type", view))
    return Change(
        title=f"switch the stream on ({view})" if on else "switch the stream off",
        operation=UPDATE_TABLE,
        arguments={"TableName": ground.name, "StreamSpecification": specification},
        pointers=("/stream_enabled", "/stream_view_type") if last else (),
        phase=Phase.STREAM,
        risk=risk,
        hazard="The new stream has a new ARN: consumers have to be pointed to it."
        if on
        else "Consumers get no more records; those of the last 24 hours can still be read.",
        undo="Switch it off again."
        if on
        else "Switch it on again; that stream has a new ARN, and consumers have to follow.",
        requires=(equals("/stream_enabled", not on),),
        settles=tuple(settles),
        touches=("/stream_enabled", "/stream_view_type"),
        group="stream",
    )

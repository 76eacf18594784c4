"""The Kinesis data stream that the table's changes are sent to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Draft, Facts
from driftcheck.aspects.change import Change, Ground, Impossible, Phase, equals
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.reading import given, in_transition, text
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import join
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Cause, Json, Unknown

FIELD = "kinesis_streaming_destination"
RESOURCE = "aws_dynamodb_kinesis_streaming_destination"
DESCRIBE = "dynamodb:DescribeKinesisStreamingDestination"
PRECISION = "approximate_creation_date_time_precision"
DEFAULT_PRECISION = "MILLISECOND"

_OFF = {"enabled": False, "stream_arn": None, PRECISION: None}
_MOVING = frozenset({"ENABLING", "DISABLING", "UPDATING"})


class KinesisStreamingDestination(Aspect):
    """``kinesis_streaming_destination``: whether there is one, which, and how precise.

    AWS goes on listing a destination as DISABLED for a while after it was taken
    away; that is no destination.
    """

    name = FIELD
    title = "Kinesis destination"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        FIELD: {
            "type": "object",
            "properties": {
                "enabled": {"type": "boolean"},
                "stream_arn": {"type": ["string", "null"]},
                PRECISION: {"enum": ["MILLISECOND", "MICROSECOND", None]},
            },
            "additionalProperties": False,
        }
    }
    reads = (DESCRIBE,)
    writes = (
        "dynamodb:EnableKinesisStreamingDestination",
        "dynamodb:DisableKinesisStreamingDestination",
        "dynamodb:UpdateKinesisStreamingDestination",
    )
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = {
        f"/{FIELD}/enabled": (f"/{FIELD}/stream_arn", f"/{FIELD}/{PRECISION}")
    }

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """None unless a resource of its own makes one."""
        uncertain = source.uncertain(RESOURCE)
        if uncertain is not None:
            draft.state((FIELD,), dict.fromkeys(_OFF, uncertain), source.table, "")
            return
        draft.state((FIELD,), dict(_OFF), source.table, "")
        for resource in source.of_type(RESOURCE):
            draft.trace((FIELD,), resource, "")
            precision = given(text(resource.get(f"/{PRECISION}")), DEFAULT_PRECISION)
            draft.state((FIELD, "enabled"), True, resource, "")
            draft.state((FIELD, "stream_arn"), resource.get("/stream_arn"), resource, "/stream_arn")
            draft.state((FIELD, PRECISION), precision, resource, f"/{PRECISION}")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeKinesisStreamingDestination``."""
        answers = facts.get(DESCRIBE).get("KinesisDataStreamDestinations") or []
        there = [d for d in answers if d.get("DestinationStatus") == "ACTIVE"]
        moving = [d for d in answers if d.get("DestinationStatus") in _MOVING]
        if moving:
            changing = in_transition("the destination", moving[0]["DestinationStatus"])
            return {FIELD: dict.fromkeys(_OFF, changing)}
        if not there:
            return {FIELD: dict(_OFF)}
        if len(there) > 1:
            streams = ", ".join(sorted(d["StreamArn"] for d in there))
            several = Unknown(f"changes go to several streams ({streams})", True, Cause.UNSUPPORTED)
            return {FIELD: {"enabled": True, "stream_arn": several, PRECISION: several}}
        precision = there[0].get("ApproximateCreationDateTimePrecision") or DEFAULT_PRECISION
        return {FIELD: {"enabled": True, "stream_arn": there[0]["StreamArn"], PRECISION: precision}}

    def across_regions(self, fragment: Fragment) -> None:
        """Each region streams to a stream of its own."""

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """Consumers get nothing; or somebody gets what they should not."""
        if pointer.endswith(PRECISION):
            return Severity.LOW
        return Severity.HIGH

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Records that are not sent while it is off are never sent."""
        if pointer.endswith("/enabled") and not wanted:
            return Risk.DESTRUCTIVE
        return Risk.DISRUPTIVE if pointer.endswith("/stream_arn") else Risk.SAFE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Records go elsewhere, or nowhere."""
        if pointer.endswith("/enabled") and not wanted:
            return Consequence(pointer, "records of changes are no longer sent, and never will be")
        if pointer.endswith("/stream_arn"):
            return Consequence(pointer, "records of changes go to another stream from then on")
        return None

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Another stream takes two calls; another precision takes one."""
        places = tuple(join(FIELD, name) for name in _OFF)
        moved = tuple(place for place in places if ground.moved(place))
        if not moved:
            return
        on, arn, precision = places
        was, will = bool(ground.before(on)), bool(ground.after(on))
        same = was and will and not ground.moved(arn)
        if will and not isinstance(ground.after(arn), str):
            yield Impossible(
                moved,
                "nobody states which stream the changes should go to",
                "State stream_arn in the code or in the spec.",
            )
            return
        risk = self.gravest(ground, *([on] if was != will else moved))
        if same:
            yield _call(ground, "Update", ground.after(arn), ground.after(precision), risk, moved)
            return
        if was:
            gone = () if will else moved
            yield _call(ground, "Disable", ground.before(arn), None, risk, gone)
        if will:
            yield _call(ground, "Enable", ground.after(arn), ground.after(precision), risk, moved)


def _call(
    ground: Ground,
    verb: str,
    stream: str,
    precision: Json,
    risk: Risk,
    pointers: tuple[str, ...],
) -> Change:
    """One call about the destination; ``verb`` begins the operation's name."""
    settings = {}
    if precision is not None:
        member = f"{verb}KinesisStreamingConfiguration"
        settings[member] = {"ApproximateCreationDateTimePrecision": precision}
    on = verb != "Disable"
    settles = [equals(f"/{FIELD}/enabled", on)]
    if on:
        settles.append(equals(f"/{FIELD}/stream_arn", stream))
    if precision is not None:
        settles.append(equals(f"/{FIELD}/{PRECISION}", precision))
    titles = {
        "Enable": f"send changes to {stream}",
        "Disable": f"stop sending changes to {stream}",
        "Update": f"send times of changes as {precision} to {stream}",
    }
    return Change(
        title=titles[verb],
        operation=f"dynamodb:{verb}KinesisStreamingDestination",
        arguments={"TableName": ground.name, "StreamArn": stream, **settings},
        pointers=pointers,
        phase=Phase.LABEL,
        risk=risk,
        hazard="It costs by the number of changes."
        if on
        else "Changes that are not sent meanwhile are never sent.",
        undo="Send them again, from then on." if not on else "Stop sending, or set it as before.",
        settles=tuple(settles),
        touches=(f"/{FIELD}",),
        group=FIELD,
    )

"""Replicas of the table in other regions (a global table)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts, FactUnavailable
from driftcheck.aspects.change import UPDATE_TABLE, Change, Ground, Impossible
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.reading import (
    DESCRIBE_TABLE,
    describe_table,
    given,
    in_transition,
    named_blocks,
    plain,
    text,
)
from driftcheck.aspects.replica_changes import replica_changes
from driftcheck.aspects.server_side_encryption import (
    DESCRIBE_KEY,
    customer_key,
    is_key_arn,
    resolved_key,
)
from driftcheck.aspects.table_class import DEFAULT as STANDARD
from driftcheck.aspects.tags import Tags
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import join, split
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Cause, Json, Unknown

FIELD = "replica"
RESOURCE = "aws_dynamodb_table_replica"
DESCRIBE_BACKUPS = "dynamodb:DescribeContinuousBackups"
LIST_TAGS = "dynamodb:ListTagsOfResource"

#: States that a replica passes through; the others are its settings' home or a failure.
_MOVING = frozenset({"CREATING", "UPDATING", "DELETING", "ARCHIVING"})
_FAILED = frozenset({"CREATION_FAILED", "REGION_DISABLED", "ARCHIVED"})


class Replica(Aspect):
    """``replica`` by region, without the table's own region.

    Of each: ``kms_key_arn`` (None for a key of AWS's), ``point_in_time_recovery``,
    ``deletion_protection_enabled``, ``table_class`` and ``tags``. What the code cannot
    state or does not, is None and asserts nothing: deletion protection, the table
    class, and tags that are not propagated. With ``propagate_tags`` a replica's tags
    are the table's.
    """

    name = FIELD
    title = "replica"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        FIELD: {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "kms_key_arn": {"type": ["string", "null"]},
                    "point_in_time_recovery": {"type": "boolean"},
                    "deletion_protection_enabled": {"type": ["boolean", "null"]},
                    "table_class": {"enum": ["STANDARD", "STANDARD_INFREQUENT_ACCESS", None]},
                    "tags": {
                        "type": ["object", "null"],
                        "additionalProperties": {"type": "string"},
                    },
                },
                "additionalProperties": False,
            },
        }
    }
    reads = (DESCRIBE_TABLE,)
    may_read = (DESCRIBE_BACKUPS, LIST_TAGS, DESCRIBE_KEY)
    writes = (
        UPDATE_TABLE,
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:TagResource",
        "dynamodb:UntagResource",
    )

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From the table's ``replica`` blocks, or from replica resources of their own."""
        table = source.table
        draft.state((FIELD,), {}, table, f"/{FIELD}")
        blocks = named_blocks(table, FIELD, "region_name")
        uncertain = source.uncertain(RESOURCE)
        if isinstance(blocks, Unknown) or uncertain is not None:
            draft.state((FIELD,), uncertain or blocks, table, f"/{FIELD}")
            return
        for region, pointer in blocks.items():
            place = (FIELD, region)
            draft.trace(place, table, pointer)
            _state_settings(draft, place, table, pointer)
            _state(draft, place, "table_class", None, table, pointer)
            propagated = plain(table.get(f"{pointer}/propagate_tags"))
            at = f"{pointer}/propagate_tags"
            tags = propagated if isinstance(propagated, Unknown) else None
            draft.state(
                (*place, "tags"), _table_tags(source) if propagated is True else tags, table, at
            )
        for resource in source.of_type(RESOURCE):
            if not isinstance(resource.region, str):
                reason = f"the region of {resource.address} is not known"
                draft.state((FIELD,), resource.region or Unknown(reason), resource, "")
                return
            place = (FIELD, resource.region)
            draft.trace(place, resource, "")
            _state_settings(draft, place, resource, "")
            class_ = text(resource.get("/table_class_override"))
            draft.state((*place, "table_class"), class_, resource, "/table_class_override")
            own = TerraformTable(table=resource)
            draft.state((*place, "tags"), _table_tags(own), resource, "/tags")

    def from_live(self, facts: Facts) -> Fragment:
        """From the table's description, and from each replica's own in its region."""
        replicas = describe_table(facts).get("Replicas") or []
        return {FIELD: {r["RegionName"]: _live_replica(r, facts) for r in replicas}}

    def resolve(self, fragment: Fragment, facts: Facts) -> Fragment:
        """The ARNs of keys instead of their aliases or ids."""
        replicas = fragment.get(FIELD)
        if not isinstance(replicas, dict):
            return fragment
        return {**fragment, FIELD: {n: _with_key(r, facts) for n, r in replicas.items()}}

    def across_regions(self, fragment: Fragment) -> None:
        """Every region lists the others."""

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """What the code does not state of a replica."""
        tokens = split(pointer)
        unstated = ("deletion_protection_enabled", "table_class", "tags")
        return len(tokens) == 3 and tokens[2] in unstated and expected is None

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """As for the table itself: what guards data is worth more than what costs money."""
        tokens = split(pointer)
        if "tags" in tokens or tokens[-1] == "table_class":
            return Severity.LOW
        if tokens[-1] in ("point_in_time_recovery", "deletion_protection_enabled"):
            return Severity.HIGH if expected else Severity.LOW
        if tokens[-1] == "kms_key_arn" and expected is None:
            return Severity.MEDIUM
        return Severity.HIGH

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """A key changes only by removing the replica and adding it anew."""
        tokens = split(pointer)
        if len(tokens) == 2:
            return Risk.DESTRUCTIVE if wanted is None else Risk.DISRUPTIVE
        if tokens[-1] == "point_in_time_recovery":
            return Risk.SAFE if wanted else Risk.DESTRUCTIVE
        if tokens[-1] == "deletion_protection_enabled":
            return Risk.SAFE if wanted else Risk.DISRUPTIVE
        if "tags" in tokens:
            return Risk.DISRUPTIVE if wanted is None else Risk.SAFE
        return Risk.DESTRUCTIVE if tokens[-1] == "kms_key_arn" else Risk.DISRUPTIVE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Replicas are deleted and copied with all their items."""
        tokens = split(pointer)
        region = join(*tokens[:2])
        if len(tokens) == 2 and wanted is None:
            return Consequence(region, "the replica is deleted in that region")
        if len(tokens) == 2:
            return Consequence(region, "a replica is made there with a copy of every item")
        if tokens[-1] == "kms_key_arn":
            return Consequence(region, "the replica is deleted and copied anew with the other key")
        if tokens[-1] == "point_in_time_recovery" and not wanted:
            return Consequence(pointer, "all history of that replica is lost")
        return None

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """One region for each call; what a replica has of its own is set in its region."""
        return replica_changes(ground, self.gravest)


def _state(
    draft: Draft, place: tuple[str, ...], name: str, value: Json, resource: Resource, base: str
) -> None:
    draft.state((*place, name), value, resource, f"{base}/{name}")


def _state_settings(draft: Draft, place: tuple[str, ...], resource: Resource, base: str) -> None:
    """Write what replica blocks and replica resources call by the same names."""
    key = customer_key(resource.get(f"{base}/kms_key_arn"))
    recovery = given(resource.get(f"{base}/point_in_time_recovery"), False)
    protection = resource.get(f"{base}/deletion_protection_enabled")
    _state(draft, place, "kms_key_arn", key, resource, base)
    _state(draft, place, "point_in_time_recovery", recovery, resource, base)
    _state(draft, place, "deletion_protection_enabled", protection, resource, base)


def _table_tags(source: TerraformTable) -> Json:
    draft = Draft()
    Tags().from_terraform(source, draft)
    return draft.fragment["tags"]


def _with_key(replica: Json, facts: Facts) -> Json:
    key = plain(replica.get("kms_key_arn")) if isinstance(replica, dict) else None
    if not isinstance(key, str) or is_key_arn(key):
        return replica
    return {**replica, "kms_key_arn": resolved_key(key, facts)}


def _live_replica(replica: Mapping[str, Any], facts: Facts) -> Json:
    region, status = replica["RegionName"], replica.get("ReplicaStatus", "ACTIVE")
    if status in _MOVING:
        return in_transition(f"the replica in {region}", status, exists=status != "DELETING")
    if status in _FAILED:
        return Unknown(f"the replica in {region} is {status}", cause=Cause.NOT_READABLE)

    def asked(operation: str) -> Mapping[str, Any] | Unknown:
        try:
            return facts.get(operation, region)
        except FactUnavailable as failure:
            return failure.unknown()

    class_ = (replica.get("ReplicaTableClassSummary") or {}).get("TableClass") or STANDARD
    backups = asked(DESCRIBE_BACKUPS)
    table = asked(DESCRIBE_TABLE)
    tags = asked(LIST_TAGS)
    return {
        "kms_key_arn": resolved_key(replica.get("KMSMasterKeyId"), facts),
        "point_in_time_recovery": backups if isinstance(backups, Unknown) else _recovers(backups),
        "deletion_protection_enabled": (
            table
            if isinstance(table, Unknown)
            else bool((table.get("Table") or {}).get("DeletionProtectionEnabled"))
        ),
        "table_class": class_,
        "tags": tags if isinstance(tags, Unknown) else _live_tags(tags),
    }


def _recovers(answer: Mapping[str, Any]) -> bool:
    backups = answer.get("ContinuousBackupsDescription") or {}
    recovery = backups.get("PointInTimeRecoveryDescription") or {}
    return recovery.get("PointInTimeRecoveryStatus") == "ENABLED"


def _live_tags(answer: Mapping[str, Any]) -> Json:
    stated = {tag["Key"]: tag.get("Value", "") for tag in answer.get("Tags") or []}
    return Tags().normalise({"tags": stated})["tags"]

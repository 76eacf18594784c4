"""Calls that add, remove and change the replicas of a global table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from driftcheck.aspects.change import (
    UPDATE_TABLE,
    Change,
    Ground,
    Impossible,
    Phase,
    absent,
    equals,
    present,
)
from driftcheck.aspects.throughput_changes import Judge
from driftcheck.model.finding import Risk
from driftcheck.model.pointer import join
from driftcheck.model.values import Json

FIELD = "replica"
_IMAGES = "NEW_AND_OLD_IMAGES"


def replica_changes(ground: Ground, judge: Judge) -> Iterator[Change | Impossible]:
    """Replicas by region, from what they are to what is wanted."""
    before, after = ground.before(f"/{FIELD}") or {}, ground.member(f"/{FIELD}")
    for region in before:
        if after.get(region) is None:
            at = join(FIELD, region)
            yield _remove(ground, region, judge(ground, at), last=True)
    for region, wanted in after.items():
        if wanted is None or before.get(region) == wanted:
            continue
        if region not in before:
            yield from _add(ground, region, wanted, judge(ground, join(FIELD, region)), ())
        elif ground.moved(join(FIELD, region, "kms_key_arn")) and not table_key_moves(ground):
            moved = _moved(ground, region, wanted)
            risk = judge(ground, *moved)
            added = list(_add(ground, region, wanted, risk, moved))
            if all(isinstance(change, Change) for change in added):
                yield _remove(ground, region, risk, last=False)
            yield from added
        else:
            yield from _settings(ground, region, wanted, judge)


def table_key_moves(ground: Ground) -> bool:
    """Whether the table gets another key, which its replicas get in the same call."""
    return ground.moved("/server_side_encryption/enabled") or ground.moved(
        "/server_side_encryption/kms_key_arn"
    )


def _moved(ground: Ground, region: str, wanted: Json) -> tuple[str, ...]:
    places = (join(FIELD, region, member) for member in wanted)
    return tuple(place for place in places if ground.moved(place))


def _remove(ground: Ground, region: str, risk: Risk, *, last: bool) -> Change:
    at = join(FIELD, region)
    return Change(
        title=f"remove the replica in {region}",
        operation=UPDATE_TABLE,
        arguments={
            "TableName": ground.name,
            "ReplicaUpdates": [{"Delete": {"RegionName": region}}],
        },
        pointers=(at,) if last else (),
        phase=Phase.REPLICA,
        risk=risk,
        hazard="Readers and writers in that region fail; its copy of the data is deleted.",
        undo="Add the replica again; AWS copies the data.",
        requires=(present(at),),
        settles=(absent(at),),
        touches=(at, "/multi_region_consistency"),
        group=at,
        slow=True,
    )


def _add(
    ground: Ground, region: str, wanted: Json, risk: Risk, moved: tuple[str, ...]
) -> Iterator[Change | Impossible]:
    """The replica, then what can be set on it once it is there."""
    at = join(FIELD, region)
    if ground.after("/stream_enabled") is not True or ground.after("/stream_view_type") != _IMAGES:
        yield Impossible(
            moved or (at,),
            f"a table with replicas needs a stream of {_IMAGES}",
            "State it in the code or in the spec.",
        )
        return
    create: dict[str, Any] = {"RegionName": region}
    if wanted.get("kms_key_arn"):
        create["KMSMasterKeyId"] = wanted["kms_key_arn"]
    if wanted.get("table_class"):
        create["TableClassOverride"] = wanted["table_class"]
    yield Change(
        title=f"add a replica in {region}",
        operation=UPDATE_TABLE,
        arguments={"TableName": ground.name, "ReplicaUpdates": [{"Create": create}]},
        pointers=moved or (join(FIELD, region, "kms_key_arn"),),
        phase=Phase.REPLICA,
        risk=risk,
        hazard="AWS copies all data there, which takes long and costs.",
        undo="Remove the replica.",
        requires=(
            absent(at),
            equals("/stream_enabled", True),
            equals("/stream_view_type", _IMAGES),
        ),
        settles=(present(at),),
        touches=(at, "/multi_region_consistency"),
        group=at,
        slow=True,
    )
    yield from _own(ground, region, {}, wanted, risk, at)


def _settings(ground: Ground, region: str, wanted: Json, judge: Judge) -> Iterator[Change]:
    """What can be changed of a replica that stays."""
    before = ground.before(join(FIELD, region)) or {}
    at = join(FIELD, region, "table_class")
    if ground.moved(at) and wanted.get("table_class"):
        update = {"RegionName": region, "TableClassOverride": wanted["table_class"]}
        yield Change(
            title=f"change the table class of the replica in {region} to {wanted['table_class']}",
            operation=UPDATE_TABLE,
            arguments={"TableName": ground.name, "ReplicaUpdates": [{"Update": update}]},
            pointers=(at,),
            phase=Phase.REPLICA,
            risk=judge(ground, at),
            hazard="AWS allows two changes in 30 days, and prices storage and requests anew.",
            undo="Change it back.",
            requires=(present(join(FIELD, region)),),
            settles=(equals(at, wanted["table_class"]),),
        )
    moved = _moved(ground, region, wanted)
    yield from _own(ground, region, before, wanted, judge(ground, *moved), "")


def _own(
    ground: Ground, region: str, before: Json, wanted: Json, risk: Risk, group: str
) -> Iterator[Change]:
    """What is set by calls in the replica's own region."""
    there = (present(join(FIELD, region)),)
    common: dict[str, Any] = {"risk": risk, "requires": there, "group": group, "region": region}
    off = {"point_in_time_recovery": False, "deletion_protection_enabled": False, "tags": {}}
    recovery = join(FIELD, region, "point_in_time_recovery")
    on = wanted.get("point_in_time_recovery")
    if on is not None and on != {**off, **before}["point_in_time_recovery"]:
        specification = {"PointInTimeRecoveryEnabled": on}
        yield Change(
            title=f"switch point-in-time recovery {'on' if on else 'off'} in {region}",
            operation="dynamodb:UpdateContinuousBackups",
            arguments={
                "TableName": ground.name,
                "PointInTimeRecoverySpecification": specification,
            },
            pointers=(recovery,),
            phase=Phase.REPLICA,
            hazard="It costs by the size of the table." if on else "The history is lost.",
            undo=f"Switch it {'off' if on else 'on'} again.",
            settles=(equals(recovery, on),),
            **common,
        )
    protection = join(FIELD, region, "deletion_protection_enabled")
    on = wanted.get("deletion_protection_enabled")
    if on is not None and on != {**off, **before}["deletion_protection_enabled"]:
        yield Change(
            title=f"switch deletion protection {'on' if on else 'off'} in {region}",
            operation=UPDATE_TABLE,
            arguments={"TableName": ground.name, "DeletionProtectionEnabled": on},
            pointers=(protection,),
            phase=Phase.REPLICA,
            hazard="None." if on else "One call can then delete the replica.",
            undo=f"Switch it {'off' if on else 'on'} again.",
            settles=(equals(protection, on),),
            **common,
        )
    yield from _tags(ground, region, {**off, **before}["tags"] or {}, wanted.get("tags"), common)


def _tags(
    ground: Ground, region: str, before: Json, wanted: Json, common: dict[str, Any]
) -> Iterator[Change]:
    if wanted is None:
        return
    arn = ground.arn.replace(f":{ground.region}:", f":{region}:", 1)
    # What is sensitive in the code stays so in the plan.
    put = {
        key: ground.wanted.get(join(FIELD, region, "tags", key))
        for key, value in sorted(wanted.items())
        if value is not None and before.get(key) != value
    }
    gone = sorted(key for key in before if wanted.get(key) is None)
    if gone:
        yield Change(
            title=f"remove tags in {region}: {', '.join(gone)}",
            operation="dynamodb:UntagResource",
            arguments={"ResourceArn": arn, "TagKeys": gone},
            pointers=tuple(join(FIELD, region, "tags", key) for key in gone),
            phase=Phase.REPLICA,
            hazard="Access rules and the allocation of costs may depend on them.",
            undo="Set them again.",
            settles=tuple(absent(join(FIELD, region, "tags", key)) for key in gone),
            **common,
        )
    if put:
        yield Change(
            title=f"set tags in {region}: {', '.join(put)}",
            operation="dynamodb:TagResource",
            arguments={
                "ResourceArn": arn,
                "Tags": [{"Key": key, "Value": value} for key, value in put.items()],
            },
            pointers=tuple(join(FIELD, region, "tags", key) for key in put),
            phase=Phase.REPLICA,
            hazard="Access rules may depend on them.",
            undo="Set the values from before, or remove them.",
            settles=tuple(equals(join(FIELD, region, "tags", k), v) for k, v in put.items()),
            **common,
        )

"""Encryption at rest and the key that does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Draft, Facts, FactUnavailable
from driftcheck.aspects.change import UPDATE_TABLE, Change, Ground, Impossible, Phase, equals
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.reading import (
    DESCRIBE_TABLE,
    describe_table,
    given,
    in_transition,
    mapped,
    only_if,
    text,
)
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import join
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json, Unknown

DESCRIBE_KEY = "kms:DescribeKey"
AWS_MANAGED_ALIAS = "alias/aws/dynamodb"


class ServerSideEncryption(Aspect):
    """``server_side_encryption``: KMS or not, and the customer's key if there is one.

    ``enabled`` false is the key that AWS owns. ``enabled`` true with no
    ``kms_key_arn`` is the key that AWS manages in the account. AWS always answers
    with the ARN of a key, so an alias or a bare id of a desired key is resolved
    with ``kms:DescribeKey`` first. A table keeps the key that its alias pointed to
    when it was set.
    """

    name = "server_side_encryption"
    title = "encryption"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "server_side_encryption": {
            "type": "object",
            "properties": {
                "enabled": {"type": "boolean"},
                "kms_key_arn": {"type": ["string", "null"]},
            },
            "additionalProperties": False,
        }
    }
    reads = (DESCRIBE_TABLE,)
    may_read = (DESCRIBE_KEY,)
    writes = (UPDATE_TABLE,)
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "/server_side_encryption/enabled": ("/server_side_encryption/kms_key_arn",)
    }

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """AWS's own key unless a block enables KMS; the AWS-managed one unless a key is named."""
        table = source.table
        base = "/server_side_encryption"
        declared = table.get(base)
        enabled = given(table.get(f"{base}/0/enabled"), False)
        key = only_if(enabled, customer_key(table.get(f"{base}/0/kms_key_arn")))
        if isinstance(declared, Unknown):
            enabled = key = declared
        draft.trace(("server_side_encryption",), table, base)
        for name, value in (("enabled", enabled), ("kms_key_arn", key)):
            draft.state(("server_side_encryption", name), value, table, f"{base}/0/{name}")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``; ``DescribeKey`` tells a customer's key from AWS's own."""
        description = describe_table(facts).get("SSEDescription") or {}
        status = description.get("Status", "DISABLED")
        if status in ("ENABLING", "DISABLING", "UPDATING"):
            moving = in_transition("encryption", status)
            return {"server_side_encryption": {"enabled": moving, "kms_key_arn": moving}}
        enabled = status == "ENABLED"
        key = resolved_key(description.get("KMSMasterKeyArn"), facts) if enabled else None
        return {"server_side_encryption": {"enabled": enabled, "kms_key_arn": key}}

    def normalise(self, fragment: Fragment) -> Fragment:
        """No key while KMS is off, nor for the key that AWS manages."""
        stated = fragment.get("server_side_encryption")
        if not isinstance(stated, dict) or "kms_key_arn" not in stated:
            return fragment
        key = customer_key(stated["kms_key_arn"]) if stated.get("enabled", True) else None
        return {**fragment, "server_side_encryption": {**stated, "kms_key_arn": key}}

    def resolve(self, fragment: Fragment, facts: Facts) -> Fragment:
        """The ARN of the key instead of its alias or id."""
        stated = fragment.get("server_side_encryption")
        if not isinstance(stated, dict) or "kms_key_arn" not in stated:
            return fragment

        def change(name: str) -> Json:
            return name if is_key_arn(name) else resolved_key(name, facts)

        key = mapped(stated["kms_key_arn"], change)
        return {**fragment, "server_side_encryption": {**stated, "kms_key_arn": key}}

    def across_regions(self, fragment: Fragment) -> Fragment:
        """A key belongs to one region; whose key it is should be the same in all."""
        stated = fragment.get("server_side_encryption")
        if not isinstance(stated, dict):
            return fragment
        whose = mapped(stated.get("kms_key_arn"), lambda _arn: "a customer's key")
        return {"server_side_encryption": {**stated, "kms_key_arn": whose}}

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """A weaker key than was asked for is grave; a stronger or another one less so."""
        if pointer.endswith("/enabled"):
            return Severity.HIGH if expected else Severity.LOW
        return Severity.MEDIUM if expected is None else Severity.HIGH

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """AWS allows four changes in a day, and whoever loses the key loses the table."""
        return Risk.DISRUPTIVE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Everything is encrypted again."""
        text = "the table is encrypted again with another key, on which access then depends"
        return Consequence(pointer, text)

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Alone in its request; a key of the customer's goes to all replicas in one call."""
        on, key = "/server_side_encryption/enabled", "/server_side_encryption/kms_key_arn"
        if not ground.moved(on) and not ground.moved(key):
            return
        enabled, arn = bool(ground.after(on)), ground.after(key)
        moved = tuple(at for at in (on, key) if ground.moved(at))
        specification: dict[str, Json] = {"Enabled": enabled}
        if enabled:
            specification["SSEType"] = "KMS"
            if arn is not None:
                specification["KMSMasterKeyId"] = arn
        arguments: dict[str, Json] = {"SSESpecification": specification}
        replicas = ground.member("/replica")
        if replicas and arn is not None:
            keys = {name: r.get("kms_key_arn") for name, r in replicas.items() if r is not None}
            missing = [name for name, key_there in keys.items() if key_there is None]
            if missing:
                yield Impossible(
                    moved,
                    f"which key the replicas in {', '.join(missing)} should have is not stated",
                    "State kms_key_arn of every replica: a key of the customer's is for all.",
                )
                return
            regions = {ground.region: arn, **keys}
            arguments = {
                "ReplicaUpdates": [
                    {"Update": {"RegionName": name, "KMSMasterKeyId": there}}
                    for name, there in regions.items()
                ]
            }
            places = (join("replica", name, "kms_key_arn") for name in keys)
            moved += tuple(place for place in places if ground.moved(place))
        kind = (arn or "the key that AWS manages") if enabled else "the key that AWS owns"
        yield Change(
            title=f"encrypt with {kind}",
            operation=UPDATE_TABLE,
            arguments={"TableName": ground.name, **arguments},
            pointers=moved,
            phase=Phase.ENCRYPTION,
            risk=self.gravest(ground, *moved),
            hazard="AWS allows four such changes in 24 hours; whoever loses the key loses the "
            "table, and callers need permission to use it.",
            undo="Change back to the key from before, if it still exists.",
            settles=(equals(on, enabled), equals(key, arn)),
        )


def customer_key(value: Json) -> Json:
    """A customer's key as it was named; None for the key that AWS manages."""
    return mapped(text(value), lambda name: None if name.endswith(AWS_MANAGED_ALIAS) else name)


def is_key_arn(name: str) -> bool:
    """Whether this names a key itself, by ARN, and not an alias of one."""
    return name.startswith("arn:") and ":key/" in name


def resolved_key(name: str | None, facts: Facts) -> Json:
    """The ARN of a customer's key, from any of its names; None for the key that AWS manages.

    The name itself where KMS knows no such key; unknown where KMS may not be asked.
    """
    if name is None or name.endswith(AWS_MANAGED_ALIAS):
        return None
    try:
        key = facts.get(DESCRIBE_KEY, name).get("KeyMetadata") or {}
    except FactUnavailable as failure:
        return failure.unknown()
    arn = str(key.get("Arn", name))
    return None if key.get("KeyManager") == "AWS" or _is_managed(arn, facts) else arn


def _is_managed(arn: str, facts: Facts) -> bool:
    """Whether this is the key behind AWS's own alias, in the key's region.

    AWS says so of the key itself; emulators call every key a customer's.
    """
    prefix, found, _ = arn.rpartition(":key/")
    alias = f"{prefix}:{AWS_MANAGED_ALIAS}" if found else AWS_MANAGED_ALIAS
    try:
        managed = facts.get(DESCRIBE_KEY, alias).get("KeyMetadata") or {}
    except FactUnavailable:
        return False  # KMS has called it a customer's key already
    return bool(managed.get("Arn") == arn)

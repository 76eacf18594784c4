"""``driftcheck iam``: the least IAM policy that a use of driftcheck needs.

Put together from what the aspects say they read and write, so that a new aspect is in
it by itself. Resources are those that specs and code name; where a name is not known,
all tables of the account and region stand for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from driftcheck.aspects import ASPECTS, BY_NAME
from driftcheck.inputs.terraform_aws.regions import partition_of
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Sensitive, Unknown
from driftcheck.policies.model import Policy
from driftcheck.spec.contract import every_contract
from driftcheck.spec.model import Spec, Target, is_pattern
from driftcheck.stages.code import code_of_spec
from driftcheck.stages.code_tables import Place
from driftcheck.stages.needs import BULK_TAGS_FROM, LIST_TAGS, TAGS_IN_BULK, Needing
from driftcheck.stages.options import EvaluationOptions

#: What AWS lets nobody restrict to a table.
_UNRESTRICTED = frozenset(
    {
        "dynamodb:ListTables",
        "dynamodb:ListContributorInsights",
        "dynamodb:ListBackups",
        "backup:ListProtectedResources",
        "cloudwatch:DescribeAlarms",
        TAGS_IN_BULK,
    }
)
#: What is about an index as well as about its table.
_WITH_INDEXES = frozenset(
    {
        "dynamodb:UpdateTable",
        "dynamodb:UpdateContributorInsights",
        "dynamodb:DescribeContributorInsights",
    }
)
_TAG = "driftcheck:provisioned"
_SCALING_ROLE = "dynamodb.application-autoscaling.amazonaws.com"
#: What AWS asks of whoever makes a table use a key of KMS.
_KEY_USE = (
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
)
#: What AWS asks besides, of whoever adds or removes a replica.
_REPLICATION = (
    "dynamodb:CreateTableReplica",
    "dynamodb:DeleteTableReplica",
    "dynamodb:CreateTable",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
)


class Use(StrEnum):
    """What driftcheck is used for."""

    SCAN = "scan"
    REMEDIATE = "remediate"
    PROVISION = "provision"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a use is about, as far as specs and code tell.

    ``tables`` are ARNs of tables, ``keys`` of KMS keys (none where none is named),
    ``streams`` of Kinesis streams. ``lists`` tells that tables are found by patterns,
    ``unmanaged`` that a scan looks for those that no spec covers, ``most`` how many tables
    the largest target has at least, ``aspects`` what a scan looks at.
    """

    tables: frozenset[str]
    regions: frozenset[str]
    keys: frozenset[str] = frozenset()
    streams: frozenset[str] = frozenset()
    replicated: bool = False
    lists: bool = False
    unmanaged: bool = False
    account: str = "*"
    encrypted: bool = False
    most: int = 0
    aspects: frozenset[str] = frozenset(BY_NAME)


@dataclass(slots=True)
class _Found:
    tables: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    streams: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    replicated: bool = False
    lists: bool = False
    unmanaged: bool = False
    encrypted: bool = False
    most: int = 0
    aspects: set[str] = field(default_factory=set)


def reach_of(
    specs: Sequence[Spec], policies: Sequence[Policy], options: EvaluationOptions
) -> Reach:
    """What the specs are about. Evaluates their modules; asks AWS nothing."""
    found = _Found()
    for spec in specs:
        needing = Needing(spec.policies.selected(policies), spec.aspects)
        found.unmanaged |= spec.unmanaged.enabled
        for target in spec.targets:
            found.lists |= any(is_pattern(stated) for stated in spec.live_names(target))
            tables = code_of_spec(
                spec, target, Place(target.account, target.region), options
            ).tables
            found.aspects |= needing.every(tables, every_contract(spec))
            _reach(spec, target, tables, found)
    return Reach(
        tables=frozenset(found.tables) or frozenset({_table_arn(None, None, "*")}),
        regions=frozenset(found.regions),
        keys=frozenset(found.keys),
        streams=frozenset(found.streams),
        replicated=found.replicated,
        lists=found.lists,
        unmanaged=found.unmanaged,
        account=next(iter(found.accounts)) if len(found.accounts) == 1 else "*",
        encrypted=found.encrypted,
        most=found.most,
        aspects=frozenset(found.aspects),
    )


def _reach(spec: Spec, target: Target, tables: Sequence[Table], found: _Found) -> None:
    found.accounts.add(target.account or "*")
    found.regions |= {target.region} if target.region else set()
    stated = spec.tables_for(target)
    found.most = max(found.most, len(tables), len(stated))
    names = {_arn_pattern(name) for name in stated}
    if not names and not tables:
        names = {_arn_pattern(c.match_name or "*") for c in spec.contracts}
    found.tables |= {_table_arn(target.account, target.region, name) for name in names if name}
    for table in tables:
        name = table.name if isinstance(table.name, str) else spec.table_for(target) or "*"
        names.add(name)
        found.regions |= {table.region} if table.region else set()
        found.tables.add(_table_arn(target.account, table.region or target.region, name))
        _beside(table, target, [name], found)
    for contract in spec.contracts:
        document = {k: v for f in contract.settings.values() for k, v in f.items()}
        _beside(Table(name="", settings={"": document}), target, names, found)


def _beside(table: Table, target: Target, names: Iterable[str], found: _Found) -> None:
    """Replicas, keys and streams of a table that has one of these names."""
    for region in _replicas(table):
        found.replicated = True
        found.regions.add(region)
        found.tables |= {_table_arn(target.account, region, name) for name in names if name}
    _more(table, found)


def _more(table: Table, found: _Found) -> None:
    """Keys and streams that a table names; an unknown one stands for all."""
    enabled = _plain(table.get("/server_side_encryption/enabled"))
    key = _plain(table.get("/server_side_encryption/kms_key_arn"))
    if enabled not in (None, False):
        found.encrypted = True
    if isinstance(key, str) and key.startswith("arn:") and ":key/" in key:
        found.keys.add(key)
    elif key is not None:
        found.keys.add("*")  # an alias, or a key that is not known yet
    stream = _plain(table.get("/kinesis_streaming_destination/stream_arn"))
    if stream is not None:
        found.streams.add(stream if isinstance(stream, str) else "*")


def _replicas(table: Table) -> list[str]:
    replicas = _plain(table.get("/replica"))
    return list(replicas) if isinstance(replicas, dict) else []


def _plain(value: Json) -> Json:
    while isinstance(value, Sensitive):
        value = value.value
    return value if not isinstance(value, Unknown) or value.certainly_set else None


def _arn_pattern(stated: str) -> str:
    """A pattern over names as IAM understands it: with * and ?, but no sets of characters."""
    return re.sub(r"\[[^]]*\]?", "?", stated)


def _table_arn(account: str | None, region: str | None, name: str) -> str:
    partition = partition_of(region).name if region else "aws"
    return f"arn:{partition}:dynamodb:{region or '*'}:{account or '*'}:table/{name}"


def policy_for(use: Use, reach: Reach) -> dict[str, Json]:
    """The IAM policy document for a use."""
    return {"Version": "2012-10-17", "Statement": list(_statements(use, reach))}


def _statements(use: Use, reach: Reach) -> Iterator[dict[str, Json]]:
    # Whoever mends or makes a table looks at all of it.
    looked_at = [a for a in ASPECTS if a.name in reach.aspects or use is not Use.SCAN]
    reads = {o for aspect in looked_at for o in (*aspect.reads, *aspect.may_read)}
    writes: set[str] = set()
    if use is not Use.SCAN:
        writes = {o for aspect in ASPECTS for o in aspect.writes}
    if use is Use.PROVISION:
        writes |= {"dynamodb:CreateTable"}
    if (reach.lists and use is not Use.PROVISION) or (reach.unmanaged and use is Use.SCAN):
        reads |= {"dynamodb:ListTables"}
    if use is Use.SCAN and (reach.lists or reach.most >= BULK_TAGS_FROM):
        reads |= {TAGS_IN_BULK} if LIST_TAGS in reads else set()
    wanted = reads | writes
    tables = sorted(reach.tables)
    restricted = {o for o in wanted if o.startswith("dynamodb:") and o not in _UNRESTRICTED}
    if use is Use.PROVISION:
        restricted |= {"dynamodb:TagResource"}
    yield _statement("Tables", restricted - _WITH_INDEXES, tables)
    with_indexes = restricted & _WITH_INDEXES
    if with_indexes:
        places = [*tables, *(f"{table}/index/*" for table in tables)]
        yield _statement("TablesAndIndexes", with_indexes, places)
    if wanted & _UNRESTRICTED:
        yield _statement("AcrossTables", wanted & _UNRESTRICTED, ["*"])
    scaling = {o for o in wanted if o.startswith("application-autoscaling:")}
    scaling_reads = {o for o in scaling if ":Describe" in o}
    if scaling_reads:
        yield _statement("ScalingReads", scaling_reads, ["*"])
    yield from _keys(use, reach, {o for o in reads if o.startswith("kms:")})
    changes = {o for o in scaling if ":Describe" not in o}
    if changes:
        namespace = {"application-autoscaling:service-namespace": "dynamodb"}
        yield _statement("ScalingChanges", changes, ["*"], {"StringEquals": namespace})
        yield _linked_role(reach)
    if writes and reach.replicated:
        yield _statement("Replication", _REPLICATION, tables)
        yield _statement(
            "ReplicationRole",
            ("iam:CreateServiceLinkedRole",),
            [_role_arn(reach, "replication.dynamodb.amazonaws.com")],
        )
    if writes and reach.streams:
        yield _statement("KinesisStreams", ("kinesis:DescribeStream",), sorted(reach.streams))
    if use is Use.PROVISION:
        made = {"StringEquals": {f"aws:ResourceTag/{_TAG}": "true"}}
        yield _statement("DeleteWhatWasMade", ("dynamodb:DeleteTable",), tables, made)


def _keys(use: Use, reach: Reach, looked_up: set[str]) -> Iterator[dict[str, Json]]:
    """What keys are asked about, and used for."""
    # An alias, or a key that somebody set behind the code's back, has to be looked up, too.
    if looked_up:
        here = _key_arn(reach)
        elsewhere = {key for key in reach.keys if key != "*" and not fnmatchcase(key, here)}
        yield _statement("LookUpKeys", looked_up, [here, *sorted(elsewhere)])
    if use is not Use.SCAN and reach.encrypted:
        services = sorted(f"dynamodb.{r}.amazonaws.com" for r in reach.regions)
        through = {"kms:ViaService": services or ["dynamodb.*.amazonaws.com"]}
        keys = sorted(reach.keys) if reach.keys and "*" not in reach.keys else [_key_arn(reach)]
        yield _statement("UseKeys", _KEY_USE, keys, {"StringLike": through})


def _key_arn(reach: Reach) -> str:
    return f"arn:{_partition(reach)}:kms:*:{reach.account}:key/*"


def _linked_role(reach: Reach) -> dict[str, Json]:
    return _statement(
        "ScalingRole",
        ("iam:CreateServiceLinkedRole",),
        [_role_arn(reach, _SCALING_ROLE)],
        {"StringEquals": {"iam:AWSServiceName": _SCALING_ROLE}},
    )


def _role_arn(reach: Reach, service: str) -> str:
    return f"arn:{_partition(reach)}:iam::{reach.account}:role/aws-service-role/{service}/*"


def _partition(reach: Reach) -> str:
    """The partition of all regions; AWS's ordinary one where there are several, or none."""
    names = {partition_of(region).name for region in reach.regions}
    return names.pop() if len(names) == 1 else "aws"


def _statement(
    sid: str,
    actions: Iterable[str],
    resources: Sequence[str],
    condition: dict[str, Json] | None = None,
) -> dict[str, Json]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": list(resources),
        **({"Condition": condition} if condition else {}),
    }

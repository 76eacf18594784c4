"""How each operation is asked: of which service, with which arguments, in how many pages.

A *table* operation is asked for one table. A *bulk* operation is asked once for
the whole account and region, and its answer cut down to one table. To let an
aspect read something new, add its operation here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

#: The botocore client of each prefix of IAM actions.
SERVICES = {
    "application-autoscaling": "application-autoscaling",
    "backup": "backup",
    "cloudwatch": "cloudwatch",
    "dynamodb": "dynamodb",
    "kms": "kms",
    "sts": "sts",
    "tag": "resourcegroupstaggingapi",
}

#: What AWS never leaves out of these answers. Any web server answers "200 OK" to anything.
ALWAYS_ANSWERED = {
    "dynamodb:DescribeContinuousBackups": "ContinuousBackupsDescription",
    "dynamodb:DescribeTable": "Table",
    "dynamodb:DescribeTimeToLive": "TimeToLiveDescription",
    "dynamodb:ListTables": "TableNames",
}

Arguments = Callable[["Subject"], dict[str, Any]]
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a table operation is asked about. ``arn`` gives the table's ARN, read when needed."""

    table: str
    key: str
    arn: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Paging:
    """The names of the page tokens in request and answer, and the largest page allowed."""

    request: str = "NextToken"
    answer: str = "NextToken"
    size: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class TableOperation:
    """An operation about one table (or about what ``key`` names).

    ``joined`` is the list that pages are joined on, with ``paging``. ``shared``
    answers do not depend on the table and are kept for all of them.
    """

    arguments: Arguments
    joined: str | None = None
    paging: Paging | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """An operation that lists for every table at once.

    ``lists`` are the members of the answer that are joined; ``table_of`` names the
    tables that an entry belongs to.
    """

    lists: tuple[str, ...]
    table_of: Callable[[Entry], frozenset[str]]
    arguments: Mapping[str, Any]
    paging: Paging = Paging()


def _by_name(subject: Subject) -> dict[str, Any]:
    return {"TableName": subject.table}


def _by_arn(subject: Subject) -> dict[str, Any]:
    return {"ResourceArn": subject.arn()}


def _by_key(subject: Subject) -> dict[str, Any]:
    return {"KeyId": subject.key}


def _by_index(subject: Subject) -> dict[str, Any]:
    return {"TableName": subject.table, **({"IndexName": subject.key} if subject.key else {})}


def scaled_table(entry: Entry) -> frozenset[str]:
    """The table of a scaling resource, whose id is ``table/NAME`` or ``table/NAME/index/INDEX``."""
    parts = str(entry.get("ResourceId", "")).split("/")
    return frozenset(parts[1:2]) if parts[0] == "table" else frozenset()


def insights_table(entry: Entry) -> frozenset[str]:
    """The table of a contributor insights summary, named by name or ARN."""
    return frozenset({str(entry.get("TableName", "")).rpartition("/")[2]})


def alarmed_tables(entry: Entry) -> frozenset[str]:
    """The tables whose metrics an alarm watches, directly or through metric math."""
    metrics = [
        entry,
        *(q.get("MetricStat", {}).get("Metric", {}) for q in entry.get("Metrics", ())),
    ]
    return frozenset(
        str(dimension.get("Value"))
        for metric in metrics
        for dimension in metric.get("Dimensions", ())
        if dimension.get("Name") == "TableName"
    )


def protected_table(entry: Entry) -> frozenset[str]:
    """The table of one of AWS Backup's protected resources, which may be of any service."""
    if entry.get("ResourceType") != "DynamoDB":
        return frozenset()
    return frozenset({str(entry.get("ResourceArn", "")).rpartition("/")[2]})


def backed_up_table(entry: Entry) -> frozenset[str]:
    """The table of one of DynamoDB's own backups."""
    return frozenset({str(entry.get("TableName", ""))})


def tagged_table(entry: Entry) -> frozenset[str]:
    """The table that a mapping of the Tagging API is about."""
    return frozenset({str(entry.get("ResourceARN", "")).rpartition(":table/")[2]})


#: What the tags of a table are asked with, and what stands in for it for many tables at a time.
LIST_TAGS = "dynamodb:ListTagsOfResource"
TAGS_IN_BULK = "tag:GetResources"
TAG_MAPPINGS = "ResourceTagMappingList"

TABLE_OPERATIONS: Mapping[str, TableOperation] = {
    "dynamodb:DescribeTable": TableOperation(_by_name),
    "dynamodb:DescribeContinuousBackups": TableOperation(_by_name),
    "dynamodb:DescribeTimeToLive": TableOperation(_by_name),
    "dynamodb:DescribeKinesisStreamingDestination": TableOperation(_by_name),
    "dynamodb:DescribeContributorInsights": TableOperation(_by_index),
    LIST_TAGS: TableOperation(_by_arn, "Tags", Paging()),
    "dynamodb:GetResourcePolicy": TableOperation(_by_arn),
    "kms:DescribeKey": TableOperation(_by_key, shared=True),
    "kms:GetKeyRotationStatus": TableOperation(_by_key, shared=True),
}

_SCALING = {"ServiceNamespace": "dynamodb"}

BULK_OPERATIONS: Mapping[str, BulkOperation] = {
    "application-autoscaling:DescribeScalableTargets": BulkOperation(
        ("ScalableTargets",), scaled_table, _SCALING
    ),
    "application-autoscaling:DescribeScalingPolicies": BulkOperation(
        ("ScalingPolicies",), scaled_table, _SCALING
    ),
    "application-autoscaling:DescribeScheduledActions": BulkOperation(
        ("ScheduledActions",), scaled_table, _SCALING
    ),
    "dynamodb:ListContributorInsights": BulkOperation(
        ("ContributorInsightsSummaries",), insights_table, {}, Paging(size=("MaxResults", 100))
    ),
    "dynamodb:ListBackups": BulkOperation(
        ("BackupSummaries",),
        backed_up_table,
        {},
        Paging("ExclusiveStartBackupArn", "LastEvaluatedBackupArn", ("Limit", 100)),
    ),
    "backup:ListProtectedResources": BulkOperation(
        ("Results",), protected_table, {}, Paging(size=("MaxResults", 1000))
    ),
    TAGS_IN_BULK: BulkOperation(
        (TAG_MAPPINGS,),
        tagged_table,
        {"ResourceTypeFilters": ["dynamodb:table"]},
        Paging("PaginationToken", "PaginationToken", ("ResourcesPerPage", 100)),
    ),
    "cloudwatch:DescribeAlarms": BulkOperation(
        ("MetricAlarms",),
        alarmed_tables,
        {"AlarmTypes": ["MetricAlarm"]},
        Paging(size=("MaxRecords", 100)),
    ),
}

"""The operations that are answered: those with which driftcheck and its peers read DynamoDB."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from benchmarks.stub.content import Content
from benchmarks.stub.wire import Refused, Timestamp

Parameters = Mapping[str, Any]
#: The body as bytes, or what to encode as the protocol wants it.
Answer = bytes | Mapping[str, Any]
T = TypeVar("T")

#: The prefixes of IAM's actions by the services' names on the wire.
PREFIXES = {
    "DynamoDB_20120810": "dynamodb",
    "AnyScaleFrontendService": "application-autoscaling",
    "TrentService": "kms",
    "GraniteServiceVersion20100801": "cloudwatch",
    "ResourceGroupsTaggingAPI_20170126": "tag",
    "AmazonDAXV3": "dax",
    "AWSOrganizationsV20161128": "organizations",
}


def answer(content: Content, operation: str, parameters: Parameters) -> Answer:
    """The answer to one call. Raises ``Refused``."""
    by_table = _OF_A_TABLE.get(operation)
    if by_table is not None:
        name = str(parameters.get("TableName") or parameters.get("ResourceArn") or "")
        return by_table(content, content.index(name))
    handler = _OTHERS.get(operation)
    if handler is None:
        raise Refused("UnknownOperationException", f"The stub does not know {operation}")
    return handler(content, parameters)


def _no_policy(_content: Content, _index: int) -> Answer:
    raise Refused("PolicyNotFoundException", "The table has no resource policy")


_OF_A_TABLE: dict[str, Callable[[Content, int], Answer]] = {
    "dynamodb:DescribeTable": Content.describe,
    "dynamodb:DescribeContinuousBackups": Content.backups,
    "dynamodb:DescribeTimeToLive": Content.time_to_live,
    "dynamodb:ListTagsOfResource": lambda content, index: {"Tags": content.tags(index)},
    "dynamodb:GetResourcePolicy": _no_policy,
    "dynamodb:DescribeKinesisStreamingDestination": lambda content, index: {
        "TableName": content.name(index),
        "KinesisDataStreamDestinations": [],
    },
    "dynamodb:DescribeContributorInsights": lambda content, index: {
        "TableName": content.name(index),
        "ContributorInsightsStatus": "DISABLED",
    },
}


def _page(
    entries: Sequence[T],
    show: Callable[[T], dict[str, Any]],
    member: str,
    parameters: Parameters,
    size: tuple[str, int, int],
) -> dict[str, Any]:
    """One page of a list, whose token is the place where the next one begins."""
    name, default, largest = size
    limit = min(int(parameters.get(name, default)), largest)
    start = int(parameters.get("NextToken") or parameters.get("PaginationToken") or 0)
    end = start + limit
    more = {"NextToken": str(end)} if end < len(entries) else {}
    return {member: [show(entry) for entry in entries[start:end]], **more}


def _tables(content: Content, parameters: Parameters) -> Answer:
    limit = min(int(parameters.get("Limit", 100)), 100)
    after = parameters.get("ExclusiveStartTableName")
    start = content.index(after) + 1 if after else 0
    end = min(start + limit, content.count)
    names = [content.name(index) for index in range(start, end)]
    more = {"LastEvaluatedTableName": names[-1]} if end < content.count else {}
    return {"TableNames": names, **more}


def _scaling(
    member: str, show: Callable[[Content, tuple[str, str]], dict[str, Any]], largest: int
) -> Callable[[Content, Parameters], Answer]:
    def handler(content: Content, parameters: Parameters) -> Answer:
        wanted = parameters.get("ResourceIds") or [parameters.get("ResourceId")]
        found = [e for e in content.scaling if wanted == [None] or e[0] in wanted]
        size = ("MaxResults", largest, largest)
        return _page(found, partial(show, content), member, parameters, size)

    return handler


def _tagged(content: Content, parameters: Parameters) -> Answer:
    kinds = parameters.get("ResourceTypeFilters") or ["dynamodb:table"]
    count = content.count if {"dynamodb", "dynamodb:table"} & set(kinds) else 0
    given = parameters.get("ResourceARNList")
    indexes = range(count) if given is None else [content.index(arn) for arn in given]

    def show(index: int) -> dict[str, Any]:
        return {"ResourceARN": content.arn(content.name(index)), "Tags": content.tags(index)}

    # Those that are asked for by name come all at once.
    size = ("ResourcesPerPage", 50 if given is None else 100, 100)
    page = _page(indexes, show, "ResourceTagMappingList", parameters, size)
    return {"PaginationToken": page.pop("NextToken", ""), **page}


def _insights(content: Content, parameters: Parameters) -> Answer:
    """Empty pages with tokens, as AWS gives them where nothing is enabled."""
    number = int(parameters.get("NextToken", 0)) + 1
    more = {"NextToken": str(number)} if number < content.options.insight_pages else {}
    return {"ContributorInsightsSummaries": [], **more}


def _alarms(content: Content, parameters: Parameters) -> Answer:
    kinds = parameters.get("AlarmTypes") or ["MetricAlarm"]
    found = content.alarms if "MetricAlarm" in kinds else []
    page = _page(found, content.alarm, "MetricAlarms", parameters, ("MaxRecords", 50, 100))
    return {"CompositeAlarms": [], **page}


def _key(content: Content, _parameters: Parameters) -> Answer:
    return {
        "KeyMetadata": {
            "AWSAccountId": content.place.account,
            "KeyId": content.key_arn.rpartition("/")[2],
            "Arn": content.key_arn,
            "CreationDate": Timestamp(1_750_000_000.0),
            "Enabled": True,
            "Description": "",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": "Enabled",
            "Origin": "AWS_KMS",
            "KeyManager": "CUSTOMER",
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
            "MultiRegion": False,
        }
    }


def _identity(content: Content, _parameters: Parameters) -> Answer:
    account = content.place.account
    return _sts(
        "GetCallerIdentity",
        {"Arn": f"arn:aws:iam::{account}:user/stub", "UserId": "STUB", "Account": account},
    )


def _assume(content: Content, parameters: Parameters) -> Answer:
    """Credentials whose account is that of the role; the token says until when they are good."""
    role = str(parameters.get("RoleArn", ""))
    account = role.split(":")[4] if role.count(":") >= 5 else ""
    if len(account) != 12:
        raise Refused("ValidationError", f"{role} is no role")
    ends = time.time() + content.options.session_seconds
    session = parameters.get("RoleSessionName", "stub")
    credentials = {
        "AccessKeyId": f"ASIA{account}STUB",
        "SecretAccessKey": "stub",
        "SessionToken": f"until-{ends:.3f}",
        "Expiration": datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    name = role.rpartition("/")[2]
    user = {
        "AssumedRoleId": f"STUB:{session}",
        "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
    }
    return _sts("AssumeRole", {"Credentials": credentials, "AssumedRoleUser": user})


def _sts(action: str, result: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = {"RequestId": "00000000-0000-4000-8000-000000000000"}
    return {f"{action}Response": {f"{action}Result": result, "ResponseMetadata": metadata}}


def _empty(**members: object) -> Callable[[Content, Parameters], Answer]:
    return lambda _content, _parameters: dict(members)


_OTHERS: dict[str, Callable[[Content, Parameters], Answer]] = {
    "dynamodb:ListTables": _tables,
    "dynamodb:ListContributorInsights": _insights,
    "dynamodb:ListBackups": _empty(BackupSummaries=[]),
    "application-autoscaling:DescribeScalableTargets": _scaling(
        "ScalableTargets", Content.scaling_target, 50
    ),
    "application-autoscaling:DescribeScalingPolicies": _scaling(
        "ScalingPolicies", Content.scaling_policy, 10
    ),
    "application-autoscaling:DescribeScheduledActions": _empty(ScheduledActions=[]),
    "tag:GetResources": _tagged,
    "cloudwatch:DescribeAlarms": _alarms,
    "kms:DescribeKey": _key,
    "kms:GetKeyRotationStatus": _empty(KeyRotationEnabled=True),
    "backup:ListProtectedResources": _empty(Results=[]),
    "backup:ListBackupPlans": _empty(BackupPlansList=[]),
    "backup:ListBackupVaults": _empty(BackupVaultList=[]),
    "backup:ListReportPlans": _empty(ReportPlans=[]),
    "dax:DescribeClusters": _empty(Clusters=[]),
    "sts:GetCallerIdentity": _identity,
    "sts:AssumeRole": _assume,
}

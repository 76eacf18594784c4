"""The tables of the imitated AWS: invoice tables like the reference module's."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from benchmarks.stub.options import Options, Place
from benchmarks.stub.wire import Refused, Timestamp

_TIME = Timestamp(1_750_000_000.0)
#: Stand for a table's name in the ready-made answers.
_NAME = "\x1aname\x1a"
_INDEXES = ("customerId-createdAt-index", "status-createdAt-index", "createdAt-index")
_KEYS = (("customerId", "createdAt"), ("status", "createdAt"), ("createdAt", None))
_TAGS = {"Environment": "production", "Owner": "billing", "CostCenter": "finance"}
#: What is wrong with the tables that drifted, one after the other.
_WRONG = ("recovery", "protection", "ttl", "owner")


class Content:
    """What one place holds. Answers about tables are bytes, those of lists are objects."""

    def __init__(self, options: Options, place: Place) -> None:
        self.options = options
        self.place = place
        self.count = options.tables if place in options.places else 0
        self.partition = "aws-cn" if place.region.startswith("cn-") else "aws"
        self._names = re.compile(re.escape(options.prefix) + r"(\d{5,})")

    def name(self, index: int) -> str:
        """The name of a table; names sort as their numbers do."""
        return f"{self.options.prefix}{index:05d}"

    def index(self, name: str) -> int:
        """The number of a table, given its name or ARN. Raises ``Refused`` if there is none."""
        found = self._names.fullmatch(name.rpartition("/")[2])
        number = int(found[1]) if found else -1
        if not 0 <= number < self.count:
            message = f"Requested resource not found: Table: {name} not found"
            raise Refused("ResourceNotFoundException", message)
        return number

    def arn(self, name: str) -> str:
        """The ARN of a table."""
        region, account = self.place.region, self.place.account
        return f"arn:{self.partition}:dynamodb:{region}:{account}:table/{name}"

    @property
    def key_arn(self) -> str:
        """The customer-managed key of all tables."""
        key = "11111111-2222-4333-8444-555555555555"
        return f"arn:{self.partition}:kms:{self.place.region}:{self.place.account}:key/{key}"

    def scaled(self, index: int) -> bool:
        """Whether a table has provisioned capacity and autoscaling."""
        return _chosen(index, self.options.scaled)

    def alarmed(self, index: int) -> bool:
        """Whether there is an alarm on a table."""
        return _chosen(index, self.options.alarmed)

    def wrong(self, index: int) -> str:
        """What is wrong with a table; empty where nothing is."""
        if not _chosen(index, self.options.drifted):
            return ""
        return _WRONG[int(index * self.options.drifted) % len(_WRONG)]

    def describe(self, index: int) -> bytes:
        """``DescribeTable``."""
        return self._fill(self._described(self.scaled(index), self.wrong(index)), index)

    def backups(self, index: int) -> bytes:
        """``DescribeContinuousBackups``."""
        return self._backups(self.wrong(index) == "recovery")

    def time_to_live(self, index: int) -> bytes:
        """``DescribeTimeToLive``."""
        return self._time_to_live(self.wrong(index) == "ttl")

    def tags(self, index: int) -> list[dict[str, str]]:
        """The tags of a table."""
        owner = {"Owner": "nobody"} if self.wrong(index) == "owner" else {}
        return [{"Key": k, "Value": v} for k, v in {**_TAGS, **owner}.items()]

    def _fill(self, template: bytes, index: int) -> bytes:
        return template.replace(_MARK, self.name(index).encode())

    @functools.cache  # noqa: B019 - a place lives as long as the process
    def _described(self, scaled: bool, wrong: str) -> bytes:
        billing = "PROVISIONED" if scaled else "PAY_PER_REQUEST"
        units = 5 if scaled else 0
        throughput = {
            "NumberOfDecreasesToday": 0,
            "ReadCapacityUnits": units,
            "WriteCapacityUnits": units,
        }
        warm = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}
        arn = self.arn(_NAME)
        indexes = [
            {
                "IndexName": index,
                "KeySchema": _key_schema(*keys),
                "Projection": {"ProjectionType": "ALL"},
                "IndexStatus": "ACTIVE",
                "ProvisionedThroughput": throughput,
                "WarmThroughput": warm,
                "IndexSizeBytes": 1_234_567,
                "ItemCount": 8_912,
                "IndexArn": f"{arn}/index/{index}",
            }
            for index, keys in zip(_INDEXES, _KEYS, strict=True)
        ]
        table = {
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": "S"}
                for name in ("createdAt", "customerId", "invoiceId", "status")
            ],
            "TableName": _NAME,
            "KeySchema": _key_schema("invoiceId", None),
            "TableStatus": "ACTIVE",
            "CreationDateTime": _TIME,
            "ProvisionedThroughput": throughput,
            "TableSizeBytes": 1_234_567,
            "ItemCount": 8_912,
            "TableArn": arn,
            "TableId": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
            "BillingModeSummary": {
                "BillingMode": billing,
                "LastUpdateToPayPerRequestDateTime": _TIME,
            },
            "GlobalSecondaryIndexes": indexes,
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            "LatestStreamLabel": "2026-01-01T00:00:00.000",
            "LatestStreamArn": f"{arn}/stream/2026-01-01T00:00:00.000",
            "SSEDescription": {
                "Status": "ENABLED",
                "SSEType": "KMS",
                "KMSMasterKeyArn": self.key_arn,
            },
            "TableClassSummary": {"TableClass": "STANDARD"},
            "DeletionProtectionEnabled": wrong != "protection",
            "WarmThroughput": warm,
        }
        return _json({"Table": table})

    @functools.cache  # noqa: B019
    def _backups(self, off: bool) -> bytes:
        on = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": 35,
            "EarliestRestorableDateTime": _TIME,
            "LatestRestorableDateTime": _TIME,
        }
        recovery = {"PointInTimeRecoveryStatus": "DISABLED"} if off else on
        description = {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": recovery,
        }
        return _json({"ContinuousBackupsDescription": description})

    @functools.cache  # noqa: B019
    def _time_to_live(self, off: bool) -> bytes:
        on = {"TimeToLiveStatus": "ENABLED", "AttributeName": "expiresAt"}
        return _json({"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"} if off else on})

    @functools.cached_property
    def scaling(self) -> list[tuple[str, str]]:
        """What is scaled: reads and writes of each provisioned table and of its indexes."""
        return [
            (f"table/{self.name(number)}{index}", direction)
            for number in filter(self.scaled, range(self.count))
            for index in ("", *(f"/index/{name}" for name in _INDEXES))
            for direction in ("Read", "Write")
        ]

    @functools.cached_property
    def alarms(self) -> list[str]:
        """The tables that have an alarm."""
        return [self.name(index) for index in filter(self.alarmed, range(self.count))]

    def scaling_target(self, scaled: tuple[str, str]) -> dict[str, Any]:
        """An entry of ``DescribeScalableTargets``."""
        resource, _direction = scaled
        return {
            "ServiceNamespace": "dynamodb",
            "ResourceId": resource,
            "ScalableDimension": _dimension(scaled),
            "MinCapacity": 5,
            "MaxCapacity": 500,
            "RoleARN": f"arn:aws:iam::{self.place.account}:role/aws-service-role/"
            "dynamodb.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
            "CreationTime": _TIME,
            "SuspendedState": {
                "DynamicScalingInSuspended": False,
                "DynamicScalingOutSuspended": False,
                "ScheduledScalingSuspended": False,
            },
        }

    def scaling_policy(self, scaled: tuple[str, str]) -> dict[str, Any]:
        """An entry of ``DescribeScalingPolicies``."""
        resource, direction = scaled
        return {
            "PolicyARN": f"arn:aws:autoscaling:{self.place.region}:{self.place.account}:"
            f"scalingPolicy:0:resource/dynamodb/{resource}:policyName/{direction}",
            "PolicyName": f"{resource}:{direction}",
            "ServiceNamespace": "dynamodb",
            "ResourceId": resource,
            "ScalableDimension": _dimension(scaled),
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 70.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": f"DynamoDB{direction}CapacityUtilization"
                },
                "DisableScaleIn": False,
            },
            "Alarms": [],
            "CreationTime": _TIME,
        }

    def alarm(self, name: str) -> dict[str, Any]:
        """An entry of ``DescribeAlarms``: an alarm on throttling."""
        return {
            "AlarmName": f"{name}/throttling",
            "AlarmArn": f"arn:aws:cloudwatch:{self.place.region}:{self.place.account}:"
            f"alarm:{name}/throttling",
            "AlarmConfigurationUpdatedTimestamp": _TIME,
            "ActionsEnabled": True,
            "OKActions": [],
            "AlarmActions": [],
            "InsufficientDataActions": [],
            "StateValue": "OK",
            "StateUpdatedTimestamp": _TIME,
            "MetricName": "ReadThrottleEvents",
            "Namespace": "AWS/DynamoDB",
            "Statistic": "Sum",
            "Dimensions": [{"Name": "TableName", "Value": name}],
            "Period": 60,
            "EvaluationPeriods": 5,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
        }


_MARK = json.dumps(_NAME)[1:-1].encode()


def _dimension(scaled: tuple[str, str]) -> str:
    resource, direction = scaled
    return f"dynamodb:{'index' if '/index/' in resource else 'table'}:{direction}CapacityUnits"


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _key_schema(hash_key: str, range_key: str | None) -> list[dict[str, str]]:
    keys = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": range_key, "KeyType": "RANGE"}] if range_key else keys


def _chosen(index: int, share: float) -> bool:
    """Whether a table is among an evenly spread share of all."""
    return int((index + 1) * share) > int(index * share)

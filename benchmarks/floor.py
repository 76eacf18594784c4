"""The floor of reading: a bare boto3 thread pool that makes the same calls and looks at nothing.

    AWS_ENDPOINT_URL=... python -m benchmarks.floor [--workers 32] [--bulk OPERATION] ...

No client on boto3's own calls can take less CPU than this. It prints nothing; the
stub's counts tell what it asked.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

_SCALING = {"ServiceNamespace": "dynamodb"}
#: Service, paginator and parameters of what is asked once for all tables.
BULK: dict[str, tuple[str, str, dict[str, Any]]] = {
    "application-autoscaling:DescribeScalableTargets": (
        "application-autoscaling",
        "describe_scalable_targets",
        _SCALING,
    ),
    "application-autoscaling:DescribeScalingPolicies": (
        "application-autoscaling",
        "describe_scaling_policies",
        _SCALING,
    ),
    "application-autoscaling:DescribeScheduledActions": (
        "application-autoscaling",
        "describe_scheduled_actions",
        _SCALING,
    ),
    "tag:GetResources": (
        "resourcegroupstaggingapi",
        "get_resources",
        {"ResourceTypeFilters": ["dynamodb:table"], "ResourcesPerPage": 100},
    ),
    "cloudwatch:DescribeAlarms": (
        "cloudwatch",
        "describe_alarms",
        {"AlarmTypes": ["MetricAlarm"], "MaxRecords": 100},
    ),
    "backup:ListProtectedResources": ("backup", "list_protected_resources", {}),
    "dynamodb:ListBackups": ("dynamodb", "list_backups", {"Limit": 100}),
}
#: What is asked for each table.
OF_A_TABLE = {
    "dynamodb:DescribeTable": "describe_table",
    "dynamodb:DescribeContinuousBackups": "describe_continuous_backups",
    "dynamodb:DescribeTimeToLive": "describe_time_to_live",
}


def read(bulk: list[str], of_a_table: list[str], workers: int, keys: int) -> None:
    """Make the calls: bulk ones beside the tables, each table's calls one after the other."""
    session = boto3.Session()
    config = Config(max_pool_connections=workers)

    def client(service: str) -> Any:
        return session.client(service, config=config)  # type: ignore[call-overload]

    client("sts").get_caller_identity()
    dynamodb = client("dynamodb")
    methods: list[Callable[..., Any]] = [getattr(dynamodb, OF_A_TABLE[name]) for name in of_a_table]
    clients = {BULK[name][0]: client(BULK[name][0]) for name in bulk}

    def pages(operation: str) -> None:
        service, name, arguments = BULK[operation]
        for _page in clients[service].get_paginator(name).paginate(**arguments):
            pass

    def table(name: str) -> None:
        for method in methods:
            method(TableName=name)

    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(pages, operation) for operation in bulk]
        for page in dynamodb.get_paginator("list_tables").paginate():
            running += [pool.submit(table, name) for name in page["TableNames"]]
        for future in running:
            future.result()
    if keys:
        kms = client("kms")
        for _ in range(keys):
            kms.describe_key(KeyId="alias/aws/dynamodb")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.floor", description=__doc__)
    parser.add_argument("--workers", type=int, default=32)
    parser.add_argument("--bulk", action="append", choices=sorted(BULK), default=None)
    parser.add_argument("--of-a-table", action="append", choices=sorted(OF_A_TABLE), default=None)
    parser.add_argument("--keys", type=int, default=0, help="calls of kms:DescribeKey")
    given = parser.parse_args()
    read(given.bulk or [], given.of_a_table or list(OF_A_TABLE), given.workers, given.keys)


if __name__ == "__main__":
    main()

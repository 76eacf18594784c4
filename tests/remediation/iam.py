"""Whether an IAM policy allows the calls that were made; as far as our own policies go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tests.simulator.account import Account, Call

#: What AWS grants to everybody.
_FREE = {"sts:GetCallerIdentity"}


def forbidden(calls: Iterable[Call], account: Account, policy: Mapping[str, Any]) -> list[str]:
    """The calls that no statement of the policy allows, each with its resource."""
    # Many calls are alike, and all that a condition asks for is the namespace.
    alike = {
        (call.action, _resource(call, account), call.params.get("ServiceNamespace")): call
        for call in calls
        if call.action not in _FREE
    }
    return sorted(
        f"{action} on {resource}"
        for (action, resource, _), call in alike.items()
        if not any(_allows(s, call, resource) for s in policy["Statement"])
    )


def _allows(statement: Mapping[str, Any], call: Call, resource: str) -> bool:
    return (
        any(fnmatchcase(call.action, action) for action in statement["Action"])
        and any(fnmatchcase(resource, r) for r in statement["Resource"])
        and all(
            _meets(operator, key, wanted, call)
            for operator, test in statement.get("Condition", {}).items()
            for key, wanted in test.items()
        )
    )


def _meets(operator: str, key: str, wanted: Any, call: Call) -> bool:
    if key == "application-autoscaling:service-namespace":
        return bool(operator == "StringEquals" and call.params.get("ServiceNamespace") == wanted)
    # That the tag is there is held by the tests of provisioning.
    return key == "aws:ResourceTag/driftcheck:provisioned"


def _resource(call: Call, account: Account) -> str:
    params = call.params
    if call.service == "dynamodb":
        arn = params.get("ResourceArn")
        name = params.get("TableName")
        if arn is None and name is None:
            return "*"
        table = arn or f"arn:aws:dynamodb:{account.region}:{account.account}:table/{name}"
        return f"{table}/index/{params['IndexName']}" if "IndexName" in params else table
    if call.service == "kms":
        return account.dynamodb.key_arn(params["KeyId"])
    return "*"

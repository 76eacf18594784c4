"""The operations of Application Auto Scaling for DynamoDB, with their rules."""

from __future__ import annotations

from typing import Any

from tests.simulator.dynamodb import DynamoDB
from tests.simulator.errors import Refusal
from tests.simulator.table import Index, SimulatedTable

Params = dict[str, Any]
Answer = dict[str, Any]
Key = tuple[str, str]

#: Seconds until idle capacity is scaled down.
IDLE = 90.0


class Scaling:
    """Targets, policies and scheduled actions of one account in one region."""

    def __init__(self, tables: DynamoDB) -> None:
        self.tables = tables
        self.targets: dict[Key, Params] = {}
        self.policies: dict[tuple[str, str, str], Params] = {}
        self.actions: dict[tuple[str, str, str], Params] = {}
        #: Since when each target's capacity has been above its minimum without traffic.
        self._idle: dict[Key, float] = {}

    def move(self) -> None:
        """Scale idle capacity down to the minimum, as the alarms of a policy would.

        Nothing reads or writes the simulated tables. A call of the autoscaler is an
        UpdateTable like any other: it needs a table at rest, burns a decrease, and puts
        the table into UPDATING under the feet of whoever works on it.
        """
        for key, target in self.targets.items():
            table = self.tables.tables.get(key[0].split("/")[1])
            subject = None if table is None else _subject_of(table, key[0])
            if table is None or subject is None or not self._scales_in(key, target, table):
                self._idle.pop(key, None)
                continue
            attribute = "read" if "Read" in key[1] else "write"
            if getattr(subject, attribute) <= target["MinCapacity"]:
                self._idle.pop(key, None)
                continue
            since = self._idle.setdefault(key, table.clock.now())
            if table.clock.now() - since >= IDLE and table.status == "ACTIVE":
                try:
                    table.spend_decrease(subject.decreases)
                except Refusal:
                    continue
                setattr(subject, attribute, target["MinCapacity"])
                table.updating("capacity")

    def _scales_in(self, key: Key, target: Params, table: SimulatedTable) -> bool:
        policies = [p for name, p in self.policies.items() if name[:2] == key]
        return (
            table.billing == "PROVISIONED"
            and not target["SuspendedState"]["DynamicScalingInSuspended"]
            and any(
                not p["TargetTrackingScalingPolicyConfiguration"].get("DisableScaleIn")
                for p in policies
            )
        )

    def call(self, operation: str, params: Params) -> Answer:
        """Carry out an operation; raises ``Refusal``."""
        self.tables.call("ListTables", {})  # lets time pass over the tables first
        match operation:
            case "RegisterScalableTarget":
                return self._register(params)
            case "DeregisterScalableTarget":
                return self._deregister(params)
            case "DescribeScalableTargets":
                return self._page("ScalableTargets", list(self.targets.values()), params, 50)
            case "PutScalingPolicy":
                return self._put_policy(params)
            case "DeleteScalingPolicy":
                self._remove(self.policies, (*_key(params), params["PolicyName"]), "policy")
                return {}
            case "DescribeScalingPolicies":
                return self._page("ScalingPolicies", list(self.policies.values()), params, 10)
            case "PutScheduledAction":
                return self._put_action(params)
            case "DeleteScheduledAction":
                name = (*_key(params), params["ScheduledActionName"])
                self._remove(self.actions, name, "scheduled action")
                return {}
            case "DescribeScheduledActions":
                return self._page("ScheduledActions", list(self.actions.values()), params, 50)
            case "ListTagsForResource":
                return {"Tags": {}}
            case "TagResource" | "UntagResource":
                return {}
        raise Refusal("UnknownOperationException", f"{operation} is not simulated")

    def _subject(self, params: Params) -> tuple[SimulatedTable, SimulatedTable | Index]:
        """The table, and the table or index whose capacity is scaled."""
        parts = params["ResourceId"].split("/")
        table = self.tables.tables.get(parts[1])
        if table is None:
            raise Refusal(
                "ValidationException", f"DynamoDB table does not exist: {params['ResourceId']}"
            )
        if len(parts) < 4:
            return table, table
        index = table.indexes.get(parts[3])
        if index is None:
            raise Refusal(
                "ValidationException", f"DynamoDB index does not exist: {params['ResourceId']}"
            )
        return table, index

    def _register(self, params: Params) -> Answer:
        key = _key(params)
        known = self.targets.get(key)
        low = params.get("MinCapacity", (known or {}).get("MinCapacity"))
        high = params.get("MaxCapacity", (known or {}).get("MaxCapacity"))
        if low is None or high is None:
            raise Refusal(
                "ValidationException", "MinCapacity and MaxCapacity are required for a new target"
            )
        if low > high:
            raise Refusal(
                "ValidationException", "Maximum capacity cannot be less than minimum capacity"
            )
        table, subject = self._subject(params)
        suspended = dict((known or {}).get("SuspendedState") or _NOT_SUSPENDED)
        suspended.update(params.get("SuspendedState") or {})
        self.targets[key] = {
            "ServiceNamespace": "dynamodb",
            "ResourceId": params["ResourceId"],
            "ScalableDimension": params["ScalableDimension"],
            "MinCapacity": low,
            "MaxCapacity": high,
            "RoleARN": "arn:aws:iam::123456789012:role/aws-service-role/"
            "dynamodb.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
            "CreationTime": table.clock.now(),
            "SuspendedState": suspended,
        }
        if table.billing == "PROVISIONED":
            attribute = "read" if "Read" in params["ScalableDimension"] else "write"
            current = getattr(subject, attribute)
            if not low <= current <= high:
                setattr(subject, attribute, min(max(current, low), high))
                # The autoscaler's own UpdateTable.
                if table.status == "ACTIVE":
                    table.updating("capacity")
        return {"ScalableTargetARN": f"arn:aws:application-autoscaling:::{params['ResourceId']}"}

    def _deregister(self, params: Params) -> Answer:
        key = _key(params)
        self._remove(self.targets, key, "scalable target")
        self.policies = {k: v for k, v in self.policies.items() if k[:2] != key}
        self.actions = {k: v for k, v in self.actions.items() if k[:2] != key}
        return {}

    def _put_policy(self, params: Params) -> Answer:
        key = _key(params)
        self._must_have_target(key)
        if params.get("PolicyType", "TargetTrackingScaling") != "TargetTrackingScaling":
            raise Refusal("ValidationException", "DynamoDB only supports TargetTrackingScaling")
        settings = params["TargetTrackingScalingPolicyConfiguration"]
        if not 20 <= settings["TargetValue"] <= 90:
            raise Refusal("ValidationException", "TargetValue must be between 20 and 90")
        metric = settings.get("PredefinedMetricSpecification")
        for (resource, dimension, name), other in self.policies.items():
            same = other["TargetTrackingScalingPolicyConfiguration"].get(
                "PredefinedMetricSpecification"
            )
            if (resource, dimension) == key and name != params["PolicyName"] and same == metric:
                raise Refusal(
                    "ValidationException",
                    "Only one TargetTrackingScaling policy for a given metric specification is "
                    "allowed.",
                )
        self.policies[*key, params["PolicyName"]] = {
            "PolicyARN": f"arn:aws:autoscaling:::scalingPolicy:{params['PolicyName']}",
            "PolicyName": params["PolicyName"],
            "ServiceNamespace": "dynamodb",
            "ResourceId": params["ResourceId"],
            "ScalableDimension": params["ScalableDimension"],
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": settings,
            "Alarms": [],
            "CreationTime": self.tables.clock.now(),
        }
        return {"PolicyARN": "arn", "Alarms": []}

    def _put_action(self, params: Params) -> Answer:
        key = _key(params)
        self._must_have_target(key)
        kept = (
            "Schedule",
            "Timezone",
            "StartTime",
            "EndTime",
            "ScalableTargetAction",
            "ScheduledActionName",
        )
        self.actions[*key, params["ScheduledActionName"]] = {
            **{k: params[k] for k in kept if k in params},
            "ScheduledActionARN": f"arn:aws:autoscaling:::{params['ScheduledActionName']}",
            "ServiceNamespace": "dynamodb",
            "ResourceId": params["ResourceId"],
            "ScalableDimension": params["ScalableDimension"],
            "CreationTime": self.tables.clock.now(),
        }
        return {}

    def _must_have_target(self, key: Key) -> None:
        if key not in self.targets:
            raise Refusal(
                "ObjectNotFoundException",
                "No scalable target registered for service namespace: dynamodb, resource ID: "
                f"{key[0]}, scalable dimension: {key[1]}",
            )

    @staticmethod
    def _remove(where: dict[Any, Params], key: Any, what: str) -> None:
        if where.pop(key, None) is None:
            raise Refusal("ObjectNotFoundException", f"No {what} found for {key}")

    @staticmethod
    def _page(member: str, items: list[Params], params: Params, most: int) -> Answer:
        ids = params.get("ResourceIds") or (
            [params["ResourceId"]] if "ResourceId" in params else []
        )
        dimension = params.get("ScalableDimension")
        items = [
            i
            for i in items
            if (not ids or i["ResourceId"] in ids)
            and (dimension is None or i["ScalableDimension"] == dimension)
        ]
        start = int(params.get("NextToken") or 0)
        size = min(params.get("MaxResults") or most, most)
        answer: Answer = {member: items[start : start + size]}
        if len(items) > start + size:
            answer["NextToken"] = str(start + size)
        return answer


def _subject_of(table: SimulatedTable, resource: str) -> SimulatedTable | Index | None:
    """The table or index that a resource id stands for."""
    parts = resource.split("/")
    return table if len(parts) < 4 else table.indexes.get(parts[3])


_NOT_SUSPENDED = {
    "DynamicScalingInSuspended": False,
    "DynamicScalingOutSuspended": False,
    "ScheduledScalingSuspended": False,
}


def _key(params: Params) -> Key:
    return params["ResourceId"], params["ScalableDimension"]

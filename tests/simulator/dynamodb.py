"""The operations of DynamoDB's control plane, with their rules."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.simulator.clock import Clock, iso
from tests.simulator.errors import (
    Refusal,
    table_in_use,
    table_not_found,
    validation,
)
from tests.simulator.table import DURATIONS, HOUR, SimulatedTable
from tests.simulator.update import new_index, update_table

Params = dict[str, Any]
Answer = dict[str, Any]

_POLICY_NOT_FOUND = "Resource-based policy not found for the provided ResourceArn: "
#: Between two changes of TTL, in seconds; AWS documents an hour.
TTL_INTERVAL = HOUR


class DynamoDB:
    """The tables of one account in one region."""

    def __init__(self, account: str, region: str, clock: Clock) -> None:
        self.account = account
        self.region = region
        self.clock = clock
        self.tables: dict[str, SimulatedTable] = {}
        #: The ARN that alias/aws/dynamodb stands for.
        self.managed_key = (
            f"arn:aws:kms:{region}:{account}:key/00000000-aws0-0000-0000-dynamodb0000"
        )

    def call(self, operation: str, params: Params) -> Answer:
        """Carry out an operation; raises ``Refusal``."""
        for table in list(self.tables.values()):
            table.settle()
        handler: Callable[[Params], Answer] | None = getattr(self, f"_do_{operation}", None)
        if handler is None:
            raise Refusal("UnknownOperationException", f"{operation} is not simulated")
        return handler(params)

    def table(self, name_or_arn: str) -> SimulatedTable:
        """A table by name or ARN."""
        name = name_or_arn.split("/")[1] if name_or_arn.startswith("arn:") else name_or_arn
        found = self.tables.get(name)
        if found is None:
            raise table_not_found(name)
        return found

    # -- tables ---------------------------------------------------------------

    def _do_CreateTable(self, params: Params) -> Answer:  # noqa: N802 - AWS's name
        name = params["TableName"]
        if not re.fullmatch(r"[a-zA-Z0-9_.-]{3,255}", name):
            raise validation("TableName must be at least 3 characters long and at most 255")
        if name in self.tables:
            raise Refusal("ResourceInUseException", f"Table already exists: {name}")
        table = SimulatedTable(
            name=name,
            arn=f"arn:aws:dynamodb:{self.region}:{self.account}:table/{name}",
            clock=self.clock,
            attributes={
                a["AttributeName"]: a["AttributeType"] for a in params["AttributeDefinitions"]
            },
            keys=params["KeySchema"],
            billing=params.get("BillingMode", "PROVISIONED"),
            created=self.clock.now(),
        )
        table.ever_on_demand = table.billing == "PAY_PER_REQUEST"
        throughput = params.get("ProvisionedThroughput")
        if table.billing == "PROVISIONED":
            if not throughput:
                raise validation(
                    "No provisioned throughput specified for the table: ReadCapacityUnits and "
                    "WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
                )
            table.read = throughput["ReadCapacityUnits"]
            table.write = throughput["WriteCapacityUnits"]
        elif throughput:
            raise validation(
                "One or more parameter values were invalid: Neither ReadCapacityUnits nor "
                "WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
            )
        for definition in params.get("GlobalSecondaryIndexes", []):
            index = new_index(table, definition)
            table.indexes[index.name] = index
        table.local_indexes = [
            {k: v for k, v in i.items() if k in ("IndexName", "KeySchema", "Projection")}
            for i in params.get("LocalSecondaryIndexes", [])
        ]
        self._check_attributes(table)
        self._create_options(table, params)
        self.tables[name] = table
        table.updating("create")
        table.status = "CREATING"
        return {"TableDescription": table.describe()}

    def _create_options(self, table: SimulatedTable, params: Params) -> None:
        stream = params.get("StreamSpecification") or {}
        if stream.get("StreamEnabled"):
            table.stream = stream
            table.stream_label = iso(self.clock.now())[:-4]
        sse = params.get("SSESpecification") or {}
        if sse.get("Enabled"):
            table.encryption = self.encryption(sse)
        if params.get("TableClass", "STANDARD") != "STANDARD":
            table.table_class = params["TableClass"]
        table.protected = params.get("DeletionProtectionEnabled", False)
        table.on_demand = {
            k: v for k, v in (params.get("OnDemandThroughput") or {}).items() if v != -1
        }
        table.warm = dict(params.get("WarmThroughput") or {})
        table.tags = {t["Key"]: t["Value"] for t in params.get("Tags", [])}
        table.policy = params.get("ResourcePolicy")

    def encryption(self, sse: Params) -> Answer:
        """The description of what an SSESpecification asks for."""
        key = sse.get("KMSMasterKeyId") or "alias/aws/dynamodb"
        return {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": self.key_arn(key)}

    def key_arn(self, key: str) -> str:
        """The ARN that a key id, alias or ARN stands for."""
        if key in ("alias/aws/dynamodb", self.managed_key):
            return self.managed_key
        if key.startswith("arn:") and ":key/" in key:
            return key
        return f"arn:aws:kms:{self.region}:{self.account}:key/{key.rsplit('/', maxsplit=1)[-1]}"

    def _check_attributes(self, table: SimulatedTable) -> None:
        used = {k["AttributeName"] for k in table.keys}
        for index in table.indexes.values():
            used |= {k["AttributeName"] for k in index.keys}
        for local in table.local_indexes:
            used |= {k["AttributeName"] for k in local["KeySchema"]}
        if used != set(table.attributes):
            raise validation(
                "One or more parameter values were invalid: Some AttributeDefinitions are not used"
                if set(table.attributes) - used
                else "One or more parameter values were invalid: Some index key attributes are not "
                "defined in AttributeDefinitions"
            )

    def _do_DescribeTable(self, params: Params) -> Answer:  # noqa: N802
        return {"Table": self.table(params["TableName"]).describe()}

    def _do_ListBackups(self, _params: Params) -> Answer:  # noqa: N802
        return {"BackupSummaries": []}

    def _do_ListTables(self, params: Params) -> Answer:  # noqa: N802
        names = sorted(self.tables)
        start = params.get("ExclusiveStartTableName")
        names = [n for n in names if start is None or n > start]
        limit = params.get("Limit", 100)
        answer: Answer = {"TableNames": names[:limit]}
        if len(names) > limit:
            answer["LastEvaluatedTableName"] = names[limit - 1]
        return answer

    def _do_DeleteTable(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["TableName"])
        if table.protected:
            raise validation(
                "Resource cannot be deleted as it is currently protected against deletion. "
                "Disable deletion protection first."
            )
        if table.status != "ACTIVE" or any(i.status == "CREATING" for i in table.indexes.values()):
            raise table_in_use(table.name, table.status)
        table.status = "DELETING"
        table.later("delete", lambda: self._remove(table.name))
        return {"TableDescription": table.describe()}

    def _remove(self, name: str) -> None:
        self.tables.pop(name, None)

    def _do_UpdateTable(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["TableName"])
        update_table(self, table, params)
        return {"TableDescription": table.describe()}

    # -- continuous backups ---------------------------------------------------

    def _do_DescribeContinuousBackups(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["TableName"])
        recovery: Answer = {
            "PointInTimeRecoveryStatus": "ENABLED" if table.pitr else "DISABLED",
        }
        if table.pitr:
            recovery["RecoveryPeriodInDays"] = table.pitr_days
            recovery["EarliestRestorableDateTime"] = table.pitr_since
            recovery["LatestRestorableDateTime"] = self.clock.now()
        return {
            "ContinuousBackupsDescription": {
                "ContinuousBackupsStatus": "ENABLED",
                "PointInTimeRecoveryDescription": recovery,
            }
        }

    def _do_UpdateContinuousBackups(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["TableName"])
        if self.clock.now() - table.created < 4.0:
            raise Refusal(
                "ContinuousBackupsUnavailableException",
                f"Backups are being enabled for the table: {table.name}. Please retry later",
            )
        wanted = params["PointInTimeRecoverySpecification"]
        enable = wanted["PointInTimeRecoveryEnabled"]
        days = wanted.get("RecoveryPeriodInDays")
        if not enable and days is not None:
            raise validation("RecoveryPeriodInDays can only be specified when PITR is enabled")
        if days is not None and not 1 <= days <= 35:
            raise validation("RecoveryPeriodInDays must be between 1 and 35")
        if table.pitr and (not enable or (days or 35) < table.pitr_days):
            table.history_lost += 1
        if enable and not table.pitr:
            table.pitr_since = self.clock.now()
        table.pitr = enable
        table.pitr_days = days or 35
        return self._do_DescribeContinuousBackups(params)

    # -- time to live ---------------------------------------------------------

    def _do_DescribeTimeToLive(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["TableName"])
        if not table.ttl.get("Enabled"):
            return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
        return {
            "TimeToLiveDescription": {
                "TimeToLiveStatus": "ENABLED",
                "AttributeName": table.ttl["AttributeName"],
            }
        }

    def _do_UpdateTimeToLive(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["TableName"])
        table.must_be_active()
        wanted = params["TimeToLiveSpecification"]
        on = bool(table.ttl.get("Enabled"))
        if wanted["Enabled"] == on:
            if on and wanted["AttributeName"] != table.ttl["AttributeName"]:
                raise validation(
                    "TimeToLive is active on a different AttributeName: current AttributeName is "
                    f"{table.ttl['AttributeName']}"
                )
            raise validation(f"TimeToLive is already {'enabled' if on else 'disabled'}")
        if on and wanted["AttributeName"] != table.ttl["AttributeName"]:
            raise validation(
                "TimeToLive is active on a different AttributeName: current AttributeName is "
                f"{table.ttl['AttributeName']}"
            )
        changed = table.ttl_changed
        if changed is not None and self.clock.now() - changed < TTL_INTERVAL:
            raise Refusal(
                "ValidationException",
                "Time to live has been modified multiple times within a fixed interval",
            )
        table.ttl = {"Enabled": wanted["Enabled"], "AttributeName": wanted["AttributeName"]}
        table.ttl_changed = self.clock.now()
        return {"TimeToLiveSpecification": wanted}

    # -- tags -----------------------------------------------------------------

    def _do_ListTagsOfResource(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["ResourceArn"])
        tags = [{"Key": k, "Value": v} for k, v in sorted(table.seen_tags().items())]
        start = int(params.get("NextToken") or 0)
        answer: Answer = {"Tags": tags[start : start + 10]}
        if len(tags) > start + 10:
            answer["NextToken"] = str(start + 10)
        return answer

    def _locked_tags(self, arn: str) -> SimulatedTable:
        table = self.table(arn)
        if self.clock.now() < table.tags_locked_until:
            raise Refusal(
                "LimitExceededException",
                f"Subscriber limit exceeded: Table tags are being updated: {table.name}",
            )
        if table.status == "CREATING":
            raise table_in_use(table.name, table.status)
        table.tags_locked_until = self.clock.now() + DURATIONS["tags"]
        table.stale_tags = (self.clock.now() + DURATIONS["tag_lag"], dict(table.tags))
        return table

    def _do_TagResource(self, params: Params) -> Answer:  # noqa: N802
        table = self._locked_tags(params["ResourceArn"])
        new = {t["Key"]: t["Value"] for t in params["Tags"]}
        if any(k.startswith("aws:") for k in new):
            raise validation("Tag keys starting with aws: are reserved for system use")
        if len({**table.tags, **new}) > 50:
            raise validation("The number of tags exceeds the limit of 50")
        table.tags.update(new)
        return {}

    def _do_UntagResource(self, params: Params) -> Answer:  # noqa: N802
        table = self._locked_tags(params["ResourceArn"])
        for key in params["TagKeys"]:
            table.tags.pop(key, None)
        return {}

    # -- resource policy ------------------------------------------------------

    def _do_GetResourcePolicy(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["ResourceArn"])
        policy = table.seen_policy()
        if policy is None:
            raise Refusal("PolicyNotFoundException", _POLICY_NOT_FOUND + params["ResourceArn"])
        return {"Policy": policy, "RevisionId": str(int(table.policy_changed or 0))}

    def _do_PutResourcePolicy(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["ResourceArn"])
        table.cooldown(table.policy_changed)
        table.stale_policy = (self.clock.now() + DURATIONS["policy_lag"], table.policy)
        table.policy = json.dumps(json.loads(params["Policy"]), separators=(",", ":"))
        table.policy_changed = self.clock.now()
        return {"RevisionId": str(int(table.policy_changed))}

    def _do_DeleteResourcePolicy(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["ResourceArn"])
        if table.policy is None:
            return {}
        table.cooldown(table.policy_changed)
        table.stale_policy = (self.clock.now() + DURATIONS["policy_lag"], table.policy)
        table.policy = None
        table.policy_changed = self.clock.now()
        return {}

    # -- contributor insights -------------------------------------------------

    def _do_DescribeContributorInsights(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["TableName"])
        index = params.get("IndexName", "")
        if index and index not in table.indexes:
            raise Refusal("ResourceNotFoundException", f"Requested resource not found: {index}")
        state = table.insights.get(index, {"Status": "DISABLED"})
        answer: Answer = {"TableName": table.name, "ContributorInsightsStatus": state["Status"]}
        if index:
            answer["IndexName"] = index
        if "Mode" in state:
            answer["ContributorInsightsMode"] = state["Mode"]
        return answer

    def _do_ListContributorInsights(self, params: Params) -> Answer:  # noqa: N802
        names = [params["TableName"]] if params.get("TableName") else sorted(self.tables)
        return {
            "ContributorInsightsSummaries": [
                {
                    "TableName": name,
                    **({"IndexName": index} if index else {}),
                    "ContributorInsightsStatus": state["Status"],
                    "ContributorInsightsMode": state["Mode"],
                }
                for name in names
                for index, state in sorted(self.table(name).insights.items())
                if state["Status"] != "DISABLED"
            ]
        }

    def _do_UpdateContributorInsights(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["TableName"])
        index = params.get("IndexName", "")
        enable = params["ContributorInsightsAction"] == "ENABLE"
        mode = params.get("ContributorInsightsMode", "ACCESSED_AND_THROTTLED_KEYS")
        state = {"Status": "ENABLING" if enable else "DISABLING", "Mode": mode}
        table.insights[index] = state

        def finish() -> None:
            state["Status"] = "ENABLED" if enable else "DISABLED"

        table.later("insights", finish)
        return self._do_DescribeContributorInsights(params)

    # -- Kinesis --------------------------------------------------------------

    def _do_DescribeKinesisStreamingDestination(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["TableName"])
        return {
            "TableName": table.name,
            "KinesisDataStreamDestinations": [dict(d) for d in table.kinesis.values()],
        }

    def _do_EnableKinesisStreamingDestination(self, params: Params) -> Answer:  # noqa: N802
        table = self.table(params["TableName"])
        arn = params["StreamArn"]
        known = table.kinesis.get(arn)
        if known is not None and known["DestinationStatus"] != "DISABLED":
            raise Refusal(
                "ResourceInUseException", "Table already has a streaming destination in use"
            )
        settings = params.get("EnableKinesisStreamingConfiguration") or {}
        state: Answer = {
            "StreamArn": arn,
            "DestinationStatus": "ENABLING",
            "ApproximateCreationDateTimePrecision": settings.get(
                "ApproximateCreationDateTimePrecision", "MILLISECOND"
            ),
        }
        table.kinesis[arn] = state
        table.later("kinesis", lambda: state.update(DestinationStatus="ACTIVE"))
        return {"TableName": table.name, "StreamArn": arn, "DestinationStatus": "ENABLING"}

    def _kinesis(self, params: Params) -> tuple[SimulatedTable, Answer]:
        table = self.table(params["TableName"])
        state = table.kinesis.get(params["StreamArn"])
        if state is None or state["DestinationStatus"] != "ACTIVE":
            raise validation("Table is not in a valid state to change its streaming destination")
        return table, state

    def _do_DisableKinesisStreamingDestination(self, params: Params) -> Answer:  # noqa: N802
        table, state = self._kinesis(params)
        state["DestinationStatus"] = "DISABLING"
        table.later("kinesis", lambda: state.update(DestinationStatus="DISABLED"))
        return {"TableName": table.name, "StreamArn": params["StreamArn"]}

    def _do_UpdateKinesisStreamingDestination(self, params: Params) -> Answer:  # noqa: N802
        table, state = self._kinesis(params)
        settings = params["UpdateKinesisStreamingConfiguration"]
        precision = settings["ApproximateCreationDateTimePrecision"]
        if precision == state["ApproximateCreationDateTimePrecision"]:
            raise validation("Invalid Request: precision is already set to the desired value")
        state["DestinationStatus"] = "UPDATING"
        state["ApproximateCreationDateTimePrecision"] = precision
        table.later("kinesis", lambda: state.update(DestinationStatus="ACTIVE"))
        return {"TableName": table.name, "StreamArn": params["StreamArn"]}

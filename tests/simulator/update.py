"""UpdateTable: which concerns may ride together, what they wait for, what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.simulator.clock import iso
from tests.simulator.errors import Refusal, index_busy, internal, only_operation, validation
from tests.simulator.table import Index, SimulatedTable

if TYPE_CHECKING:
    from tests.simulator.dynamodb import DynamoDB

Params = dict[str, Any]

#: The members of UpdateTable that ask for a change of their own.
_CONCERNS = {
    "BillingMode",
    "ProvisionedThroughput",
    "GlobalSecondaryIndexUpdates",
    "StreamSpecification",
    "SSESpecification",
    "ReplicaUpdates",
    "TableClass",
    "DeletionProtectionEnabled",
    "OnDemandThroughput",
    "WarmThroughput",
}
#: Concerns that have to be alone.
_ALONE = ("SSESpecification", "TableClass", "DeletionProtectionEnabled", "WarmThroughput")
#: The combinations that AWS accepts.
_TOGETHER = (
    {"BillingMode", "ProvisionedThroughput", "GlobalSecondaryIndexUpdates"},
    {"BillingMode", "StreamSpecification"},
    {"BillingMode", "OnDemandThroughput"},
)


def update_table(service: DynamoDB, table: SimulatedTable, params: Params) -> None:
    """Carry out an UpdateTable, or refuse it as AWS would."""
    concerns = {c for c in _CONCERNS if c in params}
    if not concerns:
        raise validation(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"
        )
    _check_combination(concerns)
    if table.switching and params.get("BillingMode") == "PAY_PER_REQUEST":
        return  # turning back a switch that is under way is accepted, and does nothing
    table.must_be_active()
    if "SSESpecification" in concerns:
        _encryption(service, table, params["SSESpecification"])
    elif "TableClass" in concerns:
        _table_class(table, params["TableClass"])
    elif "DeletionProtectionEnabled" in concerns:
        table.cooldown(table.protection_changed)
        table.protected = params["DeletionProtectionEnabled"]
        table.protection_changed = table.clock.now()
    elif "WarmThroughput" in concerns:
        _warm(table, params["WarmThroughput"])
    elif "ReplicaUpdates" in concerns:
        raise validation("Global tables are not simulated")
    else:
        _throughput_and_stream(table, params)


def _check_combination(concerns: set[str]) -> None:
    for alone in _ALONE:
        if alone in concerns and len(concerns) > 1:
            raise only_operation(alone)
    if len(concerns) > 1 and not any(concerns <= together for together in _TOGETHER):
        raise validation(
            "You cannot modify "
            + " and ".join(sorted(concerns))
            + " in one request: stream status while updating table IOPS"
        )


def _throughput_and_stream(table: SimulatedTable, params: Params) -> None:
    mode = params.get("BillingMode", table.billing)
    updates = params.get("GlobalSecondaryIndexUpdates", [])
    if mode != table.billing:
        _switch(table, mode, params)
        if "StreamSpecification" in params:
            _stream(table, params["StreamSpecification"])
        return
    if "StreamSpecification" in params:
        _stream(table, params["StreamSpecification"])
        return
    if "OnDemandThroughput" in params:
        if not params["OnDemandThroughput"]:
            raise internal()
        _on_demand(table, params["OnDemandThroughput"])
        return
    if "ProvisionedThroughput" in params:
        table.index_must_be_free()
        table.read, table.write = _capacity(
            table, params["ProvisionedThroughput"], (table.read, table.write), table.decreases, ""
        )
        table.updating("capacity")
    if updates:
        _index_updates(table, updates, params)
    elif "BillingMode" in params and "ProvisionedThroughput" not in params:
        table.updating("capacity")  # the same mode again changes nothing and succeeds


def _switch(table: SimulatedTable, mode: str, params: Params) -> None:
    table.index_must_be_free()
    if mode == "PAY_PER_REQUEST":
        if "ProvisionedThroughput" in params:
            raise validation(
                "One or more parameter values were invalid: Neither ReadCapacityUnits nor "
                "WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
            )
        table.spend_switch()
        table.billing = mode
        _on_demand(table, params.get("OnDemandThroughput") or {})
        table.updating("to_on_demand_again" if table.ever_on_demand else "to_on_demand")
        table.ever_on_demand = True
        return
    throughput = params.get("ProvisionedThroughput")
    if not throughput:
        raise validation(
            "One or more parameter values were invalid: ProvisionedThroughput must be specified "
            "when BillingMode is PROVISIONED"
        )
    given = {
        u["Update"]["IndexName"]: u["Update"].get("ProvisionedThroughput") or {}
        for u in params.get("GlobalSecondaryIndexUpdates", [])
        if "Update" in u
    }
    for name in table.indexes:
        if not given.get(name):
            raise validation(
                "One or more parameter values were invalid: ProvisionedThroughput must be "
                f"specified for index: {name}"
            )
    table.billing = mode
    table.on_demand = {}
    table.read = throughput["ReadCapacityUnits"]
    table.write = throughput["WriteCapacityUnits"]
    for name, index in table.indexes.items():
        index.read = given[name]["ReadCapacityUnits"]
        index.write = given[name]["WriteCapacityUnits"]
        index.on_demand = {}
    table.updating("to_provisioned")
    table.switching = True


def _capacity(
    table: SimulatedTable,
    throughput: Params,
    before: tuple[int, int],
    decreases: list[float],
    index: str,
) -> tuple[int, int]:
    if table.billing == "PAY_PER_REQUEST":
        raise validation(
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor "
            "WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        )
    after = (throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"])
    if min(after) < 1:
        raise validation("1 validation error detected: capacity must be at least 1")
    if after == before:
        what = f"index {index}" if index else "table"
        raise validation(
            f"The provisioned throughput for the {what} will not change. The requested value "
            f"equals the current value. Current ReadCapacityUnits provisioned for the {what}: "
            f"{before[0]}. Requested ReadCapacityUnits: {after[0]}."
        )
    if after[0] < before[0] or after[1] < before[1]:
        table.spend_decrease(decreases)
    return after


def _index_updates(table: SimulatedTable, updates: list[Params], params: Params) -> None:
    structural = [u for u in updates if "Create" in u or "Delete" in u]
    if structural:
        if len(updates) > 1 or "ProvisionedThroughput" in params:
            raise Refusal(
                "LimitExceededException",
                "Subscriber limit exceeded: Only 1 online index can be created or deleted "
                "simultaneously per table",
            )
        [update] = structural
        if "Create" in update:
            table.index_must_be_free()
            _create_index(table, update["Create"], params)
        else:
            name = update["Delete"]["IndexName"]
            # An index may be given up while it is being filled.
            table.index_must_be_free(besides=name)
            _delete_index(table, name)
        return
    for update in (u["Update"] for u in updates):
        index = table.indexes.get(update["IndexName"])
        if index is None:
            raise validation(f"The table does not have the specified index: {update['IndexName']}")
        if index.status != "ACTIVE":
            raise Refusal(
                "ResourceInUseException",
                "Attempt to change a resource which is still in use: Index is being updated: "
                f"{index.name}",
            )
        _update_index(table, index, update)


def _update_index(table: SimulatedTable, index: Index, update: Params) -> None:
    if "ProvisionedThroughput" in update:
        index.read, index.write = _capacity(
            table,
            update["ProvisionedThroughput"],
            (index.read, index.write),
            index.decreases,
            index.name,
        )
    if "OnDemandThroughput" in update:
        _merge_on_demand(table, index.on_demand, update["OnDemandThroughput"])
    if "WarmThroughput" in update:
        _raise_warm(index.warm, update["WarmThroughput"])
    index.status = "UPDATING"

    def finish() -> None:
        index.status = "ACTIVE"

    table.later("index_update", finish)


def _create_index(table: SimulatedTable, definition: Params, params: Params) -> None:
    name = definition["IndexName"]
    if name in table.indexes:
        raise validation(f"Attempting to create an index which already exists: {name}")
    if len(table.indexes) >= 20:
        raise Refusal(
            "LimitExceededException",
            "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table "
            "limit of 20",
        )
    given = {a["AttributeName"]: a["AttributeType"] for a in params.get("AttributeDefinitions", [])}
    for key in definition["KeySchema"]:
        attribute = key["AttributeName"]
        kind = table.attributes.get(attribute, given.get(attribute))
        if kind is None:
            raise validation(
                "One or more parameter values were invalid: Some index key attributes are not "
                "defined in AttributeDefinitions"
            )
        if attribute in given and given[attribute] != kind:
            raise validation(f"Cannot change the type of the attribute {attribute}")
    index = new_index(table, definition)
    index.status = "CREATING"
    index.backfilling = False
    for key in definition["KeySchema"]:
        table.attributes.setdefault(key["AttributeName"], given.get(key["AttributeName"], "S"))
    table.indexes[name] = index
    table.updating("index_allocate")

    def backfill() -> None:
        if index.status == "CREATING":
            index.backfilling = True

    def finish() -> None:
        if index.status == "CREATING":
            index.status = "ACTIVE"
            index.backfilling = None

    table.later("index_allocate", backfill)
    table.later("index_backfill", finish, table.slow_backfill)


def _delete_index(table: SimulatedTable, name: str) -> None:
    index = table.indexes.get(name)
    if index is None:
        raise validation(f"The table does not have the specified index: {name}")
    if index.status == "DELETING":
        raise index_busy()
    index.status = "DELETING"
    index.backfilling = None

    def finish() -> None:
        table.indexes.pop(name, None)
        table.insights.pop(name, None)
        used = {k["AttributeName"] for k in table.keys}
        for other in table.indexes.values():
            used |= {k["AttributeName"] for k in other.keys}
        for local in table.local_indexes:
            used |= {k["AttributeName"] for k in local["KeySchema"]}
        table.attributes = {n: t for n, t in table.attributes.items() if n in used}

    table.updating("index_delete")
    table.later("index_delete", finish)


def _stream(table: SimulatedTable, wanted: Params) -> None:
    if wanted.get("StreamEnabled"):
        if table.stream is not None:
            raise validation(f"Table already has an enabled stream: TableName: {table.name}")
        if "StreamViewType" not in wanted:
            raise validation("StreamViewType is required when StreamEnabled is true")
        table.stream = {"StreamEnabled": True, "StreamViewType": wanted["StreamViewType"]}
        table.stream_label = iso(table.clock.now())[:-4]
    else:
        if table.stream is None:
            raise validation(f"Table has no stream to disable: TableName: {table.name}")
        if "StreamViewType" in wanted:
            raise validation("StreamViewType must not be given when StreamEnabled is false")
        table.stream = None
    table.updating("stream")


def _encryption(service: DynamoDB, table: SimulatedTable, wanted: Params) -> None:
    current = table.encryption
    if not wanted.get("Enabled"):
        if current is None:
            raise validation("Table is already encrypted by default")
        table.spend_encryption()
        table.encryption = None
        return
    target = service.encryption(wanted)
    given = wanted.get("KMSMasterKeyId")
    if current is not None and given == current["KMSMasterKeyArn"]:
        raise validation(
            "One or more parameter values were invalid: Table is already encrypted with given "
            f"KMSMasterKeyId {given}"
        )
    table.spend_encryption()
    if current is None:
        table.encryption = {**target, "Status": "ENABLING"}
    else:
        table.encryption = {**current, "Status": "UPDATING"}

    def finish() -> None:
        table.encryption = target

    table.later("encryption", finish)


def _table_class(table: SimulatedTable, wanted: str) -> None:
    table.spend_class()
    if wanted == (table.table_class or "STANDARD"):
        return
    table.class_changes.append(table.clock.now())
    table.table_class = wanted
    table.updating("table_class")


def _on_demand(table: SimulatedTable, wanted: Params) -> None:
    _merge_on_demand(table, table.on_demand, wanted)


def _merge_on_demand(table: SimulatedTable, current: dict[str, int], wanted: Params) -> None:
    if wanted and table.billing != "PAY_PER_REQUEST":
        raise validation("OnDemandThroughput can only be given when BillingMode is PAY_PER_REQUEST")
    for member, value in wanted.items():
        if value == -1:
            current.pop(member, None)
        else:
            current[member] = value


def _warm(table: SimulatedTable, wanted: Params) -> None:
    _raise_warm(table.warm, wanted)
    table.warm_status = "UPDATING"

    def finish() -> None:
        table.warm_status = "ACTIVE"

    table.later("warm", finish)


def _raise_warm(current: dict[str, int], wanted: Params) -> None:
    for member, value in wanted.items():
        if value < current.get(member, 0):
            raise validation(
                "One or more parameter values were invalid: decreasing WarmThroughput "
                "is not supported"
            )
        current[member] = value


def new_index(table: SimulatedTable, definition: Params) -> Index:
    """An index from its definition; refuses capacity that does not fit the billing mode."""
    throughput = definition.get("ProvisionedThroughput") or {}
    if table.billing == "PROVISIONED" and not throughput:
        raise validation(
            "One or more parameter values were invalid: ProvisionedThroughput must be specified "
            f"for index: {definition['IndexName']}"
        )
    if table.billing == "PAY_PER_REQUEST" and throughput:
        raise validation(
            "One or more parameter values were invalid: ProvisionedThroughput should not be "
            f"specified for index: {definition['IndexName']} when BillingMode is PAY_PER_REQUEST"
        )
    projection = dict(definition["Projection"])
    if projection.get("NonKeyAttributes"):
        projection["NonKeyAttributes"] = sorted(projection["NonKeyAttributes"])
    return Index(
        name=definition["IndexName"],
        keys=definition["KeySchema"],
        projection=projection,
        read=throughput.get("ReadCapacityUnits", 0),
        write=throughput.get("WriteCapacityUnits", 0),
        on_demand={
            k: v for k, v in (definition.get("OnDemandThroughput") or {}).items() if v != -1
        },
        warm=dict(definition.get("WarmThroughput") or {}),
    )

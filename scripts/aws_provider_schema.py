"""Writes driftcheck/inputs/aws_provider.json from what the AWS provider says of itself.

    terraform providers schema -json > schema.json
    python scripts/aws_provider_schema.py schema.json

Two things are added that the provider does not tell: the defaults of arguments,
as they show in plans, and the arguments that newer providers have and the one
that was asked has not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "driftcheck" / "inputs" / "aws_provider.json"
PROVIDER = "registry.terraform.io/hashicorp/aws"

RESOURCES = (
    "aws_appautoscaling_policy",
    "aws_appautoscaling_scheduled_action",
    "aws_appautoscaling_target",
    "aws_cloudwatch_metric_alarm",
    "aws_dynamodb_contributor_insights",
    "aws_dynamodb_global_secondary_index",
    "aws_dynamodb_kinesis_streaming_destination",
    "aws_dynamodb_resource_policy",
    "aws_dynamodb_table",
    "aws_dynamodb_table_replica",
    "aws_dynamodb_tag",
)
#: Resources that the others refer to. Only what they are referred to by is of interest.
REFERENCED = {
    "aws_kinesis_stream": ("arn", "id", "name"),
    "aws_kms_alias": ("arn", "id", "name", "target_key_arn", "target_key_id"),
    "aws_kms_key": ("arn", "id", "key_id"),
    "aws_sns_topic": ("arn", "id", "name"),
}
DATA_SOURCES = (
    "aws_caller_identity",
    "aws_default_tags",
    "aws_iam_policy_document",
    "aws_partition",
    "aws_region",
)
PROVIDER_ATTRIBUTES = ("region", "profile")
PROVIDER_BLOCKS = ("default_tags", "ignore_tags", "assume_role", "endpoints")

#: Defaults of arguments, by resource type and path.
DEFAULTS: dict[str, dict[str, Any]] = {
    "aws_appautoscaling_policy": {
        "policy_type": "StepScaling",
        "target_tracking_scaling_policy_configuration.disable_scale_in": False,
        "target_tracking_scaling_policy_configuration.customized_metric_specification"
        ".metrics.return_data": True,
    },
    "aws_appautoscaling_scheduled_action": {"timezone": "UTC"},
    "aws_appautoscaling_target": {
        "suspended_state.dynamic_scaling_in_suspended": False,
        "suspended_state.dynamic_scaling_out_suspended": False,
        "suspended_state.scheduled_scaling_suspended": False,
    },
    "aws_cloudwatch_metric_alarm": {
        "actions_enabled": True,
        "treat_missing_data": "missing",
        "metric_query.return_data": False,
    },
    "aws_dynamodb_resource_policy": {"confirm_remove_self_resource_access": False},
    "aws_dynamodb_table": {
        "billing_mode": "PROVISIONED",
        "ttl.enabled": False,
        "replica.point_in_time_recovery": False,
        "replica.propagate_tags": False,
    },
    "aws_dynamodb_table_replica": {"point_in_time_recovery": False},
}
#: Blocks that keep what is live where the configuration has none of them.
COMPUTED_BLOCKS: dict[str, tuple[str, ...]] = {
    "aws_appautoscaling_target": ("suspended_state",),
    "aws_dynamodb_table": ("point_in_time_recovery", "server_side_encryption", "ttl"),
}

Block = dict[str, Any]


def attribute(type_: Any, how: str) -> Block:
    """An attribute that is ``r``equired, ``o``ptional and/or ``c``omputed."""
    flags = {"r": "required", "o": "optional", "c": "computed"}
    return {"type": type_, **{flags[letter]: True for letter in how}}


def nested(nesting: str, attributes: Block, *, most: int = 0, blocks: Block | None = None) -> Block:
    """A nested block type."""
    inner: Block = {"attributes": attributes}
    if blocks:
        inner["blocks"] = blocks
    return {"nesting": nesting, "block": inner, **({"max_items": most} if most else {})}


_WARM = nested(
    "list",
    {
        "read_units_per_second": attribute("number", "oc"),
        "write_units_per_second": attribute("number", "oc"),
    },
    most=1,
)

#: What provider 6 has and provider 5.100 has not, by resource type.
NEWER: dict[str, Block] = {
    "aws_dynamodb_contributor_insights": {"attributes": {"mode": attribute("string", "oc")}},
    "aws_dynamodb_table": {
        "blocks": {
            "warm_throughput": _WARM,
            "global_table_witness": nested(
                "list", {"region_name": attribute("string", "o")}, most=1
            ),
            "global_secondary_index": {
                "block": {
                    "attributes": {"hash_key": attribute("string", "oc")},
                    "blocks": {
                        "warm_throughput": _WARM,
                        "key_schema": nested(
                            "list",
                            {
                                "attribute_name": attribute("string", "r"),
                                "key_type": attribute("string", "r"),
                            },
                        ),
                    },
                }
            },
            "replica": {
                "block": {
                    "attributes": {
                        "consistency_mode": attribute("string", "o"),
                        "deletion_protection_enabled": attribute("bool", "oc"),
                    }
                }
            },
        }
    },
    "aws_dynamodb_global_secondary_index": {
        "attributes": {
            "arn": attribute("string", "c"),
            "id": attribute("string", "c"),
            "table_name": attribute("string", "r"),
            "index_name": attribute("string", "r"),
        },
        "blocks": {
            "key_schema": nested(
                "list",
                {
                    "attribute_name": attribute("string", "r"),
                    "attribute_type": attribute("string", "r"),
                    "key_type": attribute("string", "r"),
                },
            ),
            "projection": nested(
                "list",
                {
                    "projection_type": attribute("string", "r"),
                    "non_key_attributes": attribute(["set", "string"], "o"),
                },
                most=1,
            ),
            "provisioned_throughput": nested(
                "list",
                {
                    "read_capacity_units": attribute("number", "r"),
                    "write_capacity_units": attribute("number", "r"),
                },
                most=1,
            ),
            "on_demand_throughput": nested(
                "list",
                {
                    "max_read_request_units": attribute("number", "oc"),
                    "max_write_request_units": attribute("number", "oc"),
                },
                most=1,
            ),
            "warm_throughput": _WARM,
            "timeouts": nested(
                "single", {n: attribute("string", "o") for n in ("create", "delete", "update")}
            ),
        },
    },
}


def main(arguments: list[str]) -> None:
    """Write the file."""
    schema = json.loads(Path(arguments[0]).read_text())["provider_schemas"][PROVIDER]
    result = {
        "resources": {name: resource(schema, name) for name in RESOURCES},
        "referenced": {
            name: {
                "attributes": {a: shortened(block(schema, name)["attributes"][a]) for a in wanted}
            }
            for name, wanted in REFERENCED.items()
        },
        "data_sources": {
            name: whole(schema["data_source_schemas"][name]["block"]) for name in DATA_SOURCES
        },
        "provider": provider(schema["provider"]["block"]),
    }
    TARGET.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")


def block(schema: Block, name: str) -> Block:
    """The root block of a resource type; an empty one where the provider has no such type."""
    found: Block = schema["resource_schemas"].get(name, {"block": {}})["block"]
    return found


def resource(schema: Block, name: str) -> Block:
    """A resource type's root block with what is added to it."""
    result = whole(block(schema, name))
    add_newer(result, NEWER.get(name, {}))
    if "region" not in result["attributes"]:
        result["attributes"]["region"] = {**attribute("string", "oc"), "newer": True}
    for path, default in DEFAULTS.get(name, {}).items():
        *outer, last = path.split(".")
        inner = result
        for step in outer:
            inner = inner["blocks"][step]["block"]
        inner["attributes"][last]["default"] = default
    for block_type in COMPUTED_BLOCKS.get(name, ()):
        result["blocks"][block_type]["computed"] = True
    return result


def add_newer(base: Block, extra: Block) -> None:
    """Add attributes and blocks, marking those that were not there."""
    for name, added in extra.get("attributes", {}).items():
        known = name in base.setdefault("attributes", {})
        base["attributes"][name] = {**added, **({} if known else {"newer": True})}
    for name, added in extra.get("blocks", {}).items():
        if name in base.setdefault("blocks", {}):
            add_newer(base["blocks"][name]["block"], added["block"])
        else:
            base["blocks"][name] = {**added, "newer": True}


def whole(source: Block) -> Block:
    """A block with everything in it, without descriptions."""
    result: Block = {
        "attributes": {n: shortened(a) for n, a in source.get("attributes", {}).items()}
    }
    blocks = {
        name: {
            "nesting": inner["nesting_mode"],
            "block": whole(inner["block"]),
            **{k: inner[k] for k in ("min_items", "max_items") if k in inner},
        }
        for name, inner in source.get("block_types", {}).items()
    }
    if blocks:
        result["blocks"] = blocks
    return result


def shortened(source: Block) -> Block:
    """What matters of an attribute."""
    kept = ("type", "required", "optional", "computed", "sensitive")
    return {name: source[name] for name in kept if name in source}


def provider(source: Block) -> Block:
    """What matters of the provider block."""
    everything = whole(source)
    return {
        "attributes": {n: everything["attributes"][n] for n in PROVIDER_ATTRIBUTES},
        "blocks": {n: everything["blocks"][n] for n in PROVIDER_BLOCKS},
    }


if __name__ == "__main__":
    main(sys.argv[1:])

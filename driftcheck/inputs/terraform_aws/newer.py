"""What version 6 of the AWS provider adds to the types that driftcheck knows.

Written down from the provider's documentation and sources, as far as it concerns
DynamoDB; there is no provider 6 behind these facts. A resource has this shape as
soon as it uses one of the names that only version 6 has.
"""

from __future__ import annotations

from typing import Any

#: Every regional resource of version 6 may say its region itself.
REGION = {"region": ["s", "oc"]}

#: Every regional data source likewise; optional, and told where it is not stated.
REGION_OF_DATA = {"region": ["s", "o"]}
#: Data sources of services that have no regions.
GLOBAL_DATA = frozenset(
    {"aws_caller_identity", "aws_canonical_user_id", "aws_iam_policy_document", "aws_iam_role"}
)

_KEY_SCHEMA = ["list", 0, 8, {"a": {"attribute_name": ["s", "r"], "key_type": ["s", "r"]}}]
_PROJECTION = [
    "list",
    1,
    1,
    {"a": {"non_key_attributes": ["Ss", "o"], "projection_type": ["s", "r"]}},
]
_WARM = [
    "list",
    0,
    1,
    {"a": {"read_units_per_second": ["n", "oc"], "write_units_per_second": ["n", "oc"]}},
    True,
]

#: By type: attributes, blocks, and additions inside of blocks that were there already.
ADDITIONS: dict[str, dict[str, Any]] = {
    "aws_dynamodb_table": {
        "a": {**REGION, "restore_backup_arn": ["s", "o"]},
        "b": {
            "warm_throughput": _WARM,
            "global_table_witness": ["list", 0, 1, {"a": {"region_name": ["s", "oc"]}}, True],
        },
        "inside": {
            "global_secondary_index": {
                "a": {"hash_key": ["s", "oc"], "range_key": ["s", "oc"]},
                "b": {"key_schema": _KEY_SCHEMA, "warm_throughput": _WARM},
            },
            "replica": {
                "a": {
                    "consistency_mode": ["s", "o", "EVENTUAL"],
                    "deletion_protection_enabled": ["b", "oc"],
                }
            },
        },
    },
    "aws_dynamodb_contributor_insights": {"a": {**REGION, "mode": ["s", "oc"]}},
}

#: Types that version 5 does not have.
NEW_TYPES: dict[str, dict[str, Any]] = {
    "aws_dynamodb_global_secondary_index": {
        "a": {
            **REGION,
            "arn": ["s", "c"],
            "id": ["s", "c"],
            "index_name": ["s", "r"],
            "table_name": ["s", "r"],
        },
        "b": {
            "key_schema": [
                "list",
                1,
                8,
                {
                    "a": {
                        "attribute_name": ["s", "r"],
                        "attribute_type": ["s", "r"],
                        "key_type": ["s", "r"],
                    }
                },
            ],
            "projection": _PROJECTION,
            "provisioned_throughput": [
                "list",
                0,
                1,
                {"a": {"read_capacity_units": ["n", "oc"], "write_capacity_units": ["n", "oc"]}},
            ],
            "on_demand_throughput": [
                "list",
                0,
                1,
                {
                    "a": {
                        "max_read_request_units": ["n", "oc"],
                        "max_write_request_units": ["n", "oc"],
                    }
                },
            ],
            "warm_throughput": _WARM,
            "timeouts": [
                "single",
                0,
                0,
                {"a": {"create": ["s", "o"], "delete": ["s", "o"], "update": ["s", "o"]}},
            ],
        },
    },
}

NEW_TYPES["aws_dynamodb_vector_index"] = {
    "a": {
        **REGION,
        "arn": ["s", "c"],
        "dimensions": ["n", "r"],
        "distance_function": ["s", "r"],
        "index_name": ["s", "r"],
        "table_name": ["s", "r"],
        "vector_attribute": ["O{attribute_name:s}", "r"],
    },
    "b": {
        "projection": _PROJECTION,
        "search_schema": [
            "list",
            0,
            0,
            {
                "a": {
                    "attribute_name": ["s", "r"],
                    "attribute_type": ["s", "r"],
                    "type": ["s", "r"],
                }
            },
        ],
        "timeouts": ["single", 0, 0, {"a": {"create": ["s", "o"], "delete": ["s", "o"]}}],
    },
}

#: Names that only version 6 has, and that therefore tell it.
_TELLING = {
    "aws_dynamodb_table": frozenset(
        {
            "region",
            "restore_backup_arn",
            "warm_throughput",
            "global_table_witness",
            "key_schema",
            "consistency_mode",
        }
    ),
    "aws_dynamodb_contributor_insights": frozenset({"region", "mode"}),
}
_REGION_ONLY = frozenset({"region"})


def needs_newer(type_: str, names: frozenset[str]) -> bool:
    """Whether a resource with these argument and block names needs version 6."""
    return bool(names & _TELLING.get(type_, _REGION_ONLY))


def additions(type_: str) -> dict[str, Any]:
    """What version 6 adds to a type."""
    return ADDITIONS.get(type_, {"a": REGION})

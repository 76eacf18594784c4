"""Makes driftcheck/inputs/terraform_aws/schemas.jsonl from the AWS provider itself.

    python tests/tools/make_aws_schemas.py WORKDIR

It asks ``terraform providers schema -json`` for the shape of each type, and plans
one resource of each type with nothing but unknown required arguments: what is
known and not null in that plan is a default, and a block that is unknown is one
that the provider decides. Needs terraform and the provider, no AWS account.

Each line of the file is a JSON array: kind ("resource", "data" or "provider"), type,
and the block. A block is an object of ``a`` (attributes: type code, flags and
default) and ``b`` (blocks: nesting, minimum, maximum, the block, and true if the
provider decides it when it is not set). Type codes: s(tring), n(umber), b(ool),
d(ynamic), L S M with the element's, O{name:type,...}. Flags: r(equired), o(ptional),
c(omputed), ! for sensitive.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[2] / "driftcheck/inputs/terraform_aws/schemas.jsonl"
PROVIDER = "registry.terraform.io/hashicorp/aws"


def _words(text: str) -> list[str]:
    return text.split()


#: Everything about DynamoDB, and what tables and their alarms commonly refer to.
RESOURCES = _words(
    """
    aws_appautoscaling_policy aws_appautoscaling_scheduled_action
    aws_appautoscaling_target aws_backup_plan aws_backup_selection aws_backup_vault
    aws_cloudwatch_composite_alarm aws_cloudwatch_dashboard aws_cloudwatch_event_rule
    aws_cloudwatch_event_target aws_cloudwatch_log_group aws_cloudwatch_metric_alarm
    aws_dax_cluster aws_dax_parameter_group aws_dax_subnet_group
    aws_dynamodb_contributor_insights aws_dynamodb_global_table
    aws_dynamodb_kinesis_streaming_destination aws_dynamodb_resource_policy
    aws_dynamodb_table aws_dynamodb_table_export aws_dynamodb_table_item
    aws_dynamodb_table_replica aws_dynamodb_tag aws_iam_policy aws_iam_role
    aws_iam_role_policy aws_iam_role_policy_attachment aws_iam_user aws_iam_group
    aws_iam_instance_profile aws_iam_service_linked_role aws_kinesis_stream
    aws_kinesis_stream_consumer aws_kms_alias aws_kms_grant aws_kms_key aws_kms_key_policy
    aws_kms_replica_key aws_lambda_event_source_mapping aws_lambda_function
    aws_lambda_permission aws_s3_bucket aws_s3_bucket_policy aws_s3_bucket_versioning
    aws_secretsmanager_secret aws_security_group aws_sns_topic aws_sns_topic_policy
    aws_sns_topic_subscription aws_sqs_queue aws_ssm_parameter aws_subnet aws_vpc
    aws_vpc_endpoint
    """
)
DATA_SOURCES = _words(
    """
    aws_arn aws_availability_zones aws_caller_identity aws_canonical_user_id
    aws_default_tags aws_dynamodb_table aws_iam_policy_document aws_iam_role
    aws_kinesis_stream aws_kms_alias aws_kms_key aws_partition aws_region aws_regions
    aws_s3_bucket aws_service aws_sns_topic aws_sqs_queue aws_ssm_parameter
    """
)

#: What a resource needs besides unknown required arguments to be accepted.
EXTRAS = {
    "aws_appautoscaling_scheduled_action": "scalable_target_action { min_capacity = 1 }",
    "aws_cloudwatch_event_rule": 'schedule_expression = "rate(1 day)"',
    "aws_dax_subnet_group": 'subnet_ids = ["subnet-1"]',
    "aws_dynamodb_table": (
        'read_capacity = 1\nwrite_capacity = 1\nhash_key = "id"\n'
        'attribute {\n  name = "id"\n  type = "S"\n}'
    ),
    "aws_kinesis_stream": "shard_count = 1",
    "aws_kms_grant": 'operations = ["Decrypt"]',
    "aws_lambda_event_source_mapping": 'event_source_arn = "arn:aws:sqs:eu-west-1:1:q"',
    "aws_lambda_function": 'filename = "resources.tf"\nruntime = "python3.12"\nhandler = "a.b"',
    "aws_ssm_parameter": 'type = "String"\nvalue = "x"',
}

_FAILED = re.compile(r'on resources\.tf line \d+, in resource "(\w+)"')
_CODES = {"string": "s", "number": "n", "bool": "b", "dynamic": "d"}
_COLLECTIONS = {"list": "L", "set": "S", "map": "M"}
_SETTINGS = """
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
resource "terraform_data" "unknown" { input = "x" }
"""


def terraform(directory: Path, *arguments: str, check: bool = True) -> str:
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if check and done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout + ("" if check else done.stderr)


def type_code(type_: Any) -> str:
    if isinstance(type_, str):
        return _CODES[type_]
    kind, inner = type_
    if kind == "object":
        return "O{" + ",".join(f"{n}:{type_code(t)}" for n, t in sorted(inner.items())) + "}"
    return _COLLECTIONS[kind] + type_code(inner)


def attribute(schema: dict[str, Any], default: Any) -> list[Any]:
    flags = "".join(
        letter
        for letter, name in (
            ("r", "required"),
            ("o", "optional"),
            ("c", "computed"),
            ("!", "sensitive"),
        )
        if schema.get(name)
    )
    row = [type_code(schema["type"]), flags]
    return row if default is None or "o" not in flags else [*row, default]


def block(
    schema: dict[str, Any], planned: dict[str, Any], unknown: dict[str, Any]
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "a": {
            name: attribute(inner, planned.get(name))
            for name, inner in sorted(schema.get("attributes", {}).items())
        }
    }
    blocks = {
        name: [
            inner["nesting_mode"],
            inner.get("min_items", 0),
            inner.get("max_items", 0),
            block(inner["block"], {}, {}),
            *([True] if unknown.get(name) is True else []),
        ]
        for name, inner in sorted(schema.get("block_types", {}).items())
    }
    return {**made, "b": blocks} if blocks else made


def minimal(schema: dict[str, Any], indent: str = "  ") -> str:
    lines = [
        f"{indent}{name} = terraform_data.unknown.output"
        if isinstance(inner["type"], str)
        else f"{indent}{name} = null"
        for name, inner in schema.get("attributes", {}).items()
        if inner.get("required")
    ]
    for name, inner in schema.get("block_types", {}).items():
        if inner.get("min_items"):
            lines += [f"{indent}{name} {{", minimal(inner["block"], indent + "  "), f"{indent}}}"]
    return "\n".join(lines)


def argument_names(text: str) -> list[str]:
    return re.findall(r"^(\w+)", text, re.MULTILINE)


def body(type_: str, schema: dict[str, Any]) -> str:
    """The body of the resource that is planned: required arguments, and the extras."""
    extra = EXTRAS.get(type_, "")
    names = argument_names(extra)
    attributes = {k: v for k, v in schema.get("attributes", {}).items() if k not in names}
    blocks = {k: v for k, v in schema.get("block_types", {}).items() if k not in names}
    return minimal({"attributes": attributes, "block_types": blocks}) + "\n" + extra


def plan(
    directory: Path, schemas: dict[str, Any]
) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """What the provider plans for a resource of each type, as far as it can."""
    wanted = list(RESOURCES)
    while True:
        text = _SETTINGS + "".join(
            f'resource "{t}" "x" {{\n{body(t, schemas[t]["block"])}\n}}\n' for t in wanted
        )
        (directory / "resources.tf").write_text(text)
        output = terraform(
            directory,
            *("plan", "-input=false", "-no-color", "-compact-warnings", "-out=plan"),
            check=False,
        )
        failed = set(_FAILED.findall(output))
        if not failed:
            break
        sys.stderr.write(f"cannot be planned alone: {' '.join(sorted(failed))}\n")
        wanted = [t for t in wanted if t not in failed]
    shown = json.loads(terraform(directory, "show", "-json", "plan"))
    return {
        change["type"]: (
            {
                name: value
                for name, value in change["change"]["after"].items()
                if name not in argument_names(EXTRAS.get(change["type"], ""))
            },
            change["change"]["after_unknown"],
        )
        for change in shown["resource_changes"]
    }


def main() -> None:
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "versions.tf").write_text(
        'terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n'
        '      version = "5.100.0"\n    }\n  }\n}\n'
    )
    terraform(directory, "init", "-input=false")
    schemas = json.loads(terraform(directory, "providers", "schema", "-json"))
    provider = schemas["provider_schemas"][PROVIDER]
    planned = plan(directory, provider["resource_schemas"])
    rows = [["provider", "aws", block(provider["provider"]["block"], {}, {})]]
    for type_ in RESOURCES:
        made = block(provider["resource_schemas"][type_]["block"], *planned.get(type_, ({}, {})))
        if type_ not in planned:
            made["u"] = True
        rows.append(["resource", type_, made])
    for type_ in DATA_SOURCES:
        rows.append(["data", type_, block(provider["data_source_schemas"][type_]["block"], {}, {})])
    TARGET.write_text(
        "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows), encoding="utf-8"
    )


if __name__ == "__main__":
    main()

"""Every verdict that is held against Checkov's, held against a plan of real terraform.

All modules are planned at once, as modules of one configuration. A variable without a value
gets one in each of two plans, such that the plans differ in what it decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.check.checkov_modules import PROVIDERS, modules
from tests.check.conftest import Repository
from tests.check.test_checkov import NO_REPLICA, RULES, driftcheck_says
from tests.terraform.harness import ToolchainMissing, Workspace, find_toolchain

pytestmark = [pytest.mark.slow, pytest.mark.terraform]

KEY = "arn:aws:kms:us-east-1:123456789012:key/1b2c3d4e-0000-4000-8000-000000000002"
#: The values of what the modules leave open, in the one plan and in the other.
OPEN: tuple[Mapping[str, Any], ...] = (
    {"unset": True, "unset_mode": "PAY_PER_REQUEST", "unset_key": KEY},
    {"unset": False, "unset_mode": "PROVISIONED", "unset_key": None},
)
#: The second provider, which asks nobody anything.
OTHER = (
    PROVIDERS.removesuffix("}\n")
    + "".join(
        f"  {name} = {value}\n"
        for name, value in {
            "access_key": '"test"',
            "secret_key": '"test"',
            "skip_credentials_validation": "true",
            "skip_metadata_api_check": "true",
            "skip_requesting_account_id": "true",
        }.items()
    )
    + "}\n"
)
REQUIRED = """terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}
"""
Resources = Mapping[str, Mapping[str, Any]]


def configuration() -> dict[str, str]:
    """All modules and a root module that calls them."""
    files: dict[str, str] = {"main.tf": OTHER}
    for name, type_ in (("unset", "bool"), ("unset_mode", "string"), ("unset_key", "string")):
        files["main.tf"] += f'variable "{name}" {{ type = {type_} }}\n'
    for module in modules():
        files["main.tf"] += (
            f'module "{module.name}" {{\n  source = "./{module.name}"\n'
            "  providers = { aws = aws, aws.other = aws.other }\n"
            + "".join(f"  {name} = var.{name}\n" for name in OPEN[0])
            + "}\n"
        )
        files[f"{module.name}/main.tf"] = module.text
        files[f"{module.name}/versions.tf"] = REQUIRED
    return files


def planned(document: Mapping[str, Any]) -> dict[str, Resources]:
    """The planned resources of each module, by address in it; with how a key is stated."""
    calls = document["configuration"]["root_module"]["module_calls"]
    found: dict[str, Resources] = {}
    for child in document["planned_values"]["root_module"]["child_modules"]:
        name = child["address"].removeprefix("module.")
        stated = {r["address"]: r for r in calls[name]["module"]["resources"]}
        found[name] = {
            f"{r['type']}.{r['name']}": {
                **r["values"],
                "stated": stated[f"{r['type']}.{r['name']}"].get("expressions", {}),
            }
            for r in child["resources"]
        }
    return found


def customer_key(value: str | None, stated: Mapping[str, Any]) -> bool:
    """Whether it is a customer's key: a known one, or that of a resource that is made."""
    if value is not None:
        return not value.endswith("alias/aws/dynamodb")
    # What is not known until apply and not made of anything is the provider's own choice.
    return any(r.startswith("aws_kms_key.") for r in stated.get("references", ()))


def backed_up(resources: Resources) -> bool:
    return any(
        b["enabled"] for b in resources["aws_dynamodb_table.this"].get("point_in_time_recovery", ())
    )


def encrypted(resources: Resources) -> bool:
    table = resources["aws_dynamodb_table.this"]
    stated = table["stated"].get("server_side_encryption", [{}])[0].get("kms_key_arn", {})
    return any(
        b["enabled"] and customer_key(b.get("kms_key_arn"), stated)
        for b in table.get("server_side_encryption", ())
    )


def scales(resources: Resources) -> bool:
    if resources["aws_dynamodb_table.this"]["billing_mode"] == "PAY_PER_REQUEST":
        return True
    followed = {
        kind: {
            r["scalable_dimension"]
            for address, r in resources.items()
            if address.startswith(kind) and r["resource_id"] == "table/orders"
        }
        for kind in ("aws_appautoscaling_target.", "aws_appautoscaling_policy.")
    }
    wanted = {f"dynamodb:table:{kind}CapacityUnits" for kind in ("Read", "Write")}
    return all(wanted <= found for found in followed.values())


def replica(resources: Resources) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The replica of a module, and how its key is stated."""
    own = resources.get("aws_dynamodb_table_replica.other")
    if own is not None:
        return own, own["stated"].get("kms_key_arn", {})
    table = resources["aws_dynamodb_table.this"]
    return table["replica"][0], table["stated"]["replica"][0].get("kms_key_arn", {})


def replica_backed_up(resources: Resources) -> bool:
    return bool(replica(resources)[0]["point_in_time_recovery"])


def replica_encrypted(resources: Resources) -> bool:
    found, stated = replica(resources)
    return customer_key(found.get("kms_key_arn"), stated)


TRUTH: Mapping[str, Callable[[Resources], bool]] = {
    "CKV_AWS_28": backed_up,
    "CKV_AWS_119": encrypted,
    "CKV2_AWS_16": scales,
    "CKV_AWS_165": replica_backed_up,
    "CKV_AWS_271": replica_encrypted,
}


def test_every_verdict_is_what_terraform_plans(repository: Repository, tmp_path: Path) -> None:
    try:
        toolchain = find_toolchain()
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    workspace = Workspace.write(toolchain, configuration(), into=tmp_path / "work")
    plans = [planned(workspace.plan(v, ["-refresh=false"]).document) for v in OPEN]
    for module in modules():
        files = {"main.tf": module.text, "providers.tf": PROVIDERS}
        repository.write({f"{module.name}/{name}": text for name, text in files.items()})
    truth = {}
    for module in modules():
        for rule, (_policy, concern, _) in RULES.items():
            if concern == "replicas" and module.replicas in NO_REPLICA:
                truth[module.name, rule] = "none"
                continue
            held = {TRUTH[rule](plan[module.name]) for plan in plans}
            truth[module.name, rule] = (
                "unknown" if len(held) == 2 else "pass" if held.pop() else "fail"
            )
    assert driftcheck_says(repository) == truth

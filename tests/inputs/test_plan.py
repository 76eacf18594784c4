"""Plans against what the evaluation of the same code gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from driftcheck.errors import UsageError
from driftcheck.hcl.module import ModuleOptions, evaluate_root
from driftcheck.inputs.plan import plan_of, read_plan
from driftcheck.inputs.terraform import tables_from_resources
from driftcheck.inputs.terraform_aws import AwsSchemas
from driftcheck.model.resource import Resource
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Sensitive, Unknown

DATA = Path(__file__).parent / "data" / "plan"


def by_address(tables: list[Table]) -> dict[str | None, Table]:
    return {table.address: table for table in tables}


def planned() -> dict[str | None, Table]:
    return by_address(tables_from_resources(read_plan(DATA / "plan.json").resources))


def evaluated() -> dict[str | None, Table]:
    evaluation = evaluate_root(
        DATA,
        ModuleOptions(
            repository_root=DATA,
            schemas=AwsSchemas(account=None, region=None),
            resource_types=AwsSchemas.is_supported,
        ),
    )
    assert not evaluation.has_errors
    return by_address(tables_from_resources(evaluation.model_resources()))


def differences(code: Json, plan: Json, at: str = "") -> list[str]:
    """The places where the plan says something else than the code."""
    if isinstance(plan, Unknown):
        return [] if isinstance(code, Unknown) else [f"{at} is unknown in the plan"]
    if isinstance(code, dict) and isinstance(plan, dict):
        assert code.keys() == plan.keys(), at
        return [d for name in code for d in differences(code[name], plan[name], f"{at}/{name}")]
    return [] if code == plan else [f"{at}: {code!r} is {plan!r} in the plan"]


def test_a_plan_says_what_the_code_says() -> None:
    code, plan = evaluated(), planned()
    assert code.keys() == plan.keys()
    assert len(plan) == 3
    found = {
        f"{address}{place}"
        for address in code
        for place in differences(code[address].document(), plan[address].document())
    }
    # The plan alone cannot tell that this condition chose null.
    assert found == {
        'module.tables["invoices"].aws_dynamodb_table.this'
        "/server_side_encryption/kms_key_arn is unknown in the plan"
    }


def test_tables_have_the_region_of_their_provider() -> None:
    assert {t.address: t.region for t in planned().values()} == {
        "aws_dynamodb_table.west": "us-west-2",
        'module.tables["invoices"].aws_dynamodb_table.this': "eu-west-1",
        'module.tables["orders"].aws_dynamodb_table.this': "eu-west-1",
    }


def test_tables_of_one_name_in_two_regions_keep_their_own() -> None:
    west = planned()["aws_dynamodb_table.west"]
    assert west.get("/tags/Extra") == "1"
    invoices = planned()['module.tables["invoices"].aws_dynamodb_table.this']
    assert invoices.get("/tags") == {"Team": "billing"}


def test_an_arn_of_another_resource_is_certainly_set() -> None:
    key = planned()["aws_dynamodb_table.west"].get("/server_side_encryption/kms_key_arn")
    assert isinstance(key, Unknown)
    assert key.certainly_set
    assert "known only after apply" in key.reason


def test_sensitive_values_stay_sensitive() -> None:
    assert planned()["aws_dynamodb_table.west"].get("/tags/Secret") == Sensitive("x")


def test_a_plan_says_that_it_does_not_know_ignore_changes() -> None:
    assert any("ignore_changes" in note for note in read_plan(DATA / "plan.json").notes)


def test_an_incomplete_plan_says_so() -> None:
    data = json.loads((DATA / "plan.json").read_text())
    assert len(plan_of(data).notes) == 1
    assert "could not complete" in plan_of({**data, "errored": True}).notes[1]
    assert "deferred" in plan_of({**data, "complete": False}).notes[1]


def one_table(values: dict[str, Any], unknown: dict[str, Any], expressions: Any) -> Resource:
    """The one table of a plan that is made by hand."""
    address = "aws_dynamodb_table.t"
    item = {"address": address, "mode": "managed", "type": "aws_dynamodb_table", "name": "t"}
    configured = [] if expressions is None else [{**item, "expressions": expressions}]
    data = {
        "planned_values": {"root_module": {"resources": [{**item, "values": values}]}},
        "resource_changes": [{"address": address, "change": {"after_unknown": unknown}}],
        "configuration": {"root_module": {"resources": configured}},
    }
    return plan_of(data).resources[0]


def test_what_is_not_written_is_not_set() -> None:
    table = one_table({"name": "t"}, {"ttl": True, "read_capacity": True}, {"name": {}})
    assert table.get("/ttl") is None
    assert table.get("/read_capacity") is None


def test_what_a_local_may_set_may_be_set() -> None:
    expressions = {"read_capacity": {"references": ["local.capacity"]}}
    value = one_table({}, {"read_capacity": True}, expressions).get("/read_capacity")
    assert isinstance(value, Unknown)
    assert not value.certainly_set


def test_inside_a_dynamic_block_nobody_can_tell() -> None:
    values: dict[str, Any] = {"server_side_encryption": [{"enabled": True}]}
    unknown = {"server_side_encryption": [{"kms_key_arn": True}]}
    table = one_table(values, unknown, {"name": {}})
    value = table.get("/server_side_encryption/0/kms_key_arn")
    assert isinstance(value, Unknown)
    assert "does not tell whether it is set" in value.reason


def test_without_a_configuration_nobody_can_tell() -> None:
    assert isinstance(one_table({}, {"ttl": True}, None).get("/ttl"), Unknown)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is not a Terraform plan"),
        ('{"format_version": "1.0"}', "is not a Terraform plan"),
        ('{"format_version": "2.0", "planned_values": {}}', "has the plan format 2.0"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_plan(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_plan(tmp_path / "none.json")

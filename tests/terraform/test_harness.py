from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.terraform import harness
from tests.terraform.harness import (
    MIRROR_VARIABLE,
    TerraformFailed,
    Toolchain,
    ToolchainMissing,
    Workspace,
    find_toolchain,
    moto_server,
)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH with a terraform on it."""
    terraform = tmp_path / "bin/terraform"
    terraform.parent.mkdir()
    terraform.write_text("#!/bin/sh\n")
    terraform.chmod(0o755)
    return str(terraform.parent)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    provider = tmp_path / "mirror/registry.terraform.io/hashicorp/aws"
    (provider / "5.100.0" / harness._target()).mkdir(parents=True)
    return tmp_path / "mirror"


def test_terraform_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ToolchainMissing, match="terraform is not on PATH"):
        find_toolchain({"PATH": str(tmp_path)})


def test_mirror_is_missing(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "_usual_mirrors", lambda environment: [])

    with pytest.raises(ToolchainMissing, match=rf"providers mirror.*{MIRROR_VARIABLE}"):
        find_toolchain({"PATH": path})


def test_named_mirror(path: str, mirror: Path) -> None:
    found = find_toolchain({"PATH": path, MIRROR_VARIABLE: str(mirror)})

    assert found == Toolchain(Path(path) / "terraform", mirror)


def test_named_mirror_without_the_provider(path: str, tmp_path: Path) -> None:
    # What was asked for by name is not made up for from elsewhere.
    with pytest.raises(ToolchainMissing, match=re.escape(f"{MIRROR_VARIABLE}={tmp_path}")):
        find_toolchain({"PATH": path, MIRROR_VARIABLE: str(tmp_path)})


@pytest.mark.parametrize("name", ["TF_CLI_CONFIG_FILE", "HOME"])
def test_mirror_of_the_cli_configuration(
    path: str, mirror: Path, tmp_path: Path, name: str
) -> None:
    configuration = tmp_path / ".terraformrc"
    configuration.write_text(
        'provider_installation {\n  filesystem_mirror {\n    include = ["*/*/*"]\n'
        f'    path    = "{mirror}"\n  }}\n}}\n'
    )
    value = {"TF_CLI_CONFIG_FILE": str(configuration), "HOME": str(tmp_path)}[name]

    assert find_toolchain({"PATH": path, name: value}).mirror == mirror


TABLES = """
variable "names" {
  type    = list(string)
  default = []
}

resource "aws_dynamodb_table" "this" {
  for_each     = toset(var.names)
  name         = each.key
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}
"""


@pytest.mark.terraform
@pytest.mark.slow
def test_without_an_aws(toolchain: Toolchain, tmp_path: Path) -> None:
    workspace = Workspace.write(toolchain, {"main.tf": TABLES}, into=tmp_path)

    plan = workspace.plan({"names": ["a"]})

    assert plan.changed
    assert plan.actions() == {'aws_dynamodb_table.this["a"]': ["create"]}
    assert plan.planned('aws_dynamodb_table.this["a"]')["hash_key"] == "id"
    assert not workspace.plan().changed
    assert workspace.console("length(var.names)", {"names": ["a", "b"]}) == "2\n"
    with pytest.raises(TerraformFailed, match="not done after 0 s"):
        workspace.run("validate", timeout=0.01)


def test_a_call_that_is_sent_again_is_carried_out_once() -> None:
    with moto_server() as server:
        client = server.session().client("dynamodb", endpoint_url=server.endpoint)
        # botocore gives each call an id of its own, which its retries keep.
        client.meta.events.register(
            "before-send.dynamodb.CreateTable",
            lambda request, **_: request.headers.update({"amz-sdk-invocation-id": "the-same"}),
        )
        wanted: dict[str, Any] = {
            "TableName": "t",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        }
        first = client.create_table(**wanted)
        again = client.create_table(**wanted)
        assert again["TableDescription"] == first["TableDescription"]
        other = server.session().client("dynamodb", endpoint_url=server.endpoint)
        with pytest.raises(other.exceptions.ResourceInUseException):
            other.create_table(**wanted)

"""Running the command line inside the test's process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from driftcheck.aws.calls import Clients
from driftcheck.cli.main import run

MODULE = """
variable "name" { type = string }
variable "days" {
  type    = number
  default = 35
}
resource "aws_dynamodb_table" "this" {
  name         = var.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = var.days
  }
  tags = { Environment = "test" }
}
"""
SPEC = """
version: 1
name: orders
module: ../module
variables: {name: orders}
targets:
  - {name: test, account: "123456789012", region: eu-central-1}
policies: {packs: []}
"""


@dataclass(frozen=True)
class Outcome:
    """What a run of the program left behind."""

    code: int
    out: str
    err: str


class Program:
    """The program, run in the test's process and in a repository of its own."""

    def __init__(self, root: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capture = capture

    def __call__(self, *arguments: str) -> Outcome:
        code = run(list(arguments))
        out, err = self._capture.readouterr()
        assert "Traceback" not in err
        return Outcome(code, out, err)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials and no settings, neither of AWS nor of Terraform."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "TF_", "NO_COLOR")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


@pytest.fixture
def cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Program:
    """The program in a repository with one module and one spec."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    program = Program(tmp_path, capsys)
    program.write("module/main.tf", MODULE)
    program.write("specs/orders.yaml", SPEC)
    return program


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Credentials, and an embedded AWS for as long as the test runs."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield


@pytest.fixture
def dynamodb(aws: None) -> Any:
    """What somebody changes behind Terraform's back with."""
    return boto3.client("dynamodb", region_name="eu-central-1")


@pytest.fixture
def deny(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Operations that AWS denies."""
    denied: set[str] = set()
    original = Clients.invoke

    def invoke(self: Clients, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation in denied:
            answer: Any = {"Error": {"Code": "AccessDeniedException", "Message": "not yours"}}
            raise ClientError(answer, operation)
        return original(self, operation, arguments)

    monkeypatch.setattr(Clients, "invoke", invoke)
    return denied

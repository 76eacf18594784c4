"""A table with everything that a module and a spec can say, made on the strict simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from driftcheck.aws.connection import AwsConnection
from driftcheck.aws.provision import Pace
from driftcheck.cli.main import run
from driftcheck.errors import AwsError
from driftcheck.inputs.live import table_from_live
from driftcheck.spec.load import load_spec
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.provision import Provisioned, provision
from tests.remediation.direct import connect
from tests.simulator.account import Account, Call, Faults
from tests.simulator.clock import FastClock, ManualClock
from tests.simulator.wire import in_process

pytestmark = pytest.mark.simulator

ACCOUNT, REGION = "123456789012", "eu-central-1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
MODULE = f"""
resource "aws_dynamodb_table" "orders" {{
  name                        = "orders"
  billing_mode                = "PROVISIONED"
  read_capacity               = 5
  write_capacity              = 5
  hash_key                    = "id"
  table_class                 = "STANDARD_INFREQUENT_ACCESS"
  stream_enabled              = true
  stream_view_type            = "NEW_IMAGE"
  deletion_protection_enabled = true

  attribute {{
    name = "id"
    type = "S"
  }}
  attribute {{
    name = "day"
    type = "S"
  }}
  global_secondary_index {{
    name            = "by-day"
    hash_key        = "day"
    projection_type = "ALL"
    read_capacity   = 4
    write_capacity  = 4
  }}
  point_in_time_recovery {{
    enabled = true
  }}
  ttl {{
    enabled        = true
    attribute_name = "expires"
  }}
  server_side_encryption {{
    enabled     = true
    kms_key_arn = "arn:aws:kms:{REGION}:{ACCOUNT}:key/mine"
  }}
  tags = {{ Owner = "a" }}
}}

resource "aws_dynamodb_contributor_insights" "orders" {{
  table_name = aws_dynamodb_table.orders.name
}}

resource "aws_dynamodb_kinesis_streaming_destination" "orders" {{
  table_name = aws_dynamodb_table.orders.name
  stream_arn = "arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/orders"
}}

resource "aws_dynamodb_resource_policy" "orders" {{
  resource_arn = aws_dynamodb_table.orders.arn
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ AWS = "arn:aws:iam::{ACCOUNT}:root" }}
      Action    = "dynamodb:GetItem"
      Resource  = "{TABLE}"
    }}]
  }})
}}

resource "aws_appautoscaling_target" "read" {{
  service_namespace  = "dynamodb"
  resource_id        = "table/${{aws_dynamodb_table.orders.name}}"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  min_capacity       = 5
  max_capacity       = 50
}}

resource "aws_appautoscaling_policy" "read" {{
  name               = "follow"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.read.service_namespace
  resource_id        = aws_appautoscaling_target.read.resource_id
  scalable_dimension = aws_appautoscaling_target.read.scalable_dimension
  target_tracking_scaling_policy_configuration {{
    target_value = 60
    predefined_metric_specification {{
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }}
  }}
}}

resource "aws_appautoscaling_scheduled_action" "morning" {{
  name               = "morning"
  service_namespace  = aws_appautoscaling_target.read.service_namespace
  resource_id        = aws_appautoscaling_target.read.resource_id
  scalable_dimension = aws_appautoscaling_target.read.scalable_dimension
  schedule           = "cron(0 6 * * ? *)"
  scalable_target_action {{
    min_capacity = 10
    max_capacity = 50
  }}
}}
"""
SPEC = f"""
version: 1
name: orders
module: module
targets: [{{name: test, account: "{ACCOUNT}", region: {REGION}}}]
policies: {{packs: []}}
contract: {{deletion_protection_enabled: true}}
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "module").mkdir()
    (tmp_path / "module" / "main.tf").write_text(MODULE, encoding="utf-8")
    spec = tmp_path / "orders.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    return spec


class World:
    """A simulated account, and provisioning there."""

    def __init__(self, file: Path) -> None:
        self.clock = ManualClock()
        self.account = Account(self.clock, ACCOUNT, REGION)
        self.connection: AwsConnection = connect(lambda region: self.account, ACCOUNT, REGION)
        self.spec = load_spec(file)

    def provision(self) -> Provisioned:
        pace = Pace(2.0, 3600.0, self.clock.sleep, self.clock.now)
        options, [target] = EvaluationOptions(), self.spec.targets
        [made] = provision(self.spec, target, self.connection, options, lambda _: None, pace)
        return made

    def live(self) -> dict[str, Any]:
        self.connection.forget()
        facts = self.connection.facts("orders")
        return dict(table_from_live("orders", facts, region=REGION).document())


@pytest.fixture
def world(files: Path) -> World:
    return World(files)


def check_whole(live: dict[str, Any]) -> None:
    assert live["billing_mode"] == "PROVISIONED"
    assert list(live["global_secondary_index"]) == ["by-day"]
    assert live["point_in_time_recovery"]["enabled"] is True
    assert live["ttl"] == {"enabled": True, "attribute_name": "expires"}
    assert live["tags"] == {"Owner": "a"}
    assert live["table_class"] == "STANDARD_INFREQUENT_ACCESS"
    assert live["server_side_encryption"]["kms_key_arn"].endswith(":key/mine")
    assert live["stream_view_type"] == "NEW_IMAGE"
    assert live["deletion_protection_enabled"] is True
    assert live["contributor_insights"]["table"]["enabled"] is True
    assert live["kinesis_streaming_destination"]["enabled"] is True
    assert live["resource_policy"] is not None
    read = live["autoscaling"]["table"]["read"]
    assert (read["min_capacity"], read["max_capacity"]) == (5, 50)
    assert read["target_tracking"]["DynamoDBReadCapacityUtilization"]["target_value"] == 60
    assert list(live["scheduled_action"]["table"]["read"]) == ["morning"]


def test_everything_is_made_once_and_no_rule_is_broken(world: World) -> None:
    made = world.provision()
    assert (made.created, made.left_out) == (True, ())
    check_whole(world.live())
    assert world.account.dynamodb.tables["orders"].tags["driftcheck:provisioned"] == "true"
    assert [c for c in world.account.writes() if c.static] == []
    writes = len(world.account.writes())
    again = world.provision()
    assert (again.created, again.left_out) == (False, ())
    # What is set twice is only what a call sets whatever there is.
    repeated = {c.operation for c in world.account.writes()[writes:]}
    assert repeated <= {"UpdateContinuousBackups", "RegisterScalableTarget", "PutScalingPolicy"}
    check_whole(world.live())


@pytest.mark.parametrize("at", [1, 3, 5, 7, 8])
def test_a_run_that_ended_anywhere_is_completed(world: World, at: int) -> None:
    class Killed(BaseException):
        pass

    calls = 0

    def kill(call: Call) -> None:
        nonlocal calls
        calls += call.writes
        if call.writes and calls > at:
            raise Killed

    world.account.faults = Faults(before=kill)
    with pytest.raises(Killed):
        world.provision()
    world.account.faults = Faults()
    assert world.provision().left_out == ()
    check_whole(world.live())


@pytest.mark.parametrize("seed", range(3))
def test_with_every_fifth_call_failing(world: World, seed: int) -> None:
    world.account.faults = Faults(
        throttle=0.05, internal=0.05, lost_before=0.05, lost_after=0.05, seed=seed
    )
    made = world.provision()
    world.account.faults = Faults()
    assert (made.created, made.left_out) == (True, ())
    check_whole(world.live())


def test_a_creation_whose_answer_was_lost_is_recognised(world: World) -> None:
    def lose(call: Call) -> None:
        world.account.faults.lost_after = float(call.operation == "CreateTable")

    world.account.faults = Faults(before=lose)
    assert world.provision().created
    assert [c.operation for c in world.account.writes()].count("CreateTable") == 1
    check_whole(world.live())


def test_of_a_table_that_was_there_only_gaps_are_filled(world: World) -> None:
    world.provision()
    table = world.account.dynamodb.tables["orders"]
    world.clock.sleep(7200)
    table.stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    table.tags.pop("Owner")
    table.policy = None
    again = world.provision()
    live = world.live()
    assert live["stream_view_type"] == "KEYS_ONLY"
    assert live["tags"] == {"Owner": "a"}
    assert live["resource_policy"] is not None
    assert any("it changes what is there" in text for text in again.left_out)


def test_what_aws_refuses_ends_it(world: World) -> None:
    world.account.faults = Faults(denied=frozenset({"dynamodb:PutResourcePolicy"}))
    with pytest.raises(AwsError, match=r"AccessDenied.*Run it again to go on"):
        world.provision()


def test_as_a_command(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    account = Account(FastClock(400.0), ACCOUNT, REGION)
    spec = str(files)
    with in_process(lambda url: account):
        assert run(["provision", spec, "--poll-interval", "0.02"]) == 0
        assert capsys.readouterr().out == "orders (123456789012/eu-central-1) created\n"
        assert run(["scan", spec, "--poll-interval", "0.02"]) == 0
        assert run(["provision", spec, "--destroy"]) == 2
        assert "needs consent" in capsys.readouterr().err
        assert run(["provision", spec, "--destroy", "--yes", "--poll-interval", "0.02"]) == 0
        assert account.dynamodb.tables == {}

"""``driftcheck remediate`` as an operator uses it, against the strict simulator."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftcheck.cli.main import run
from tests.simulator.account import Account, Call, Faults
from tests.simulator.build import put_table
from tests.simulator.clock import FastClock
from tests.simulator.server import serve
from tests.simulator.table import SimulatedTable
from tests.simulator.wire import in_process

pytestmark = pytest.mark.simulator

ROOT = Path(__file__).resolve().parents[2]
FAST = ["--poll-interval", "0.02"]
ALL = ["--allow", "disruptive", "--allow", "destructive"]
OFF: dict[str, Any] = {"enabled": False, "mode": None}
NOTHING: dict[str, Any] = {"read": {}, "write": {}}
#: An ordinary table on demand with two indexes.
LIVE: dict[str, Any] = {
    "hash_key": "id",
    "range_key": None,
    "attribute": {"id": {"type": "S"}, "day": {"type": "S"}},
    "billing_mode": "PAY_PER_REQUEST",
    "read_capacity": None,
    "write_capacity": None,
    "on_demand_throughput": {"max_read_request_units": None, "max_write_request_units": None},
    "warm_throughput": {"read_units_per_second": None, "write_units_per_second": None},
    "global_secondary_index": {
        name: {
            "hash_key": "day",
            "range_key": None,
            "key_schema": None,
            "projection_type": "ALL",
            "non_key_attributes": None,
            "read_capacity": None,
            "write_capacity": None,
            "on_demand_throughput": {
                "max_read_request_units": None,
                "max_write_request_units": None,
            },
            "warm_throughput": {"read_units_per_second": None, "write_units_per_second": None},
        }
        for name in ("by-day", "other")
    },
    "local_secondary_index": {},
    "autoscaling": {
        "table": {"read": None, "write": None},
        "index": {n: {"read": None, "write": None} for n in ("by-day", "other")},
    },
    "scheduled_action": {"table": NOTHING, "index": {"by-day": NOTHING, "other": NOTHING}},
    "orphaned_scaling_target": {},
    "point_in_time_recovery": {"enabled": True, "recovery_period_in_days": 35},
    "server_side_encryption": {"enabled": False, "kms_key_arn": None},
    "stream_enabled": False,
    "stream_view_type": None,
    "ttl": {"enabled": True, "attribute_name": "expires"},
    "deletion_protection_enabled": True,
    "table_class": "STANDARD",
    "tags": {"Owner": "a"},
    "replica": {},
    "multi_region_consistency": {"mode": "EVENTUAL", "witness_region": None},
    "contributor_insights": {"table": OFF, "index": {"by-day": OFF, "other": OFF}},
    "kinesis_streaming_destination": {
        "enabled": False,
        "stream_arn": None,
        "approximate_creation_date_time_precision": None,
    },
    "resource_policy": None,
}


class Operator:
    """A working directory, an account, and the program."""

    def __init__(self, account: Account, directory: Path) -> None:
        self.account = account
        self.directory = directory
        self.out = ""
        self.err = ""
        self._capsys: pytest.CaptureFixture[str] | None = None

    def listen(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Keep what the program prints."""
        self._capsys = capsys

    def table(self, name: str, **changed: Any) -> SimulatedTable:
        """A live table, different from ``LIVE`` in some fields."""
        return put_table(self.account, {"name": name, **deepcopy(LIVE), **changed})

    def spec(self, name: str, contract: Mapping[str, Any], **more: Any) -> str:
        """A spec whose contract is the whole table, or a part of it."""
        document = {
            "version": 1,
            "name": name,
            "table": name,
            "targets": [
                {"name": "test", "account": self.account.account, "region": self.account.region}
            ],
            "policies": {"packs": []},
            "contract": contract,
            **more,
        }
        path = self.directory / f"{name}.yaml"
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        return str(path)

    def remediate(self, *arguments: str) -> int:
        """Run it; the exit code."""
        return self.run("remediate", *arguments, *FAST)

    def run(self, *arguments: str) -> int:
        """Run any command; the exit code."""
        assert self._capsys is not None
        self._capsys.readouterr()
        code = run(list(arguments))
        self.out, self.err = self._capsys.readouterr()
        return code

    def writes(self) -> list[str]:
        """The operations that change something, called so far."""
        return [c.operation for c in self.account.writes()]


@pytest.fixture
def operator(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Operator]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.chdir(tmp_path)
    account = Account(FastClock(2000.0))
    with in_process(lambda url: account):
        made = Operator(account, tmp_path)
        made.listen(capsys)
        yield made
    assert [c for c in account.writes() if c.static] == []


# -- what is allowed -----------------------------------------------------------------------


def test_what_is_safe_is_done_and_the_rest_is_named(operator: Operator) -> None:
    table = operator.table("orders", tags={}, deletion_protection_enabled=False)
    table.indexes.pop("other")
    spec = operator.spec("orders", {**LIVE, "table_class": "STANDARD_INFREQUENT_ACCESS"})
    assert operator.remediate(spec, "--yes") == 1
    assert table.tags == {"Owner": "a"}
    assert table.protected
    assert set(table.indexes) == {"by-day"}
    assert table.table_class != "STANDARD_INFREQUENT_ACCESS"
    assert "it is disruptive: --allow disruptive" in operator.out


def test_what_is_let_pass_is_not_called_converged(operator: Operator) -> None:
    table = operator.table("orders", tags={})
    table.indexes.pop("other")
    spec = operator.spec("orders", LIVE)
    assert operator.remediate(spec, "--yes", "--fail-on", "never") == 0
    assert table.tags == {"Owner": "a"}
    assert "Differences remain that --fail-on lets pass, as listed above." in operator.out
    assert "Converged" not in operator.out
    assert operator.remediate(spec, "--yes", *ALL, "--confirm-table", "orders") == 0
    assert "Converged: read again" in operator.out


def test_nothing_happens_without_consent(operator: Operator) -> None:
    operator.table("orders", tags={})
    assert operator.remediate(operator.spec("orders", LIVE)) == 2
    assert "1 steps need consent: give --yes" in operator.err
    assert operator.writes() == []


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("wanted", ["text", "json", "json=plan.json"])
@pytest.mark.parametrize("answer", ["y", "n"])
def test_who_is_asked_has_seen_the_plan(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, wanted: str, answer: str
) -> None:
    table = operator.table("orders", tags={})
    spec = operator.spec("orders", LIVE)
    monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
    out, err = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    code = operator.remediate(spec, "--format", wanted, "--no-color")
    asked = err.getvalue().partition("Make 1 steps?")[0]
    assert ("set the tag Owner" in asked) is (wanted == "json")
    assert wanted == "json" or "set the tag Owner" in out.getvalue()
    assert (table.tags, code) == (({"Owner": "a"}, 0) if answer == "y" else ({}, 2))


def test_destructive_steps_need_the_name_of_the_table(operator: Operator) -> None:
    table = operator.table("orders")
    wanted = {**LIVE, "point_in_time_recovery": {"enabled": False}}
    spec = operator.spec("orders", wanted)
    assert operator.remediate(spec, "--yes", *ALL) == 1
    assert operator.remediate(spec, "--yes", *ALL, "--confirm-table", "other") == 1
    assert table.pitr
    assert "--confirm-table orders" in operator.out
    assert operator.remediate(spec, "--yes", *ALL, "--confirm-table", "orders") == 0
    assert not table.pitr


def test_a_dry_run_writes_nothing(operator: Operator) -> None:
    operator.table("orders", tags={})
    spec = operator.spec("orders", LIVE)
    assert operator.remediate(spec, "--dry-run") == 1
    assert operator.remediate(spec, "--dry-run", "--fail-on", "never") == 1
    assert operator.writes() == []
    assert not (operator.directory / ".driftcheck").exists()


def test_a_name_that_is_none_leads_nowhere(operator: Operator) -> None:
    """An endpoint tells what it likes, and what it calls a table becomes the name of a file."""
    name = "../../up\nversion: 2"
    operator.table(name, tags={})
    inside = operator.directory / "a" / "b"
    inside.mkdir(parents=True)
    spec = operator.spec("x", {"tags": {"Owner": "a"}}, table="*up*")
    operator.remediate(spec, "--yes", "--run-dir", str(inside))
    (undo,) = operator.directory.rglob("*undo-*")
    assert undo.parent == inside
    assert yaml.safe_load(undo.read_text(encoding="utf-8"))["table"] == name


def test_max_changes(operator: Operator) -> None:
    operator.table("orders", tags={}, deletion_protection_enabled=False)
    spec = operator.spec("orders", LIVE)
    assert operator.remediate(spec, "--yes", "--max-changes", "1") == 2
    assert "2 steps are more than --max-changes 1: nothing was done" in operator.err
    assert operator.writes() == []
    assert operator.remediate(spec, "--yes", "--max-changes", "2") == 0


def test_only_and_table(operator: Operator) -> None:
    for name in ("orders", "invoices"):
        operator.table(name, tags={}, deletion_protection_enabled=False)
    specs = [operator.spec(name, LIVE) for name in ("orders", "invoices")]
    assert operator.remediate(*specs, "--yes", "--only", "tags", "--table", "ord*") == 0
    tables = operator.account.dynamodb.tables
    assert (tables["orders"].tags, tables["invoices"].tags) == ({"Owner": "a"}, {})
    assert not tables["orders"].protected
    assert operator.remediate(*specs, "--yes", "--only", "tagz") == 2
    assert 'there is no aspect "tagz"' in operator.err
    assert operator.remediate(*specs, "--yes", "--table", "nothing") == 2
    assert operator.remediate(*specs, "--yes") == 0


# -- who is right ---------------------------------------------------------------------------

MODULE = """
resource "aws_dynamodb_table" "orders" {
  name                        = "orders"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = false
  attribute {
    name = "id"
    type = "S"
  }
  tags = { Owner = "code" }
  lifecycle {
    ignore_changes = [tags]
  }
}
"""
BARE: dict[str, Any] = {
    **LIVE,
    "attribute": {"id": {"type": "S"}},
    "global_secondary_index": {},
    "autoscaling": {"table": {"read": None, "write": None}, "index": {}},
    "scheduled_action": {"table": NOTHING, "index": {}},
    "contributor_insights": {"table": OFF, "index": {}},
    "point_in_time_recovery": {"enabled": False, "recovery_period_in_days": None},
    "ttl": {"enabled": False, "attribute_name": None},
    "deletion_protection_enabled": False,
    "tags": {"Owner": "code"},
}


@pytest.fixture
def coded(operator: Operator) -> Operator:
    (operator.directory / ".git").mkdir()
    (operator.directory / "module").mkdir()
    (operator.directory / "module" / "main.tf").write_text(MODULE, encoding="utf-8")
    return operator


def test_where_code_and_spec_disagree_somebody_chooses(coded: Operator) -> None:
    table = coded.table("orders", **BARE)
    spec = coded.spec(
        "orders", {"deletion_protection_enabled": True}, module="module", table="orders"
    )
    assert coded.remediate(spec, "--yes") == 1
    assert "code and spec disagree" in " ".join(coded.out.split())
    assert "module/main.tf:6" in coded.out
    assert coded.writes() == []
    assert coded.remediate(spec, "--yes", "--prefer", "code") == 1
    assert coded.writes() == []
    coded.remediate(spec, "--yes", "--prefer", "spec")
    assert table.protected


def test_what_the_code_ignores_is_left_alone_unless_asked_for(coded: Operator) -> None:
    table = coded.table("orders", **{**BARE, "tags": {"Owner": "somebody"}})
    spec = coded.spec("orders", {"hash_key": "id"}, module="module", table="orders")
    coded.remediate(spec, "--yes", "--allow-undetermined")
    assert "lifecycle.ignore_changes" in " ".join(coded.out.split())
    assert coded.writes() == []
    coded.remediate(spec, "--yes", "--include-ignored")
    assert "--allow-undetermined" in coded.out
    assert coded.writes() == []
    assert coded.remediate(spec, "--yes", "--include-ignored", "--allow-undetermined") == 0
    assert table.tags == {"Owner": "code"}


# -- plans that are kept, and ways back -----------------------------------------------------


def test_a_saved_plan_is_carried_out(operator: Operator) -> None:
    table = operator.table("orders", tags={})
    spec = operator.spec("orders", LIVE)
    assert operator.remediate(spec, "--dry-run", "--plan-out", "plan.json") == 1
    assert operator.remediate(spec, "--plan-in", "plan.json", "--yes") == 0
    assert table.tags == {"Owner": "a"}


def test_a_saved_plan_is_refused_once_the_table_changed(operator: Operator) -> None:
    table = operator.table("orders", tags={})
    spec = operator.spec("orders", LIVE)
    operator.remediate(spec, "--dry-run", "--plan-out", "plan.json")
    table.protected = False
    assert operator.remediate(spec, "--plan-in", "plan.json", "--yes") == 2
    assert "was changed since the plan was saved" in operator.err
    operator.account.dynamodb.tables.clear()
    operator.table("orders", tags={})
    assert operator.remediate(spec, "--plan-in", "plan.json", "--yes") == 2
    assert "is another table than the one that was planned for" in operator.err
    assert operator.writes() == []


def test_the_way_back(operator: Operator) -> None:
    table = operator.table("orders", tags={"Owner": "x"})
    wanted = {**LIVE, "stream_enabled": True, "stream_view_type": "NEW_IMAGE"}
    consent = ["--yes", *ALL, "--confirm-table", "orders"]
    assert operator.remediate(operator.spec("orders", wanted), *consent) == 0
    assert (table.tags, bool(table.stream)) == ({"Owner": "a"}, True)
    found = re.search(r"driftcheck remediate --to (\S+)", operator.out)
    assert found is not None
    # The way back is judged like any other.
    assert operator.remediate("--to", found[1], "--yes") == 1
    assert table.stream
    assert operator.remediate("--to", found[1], *consent) == 0
    assert (table.tags, bool(table.stream)) == ({"Owner": "x"}, False)


def test_the_journal_has_every_call_before_and_after(operator: Operator) -> None:
    operator.table("orders", tags={}, deletion_protection_enabled=False)
    spec = operator.spec("orders", LIVE)
    assert operator.remediate(spec, "--yes", "--run-dir", "run") == 0
    entries = [json.loads(e) for e in Path("run/journal.jsonl").read_text().splitlines()]
    events = [(e["step"], e["event"]) for e in entries]
    assert events == [(n, e) for n in (1, 2) for e in ("call", "accepted", "settled")]
    assert {e["table"] for e in entries} == {"orders"}


# -- what goes wrong ------------------------------------------------------------------------


def test_a_refused_call_stops_what_is_not_safe_and_no_other_table(operator: Operator) -> None:
    for name in ("orders", "invoices"):
        operator.table(name, tags={}, table_class="STANDARD_INFREQUENT_ACCESS")

    def deny(call: Call) -> None:
        here = "orders" in str(call.params.get("ResourceArn", ""))
        denied = {"dynamodb:TagResource"} if here else set()
        operator.account.faults.denied = frozenset(denied)

    operator.account.faults = Faults(before=deny)
    specs = [operator.spec(name, LIVE) for name in ("orders", "invoices")]
    assert operator.remediate(*specs, "--yes", *ALL) == 2
    assert "AccessDeniedException" in operator.out
    assert operator.account.dynamodb.tables["invoices"].tags == {"Owner": "a"}
    operator.account.faults = Faults()
    assert operator.remediate(*specs, "--yes", *ALL) == 0


@pytest.mark.parametrize("denied", ["DescribeTable", "DescribeContinuousBackups"])
def test_what_cannot_be_read_is_never_called_converged(operator: Operator, denied: str) -> None:
    operator.table("orders")
    spec = operator.spec("orders", LIVE)
    operator.account.faults = Faults(denied=frozenset({f"dynamodb:{denied}"}))
    assert operator.remediate(spec, "--yes") == 2
    assert "not authorized" in " ".join((operator.out + operator.err).split())
    assert operator.writes() == []


def test_a_spent_quota_is_reported_with_its_end_and_the_rest_is_done(operator: Operator) -> None:
    table = operator.table("orders", tags={})
    key = f"arn:aws:kms:{operator.account.region}:{operator.account.account}:key/mine"
    wanted = {**LIVE, "server_side_encryption": {"enabled": True, "kms_key_arn": key}}
    spec = operator.spec("orders", wanted)
    for number in range(4):
        operator.account.call(
            "dynamodb",
            "UpdateTable",
            {"TableName": "orders", "SSESpecification": {"Enabled": number % 2 == 0}},
        )
        operator.account.clock.sleep(60)
    assert operator.remediate(spec, "--yes", *ALL, "--wait-timeout", "1") == 2
    assert table.tags == {"Owner": "a"}
    assert re.search(r"blocked +encrypt", operator.out)
    assert re.search(r"possible again from 2026-03-0\d \d\d:\d\d:\d\d UTC on", operator.out)


def test_another_hand_stops_the_table_and_no_other(operator: Operator) -> None:
    tables = {
        name: operator.table(name, tags={}, deletion_protection_enabled=False)
        for name in ("orders", "invoices")
    }

    def meddle(call: Call) -> None:
        if call.operation == "UpdateTable" and call.params["TableName"] == "orders":
            tables["orders"].ttl = {"Enabled": False}
            tables["orders"].ttl.pop("AttributeName", None)

    operator.account.faults = Faults(before=meddle)
    specs = [operator.spec(name, LIVE) for name in ("orders", "invoices")]
    code = operator.remediate(*specs, "--yes", *ALL)
    assert code == 2
    assert "somebody else changed /ttl" in " ".join(operator.out.split())
    assert tables["invoices"].tags == {"Owner": "a"}
    assert tables["invoices"].protected


@pytest.mark.parametrize("own_time", [True, False])
def test_a_time_to_live_is_renamed_in_two_steps(operator: Operator, own_time: bool) -> None:
    """Also where AWS runs faster than the dates of its answers tell."""
    if not own_time:
        operator.account.date = time.time
    table = operator.table("orders")
    operator.account.clock.sleep(7200)
    wanted = {**LIVE, "ttl": {"enabled": True, "attribute_name": "other"}}
    spec = operator.spec("orders", wanted)
    assert operator.remediate(spec, "--yes", *ALL, "--confirm-table", "orders") == 0
    assert table.ttl["AttributeName"] == "other"


# -- processes ----------------------------------------------------------------------------------


@pytest.fixture
def process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Operator, Callable[..., subprocess.Popen[str]]]]:
    account = Account(FastClock(200.0))
    operator = Operator(account, tmp_path)
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": "/dev/null",
        "PYTHONPATH": str(ROOT),
    }
    with serve(account) as url:

        def start(*arguments: str) -> subprocess.Popen[str]:
            program = [sys.executable, "-m", "driftcheck", "remediate", "--endpoint-url", url]
            return subprocess.Popen(
                [*program, *arguments, *FAST],
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

        yield operator, start


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_is_taken_over_by_the_next(
    process: tuple[Operator, Callable[..., subprocess.Popen[str]]], how: signal.Signals
) -> None:
    operator, start = process
    table = operator.table("orders", tags={}, deletion_protection_enabled=False)
    table.indexes.pop("other")
    spec = operator.spec("orders", LIVE)
    consent = ["--yes", *ALL, "--confirm-table", "orders"]
    first = start(spec, *consent)
    # An index takes long enough to be built.
    wait_for(lambda: "other" in table.indexes)
    first.send_signal(how)
    out, _ = first.communicate(timeout=300)
    assert first.returncode == (-signal.SIGKILL if how == signal.SIGKILL else 130), out
    if how == signal.SIGINT:
        assert "Interrupted: what is marked as made is done, the rest is not." in out
    incarnation = table.indexes["other"].incarnation
    second = start(spec, *consent)
    out, _ = second.communicate(timeout=300)
    assert second.returncode == 0, out
    assert table.indexes["other"].incarnation == incarnation
    assert [c for c in operator.account.writes() if c.static] == []
    third = start(spec, *consent)
    out, _ = third.communicate(timeout=300)
    assert (third.returncode, "Nothing to do" in out) == (0, True)


WHOLE_MODULE = """
resource "aws_dynamodb_table" "this" {
  name                        = "orders"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = true
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery { enabled = true }
  ttl {
    enabled        = true
    attribute_name = "expires"
  }
  tags = { Owner = "b" }
}
"""


@pytest.mark.parametrize("left_out", [[], ["tags"]])
def test_what_the_spec_leaves_out_is_left_alone(operator: Operator, left_out: list[str]) -> None:
    (operator.directory / "module").mkdir()
    (operator.directory / "module" / "main.tf").write_text(WHOLE_MODULE, encoding="utf-8")
    (operator.directory / ".git").mkdir()
    off = {"enabled": False, "recovery_period_in_days": None}
    operator.table(
        "orders",
        point_in_time_recovery=off,
        attribute={"id": {"type": "S"}},
        global_secondary_index={},
        autoscaling={"table": {"read": None, "write": None}, "index": {}},
        scheduled_action={"table": NOTHING, "index": {}},
        contributor_insights={"table": OFF, "index": {}},
    )
    spec = operator.spec("orders", {}, module="module", aspects={"exclude": left_out})
    assert operator.remediate(spec, "--yes", "--allow-undetermined") == 0, operator.out
    tagged = set() if left_out else {"TagResource"}
    assert set(operator.writes()) == {"UpdateContinuousBackups"} | tagged

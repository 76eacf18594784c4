"""``driftcheck scan`` and ``provision``, from the command line to the exit code."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from driftcheck.reports.schema import report_schema
from tests.cli.conftest import SPEC, Program

pytestmark = pytest.mark.moto


def pitr_off(dynamodb: Any, table: str = "orders") -> None:
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


def report_of(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    Draft202012Validator(report_schema()).validate(document)
    return document


def test_the_reference_table_in_the_sandbox(cli: Program) -> None:
    done = cli("scan", "--sandbox", "--format", "json")
    assert done.code == 0, done.err
    document = report_of(done.out)
    assert [t["name"] for t in document["tables"]] == ["invoices"]
    assert document["tables"][0]["account"] == "123456789012"
    assert document["summary"]["compliant"] == 1
    assert done.err == "reading invoices (production)\n"


def test_a_spec_of_ones_own_in_the_sandbox(cli: Program) -> None:
    done = cli("scan", "specs/orders.yaml", "--sandbox")
    assert done.code == 0, done.err
    assert done.out.startswith("orders  123456789012/eu-central-1  orders, test")
    assert "1 table: 1 compliant; no open finding" in done.out


def test_from_nothing_to_drift_and_away(cli: Program, dynamodb: Any) -> None:
    missing = cli("scan")
    assert missing.code == 1
    assert "table-missing" in missing.out

    made = cli("provision", "specs/orders.yaml")
    assert (made.code, made.out) == (0, "orders (123456789012/eu-central-1) created\n")
    assert cli("provision", "specs/orders.yaml").out.endswith("is there, and complete\n")
    assert cli("scan").code == 0

    pitr_off(dynamodb)
    drifted = cli("scan", "specs")
    assert drifted.code == 1
    assert "point-in-time recovery (enabled): is off, should be on" in drifted.out
    assert "declared at module/main.tf:16:5" in drifted.out
    assert "1 finding: 1 high" in drifted.out

    gone = cli("provision", "specs/orders.yaml", "--destroy", "--yes")
    assert (gone.code, gone.out) == (0, "orders deleted\n")
    assert cli("provision", "specs/orders.yaml", "--destroy", "--yes").out == (
        "orders is not there\n"
    )


def test_exit_codes_follow_fail_on(cli: Program, dynamodb: Any) -> None:
    cli("provision", "specs/orders.yaml")
    pitr_off(dynamodb)
    codes = {level: cli("scan", "--fail-on", level).code for level in ("info", "high", "critical")}
    assert codes == {"info": 1, "high": 1, "critical": 0}
    assert cli("scan", "--fail-on", "never").code == 0


def test_one_denied_operation_is_one_unknown(cli: Program, dynamodb: Any, deny: set[str]) -> None:
    cli("provision", "specs/orders.yaml")
    pitr_off(dynamodb)
    deny.add("dynamodb:DescribeTimeToLive")
    done = cli("scan", "--format", "json")
    assert done.code == 2
    document = report_of(done.out)
    deciding = [f for f in document["findings"] if f["decides"]]
    assert {(f["kind"], f["aspect"]) for f in deciding} == {
        ("unknown", "ttl"),
        ("drift", "point_in_time_recovery"),
    }
    (unknown,) = (f for f in deciding if f["kind"] == "unknown")
    assert "dynamodb:DescribeTimeToLive: access denied (not yours)" in unknown["message"]
    assert document["summary"]["unknown"] == 1


def test_allowed_unknowns_are_counted_and_do_not_decide(
    cli: Program, dynamodb: Any, deny: set[str]
) -> None:
    assert cli("provision", "specs/orders.yaml", "--poll-interval", "0").code == 0
    deny.add("dynamodb:DescribeContinuousBackups")
    outcome = cli("scan", "--allow-unknown", "--settle-timeout", "0")
    assert outcome.code == 0
    assert "1 value not seen (--allow-unknown)" in " ".join(outcome.out.split())


def test_check_has_allowed_unknowns_too(cli: Program) -> None:
    text = (cli.root / "module" / "main.tf").read_text(encoding="utf-8")
    cli.write(
        "module/main.tf",
        text.replace("= var.days", "= random_integer.n.result")
        + 'resource "random_integer" "n" {\n  min = 1\n  max = 35\n}\n',
    )
    spec = (cli.root / "specs" / "orders.yaml").read_text(encoding="utf-8")
    stated = "contract: {point_in_time_recovery: {recovery_period_in_days: 7}}\n"
    cli.write("specs/orders.yaml", spec + stated)
    assert cli("check").code == 2
    assert cli("check", "--allow-unknown").code == 0


def test_var_and_var_file_in_the_order_given(cli: Program, dynamodb: Any) -> None:
    cli.write("seven.tfvars", "days = 7\n")
    cli("provision", "specs/orders.yaml")
    assert cli("scan").code == 0
    later = cli("scan", "--var", "days=35", "--var-file", "seven.tfvars")
    assert later.code == 1
    assert "is 35, should be 7" in later.out
    assert cli("scan", "--var-file=seven.tfvars", "--var", "days=35").code == 0
    assert cli("scan", "--var=days=7", "--var-file", "seven.tfvars", "--var=days=35").code == 0


def test_reports_into_files(cli: Program, aws: None) -> None:
    cli("provision", "specs/orders.yaml")
    done = cli("scan", "--format", "json=report.json", "--quiet")
    assert done.code == 0
    assert report_of((cli.root / "report.json").read_text(encoding="utf-8"))["command"] == "scan"
    assert done.out.startswith("1 table: 1 compliant")
    assert done.err == ""
    both = cli("scan", "--format", "json", "--format", "text=report.txt")
    report_of(both.out)
    assert "1 table" in (cli.root / "report.txt").read_text(encoding="utf-8")


def test_verbose_tells_the_steps(cli: Program, aws: None) -> None:
    done = cli("provision", "specs/orders.yaml", "--verbose")
    assert done.err.splitlines() == ["create the table orders", "enable point-in-time recovery"]
    assert cli("scan", "--verbose").err.splitlines() == ["reading orders (test)", "read orders"]


def test_several_targets(cli: Program, aws: None) -> None:
    other = '  - {name: west, account: "123456789012", region: us-west-2}\npolicies'
    cli.write("specs/orders.yaml", SPEC.replace("policies", other))
    refused = cli("provision", "specs/orders.yaml")
    assert refused.code == 2
    assert "choose one of test, west with --target" in refused.err
    assert cli("provision", "specs/orders.yaml", "--target", "west").code == 0
    done = cli("scan", "--format", "json")
    assert done.code == 1
    statuses = {t["region"]: t["status"] for t in report_of(done.out)["tables"]}
    assert statuses == {"eu-central-1": "noncompliant", "us-west-2": "compliant"}


def test_a_target_that_fails_does_not_stop_the_others(cli: Program, aws: None) -> None:
    other = '  - {name: west, account: "999999999999", region: us-west-2}\npolicies'
    cli.write("specs/orders.yaml", SPEC.replace("policies", other))
    cli("provision", "specs/orders.yaml", "--target", "test")
    done = cli("scan")
    assert done.code == 2
    assert "target-failed" in done.out
    told = " ".join(done.out.split())  # wherever the lines break
    assert "but the target west of specs/orders.yaml is the account 999999999999" in told
    assert "1 compliant" in done.out


def test_destroy_asks_for_consent(cli: Program, aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("provision", "specs/orders.yaml")
    monkeypatch.setattr(sys, "stdin", io.StringIO("orders\n"))
    refused = cli("provision", "specs/orders.yaml", "--destroy")
    assert refused.code == 2
    assert "deleting orders needs consent: give --yes" in refused.err
    for typed, code in (("other\n", 2), ("orders\n", 0)):
        stdin = io.StringIO(typed)
        monkeypatch.setattr(stdin, "isatty", lambda: True)
        monkeypatch.setattr(sys, "stdin", stdin)
        done = cli("provision", "specs/orders.yaml", "--destroy")
        assert done.code == code
        assert "This deletes the table orders in 123456789012/eu-central-1" in done.err
    assert cli("scan").code == 1


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_colours_and_one_line_of_progress(
    cli: Program, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("provision", "specs/orders.yaml")
    monkeypatch.setenv("TERM", "xterm")
    for arguments, environment, colored in (
        ([], "", True),
        (["--no-color"], "", False),
        ([], "1", False),
    ):
        monkeypatch.setenv("NO_COLOR", environment)
        out, err = Terminal(), Terminal()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        assert cli("scan", *arguments).code == 0
        assert ("\x1b[32mcompliant" in out.getvalue()) is colored
        assert "reading orders (test)" in err.getvalue()
        # Whatever was shown is wiped at the end.
        assert "\n" not in err.getvalue()
        assert err.getvalue().endswith("\r\x1b[2K")


def test_policies_of_ones_own(cli: Program, aws: None) -> None:
    cli.write(
        "rules/named.yaml",
        """
version: 1
id: named-well
title: The table is called something else
severity: high
packs: [house]
rationale: A test.
remediation: Rename it.
must: {properties: {name: {const: other}}}
examples:
  - {name: good, expect: pass, document: {name: other}}
  - {name: bad, expect: fail, at: [/name], document: {name: this}}
""",
    )
    cli.write("specs/orders.yaml", SPEC.replace("packs: []", "packs: [house]"))
    assert cli("scan").code == 2
    cli("provision", "specs/orders.yaml")
    done = cli("scan", "--policies", "rules")
    assert done.code == 1
    assert "named-well" in done.out


def test_without_a_spec(cli: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    done = cli("scan")
    assert done.code == 2
    assert done.err.startswith("driftcheck: there is no spec: name one")

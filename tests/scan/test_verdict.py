"""How a verdict is reached, on facts that were written down."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from driftcheck.inputs.recorded import RecordedFacts
from driftcheck.model.baseline import Baseline, known_finding
from driftcheck.model.finding import Kind, Party, Severity, Status
from driftcheck.model.report import TableStatus
from driftcheck.reports import text
from driftcheck.reports.base import Style
from driftcheck.reports.document import report_document
from driftcheck.spec.load import load_spec
from driftcheck.stages.scan import ScanOptions, scan
from tests.scan.recorded import (
    BACKUPS,
    DENIED,
    DESCRIBE,
    MODULE,
    SPEC,
    TAGS,
    RecordedAws,
    answers,
    pitr,
    places,
    scanned,
    standing,
    write,
)

TODAY = date(2026, 6, 15)


@pytest.fixture
def aws() -> RecordedAws:
    found = RecordedAws()
    found.put(answers())
    return found


def test_what_is_as_it_should_be_is_silent(tmp_path: Path, aws: RecordedAws) -> None:
    report = scanned(write(tmp_path), aws)
    assert standing(report) == []
    assert report.tables[0].status is TableStatus.COMPLIANT


# -- what could not be seen ---------------------------------------------------


def test_allowed_unknowns_leave_the_exit_code_to_the_rest(tmp_path: Path, aws: RecordedAws) -> None:
    aws.put({**answers(), BACKUPS: DENIED})
    report = scanned(write(tmp_path), aws)
    allowed = replace(report, allow_unknown=True)
    assert (report.exit_code(Severity.LOW), allowed.exit_code(Severity.LOW)) == (2, 0)
    assert report.tables[0].status is TableStatus.UNKNOWN
    assert report_document(allowed)["summary"]["not_seen"]["deciding"] == 1
    assert report_document(allowed)["summary"]["not_seen"]["allowed"] is True
    said = text.render(allowed, Style(width=200)).splitlines()[-1]
    assert "1 value not seen (--allow-unknown)" in said
    assert "--allow-unknown" not in text.render(report, Style(width=200))


def test_allowed_unknowns_hide_no_drift(tmp_path: Path, aws: RecordedAws) -> None:
    aws.put({**answers(DeletionProtectionEnabled=True), BACKUPS: DENIED})
    report = replace(scanned(write(tmp_path), aws), allow_unknown=True)
    assert report.exit_code(Severity.INFO) == 1


def test_an_interrupted_run_is_never_allowed(tmp_path: Path, aws: RecordedAws) -> None:
    report = replace(scanned(write(tmp_path), aws), allow_unknown=True, complete=False)
    assert report.exit_code(None) == 2


UNCERTAIN = MODULE.replace(
    'resource "aws_dynamodb_table" "this" {',
    'resource "random_integer" "n" {\n  min = 0\n  max = 1\n}\n'
    'resource "aws_dynamodb_table" "this" {\n  count = random_integer.n.result',
)


def test_a_table_that_may_not_be_wanted_is_unknown_and_not_missing(
    tmp_path: Path, aws: RecordedAws
) -> None:
    aws.tables.clear()
    report = scanned(write(tmp_path, module=UNCERTAIN), aws)
    [finding] = [f for f in standing(report) if f.table is not None]
    assert (finding.kind, finding.rule) == (Kind.UNKNOWN, "table-existence-unknown")
    assert "random_integer.n" in finding.message
    assert report.exit_code(None) == 2
    assert report.tables[0].status is TableStatus.UNKNOWN


def test_a_live_table_that_may_not_be_wanted_is_compared_and_unknown(
    tmp_path: Path, aws: RecordedAws
) -> None:
    aws.put({**answers(), BACKUPS: pitr(False)})
    report = scanned(write(tmp_path, module=UNCERTAIN), aws)
    assert sorted((f.rule, f.path) for f in standing(report) if f.table is not None) == [
        ("point-in-time-recovery-drift", "/point_in_time_recovery/enabled"),
        ("table-existence-unknown", ""),
    ]


def test_a_table_that_the_spec_names_has_to_exist(tmp_path: Path, aws: RecordedAws) -> None:
    file = write(tmp_path, SPEC + "table: orders\n", UNCERTAIN)
    assert [f.rule for f in standing(scanned(file, aws)) if f.table] == []
    aws.tables.clear()
    assert [f.rule for f in standing(scanned(file, aws)) if f.table] == ["table-missing"]


MOVING: dict[str, dict[str, Any]] = {
    "the table": {"TableStatus": "UPDATING"},
    "an index": {
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-day",
                "IndexStatus": "CREATING",
                "Backfilling": True,
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ]
    },
    "the encryption": {"SSEDescription": {"Status": "UPDATING", "SSEType": "KMS"}},
}


@pytest.mark.parametrize("change", MOVING.values(), ids=MOVING.keys())
def test_what_is_in_transition_is_read_again_until_it_is_settled(
    tmp_path: Path, aws: RecordedAws, change: dict[str, Any]
) -> None:
    waited: list[float] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    aws.put(answers(**change), answers(**change), answers())
    report = scanned(
        write(tmp_path),
        aws,
        settle_timeout=60,
        poll_interval=5,
        sleep=sleep,
        clock=lambda: now[0],
    )
    assert waited == [5, 5]
    assert aws.forgotten == 1  # lists that were read before the change are read again, once
    assert standing(report) == []


@pytest.mark.parametrize("change", ["the table", "the encryption"])
def test_what_does_not_settle_is_unknown_with_its_reason(
    tmp_path: Path, aws: RecordedAws, change: str
) -> None:
    waited: list[float] = []
    aws.put(answers(**MOVING[change]))
    report = scanned(
        write(tmp_path),
        aws,
        settle_timeout=12,
        poll_interval=5,
        sleep=waited.append,
        clock=lambda: sum(waited),
    )
    assert waited == [5, 5, 2]
    unknown = [f for f in standing(report) if f.kind is Kind.UNKNOWN]
    assert unknown
    assert {f.rule for f in unknown} == {"in-transition"}
    assert all("ING" in f.message and "changing" in f.message for f in unknown)
    assert report.exit_code(None) == 2


def test_an_index_that_is_being_built_by_hand_is_known_to_be_there(
    tmp_path: Path, aws: RecordedAws
) -> None:
    aws.put(answers(**MOVING["an index"]))
    assert places(scanned(write(tmp_path), aws)) == [
        ("global-secondary-index-drift", "/global_secondary_index/by-day")
    ]


def test_a_table_that_goes_while_it_is_waited_for_is_missing(
    tmp_path: Path, aws: RecordedAws
) -> None:
    aws.put(answers(TableStatus="DELETING"), {DESCRIBE: {}})
    waited: list[float] = []
    report = scanned(write(tmp_path), aws, settle_timeout=60, sleep=waited.append)
    assert places(report) == [("table-missing", "")]


# -- which tables -------------------------------------------------------------


def test_a_spec_that_names_another_table_than_the_code_reads_both(
    tmp_path: Path, aws: RecordedAws
) -> None:
    report = scanned(write(tmp_path, SPEC + "table: invoices\n"), aws)
    assert [(t.name, t.address) for t in report.tables] == [
        ("orders", "aws_dynamodb_table.this"),
        ("invoices", None),
    ]
    [finding] = standing(report)
    assert (finding.rule, finding.table, finding.at_odds) == (
        "table-missing",
        "invoices",
        Party.LIVE,
    )


WITHOUT_MODULE = SPEC.replace("module: ../module\n", "")


def test_a_pattern_without_a_module_stands_for_the_live_tables(
    tmp_path: Path, aws: RecordedAws
) -> None:
    aws.put(answers("invoices"), name="invoices")
    file = write(
        tmp_path,
        WITHOUT_MODULE
        + "tables:\n"
        + "  - match: {name: ord*}\n    contract: {deletion_protection_enabled: true}\n"
        + "  - match: {name: gone}\n    contract: {deletion_protection_enabled: true}\n",
    )
    report = scanned(file, aws)
    assert [t.name for t in report.tables] == ["gone", "orders"]
    assert sorted((f.rule, f.table, f.at_odds) for f in standing(report)) == [
        ("deletion-protection-drift", "orders", Party.LIVE),
        ("table-missing", "gone", Party.LIVE),
    ]


def test_a_contract_that_matches_no_table_is_told(tmp_path: Path, aws: RecordedAws) -> None:
    file = write(
        tmp_path,
        SPEC
        + "tables:\n"
        + "  - match: {name: order}\n    contract: {deletion_protection_enabled: true}\n"
        + '  - match: {name: "o*"}\n    contract: {table_class: STANDARD}\n',
    )
    [finding] = standing(scanned(file, aws))
    assert (finding.rule, finding.at_odds) == ("contract-unmatched", Party.SPEC)
    assert finding.location is not None
    assert finding.location.line == 9


UNMANAGED = SPEC + "unmanaged: {enabled: true, exclude: [tmp-*]}\n"


def test_unmanaged_tables_are_told_and_can_be_waived(tmp_path: Path, aws: RecordedAws) -> None:
    for name in ("by-hand", "known", "tmp-1"):
        aws.put(answers(name), name=name)
    waiver = (
        "waivers: [{rule: unmanaged-table, table: known, reason: going soon, expires: 2026-12-31}]"
    )
    report = scanned(write(tmp_path, UNMANAGED + waiver), aws, today=TODAY)
    assert [(f.table, f.status) for f in standing(report)] == [
        ("by-hand", Status.OPEN),
        ("known", Status.WAIVED),
    ]


def test_tables_that_cannot_be_listed_are_unknown_and_the_rest_is_told(
    tmp_path: Path, aws: RecordedAws
) -> None:
    aws.unlisted = True
    aws.put({**answers(), BACKUPS: pitr(False)})
    report = scanned(write(tmp_path, UNMANAGED), aws)
    assert [rule for rule, _ in places(report)] == [
        "point-in-time-recovery-drift",
        "tables-not-listed",
    ]
    assert report.exit_code(None) == 2


def test_a_table_is_read_in_the_region_that_its_provider_names(tmp_path: Path) -> None:
    aws = RecordedAws()
    aws.put(answers(region="us-east-1"), region="us-east-1")
    module = 'provider "aws" {\n  alias  = "us"\n  region = "us-east-1"\n}\n' + MODULE.replace(
        'hash_key     = "id"', 'hash_key     = "id"\n  provider = aws.us'
    )
    report = scanned(write(tmp_path, module=module), aws)
    assert standing(report) == []
    assert [(t.name, t.region) for t in report.tables] == [("orders", "us-east-1")]


# -- who is at odds -----------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "agreed", "at_odds"),
    [
        ("", {}, Party.UNDETERMINED),
        ("contract: {hash_key: id}\n", {}, Party.LIVE),
        ("", {"tags": ("a", "b")}, Party.LIVE),
    ],
    ids=["the code alone", "the spec too", "a baseline in which it was there"],
)
def test_who_is_at_odds_about_a_missing_table(
    tmp_path: Path, spec: str, agreed: dict[str, tuple[str, str]], at_odds: Party
) -> None:
    key = ("orders", "123456789012", "eu-central-1", "orders")
    baseline = Baseline(agreed={key: agreed} if agreed else {})
    report = scanned(write(tmp_path, SPEC + spec), RecordedAws(), baseline=baseline)
    assert [f.at_odds for f in standing(report)] == [at_odds]


@pytest.mark.parametrize(
    ("applied", "at_odds"),
    [(MODULE, Party.LIVE), ('locals { none = "yet" }\n', Party.CODE)],
    ids=["it was applied, so it was deleted", "it waits to be applied"],
)
def test_the_commit_applied_last_tells_about_a_missing_table(
    tmp_path: Path, applied: str, at_odds: Party
) -> None:
    write(tmp_path, module=applied)
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "applied")):
        subprocess.run(["git", *identity, *command], cwd=tmp_path, check=True)
    report = scanned(write(tmp_path), RecordedAws(), applied_ref="HEAD")
    assert [f.at_odds for f in standing(report)] == [at_odds]


def test_what_is_left_out_is_not_asked_about_for_the_commit_applied_last(
    tmp_path: Path, aws: RecordedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    encrypted = MODULE.replace(
        "  tags =",
        '  server_side_encryption {\n enabled = true\n kms_key_arn = "KEY"\n }\n  tags =',
    )
    encrypted = encrypted.replace("KEY", "arn:aws:kms:eu-central-1:123456789012:alias/mine")
    left_out = "aspects: {exclude: [server_side_encryption, encryption_key]}\n"
    write(tmp_path, module=encrypted)
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "applied")):
        subprocess.run(["git", *identity, *command], cwd=tmp_path, check=True)
    asked: list[str] = []
    get = RecordedFacts.get

    def noted(facts: RecordedFacts, operation: str, key: str = "") -> Any:
        asked.append(operation)
        return get(facts, operation, key)

    monkeypatch.setattr(RecordedFacts, "get", noted)
    report = scanned(write(tmp_path, SPEC + left_out, encrypted), aws, applied_ref="HEAD")
    assert standing(report) == []
    assert asked
    assert not [operation for operation in asked if operation.startswith("kms:")]


def test_hidden_drift_is_shown_and_counts(tmp_path: Path, aws: RecordedAws) -> None:
    module = MODULE.replace(
        "  tags =", "  lifecycle { ignore_changes = [point_in_time_recovery] }\n  tags ="
    )
    aws.put({**answers(), BACKUPS: pitr(False)})
    report = scanned(write(tmp_path, module=module), aws)
    [finding] = standing(report)
    assert finding.hidden
    assert finding.severity is Severity.HIGH
    assert "hidden from Terraform by ignore_changes" in finding.message
    assert report.tables[0].status is TableStatus.NONCOMPLIANT
    assert report.exit_code(Severity.HIGH) == 1


def test_the_last_severity_that_matches_wins(tmp_path: Path, aws: RecordedAws) -> None:
    overrides = """severity:
  - {aspect: point_in_time_recovery, severity: critical}
  - {path: /point_in_time_recovery/*, severity: low}
"""
    aws.put({**answers(), BACKUPS: pitr(False)})
    [finding] = standing(scanned(write(tmp_path, SPEC + overrides), aws))
    assert finding.severity is Severity.LOW


# -- identity -----------------------------------------------------------------


def test_findings_keep_their_ids_when_lines_move_and_lists_are_reordered(
    tmp_path: Path, aws: RecordedAws
) -> None:
    indexes = [
        {
            "IndexName": name,
            "IndexStatus": "ACTIVE",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
        for name in ("a", "b")
    ]
    tags = [{"Key": "Owner", "Value": "x"}, {"Key": "Environment", "Value": "prod"}]
    first = answers(GlobalSecondaryIndexes=indexes)
    second = answers(GlobalSecondaryIndexes=indexes[::-1])
    aws.put({**first, TAGS: {"Tags": tags}})
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    before = scanned(write(tmp_path / "one"), aws)
    aws.put({**second, TAGS: {"Tags": tags[::-1]}})
    after = scanned(write(tmp_path / "two", module="# moved\n\n\n" + MODULE), aws)
    assert len(standing(before)) == 4
    assert {f.id for f in before.findings} == {f.id for f in after.findings}
    lines = [{f.location.line for f in r.findings if f.location} for r in (before, after)]
    assert lines[0].isdisjoint(lines[1])


def test_what_a_baseline_knows_does_not_count_and_makes_no_table_compliant(
    tmp_path: Path, aws: RecordedAws
) -> None:
    aws.put({**answers(), TAGS: {"Tags": []}})
    file = write(tmp_path)
    known = {f.id: known_finding(f) for f in standing(scanned(file, aws))}
    report = scanned(file, aws, baseline=Baseline(open=known))
    assert report.exit_code(Severity.LOW) == 0
    assert report.tables[0].status is TableStatus.NONCOMPLIANT
    assert report.tally.by_table_status[TableStatus.NONCOMPLIANT] == 1


def test_a_baseline_counts_new_and_fixed_and_a_waiver_fixes_nothing(
    tmp_path: Path, aws: RecordedAws
) -> None:
    aws.put(
        {
            **answers(DeletionProtectionEnabled=True),
            BACKUPS: pitr(False),
            TAGS: {"Tags": []},
        }
    )
    before = scanned(write(tmp_path), aws)
    baseline = Baseline(open={f.id: known_finding(f) for f in standing(before)})
    aws.put(
        {
            **answers(
                DeletionProtectionEnabled=True,
                TableClassSummary={"TableClass": "STANDARD_INFREQUENT_ACCESS"},
            ),
            TAGS: {"Tags": []},
        }
    )
    waiver = "waivers: [{path: /tags/*, reason: by hand, expires: 2026-12-31}]"
    after = scanned(write(tmp_path, SPEC + waiver), aws, baseline=baseline, today=TODAY)
    assert after.trend is not None
    assert (after.trend.known, after.trend.new, after.trend.fixed) == (1, 1, 1)
    assert {f.path: f.status for f in standing(after)} == {
        "/deletion_protection_enabled": Status.BASELINE,
        "/table_class": Status.OPEN,
        "/tags/Environment": Status.WAIVED,
    }


EVERYTHING = """
version: 1
name: everything
table: orders
targets: [{name: test, account: "123456789012", region: eu-central-1}]
policies: {packs: []}
unmanaged: {enabled: true}
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing(1)", "the target test of orders could not be read."),
        ("random_pet.this.id", "the name of a table that a spec covers there cannot be known."),
    ],
    ids=["code that cannot be evaluated", "a name that is not known"],
)
def test_nothing_is_called_unmanaged_while_a_name_is_missing(
    tmp_path: Path, aws: RecordedAws, name: str, said: str
) -> None:
    aws.put(answers())
    aws.put(answers("other"), name="other")
    module = MODULE.replace("var.name", name) + 'resource "random_pet" "this" {}\n'
    file = write(tmp_path, module=module)
    (file.parent / "everything.yaml").write_text(EVERYTHING, encoding="utf-8")
    specs = [load_spec(file), load_spec(file.parent / "everything.yaml")]
    report = scan(specs, (), aws, ScanOptions(settle_timeout=0))
    assert Kind.UNMANAGED not in {f.kind for f in report.findings}
    [listing] = [f for f in report.findings if f.rule == "tables-not-listed"]
    assert said in listing.message
    assert report.exit_code(Severity.LOW) == 2

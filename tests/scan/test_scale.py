"""Many tables of many accounts, at once: nothing lost, nothing twice, whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from benchmarks.stub import Limit, Options, Place, Stub, access_key, serve
from driftcheck.reports.schema import report_schema

ACCOUNTS = ("111111111111", "222222222222")
REGIONS = ("eu-central-1", "us-east-1")
PLACES = tuple(Place(account, region) for account in ACCOUNTS for region in REGIONS)
TABLES = 25
SPEC = """
version: 1
name: invoices
table: invoice-*
contract:
  point_in_time_recovery: {enabled: true}
  deletion_protection_enabled: true
  ttl: {enabled: true}
  tags: {Owner: billing}
policies: {packs: []}
targets:
"""
#: Longest a scan is waited for, in seconds, before it counts as hanging.
HANGS = 600.0


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    """A directory with one spec for all accounts, and a profile for each."""
    return organised(tmp_path, PLACES)


def organised(tmp_path: Path, places: Sequence[Place]) -> Path:
    """The same for other places."""
    profiles = "".join(
        f"[profile a{a}]\naws_access_key_id = {access_key(a)}\naws_secret_access_key = x\n"
        for a in sorted({place.account for place in places})
    )
    targets = "".join(
        f'  - {{name: {a}-{r}, account: "{a}", region: {r}, profile: a{a}}}\n' for a, r in places
    )
    (tmp_path / "profiles").write_text(profiles, encoding="utf-8")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "invoices.yaml").write_text(SPEC + targets, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    """An AWS with faults, and a limit that gives a test the time to end a scan in its middle."""
    options = Options(
        tables=TABLES,
        places=PLACES,
        drifted=0.2,
        faults=0.02,
        latency=0.002,
        limits={"dynamodb:DescribeContinuousBackups": Limit(8, 5)},
    )
    with serve(options) as running:
        yield running


def start(
    directory: Path, stub: Stub, *arguments: str, stdout: int = subprocess.DEVNULL
) -> subprocess.Popen[str]:
    """A scan in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "driftcheck", "scan", "--endpoint-url", stub.url, *arguments],
        cwd=directory,
        env=environment(directory),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def environment(directory: Path) -> dict[str, str]:
    """The environment of a process that signs in with the profiles of an organisation."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "COV"))}
    return {
        **kept,
        "AWS_CONFIG_FILE": str(directory / "profiles"),
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


def scanned(directory: Path, stub: Stub, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the report of a whole scan."""
    file = directory / "report.json"
    with start(directory, stub, "--format", f"json={file}", *arguments) as process:
        _, err = process.communicate(timeout=HANGS)
    assert "Traceback" not in err, err
    return process.returncode, report_of(file)


def report_of(file: Path) -> dict[str, Any]:
    """A report, held against its schema."""
    report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    Draft202012Validator(report_schema()).validate(report)
    return report


def without_times(report: dict[str, Any]) -> dict[str, Any]:
    """A report without what no two runs share."""
    summary = {k: v for k, v in report["summary"].items() if k != "api_calls"}
    kept = {k: v for k, v in report.items() if k not in ("started_at", "finished_at")}
    return {**kept, "summary": summary}


def wait_for_tables(journal: Path, number: int) -> int:
    """Wait until a journal holds so many finished tables; gives how many there are."""
    deadline = time.monotonic() + HANGS
    while time.monotonic() < deadline:
        if journal.exists() and (found := journal.read_text().count('"key"')) >= number:
            return found
        time.sleep(0.005)
    raise AssertionError("the scan does not get on")


def test_every_table_of_every_target_once(organisation: Path, stub: Stub) -> None:
    code, report = scanned(organisation, stub)
    assert code == 1
    tables = Counter((t["account"], t["region"], t["name"]) for t in report["tables"])
    names = [f"invoice-{n:05d}" for n in range(TABLES)]
    assert tables == {(*place, name): 1 for place in PLACES for name in names}
    findings = Counter(f["id"] for f in report["findings"])
    assert set(findings.values()) == {1}
    assert len(findings) == len(PLACES) * TABLES * 0.2
    assert report["tables"] == sorted(
        report["tables"], key=lambda t: (PLACES.index((t["account"], t["region"])), t["name"])
    )


@pytest.mark.slow
def test_one_at_a_time_finds_the_same(organisation: Path, stub: Stub) -> None:
    assert without_times(scanned(organisation, stub)[1]) == without_times(
        scanned(organisation, stub, "--concurrency", "1")[1]
    )


@pytest.mark.slow
def test_ten_thousand_tables_killed_and_resumed(tmp_path: Path) -> None:
    accounts = (*ACCOUNTS, "333333333333", "444444444444")
    places = tuple(Place(account, region) for account in accounts for region in REGIONS)
    directory, each = organised(tmp_path, places), 1_250
    options = Options(
        tables=each,
        places=places,
        faults=0.02,
        limits={"dynamodb:DescribeContinuousBackups": Limit(50, 50)},
    )
    journal = directory / "run.jsonl"
    with serve(options) as stub:
        _, undisturbed = scanned(directory, stub)
        with start(directory, stub, "--journal", str(journal)) as process:
            wait_for_tables(journal, 3_000)
            process.kill()
        _, resumed = scanned(directory, stub, "--resume", str(journal))
    assert without_times(resumed) == without_times(undisturbed)
    tables = Counter((t["account"], t["region"], t["name"]) for t in resumed["tables"])
    assert len(tables) == len(places) * each
    assert set(tables.values()) == {1}


def test_killed_and_resumed(organisation: Path, stub: Stub) -> None:
    _, undisturbed = scanned(organisation, stub)
    journal = organisation / "run.jsonl"
    with start(organisation, stub, "--journal", str(journal)) as process:
        wait_for_tables(journal, 30)
        process.kill()
    done = journal.read_text().count('"key"')
    assert 30 <= done < len(PLACES) * TABLES
    stub.reset()
    code, resumed = scanned(organisation, stub, "--resume", str(journal))
    assert code == 1
    assert without_times(resumed) == without_times(undisturbed)
    # What was finished was not read again: 2 % of the others are asked for once more.
    asked = stub.counts()["calls"]["dynamodb:DescribeTable"]
    assert asked < len(PLACES) * TABLES - done + 40
    total = resumed["summary"]["api_calls"]["dynamodb:DescribeTable"]
    assert total["calls"] >= len(PLACES) * TABLES - 100


@pytest.mark.parametrize("processes", ["1", "2"])
def test_interrupted_it_reports_what_is_done(
    organisation: Path, stub: Stub, processes: str
) -> None:
    journal, file = organisation / "run.jsonl", organisation / "partial.json"
    arguments = ("--journal", str(journal), "--format", f"json={file}", "--processes", processes)
    with start(organisation, stub, *arguments, stdout=subprocess.PIPE) as process:
        wait_for_tables(journal, 20)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to all processes of a run
        out, err = process.communicate(timeout=HANGS)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "This report is incomplete: interrupted." in out
    report = report_of(file)
    assert report["summary"]["complete"] is False
    assert 20 <= len(report["tables"]) < len(PLACES) * TABLES
    code, resumed = scanned(organisation, stub, "--resume", str(journal))
    assert (code, len(resumed["tables"])) == (1, len(PLACES) * TABLES)


@pytest.mark.slow
def test_a_journal_of_another_spec_is_read_anew(organisation: Path, stub: Stub) -> None:
    journal = organisation / "run.jsonl"
    scanned(organisation, stub, "--journal", str(journal))
    spec = organisation / "specs" / "invoices.yaml"
    changed = spec.read_text().replace("Owner: billing", "Owner: nobody")
    spec.write_text(changed, encoding="utf-8")
    _, resumed = scanned(organisation, stub, "--resume", str(journal))
    assert without_times(resumed) == without_times(scanned(organisation, stub)[1])


@pytest.mark.parametrize(
    ("operation", "aspects"),
    [
        ("dynamodb:DescribeContinuousBackups", {"point_in_time_recovery"}),
        ("dynamodb:DescribeTimeToLive", {"ttl"}),
    ],
)
def test_one_api_refused_in_one_account(
    organisation: Path, operation: str, aspects: set[str]
) -> None:
    options = Options(tables=5, places=PLACES, drifted=0, denied=(f"{ACCOUNTS[0]}/{operation}",))
    with serve(options) as stub:
        code, report = scanned(organisation, stub)
    assert code == 2
    deciding = [f for f in report["findings"] if f["decides"]]
    assert {f["aspect"] for f in deciding} == aspects
    assert Counter(f["account"] for f in deciding) == {ACCOUNTS[0]: 5 * len(REGIONS)}
    assert all(operation in f["message"] for f in deciding)
    statuses = Counter((t["account"], t["status"]) for t in report["tables"])
    assert statuses == {(ACCOUNTS[0], "unknown"): 10, (ACCOUNTS[1], "compliant"): 10}


def test_an_account_that_fails_leaves_the_others_complete(organisation: Path, stub: Stub) -> None:
    profiles = organisation / "profiles"
    wrong = profiles.read_text().replace(access_key(ACCOUNTS[0]), access_key("999999999999"))
    profiles.write_text(wrong, encoding="utf-8")
    code, report = scanned(organisation, stub)
    assert code == 2
    failed = [f for f in report["findings"] if f["rule"] == "target-failed"]
    assert [f["target"] for f in failed] == [f"{ACCOUNTS[0]}-{region}" for region in REGIONS]
    assert all("belong to the account 999999999999" in f["message"] for f in failed)
    assert {t["account"] for t in report["tables"]} == {ACCOUNTS[1]}
    assert len(report["tables"]) == len(REGIONS) * TABLES

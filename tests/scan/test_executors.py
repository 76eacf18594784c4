"""The work of a scan shared with other processes: the report is the same."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.stub import Options, Stub, serve
from driftcheck import executors
from driftcheck.aws.connector import AwsOptions
from driftcheck.errors import UsageError
from driftcheck.executors import Connect
from driftcheck.spec.load import load_spec
from driftcheck.stages.connection import Connector
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.scan import ScanOptions, scan
from driftcheck.stages.scanning.shards import Remote, Shard, scan_shard, shard_of
from driftcheck.stages.scanning.target import open_target
from driftcheck.stages.subjects import subjects
from tests.scan.recorded import RecordedAws, answers, write
from tests.scan.test_scale import (
    HANGS,
    PLACES,
    TABLES,
    environment,
    organisation,
    report_of,
    scanned,
    start,
    wait_for_tables,
    without_times,
)

__all__ = ["organisation"]
ROOT = Path(__file__).parents[2]
NO_AWS = AwsOptions(endpoint_url="http://127.0.0.1:1")


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    """An AWS without faults."""
    with serve(Options(tables=TABLES, places=PLACES, drifted=0.2, latency=0.002)) as running:
        yield running


def test_processes_of_this_machine(organisation: Path, stub: Stub) -> None:
    _, alone = scanned(organisation, stub, "--processes", "1")
    stub.reset()
    code, shared = scanned(organisation, stub, "--processes", "2")
    assert code == 1
    assert without_times(shared) == without_times(alone)
    counted = stub.counts()["calls"]
    told = {name: calls["calls"] for name, calls in shared["summary"]["api_calls"].items()}
    assert told == counted


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="there is no /proc to look into")
def test_the_processes_end_with_the_one_that_began_them(organisation: Path, stub: Stub) -> None:
    journal = organisation / "run.jsonl"
    with start(organisation, stub, "--processes", "2", "--journal", str(journal)) as process:
        wait_for_tables(journal, 1)
        process.kill()
    deadline = time.monotonic() + HANGS
    while time.monotonic() < deadline and group_of(organisation):
        time.sleep(0.05)
    assert group_of(organisation) == []


def group_of(directory: Path) -> list[str]:
    """The processes that work in a directory."""
    found = []
    for cwd in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if cwd.readlink() == directory:
                found.append(cwd.parent.name)
    return found


def test_a_process_that_is_needed_late_is_begun_beside_the_threads() -> None:
    """Where no copy can be made of this process, another one is begun from nothing."""
    with executors.local(2, NO_AWS, 4) as remote:
        assert remote is not None
        assert remote.executor.submit(os.getpid).result(HANGS) != os.getpid()


# -- what is sent ----------------------------------------------------------------


@pytest.fixture
def aws() -> RecordedAws:
    """A live table of which everything is known."""
    aws = RecordedAws()
    aws.put(answers())
    return aws


def shard(file: Path, aws: RecordedAws, environment: dict[str, str] | None = None) -> Shard:
    """The one table of a spec, as it is sent to another process."""
    spec = load_spec(file)
    evaluation = EvaluationOptions(environment=environment or {})
    options = ScanOptions(evaluation=evaluation, settle_timeout=0)
    opened = open_target(spec, spec.targets[0], aws, (), options)
    tables = list(subjects(spec, spec.targets[0], opened.code.tables, opened.connection))
    return shard_of(Remote(Here(), Connect(NO_AWS), concurrency=1), opened, tables)


class Here(Executor):
    """Does everything here, through the bytes that would be sent."""

    def __init__(self, connector: Connector | None = None, *, broken: bool = False) -> None:
        self._connector = connector
        self._broken = broken
        self.asked = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked += 1
        future: Future[Any] = Future()
        if self._broken:
            future.set_exception(BrokenExecutor())
            return future
        (sent,) = pickle.loads(pickle.dumps(args))
        connector = self._connector
        assert connector is not None
        result = fn(replace(sent, connect=lambda: connector))
        future.set_result(pickle.loads(pickle.dumps(result)))
        return future


def test_lines_are_sent_with_the_values(tmp_path: Path, aws: RecordedAws) -> None:
    file = write(tmp_path)
    sent = shard(file, aws)
    back: Shard = pickle.loads(pickle.dumps(sent))
    [before], [after] = sent.tables, back.tables
    assert before.code is not None
    assert after.code is not None
    assert after.code.document() == before.code.document()
    assert after.code.where("/table_class")
    assert {p: after.code.where(p) for p in after.code.locations} == {
        p: before.code.where(p) for p in before.code.locations
    }


def test_the_environment_is_not_sent(tmp_path: Path, aws: RecordedAws) -> None:
    sent = shard(write(tmp_path), aws, {"TF_VAR_secret": "hunter2"})
    assert b"hunter2" not in pickle.dumps(sent)


@pytest.mark.parametrize("broken", [False, True])
def test_a_lost_process_costs_nothing_but_time(
    tmp_path: Path, aws: RecordedAws, broken: bool
) -> None:
    table = """
resource "aws_dynamodb_table" "NAME" {
  name         = "NAME"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
"""
    module = "".join(table.replace("NAME", name) for name in "abc")
    for name in "abc":
        aws.put(answers(name, DeletionProtectionEnabled=name == "b"), name=name)
    spec = load_spec(write(tmp_path, module=module))
    options = ScanOptions(settle_timeout=0)
    alone = scan([spec], (), aws, options)
    executor = Here(aws, broken=broken)
    shared = scan([spec], (), aws, options, remote=Remote(executor, Connect(NO_AWS), most=2))
    assert executor.asked == 1  # two of the three; one alone is not worth sending
    assert shared.tables == alone.tables
    assert shared.findings == alone.findings
    assert [f.table for f in alone.findings if f.path == "/deletion_protection_enabled"] == ["b"]


def test_an_account_that_cannot_be_read_is_told(
    tmp_path: Path, aws: RecordedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    result = scan_shard(shard(write(tmp_path), aws))
    assert result.found == ()
    assert result.failed is not None
    assert "http://127.0.0.1:1" in result.failed


# -- Dask ------------------------------------------------------------------------

CLUSTER = """
import json, os, sys
from distributed import Client, LocalCluster

if __name__ == "__main__":
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    )
    with cluster, Client(cluster) as client:
        workers = list(client.run(os.getpid).values())
        address = cluster.scheduler_address.removeprefix("tcp://")
        print(json.dumps({"address": address, "workers": workers}), flush=True)
        sys.stdin.read()
"""


@contextmanager
def dask(directory: Path) -> Iterator[dict[str, Any]]:
    """A cluster of two processes, which have the profiles of an organisation."""
    script = directory / "cluster.py"
    script.write_text(CLUSTER, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=directory,
        env=environment(directory),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@pytest.mark.slow
def test_a_cluster_of_which_a_worker_is_killed(organisation: Path) -> None:
    pytest.importorskip("distributed")
    options = Options(tables=250, places=PLACES, drifted=0.1, latency=0.05)
    with serve(options) as slow, dask(organisation) as cluster:
        _, alone = scanned(organisation, slow, "--processes", "1")
        journal, file = organisation / "run.jsonl", organisation / "shared.json"
        arguments = ("--journal", str(journal), "--format", f"json={file}")
        url = f"dask://{cluster['address']}"
        with start(organisation, slow, "--executor", url, *arguments) as process:
            wait_for_tables(journal, 50)
            os.kill(cluster["workers"][0], signal.SIGKILL)
            killed_at = journal.read_text().count('"key"')
            _, err = process.communicate(timeout=HANGS)
    assert "Traceback" not in err
    assert process.returncode == 1
    assert killed_at < len(PLACES) * 250
    assert without_times(report_of(file)) == without_times(alone)


@pytest.mark.parametrize("url", ["dask://", "tcp://127.0.0.1:1", "nowhere"])
def test_an_executor_that_is_none(url: str) -> None:
    with pytest.raises(UsageError, match="is neither local nor dask://HOST:PORT"):
        executors.executor(url, None, NO_AWS, 4).__enter__()


def test_a_cluster_that_does_not_answer() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="nobody answers there"):
        executors.executor("dask://127.0.0.1:1", None, NO_AWS, 4).__enter__()

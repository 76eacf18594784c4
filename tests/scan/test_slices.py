"""Slices of a target, read and judged by this process and by others."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from benchmarks.stub import Options, Place, Stub, access_key, serve
from driftcheck.aspects.base import FactUnavailable
from driftcheck.aws.connector import AwsConnector, AwsOptions
from driftcheck.errors import AwsError
from driftcheck.executors import Connect
from driftcheck.model.report import Report
from driftcheck.model.values import Cause
from driftcheck.spec.load import load_spec
from driftcheck.stages.scan import ScanOptions, scan
from driftcheck.stages.scanning.shards import Remote, Shard, read_shard
from driftcheck.stages.scanning.slices import Slices

PLACE = Place("111111111111", "eu-central-1")
TABLES = 40
SPEC = f"""
version: 1
name: invoices
table: invoice-*
targets: [{{name: production, account: "{PLACE.account}", region: {PLACE.region}}}]
contract:
  deletion_protection_enabled: true
  autoscaling: {{table: {{read: {{min_capacity: 5, target_tracking: {{x: {{target_value: 1}}}}}}}}}}
  tags: {{Owner: billing}}
policies: {{packs: []}}
"""
POLICIES = "application-autoscaling:DescribeScalingPolicies"


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec of many tables, and credentials of its account."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", access_key(PLACE.account))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    file = tmp_path / "invoices.yaml"
    file.write_text(SPEC, encoding="utf-8")
    return file


#: Answers that take so long that lists of many pages come after the first tables.
SLOW = Options(tables=TABLES, places=(PLACE,), drifted=0.3, scaled=0.9, latency=0.01)


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    with serve(SLOW) as running:
        yield running


class Beside(Executor):
    """Another process: what it gets and gives goes through the bytes that would be sent."""

    def __init__(self, url: str, *, lost: Callable[[Any], bool] = lambda _work: False) -> None:
        self._connector = AwsConnector(AwsOptions(endpoint_url=url))
        self._lost = lost
        self._threads = ThreadPoolExecutor(2)
        self.done: list[str] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._lost(fn):
            raise BrokenExecutor
        return self._threads.submit(self._carry_out, fn, pickle.dumps(args))

    def _carry_out(self, work: Any, sent: bytes) -> Any:
        (shard,) = pickle.loads(sent)
        result = work(replace(shard, connect=lambda: self._connector))
        self.done.append(work.__name__)
        return pickle.loads(pickle.dumps(result))


def shared(file: Path, url: str, executor: Executor, concurrency: int = 8) -> Report:
    """The report of a scan that is shared with one other process."""
    options = AwsOptions(endpoint_url=url)
    each = max(1, concurrency // 2)
    remote = Remote(executor, Connect(options), concurrency=each, processes=1, here=True)
    wanted = ScanOptions(concurrency=concurrency)
    return scan([load_spec(file)], (), AwsConnector(options), wanted, remote=remote)


def alone(file: Path, url: str) -> Report:
    """The report of a scan by one process."""
    connector = AwsConnector(AwsOptions(endpoint_url=url))
    return scan([load_spec(file)], (), connector, ScanOptions())


def assert_same(one: Report, other: Report) -> None:
    assert one.findings
    assert one.findings == other.findings
    assert one.tables == other.tables


def test_tables_are_read_before_the_lists_are_there_and_nothing_is_asked_twice(
    spec: Path, stub: Stub
) -> None:
    by_one = alone(spec, stub.url)
    stub.reset()
    executor = Beside(stub.url)
    by_two = shared(spec, stub.url, executor)
    assert_same(by_one, by_two)
    assert "read_shard" in executor.done
    calls = {name: count.calls for name, count in by_two.api_calls.items()}
    once = {name: count.calls for name, count in by_one.api_calls.items()}
    # Whoever asks has to find out once who it is.
    del calls["sts:GetCallerIdentity"], once["sts:GetCallerIdentity"]
    assert calls == once


@pytest.mark.parametrize("of", ["read_shard", "scan_shard", ""])
def test_a_process_that_is_lost_at_any_time_costs_nothing_but_time(
    spec: Path, stub: Stub, of: str
) -> None:
    executor = Beside(stub.url, lost=lambda work: of in work.__name__)
    assert_same(alone(spec, stub.url), shared(spec, stub.url, executor))


@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_list_that_is_refused_is_refused_for_every_process(spec: Path, concurrency: int) -> None:
    options = replace(SLOW, denied=(f"*/{POLICIES}",))
    with serve(options) as stub:
        by_one = alone(spec, stub.url)
        stub.reset()
        by_two = shared(spec, stub.url, Beside(stub.url), concurrency)
        assert_same(by_one, by_two)
        assert stub.counts()["calls"][POLICIES] == 1


def test_credentials_that_another_process_lacks_fail_the_target(spec: Path, stub: Stub) -> None:
    executor = Beside("http://127.0.0.1:1")
    try:
        failed = [f.message for f in shared(spec, stub.url, executor).findings if f.table is None]
    except AwsError as error:  # nothing at all had been read
        failed = [str(error)]
    assert len(failed) == 1
    assert "http://127.0.0.1:1" in failed[0]


def test_reading_tells_what_went_wrong(spec: Path) -> None:
    here = AwsConnector(AwsOptions(endpoint_url="http://127.0.0.1:1"))
    loaded = load_spec(spec)
    shard = Shard(lambda: here, loaded, loaded.targets[0], (), ScanOptions(), None, (), ())
    assert "http://127.0.0.1:1" in (read_shard(shard).failed or "")


def test_a_refusal_is_sent_whole() -> None:
    refusal = FactUnavailable("dynamodb:DescribeTable", "denied", Cause.UNSUPPORTED)
    back = pickle.loads(pickle.dumps(refusal))
    assert (back.operation, back.reason, back.cause, str(back)) == (
        refusal.operation,
        refusal.reason,
        refusal.cause,
        str(refusal),
    )


@pytest.mark.parametrize(
    ("tables", "processes", "least", "size"),
    [
        (10_000, 1, 0, 100),
        (1_000, 1, 500, 100),
        (300, 1, 0, 30),
        (300, 3, 0, 15),
        (7, 1, 0, 1),
        (300, 1, 500, 1),
        (300, None, 0, 100),
    ],
)
def test_slices_leave_something_for_everybody(
    tables: int, processes: int | None, least: int, size: int
) -> None:
    connect = Connect(AwsOptions())
    with ThreadPoolExecutor(1) as threads:
        remote = Remote(threads, connect, processes=processes, here=bool(processes), least=least)
        assert Slices(remote, threads, threads, threads).size(tables, tables) == size


class Waiting:
    """A connection whose lists come when they are let; only what ``Slices.look`` asks for."""

    def __init__(self, region: str, lists: Event | None) -> None:
        self.account, self.region = "111111111111", region
        self._lists = lists

    def pending(self) -> bool:
        return self._lists is not None

    def hand_over(self, _tables: Any) -> dict[str, Any]:
        assert self._lists is None or self._lists.wait(30)
        return {}

    def one_by_one(self, operations: Any) -> tuple[str, ...]:
        return tuple(operations)

    def keep(self, _read: bytes) -> None:
        """There is nothing to keep."""


class Scan:
    """A target that reads and judges at once."""

    def __init__(self, connection: Waiting) -> None:
        self.connection = connection
        self.options, self.applied, self.spec, self.target = ScanOptions(), None, None, None
        self.policies: tuple[()] = ()

    def reads(self) -> frozenset[str]:
        return frozenset()

    def names(self, _tables: Any) -> list[str]:
        return []

    def read(self, *_: Any) -> bytes:
        return b""

    def table(self, subject: Any) -> Any:
        return subject, []


def test_slices_of_a_target_that_waits_for_its_lists_leave_others_their_turn() -> None:
    lists = Event()
    with ThreadPoolExecutor(64) as drivers, ThreadPoolExecutor(4) as threads:
        remote = Remote(drivers, Connect(AwsOptions()), processes=0, here=True)
        slices = Slices(remote, drivers, threads, threads)
        slow: Any = Scan(Waiting("eu-central-1", lists))
        waiting = [drivers.submit(slices.look, slow, ()) for _ in range(40)]
        for region, others in (("us-east-1", None), ("us-west-2", Event())):
            if others is not None:
                others.set()
            quick: Any = Scan(Waiting(region, others))
            assert drivers.submit(slices.look, quick, ()).result(30).failed is None
        assert not any(future.done() for future in waiting)
        lists.set()
        assert [future.result(30).failed for future in waiting] == [None] * 40

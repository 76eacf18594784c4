"""Reading AWS, measured on the stub: ``python -m benchmarks.reading [ROW...]``.

Every row names what is measured and what it has to reach. Commands run in turn, and a
ratio is the median of the ratios of neighbouring runs; see ``rounds``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import environments, floor
from benchmarks.measure import Disturbed, Subject, run_once
from benchmarks.rounds import Rounds, alternate, cpu, peak_of_all, wall
from benchmarks.stub import Limit, Options, Place, Stub, access_key, serve

#: Tables that driftcheck looks at at a time, and connections of the bare thread pool.
CONCURRENCY = 32
LATENCY = 0.02
PLACE = Place()

SPEC = f"""\
version: 1
name: invoices
targets:
  - name: production
    account: "{PLACE.account}"
    region: {PLACE.region}
tables:
  - match: {{name: "invoice-*"}}
    contract:
      hash_key: invoiceId
      range_key: null
      global_secondary_index:
        customerId-createdAt-index:
          {{hash_key: customerId, range_key: createdAt, projection_type: ALL}}
        status-createdAt-index:
          {{hash_key: status, range_key: createdAt, projection_type: ALL}}
        createdAt-index: {{hash_key: createdAt, projection_type: ALL}}
      point_in_time_recovery: {{enabled: true, recovery_period_in_days: 35}}
      deletion_protection_enabled: true
      server_side_encryption: {{enabled: true}}
      stream_enabled: true
      stream_view_type: NEW_AND_OLD_IMAGES
      ttl: {{enabled: true, attribute_name: expiresAt}}
      tags: {{Environment: production, Owner: billing, CostCenter: finance}}
policies:
  packs: [baseline]
  exclude: [no-public-resource-policy, no-cross-account-access] # a call more for each table
  parameters:
    required-tags: {{keys: [Environment, Owner, CostCenter]}}
"""

#: What Cloud Custodian can tell of the same questions: protection, encryption, tags, PITR.
CUSTODIAN = """\
policies:
  - name: tables
    resource: aws.dynamodb-table
    filters:
      - or:
          - DeletionProtectionEnabled: false
          - {type: value, key: SSEDescription.Status, op: ne, value: ENABLED}
          - "tag:Owner": absent
          - {type: value, key: "tag:Owner", op: ne, value: billing}
"""
RECOVERY = """\
          - type: continuous-backup
            key: PointInTimeRecoveryDescription.PointInTimeRecoveryStatus
            op: ne
            value: ENABLED
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, the figure, and the most that it may be."""

    what: str
    value: float
    limit: float
    detail: str

    def line(self) -> str:
        """The line in Markdown."""
        verdict = "reached" if self.value <= self.limit else "missed"
        return f"| {self.what} | {self.value:.2f} | {self.limit:.2f} | {verdict} | {self.detail} |"


HEADER = "| what | measured | to reach | | in figures |\n|---|---|---|---|---|"


class Bench:
    """Where the measured programs are, and what they run in."""

    def __init__(self, work: Path, rounds: int) -> None:
        self.work = work
        self.rounds = rounds
        self._bin = environments.driftcheck()
        self._spec = work / "invoices.yaml"
        self._spec.write_text(SPEC)

    def environment(self, stub: Stub) -> dict[str, str]:
        """Credentials for the stub, and nothing of the machine's own configuration."""
        nothing = str(self.work / "none")
        return {
            "AWS_ENDPOINT_URL": stub.url,
            "AWS_ACCESS_KEY_ID": access_key(PLACE.account),
            "AWS_SECRET_ACCESS_KEY": "stub",
            "AWS_REGION": PLACE.region,
            "AWS_DEFAULT_REGION": PLACE.region,
            "AWS_CONFIG_FILE": nothing,
            "AWS_SHARED_CREDENTIALS_FILE": nothing,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def scan(self, stub: Stub, processes: int | None = 1, name: str = "driftcheck") -> Subject:
        """``driftcheck scan`` of the spec, with its JSON report on standard output.

        With as many processes as it takes by itself where ``processes`` is None.
        """
        command = [str(self._bin / "driftcheck"), "scan", str(self._spec), "--quiet"]
        command += ["--format", "json", "--concurrency", str(CONCURRENCY)]
        if processes is not None:
            command += ["--processes", str(processes)]
        return Subject(name, command, self.work, self.environment(stub))

    def floor(self, stub: Stub, counts: dict[str, int]) -> Subject:
        """The bare thread pool, told to make the calls that were counted."""
        words = [str(self._bin / "python"), "-m", "benchmarks.floor", "--workers"]
        words += [str(CONCURRENCY), "--keys", str(counts.get("kms:DescribeKey", 0))]
        for option, known in (("--bulk", floor.BULK), ("--of-a-table", floor.OF_A_TABLE)):
            words += [w for name in known if name in counts for w in (option, name)]
        return Subject("bare boto3", words, environments.ROOT, self.environment(stub))

    def custodian(self, stub: Stub, *, recovery: bool) -> Subject:
        """Cloud Custodian; with ``recovery`` it asks for point-in-time recovery too."""
        policy = self.work / f"custodian-{recovery}.yaml"
        policy.write_text(CUSTODIAN + (RECOVERY if recovery else ""))
        words = [str(environments.custodian() / "custodian"), "run", "--cache-period", "0"]
        words += ["--region", PLACE.region, "-s", str(self.work / "custodian"), str(policy)]
        return Subject("custodian", words, self.work, self.environment(stub))

    def prowler(self, stub: Stub) -> Subject:
        """Prowler's checks of DynamoDB; it exits with 3 where one fails."""
        words = [str(environments.prowler() / "prowler"), "aws", "--service", "dynamodb"]
        words += ["-f", PLACE.region, "-M", "csv", "-o", str(self.work / "prowler"), "--no-banner"]
        return Subject("prowler", words, self.work, self.environment(stub), (0, 3))


def calls(bench: Bench) -> Iterator[Figure]:
    """What is asked, by the stub's counts: three calls for each table, plus pages."""
    with serve(Options(tables=1_000)) as stub:
        run_once(bench.scan(stub))
        counts = stub.counts()["calls"]
    of_tables = {name: number for name, number in counts.items() if number >= 500}
    pages = {name: number for name, number in counts.items() if number < 500}
    yield Figure(
        "calls for each of 1,000 tables",
        sum(of_tables.values()) / 1_000,
        3.05,  # a tag that the bulk call shows wrongly is asked for again: 2 % drifted
        f"{', '.join(_short(n) for n in of_tables)}; beside them {sum(pages.values())} calls: "
        + ", ".join(f"{_short(name)} {number}" for name, number in pages.items()),
    )


def cpu_of_a_thousand(bench: Bench) -> Iterator[Figure]:
    """CPU of 1,000 tables with no latency, against the floor and the peers."""
    with serve(Options(tables=1_000)) as stub:
        own = bench.scan(stub)
        counts = _counts(stub, own)
        bare = bench.floor(stub, counts)
        bare_counts = _counts(stub, bare)
        rounds = alternate([own, bare], bench.rounds, stub.pid)
        more = sum(counts.values()) - sum(bare_counts.values())
        yield _ratio(
            "CPU, 1,000 tables, to bare boto3",
            rounds,
            "bare boto3",
            cpu,
            1.15,
            f"{sum(counts.values())} calls, the floor {-more:+d}",
        )
        for recovery, limit, what in (
            (True, 0.9, "cloud-custodian with PITR"),
            (False, 0.9, "cloud-custodian without PITR"),
        ):
            peer = bench.custodian(stub, recovery=recovery)
            asked = sum(_counts(stub, peer).values())
            rounds = alternate([own, peer], bench.rounds, stub.pid, warm=False)
            detail = f"{sum(counts.values())} calls against {asked}"
            yield _ratio(f"CPU, 1,000 tables, to {what}", rounds, "custodian", cpu, limit, detail)
        peer = bench.prowler(stub)
        asked = sum(_counts(stub, peer).values())
        rounds = alternate([own, peer], bench.rounds, stub.pid, warm=False)
        detail = f"{sum(counts.values())} calls against {asked}"
        yield _ratio("CPU, 1,000 tables, to Prowler", rounds, "prowler", cpu, 0.1, detail)


def wall_of_a_thousand(bench: Bench) -> Iterator[Figure]:
    """Time on the clock for 1,000 tables with 20 ms to each answer."""
    with serve(Options(tables=1_000, latency=LATENCY)) as stub:
        own, peer = bench.scan(stub, processes=None), bench.custodian(stub, recovery=True)
        counts = _counts(stub, own)
        rounds = alternate([own, peer], bench.rounds, stub.pid, warm=False)
        what = f"wall, 1,000 tables, {LATENCY * 1000:.0f} ms, to"
        yield _ratio(f"{what} cloud-custodian", rounds, "custodian", wall, 1 / 6, "")
        serial = counts.get("application-autoscaling:DescribeScalingPolicies", 0) * LATENCY
        waiting = sum(counts.values()) * LATENCY / CONCURRENCY
        working = rounds.median("driftcheck", cpu) / (os.cpu_count() or 1)
        least = max(serial, waiting, working)
        took = rounds.median("driftcheck", wall)
        detail = (
            f"{took:.2f} s; waiting {waiting:.2f} s, serial pages {serial:.2f} s, "
            f"CPU over cores {working:.2f} s"
        )
        yield Figure(f"{what} the floor", took / least, 1.35, detail + _calm(rounds))


def scaling(bench: Bench) -> Iterator[Figure]:
    """CPU and wall for each further table, between 100, 1,000 and 10,000."""
    sizes = (100, 1_000, 10_000)
    found: dict[int, Rounds] = {}
    for size in sizes:
        with serve(Options(tables=size)) as stub:
            found[size] = alternate([bench.scan(stub)], bench.rounds, stub.pid)
    for name, of in (("CPU", cpu), ("wall", wall)):
        took = [found[size].median("driftcheck", of) for size in sizes]
        slopes = [
            (took[i + 1] - took[i]) / (sizes[i + 1] - sizes[i]) for i in range(len(sizes) - 1)
        ]
        detail = ", ".join(f"{s:,}: {t:.2f} s" for s, t in zip(sizes, took, strict=True))
        worst = max(found.values(), key=lambda r: r.disturbed)
        yield Figure(
            f"{name} for each table beyond 1,000 to each up to 1,000",
            slopes[1] / slopes[0],
            1.1,
            detail + _calm(worst),
        )
    yield from _two_processes(bench)


def _two_processes(bench: Bench) -> Iterator[Figure]:
    with serve(Options(tables=10_000)) as stub:
        one, two = bench.scan(stub), bench.scan(stub, processes=2, name="two")
        calls = [sum(_counts(stub, subject).values()) for subject in (one, two)]
        rounds = alternate([one, two], bench.rounds, stub.pid, warm=False)
    detail = f"{rounds.median('driftcheck', wall):.2f} s to {rounds.median('two', wall):.2f} s"
    yield Figure(
        "wall, 10,000 tables, two processes to one",
        rounds.ratio("two", "driftcheck", wall),
        1 / 1.6,
        f"{detail}; {calls[0]} calls and {calls[1]}" + _calm(rounds),
    )


def memory_of_many(bench: Bench) -> Iterator[Figure]:
    """Peak memory of a scan in one process, and of both processes of one in two."""
    for processes, what in ((1, "one process"), (2, "two processes")):
        peaks = {}
        for size in (5_000, 20_000):
            with serve(Options(tables=size)) as stub:
                peaks[size] = peak_of_all(bench.scan(stub, processes), stub.pid)
        yield Figure(f"memory, 5,000 tables, {what}, MiB", peaks[5_000], 150, "")
        detail = f"{peaks[20_000]:.0f} MiB to {peaks[5_000]:.0f} MiB"
        ratio = peaks[20_000] / peaks[5_000]
        yield Figure(f"memory, 20,000 tables to 5,000, {what}", ratio, 1.5, detail)


def rate_limits(bench: Bench) -> Iterator[Figure]:
    """DescribeContinuousBackups limited to 10 calls a second, for 300 tables."""
    tables, operation = 300, "dynamodb:DescribeContinuousBackups"
    limits = {operation: Limit(10, 10)}
    took, shares = [], []
    for _ in range(2):
        with serve(Options(tables=tables, limits=limits)) as stub:
            own = bench.scan(stub)
            took.append(run_once(own).wall)
            counts = stub.counts()
        called = sum(counts["calls"].values())
        shares.append(sum(counts.get("throttled", {}).values()) / called)
    least = (tables - limits[operation].burst) / limits[operation].rate
    detail = f"{min(took):.1f} s; the limit allows no less than {least:.1f} s"
    yield Figure("wall under a limit, to the limit's own", min(took) / least, 1.2, detail)
    yield Figure("retries under a limit, share of calls", max(shares), 0.1, f"{called} calls")


def small(bench: Bench) -> Iterator[Figure]:
    """One table: the CPU of the whole process, and how much of it is boto3's."""
    with serve(Options(tables=1)) as stub:
        own = bench.scan(stub)
        bare = bench.floor(stub, _counts(stub, own))
        rounds = alternate([own, bare], bench.rounds, stub.pid)
    boto3 = rounds.median("bare boto3", cpu)
    detail = f"boto3 alone, with the same calls: {boto3:.2f} s" + _calm(rounds)
    yield Figure("CPU, one table, seconds", rounds.median("driftcheck", cpu), 0.9, detail)


ROWS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "calls": calls,
    "cpu": cpu_of_a_thousand,
    "wall": wall_of_a_thousand,
    "scaling": scaling,
    "memory": memory_of_many,
    "limits": rate_limits,
    "small": small,
}


def _counts(stub: Stub, subject: Subject) -> dict[str, int]:
    """What a command asks."""
    stub.reset()
    run_once(subject)
    counts: dict[str, Any] = stub.counts()
    calls: dict[str, int] = counts["calls"]
    return calls


def _ratio(
    what: str,
    rounds: Rounds,
    peer: str,
    of: Callable[[Any], float],
    limit: float,
    detail: str,
) -> Figure:
    own, other = rounds.median("driftcheck", of), rounds.median(peer, of)
    figures = f"{own:.2f} s to {other:.2f} s" + (f"; {detail}" if detail else "")
    return Figure(what, rounds.ratio("driftcheck", peer, of), limit, figures + _calm(rounds))


def _calm(rounds: Rounds) -> str:
    return f" (others took at most {rounds.disturbed:.0%} of the cores)"


def _short(operation: str) -> str:
    return operation.partition(":")[2]


def figures(rows: Sequence[str], rounds: int) -> Iterator[Figure | str]:
    """The figures of the rows, or why there are none."""
    work = Path(tempfile.mkdtemp(prefix="driftcheck-reading-"))
    try:
        bench = Bench(work, rounds)
        for row in rows:
            print(row, file=sys.stderr)
            try:
                yield from ROWS[row](bench)
            except Disturbed as disturbed:
                yield f"| {row} | | | left out | {disturbed} |"
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main(words: Sequence[str] | None = None) -> int:
    """The command line; 0 when every figure reached what it has to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(words)
    unknown = set(given.rows) - set(ROWS)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    return int(measure(given.rows or list(ROWS), given.rounds))


def measure(rows: Sequence[str], rounds: int) -> bool:
    """Print the table of the rows; whether any figure missed what it has to reach."""
    print(HEADER, flush=True)
    missed = False
    for figure in figures(rows, rounds):
        print(figure if isinstance(figure, str) else figure.line(), flush=True)
        missed |= isinstance(figure, str) or figure.value > figure.limit
    return missed


if __name__ == "__main__":
    sys.exit(main())

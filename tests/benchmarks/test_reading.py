"""What is measured is what is said to be measured."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import floor
from benchmarks.measure import Run, Subject
from benchmarks.reading import SPEC, Figure
from benchmarks.rounds import Round, Rounds, alternate, cpu
from benchmarks.stub import Options, Place, access_key, serve
from driftcheck.spec.load import load_spec


def test_the_floor_makes_the_calls_that_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Options(tables=120)) as stub:
        monkeypatch.setenv("AWS_ENDPOINT_URL", stub.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", access_key(Place().account))
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "stub")
        monkeypatch.setenv("AWS_DEFAULT_REGION", Place().region)
        floor.read(["tag:GetResources"], ["dynamodb:DescribeTable"], workers=4, keys=2)
        counts = stub.counts()["calls"]
    assert counts == {
        "dynamodb:DescribeTable": 120,
        "dynamodb:ListTables": 2,
        "kms:DescribeKey": 2,
        "sts:GetCallerIdentity": 1,
        "tag:GetResources": 2,
    }


def test_the_spec_that_is_measured_is_one(tmp_path: Path) -> None:
    file = tmp_path / "invoices.yaml"
    file.write_text(SPEC)
    assert load_spec(file).contracts


def test_a_ratio_is_the_median_of_those_of_neighbours() -> None:
    pairs = [(1.0, 2.0), (3.0, 3.0), (2.0, 10.0)]
    rounds = [Round({"a": Run(a, 0, 0), "b": Run(b, 0, 0)}, 0.0) for a, b in pairs]
    assert Rounds(rounds, 0).ratio("a", "b", cpu) == 0.5


def test_rounds_run_every_command_in_turn() -> None:
    subjects = [Subject(name, [sys.executable, "-c", ""]) for name in ("a", "b")]
    found = alternate(subjects, 1, 0, warm=False)
    assert [sorted(r.runs) for r in found.rounds] == [["a", "b"]]
    assert all(run.cpu > 0 for r in found.rounds for run in r.runs.values())


def test_a_figure_says_whether_it_was_reached() -> None:
    assert "| 0.50 | 1.00 | reached |" in Figure("x", 0.5, 1.0, "").line()
    assert "| 1.50 | 1.00 | missed |" in Figure("x", 1.5, 1.0, "").line()

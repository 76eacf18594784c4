"""How far a scan says it is."""

from __future__ import annotations

import pytest

from driftcheck.cli.scan_progress import ScanProgress
from driftcheck.model.report import ApiCalls


class Clock:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lines_where_it_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    clock, calls = Clock(), {"a": ApiCalls(), "b": ApiCalls()}
    progress = ScanProgress(clock=clock)
    progress.watch(lambda: calls)
    progress.expect(12_000)
    for number in range(6_000):
        clock.now = number / 200
        calls["a"] = ApiCalls(number * 3, number // 100, number // 200)
        progress.table(f"t{number}")
    assert capsys.readouterr().err.splitlines() == [
        "2,001 of 12,000 tables, 602 calls/s, 10 throttled, about 50 s left",
        "4,001 of 12,000 tables, 602 calls/s, 20 throttled, about 40 s left",
    ]


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    progress = ScanProgress(quiet=True, clock=clock)
    progress.expect(2)
    clock.now = 100
    progress.table("t")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("seconds", "text"), [(3_000, "50 min"), (3_599, "1 h 0 min"), (7_500, "2 h 5 min")]
)
def test_long_times(capsys: pytest.CaptureFixture[str], seconds: int, text: str) -> None:
    clock = Clock()
    progress = ScanProgress(clock=clock)
    progress.expect(2)
    clock.now = seconds
    progress.table("t")
    assert capsys.readouterr().err == f"1 of 2 tables, 0 calls/s, about {text} left\n"

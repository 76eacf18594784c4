"""Targets side by side."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftcheck.errors import AwsError
from driftcheck.stages.scanning.lanes import Failed, Finished, Lanes, Opened
from driftcheck.stages.scanning.pools import pool_of


def everything(
    lanes: dict[str, int], concurrency: int, broken: frozenset[str] = frozenset()
) -> list[tuple[str, int]]:
    """Carry out so many tasks of each lane; those of the broken ones fail."""
    done: list[tuple[str, int]] = []

    def work(lane: str, task: int) -> int:
        if lane in broken:
            raise AwsError("refused")
        return task

    with pool_of(concurrency) as pool, pool_of(concurrency) as beside:
        run: Lanes[str, int, int, int] = Lanes(
            pool, beside, concurrency, lambda lane: lanes[lane], work
        )
        for event in run.run(lanes):
            match event:
                case Opened(lane, count):
                    run.add(lane, range(count))
                case Finished(lane, task, outcome):
                    assert task == outcome
                    done.append((lane, task))
                case Failed(lane, error):
                    assert str(error) == "refused"
                    run.drop(lane)
    return done


@given(
    st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(0, 9), max_size=12),
    st.sampled_from([1, 2, 7]),
)
def test_everything_is_done_once(lanes: dict[str, int], concurrency: int) -> None:
    wanted = Counter((lane, task) for lane, count in lanes.items() for task in range(count))
    assert Counter(everything(lanes, concurrency)) == wanted


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_lane_that_fails_stops_nobody_else(concurrency: int) -> None:
    done = everything({"a": 50, "b": 50}, concurrency, frozenset("a"))
    assert sorted(done) == [("b", task) for task in range(50)]


def test_a_lane_that_is_slow_leaves_room_for_the_others() -> None:
    """None of the tasks of one lane ends before all of the other's have."""
    others_done = threading.Event()
    left = set(range(40))

    def work(lane: str, task: int) -> None:
        if lane == "slow":
            assert others_done.wait(60)

    with pool_of(4) as pool, pool_of(2) as beside:
        run: Lanes[str, None, int, None] = Lanes(pool, beside, 4, lambda lane: None, work)
        finished = Counter[str]()
        for event in run.run(["slow", "quick"]):
            match event:
                case Opened(lane, _):
                    run.add(lane, range(40))
                case Finished(lane, task, _):
                    finished[lane] += 1
                    if lane == "quick":
                        left.remove(task)
                    if not left:
                        others_done.set()
                case Failed(_, error):
                    raise error
    assert finished == {"slow": 40, "quick": 40}


def test_what_has_not_begun_when_the_pool_ends_never_begins() -> None:
    begun, release = threading.Event(), threading.Event()
    ran: list[int] = []

    def first() -> None:
        begun.set()
        release.wait(60)
        ran.append(0)

    later: list[Future[None]] = []
    with pool_of(2) as pool:
        blocked = [pool.submit(first), pool.submit(first)]
        assert begun.wait(60)
        later += [pool.submit(ran.append, n) for n in range(1, 20)]
    release.set()
    for future in blocked:
        future.result(60)
    assert ran == [0, 0]
    assert all(future.cancelled() for future in later)


def test_a_defect_is_raised_where_the_result_is_asked_for() -> None:
    with pool_of(2) as pool, pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 // 0).result(60)

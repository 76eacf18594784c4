"""The journal of a scan."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from driftcheck.errors import UsageError
from driftcheck.model.report import ApiCalls, TableResult
from driftcheck.stages.scanning.journal import Journal
from driftcheck.stages.scanning.rows import Row

BEGAN = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
KEY = ("s", "x", "1", "r", "t", None)
ROW = Row(TableResult("t", "1", "r", "s", target="x"), [])


def calls(number: int) -> dict[str, ApiCalls]:
    """So many calls."""
    return {"dynamodb:DescribeTable": ApiCalls(number, 1, 0)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A journal of one table."""
    path = tmp_path / "run.jsonl"
    with Journal.begin(path, BEGAN) as journal:
        journal.write(KEY, "digest", ROW, dict)
        journal.note_calls(calls(5))
    return path


def test_what_was_written_is_found(file: Path) -> None:
    with Journal.resume(file) as journal:
        assert journal.started_at == BEGAN
        assert journal.find(KEY, "digest") == ROW
        assert journal.find(("other", *KEY[1:]), "digest") is None


def test_what_was_held_against_something_else_is_not_found(file: Path) -> None:
    with Journal.resume(file) as journal:
        assert journal.find(KEY, "another digest") is None


def test_the_last_counts_of_every_run_are_added(file: Path) -> None:
    with Journal.resume(file) as journal:
        journal.note_calls(calls(1))
        journal.note_calls(calls(2))
    with Journal.resume(file) as journal:
        assert journal.earlier_calls == {"dynamodb:DescribeTable": ApiCalls(7, 2, 0)}


def test_calls_are_noted_now_and_then(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Journal.begin(path, BEGAN) as journal:
        for number in range(250):
            journal.write((*KEY[:4], str(number), None), "digest", ROW, lambda: calls(3))
    assert path.read_text().count('"api_calls"') == 2


def test_half_a_line_is_cut_off(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"key": ["s", "x", "1", "r", "u"')
    with Journal.resume(file) as journal:
        assert journal.find(KEY, "digest") == ROW
        journal.write((*KEY[:4], "u", None), "digest", ROW, dict)
    lines = file.read_bytes().splitlines()
    assert lines[: whole.count(b"\n")] == whole.splitlines()
    assert all(json.loads(line) for line in lines)
    with Journal.resume(file) as journal:
        assert journal.find((*KEY[:4], "u", None), "digest") == ROW


def test_nothing_is_overwritten(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(UsageError, match=r"is there already\. Go on with it by --resume"):
        Journal.begin(file, BEGAN)
    assert file.read_bytes() == before


def test_nobody_else_can_read_it(file: Path) -> None:
    assert file.stat().st_mode & 0o077 == 0


def test_there_is_no_journal(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be resumed: No such file"):
        Journal.resume(tmp_path / "none")
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        Journal.begin(tmp_path / "none" / "none", BEGAN)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[1]\n",
        b"\xff\n",
        b'{"driftcheck_journal": 2, "started_at": "2026-11-22T03:00:00+00:00"}\n',
        b'{"driftcheck_journal": 1, "started_at": "yesterday"}\n',
        b'{"driftcheck_journal": 1, "started_at": "2026-11-22T03:00:00"}\n',
        b'{"driftcheck_journal": 1}\n',
    ],
)
def test_another_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"no (line of a )?journal of driftcheck scan"):
        Journal.resume(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "line",
    [
        *(b"{}", b"[]", b"1", b'{"key": 1, "of": ""}', b"[" * 100_000),
        b'{"key": [[]], "of": ""}',
        b'{"api_calls": {"dynamodb:DescribeTable": {"calls": "7"}}}',
        b'{"api_calls": {"dynamodb:DescribeTable": {"calls": -7}}}',
        b'{"api_calls": {"dynamodb:DescribeTable": {"calls": 7, "more": 7}}}',
        b'{"api_calls": {"dynamodb:DescribeTable": 7}}',
        b'{"api_calls": 7}',
    ],
)
def test_a_line_that_is_none(file: Path, line: bytes) -> None:
    file.write_bytes(file.read_bytes() + line + b"\n")
    with pytest.raises(UsageError, match=r"run\.jsonl:4: this is no line of a journal"):
        Journal.resume(file)


def test_a_table_that_somebody_edited_is_looked_at_again(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"status":"compliant"', b'"status":"perfect"'))
    with Journal.resume(file) as journal:
        assert journal.find(KEY, "digest") is None

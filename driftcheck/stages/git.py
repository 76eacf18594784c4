"""What git knows of a repository that a stranger may have written.

git reads the configuration of the repository that it works in, which can name programs
for nearly everything. Only commands that read objects are run here, with what could start
a program turned off: hooks, the file system monitor, and above all fetching, which a
partial clone does by itself for an object that it lacks, by a program of its configuration.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from driftcheck.errors import UsageError

#: Longest record of ``git ls-tree`` that is read, in bytes: a path and what is said of it.
_MAX_RECORD = 64 * 1024
_CHUNK = 64 * 1024

_SAFE = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_ENVIRONMENT = {
    # What is not here is not fetched: for releases of git that know the first, and for others.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, link or submodule of a commit; ``size`` is None where git cannot tell it."""

    mode: str
    object: str
    size: int | None
    path: str


def git(where: Path, *arguments: str, missing: bool = False) -> str:
    """What git answers; nothing, where that is allowed, when it answers with exit code 1.

    Raises ``UsageError`` with git's own words where it fails.
    """
    with _process(where, list(arguments), b"") as (process, complaints):
        output = process.stdout.read() if process.stdout is not None else b""
        code = process.wait()
        if code != 0 and not (code == 1 and missing):
            raise _failure(arguments[0], complaints)
    return "" if code else output.decode("utf-8", "surrogateescape")


def entries(top: Path, commit: str) -> Iterator[Entry]:
    """Everything in a commit, as git tells it: a commit can hold more than there is memory for."""
    with _process(top, ["ls-tree", "-r", "-l", "-z", commit], b"") as (process, complaints):
        assert process.stdout is not None
        left = b""
        while chunk := process.stdout.read(_CHUNK):
            *records, left = (left + chunk).split(b"\0")
            if len(left) > _MAX_RECORD:
                raise UsageError(f"{commit[:10]}: a path in this commit is too long.")
            for record in records:
                details, _, name = record.decode("utf-8", "surrogateescape").partition("\t")
                mode, _kind, object_, size = details.split()
                yield Entry(mode, object_, int(size) if size.isdecimal() else None, name)
        if process.wait() != 0:
            raise _failure("ls-tree", complaints)


def blobs(top: Path, names: list[str]) -> Iterator[bytes]:
    """The contents of blobs, in this order. Raises ``UsageError`` for one that is not here."""
    given = "".join(f"{name}\n" for name in names).encode()
    with _process(top, ["cat-file", "--batch"], given) as (process, complaints):
        assert process.stdout is not None
        for name in names:
            said = process.stdout.readline(_MAX_RECORD).split()
            if len(said) != 3 or said[1] != b"blob":
                raise UsageError(
                    f"git: {name[:10]} is no file that is here. Fetch the whole history, without "
                    "a filter: driftcheck fetches nothing."
                )
            content = process.stdout.read(int(said[2]))
            process.stdout.read(1)  # the newline after it
            yield content
        if process.wait() != 0:
            raise _failure("cat-file", complaints)


@contextmanager
def _process(
    where: Path, arguments: list[str], given: bytes
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A git that runs, and what it says on standard error; it is ended when the context is."""
    with TemporaryFile() as given_file, TemporaryFile() as complaints:
        given_file.write(given)
        given_file.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - the arguments are ours, refs are verified
                ["git", "-C", str(where), *_SAFE, *arguments],  # noqa: S607 - the user's own git
                stdin=given_file,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env={**os.environ, **_ENVIRONMENT},
            )
        except FileNotFoundError:
            raise UsageError(
                "git is needed to compare with another commit, and is not here."
            ) from None
        except OSError as error:
            raise UsageError(f"git cannot be started: {error.strerror}.") from None
        with process:
            try:
                yield process, complaints
            finally:
                process.kill()


def _failure(command: str, complaints: IO[bytes]) -> UsageError:
    complaints.seek(0)
    said = complaints.read(_MAX_RECORD).decode("utf-8", "replace").strip().splitlines()
    return UsageError(f"git {command}: {said[-1] if said else 'failed'}")

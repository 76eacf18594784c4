"""Which files are policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from driftcheck.errors import UsageError
from driftcheck.paths import is_file, shown

_SUFFIXES = (".yaml", ".yml", ".json")


def policy_files(directories: Sequence[Path]) -> Iterator[Path]:
    """The files that policies are read from. Raises ``UsageError``."""
    for directory in directories:
        if not directory.exists():
            raise UsageError(f"{shown(directory)}: there is no such directory of policies.")
        if directory.is_file():
            yield directory
            continue
        for path in sorted(directory.rglob("*")):
            if path.suffix not in _SUFFIXES or path.name.endswith(".schema.json"):
                continue
            if not is_file(path):
                raise UsageError(f"{shown(path)}: is no regular file, as a policy is.")
            yield path

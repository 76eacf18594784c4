"""Which program this is: what it finds out must not outlive it."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import driftcheck


@cache
def program() -> bytes:
    """A digest that changes with driftcheck, with Python and with the packages installed.

    A file counts as changed when its size or its time of modification is another, which is
    how Python itself tells whether to compile it again.
    """
    digest = hashlib.blake2b(sys.version.encode(), digest_size=32)
    for line in sorted(_files(str(Path(driftcheck.__file__).parent))):
        digest.update(line.encode(errors="surrogateescape"))
    for name in sorted(_packages()):
        digest.update(name.encode(errors="surrogateescape"))
    return digest.digest()


def _files(directory: str) -> Iterator[str]:
    for entry in os.scandir(directory):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(entry.path)
        else:
            status = entry.stat()
            yield f"{entry.path}\0{status.st_size}\0{status.st_mtime_ns}\n"


def _packages() -> Iterator[str]:
    """The packages at hand; the names of their directories hold their versions."""
    for directory in sys.path:
        try:
            names = os.listdir(directory or ".")  # noqa: PTH208 - names are all that is wanted
        except OSError:
            continue
        yield from (f"{directory}\0{name}\n" for name in names if name.endswith("-info"))

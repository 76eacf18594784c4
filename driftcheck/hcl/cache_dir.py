"""The user's cache directory: small files that are safe to share and to lose.

``DRIFTCHECK_CACHE_DIR`` names another directory, ``DRIFTCHECK_NO_CACHE=1`` turns the
cache off. Without them it is ``driftcheck`` below ``XDG_CACHE_HOME`` or the platform's
place for caches. Every failure to read or write means "not cached", never an error.

What is read from here decides verdicts, so a directory that belongs to somebody else,
or that everybody may write to, is not used at all.
"""

# Paths are strings here: there can be thousands, and pathlib would take half of the time.
# ruff: noqa: PTH103, PTH105, PTH108, PTH118, PTH120, PTH123

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

#: Past this many bytes the files that were not used for longest are removed.
MAX_SIZE = 200_000_000
_KEPT_SIZE = MAX_SIZE // 2

_DIGEST = 32
_DAY = 24 * 60 * 60
_BINARY = getattr(os, "O_BINARY", 0)

_numbers = itertools.count()
#: directories that this process has looked through
_swept: set[Path] = set()


def directory() -> Path | None:
    """Where cached files go; None when caching is off or no home directory is known."""
    if os.environ.get("DRIFTCHECK_NO_CACHE", "") not in ("", "0"):
        return None
    named = os.environ.get("DRIFTCHECK_CACHE_DIR")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    if base and Path(base).is_absolute():
        return Path(base, "driftcheck")
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local, "driftcheck", "Cache") if local else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "driftcheck"
    return home / ".cache" / "driftcheck"


def read(name: str) -> bytes | None:
    """The content of a cached file; None if it is absent, unreadable or damaged.

    Each file starts with a digest of the rest, so a truncated one is as good as absent.
    """
    folder = directory()
    if folder is None or not _is_ours(folder):
        return None
    try:
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
            if time.time() - os.fstat(file.fileno()).st_mtime > _DAY:
                os.utime(file.fileno())  # it was used: `_sweep` spares it for longer
    except OSError:
        return None
    digest, content = data[:_DIGEST], data[_DIGEST:]
    return content if digest == _digest(content) else None


def write(name: str, content: bytes) -> None:
    """Keep ``content`` under ``name``, atomically; does nothing where that cannot be done."""
    folder = directory()
    if folder is None:
        return
    target = os.path.join(folder, name)
    temporary = f"{target}.{os.getpid()}.{next(_numbers)}.new"
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _is_ours(folder):
            return
        try:
            _create(temporary, content)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(target), exist_ok=True, mode=0o700)
            _create(temporary, content)
        os.replace(temporary, target)
        _sweep(folder)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _create(path: str, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    with open(handle, "wb") as file:
        file.write(_digest(content) + content)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST).digest()


def _is_ours(folder: Path) -> bool:
    """Whether only the user (or root) can have put files there."""
    if sys.platform == "win32":
        return True  # the profile of a user is closed to others
    try:
        status = folder.stat()
    except OSError:
        return False
    return status.st_uid in (os.getuid(), 0) and not status.st_mode & stat.S_IWOTH


def _sweep(folder: Path) -> None:
    """Once a day, make room: remove the files that were not used for longest."""
    if folder in _swept:
        return
    _swept.add(folder)
    mark = folder / ".swept"
    with contextlib.suppress(OSError):
        if time.time() - mark.stat().st_mtime < _DAY:
            return
    mark.touch()
    files = sorted(_files(folder), key=lambda found: found[0], reverse=True)
    if sum(size for _, size, _ in files) <= MAX_SIZE:
        return
    kept = 0
    for _, size, path in files:
        kept += size
        if kept > _KEPT_SIZE:
            with contextlib.suppress(OSError):
                os.unlink(path)


def _files(folder: Path) -> Iterator[tuple[float, int, str]]:
    """When each file was last used, its size and its path."""
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with contextlib.suppress(OSError):
                status = os.lstat(path)
                yield status.st_mtime, status.st_size, path

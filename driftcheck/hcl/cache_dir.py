"""The user's cache directory: small files that are safe to share and to lose.

``DRIFTCHECK_CACHE_DIR`` names another directory, ``DRIFTCHECK_NO_CACHE=1`` turns the
cache off. Without them it is ``driftcheck`` below ``XDG_CACHE_HOME`` or the platform's
place for caches. Every failure to read or write means "not cached", never an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from pathlib import Path

_DIGEST = 32


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
        return Path(home, "Library", "Caches", "driftcheck")
    return Path(home, ".cache", "driftcheck")


def read(name: str) -> bytes | None:
    """The content of a cached file; None if it is absent, unreadable or damaged.

    Each file starts with a digest of the rest, so a truncated one is as good as absent.
    """
    folder = directory()
    if folder is None:
        return None
    try:
        data = (folder / name).read_bytes()
    except OSError:
        return None
    digest, content = data[:_DIGEST], data[_DIGEST:]
    return content if digest == _digest(content) else None


def write(name: str, content: bytes) -> None:
    """Keep ``content`` under ``name``, atomically; does nothing where that cannot be done."""
    folder = directory()
    if folder is None:
        return
    target = folder / name
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name_of_temporary = tempfile.mkstemp(prefix=".new-", dir=target.parent)
        temporary = Path(name_of_temporary)
        with os.fdopen(handle, "wb") as file:
            file.write(_digest(content) + content)
        temporary.replace(target)
    except OSError:
        if temporary:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST).digest()

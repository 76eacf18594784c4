"""Reading files for ``file()`` and its kin, and only those of the repository.

The code under review may be a stranger's: whatever a path says, and wherever symbolic
links lead, nothing outside of the root is opened, and nothing that is not a regular
file (a named pipe would keep us waiting for ever).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl import globbing
from driftcheck.model.location import Location

#: The largest file that is read, in bytes.
MAX_FILE_SIZE = 10_000_000
#: How many directory entries one ``fileset`` may look at.
MAX_ENTRIES = 100_000
_MAX_PATH = 4096

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISCHR, "a device node"),
    (stat.S_ISBLK, "a device node"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a unix domain socket"),
)


class RepositoryFiles:
    """The files below ``root``; relative paths start at ``working_dir``.

    ``working_dir`` stands for the directory that Terraform would be started in. ``used``
    tells whether anybody has asked what there is.
    """

    def __init__(self, root: Path, working_dir: Path) -> None:
        self._root = os.path.realpath(root)
        self._working_dir = Path(os.path.realpath(working_dir))
        self.used = False

    def read(self, path: str, location: Location | None) -> bytes:
        """The bytes of a file.

        Raises ``HclError`` for a missing file and for what is not a regular file, and
        ``HclLimitError`` for a file outside of the root or larger than ``MAX_FILE_SIZE``.
        """
        self.used = True
        real = self._inside(path, location)
        try:
            # Opening a named pipe or a device must not block.
            handle = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            raise _missing(path, location) from None
        except OSError as problem:
            raise _unreadable(path, problem, location) from None
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            os.close(handle)
            raise HclError(
                f'Cannot read "{path}": it is {_kind(mode)}.',
                location,
                "Only regular files can be read.",
            )
        with os.fdopen(handle, "rb") as file:
            content = file.read(MAX_FILE_SIZE + 1)
        if len(content) > MAX_FILE_SIZE:
            raise HclLimitError(
                f'The file "{path}" is too large.',
                location,
                f"driftcheck reads at most {MAX_FILE_SIZE // 1_000_000} MB of one file.",
            )
        return content

    def exists(self, path: str, location: Location | None) -> bool:
        """Whether a regular file is there.

        Raises ``HclError`` for a directory and the like, as Terraform does, and
        ``HclLimitError`` outside of the root.
        """
        self.used = True
        real = self._inside(path, location)
        try:
            mode = Path(real).stat().st_mode
        except FileNotFoundError:
            return False
        except OSError as problem:
            raise _unreadable(path, problem, location) from None
        if stat.S_ISREG(mode):
            return True
        raise HclError(f'"{path}" is {_kind(mode)}, not a file.', location)

    def glob(self, directory: str, pattern: str, location: Location | None) -> list[str]:
        """The regular files that match, as paths relative to ``directory``.

        Both are one pattern for Terraform, so that ``*`` in ``directory`` has a meaning
        as well. Raises ``HclError`` for a malformed pattern, ``HclLimitError`` where it
        leads outside of the root or goes through too many files.
        """
        self.used = True
        base = _clean(directory or ".", directory, location)
        joined = _clean(f"{base}/{pattern}", pattern, location)
        try:
            matches = globbing.glob(joined, _Tree(self, self._working_dir, location))
        except globbing.BadPattern:
            raise HclError(f'The pattern "{pattern}" is malformed.', location) from None
        found = []
        start = self._working_dir / base
        for match in matches:
            path = self._working_dir / match
            relative = os.path.relpath(path, start)
            try:
                mode = path.stat().st_mode
            except OSError as problem:
                raise _unreadable(relative, problem, location) from None
            if stat.S_ISREG(mode):
                self._inside(match, location)
                found.append(_decoded(relative, location))
        return found

    def absolute(self, path: str) -> str:
        """``abspath(path)``: cleaned, and starting at the working directory."""
        return os.path.normpath(self._working_dir / path)

    def _inside(self, path: str, location: Location | None) -> str:
        """The real path of a file, once it is sure to lie below the root."""
        if path.startswith("~"):
            raise HclLimitError(
                f'The path "{path}" is in a home directory.',
                location,
                "driftcheck reads files of the repository only.",
            )
        relative = not path.startswith("/")
        joined = _clean(f"{self._working_dir}/{path}" if relative else path, path, location)
        try:
            real = os.path.realpath(joined)
        except OSError as problem:
            raise _unreadable(path, problem, location) from None
        if not self.contains(real):
            raise HclLimitError(
                f'The path "{path}" leads outside of {self._root}.',
                location,
                "driftcheck reads files of the repository only.",
            )
        return real

    def contains(self, real: str) -> bool:
        """Whether a path without symbolic links lies below the root, or is the root."""
        return real == self._root or real.startswith(self._root.rstrip("/") + "/")


class _Tree:
    """What ``globbing`` may see of the file system."""

    def __init__(
        self, files: RepositoryFiles, working_dir: Path, location: Location | None
    ) -> None:
        self._files = files
        self._working_dir = working_dir
        self._location = location
        self._left = MAX_ENTRIES

    def exists(self, path: str, *, follow: bool = False) -> bool:
        """Whether something is there, be it (without ``follow``) a link to nowhere."""
        joined = self._working_dir / path
        return joined.exists() if follow else os.path.lexists(joined)

    def is_directory(self, path: str) -> bool:
        """Whether a path is, or links to, a directory; refused outside of the root."""
        joined = self._working_dir / path
        if not joined.is_dir():
            return False
        if not self._files.contains(os.path.realpath(joined)):
            raise HclLimitError(
                f'This pattern leads to "{path}", outside of the repository.',
                self._location,
                "driftcheck looks at files of the repository only.",
            )
        return True

    def names(self, path: str) -> list[str]:
        """The names in a directory; none where it cannot be listed."""
        try:
            names = [entry.name for entry in (self._working_dir / path).iterdir()]
        except OSError:
            return []
        self._left -= len(names) + 1
        if self._left < 0:
            raise HclLimitError(
                "This pattern goes through too many files.",
                self._location,
                f"driftcheck looks at most at {MAX_ENTRIES} directory entries.",
            )
        return names


def _clean(joined: str, shown: str, location: Location | None) -> str:
    """The path without ``.`` and ``..``, as Go cleans it: by text, before any link."""
    if "\0" in joined or len(joined) > _MAX_PATH:
        raise HclError(f'"{shown[:100]}" cannot be a path.', location)
    return os.path.normpath(joined).replace("//", "/", 1)


def _decoded(path: str, location: Location | None) -> str:
    """A path from the file system, which may not be UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        raise HclLimitError(
            f"The name of the file {path!r} is not UTF-8.",
            location,
            "A string of Terraform cannot hold it.",
        ) from None
    return path


def _kind(mode: int) -> str:
    return next((name for test, name in _KINDS if test(mode)), "not a regular file")


def _missing(path: str, location: Location | None) -> HclError:
    return HclError(
        f'No file exists at "{path}".',
        location,
        "Only files that are part of the configuration can be read; one that a resource makes "
        "must be read through an attribute of that resource.",
    )


def _unreadable(path: str, problem: OSError, location: Location | None) -> HclError:
    return HclError(f'Cannot read "{path}": {problem.strerror}.', location)

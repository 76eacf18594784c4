"""File paths: how they are shown, and the repository that no path may lead out of."""

from __future__ import annotations

import os
from pathlib import Path

from driftcheck.errors import UsageError


def real(path: Path) -> Path:
    """The absolute path with every symbolic link followed, for paths that others have written.

    Unlike ``Path.resolve`` it ends at a link that leads to itself. Raises ``ValueError``
    for text that can name no file at all: it holds a NUL or half of a surrogate pair.
    """
    return Path(os.path.realpath(path))


def shown(path: Path) -> str:
    """The path as messages and reports give it: relative to the working directory if below it."""
    working = Path.cwd()
    absolute = Path(os.path.normpath(working / path))
    try:
        return absolute.relative_to(working).as_posix()
    except ValueError:
        return absolute.as_posix()


def repository_root(path: Path) -> Path:
    """The directory that files named in ``path`` (a file or directory) must lie in.

    The nearest directory upwards that holds ``.git``; where there is none, the
    working directory if the path lies below it, else the directory above the
    file's own (``specs/x.yaml`` may then name ``../modules/x``).
    """
    resolved = real(path)
    directory = resolved if resolved.is_dir() else resolved.parent
    for candidate in (directory, *directory.parents):
        if (candidate / ".git").exists():
            return candidate
    working = Path.cwd().resolve()
    if directory.is_relative_to(working):
        return working
    return directory if resolved.is_dir() else directory.parent


def is_inside(path: Path, root: Path) -> bool:
    """Whether the path, symbolic links followed, lies in ``root``; never what names no file."""
    try:
        return real(path).is_relative_to(real(root))
    except ValueError:
        return False


def is_file(path: Path) -> bool:
    """Whether there is a regular file; false as well for a name that no file can have."""
    return os.path.isfile(path)  # noqa: PTH113 - pathlib raises where a name is too long


def is_directory(path: Path) -> bool:
    """Whether there is a directory; false as well for a name that no file can have."""
    return os.path.isdir(path)  # noqa: PTH112 - pathlib raises where a name is too long


def leads_out(path: Path) -> bool:
    """Whether a symbolic link in a repository leads the path out of that repository.

    Who wrote the repository may have made the link; what lies outside is none of theirs.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - links are not to be followed yet
    top = next((p for p in absolute.parents if (p / ".git").exists()), None)
    return top is not None and not is_inside(absolute, top)


def content_of(path: Path, most: int) -> bytes:
    """The bytes of a file that others may have written.

    Raises ``UsageError`` where there is none, where it cannot be read or holds more than
    ``most`` bytes, and where a link of the repository leads out of it.
    """
    name = shown(path)
    if leads_out(path):
        raise UsageError(f"{name}: leads out of the repository; nothing outside is read.")
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except FileNotFoundError:
        raise UsageError(f"{name}: there is no such file.") from None
    except IsADirectoryError:
        raise UsageError(f"{name}: is a directory, not a file.") from None
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}.") from None
    if len(data) > most:
        kib = most // 1024
        size = f"{kib // 1024} MiB" if kib > 1024 else f"{kib} KiB"
        raise UsageError(f"{name}: is larger than {size}.")
    return data

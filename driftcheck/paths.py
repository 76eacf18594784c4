"""File paths: how they are shown, and the repository that no path may lead out of."""

from __future__ import annotations

import os
from pathlib import Path


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

"""The code as it was at another commit, read from git without touching the work tree.

Blobs are read with ``git cat-file``: no checkout, no filters, no hooks. Nothing of
the repository is executed.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from driftcheck.errors import UsageError
from driftcheck.paths import shown

#: Bounds on what is read of a commit.
MAX_FILES = 200_000
MAX_BYTES = 512 * 1024 * 1024
MAX_BLOB = 10 * 1024 * 1024

_FILE_MODES = ("100644", "100755")
_LINK_MODE = "120000"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a commit in a directory that is gone when the context ends.

    ``root`` stands for the top of the repository at ``repository``.
    """

    root: Path
    repository: Path
    commit: str

    def path(self, path: Path) -> Path:
        """Where a path of the repository lies in the snapshot."""
        return self.root / path.resolve().relative_to(self.repository)

    def inside(self, path: Path) -> Path:
        """A path of the snapshot, as seen from the top of the repository."""
        return path.resolve().relative_to(self.root.resolve())

    def display(self, path: Path) -> str:
        """A path of the snapshot as messages give it: that of the repository, at the commit."""
        return f"{self.commit[:10]}:{self.inside(path).as_posix()}"


class MergeBases:
    """The repositories that paths lie in, as they were where HEAD and ``ref`` parted.

    A context: each repository is read once, and its files are gone at the end.
    """

    def __init__(self, ref: str) -> None:
        self._ref = ref
        self._stack = ExitStack()
        self._known: dict[Path, Snapshot] = {}
        self._tops: dict[Path, Path] = {}

    def __enter__(self) -> MergeBases:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._stack.close()

    def around(self, path: Path) -> Snapshot:
        """The repository around a path, which need not be there any more.

        Raises ``UsageError`` where there is no repository, no such ref, no common
        ancestor (a shallow clone often has none), or too much to read.
        """
        here = next(p for p in (path, *path.absolute().parents) if p.is_dir()).resolve()
        if here not in self._tops:
            self._tops[here] = _top(here)
        top = self._tops[here]
        if top not in self._known:
            self._known[top] = self._stack.enter_context(snapshot(top, self._base(top)))
        return self._known[top]

    def _base(self, top: Path) -> str:
        commit = _commit(top, self._ref)
        base = _git(top, "merge-base", "HEAD", commit, missing=True).strip()
        if not base:
            raise UsageError(
                f"--base {self._ref}: it has no common ancestor with HEAD. In a shallow clone, "
                "fetch the whole history first (fetch-depth: 0)."
            )
        return base


@contextmanager
def at_commit(path: Path, ref: str) -> Iterator[Snapshot]:
    """The repository around ``path`` as it was at ``ref`` itself."""
    top = _top(path if path.is_dir() else path.parent)
    with snapshot(top, _commit(top, ref)) as found:
        yield found


@contextmanager
def snapshot(top: Path, commit: str) -> Iterator[Snapshot]:
    """The files of a commit of the repository at ``top``."""
    with TemporaryDirectory(prefix="driftcheck-") as directory:
        root = Path(directory).resolve()
        _write_files(top, commit, root)
        yield Snapshot(root, top, commit)


def _top(here: Path) -> Path:
    return Path(_git(here, "rev-parse", "--show-toplevel").strip()).resolve()


def _commit(top: Path, ref: str) -> str:
    if ref.startswith("-"):
        raise UsageError(f"{ref}: this is no name of a commit.")
    found = _git(top, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", missing=True).strip()
    if not found:
        raise UsageError(f"{ref}: there is no such commit in {shown(top)}. Fetch it first.")
    return found


def _write_files(top: Path, commit: str, root: Path) -> None:
    entries = [e for e in _git(top, "ls-tree", "-r", "-l", "-z", commit).split("\0") if e]
    wanted: list[tuple[str, str, PurePosixPath]] = []
    total = 0
    for entry in entries:
        details, _, name = entry.partition("\t")
        mode, _kind, blob, size = details.split()
        if mode not in (*_FILE_MODES, _LINK_MODE) or int(size) > MAX_BLOB:
            continue
        total += int(size)
        wanted.append((mode, blob, PurePosixPath(name)))
    if len(wanted) > MAX_FILES or total > MAX_BYTES:
        raise UsageError(f"{commit[:10]}: the commit is too large to be read.")
    contents = _blobs(top, [blob for _, blob, _ in wanted])
    # Links last: no file is ever written through one.
    for mode, blob, path in sorted(wanted, key=lambda w: w[0] == _LINK_MODE):
        target = root / path
        if ".." in path.parts or path.is_absolute():
            raise UsageError(f"{commit[:10]}: the path {path} leads out of the repository.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if mode == _LINK_MODE:
                # Whoever follows it resolves it first and stays within the root.
                target.symlink_to(contents[blob].decode("utf-8", "surrogateescape"))
            else:
                target.write_bytes(contents[blob])
        except OSError as error:
            raise UsageError(f"{commit[:10]}:{path}: cannot be read: {error.strerror}.") from None


def _blobs(top: Path, names: list[str]) -> dict[str, bytes]:
    output = _run(top, ["cat-file", "--batch"], "\n".join(names).encode() + b"\n")
    contents: dict[str, bytes] = {}
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        name, _kind, size = output[at:end].decode().split()
        contents[name] = output[end + 1 : end + 1 + int(size)]
        at = end + 1 + int(size) + 1
    return contents


def _git(where: Path, *arguments: str, missing: bool = False) -> str:
    return _run(where, list(arguments), missing=missing).decode("utf-8", "surrogateescape")


def _run(
    where: Path, arguments: list[str], content: bytes = b"", *, missing: bool = False
) -> bytes:
    """What git answers; nothing, where that is allowed, when it answers with exit code 1."""
    # A hostile repository may not make git run programs of its choice.
    safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are ours, refs are verified
            ["git", "-C", str(where), *safe, *arguments],  # noqa: S607 - the user's own git
            input=content,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("git is needed to compare with another commit, and is not here.") from None
    if done.returncode == 1 and missing:
        return b""
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(f"git {arguments[0]}: {said[-1] if said else 'failed'}")
    return done.stdout

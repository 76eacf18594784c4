"""The code as it was at another commit, read from git without touching the work tree.

Blobs are read with ``git cat-file``: no checkout, no filters, no hooks. Nothing of
the repository is executed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from driftcheck.errors import UsageError
from driftcheck.paths import real
from driftcheck.stages.git import Entry, blobs, entries, git

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
        root, found = real(self.root), real(path)
        # A link that leads out is called by its own name.
        return (found if found.is_relative_to(root) else root / path.name).relative_to(root)

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
        base = git(top, "merge-base", "HEAD", commit, missing=True).strip()
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
    return Path(git(here, "rev-parse", "--show-toplevel").strip()).resolve()


def _commit(top: Path, ref: str) -> str:
    if ref.startswith("-"):
        raise UsageError(f"{ref}: this is no name of a commit.")
    found = git(top, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", missing=True).strip()
    if not found:
        raise UsageError(f"{ref}: there is no such commit in this repository. Fetch it first.")
    return found


def _write_files(top: Path, commit: str, root: Path) -> None:
    wanted = list(_wanted(top, commit))
    # Links last: no file is ever written through one.
    wanted.sort(key=lambda entry: entry.mode == _LINK_MODE)
    contents = blobs(top, [entry.object for entry in wanted])
    for entry, content in zip(wanted, contents, strict=True):
        target = root / entry.path
        link = content.decode("utf-8", "surrogateescape") if entry.mode == _LINK_MODE else None
        if link is not None and "\0" in link:
            raise UsageError(f"{commit[:10]}:{entry.path}: this link leads to no path.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if link is not None:
                # Whoever follows it resolves it first and stays within the root.
                target.symlink_to(link)
            else:
                target.write_bytes(content)
        except OSError as error:
            problem = f"cannot be read: {error.strerror}."
            raise UsageError(f"{commit[:10]}:{entry.path}: {problem}") from None


def _wanted(top: Path, commit: str) -> Iterator[Entry]:
    """The files and links of a commit, refused where they are too many or lead out of it."""
    total = 0
    for count, entry in enumerate(entries(top, commit), 1):
        path = PurePosixPath(entry.path)
        if ".." in path.parts or path.is_absolute():
            raise UsageError(f"{commit[:10]}: the path {path} leads out of the repository.")
        if entry.mode in (*_FILE_MODES, _LINK_MODE) and (entry.size or 0) <= MAX_BLOB:
            total += entry.size or 0
            yield entry
        if count > MAX_FILES or total > MAX_BYTES:
            raise UsageError(f"{commit[:10]}: the commit is too large to be read.")

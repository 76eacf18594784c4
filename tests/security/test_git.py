"""Hostile git repositories: what their configuration names is never run, nothing is fetched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from driftcheck.errors import UsageError
from driftcheck.stages import base
from tests.security.conftest import EVIL, PWNED, TABLE, Attack

IDENTITY = {
    f"GIT_{role}_{what}": f"{what}@example.org"
    for role in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


class Repository:
    """A repository with one commit."""

    def __init__(self, attack: Attack) -> None:
        self.attack = attack
        self.root = attack.root
        (self.root / ".git").rmdir()
        self("init", "--quiet", "--initial-branch=main")
        attack.write({"m/main.tf": TABLE})
        self("add", ".")
        self("commit", "--quiet", "--message=1")

    def __call__(self, *arguments: str, given: bytes = b"") -> str:
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments],
            env={**os.environ, **IDENTITY, "GIT_CONFIG_GLOBAL": os.devnull},
            input=given,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def program(self) -> str:
        """A program that leaves a mark."""
        path = self.root / ".git" / "evil.sh"
        path.write_text(f"#!/bin/sh\ntouch '{self.root / PWNED}'\n")
        path.chmod(0o755)
        return str(path)

    def lose(self, name: str) -> None:
        """Remove an object, as a clone with a filter never had it."""
        id_ = self("rev-parse", name)
        (self.root / ".git" / "objects" / id_[:2] / id_[2:]).unlink()

    def commit(self, entries: list[tuple[str, str, str]]) -> None:
        """A commit whose tree git itself would not make."""
        raw = b"".join(
            f"{mode} {name}".encode("utf-8", "surrogateescape") + b"\0" + bytes.fromhex(id_)
            for mode, name, id_ in sorted(entries, key=lambda e: e[1])
        )
        tree = self("hash-object", "-t", "tree", "-w", "--stdin", "--literally", given=raw)
        self("update-ref", "refs/heads/main", self("commit-tree", tree, "-m", "x"))

    def blob(self, content: bytes) -> str:
        return self("hash-object", "-w", "--stdin", given=content)

    def check(self, ref: str = "HEAD") -> int:
        # git keeps what it is given, and a snapshot, in temporary files.
        temporary = os.path.realpath(os.environ.get("TMPDIR", "/tmp"))
        return self.attack("check", "m", f"--base={ref}", readable=(temporary,)).code


@pytest.fixture
def repository(attack: Attack) -> Repository:
    return Repository(attack)


def test_refs(repository: Repository) -> None:
    assert repository.check() == 1
    for ref in (
        *(f"--upload-pack=touch {PWNED}", "-h", "", "HEAD^{/x}", "@{u}", "a..b", "HEAD:m"),
        *("HEAD^{tree}", EVIL, "x" * 100_000, "HEAD~1", "\udcff"),
    ):
        assert repository.check(ref) == 2, ref[:50]


def test_configuration_hooks_and_filters(repository: Repository) -> None:
    program = repository.program()
    for key in (
        *("core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass"),
        *("gpg.program", "credential.helper", "diff.external", "core.gitProxy", "pager.ls-tree"),
        *("pager.cat-file", "core.alternateRefsCommand", "uploadpack.packObjectsHook"),
        *("filter.x.smudge", "filter.x.clean", "filter.x.process", "diff.x.textconv"),
    ):
        repository("config", key, program)
    for alias in ("cat-file", "ls-tree", "rev-parse", "merge-base"):
        repository("config", f"alias.{alias}", f"!{program}")
    hooks = ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman")
    for name in hooks:
        hook = repository.root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(Path(program).read_text())
        hook.chmod(0o755)
    repository.attack.write({".gitattributes": "* filter=x diff=x\n"})
    assert repository.check() == 1


@pytest.mark.parametrize("url", ["", "ext::PROGRAM", "ssh://x/y"])
def test_nothing_is_fetched(repository: Repository, url: str) -> None:
    """A partial clone fetches what it lacks, by programs that its configuration names."""
    program = repository.program()
    for key, value in (
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", url.replace("PROGRAM", program) or str(repository.root)),
        ("remote.origin.uploadpack", program),
        ("core.sshCommand", program),
        ("protocol.allow", "always"),
        ("protocol.ext.allow", "always"),
    ):
        repository("config", key, value)
    repository.lose("HEAD:m/main.tf")
    assert repository.check() == 2


def test_objects_that_are_not_here(repository: Repository) -> None:
    repository.lose("HEAD:m/main.tf")
    assert repository.check() == 2
    repository.lose("HEAD^{tree}")
    assert repository.check() == 2


Entries = Callable[[Repository], list[tuple[str, str, str]]]
TREES: dict[str, tuple[Entries, int]] = {
    "a link outside": (lambda r: [("120000", "l", r.blob(b"/etc"))], 1),
    "a submodule": (lambda r: [("160000", "s", "1" * 40)], 1),
    "a name": (lambda r: [("100644", EVIL.replace("/", ""), r.blob(b"x"))], 1),
    "no UTF-8": (lambda r: [("100644", "\udcff.tf", r.blob(b"x"))], 1),
    "a .git": (lambda r: [("100644", ".git", r.blob(b"gitdir: /etc"))], 1),
    "a link to NUL": (lambda r: [("120000", "l", r.blob(b"a\0b"))], 2),
    "a long link": (lambda r: [("120000", "l", r.blob(b"a" * 100_000))], 2),
    "up": (lambda r: [("100644", "..", r.blob(b"x"))], 2),
    "far up": (lambda r: [("100644", f"../../{PWNED}", r.blob(b"x"))], 2),
    "from the root": (lambda r: [("100644", f"/{PWNED}", r.blob(b"x"))], 2),
    "a long name": (lambda r: [("100644", "a" * 1000, r.blob(b"x"))], 2),
    "through a link": (
        lambda r: [("120000", "a", r.blob(b"/tmp")), ("40000", "a", r("rev-parse", "HEAD:m"))],
        2,
    ),
    "a link and a file": (
        lambda r: [("120000", "a", r.blob(b"/tmp/pwned")), ("100644", "a", r.blob(b"x"))],
        2,
    ),
    "a directory as a file": (lambda r: [("100644", "x", r("rev-parse", "HEAD:m"))], 2),
    "a file as a directory": (lambda r: [("40000", "x", r.blob(b"x"))], 2),
}


@pytest.mark.parametrize("name", TREES)
def test_trees(repository: Repository, name: str) -> None:
    entries, code = TREES[name]
    module = ("40000", "m", repository("rev-parse", "HEAD:m"))
    repository.commit([module, *entries(repository)])
    assert repository.check() == code


def test_a_link_in_the_module_as_it_was(repository: Repository) -> None:
    blob = repository("rev-parse", "HEAD:m/main.tf")
    before = repository.blob(b"../../outside/secret.tf")
    tree = b"".join(
        f"{mode} {name}".encode() + b"\0" + bytes.fromhex(id_)
        for mode, name, id_ in (("100644", "main.tf", blob), ("120000", "o.tf", before))
    )
    module = repository("hash-object", "-t", "tree", "-w", "--stdin", given=tree)
    repository.commit([("40000", "m", module)])
    assert repository.check() in (1, 2)


def test_a_commit_without_end(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six directories of ten names each, and a million files: counting ends early."""
    monkeypatch.setattr(base, "MAX_FILES", 1000)
    id_ = repository.blob(b"x")
    for depth in range(6):
        raw = b"".join(
            f"{'40000' if depth else '100644'} f{n}".encode() + b"\0" + bytes.fromhex(id_)
            for n in range(10)
        )
        id_ = repository("hash-object", "-t", "tree", "-w", "--stdin", given=raw)
    repository.commit([("40000", "x", id_)])
    commit = repository("rev-parse", "HEAD")
    with pytest.raises(UsageError, match="too large"), base.snapshot(repository.root, commit):
        pass

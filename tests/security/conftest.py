"""Runs driftcheck on what an attacker wrote, and holds every run to the same promises."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")

#: Stands in files outside of the repository, and in sensitive values.
CANARY = "CANARY-7f3a"
#: Made by whatever manages to run a program.
PWNED = "pwned"
#: A name that means something to a terminal, to CI services, to HTML and to Markdown.
EVIL = "\x1b[31m\n::error::x##[group]##vso[x]<script>alert(1)</script>&\"'\u202e\ufffe|`](x)"

TABLE = """
resource "aws_dynamodb_table" "t" {
  name         = "t"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
"""

#: Writes something into a path that does not exist yet.
Maker = Callable[[Path], None]
Files = Mapping[str, str | bytes | Maker]


@dataclass(frozen=True)
class Outcome:
    """What a run left behind; ``events`` are files and programs that it had no business with."""

    code: int
    out: str
    err: str
    events: str

    @property
    def all(self) -> str:
        return self.out + self.err


class Attack:
    """A repository that an attacker wrote, and the program run in it."""

    def __init__(self, process: subprocess.Popen[str], directory: Path) -> None:
        self._process = process
        self.root = directory / "repository"
        self.outside = directory / "outside"
        (self.root / ".git").mkdir(parents=True)
        self.outside.mkdir()
        for name in ("secret.tf", "secret.tfvars", "secret.yaml", "secret.json"):
            (self.outside / name).write_text(f'{CANARY} = "{CANARY}"\n')

    def write(self, files: Files) -> None:
        """Make these files in the repository."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if callable(content):
                content(path)
            elif isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(content, encoding="utf-8", errors="surrogatepass", newline="")

    def __call__(
        self,
        *arguments: str,
        given: str = "",
        environment: Mapping[str, str] | None = None,
        readable: tuple[str, ...] = (),
        github: bool = False,
    ) -> Outcome:
        """Run the program, and hold the run to what is promised of all of them."""
        request: dict[str, Any] = {
            "arguments": arguments,
            "directory": str(self.root),
            "environment": {
                "PATH": os.environ["PATH"],
                "HOME": str(self.root),
                "LC_ALL": "C.UTF-8",
                "DRIFTCHECK_NO_CACHE": "1",
                "AWS_EC2_METADATA_DISABLED": "true",
                **(environment or {}),
            },
            "input": given,
            "readable": [os.path.realpath(self.root), *readable],
            "network": False,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        outcome = Outcome(answer["code"], answer["out"], answer["err"], answer["events"])
        promised(outcome, github=github)
        assert not (self.root / PWNED).exists(), "a program of the attacker was run"
        return outcome


def promised(outcome: Outcome, *, github: bool = False) -> None:
    """What holds for every run, whatever it was given."""
    assert "Traceback" not in outcome.err, outcome.err[-2000:]
    assert outcome.code in (0, 1, 2), outcome
    assert outcome.events == "", outcome.events
    assert CANARY not in outcome.all, outcome
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", outcome.all), outcome
    assert "##[" not in outcome.all, outcome
    assert "##vso[" not in outcome.all, outcome
    if outcome.code == 2 and not outcome.out:
        assert outcome.err.startswith("driftcheck: "), outcome
    for line in outcome.all.splitlines():
        assert github or not line.lstrip().startswith("::"), outcome
        assert len(line) < 250_000, line[:200]


@pytest.fixture(scope="session")
def zygote() -> Iterator[subprocess.Popen[str]]:
    """The process that forks for every run."""
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("zygote.py"))],
        cwd=root,
        # Its forks end at once, so nothing that they do could be counted as covered.
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")},
            "PYTHONPATH": str(root),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def attack(zygote: subprocess.Popen[str], tmp_path: Path) -> Attack:
    """A repository to be filled, beside files that are none of its business."""
    return Attack(zygote, tmp_path)


def link(target: str) -> Maker:
    """Makes a symbolic link."""
    return lambda path: path.symlink_to(target)


def fifo(path: Path) -> None:
    """Makes a named pipe that nobody writes to."""
    os.mkfifo(path)


def directory(path: Path) -> None:
    """Makes a directory."""
    path.mkdir()

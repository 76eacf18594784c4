"""A pull request in a git repository of its own, checked by the program."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from driftcheck.cli.main import run

TABLE = """resource "aws_dynamodb_table" "this" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  range_key    = "at"
  attribute {
    name = "id"
    type = "S"
  }
  attribute {
    name = "at"
    type = "S"
  }
  attribute {
    name = "customer"
    type = "S"
  }
  local_secondary_index {
    name            = "by-customer"
    range_key       = "customer"
    projection_type = "KEYS_ONLY"
  }
  global_secondary_index {
    name            = "customer-index"
    hash_key        = "customer"
    projection_type = "ALL"
  }
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"
  ttl {
    enabled = false
  }
  point_in_time_recovery {
    enabled = true
  }
  deletion_protection_enabled = true
}
"""


@dataclass(frozen=True)
class Outcome:
    """What a run of the program left behind."""

    code: int
    out: str
    err: str

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The findings of the JSON report."""
        return list(json.loads(self.out)["findings"])

    def told(self, *kinds: str) -> list[tuple[str, str, int | None]]:
        """Rule, path and line of the findings of some kinds, in the report's order."""
        return [
            (f["rule"], f["path"], f["location"] and f["location"]["line"])
            for f in self.findings
            if f["kind"] in kinds
        ]


class Repository:
    """A git repository whose branch ``pull`` is to be merged into ``main``."""

    def __init__(self, root: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capture = capture
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        settings = ["-c", "user.name=test", "-c", "user.email=t@example.com"]
        settings += ["-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *settings, *arguments],
            cwd=self.root,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def merge_into(self, files: dict[str, str]) -> None:
        """Commit the files on ``main``, and begin the branch ``pull`` from there."""
        self.write({"README": "", **files})
        self.git("add", ".")
        self.git("commit", "--quiet", "--message=before")
        self.git("checkout", "--quiet", "-b", "pull")

    def change(self, before: str, after: str) -> Outcome:
        """What ``check`` says of a pull request that makes one root module another."""
        self.merge_into({"main.tf": before})
        self.write({"main.tf": after})
        return self.check("--base", "main")

    def check(self, *arguments: str) -> Outcome:
        code = run(["check", "--format", "json", *arguments])
        out, err = self._capture.readouterr()
        assert "Traceback" not in err
        return Outcome(code, out, err)


@pytest.fixture
def repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Repository:
    """An empty repository, and no settings of the user's."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "TF_", "GIT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path, capsys)

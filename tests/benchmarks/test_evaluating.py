"""What is compared in evaluating Terraform, and where the programs for it come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import environments
from benchmarks.evaluating import GROUPS, Row, line_of
from benchmarks.measure import Run
from benchmarks.rounds import Round, Rounds
from benchmarks.tree import FILES, LINES_PER_ROOT, make_tree


def test_rows_have_names_of_their_own() -> None:
    names = [row.name for group in GROUPS for row in group.rows]
    assert len(set(names)) == len(names)


def test_a_line_says_whether_the_ratio_was_reached() -> None:
    rounds = Rounds([Round({"a": Run(1, 0, 0), "b": Run(10, 0, 0)}, 0.0)], 0)
    assert line_of(Row("x", "a", "b", 0.2), rounds) == (
        "| x | a: 1.00 s | b: 10.00 s | 0.100 | 0.200 | reached |",
        True,
    )
    assert line_of(Row("x", "a", "b", 0.05), rounds)[1] is False
    assert line_of(Row("x", "a", "b", None), rounds)[1] is True


def test_the_tree_has_as_many_lines_as_it_says(tmp_path: Path) -> None:
    assert make_tree(tmp_path, 3) == 3 * LINES_PER_ROOT
    assert len(list(tmp_path.rglob("*.tf"))) == 3 * len(FILES)


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(environments, "HOME", tmp_path)
    monkeypatch.setattr(environments, "_pip", lambda _home, *words: done.append(words[-1]))

    def create(home: Path) -> None:
        done.append("create")
        home.mkdir(exist_ok=True)

    monkeypatch.setattr(environments, "_create", create)
    environments.checkov()
    assert environments.checkov() == tmp_path / "checkov" / "bin"
    assert done == ["create", environments.CHECKOV]
    monkeypatch.setattr(environments, "CHECKOV", "checkov==4")
    environments.checkov()
    assert done[2:] == ["create", "checkov==4"]


def test_a_checkout_is_installed_again_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    root = tmp_path / "checkout"
    for name in ("requirements/build.txt", "requirements/core.txt", "driftcheck/a.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    monkeypatch.setattr(environments, "ROOT", root)
    monkeypatch.setattr(environments, "HOME", tmp_path)
    monkeypatch.setattr(
        environments, "_pip", lambda _home, *words: done.append(Path(words[-1]).name)
    )
    monkeypatch.setattr(environments, "_create", lambda home: home.mkdir(exist_ok=True))
    environments.driftcheck()
    environments.driftcheck()
    assert done == ["build.txt", "core.txt", "checkout"]
    (root / "driftcheck/a.py").write_text("new")
    environments.driftcheck()
    assert done[3:] == ["checkout"]

"""What the documentation tells people to run is there: commands, options and parts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from driftcheck.cli.main import app
from tests.test_imports import MAY_IMPORT

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("modules/**/*.md")])
#: A command in a block of its own, or in the middle of a sentence.
BLOCK = re.compile(r"```(?:sh|console|yaml|text)\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`(driftcheck [^`]+)`")


def commands(page: Path) -> Iterator[list[str]]:
    """Every command line of driftcheck on a page, cut into words."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    stated = [re.sub(r"^\s*(- )?(\$ )?", "", line) for line in lines]
    stated = [line for line in stated if line.startswith("driftcheck ")]
    for line in [*stated, *(" ".join(i.split()) for i in INLINE.findall(text))]:
        yield shlex.split(re.split(r" [|>] |\u2026|\.\.\.", line)[0], comments=True)[1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_and_options_of_the_documentation_exist(page: Path) -> None:
    group = typer.main.get_command(app)
    with typer.Context(group) as context:
        for words in commands(page):
            if words[0].startswith("-"):
                assert words[0] in ("--version", "--help", "-h")
                continue
            command = group.get_command(context, words[0])  # type: ignore[attr-defined]
            assert command is not None, f"{page}: driftcheck {' '.join(words)}"
            known = {option for parameter in command.params for option in parameter.opts}
            given = {word.partition("=")[0] for word in words if word.startswith("-")}
            assert given <= known | {"--help"}, f"{page}: driftcheck {' '.join(words)}"


def test_there_are_commands_to_look_at() -> None:
    found = [words[0] for page in PAGES for words in commands(page)]
    assert {"scan", "check", "remediate", "adopt", "console", "iam"} <= set(found)


def test_the_readme_has_every_command() -> None:
    readme = {words[0] for words in commands(ROOT / "README.md")}
    group = typer.main.get_command(app)
    with typer.Context(group) as context:
        assert set(group.list_commands(context)) <= readme  # type: ignore[attr-defined]


def test_the_architecture_names_every_part() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z_.]+)`", row)}
    assert {part for part in MAY_IMPORT if part not in ("remediation", "__main__")} <= named

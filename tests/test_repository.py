"""What the repository promises beside the program: its files, and that they agree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
LOCKED = re.compile(r"([a-z0-9-]+)==[^ ]+( ; .+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)", re.MULTILINE)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def locked(name: str) -> set[str]:
    """The names of the releases in a requirement file."""
    lines = read(f"requirements/{name}.txt").splitlines()
    return {match[1] for line in lines if (match := LOCKED.fullmatch(line))}


def asked(requirements: list[str]) -> set[str]:
    """The names of the distributions that requirements of pyproject.toml ask for."""
    names = (re.split(r"[^A-Za-z0-9._-]", requirement)[0] for requirement in requirements)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_requirement_files_hold_hashes_and_no_addresses(path: Path) -> None:
    releases, hashes = 0, 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if LOCKED.fullmatch(line):
            releases += 1
        elif HASH.fullmatch(line):
            hashes += 1
        else:
            # Anything else could name an index, a host or a release without a hash.
            assert line.startswith("# "), line
            assert "://" not in line
    assert releases
    assert hashes >= releases


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("build", PROJECT["build-system"]["requires"]),
        ("core", PROJECT["project"]["dependencies"]),
        ("sandbox", PROJECT["project"]["optional-dependencies"]["sandbox"]),
        ("dev", PROJECT["project"]["optional-dependencies"]["dev"]),
    ],
)
def test_what_the_project_asks_for_is_locked(name: str, wanted: list[str]) -> None:
    assert asked(wanted) <= locked(name)


def test_the_requirement_files_agree() -> None:
    assert locked("core") <= locked("sandbox") <= locked("dev")
    assert locked("build") <= locked("dev")
    everything = read("requirements/dev.txt")
    for name in ("build", "core", "sandbox"):
        for line in read(f"requirements/{name}.txt").splitlines():
            if LOCKED.fullmatch(line):
                assert line.removesuffix(" \\") in everything


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_of_the_documents_exists(name: str) -> None:
    targets = set(TARGET.findall(read("Makefile")))
    shown = set(re.findall(r"(?:`|^)make ([a-z][a-z-]*)", read(name), re.MULTILINE))
    assert {"demo", "test"} <= shown
    assert shown <= targets


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_every_file_that_a_document_links_to_exists(name: str) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", read(name))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    headings = re.findall(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"


def test_the_pinned_actions_are_whole_commits_with_their_version() -> None:
    uses = [
        line.strip()
        for line in chain.from_iterable(path.read_text("utf-8").splitlines() for path in WORKFLOWS)
        if re.match(r"\s*(- )?uses:", line)
    ]
    assert uses
    for line in uses:
        assert re.fullmatch(r"(- )?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_hold_no_more_rights_than_they_need(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    # Reusable workflows grant nothing at the top, and to each job what it needs.
    reusable = path.name in RIGHTS
    assert workflow["permissions"] == ({} if reusable else {"contents": "read"})
    rights = {name: job.get("permissions") for name, job in workflow["jobs"].items()}
    assert rights == RIGHTS.get(path.name, dict.fromkeys(workflow["jobs"]))
    for job in workflow["jobs"].values():
        assert "timeout-minutes" in job


#: What the jobs of the reusable workflows are granted.
RIGHTS = {
    "premerge.yml": {"check": {"contents": "read", "security-events": "write"}},
    "nightly.yml": {
        "scan": {"actions": "read", "contents": "read", "id-token": "write"},
        "tell": {"actions": "read", "issues": "write"},
    },
}
ACTION = ROOT / ".github" / "actions" / "driftcheck" / "action.yml"


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_nothing_that_runs_in_ci_trusts_what_others_write(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    # YAML 1.1 reads the key `on` as true.
    assert "pull_request_target" not in content.get(True, {})
    jobs = content.get("jobs", {"": content.get("runs")})
    for step in (step for job in jobs.values() for step in job["steps"]):
        # An expression in a script would be run as a part of it; the environment is not.
        assert "${{" not in step.get("run", "")
        if "uses" in step:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])
            assert re.search(re.escape(step["uses"]) + r" # v\d", text)


@pytest.mark.slow
def test_the_wheel_carries_the_module_the_spec_and_the_policies(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True)

    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"driftcheck"}
    assert "driftcheck/py.typed" in names
    assert "driftcheck/_data/specs/invoices.yaml" in names
    assert "driftcheck/_data/modules/dynamodb/main.tf" in names
    for policy in (ROOT / "policies").glob("*.yaml"):
        assert f"driftcheck/_data/policies/{policy.name}" in names
    assert not [name for name in names if ".terraform" in name or name.endswith(".tfstate")]

"""Side by side with Checkov, on the rules that both have.

Every disagreement is one of ``EXPLAINED``, which ``docs/checkov.md`` gives reasons for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.check.checkov_modules import BACKUPS, CAPACITY, KEYS, Module, modules
from tests.check.conftest import Repository

pytestmark = pytest.mark.slow

VERSION = "3.3.30"
#: Checkov's id, our policy, and the concern that both judge.
RULES: dict[str, tuple[str, str, Iterable[str]]] = {
    "CKV_AWS_28": ("pitr-enabled", "backups", BACKUPS),
    "CKV_AWS_119": ("customer-managed-key", "key", KEYS),
    "CKV2_AWS_16": ("capacity-scales", "capacity", CAPACITY),
}
#: Where they disagree: the variant, then Checkov's verdict and ours.
EXPLAINED = {
    ("CKV_AWS_28", "dynamic block without elements"): ("pass", "fail"),
    ("CKV_AWS_28", "variable without a value"): ("none", "unknown"),
    ("CKV_AWS_119", "alias of the AWS-managed key"): ("pass", "fail"),
    ("CKV_AWS_119", "null key"): ("pass", "fail"),
    ("CKV2_AWS_16", "billing mode without a value"): ("none", "unknown"),
    ("CKV2_AWS_16", "read target alone"): ("pass", "fail"),
}


@pytest.fixture(scope="module")
def checkov(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, in an environment of its own; its requirements are not ours."""
    home = tmp_path_factory.mktemp("checkov")
    made = subprocess.run([sys.executable, "-m", "venv", str(home)], check=False)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    if made.returncode or subprocess.run([*pip, f"checkov=={VERSION}"], check=False).returncode:
        pytest.skip(f"Checkov {VERSION} cannot be installed here")
    return home / "bin" / "checkov"


def checkov_says(program: Path, root: Path) -> dict[tuple[str, str], str]:
    """Checkov's verdicts by module and rule; one that it does not give is "none"."""
    options = ["--framework", "terraform", "--output", "json", "--skip-download", "--compact"]
    done = subprocess.run(
        [str(program), "--directory", str(root), "--check", ",".join(RULES), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)["results"]
    assert not found["parsing_errors"]
    return {
        (Path(check["file_path"]).parts[1], check["check_id"]): verdict
        for verdict in ("pass", "fail")
        for check in found[f"{verdict}ed_checks"]
    }


def test_agreement_with_checkov(checkov: Path, repository: Repository) -> None:
    all_modules = list(modules())
    assert len(all_modules) >= 60
    repository.write({f"{m.name}/main.tf": m.text for m in all_modules})
    theirs = checkov_says(checkov, repository.root)
    ours = driftcheck_says(repository)
    disagreements: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    agreed = 0
    for module in all_modules:
        for rule, (policy, concern, _) in RULES.items():
            said = theirs.get((module.name, rule), "none"), ours.get((module.name, policy), "pass")
            if said[0] == said[1]:
                agreed += 1
            else:
                disagreements[rule, getattr(module, concern)].add(said)
    assert disagreements == {variant: {said} for variant, said in EXPLAINED.items()}
    assert agreed > len(all_modules)


def driftcheck_says(repository: Repository) -> dict[tuple[str, str], str]:
    """Our verdicts by module and policy, those that pass left out."""
    outcome = repository.check(".", "--pack", "baseline", "--pack", "security")
    verdicts = {}
    for finding in outcome.findings:
        policy = finding["rule"].removesuffix("-undecidable")
        if finding["location"] is not None:
            module = Path(finding["location"]["file"]).parts[0]
            verdicts[module, policy] = "unknown" if finding["kind"] == "unknown" else "fail"
    return verdicts


def test_every_variant_occurs_often() -> None:
    for _, concern, variants in RULES.values():
        for variant in variants:
            users: list[Module] = [m for m in modules() if getattr(m, concern) == variant]
            assert len(users) >= 5

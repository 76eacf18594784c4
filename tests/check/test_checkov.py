"""Side by side with Checkov, on the rules that both have.

Every disagreement is one of ``EXPLAINED``, which ``docs/checkov.md`` gives reasons for.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.check.checkov_modules import (
    BACKUPS,
    CAPACITY,
    KEYS,
    PROVIDERS,
    REPLICAS,
    Module,
    modules,
)
from tests.check.conftest import Repository

VERSION = "3.3.30"
PACKS = ("baseline", "security", "resilience")
#: Checkov's id, our policy, and the concern that both judge.
RULES: dict[str, tuple[str, str, Iterable[str]]] = {
    "CKV_AWS_28": ("pitr-enabled", "backups", BACKUPS),
    "CKV_AWS_119": ("customer-managed-key", "key", KEYS),
    "CKV2_AWS_16": ("capacity-scales", "capacity", CAPACITY),
    "CKV_AWS_165": ("replica-pitr-enabled", "replicas", REPLICAS),
    "CKV_AWS_271": ("replica-customer-managed-key", "replicas", REPLICAS),
}
#: Variants that have no replica, as we and the provider see it.
NO_REPLICA = {"nothing", "global table of the first version"}
#: Where they disagree: the variant, then Checkov's verdict and ours.
EXPLAINED = {
    ("CKV_AWS_28", "dynamic block without elements"): ("pass", "fail"),
    ("CKV_AWS_28", "variable without a value"): ("none", "unknown"),
    ("CKV_AWS_119", "alias of the AWS-managed key"): ("pass", "fail"),
    ("CKV_AWS_119", "null key"): ("pass", "fail"),
    ("CKV2_AWS_16", "billing mode without a value"): ("none", "unknown"),
    ("CKV2_AWS_16", "read target alone"): ("pass", "fail"),
    ("CKV_AWS_271", "block"): ("none", "fail"),
    ("CKV_AWS_271", "block with a key and backups"): ("none", "pass"),
    ("CKV_AWS_271", "resource with the key of AWS"): ("pass", "fail"),
    ("CKV_AWS_271", "resource with a key without a value"): ("pass", "unknown"),
    ("CKV_AWS_165", "block"): ("none", "fail"),
    ("CKV_AWS_165", "block with a key and backups"): ("none", "pass"),
    ("CKV_AWS_165", "resource"): ("none", "fail"),
    ("CKV_AWS_165", "resource with a key and backups"): ("none", "pass"),
    ("CKV_AWS_165", "resource with the key of AWS"): ("none", "fail"),
    ("CKV_AWS_165", "resource with a null key"): ("none", "fail"),
    ("CKV_AWS_165", "resource with a key without a value"): ("none", "fail"),
    ("CKV_AWS_165", "global table of the first version"): ("pass", "none"),
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


@pytest.mark.slow
def test_agreement_with_checkov(checkov: Path, repository: Repository) -> None:
    all_modules = list(modules())
    assert len(all_modules) >= 60
    for module in all_modules:
        files = {"main.tf": module.text, "providers.tf": PROVIDERS}
        repository.write({f"{module.name}/{name}": text for name, text in files.items()})
    theirs = checkov_says(checkov, repository.root)
    ours = driftcheck_says(repository)
    disagreements: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    agreed = 0
    for module in all_modules:
        for rule, (_policy, concern, _) in RULES.items():
            said = theirs.get((module.name, rule), "none"), ours[module.name, rule]
            if said[0] == said[1]:
                agreed += 1
            else:
                disagreements[rule, getattr(module, concern)].add(said)
    assert disagreements == {variant: {said} for variant, said in EXPLAINED.items()}
    assert agreed == len(RULES) * len(all_modules) - sum(map(occurrences, EXPLAINED))


def occurrences(disagreement: tuple[str, str]) -> int:
    """In how many modules a variant is."""
    rule, variant = disagreement
    return sum(getattr(m, RULES[rule][1]) == variant for m in modules())


def driftcheck_says(repository: Repository) -> dict[tuple[str, str], str]:
    """Our verdicts by module and Checkov's rule, "none" where there is nothing to judge."""
    outcome = repository.check(".", *(f"--pack={p}" for p in PACKS))
    found = {
        (Path(f["location"]["file"]).parts[0], f["rule"].removesuffix("-undecidable")): f["kind"]
        for f in outcome.findings
        if f["location"] is not None
    }
    words = {"policy": "fail", "unknown": "unknown", None: "pass"}
    return {
        (module.name, rule): "none"
        if getattr(module, concern) in NO_REPLICA and concern == "replicas"
        else words[found.get((module.name, policy))]
        for module in modules()
        for rule, (policy, concern, _) in RULES.items()
    }


def test_the_documentation_explains_each_disagreement() -> None:
    rows = re.findall(
        r"^\| (CKV\w+) \| ([^|]+) \| (\d+) \| ([a-z ]+) \| ([a-z ]+) \| (.+) \|$",
        (Path(__file__).parents[2] / "docs" / "checkov.md").read_text(),
        re.M,
    )
    told = {
        (rule, variant): (int(n), *(v.replace("no verdict", "none") for v in (theirs, ours)))
        for rule, variant, n, theirs, ours, _why in rows
    }
    assert told == {key: (occurrences(key), *said) for key, said in EXPLAINED.items()}


def test_every_variant_occurs_often() -> None:
    for _, concern, variants in RULES.values():
        for variant in variants:
            users: list[Module] = [m for m in modules() if getattr(m, concern) == variant]
            assert len(users) >= 5

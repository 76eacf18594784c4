"""The policy that the documentation shows works as it says."""

from __future__ import annotations

import re
from pathlib import Path

from driftcheck.policies.examples import run_examples
from driftcheck.policies.load import load_policies, load_policy

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"


def test_the_policy_of_the_documentation(tmp_path: Path) -> None:
    found = re.search(r"## A policy\n\n```yaml\n(.*?)```", PAGE.read_text(), re.S)
    assert found is not None
    file = tmp_path / "short-backups.yaml"
    file.write_text(found[1])
    outcomes = run_examples(load_policy(file), {})
    assert [o.got for o in outcomes] == ["pass", "fail"]
    assert all(o.passed for o in outcomes)


def test_the_table_of_rules_elsewhere_is_that_of_the_policies() -> None:
    rows = re.findall(r"^\| (.+?) \| `([a-z-]+)` \|(?: (.+) \|)?$", PAGE.read_text(), re.M)
    told = {name: (title, set(re.findall(r"`([^`]+)`", ids or ""))) for title, name, ids in rows}
    assert told == {
        p.id: (p.title, {i for ids in p.references.values() for i in ids})
        for p in load_policies([PAGE.parents[1] / "policies"])
    }

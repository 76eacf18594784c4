"""Hostile data: saved reports, baselines, Terraform's plans."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any
from xml.dom import minidom

import pytest

from tests.security.conftest import EVIL, TABLE, Attack, link

FORMATS = ("text", "json", "sarif", "junit", "markdown", "html", "github")
#: Members whose texts are chosen from a list: those are held against the report's schema.
CHOSEN = {
    *("schema_version", "name", "started_at", "finished_at", "status", "kind", "severity"),
    *("at_odds", "risk", "state", "id"),
}


@pytest.fixture
def report(attack: Attack) -> dict[str, Any]:
    attack.write({"m/main.tf": TABLE})
    assert attack("check", "m", "--format", "json=r.json").code == 1
    document: dict[str, Any] = json.loads((attack.root / "r.json").read_text())
    return document


def evil(node: Any, name: str = "") -> Any:
    """The same document with every text that may be any text replaced."""
    if isinstance(node, dict):
        return {k: evil(v, k) for k, v in node.items()}
    if isinstance(node, list):
        return [evil(v, name) for v in node]
    return EVIL + "\ud800" if isinstance(node, str) and name not in CHOSEN else node


def test_every_format_carries_every_text(attack: Attack, report: dict[str, Any]) -> None:
    hostile = evil(report)
    hostile["tables"][0]["name"] = EVIL
    attack.write({"x.json": json.dumps(hostile)})
    for name in FORMATS:
        done = attack("report", "x.json", "--format", name, github=name == "github")
        assert done.code == 0
        if name == "junit":
            minidom.parseString(done.out)
        if name in ("json", "sarif"):
            json.loads(done.out)
        if name in ("html", "markdown", "junit"):
            assert "<script" not in done.out
        if name == "github":
            commands = [line for line in done.out.splitlines() if line.startswith("::")]
            assert all(
                line.split(" ")[0] in ("::error", "::warning", "::notice") for line in commands
            )


def test_damaged_reports(attack: Attack, report: dict[str, Any]) -> None:
    text = json.dumps(report)
    summary = report["summary"]
    one = report["findings"][0]
    damaged: dict[str, str | bytes] = {
        "deep": "[" * 1_000_000,
        "many digits": text.replace('"tables": 1', '"tables": ' + "9" * 5000),
        "no number": text.replace('"tables": 1', '"tables": NaN'),
        "infinite": text.replace('"tables": 1', '"tables": 1e999'),
        "no day": json.dumps({**report, "started_at": "2024-99-99T00:00:00Z"}),
        "no time": json.dumps({**report, "started_at": EVIL}),
        "nothing": "",
        "a list": "[]",
        "UTF-16": text.encode("utf-16"),
        "calls": json.dumps({**report, "summary": {**summary, "api_calls": {EVIL: 5}}}),
        "a trend": json.dumps({**report, "summary": {**summary, "trend": {EVIL: 5}}}),
        "a place": json.dumps({**report, "findings": [{**one, "location": {"file": EVIL}}]}),
    }
    for name, content in damaged.items():
        attack.write({"x.json": content})
        assert attack("report", "x.json").code == 2, name
        assert attack("check", "m", "--baseline", "x.json").code == 2, name
    naive = json.dumps({**report, "started_at": "2024-01-01T00:00:00"})
    attack.write({"x.json": naive})
    assert attack("report", "x.json", "--format", "junit").code == 0


def test_files_outside(attack: Attack) -> None:
    attack.write({"m/main.tf": TABLE, "o.json": link("../outside/secret.json")})
    for arguments in (
        ("report", "o.json"),
        ("check", "m", "--baseline", "o.json"),
        ("check", "--plan", "o.json"),
    ):
        done = attack(*arguments)
        assert done.code == 2
        assert "leads out of the repository" in done.err


PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_dynamodb_table.t",
                    "mode": "managed",
                    "type": "aws_dynamodb_table",
                    "name": "t",
                    "values": {
                        "name": "t",
                        "hash_key": "id",
                        "billing_mode": "PAY_PER_REQUEST",
                        "attribute": [{"name": "id", "type": "S"}],
                        "tags": {"a": "b"},
                        "read_capacity": 0,
                        "point_in_time_recovery": [{"enabled": True}],
                        "global_secondary_index": [
                            {"name": "g", "hash_key": "id", "projection_type": "ALL"}
                        ],
                    },
                    "sensitive_values": {"tags": {}},
                }
            ],
            "child_modules": [{"address": "module.x", "resources": []}],
        }
    },
    "resource_changes": [
        {
            "address": "aws_dynamodb_table.t",
            "change": {
                "actions": ["create", "delete"],
                "after_unknown": {"arn": True},
                "replace_paths": [["hash_key"]],
            },
        }
    ],
    "prior_state": {"values": {"root_module": {}}},
    "configuration": {
        "provider_config": {
            "aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-central-1"}}}
        },
        "root_module": {
            "resources": [
                {
                    "address": "aws_dynamodb_table.t",
                    "mode": "managed",
                    "type": "aws_dynamodb_table",
                    "name": "t",
                    "provider_config_key": "aws",
                    "expressions": {"name": {"constant_value": "t"}},
                }
            ],
            "module_calls": {"x": {"source": "./x", "module": {}, "expressions": {}}},
        },
    },
}
WRONG: list[Any] = [5, None, EVIL + "\ud800", [], {}, [1], {"a": 1}, True, 1e308, [[]]]


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items: Any = ()
    if isinstance(node, dict | list):
        items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield from places(value, (*path, key))


def test_a_plan_with_one_wrong_value_is_read_or_refused(attack: Attack) -> None:
    """Every place of a plan once, with a value that has no business there."""
    attack.write({"p.json": json.dumps(PLAN)})
    assert attack("check", "--plan", "p.json").code == 1
    chance = random.Random(7)
    for path in places(PLAN):
        if not path:
            continue
        plan = copy.deepcopy(PLAN)
        at: Any = plan
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = chance.choice(WRONG)
        attack.write({"p.json": json.dumps(plan)})
        attack("check", "--plan", "p.json")

"""Holds driftcheck's evaluation against real ``terraform plan``, leaf by leaf.

    python tests/tools/compare_plan.py [--cache DIR] [--write-expected] ROOT[//SUBDIR] ...

Each configuration is copied (all of ROOT, so that ``../..`` works; without ``//`` ROOT
itself is the root module), planned by terraform against an AWS that moto plays, and
evaluated by driftcheck. Every leaf of every resource that driftcheck supports is
counted: agreed, disagreed, unknown to driftcheck only, unknown to terraform only.
Plans are kept in the cache by the content of the files. With ``--write-expected``
the plan's facts are written to ``expected.json`` beside the configuration.

Needs terraform with the AWS provider, and moto.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from driftcheck.errors import DriftcheckError
from driftcheck.hcl.module import Level, ModuleOptions, evaluate_root, raw_resources
from driftcheck.inputs.terraform_aws import AwsSchemas

REGION = "eu-west-1"
ACCOUNT = "123456789012"
SENSITIVE = "(sensitive value)"
UNKNOWN = object()
#: Test data beside a configuration, and no part of it.
EXPECTED = "expected.json"


def tree_hash(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        if ".terraform" in path.parts or path.name == EXPECTED:
            continue
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def relax_versions(root: Path) -> None:
    """Let any configuration be planned with the provider that is at hand."""
    for path in root.rglob("*.tf"):
        text = path.read_text(encoding="utf-8")
        relaxed = re.sub(
            r"(source\s*=\s*\"hashicorp/aws\"[^}]*?)version\s*=\s*\"[^\"]*\"", r"\1", text
        )
        relaxed = re.sub(r"^\s*required_version\s*=.*$", "", relaxed, flags=re.MULTILINE)
        if relaxed != text:
            path.write_text(relaxed, encoding="utf-8")


class Oracle:
    """Plans configurations with terraform, each once."""

    def __init__(self, cache: Path, endpoint: str) -> None:
        self.cache = cache
        self.env = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": endpoint,
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
        }

    def workspace(self, root: Path) -> Path:
        """The copy of a configuration that both sides read."""
        target = self.cache / tree_hash(root)
        if not target.exists():
            ignore = shutil.ignore_patterns(".terraform", ".git")
            shutil.copytree(root, target, symlinks=True, ignore=ignore)
            relax_versions(target)
        return target

    def plan(self, directory: Path) -> dict[str, Any] | str:
        """The plan as JSON, or what terraform said against it."""
        done = directory / ".driftcheck-plan.json"
        failed = directory / ".driftcheck-plan-error.txt"
        if failed.exists():
            return failed.read_text(encoding="utf-8")
        if not done.exists():
            for arguments in (
                ("init", "-input=false", "-no-color"),
                ("plan", "-input=false", "-no-color", "-refresh=false", "-out=.plan"),
            ):
                result = self._run(directory, *arguments)
                if result.returncode:
                    message = result.stderr or result.stdout
                    failed.write_text(message, encoding="utf-8")
                    return message
            shown = self._run(directory, "show", "-json", ".plan")
            done.write_text(shown.stdout, encoding="utf-8")
        loaded: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"), parse_float=Decimal)
        return loaded

    def _run(self, directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["terraform", *arguments],
            cwd=directory,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )


def planned(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The plan's resources of supported types by address, in the shape of ``show --raw``."""
    changes = {c["address"]: c["change"] for c in plan.get("resource_changes", [])}
    return {
        r["address"]: {
            "address": r["address"],
            "type": r["type"],
            "name": r["name"],
            "values": r.get("values", {}),
            "unknown": changes[r["address"]]["after_unknown"],
        }
        for r in _resources(plan.get("planned_values", {}).get("root_module", {}))
        if r["mode"] == "managed" and AwsSchemas.is_supported(r["type"])
    }


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def leaves(values: Any, unknown: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf with its path; ``UNKNOWN`` where the value is not known."""
    if unknown is True:
        yield path, UNKNOWN
    elif isinstance(values, dict):
        markers = unknown if isinstance(unknown, dict) else {}
        yield path, "{}"
        for name in sorted(values.keys() | markers.keys()):
            yield from leaves(values.get(name), markers.get(name), f"{path}/{name}")
    elif isinstance(values, list):
        inner = unknown if isinstance(unknown, list) else []
        yield path, f"[{len(values)}]"
        for index, value in enumerate(values):
            marker = inner[index] if index < len(inner) else None
            yield from leaves(value, marker, f"{path}/{index}")
    else:
        yield path, values


def compare(theirs: dict[str, Any], ours: dict[str, Any]) -> tuple[Counter[str], list[str]]:
    """Counts by outcome, and a line for each disagreement."""
    counts: Counter[str] = Counter()
    lines: list[str] = []
    for address in sorted(theirs.keys() | ours.keys()):
        if address not in ours or address not in theirs:
            counts["disagreed"] += 1
            lines.append(f"{address}: {'not found' if address in theirs else 'not planned'}")
            continue
        left = dict(leaves(theirs[address]["values"], theirs[address]["unknown"]))
        right = dict(leaves(ours[address]["values"], ours[address]["unknown"]))
        for path in sorted(left.keys() | right.keys()):
            outcome = _outcome(left, right, path)
            counts[outcome] += 1
            if outcome != "agreed":
                shown = [_shown(side.get(path, "(absent)")) for side in (left, right)]
                lines.append(f"{outcome}: {address}{path}: plan {shown[0]}, driftcheck {shown[1]}")
    return counts, lines


def _outcome(left: dict[str, Any], right: dict[str, Any], path: str) -> str:
    plan, own = left.get(path, "(absent)"), right.get(path, "(absent)")
    if plan is own or (plan == own and isinstance(plan, bool) == isinstance(own, bool)):
        return "agreed"
    if own == SENSITIVE:
        return "agreed"
    if own is UNKNOWN or (own == "(absent)" and _below_unknown(right, path)):
        return "unknown to driftcheck"
    if plan is UNKNOWN or (plan == "(absent)" and _below_unknown(left, path)):
        return "unknown to terraform"
    return "disagreed"


def _below_unknown(side: dict[str, Any], path: str) -> bool:
    while path:
        path = path.rpartition("/")[0]
        if side.get(path) is UNKNOWN:
            return True
    return False


def _shown(value: Any) -> str:
    return "unknown" if value is UNKNOWN else repr(value)


def evaluated(directory: Path, workspace: Path) -> tuple[dict[str, Any], list[str]]:
    """What driftcheck makes of the configuration, and its errors."""
    schemas = AwsSchemas(account=ACCOUNT, region=REGION, exact_plan=True)
    options = ModuleOptions(
        schemas=schemas, repository_root=workspace, resource_types=AwsSchemas.is_supported
    )
    try:
        evaluation = evaluate_root(directory, options)
    except DriftcheckError as error:
        return {}, [str(error)]
    rows = raw_resources(r for r in evaluation.resources if AwsSchemas.is_supported(r.type))
    errors = [
        f"{d.level.value}: {d}" for d in evaluation.diagnostics if d.level is not Level.WARNING
    ]
    return {row["address"]: row for row in rows}, errors


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path("/tmp/driftcheck-plans"))
    parser.add_argument("--write-expected", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("roots", nargs="+")
    options = parser.parse_args()

    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    total: Counter[str] = Counter()
    planned_count = 0
    try:
        oracle = Oracle(options.cache, f"http://127.0.0.1:{port}")
        for given in options.roots:
            root, _, below = given.partition("//")
            workspace = oracle.workspace(Path(root))
            directory = workspace / below
            plan = oracle.plan(directory)
            ours, errors = evaluated(directory, workspace)
            if isinstance(plan, str):
                verdict = "refused by both" if errors else "REFUSED BY TERRAFORM ONLY"
                summary = " ".join(plan.split("Error:", 1)[-1].split())[:160]
                sys.stdout.write(f"{given}: {verdict}: {summary}\n")
                if options.verbose:
                    sys.stdout.writelines(f"    {e}\n" for e in errors)
                continue
            planned_count += 1
            theirs = planned(plan)
            if options.write_expected:
                write_expected(Path(root) / below / EXPECTED, theirs)
            counts, lines = compare(theirs, ours)
            total += counts
            sys.stdout.write(f"{given}: {len(theirs)} resources, {dict(counts)}\n")
            sys.stdout.writelines(f"    {line}\n" for line in [*errors, *lines])
    finally:
        server.stop()
    known = total["agreed"] + total["disagreed"] + total["unknown to driftcheck"]
    share = 100 * total["unknown to driftcheck"] / known if known else 0
    sys.stdout.write(
        f"{planned_count} configurations planned; {dict(total)}; "
        f"{share:.2f} % unknown to driftcheck only\n"
    )
    return 1 if total["disagreed"] else 0


def write_expected(path: Path, resources: dict[str, dict[str, Any]]) -> None:
    """The plan's facts as test data. Numbers keep their digits."""
    rows = [resources[address] for address in sorted(resources)]
    path.write_text(
        json.dumps(rows, indent=1, default=_number, sort_keys=True) + "\n", encoding="utf-8"
    )


def _number(value: Any) -> float:
    assert isinstance(value, Decimal)
    return float(value)


if __name__ == "__main__":
    raise SystemExit(main())

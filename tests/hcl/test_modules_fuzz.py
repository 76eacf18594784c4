"""Damaged configurations: whatever stands in the files, one clear message and no traceback."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftcheck.errors import DriftcheckError
from driftcheck.hcl.module import ModuleOptions, evaluate_root, raw_resources
from driftcheck.inputs.terraform_aws import AwsSchemas

CASES = sorted((Path(__file__).parent / "data" / "modules").iterdir())
WORDS = (
    *("null", "[]", "{}", '"x"', "local.x", "var.y", "each.key", "count.index", "module.m"),
    *("aws_dynamodb_table.this", "true", "-1", "1e9", 'sensitive("x")', "self", '"${', "}"),
    *("{", "=", 'toset(["a"])', "path.module", '"', "data.x.y", "[for", "...", "?", ":"),
    *("count", "for_each", "provider", "lifecycle", "dynamic"),
)


@st.composite
def damage(draw: st.DrawFn) -> tuple[Path, list[tuple[int, int, str, str]]]:
    """A configuration, and what to do to it: file, word, kind of change, new word."""
    kinds = st.sampled_from(["replace", "insert", "delete", "double"])
    change = st.tuples(st.integers(0, 50), st.integers(0, 2000), kinds, st.sampled_from(WORDS))
    return draw(st.sampled_from(CASES)), draw(st.lists(change, min_size=1, max_size=3))


def damaged(text: str, at: int, kind: str, word: str) -> str:
    words = text.split(" ")
    at %= len(words)
    match kind:
        case "replace":
            words[at] = word
        case "insert":
            words.insert(at, word)
        case "delete":
            del words[at]
        case _:
            words.insert(at, words[at])
    return " ".join(words)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(damage(), st.booleans())
def test_no_traceback(what: tuple[Path, list[tuple[int, int, str, str]]], exact_plan: bool) -> None:
    case, changes = what
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "root"
        shutil.copytree(case, root)
        files = sorted(
            p
            for p in root.rglob("*")
            if p.suffix in (".tf", ".json", ".tfvars") and p.name != "expected.json"
        )
        for file, at, kind, word in changes:
            path = files[file % len(files)]
            text = damaged(path.read_text(encoding="utf-8"), at, kind, word)
            path.write_text(text, encoding="utf-8")
        options = ModuleOptions(
            schemas=AwsSchemas("123456789012", "eu-west-1", exact_plan=exact_plan),
            everything=True,
            repository_root=root,
        )
        try:
            evaluation = evaluate_root(root, options)
        except DriftcheckError:
            return
        for resource in evaluation.model_resources():
            assert all(resource.where(pointer) for pointer in resource.locations)
        assert len(raw_resources(evaluation.resources)) == len(evaluation.resources)
        assert all(str(diagnostic) for diagnostic in evaluation.diagnostics)

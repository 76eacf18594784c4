"""What the AWS provider's schemas say, read from ``schemas.jsonl`` type by type.

The file is made from the provider by ``tests/tools/make_aws_schemas.py``, which also
describes its format. Only the lines of types that occur are ever parsed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from driftcheck.hcl.module.schema import AttributeSchema, BlockSchema, NestedBlock
from driftcheck.hcl.plain import from_plain
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    SetType,
    Type,
    object_type,
)
from driftcheck.hcl.values import Value
from driftcheck.inputs.terraform_aws.newer import GLOBAL_DATA, NEW_TYPES, REGION_OF_DATA, additions

_FILE = Path(__file__).with_name("schemas.jsonl")
_PRIMITIVES = {"s": STRING, "n": NUMBER, "b": BOOL, "d": DYNAMIC}
_COLLECTIONS = {"L": ListType, "S": SetType, "M": MapType}


@dataclass(frozen=True, slots=True)
class Facts:
    """A block's schema and what the provider fills in.

    ``defaults`` are values of arguments that are not set; ``decided`` names the
    nested blocks that the provider decides where the configuration has none.
    """

    schema: BlockSchema
    defaults: Mapping[str, Value] = field(default_factory=dict)
    decided: frozenset[str] = frozenset()
    blocks: Mapping[str, Facts] = field(default_factory=dict)


#: Defaults inside of nested blocks, which a plan of the bare resource does not show.
#: Each was seen in a plan of provider 5.100.
_NESTED_DEFAULTS: dict[tuple[str, ...], dict[str, object]] = {
    ("aws_dynamodb_table", "replica"): {"point_in_time_recovery": False, "propagate_tags": False},
    ("aws_dynamodb_table", "ttl"): {"enabled": False},
    ("aws_appautoscaling_target", "suspended_state"): {
        "dynamic_scaling_in_suspended": False,
        "dynamic_scaling_out_suspended": False,
        "scheduled_scaling_suspended": False,
    },
    ("aws_appautoscaling_policy", "target_tracking_scaling_policy_configuration"): {
        "disable_scale_in": False
    },
    (
        "aws_appautoscaling_policy",
        "target_tracking_scaling_policy_configuration",
        "customized_metric_specification",
        "metrics",
    ): {"return_data": True},
    ("aws_cloudwatch_metric_alarm", "metric_query"): {"return_data": False},
}

#: Blocks that the provider decides where there are none, and that the bare resource needs.
_DECIDED: dict[tuple[str, ...], frozenset[str]] = {
    ("aws_dynamodb_table",): frozenset({"attribute"}),
}


@cache
def _lines() -> dict[tuple[str, str], str]:
    """The lines of the file by kind and type."""
    found: dict[tuple[str, str], str] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        _, kind, _, type_, _ = line.split('"', 4)
        found[(kind, type_)] = line
    return found


@cache
def facts(kind: str, type_: str, newer: bool = False) -> Facts | None:
    """The facts about a type; ``kind`` is "resource", "data" or "provider".

    ``newer`` adds what provider 6 has besides; data sources have it always, because they
    are not seen in a plan. None for a type that is not in the
    file.
    """
    line = _lines().get((kind, type_))
    block: dict[str, Any] | None = None
    if line is not None:
        block = json.loads(line)[2]
    elif kind == "resource":
        block = NEW_TYPES.get(type_)
    if block is None:
        return None
    if newer and kind == "resource":
        block = _merged(block, additions(type_))
    elif kind == "data" and type_ not in GLOBAL_DATA:
        block = {**block, "a": {**REGION_OF_DATA, **block.get("a", {})}}
    return _facts(block, (type_,))


def _merged(block: dict[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """A block with more attributes and blocks; those of the same name are replaced."""
    merged = {
        "a": {**block.get("a", {}), **added.get("a", {})},
        "b": {**block.get("b", {}), **added.get("b", {})},
    }
    for name, inner in added.get("inside", {}).items():
        nesting, least, most, old, *rest = merged["b"][name]
        merged["b"][name] = [nesting, least, most, _merged(old, inner), *rest]
    return merged


def _facts(block: dict[str, Any], path: tuple[str, ...]) -> Facts:
    attributes: dict[str, AttributeSchema] = {}
    defaults: dict[str, Value] = {
        name: from_plain(value) for name, value in _NESTED_DEFAULTS.get(path, {}).items()
    }
    for name, (code, flags, *default) in block.get("a", {}).items():
        attributes[name] = AttributeSchema(
            parse_code(code), "r" in flags, "o" in flags, "c" in flags, "!" in flags
        )
        if default:
            defaults[name] = from_plain(default[0])
    blocks: dict[str, NestedBlock] = {}
    inner_facts: dict[str, Facts] = {}
    decided = set(_DECIDED.get(path, ()))
    for name, (nesting, least, most, inner, *by_provider) in block.get("b", {}).items():
        inner_facts[name] = _facts(inner, (*path, name))
        blocks[name] = NestedBlock(nesting, inner_facts[name].schema, least, most)
        if by_provider:
            decided.add(name)
    return Facts(BlockSchema(attributes, blocks), defaults, frozenset(decided), inner_facts)


def parse_code(code: str) -> Type:
    """The type that a code such as ``Ms`` (map of string) stands for."""
    type_, rest = _parse_code(code)
    assert not rest, code
    return type_


def _parse_code(code: str) -> tuple[Type, str]:
    head, rest = code[0], code[1:]
    if head in _PRIMITIVES:
        return _PRIMITIVES[head], rest
    if head in _COLLECTIONS:
        element, rest = _parse_code(rest)
        return _COLLECTIONS[head](element), rest
    assert code.startswith("O{"), code
    members: dict[str, Type] = {}
    rest = rest[1:]
    while not rest.startswith("}"):
        name, _, rest = rest.lstrip(",").partition(":")
        members[name], rest = _parse_code(rest)
    return object_type(members), rest[1:]

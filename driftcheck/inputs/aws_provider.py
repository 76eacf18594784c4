"""What driftcheck knows of the AWS provider: arguments, blocks and defaults, by resource type.

The knowledge is data, in ``aws_provider.json`` beside this file, which
``scripts/aws_provider_schema.py`` writes. It covers provider 5.100 and what
provider 6 adds for DynamoDB.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from driftcheck.hcl.module.schema import AttributeSchema, BlockSchema, NestedBlock
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

_PRIMITIVES: Mapping[str, Type] = {
    "string": STRING,
    "number": NUMBER,
    "bool": BOOL,
    "dynamic": DYNAMIC,
}


@dataclass(frozen=True)
class Behaviour:
    """What a plan makes of a block's arguments, beyond their schema.

    ``defaults`` are the values of arguments that are not set. ``computed_blocks``
    are block types that, where there are none, keep what is live. ``newer`` are
    arguments and blocks that provider 5.100 does not have.
    """

    defaults: Mapping[str, Any] = field(default_factory=dict)
    computed_blocks: frozenset[str] = frozenset()
    newer: frozenset[str] = frozenset()
    blocks: Mapping[str, Behaviour] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """A resource type's schema and behaviour."""

    schema: BlockSchema
    behaviour: Behaviour


@dataclass(frozen=True)
class Provider:
    """Everything that is known; ``referenced`` types are known only in part."""

    resources: Mapping[str, Known]
    referenced: Mapping[str, Known]
    data_sources: Mapping[str, Known]
    configuration: BlockSchema


@cache
def aws_provider() -> Provider:
    """The knowledge, read on first use."""
    file = resources.files("driftcheck.inputs").joinpath("aws_provider.json")
    data = json.loads(file.read_text(encoding="utf-8"))
    return Provider(
        resources={name: _known(block) for name, block in data["resources"].items()},
        referenced={
            name: _known(block, complete=False) for name, block in data["referenced"].items()
        },
        data_sources={name: _known(block) for name, block in data["data_sources"].items()},
        configuration=_block(data["provider"], complete=False),
    )


def _known(block: Mapping[str, Any], *, complete: bool = True) -> Known:
    return Known(_block(block, complete=complete), _behaviour(block))


def _block(block: Mapping[str, Any], *, complete: bool = True) -> BlockSchema:
    return BlockSchema(
        {name: _attribute(a) for name, a in block.get("attributes", {}).items()},
        {name: _nested(b) for name, b in block.get("blocks", {}).items()},
        complete,
    )


def _attribute(attribute: Mapping[str, Any]) -> AttributeSchema:
    return AttributeSchema(
        _type(attribute["type"]),
        required=attribute.get("required", False),
        optional=attribute.get("optional", False),
        computed=attribute.get("computed", False),
        sensitive=attribute.get("sensitive", False),
    )


def _nested(nested: Mapping[str, Any]) -> NestedBlock:
    return NestedBlock(
        nested["nesting"],
        _block(nested["block"]),
        nested.get("min_items", 0),
        nested.get("max_items", 0),
    )


def _type(written: Any) -> Type:
    """A type as Terraform's JSON writes it: ``"string"``, ``["map", "string"]``."""
    if isinstance(written, str):
        return _PRIMITIVES[written]
    kind, inner = written
    match kind:
        case "list":
            return ListType(_type(inner))
        case "set":
            return SetType(_type(inner))
        case "map":
            return MapType(_type(inner))
        case _:
            return object_type({name: _type(t) for name, t in inner.items()})


def _behaviour(block: Mapping[str, Any]) -> Behaviour:
    attributes, blocks = block.get("attributes", {}), block.get("blocks", {})
    return Behaviour(
        defaults={n: a["default"] for n, a in attributes.items() if "default" in a},
        computed_blocks=frozenset(n for n, b in blocks.items() if b.get("computed")),
        newer=frozenset(n for n, x in [*attributes.items(), *blocks.items()] if x.get("newer")),
        blocks={name: _behaviour(b["block"]) for name, b in blocks.items()},
    )

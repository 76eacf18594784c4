"""Merges override files (``override.tf``, ``*_override.tf``) into the blocks they override.

Terraform merges arguments one by one, and replaces all nested blocks of a type
that the override mentions; see its page on override files.
"""

from __future__ import annotations

from driftcheck.errors import HclError
from driftcheck.hcl.json_syntax import json_blocks
from driftcheck.hcl.module.content import is_json
from driftcheck.hcl.module.diagnostics import Diagnostics
from driftcheck.hcl.module.traversals import literal_text
from driftcheck.hcl.syntax import Attribute, Block, Body

#: Blocks that an override file must not repeat, because nothing could be overridden.
_NOT_MERGED = {"moved", "removed", "import", "check"}


def apply_overrides(
    blocks: list[Block], overrides: list[Block], diagnostics: Diagnostics
) -> list[Block]:
    """The top-level blocks with those of the override files merged in, in order."""
    result = list(blocks)
    for override in overrides:
        if override.type == "locals":
            _override_locals(result, override, diagnostics)
        elif override.type == "terraform" or override.type in _NOT_MERGED:
            result.append(override)
        else:
            _override_block(result, override, diagnostics)
    return result


def _identity(block: Block) -> tuple[str, ...]:
    if block.type != "provider":
        return (block.type, *block.labels)
    alias = block.body.attributes.get("alias")
    text = literal_text(alias.expression) if alias is not None else ""
    return (block.type, *block.labels, text or "")


def _override_block(blocks: list[Block], override: Block, diagnostics: Diagnostics) -> None:
    identity = _identity(override)
    for index, base in enumerate(blocks):
        if _identity(base) == identity:
            with diagnostics.guard():
                blocks[index] = Block(
                    base.source,
                    base.start,
                    base.end,
                    base.type,
                    base.labels,
                    _merge_top_level(override.type, base.body, override.body),
                )
            return
    if override.type == "provider" and not identity[-1]:
        # A module without a provider block has the default configuration all the same.
        blocks.append(override)
        return
    name = ".".join(override.labels)
    diagnostics.error(
        f"Missing base {override.type} configuration to override.",
        override.location,
        f'There is no {override.type} "{name}" to override; an override file can only '
        "override what is declared elsewhere.",
    )


def _merge_top_level(kind: str, base: Body, override: Body) -> Body:
    depends_on = override.attributes.get("depends_on")
    if depends_on is not None:
        raise HclError(
            "Unsupported override.",
            depends_on.location,
            "The depends_on argument may not be overridden.",
        )
    merged = merge_bodies(base, override)
    if kind == "resource":
        _merge_lifecycle(merged, base, override)
    return merged


def merge_bodies(base: Body, override: Body) -> Body:
    """Arguments of ``override`` win; block types that it has replace those of ``base``."""
    replaced = {_block_type(block) for block in override.blocks}
    # A property of a JSON body may stand for blocks just as well as for an argument.
    properties = [a for a in override.attributes.values() if is_json(a)]
    for attribute in properties:
        if attribute.name == "dynamic":
            replaced |= {_block_type(block) for block in json_blocks(attribute, 1)}
    hidden = replaced | {a.name for a in properties}
    kept = [block for block in base.blocks if _block_type(block) not in hidden]
    attributes = {
        name: attribute for name, attribute in base.attributes.items() if name not in replaced
    }
    return Body(
        base.source,
        base.start,
        base.end,
        {**attributes, **override.attributes},
        [*kept, *override.blocks],
    )


def _block_type(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def _merge_lifecycle(merged: Body, base: Body, override: Body) -> None:
    """``lifecycle`` is the one block that is merged argument by argument."""
    old, new = _lifecycle(base), _lifecycle(override)
    if old is None or new is None:
        return
    body = merge_bodies(old.body, new.body)
    block = Block(old.source, old.start, old.end, "lifecycle", [], body)
    merged.attributes.pop("lifecycle", None)
    merged.blocks = [b for b in merged.blocks if b.type != "lifecycle"] + [block]


def _lifecycle(body: Body) -> Block | None:
    for block in body.blocks:
        if block.type == "lifecycle":
            return block
    attribute = body.attributes.get("lifecycle")
    found = json_blocks(attribute) if isinstance(attribute, Attribute) else []
    return found[0] if found else None


def _override_locals(blocks: list[Block], override: Block, diagnostics: Diagnostics) -> None:
    for name, attribute in override.body.attributes.items():
        for index, block in enumerate(blocks):
            if block.type == "locals" and name in block.body.attributes:
                body = merge_bodies(block.body, _only(override.body, attribute))
                blocks[index] = Block(block.source, block.start, block.end, "locals", [], body)
                break
        else:
            diagnostics.error(
                "Missing base local value definition to override.",
                attribute.location,
                f'There is no local value "{name}" to override.',
            )


def _only(body: Body, attribute: Attribute) -> Body:
    return Body(body.source, body.start, body.end, {attribute.name: attribute}, [])

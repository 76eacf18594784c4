"""Comments with the block that they belong to, for waivers next to a line of code."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftcheck.hcl.module.tree import ModuleNode
from driftcheck.hcl.syntax import Block, Comment
from driftcheck.model.location import Location


@dataclass(frozen=True, slots=True)
class ScopedComment:
    """A comment and the resource or module call that it is about.

    ``address`` has no instance keys (``module.a.aws_dynamodb_table.t``); a comment
    inside of a ``module`` block has the call's (``module.a``), one that is about no
    block the module's own. ``first_line`` and ``last_line`` are the block's lines.
    """

    text: str
    location: Location
    address: str
    first_line: int
    last_line: int


def scoped_comments(root: ModuleNode) -> Iterator[ScopedComment]:
    """All comments of all modules of a tree.

    A comment belongs to the block that it stands in, or to the one that begins on
    the line after it (or after the comments and annotations that follow it).
    """
    pending = [root]
    while pending:
        node = pending.pop()
        pending.extend(node.children.values())
        if node.module.comments:
            yield from _comments_of(node)


def _comments_of(node: ModuleNode) -> Iterator[ScopedComment]:
    prefix = f"{node.address}." if node.address else ""
    nowhere = (0, 0, node.address)
    spans: list[tuple[Block, str]] = [
        (decl.span, prefix + decl.address) for decl in node.module.resources.values()
    ]
    spans += [(call.span, f"{prefix}module.{name}") for name, call in node.module.calls.items()]
    blocks: dict[str, list[tuple[int, int, str]]] = {}
    for block, address in spans:
        last = block.source.location(max(block.start, block.end - 1)).line
        blocks.setdefault(block.source.name, []).append((block.location.line, last, address))
    for found in blocks.values():
        found.sort()
    # The first line after each comment that is none of a comment, from the last one upwards.
    after: dict[tuple[str, int], int] = {}
    for file, line in sorted(
        ((c.source.name, line) for c in node.module.comments for line in _lines(c)), reverse=True
    ):
        after[file, line] = after.get((file, line + 1), line + 1)
    for comment in node.module.comments:
        location = comment.location
        inside = _block_at(blocks.get(location.file, ()), location.line)
        following = after[location.file, location.line]
        first, last, address = (
            inside or _block_at(blocks.get(location.file, ()), following, begins=True) or nowhere
        )
        yield ScopedComment(comment.text, location, address, first, last)


def _block_at(
    blocks: Sequence[tuple[int, int, str]], line: int, *, begins: bool = False
) -> tuple[int, int, str] | None:
    """The block that holds a line, or that begins there; ``blocks`` are in order."""
    at = bisect_right(blocks, line, key=lambda block: block[0]) - 1
    if at < 0:
        return None
    first, last, _address = blocks[at]
    return blocks[at] if (first == line if begins else line <= last) else None


def _lines(comment: Comment) -> range:
    first = comment.location.line
    return range(first, first + comment.text.rstrip("\n").count("\n") + 1)

"""Comments with the block that they belong to, for waivers next to a line of code."""

from __future__ import annotations

from collections.abc import Iterator
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
    spans: list[tuple[Block, str]] = [
        (decl.span, prefix + decl.address) for decl in node.module.resources.values()
    ]
    spans += [(call.span, f"{prefix}module.{name}") for name, call in node.module.calls.items()]
    lines = [
        (
            block.source.name,
            block.location.line,
            block.source.location(max(block.start, block.end - 1)).line,
            address,
        )
        for block, address in spans
    ]
    comment_lines = {(c.source.name, line) for c in node.module.comments for line in _lines(c)}
    for comment in node.module.comments:
        location = comment.location
        address, first, last = node.address, 0, 0
        after = _lines(comment)[-1] + 1
        while (location.file, after) in comment_lines:
            after += 1
        for file, start, end, candidate in lines:
            if file == location.file and (start <= location.line <= end or start == after):
                address, first, last = candidate, start, end
                break
        yield ScopedComment(comment.text, location, address, first, last)


def _lines(comment: Comment) -> range:
    first = comment.location.line
    return range(first, first + comment.text.rstrip("\n").count("\n") + 1)

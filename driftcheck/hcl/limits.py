"""How deep and how high code may be nested.

Whoever walks a tree does it by recursion, so a stranger's ``((((...`` or ``1+1+1+...``
must not make one of a million levels.
"""

from __future__ import annotations

from driftcheck.errors import HclLimitError
from driftcheck.hcl.syntax import CHILD_FIELDS, Expression, Node

#: Levels of brackets, blocks and templates inside each other.
MAX_DEPTH = 100

#: Levels of operators, calls, collections, ... inside each other.
MAX_HEIGHT = 200


def check_height(expression: Expression) -> None:
    """Raise ``HclLimitError`` for an expression of more than ``MAX_HEIGHT`` levels."""
    if expression.end - expression.start < MAX_HEIGHT:
        return  # every level takes a character at least
    level: list[Node] = [expression]
    height = 0
    while level:
        height += 1
        if height > MAX_HEIGHT:
            raise HclLimitError(
                "This expression is too complex.",
                expression.location,
                f"driftcheck follows at most {MAX_HEIGHT} levels of operators and brackets;"
                " split it with local values.",
            )
        below: list[Node] = []
        for node in level:
            for name in CHILD_FIELDS[type(node)]:
                child = getattr(node, name)
                if isinstance(child, list):
                    below += child
                elif child is not None:
                    below.append(child)
        level = below

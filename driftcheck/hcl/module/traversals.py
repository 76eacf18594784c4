"""Expressions that are read as addresses and never evaluated.

``depends_on``, ``provider``, ``ignore_changes``, ``moved`` and their like hold
references by name. In JSON, and in code older than Terraform 0.12, they stand in
quotes.
"""

from __future__ import annotations

from driftcheck.errors import HclError
from driftcheck.hcl import syntax
from driftcheck.hcl.json_syntax import literal
from driftcheck.hcl.parser import parse_expression
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Expression, Traversal


def unquoted(expression: Expression) -> Expression:
    """The expression, or the one that its quoted text spells.

    Positions inside quoted text of native syntax count from the text's own beginning;
    callers that report a place use the given expression's.
    """
    if expression.source.name.endswith(".json"):
        plain = literal(expression)
        return parse_expression(plain.source) if isinstance(plain, syntax.Literal) else plain
    text = literal_text(expression)
    if text is None:
        return expression
    return parse_expression(Source(expression.source.name, text))


def literal_text(expression: Expression) -> str | None:
    """The text of a quoted string without any interpolation; None for anything else."""
    match expression:
        case syntax.Template(parts=[]):
            return ""
        case syntax.Template(parts=[syntax.Literal(value=str(text))]):
            return text
        case syntax.Literal(value=str(text)) if (
            expression.source.text[expression.start : expression.start + 1] == '"'
        ):
            return text
        case _:
            return None


def reference_list(expression: Expression | None) -> list[Expression]:
    """The elements of a static list of references, out of their quotes; none for None.

    Raises ``HclError`` where it is not a list.
    """
    if expression is None:
        return []
    if not isinstance(expression, syntax.TupleCons):
        raise HclError(
            "Invalid expression.",
            expression.location,
            "A static list of references is needed here, such as `[aws_kms_key.main]`.",
        )
    return [unquoted(item) for item in expression.items]


def relative_path(expression: Expression) -> tuple[str, ...]:
    """The steps of a path that starts at a resource's own attribute (``tags["Name"]``).

    Raises ``HclError`` for anything that is not such a path.
    """
    match expression:
        case Traversal(root=root, names=names):
            return (root, *names)
        case syntax.Literal(value=str(name)):
            return (name,)
        case syntax.GetAttr(object=inner, name=name):
            return (*relative_path(inner), name)
        case syntax.Index(collection=inner, key=key):
            step = index_text(key)
            if step is not None:
                return (*relative_path(inner), step)
    raise HclError(
        "Invalid reference.",
        expression.location,
        "An attribute of the resource is needed, optionally followed by a constant key.",
    )


def index_text(key: Expression) -> str | None:
    """A constant index or key as text; None where it is not constant."""
    text = literal_text(key)
    if text is not None:
        return text
    if isinstance(key, syntax.Literal) and isinstance(key.value, int | str):
        return str(key.value)
    return None


def address_text(expression: Expression) -> str:
    """A resource or module address as Terraform writes it.

    Raises ``HclError`` where the expression is not an address.
    """
    plain = unquoted(expression)
    parts: list[str] = []
    node = plain
    while not isinstance(node, Traversal):
        match node:
            case syntax.GetAttr(object=inner, name=name):
                parts.append(f".{name}")
            case syntax.Index(collection=inner, key=key):
                text = index_text(key)
                if text is None:
                    raise _not_an_address(expression)
                number = isinstance(key, syntax.Literal) and isinstance(key.value, int)
                parts.append(f"[{text}]" if number else f'["{text}"]')
            case _:
                raise _not_an_address(expression)
        node = inner
    parts.append(".".join([node.root, *node.names]))
    return "".join(reversed(parts))


def _not_an_address(expression: Expression) -> HclError:
    return HclError(
        "Invalid address.",
        expression.location,
        "The address of a resource or module is needed, such as `module.a.aws_kms_key.b[0]`.",
    )

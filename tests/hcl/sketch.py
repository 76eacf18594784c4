"""Trees written down in one line, for tests to compare.

Operators, calls and the like are ``(what part part ...)``; the element of a splat is
``_``; a reference is itself; a literal is JSON; ``<...>`` is a template.
"""

from __future__ import annotations

import json
from fractions import Fraction

from driftcheck.hcl import syntax
from driftcheck.hcl.syntax import Node


def sketch(node: Node) -> str:
    match node:
        case syntax.Literal(value=Fraction() as value):
            return str(value)
        case syntax.Literal(value=value):
            return json.dumps(value, ensure_ascii=False)
        case syntax.Template(parts=parts):
            return f"<{' '.join(map(sketch, parts))}>"
        case syntax.TemplateWrap(inner=inner):
            return f"(wrap {sketch(inner)})"
        case syntax.TemplateIf(condition=condition, then=then, otherwise=otherwise):
            return f"(%if {sketch(condition)} {sketch(then)} {sketch(otherwise)})"
        case syntax.TemplateFor(body=body):
            return f"(%for {_names(node)} {sketch(node.collection)} {sketch(body)})"
        case syntax.Traversal(root=root, names=names):
            return ".".join([root, *names])
        case syntax.GetAttr(object=subject, name=name):
            return f"(. {sketch(subject)} {name})"
        case syntax.Index(collection=collection, key=key):
            return f"(at {sketch(collection)} {sketch(key)})"
        case syntax.Splat(subject=subject, each=each, full=full):
            return f"({'[*]' if full else '.*'} {sketch(subject)} {sketch(each)})"
        case syntax.SplatItem():
            return "_"
        case syntax.FunctionCall(name=name, args=args, expand_final=expand):
            return f"({' '.join([name, *map(sketch, args)])}{' ...' if expand else ''})"
        case syntax.Unary(operator=operator, operand=operand):
            return f"({operator} {sketch(operand)})"
        case syntax.Binary(operator=operator, left=left, right=right):
            return f"({operator} {sketch(left)} {sketch(right)})"
        case syntax.Conditional(condition=condition, then=then, otherwise=otherwise):
            return f"(? {sketch(condition)} {sketch(then)} {sketch(otherwise)})"
        case syntax.Parentheses(inner=inner):
            return f"(paren {sketch(inner)})"
        case syntax.TupleCons(items=items):
            return f"[{' '.join(map(sketch, items))}]"
        case syntax.ObjectCons(items=pairs):
            return f"{{{' '.join(f'{sketch(i.key)}={sketch(i.value)}' for i in pairs)}}}"
        case syntax.ForTuple(collection=collection, body=body, condition=condition):
            tail = f" if {sketch(condition)}" if condition else ""
            return f"[for {_names(node)} {sketch(collection)} {sketch(body)}{tail}]"
        case syntax.ForObject(collection=collection, key=key, value=value, condition=condition):
            tail = ("..." if node.group else "") + (f" if {sketch(condition)}" if condition else "")
            pair = f"{sketch(key)}={sketch(value)}"
            return f"{{for {_names(node)} {sketch(collection)} {pair}{tail}}}"
        case syntax.Body(attributes=attributes, blocks=blocks):
            arguments = [f"{a.name}={sketch(a.expression)}" for a in attributes.values()]
            return " ".join([*arguments, *map(sketch, blocks)])
        case syntax.Block(type=type_, labels=labels, body=body):
            return f"{' '.join([type_, *map(json.dumps, labels)])} {{{sketch(body)}}}"
    raise AssertionError(node)


def _names(node: syntax.ForTuple | syntax.ForObject | syntax.TemplateFor) -> str:
    return f"{node.key_name},{node.value_name}" if node.key_name else node.value_name

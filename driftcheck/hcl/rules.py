"""Which builder of ``driftcheck.hcl.lowering`` is for which rule of python-hcl2's grammar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from driftcheck.errors import DriftcheckError
from driftcheck.hcl import lowering
from driftcheck.hcl.lowering import Builder

# What the helper rules build that Lark makes for repetitions: lists.


def _first(_: object, item: Any) -> list[Any]:
    return [item]


def _first_before_comma(_: object, item: Any, __: int) -> list[Any]:
    return [item]


def _first_after_comma(_: object, __: int, item: Any) -> list[Any]:
    return [item]


def _append(_: object, items: list[Any], item: Any) -> list[Any]:
    items.append(item)
    return items


def _append_before_comma(_: object, items: list[Any], item: Any, __: int) -> list[Any]:
    items.append(item)
    return items


def _append_after_comma(_: object, items: list[Any], __: int, item: Any) -> list[Any]:
    items.append(item)
    return items


_BUILDERS: dict[str, Builder] = {
    "body:": lowering.body,
    "body: __body_star": lowering.body,
    "attribute: _attribute_name EQ expression": lowering.attribute,
    "block: _attribute_name __block_star LBRACE body RBRACE": lowering.block,
    "block: _attribute_name LBRACE body RBRACE": lowering.block_without_labels,
    "expr_term: identifier": lowering.variable,
    "expr_term: LPAR expression RPAR": lowering.parentheses,
    "function_call: identifier LPAR arguments RPAR": lowering.function_call,
    "function_call: identifier LPAR RPAR": lowering.function_call_without_arguments,
    "arguments: expression": lowering.argument,
    "arguments: expression COMMA": lowering.argument,
    "arguments: expression ELLIPSIS": lowering.expanded_argument,
    "arguments: expression __arguments_star": lowering.arguments,
    "arguments: expression __arguments_star COMMA": lowering.arguments,
    "arguments: expression __arguments_star ELLIPSIS": lowering.expanded_arguments,
    "tuple: LSQB RSQB": lowering.empty_tuple,
    "tuple: LSQB expression RSQB": lowering.tuple_of_one,
    "tuple: LSQB expression COMMA RSQB": lowering.tuple_of_one,
    "tuple: LSQB __tuple_star RSQB": lowering.tuple_,
    "tuple: LSQB __tuple_star expression RSQB": lowering.tuple_,
    "tuple: LSQB __tuple_star expression COMMA RSQB": lowering.tuple_,
    "object: LBRACE RBRACE": lowering.empty_object,
    "object: LBRACE __object_star RBRACE": lowering.object_,
    "object_elem: object_elem_key EQ expression": lowering.object_item,
    "object_elem: object_elem_key COLON expression": lowering.object_item,
    "object_elem_key: keyword": lowering.for_as_key,
    "__object_star: object_elem": lowering.first_object_item,
    "__object_star: object_elem COMMA": _first_before_comma,
    "__object_star: __object_star object_elem": lowering.next_object_item,
    "__object_star: __object_star object_elem COMMA": lowering.next_object_item_and_comma,
    "expression: or_expr QMARK expression COLON expression": lowering.conditional,
    "or_binary_operator: DOUBLE_PIPE": lowering.operator_text("||"),
    "and_binary_operator: DOUBLE_AMP": lowering.operator_text("&&"),
    "eq_binary_operator: DOUBLE_EQ": lowering.operator_text("=="),
    "eq_binary_operator: NEQ": lowering.operator_text("!="),
    "rel_binary_operator: LT": lowering.operator_text("<"),
    "rel_binary_operator: GT": lowering.operator_text(">"),
    "rel_binary_operator: LEQ": lowering.operator_text("<="),
    "rel_binary_operator: GEQ": lowering.operator_text(">="),
    "add_binary_operator: PLUS": lowering.operator_text("+"),
    "add_binary_operator: MINUS": lowering.operator_text("-"),
    "mul_binary_operator: ASTERISK": lowering.operator_text("*"),
    "mul_binary_operator: SLASH": lowering.operator_text("/"),
    "mul_binary_operator: PERCENT": lowering.operator_text("%"),
    "or_binary_term: or_binary_operator and_expr": lowering.operator_and_right,
    "and_binary_term: and_binary_operator eq_expr": lowering.operator_and_right,
    "eq_binary_term: eq_binary_operator rel_expr": lowering.operator_and_right,
    "rel_binary_term: rel_binary_operator add_expr": lowering.operator_and_right,
    "add_binary_term: add_binary_operator mul_expr": lowering.operator_and_right,
    "mul_binary_term: mul_binary_operator unary_expr": lowering.operator_and_right,
    "or_expr: or_expr or_binary_term": lowering.binary,
    "and_expr: and_expr and_binary_term": lowering.binary,
    "eq_expr: eq_expr eq_binary_term": lowering.binary,
    "rel_expr: rel_expr rel_binary_term": lowering.binary,
    "add_expr: add_expr add_binary_term": lowering.binary,
    "mul_expr: mul_expr mul_binary_term": lowering.binary,
    "unary_op: MINUS expr_term": lowering.unary,
    "unary_op: NOT expr_term": lowering.unary,
    "get_attr: DOT identifier": lowering.attribute_step,
    "get_attr: DOT literal_value": lowering.attribute_step,
    "braces_index: LSQB expression RSQB": lowering.index_step,
    "short_index: DOT INT_LITERAL": lowering.legacy_index_step,
    "get_attr_expr_term: expr_term get_attr": lowering.with_step,
    "index_expr_term: expr_term index": lowering.with_step,
    "attr_splat: ATTR_SPLAT": lowering.splat_steps(full=False),
    "attr_splat: ATTR_SPLAT __attr_splat_star": lowering.splat_steps(full=False),
    "full_splat: FULL_SPLAT_START": lowering.splat_steps(full=True),
    "full_splat: FULL_SPLAT_START __attr_splat_star": lowering.splat_steps(full=True),
    "attr_splat_expr_term: expr_term attr_splat": lowering.with_splat,
    "full_splat_expr_term: expr_term full_splat": lowering.with_splat,
    "for_intro: FOR identifier IN expression COLON": lowering.for_intro,
    "for_intro: FOR identifier COMMA identifier IN expression COLON": lowering.for_intro_with_key,
    "for_cond: IF expression": lowering.for_condition,
    "for_tuple_expr: LSQB for_intro expression RSQB": lowering.for_tuple,
    "for_tuple_expr: LSQB for_intro expression for_cond RSQB": lowering.for_tuple,
    "__body_star: attribute": _first,
    "__body_star: block": _first,
    "__body_star: __body_star attribute": _append,
    "__body_star: __body_star block": _append,
    "__block_star: _attribute_name": _first,
    "__block_star: __block_star _attribute_name": _append,
    "__tuple_star: expression COMMA": _first_before_comma,
    "__tuple_star: __tuple_star expression COMMA": _append_before_comma,
    "__arguments_star: COMMA expression": _first_after_comma,
    "__arguments_star: __arguments_star COMMA expression": _append_after_comma,
    "__attr_splat_star: get_attr": _first,
    "__attr_splat_star: index": _first,
    "__attr_splat_star: __attr_splat_star get_attr": _append,
    "__attr_splat_star: __attr_splat_star index": _append,
}
for _tail in ("", " for_cond"):
    _rule = "for_object_expr: LBRACE for_intro expression FOR_OBJECT_ARROW expression"
    _BUILDERS[f"{_rule}{_tail} RBRACE"] = lowering.for_object(group=False)
    _BUILDERS[f"{_rule} ELLIPSIS{_tail} RBRACE"] = lowering.for_object(group=True)

# Rules of one symbol that build nothing: the value of the symbol is theirs.
_TRANSPARENT = frozenset(
    """
    _attribute_name: identifier | _attribute_name: keyword | _attribute_name: literal_value
    identifier: NAME | int_lit: INT_LITERAL | template_string: TEMPLATE_STRING
    literal_value: TRUE | literal_value: FALSE | literal_value: NULL
    keyword: IN | keyword: FOR | keyword: IF | object_elem_key: expression
    index: braces_index
    index: short_index | expression: or_expr | or_expr: and_expr | and_expr: eq_expr
    eq_expr: rel_expr | rel_expr: add_expr | add_expr: mul_expr | mul_expr: unary_expr
    unary_expr: unary_op | unary_expr: expr_term | expr_term: int_lit
    expr_term: template_string | expr_term: tuple | expr_term: object
    expr_term: literal_value | expr_term: function_call | expr_term: index_expr_term
    expr_term: get_attr_expr_term | expr_term: attr_splat_expr_term
    expr_term: full_splat_expr_term | expr_term: for_tuple_expr | expr_term: for_object_expr
    """.replace("\n", " | ")
    .replace("    ", "")
    .strip(" |")
    .split(" | ")
)


def builders_for(rules: Sequence[tuple[str, tuple[str, ...]]]) -> list[Builder | None]:
    """The builder of every rule; None for a rule that passes its one value on.

    Raises ``DriftcheckError`` for a rule that is not known here: the installed
    python-hcl2 then has another grammar.
    """
    builders: list[Builder | None] = []
    for origin, symbols in rules:
        # Lark numbers the helper rules that it makes for repetitions.
        rule = re.sub(r"\b(__\w+)_\d+\b", r"\1", f"{origin}: {' '.join(symbols)}").rstrip()
        if rule not in _BUILDERS and rule not in _TRANSPARENT:
            raise DriftcheckError(
                f"The grammar of the installed python-hcl2 has a rule that driftcheck does not"
                f" know ({rule}). Install the version that driftcheck asks for."
            )
        builders.append(_BUILDERS.get(rule))
    return builders

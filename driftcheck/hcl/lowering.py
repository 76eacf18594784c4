"""What each rule of python-hcl2's grammar builds.

A builder gets the source and the values of the rule's symbols. The value of a token
is: for a name ``(start, end, text)``, for a reference or a literal its node, for a
splat operator ``(start, end)``, for a run of unary operators a list of ``(start,
operator)``, and for every other token the offset at which it starts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from driftcheck.errors import DriftcheckError, HclError, HclLimitError
from driftcheck.hcl.limits import MAX_HEIGHT, check_height
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import (
    Attribute,
    Binary,
    Block,
    Body,
    Conditional,
    Expression,
    ForObject,
    ForTuple,
    FunctionCall,
    GetAttr,
    Index,
    Literal,
    ObjectCons,
    ObjectItem,
    Parentheses,
    Splat,
    SplatItem,
    Traversal,
    TupleCons,
    Unary,
)

Builder = Callable[..., Any]
Name = tuple[int, int, str]
Splatter = tuple[int, int]
#: One step after a term: "attribute", "index" or "legacy"; its name or key; its end.
Step = tuple[str, Any, int]
ForIntro = tuple[str | None, str, Expression]
#: None at the end stands for a separator that has not come yet.
ObjectItems = list[ObjectItem | None]


def _fail(source: Source, at: int, summary: str, detail: str) -> NoReturn:
    raise HclError(summary, source.location(at), detail)


def _normal(name: str) -> str:
    """A name as a string value has it: in normal form C, unlike that of a reference."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


# Bodies.


def _body(source: Source, items: Sequence[Attribute | Block] = ()) -> Body:
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for item in items:
        if type(item) is Block:
            blocks.append(item)
        elif type(item) is Attribute:
            earlier = attributes.setdefault(item.name, item)
            if earlier is not item:
                _fail(
                    source,
                    item.start,
                    "Attribute redefined.",
                    f'The argument "{item.name}" is already set on line'
                    f" {earlier.location.line}; each argument may be set only once.",
                )
    # The block, or the parser for a whole file, sets the right range.
    return Body(source, 0, 0, attributes, blocks)


def _attribute(source: Source, name: Name, _: int, expression: Expression) -> Attribute:
    check_height(expression)
    return Attribute(source, name[0], expression.end, name[2], expression)


def _block(
    source: Source, name: Name, labels: list[Name], open_: int, content: Body, close: int
) -> Block:
    content.start = open_
    content.end = close + 1
    return Block(source, name[0], close + 1, name[2], [label[2] for label in labels], content)


def _block_without_labels(
    source: Source, name: Name, open_: int, content: Body, close: int
) -> Block:
    return _block(source, name, [], open_, content, close)


# Terms.


def _variable(source: Source, value: Name | Traversal) -> Traversal:
    if isinstance(value, Traversal):
        return value
    start, end, text = value
    if "::" in text:
        _fail(source, end, "Missing open parenthesis.", f'Call the function: "{text}(...)".')
    return Traversal(source, start, end, text, [], [])


def _parentheses(source: Source, open_: int, inner: Expression, close: int) -> Parentheses:
    return Parentheses(source, open_, close + 1, inner)


def _function_call(
    source: Source,
    name: Name | Traversal,
    _: int,
    args: tuple[list[Expression], bool],
    close: int,
) -> FunctionCall:
    if isinstance(name, Traversal):
        _fail(source, name.start, "Invalid function name.", "The name of a function has no dots.")
    start, _end, text = name
    return FunctionCall(source, start, close + 1, text, args[0], args[1])


def _function_call_without_arguments(
    source: Source, name: Name | Traversal, open_: int, close: int
) -> FunctionCall:
    return _function_call(source, name, open_, ([], False), close)


def _argument(_: Source, first: Expression, *__: int) -> tuple[list[Expression], bool]:
    return [first], False


def _expanded_argument(_: Source, first: Expression, __: int) -> tuple[list[Expression], bool]:
    return [first], True


def _arguments(
    _: Source, first: Expression, more: list[Expression], *__: int
) -> tuple[list[Expression], bool]:
    return [first, *more], False


def _expanded_arguments(
    _: Source, first: Expression, more: list[Expression], __: int
) -> tuple[list[Expression], bool]:
    return [first, *more], True


def _empty_tuple(source: Source, open_: int, close: int) -> TupleCons:
    return TupleCons(source, open_, close + 1, [])


def _tuple_of_one(source: Source, open_: int, item: Expression, *close: int) -> TupleCons:
    return TupleCons(source, open_, close[-1] + 1, [item])


def _tuple(source: Source, open_: int, items: list[Expression], *rest: Any) -> TupleCons:
    *last, close = rest
    if last:
        items.append(last[0])
    return TupleCons(source, open_, close + 1, items)


def _object(source: Source, open_: int, items: ObjectItems, close: int) -> ObjectCons:
    return ObjectCons(source, open_, close + 1, [item for item in items if item])


def _empty_object(source: Source, open_: int, close: int) -> ObjectCons:
    return ObjectCons(source, open_, close + 1, [])


def _object_item(source: Source, key: Expression, _: int, value: Expression) -> ObjectItem:
    if type(key) is Traversal:
        if not key.names:
            key = Literal(source, key.start, key.end, _normal(key.root))
    elif type(key) is Literal and (key.value is None or type(key.value) is bool):
        key = Literal(source, key.start, key.end, key.text)  # a keyword is a plain name here
    return ObjectItem(source, key.start, value.end, key, value)


def _for_as_key(source: Source, keyword: Name) -> NoReturn:
    _fail(
        source,
        keyword[0],
        "Invalid 'for' expression.",
        'As the first key of an object, "for" must be quoted.',
    )


def _first_object_item(_: Source, item: ObjectItem) -> ObjectItems:
    return [item, None]


def _next_object_item(source: Source, items: ObjectItems, item: ObjectItem) -> ObjectItems:
    _next_object_item_and_comma(source, items, item, 0)
    items.append(None)
    return items


def _next_object_item_and_comma(
    source: Source, items: ObjectItems, item: ObjectItem, _: int
) -> ObjectItems:
    if items[-1] is None:
        _fail(
            source,
            item.start,
            "Missing attribute separator.",
            "Put a comma or a newline between the items of an object.",
        )
    items.append(item)
    return items


# Operators.


def _conditional(
    source: Source, condition: Expression, _: int, then: Expression, __: int, other: Expression
) -> Conditional:
    return Conditional(source, condition.start, other.end, condition, then, other)


def _operator(text: str) -> Builder:
    def build(_: Source, __: int) -> str:
        return text

    return build


def _operator_and_right(_: Source, operator: str, right: Expression) -> tuple[str, Expression]:
    return operator, right


def _binary(source: Source, left: Expression, term: tuple[str, Expression]) -> Binary:
    operator, right = term
    return Binary(source, left.start, right.end, operator, left, right)


def _unary(source: Source, operators: list[tuple[int, str]], operand: Expression) -> Expression:
    node = operand
    for start, operator in reversed(operators):
        node = Unary(source, start, operand.end, operator, node)
    return node


# Steps after a term: attributes, indexes, splats.


def _attribute_step(_: Source, __: int, name: Name) -> Step:
    return "attribute", name[2], name[1]


def _index_step(_: Source, __: int, key: Expression, close: int) -> Step:
    return "index", key, close + 1


def _legacy_index_step(source: Source, _: int, key: Literal) -> Step:
    first, dot, second = key.text.partition(".")
    if dot:
        _fail(
            source,
            key.start,
            "Invalid legacy index syntax.",
            f"Indexes written with dots cannot be chained; write [{first}][{second}].",
        )
    return "legacy", key, key.end


def _step(source: Source, node: Expression, step: Step) -> Expression:
    """``node`` followed by one step.

    What follows a full splat belongs to its ``each``: ``a[*].b[0]`` takes ``.b[0]`` of
    every element of ``a``.
    """
    kind, value, end = step
    if type(node) is Splat and node.full:
        last = _last_splat(node, end)
        last.each = _step(source, last.each, step)
        return node
    if kind != "attribute":
        return Index(source, node.start, end, node, value)
    if type(node) is Traversal:
        node.names.append(value)
        node.ends.append(end)
        node.end = end
        return node
    return GetAttr(source, node.start, end, node, _normal(value))


def _splat(source: Source, subject: Expression, splat: tuple[bool, Splatter, list[Step]]) -> Splat:
    """``subject`` followed by a splat operator and its steps.

    ``a.*.b.0[1]`` applies ``.b.0`` to every element and ``[1]`` to the result.
    """
    if type(subject) is Splat and subject.full:
        last = _last_splat(subject, subject.end)
        last.each = _splat(source, last.each, splat)
        _last_splat(subject, last.each.end)
        return subject
    full, (start, end), steps = splat
    if not full and type(subject) is Splat:
        _fail(
            source,
            end - 1,
            "Nested splat expression not allowed.",
            'Use the full form ("[*]") to go through lists inside lists.',
        )
    item = SplatItem(source, start, end)
    node = Splat(source, subject.start, end, subject, item, item, full)
    taken = 0
    while taken < len(steps) and (full or steps[taken][0] != "index"):
        node.each = _step(source, node.each, steps[taken])
        taken += 1
    node.end = node.each.end
    result: Expression = node
    for step in steps[taken:]:
        result = _step(source, result, step)
    return result  # type: ignore[return-value]


def _last_splat(splat: Splat, end: int) -> Splat:
    """The last of the full splats that follow each other, all of which reach to ``end`` now."""
    for _ in range(MAX_HEIGHT):
        splat.end = end
        if not (type(splat.each) is Splat and splat.each.full):
            return splat
        splat = splat.each
    raise HclLimitError(
        "This expression is too complex.",
        splat.location,
        f"driftcheck follows at most {MAX_HEIGHT} splat operators after each other.",
    )


def _splat_steps(full: bool) -> Builder:
    def build(
        _: Source, splatter: Splatter, steps: list[Step] | None = None
    ) -> tuple[bool, Splatter, list[Step]]:
        return full, splatter, steps or []

    return build


# For expressions.


def _for_intro(
    source: Source, _: int, value: Name, __: int, collection: Expression, ___: int
) -> ForIntro:
    return None, _plain(source, value)[2], collection


def _for_intro_with_key(
    source: Source, _: int, key: Name, __: int, value: Name, ___: int, coll: Expression, ____: int
) -> ForIntro:
    return _plain(source, key)[2], _plain(source, value)[2], coll


def _for_condition(_: Source, __: int, condition: Expression) -> Expression:
    return condition


def _for_tuple(source: Source, open_: int, intro: ForIntro, *rest: Any) -> ForTuple:
    content, *condition, close = rest
    return ForTuple(source, open_, close + 1, *intro, content, *(condition or (None,)))


def _for_object(group: bool) -> Builder:
    def build(source: Source, open_: int, intro: ForIntro, *rest: Any) -> ForObject:
        key, _arrow, value, *tail, close = rest
        condition = tail[-1] if len(tail) > group else None
        return ForObject(source, open_, close + 1, *intro, key, value, group, condition)

    return build


def _plain(source: Source, value: Name | Traversal) -> Name:
    if isinstance(value, Traversal):
        _fail(source, value.start, "Invalid name.", "A name without dots is needed here.")
    return value


# Lists.


def _first(_: Source, item: Any) -> list[Any]:
    return [item]


def _first_before_comma(_: Source, item: Any, __: int) -> list[Any]:
    return [item]


def _first_after_comma(_: Source, __: int, item: Any) -> list[Any]:
    return [item]


def _append(_: Source, items: list[Any], item: Any) -> list[Any]:
    items.append(item)
    return items


def _append_before_comma(_: Source, items: list[Any], item: Any, __: int) -> list[Any]:
    items.append(item)
    return items


def _append_after_comma(_: Source, items: list[Any], __: int, item: Any) -> list[Any]:
    items.append(item)
    return items


_BUILDERS: dict[str, Builder] = {
    "body:": _body,
    "body: __body_star": _body,
    "attribute: _attribute_name EQ expression": _attribute,
    "block: _attribute_name __block_star LBRACE body RBRACE": _block,
    "block: _attribute_name LBRACE body RBRACE": _block_without_labels,
    "expr_term: identifier": _variable,
    "expr_term: LPAR expression RPAR": _parentheses,
    "function_call: identifier LPAR arguments RPAR": _function_call,
    "function_call: identifier LPAR RPAR": _function_call_without_arguments,
    "arguments: expression": _argument,
    "arguments: expression COMMA": _argument,
    "arguments: expression ELLIPSIS": _expanded_argument,
    "arguments: expression __arguments_star": _arguments,
    "arguments: expression __arguments_star COMMA": _arguments,
    "arguments: expression __arguments_star ELLIPSIS": _expanded_arguments,
    "tuple: LSQB RSQB": _empty_tuple,
    "tuple: LSQB expression RSQB": _tuple_of_one,
    "tuple: LSQB expression COMMA RSQB": _tuple_of_one,
    "tuple: LSQB __tuple_star RSQB": _tuple,
    "tuple: LSQB __tuple_star expression RSQB": _tuple,
    "tuple: LSQB __tuple_star expression COMMA RSQB": _tuple,
    "object: LBRACE RBRACE": _empty_object,
    "object: LBRACE __object_star RBRACE": _object,
    "object_elem: object_elem_key EQ expression": _object_item,
    "object_elem: object_elem_key COLON expression": _object_item,
    "object_elem_key: keyword": _for_as_key,
    "__object_star: object_elem": _first_object_item,
    "__object_star: object_elem COMMA": _first_before_comma,
    "__object_star: __object_star object_elem": _next_object_item,
    "__object_star: __object_star object_elem COMMA": _next_object_item_and_comma,
    "expression: or_expr QMARK expression COLON expression": _conditional,
    "or_binary_operator: DOUBLE_PIPE": _operator("||"),
    "and_binary_operator: DOUBLE_AMP": _operator("&&"),
    "eq_binary_operator: DOUBLE_EQ": _operator("=="),
    "eq_binary_operator: NEQ": _operator("!="),
    "rel_binary_operator: LT": _operator("<"),
    "rel_binary_operator: GT": _operator(">"),
    "rel_binary_operator: LEQ": _operator("<="),
    "rel_binary_operator: GEQ": _operator(">="),
    "add_binary_operator: PLUS": _operator("+"),
    "add_binary_operator: MINUS": _operator("-"),
    "mul_binary_operator: ASTERISK": _operator("*"),
    "mul_binary_operator: SLASH": _operator("/"),
    "mul_binary_operator: PERCENT": _operator("%"),
    "or_binary_term: or_binary_operator and_expr": _operator_and_right,
    "and_binary_term: and_binary_operator eq_expr": _operator_and_right,
    "eq_binary_term: eq_binary_operator rel_expr": _operator_and_right,
    "rel_binary_term: rel_binary_operator add_expr": _operator_and_right,
    "add_binary_term: add_binary_operator mul_expr": _operator_and_right,
    "mul_binary_term: mul_binary_operator unary_expr": _operator_and_right,
    "or_expr: or_expr or_binary_term": _binary,
    "and_expr: and_expr and_binary_term": _binary,
    "eq_expr: eq_expr eq_binary_term": _binary,
    "rel_expr: rel_expr rel_binary_term": _binary,
    "add_expr: add_expr add_binary_term": _binary,
    "mul_expr: mul_expr mul_binary_term": _binary,
    "unary_op: MINUS expr_term": _unary,
    "unary_op: NOT expr_term": _unary,
    "get_attr: DOT identifier": _attribute_step,
    "get_attr: DOT literal_value": _attribute_step,
    "braces_index: LSQB expression RSQB": _index_step,
    "short_index: DOT INT_LITERAL": _legacy_index_step,
    "get_attr_expr_term: expr_term get_attr": _step,
    "index_expr_term: expr_term index": _step,
    "attr_splat: ATTR_SPLAT": _splat_steps(full=False),
    "attr_splat: ATTR_SPLAT __attr_splat_star": _splat_steps(full=False),
    "full_splat: FULL_SPLAT_START": _splat_steps(full=True),
    "full_splat: FULL_SPLAT_START __attr_splat_star": _splat_steps(full=True),
    "attr_splat_expr_term: expr_term attr_splat": _splat,
    "full_splat_expr_term: expr_term full_splat": _splat,
    "for_intro: FOR identifier IN expression COLON": _for_intro,
    "for_intro: FOR identifier COMMA identifier IN expression COLON": _for_intro_with_key,
    "for_cond: IF expression": _for_condition,
    "for_tuple_expr: LSQB for_intro expression RSQB": _for_tuple,
    "for_tuple_expr: LSQB for_intro expression for_cond RSQB": _for_tuple,
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
    _BUILDERS[f"{_rule}{_tail} RBRACE"] = _for_object(group=False)
    _BUILDERS[f"{_rule} ELLIPSIS{_tail} RBRACE"] = _for_object(group=True)

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

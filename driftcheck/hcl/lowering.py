"""What each rule of python-hcl2's grammar builds.

A builder gets the source and the values of the rule's symbols. The value of a token
is: for a name ``(start, end, text)``, for a reference or a literal its node, for a
splat operator ``(start, end)``, for a run of unary operators a list of ``(start,
operator)``, and for every other token the offset at which it starts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from driftcheck.errors import HclError, HclLimitError
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


def body(source: Source, items: Sequence[Attribute | Block] = ()) -> Body:
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


def attribute(source: Source, name: Name, _: int, expression: Expression) -> Attribute:
    check_height(expression)
    return Attribute(source, name[0], expression.end, name[2], expression)


def block(
    source: Source, name: Name, labels: list[Name], open_: int, content: Body, close: int
) -> Block:
    content.start = open_
    content.end = close + 1
    return Block(source, name[0], close + 1, name[2], [label[2] for label in labels], content)


def block_without_labels(
    source: Source, name: Name, open_: int, content: Body, close: int
) -> Block:
    return block(source, name, [], open_, content, close)


# Terms.


def variable(source: Source, value: Name | Traversal) -> Traversal:
    if isinstance(value, Traversal):
        return value
    start, end, text = value
    if "::" in text:
        _fail(source, end, "Missing open parenthesis.", f'Call the function: "{text}(...)".')
    return Traversal(source, start, end, text, [], [])


def parentheses(source: Source, open_: int, inner: Expression, close: int) -> Parentheses:
    return Parentheses(source, open_, close + 1, inner)


def function_call(
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


def function_call_without_arguments(
    source: Source, name: Name | Traversal, open_: int, close: int
) -> FunctionCall:
    return function_call(source, name, open_, ([], False), close)


def argument(_: Source, first: Expression, *__: int) -> tuple[list[Expression], bool]:
    return [first], False


def expanded_argument(_: Source, first: Expression, __: int) -> tuple[list[Expression], bool]:
    return [first], True


def arguments(
    _: Source, first: Expression, more: list[Expression], *__: int
) -> tuple[list[Expression], bool]:
    return [first, *more], False


def expanded_arguments(
    _: Source, first: Expression, more: list[Expression], __: int
) -> tuple[list[Expression], bool]:
    return [first, *more], True


def empty_tuple(source: Source, open_: int, close: int) -> TupleCons:
    return TupleCons(source, open_, close + 1, [])


def tuple_of_one(source: Source, open_: int, item: Expression, *close: int) -> TupleCons:
    return TupleCons(source, open_, close[-1] + 1, [item])


def tuple_(source: Source, open_: int, items: list[Expression], *rest: Any) -> TupleCons:
    *last, close = rest
    if last:
        items.append(last[0])
    return TupleCons(source, open_, close + 1, items)


def object_(source: Source, open_: int, items: ObjectItems, close: int) -> ObjectCons:
    return ObjectCons(source, open_, close + 1, [item for item in items if item])


def empty_object(source: Source, open_: int, close: int) -> ObjectCons:
    return ObjectCons(source, open_, close + 1, [])


def object_item(source: Source, key: Expression, _: int, value: Expression) -> ObjectItem:
    if type(key) is Traversal:
        if not key.names:
            key = Literal(source, key.start, key.end, _normal(key.root))
    elif type(key) is Literal and (key.value is None or type(key.value) is bool):
        key = Literal(source, key.start, key.end, key.text)  # a keyword is a plain name here
    return ObjectItem(source, key.start, value.end, key, value)


def for_as_key(source: Source, keyword: Name) -> NoReturn:
    _fail(
        source,
        keyword[0],
        "Invalid 'for' expression.",
        'As the first key of an object, "for" must be quoted.',
    )


def first_object_item(_: Source, item: ObjectItem) -> ObjectItems:
    return [item, None]


def next_object_item(source: Source, items: ObjectItems, item: ObjectItem) -> ObjectItems:
    next_object_item_and_comma(source, items, item, 0)
    items.append(None)
    return items


def next_object_item_and_comma(
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


def conditional(
    source: Source, condition: Expression, _: int, then: Expression, __: int, other: Expression
) -> Conditional:
    return Conditional(source, condition.start, other.end, condition, then, other)


def operator_text(text: str) -> Builder:
    def build(_: Source, __: int) -> str:
        return text

    return build


def operator_and_right(_: Source, operator: str, right: Expression) -> tuple[str, Expression]:
    return operator, right


def binary(source: Source, left: Expression, term: tuple[str, Expression]) -> Binary:
    operator, right = term
    return Binary(source, left.start, right.end, operator, left, right)


def unary(
    source: Source, operators: list[tuple[int, str]] | int, operand: Expression
) -> Expression:
    if isinstance(operators, int):
        # Right after a value, which only the next item of an object could follow so closely.
        _fail(
            source,
            operators,
            "Missing attribute separator.",
            "Put a comma or a newline between the items of an object.",
        )
    node = operand
    for start, operator in reversed(operators):
        node = Unary(source, start, operand.end, operator, node)
    return node


# Steps after a term: attributes, indexes, splats.


def attribute_step(_: Source, __: int, name: Name) -> Step:
    return "attribute", name[2], name[1]


def index_step(_: Source, __: int, key: Expression, close: int) -> Step:
    return "index", key, close + 1


def legacy_index_step(source: Source, _: int, key: Literal) -> Step:
    first, dot, second = key.text.partition(".")
    if dot:
        _fail(
            source,
            key.start,
            "Invalid legacy index syntax.",
            f"Indexes written with dots cannot be chained; write [{first}][{second}].",
        )
    return "legacy", key, key.end


def with_step(source: Source, node: Expression, step: Step) -> Expression:
    """``node`` followed by one step.

    What follows a full splat belongs to its ``each``: ``a[*].b[0]`` takes ``.b[0]`` of
    every element of ``a``.
    """
    kind, value, end = step
    if type(node) is Splat and node.full:
        last = _last_splat(node, end)
        last.each = with_step(source, last.each, step)
        return node
    if kind != "attribute":
        return Index(source, node.start, end, node, value)
    if type(node) is Traversal:
        node.names.append(value)
        node.ends.append(end)
        node.end = end
        return node
    return GetAttr(source, node.start, end, node, _normal(value))


def with_splat(
    source: Source, subject: Expression, splat: tuple[bool, Splatter, list[Step]]
) -> Splat:
    """``subject`` followed by a splat operator and its steps.

    ``a.*.b.0[1]`` applies ``.b.0`` to every element and ``[1]`` to the result.
    """
    if type(subject) is Splat and subject.full:
        last = _last_splat(subject, subject.end)
        last.each = with_splat(source, last.each, splat)
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
        node.each = with_step(source, node.each, steps[taken])
        taken += 1
    node.end = node.each.end
    result: Expression = node
    for step in steps[taken:]:
        result = with_step(source, result, step)
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


def splat_steps(full: bool) -> Builder:
    def build(
        _: Source, splatter: Splatter, steps: list[Step] | None = None
    ) -> tuple[bool, Splatter, list[Step]]:
        return full, splatter, steps or []

    return build


# For expressions.


def for_intro(
    source: Source, _: int, value: Name, __: int, collection: Expression, ___: int
) -> ForIntro:
    return None, _plain(source, value)[2], collection


def for_intro_with_key(
    source: Source, _: int, key: Name, __: int, value: Name, ___: int, coll: Expression, ____: int
) -> ForIntro:
    return _plain(source, key)[2], _plain(source, value)[2], coll


def for_condition(_: Source, __: int, condition: Expression) -> Expression:
    return condition


def for_tuple(source: Source, open_: int, intro: ForIntro, *rest: Any) -> ForTuple:
    content, *condition, close = rest
    return ForTuple(source, open_, close + 1, *intro, content, *(condition or (None,)))


def for_object(group: bool) -> Builder:
    def build(source: Source, open_: int, intro: ForIntro, *rest: Any) -> ForObject:
        key, _arrow, value, *tail, close = rest
        condition = tail[-1] if len(tail) > group else None
        return ForObject(source, open_, close + 1, *intro, key, value, group, condition)

    return build


def _plain(source: Source, value: Name | Traversal) -> Name:
    if isinstance(value, Traversal):
        _fail(source, value.start, "Invalid name.", "A name without dots is needed here.")
    return value

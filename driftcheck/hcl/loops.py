"""``for`` expressions and splats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from driftcheck.hcl import numbers
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.syntax import Expression, ForObject, ForTuple, Splat, TemplateFor
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    STRING,
    ListType,
    MapType,
    ObjectType,
    SetType,
    TupleType,
    Type,
)
from driftcheck.hcl.values import (
    FAILED,
    NO_MARKS,
    Unknown,
    Value,
    list_value,
    number,
    object_value,
    refined,
    string,
    tuple_value,
    unknown,
)

if TYPE_CHECKING:
    from driftcheck.hcl.evaluate import Evaluator, Names

#: What one round of a loop costs, besides the data that it makes.
ROUND_COST = 40

_ITERABLE = (ListType, SetType, MapType, TupleType, ObjectType)


class _Loop:
    """The part that all ``for`` expressions share: the collection and the condition."""

    def __init__(
        self,
        run: Evaluator,
        node: ForTuple | ForObject | TemplateFor,
        names: Names,
        condition: Expression | None,
    ) -> None:
        self.run = run
        self.node = node
        self.names = names
        self.condition = condition
        self.marks: frozenset[str] = NO_MARKS
        #: Why the result as a whole is unknown, once something decided that.
        self.unknown: Unknown | None = None

    def give_up(self, origin: Unknown | None = None) -> None:
        """From now on the result is unknown, but errors in further rounds still count."""
        if self.unknown is None:
            self.unknown = origin or Unknown(FAILED)

    def unknown_result(self) -> Value | None:
        """The unknown result, if something decided that it is."""
        if self.unknown is None:
            return None
        return Value(DYNAMIC, Unknown(self.unknown.reason), self.marks)

    def rounds(self) -> Iterator[Names]:
        """The names for each round whose condition holds; none once all is lost."""
        elements = self._elements()
        if elements is None:
            return
        node, run = self.node, self.run
        for key, value in elements:
            run.context.budget.charge(ROUND_COST, node)
            names = {**self.names, node.value_name: value}
            if node.key_name is not None:
                names[node.key_name] = key
            if self.condition is None or self._holds(self.condition, names):
                yield names

    def _elements(self) -> Iterator[tuple[Value, Value]] | None:
        """Keys and values of the collection, None where there is nothing to go through."""
        node, run = self.node, self.run
        collection = run.value(node.collection, self.names)
        if collection.raw is None:
            run.fail(node.collection, "A for expression cannot go through a null value.")
            self.give_up()
            return None
        if collection.type == DYNAMIC:
            assert isinstance(collection.raw, Unknown)
            self.give_up(collection.raw)
            return None
        self.marks = collection.marks
        if not isinstance(collection.type, _ITERABLE):
            run.fail(
                node.collection,
                f"A for expression cannot go through a {collection.type}.",
                "A list, set, tuple, map or object is needed.",
            )
            self.give_up()
            return None
        raw = collection.raw
        if isinstance(raw, Unknown):
            self.marks |= self._check_condition()
            self.give_up(raw)
            return None
        if not raw:
            self._check_condition()
        return _pairs(collection)

    def _check_condition(self) -> frozenset[str]:
        """Terraform tries the condition on an unknown element before it starts.

        That makes a difference only where there are no elements to find an error with.
        Gives the marks of the condition.
        """
        if self.condition is None:
            return NO_MARKS
        element = unknown("the collection of a for expression is not known yet")
        names = {**self.names, self.node.value_name: element}
        if self.node.key_name is not None:
            names[self.node.key_name] = element
        errors_before, marks_before = len(self.run.errors), self.marks
        value = self.run.value(self.condition, names)
        self._truth(self.condition, value)
        self.marks = marks_before
        if len(self.run.errors) > errors_before:
            self.give_up()
        return value.marks

    def _holds(self, condition: Expression, names: Mapping[str, Value]) -> bool:
        value = self.run.value(condition, names)
        if isinstance(value.raw, Unknown):
            self.marks |= value.marks
            self.give_up(value.raw)
            return False
        return self._truth(condition, value) is True

    def _truth(self, condition: Expression, value: Value) -> bool | None:
        if value.raw is None:
            self._fail(condition, "The 'if' clause of a for expression must not be null.")
            return None
        self.marks |= value.marks
        try:
            included = convert(value.without_marks(), BOOL)
        except ConvertError as error:
            self._fail(condition, f"The 'if' clause must be true or false: {error}.")
            return None
        return None if isinstance(included.raw, Unknown) else included.as_bool()

    def _fail(self, node: Expression, message: str, detail: str = "") -> None:
        """Note an error, unless the result is lost already and this may follow from that."""
        if self.unknown is None:
            self.run.fail(node, message, detail)
        self.give_up()

    def key(self, node: Expression, names: Names) -> str | None:
        """The key that a round of an object's ``for`` gives, None where there is none."""
        key = self.run.value(node, names)
        if key.raw is None:
            self._fail(node, "The key in a for expression must not be null.")
            return None
        self.marks |= key.marks
        if isinstance(key.raw, Unknown):
            self.give_up(key.raw)
            return None
        try:
            return convert(key.without_marks(), STRING).as_str()
        except ConvertError as error:
            self._fail(node, f"The key in a for expression must be a string: {error}.")
            return None


def _pairs(collection: Value) -> Iterator[tuple[Value, Value]]:
    raw = collection.raw
    if isinstance(raw, dict):
        for name, value in raw.items():
            yield string(name), value
    elif isinstance(collection.type, SetType):
        for value in collection.as_list():
            yield value, value
    else:
        for i, value in enumerate(collection.as_list()):
            yield number(numbers.count(i)), value


def for_tuple(run: Evaluator, node: ForTuple, names: Names) -> Value:
    """``[for k, v in collection : body if condition]``."""
    loop = _Loop(run, node, names, node.condition)
    items = [run.value(node.body, inner) for inner in loop.rounds()]
    lost = loop.unknown_result()
    return lost or run.made(tuple_value(items), node).with_marks(loop.marks)


def for_object(run: Evaluator, node: ForObject, names: Names) -> Value:
    """``{for k, v in collection : key => value if condition}``, grouped or not."""
    loop = _Loop(run, node, names, node.condition)
    attributes: dict[str, Value] = {}
    groups: dict[str, list[Value]] = {}
    for inner in loop.rounds():
        key = loop.key(node.key, inner)
        if key is None:
            continue
        value = run.value(node.value, inner)
        if node.group:
            groups.setdefault(key, []).append(value)
        elif key in attributes:
            shown = f'"{key}"' if not loop.marks else "(sensitive)"
            run.fail(
                node.key,
                f"Two different items produce the key {shown} in this for expression.",
                "If that is intended, write ... after the value to group by key.",
            )
        else:
            attributes[key] = value
    lost = loop.unknown_result()
    if lost is not None:
        return lost
    if node.group:
        attributes = {key: tuple_value(items) for key, items in groups.items()}
    return run.made(object_value(attributes), node).with_marks(loop.marks)


def template_for(run: Evaluator, node: TemplateFor, names: Names) -> Value:
    """``%{ for k, v in collection }...%{ endfor }``: the bodies of all rounds joined."""
    loop = _Loop(run, node, names, None)
    texts: list[str] = []
    origin: Unknown | None = None
    marks = NO_MARKS
    for inner in loop.rounds():
        value = run.value(node.body, inner)
        if isinstance(value.raw, Unknown):
            origin = origin or value.raw
        elif origin is None:
            marks |= value.marks
            texts.append(value.as_str())
    marks |= loop.marks
    origin = origin or loop.unknown
    if origin is not None:
        return Value(STRING, Unknown(origin.reason), marks)
    run.context.budget.charge(1 + sum(map(len, texts)) // 16, node)
    return Value(STRING, "".join(texts), marks)


def splat(run: Evaluator, node: Splat, names: Names) -> Value:
    """``subject[*]each``: a list for a list or set, else a tuple.

    Something that is no sequence counts as a tuple of one, and null as an empty one.
    """
    errors_before = len(run.errors)
    subject = run.value(node.subject, names)
    if len(run.errors) > errors_before:
        return unknown(FAILED)
    sequence = isinstance(subject.type, ListType | SetType | TupleType)
    marks = subject.marks
    if subject.raw is None:
        if sequence:
            return run.fail(node.subject, "A splat expression cannot be applied to a null list.")
        return tuple_value([]).with_marks(marks)
    if subject.type == DYNAMIC:
        assert isinstance(subject.raw, Unknown)
        return Value(DYNAMIC, Unknown(subject.raw.reason), marks)
    lost: Unknown | None = None
    if not sequence:
        if isinstance(subject.raw, Unknown) and not subject.raw.not_null:
            lost = subject.raw  # it may become null, and the tuple empty
        subject = tuple_value([subject.without_marks()])
    if isinstance(subject.raw, Unknown):
        return _unknown_splat(run, node, names, subject, subject.raw).with_marks(marks)
    return _known_splat(run, node, names, subject.as_list(), subject.type, lost).with_marks(marks)


def _each(run: Evaluator, node: Splat, names: Names, item: Value) -> Value:
    run.context.budget.charge(ROUND_COST, node)
    run.items[id(node.item)] = item
    return run.value(node.each, names)


def _known_splat(
    run: Evaluator,
    node: Splat,
    names: Names,
    elements: list[Value],
    subject_type: Type,
    lost: Unknown | None,
) -> Value:
    errors_before = len(run.errors)
    values = [_each(run, node, names, element) for element in elements]
    failed = len(run.errors) > errors_before
    if lost is not None:
        return Value(DYNAMIC, Unknown(lost.reason))
    if failed:
        return Value(_result_type(run, node, names, subject_type), Unknown(FAILED))
    if isinstance(subject_type, TupleType):
        return run.made(tuple_value(values), node)
    if not values:
        result = _result_type(run, node, names, subject_type)
        return Value(result, [])
    element = next((v.type for v in values if v.type != DYNAMIC), DYNAMIC)
    typed = [v if v.type == element else Value(element, v.raw, v.marks) for v in values]
    return run.made(list_value(element, typed), node)


def _unknown_splat(
    run: Evaluator, node: Splat, names: Names, subject: Value, origin: Unknown
) -> Value:
    type_ = _result_type(run, node, names, subject.type)
    what = Unknown(origin.reason, not_null=True)
    if isinstance(type_, ListType):
        what = Unknown(origin.reason, True, "", origin.min_length, origin.max_length)
    return refined(type_, what)


def _result_type(run: Evaluator, node: Splat, names: Names, subject: Type) -> Type:
    """The type that a splat has, from what ``each`` makes of unknown elements."""

    def of(element: Type) -> Type:
        return _each(run, node, names, unknown("an element of a splat", element)).type

    if isinstance(subject, TupleType):
        return TupleType(tuple(of(element) for element in subject.elements))
    assert isinstance(subject, ListType | SetType)
    return ListType(of(subject.element))

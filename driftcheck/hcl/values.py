"""What a Terraform expression evaluates to.

A ``Value`` has a type, a content, and marks. Its content is one of:

=============  ======================================================
type           ``raw`` of a known, non-null value
=============  ======================================================
string         ``str`` in Unicode normal form C
number         ``int``, or ``Fraction`` where not whole (see ``numbers``);
               ``math.inf`` and its negative are possible too
bool           ``bool``
list, tuple    ``list`` of ``Value``
set            ``list`` of distinct ``Value`` in Terraform's set order
map, object    ``dict`` of ``str`` to ``Value``, keys in sorted order
=============  ======================================================

``raw`` is ``None`` for null and an ``Unknown`` for a value that cannot be known.
Values are never changed after they were made; treat ``raw`` as read-only.

Unknown is a value, not an exception: it flows through operations as it does in
``terraform plan``, and it always says why it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from driftcheck.hcl import equality
from driftcheck.hcl.numbers import Finite, Number, NumberError
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    SetType,
    TupleType,
    Type,
    object_type,
)

SENSITIVE = "sensitive"
EPHEMERAL = "ephemeral"
NO_MARKS: frozenset[str] = frozenset()
SENSITIVE_MARKS = frozenset({SENSITIVE})

#: The reason of the unknown value that stands for one whose evaluation failed.
FAILED = "it could not be evaluated"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a value is not known, and what is known about it all the same.

    ``reason`` is a phrase for people, such as ``aws_kms_key.main.arn is decided
    by AWS when the key is created``. ``not_null``, ``prefix`` (of a string),
    ``min_length`` and ``max_length`` (of a collection) are go-cty's refinements:
    they let ``x != null`` be true for an unknown ``x``; ``low`` and ``high`` are the
    inclusive bounds of a number.
    """

    reason: str
    not_null: bool = False
    prefix: str = ""
    min_length: int = 0
    max_length: int | None = None
    low: Finite | None = None
    high: Finite | None = None

    def same_range(self, other: Unknown) -> bool:
        """Whether the same is known of both, whatever their reasons."""
        return replace(self, reason=other.reason) == other


Raw = str | Number | bool | None | Unknown | list["Value"] | dict[str, "Value"]


class Summary(NamedTuple):
    """What holds for a value together with everything inside it.

    ``marks`` are all marks, ``known`` says that nothing is unknown, ``weight`` is a
    measure of the size (an element or 16 characters each), ``depth`` counts the levels
    of collections.
    """

    marks: frozenset[str]
    known: bool
    weight: int
    depth: int


_PLAIN_LEAF = Summary(NO_MARKS, True, 1, 0)


class Value:
    """A typed value; see the module's description."""

    __slots__ = ("_summary", "marks", "raw", "type")

    def __init__(self, type_: Type, raw: Raw, marks: frozenset[str] = NO_MARKS) -> None:
        self.type = type_
        self.raw = raw
        self.marks = marks
        self._summary: Summary | None = None

    def __repr__(self) -> str:
        content = "(sensitive)" if SENSITIVE in self.marks else repr(self.raw)
        return f"Value({self.type}, {content})"

    @property
    def is_null(self) -> bool:
        """Whether this is null (of whatever type)."""
        return self.raw is None

    @property
    def is_unknown(self) -> bool:
        """Whether this value itself is unknown (its elements may be, even if it is not)."""
        return isinstance(self.raw, Unknown)

    @property
    def is_sensitive(self) -> bool:
        """Whether this value itself is marked sensitive (its elements may be, even if not)."""
        return SENSITIVE in self.marks

    @property
    def reason(self) -> str:
        """Why the value is unknown; only for unknown values."""
        assert isinstance(self.raw, Unknown)
        return self.raw.reason

    # ``raw`` narrowed to what the type promises. Only for known, non-null values.

    def as_str(self) -> str:
        """The text of a known string."""
        assert isinstance(self.raw, str)
        return self.raw

    def as_number(self) -> Finite:
        """The number of a known number; raises ``NumberError`` for an infinite one."""
        if isinstance(self.raw, float):
            raise NumberError("an infinite number cannot be used here")
        assert isinstance(self.raw, Finite)
        return self.raw

    def as_bool(self) -> bool:
        """The truth of a known bool."""
        assert isinstance(self.raw, bool)
        return self.raw

    def as_list(self) -> list[Value]:
        """The elements of a known list, set or tuple."""
        assert isinstance(self.raw, list)
        return self.raw

    def as_dict(self) -> dict[str, Value]:
        """The elements of a known map or object."""
        assert isinstance(self.raw, dict)
        return self.raw

    def with_marks(self, marks: frozenset[str]) -> Value:
        """The same value with ``marks`` added to its own."""
        if marks <= self.marks:
            return self
        return Value(self.type, self.raw, self.marks | marks)

    def without_marks(self) -> Value:
        """The same value with its own marks taken off (its elements keep theirs)."""
        return Value(self.type, self.raw) if self.marks else self

    @property
    def summary(self) -> Summary:
        """What holds for this value together with everything inside it."""
        found = self._summary
        if found is None:
            found = self._summary = self._summarize()
        return found

    def _summarize(self) -> Summary:
        raw = self.raw
        if isinstance(raw, list):
            children = [child.summary for child in raw]
        elif isinstance(raw, dict):
            children = [child.summary for child in raw.values()]
        elif isinstance(raw, str):
            if len(raw) < 16 and not self.marks:
                return _PLAIN_LEAF
            return Summary(self.marks, True, 1 + len(raw) // 16, 0)
        elif self.marks or isinstance(raw, Unknown):
            return Summary(self.marks, not isinstance(raw, Unknown), 1, 0)
        else:
            return _PLAIN_LEAF
        return Summary(
            self.marks.union(*[child.marks for child in children]),
            all(child.known for child in children),
            1 + sum([child.weight for child in children]),
            1 + max([child.depth for child in children], default=0),
        )

    @property
    def wholly_known(self) -> bool:
        """Whether neither this value nor anything inside it is unknown."""
        return self.summary.known

    def first_unknown(self) -> Unknown | None:
        """The first unknown at or below this value, in order; None if wholly known."""
        if self.summary.known:
            return None
        raw = self.raw
        if isinstance(raw, Unknown):
            return raw
        children: Iterable[Value] = ()
        if isinstance(raw, list):
            children = raw
        elif isinstance(raw, dict):
            children = raw.values()
        for child in children:
            found = child.first_unknown()
            if found is not None:
                return found
        return None

    def all_marks(self) -> frozenset[str]:
        """The marks of this value and of everything inside it."""
        return self.summary.marks


TRUE = Value(BOOL, True)
FALSE = Value(BOOL, False)
NULL = Value(DYNAMIC, None)
EMPTY_STRING = Value(STRING, "")


def string(text: str) -> Value:
    """A string; ``text`` must be in normal form C already (source text is)."""
    return Value(STRING, text)


def number(value: Number) -> Value:
    """A number; a ``Fraction`` that is whole must have been made an ``int``."""
    return Value(NUMBER, value)


def boolean(value: bool) -> Value:
    """A bool."""
    return TRUE if value else FALSE


def null(type_: Type = DYNAMIC) -> Value:
    """Null of the given type."""
    return NULL if type_ is DYNAMIC else Value(type_, None)


def unknown(reason: str, type_: Type = DYNAMIC, *, not_null: bool = False) -> Value:
    """A value that cannot be known, with the reason."""
    return Value(type_, Unknown(reason, not_null=not_null))


def refined(type_: Type, what: Unknown, marks: frozenset[str] = NO_MARKS) -> Value:
    """An unknown value, or what it has to be where ``what`` leaves no choice.

    A list that is certainly not null and has exactly two elements is a known list of
    two unknown elements; a number between 1 and 1 is 1.
    """
    if what.not_null:
        if type_ == NUMBER and what.low is not None and what.low == what.high:
            return Value(NUMBER, what.low, marks)
        length = what.min_length
        if length == what.max_length and isinstance(type_, ListType | SetType | MapType):
            if length == 0:
                return Value(type_, {} if isinstance(type_, MapType) else [], marks)
            if isinstance(type_, ListType) or (isinstance(type_, SetType) and length == 1):
                element = unknown(what.reason, type_.element)
                return Value(type_, [element] * length, marks)
    return Value(type_, what, marks)


def tuple_value(items: Iterable[Value]) -> Value:
    """A tuple of the given values."""
    elements = list(items)
    return Value(TupleType(tuple(v.type for v in elements)), elements)


class OpenObject(dict[str, Value]):
    """The attributes of an object that may have more than are known.

    ``beyond`` gives an attribute that is not among them, or None where there is certainly
    no such attribute.
    """

    __slots__ = ("beyond",)

    def __init__(
        self, attributes: Mapping[str, Value], beyond: Callable[[str], Value | None]
    ) -> None:
        super().__init__(attributes)
        self.beyond = beyond


def object_value(attributes: Mapping[str, Value]) -> Value:
    """An object of the given attributes."""
    ordered = dict(sorted(attributes.items()))
    return Value(object_type({k: v.type for k, v in ordered.items()}), ordered)


def list_value(element: Type, items: Iterable[Value]) -> Value:
    """A list whose items are all of type ``element`` already."""
    return Value(ListType(element), list(items))


def map_value(element: Type, items: Mapping[str, Value]) -> Value:
    """A map whose items are all of type ``element`` already."""
    return Value(MapType(element), dict(sorted(items.items())))


def set_value(element: Type, items: Iterable[Value]) -> Value:
    """A set of the given items, all of type ``element`` already.

    Equal items become one; the rest is in Terraform's order. Marks of items, and of
    anything inside them, become marks of the set, because a set cannot hold marks.
    """
    marks = NO_MARKS
    buckets: dict[object, list[Value]] = {}
    for given in items:
        inside = given.all_marks()
        marks |= inside
        item = unmark_deep(given) if inside else given
        raw = item.raw
        key: object = raw
        if isinstance(raw, list | dict):
            key = equality.hash_text(item)
        elif isinstance(raw, Unknown):
            key = Unknown
        bucket = buckets.setdefault(key, [])
        if key is Unknown or not any(equality.known_equal(item, v) is True for v in bucket):
            bucket.append(item)
    distinct = [item for bucket in buckets.values() for item in bucket]
    distinct.sort(key=equality.sort_key)
    return Value(SetType(element), distinct, marks)


def unmark_deep(value: Value) -> Value:
    """The value without any marks, its own and those of everything inside it."""
    if not value.all_marks():
        return value
    raw = value.raw
    if isinstance(raw, list):
        raw = [unmark_deep(v) for v in raw]
    elif isinstance(raw, dict):
        raw = {key: unmark_deep(v) for key, v in raw.items()}
    return Value(value.type, raw)


def equal(a: Value, b: Value) -> Value:
    """``a == b`` as Terraform has it: a bool, unknown where it depends on an unknown.

    Marks of either side, at any depth, are marks of the answer; where only one of them is
    null, those inside of the other have no say (since Terraform 1.15).
    """
    answer = equality.known_equal(a, b)
    if answer is None:
        origin = a.first_unknown() or b.first_unknown()
        assert origin is not None
        result = unknown(origin.reason, BOOL, not_null=True)
    else:
        result = boolean(answer)
    if (a.raw is None) is not (b.raw is None):
        return result.with_marks(a.marks | b.marks)
    return result.with_marks(a.all_marks() | b.all_marks())


def raw_equals(a: Value, b: Value) -> bool:
    """Whether two values are the same in every respect; never uncertain."""
    return equality.raw_equals(a, b)

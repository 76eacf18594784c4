"""When two values are equal, and the order in which a set keeps its elements.

Both follow go-cty (``Value.Equals``, ``Value.RawEquals`` and its set rules). The
functions here look at values only; ``driftcheck.hcl.values`` offers them as values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftcheck.hcl import numbers
from driftcheck.hcl.types import ObjectType, SetType, TupleType, conforms, has_dynamic

if TYPE_CHECKING:
    from driftcheck.hcl.values import Unknown, Value

_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def known_equal(a: Value, b: Value) -> bool | None:
    """Whether ``a == b``; None where that depends on something unknown.

    Null equals null of any type; otherwise values of different types are never
    equal, not even ``1`` and ``"1"`` or a map and an object with the same content.
    """
    if (a.raw is None and _never_null(b)) or (b.raw is None and _never_null(a)):
        return False
    if a.is_unknown or b.is_unknown:
        if a.is_unknown and b.is_unknown:
            return None
        hidden, shown = (a, b) if a.is_unknown else (b, a)
        return _equal_to_unknown(shown, hidden)
    if a.raw is None and b.raw is None:
        return True
    if not (_type_known(a) and _type_known(b)):
        possible = conforms(a.type, b.type) or conforms(b.type, a.type)
        return None if possible else False
    if a.type != b.type:
        return False
    return _equal_content(a, b)


def _equal_content(a: Value, b: Value) -> bool | None:
    """``known_equal`` for two known values of the same type, neither of them null."""
    left, right = a.raw, b.raw
    if isinstance(left, list) and isinstance(right, list):
        if isinstance(a.type, SetType):
            return _equal_sets(left, right)
        if len(left) != len(right):
            return False
        return _first_difference(left, right)
    elif isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return False
        answers = [known_equal(value, right[key]) for key, value in left.items()]
        return False if False in answers else None if None in answers else True
    elif isinstance(left, str | bool):
        return left == right
    else:
        assert isinstance(left, numbers.Number)
        assert isinstance(right, numbers.Number)
        return numbers.equal(left, right)


def _first_difference(left: list[Value], right: list[Value]) -> bool | None:
    """Terraform stops at the first pair of elements that is not plainly equal."""
    for one, other in zip(left, right, strict=True):
        same = known_equal(one, other)
        if not same:
            return same
    return True


def _equal_sets(left: list[Value], right: list[Value]) -> bool | None:
    """Sets with an unknown element cannot be compared.

    An element that only contains something unknown equals no other, as in Terraform.
    """
    if any(v.is_unknown for v in left) or any(v.is_unknown for v in right):
        return None
    if len(left) != len(right):
        return False
    # Both are in set order, so that equal sets agree position by position, except
    # for distinct elements of the same sort key.
    if all(known_equal(x, y) is True for x, y in zip(left, right, strict=True)):
        return True
    return all(any(known_equal(x, y) is True for y in right) for x in left)


def _never_null(value: Value) -> bool:
    unknown = _unknown(value)
    return value.raw is not None if unknown is None else unknown.not_null


def _unknown(value: Value) -> Unknown | None:
    return value.raw if value.is_unknown else None  # type: ignore[return-value]


def _equal_to_unknown(shown: Value, hidden: Value) -> bool | None:
    """Whether a known value can be told from an unknown one by what is known of that."""
    unknown = _unknown(hidden)
    assert unknown is not None
    raw = shown.raw
    if raw is None or has_dynamic(hidden.type):
        return None
    if shown.type != hidden.type:
        return False
    if isinstance(raw, str) and not raw.startswith(unknown.prefix):
        return False
    if isinstance(raw, list | dict) and not isinstance(shown.type, SetType):
        too_long = unknown.max_length is not None and len(raw) > unknown.max_length
        if too_long or len(raw) < unknown.min_length:
            return False
    if isinstance(raw, numbers.Number) and not isinstance(raw, bool):
        too_low = unknown.low is not None and raw < unknown.low
        too_high = unknown.high is not None and raw > unknown.high
        if too_low or too_high:
            return False
    return None


def _type_known(value: Value) -> bool:
    """Whether no unknown inside has a type that is unknown as well."""
    raw = value.raw
    if raw is None:
        return True
    if value.is_unknown:
        return not has_dynamic(value.type)
    if isinstance(raw, list):
        return all(_type_known(v) for v in raw)
    if isinstance(raw, dict):
        return all(_type_known(v) for v in raw.values())
    return True


def raw_equals(a: Value, b: Value) -> bool:
    """Whether two values are the same in every respect, marks and unknowns included.

    Unlike ``==`` this is never uncertain: an unknown is the same as another unknown
    of the same type and with the same refinements, whatever their reasons.
    """
    if a.type != b.type or a.marks != b.marks:
        return False
    left, right = a.raw, b.raw
    one, other = _unknown(a), _unknown(b)
    if one is not None or other is not None:
        return one is not None and other is not None and one.same_range(other)
    if left is None or right is None:
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(raw_equals, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            raw_equals(value, right[key]) for key, value in left.items()
        )
    if isinstance(left, numbers.Number) and isinstance(right, numbers.Number):
        return numbers.equal(left, right)
    return left == right


def sort_key(value: Value) -> tuple[int, bool, numbers.Number, str]:
    """Sorts the elements of a set: known ones, then unknown ones, then null.

    Strings go by code point, numbers by size, false before true; everything else by
    the text that go-cty hashes, an order without meaning that Terraform shows.
    """
    raw = value.raw
    if raw is None:
        return 2, False, 0, ""
    if isinstance(raw, str):
        return 0, False, 0, raw
    if isinstance(raw, bool):
        return 0, raw, 0, ""
    if isinstance(raw, numbers.Number):
        return 0, False, raw, ""
    if isinstance(raw, list | dict):
        return 0, False, 0, hash_text(value)
    return 1, False, 0, ""


def hash_text(value: Value) -> str:
    """The text that go-cty hashes for a set element; equal values have equal texts."""
    raw = value.raw
    if raw is None:
        return "~"
    if isinstance(raw, str):
        return _quote(raw)
    if isinstance(raw, bool):
        return "T" if raw else "F"
    if isinstance(raw, numbers.Number):
        return numbers.format_general(raw)
    if isinstance(raw, list):
        texts = "".join(hash_text(v) + ";" for v in raw)
        return f"<{texts}>" if isinstance(value.type, TupleType) else f"[{texts}]"
    if isinstance(raw, dict):
        if isinstance(value.type, ObjectType):
            return "<" + "".join(hash_text(v) + ";" for v in raw.values()) + ">"
        return "{" + "".join(f"{_quote(k)}:{hash_text(v)};" for k, v in raw.items()) + "}"
    return "?"


def _quote(text: str) -> str:
    """A string in double quotes with Go's escapes."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(_escape(c) for c in text) + '"'


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

"""What a policy's schema may ask for, once the values of its parameters stand in it.

A policy is untrusted input. A schema that refers to another document would have it
fetched, one that refers to itself would never end, and one whose definitions use each
other twice doubles the work with every line. All of that is refused before the schema is
used, for every value that a parameter takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from driftcheck.documents.quick import quick_test
from driftcheck.model.pointer import child
from driftcheck.model.values import Json, is_number
from driftcheck.policies.keywords import ARGUMENTS, KEYWORDS

#: Most schemas in a policy's ``when`` or ``must``, every reference written out.
MAX_SCHEMAS = 2_000
#: Deepest nesting of schemas, every reference written out.
MAX_DEPTH = 64

_DEFINITIONS = "#/$defs/"
#: Keywords of JSON Schema by what they hold: schemas by name, a list of them, or one.
BY_NAME = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
SINGLE = frozenset(
    {"not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames"}
)


class Unsound(Exception):
    """A schema that is not followed: the place in it, what is wrong there, and what to do."""

    def __init__(self, pointer: str, problem: str, advice: str = "") -> None:
        super().__init__(problem)
        self.pointer = pointer
        self.problem = problem
        self.advice = advice


def check(schema: Json) -> None:
    """Raise ``Unsound`` for a schema that is no JSON Schema, or past the bounds.

    ``schema`` is a whole ``when`` or ``must``, or the schema of a parameter; no parameter
    is left in it. What the keywords may hold is what the meta-schema of JSON Schema 2020-12
    says; looking it up in a table takes a tenth of the time that the meta-schema takes.
    """
    _Checker(schema).whole()


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_types(value: Json) -> bool:
    names = value if isinstance(value, list) else [value]
    return bool(names) and all(isinstance(n, str) and n in _TYPES for n in names)


_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
#: What keywords hold that hold no schema: a test, and the words for it.
_FORMS: dict[str, tuple[Callable[[Json], bool], str]] = {
    "type": (_is_types, "the name of a type, or a list of them"),
    "enum": (lambda value: isinstance(value, list), "a list"),
    "required": (_is_texts, "a list of names"),
    "dependentRequired": (
        lambda value: isinstance(value, dict) and all(map(_is_texts, value.values())),
        "a mapping to lists of names",
    ),
    "multipleOf": (lambda value: is_number(value) and value > 0, "a number above 0"),
    "uniqueItems": (lambda value: isinstance(value, bool), "true or false"),
    **dict.fromkeys(("pattern", "$ref", "title", "description", "$comment"), (_is_text, "text")),
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), (is_number, "a number")
    ),
    **dict.fromkeys(
        (
            *("minLength", "maxLength", "minItems", "maxItems"),
            *("minProperties", "maxProperties", "minContains", "maxContains"),
        ),
        (_is_count, "a whole number, 0 or more"),
    ),
    **dict.fromkeys(BY_NAME, (lambda value: isinstance(value, dict), "a mapping to schemas")),
    **dict.fromkeys(
        LISTS, (lambda value: isinstance(value, list) and bool(value), "a list of schemas")
    ),
}


class _Checker:
    """Counts the schemas of one document, references written out."""

    def __init__(self, root: Json) -> None:
        self._root = root
        found = root.get("$defs", {}) if isinstance(root, Mapping) else {}
        self._definitions: Mapping[str, Json] = found if isinstance(found, Mapping) else {}
        #: Size and height of what is defined; None while it is being counted.
        self._known: dict[str, tuple[int, int] | None] = {}

    def whole(self) -> None:
        """Check the document, definitions that nothing refers to included."""
        self.size(self._root, "", 0)
        for name in self._definitions:
            self._definition(name, child("/$defs", name), 0)

    def size(self, schema: Json, pointer: str, depth: int) -> tuple[int, int]:
        """How many schemas this one stands for, and how deep they are nested."""
        if depth > MAX_DEPTH:
            raise _too_deep(pointer)
        if isinstance(schema, bool):
            return 1, 1
        if not isinstance(schema, Mapping):
            raise Unsound(pointer, "a schema must be a mapping, true or false.")
        total, height = 1, 0
        for keyword, value in schema.items():
            below = child(pointer, keyword)
            self._keyword(keyword, value, below)
            parts = [
                self.size(inner, place, depth + 1)
                for place, inner in _schemas(keyword, value, below)
            ]
            if keyword == "$ref":
                parts.append(self._reference(value, below, depth + 1))
            total += sum(count for count, _ in parts)
            height = max([height, *(deep for _, deep in parts)])
            if total > MAX_SCHEMAS:
                raise Unsound(
                    below,
                    f"the schema is larger than {MAX_SCHEMAS} schemas, references written out.",
                )
            if depth + height > MAX_DEPTH:
                raise _too_deep(below)
        return total, height + 1

    def _keyword(self, keyword: str, value: Json, pointer: str) -> None:
        if keyword not in KEYWORDS:
            raise Unsound(pointer, f'"{keyword}" is not a keyword of JSON Schema.')
        holds, words = _FORMS.get(keyword, (None, ""))
        if holds is not None and not holds(value):
            raise Unsound(pointer, f"this is not JSON Schema: {keyword} must be {words}.")
        if keyword == "$defs" and value is not self._definitions:
            raise Unsound(pointer, "definitions stand at the top of the schema only.")
        if keyword == "pattern":
            _check_pattern(value, pointer)
        elif keyword == "patternProperties":
            for pattern in value:
                _check_pattern(pattern, child(pointer, pattern))
        else:
            _check_own(keyword, value, pointer)

    def _reference(self, reference: Any, pointer: str, depth: int) -> tuple[int, int]:
        name = str(reference).removeprefix(_DEFINITIONS)
        if reference == name or name not in self._definitions:
            raise Unsound(
                pointer,
                f'the reference "{reference}" leads nowhere that is followed.',
                'Only "#/$defs/NAME" is, with the definition in the same "when" or "must".',
            )
        return self._definition(name, pointer, depth)

    def _definition(self, name: str, pointer: str, depth: int) -> tuple[int, int]:
        """The size and height of a definition, which is counted once."""
        if name not in self._known:
            self._known[name] = None
            place = child("/$defs", name)
            self._known[name] = self.size(self._definitions[name], place, depth)
        found = self._known[name]
        if found is None:
            raise Unsound(pointer, f'the definition "{name}" refers to itself.')
        return found


def _too_deep(pointer: str) -> Unsound:
    problem = f"the schema is nested deeper than {MAX_DEPTH} levels, references written out."
    return Unsound(pointer, problem)


def _schemas(keyword: str, value: Any, pointer: str) -> Iterator[tuple[str, Json]]:
    """The schemas in a keyword's value; definitions count where they are referred to."""
    if keyword == "$defs":
        return
    if keyword in BY_NAME:
        yield from ((child(pointer, name), inner) for name, inner in value.items())
    elif keyword in LISTS:
        yield from ((child(pointer, str(i)), inner) for i, inner in enumerate(value))
    elif keyword in SINGLE:
        yield pointer, value


def _check_pattern(pattern: str, pointer: str) -> None:
    import re2

    from driftcheck.policies.patterns import compiled

    try:
        compiled(pattern)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else "it is refused"
        raise Unsound(
            pointer,
            f"this pattern cannot be used: {reason[:200]}.",
            "Patterns are RE2: no backreferences and no look-around.",
        ) from None


def _check_own(keyword: str, value: Json, pointer: str) -> None:
    arguments = ARGUMENTS.get(keyword)
    if arguments is None:
        return
    test = quick_test(arguments)
    if test is not None and test(value) is True:
        return
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(arguments).iter_errors(value):
        raise Unsound(pointer, f"{keyword} cannot take this: {error.message[:200]}.")

"""Schemas compiled to functions that tell quickly whether a document satisfies them.

Nearly every table complies with nearly every policy, nearly every spec is one, and that is
all that needs to be known of them. A compiled schema says so in microseconds; where it
says that something is broken or unknown, jsonschema tells what and where. What cannot be
decided exactly as jsonschema does it is not decided: schemas with keywords that are
not compiled here have no quick test, and a test may answer "ask jsonschema".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sized
from decimal import Decimal
from typing import Any

from driftcheck.model.values import Json, Unknown, is_number

#: Whether a value satisfies a schema: True, False, or None for "ask jsonschema".
Test = Callable[[Json], bool | None]
Schema = Mapping[str, Any] | bool
#: Compiles a pattern to a function that finds it in a text.
Search = Callable[[str], Callable[[str], object]]

#: Keywords that test nothing themselves; ``then`` and the like belong to their neighbours.
SILENT = frozenset(
    {
        *("$schema", "$id", "$defs", "$comment", "title", "description", "default"),
        *("then", "else", "minContains", "maxContains"),
    }
)
_REFERENCE = "#/$defs/"


class NotCompiled(Exception):
    """The schema uses something for which only the validator will do."""


def _python(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).search


def quick_test(
    schema: Schema,
    *,
    own: Mapping[str, Callable[[Any], Test]] | None = None,
    search: Search = _python,
) -> Test | None:
    """The test for a schema; None where only jsonschema will do.

    Where the test gives True jsonschema finds nothing at all to report, and where it
    gives False at least one definite failure. ``own`` are keywords besides those of JSON
    Schema, each of which makes a test of its argument, and ``search`` compiles patterns.
    """
    try:
        return Compiler(schema, own or {}, search).schema(schema)
    except NotCompiled:
        return None


class Compiler:
    """Compiles one schema with the definitions in it."""

    def __init__(
        self, root: Schema, own: Mapping[str, Callable[[Any], Test]], search: Search
    ) -> None:
        self.search = search
        self._own = own
        self._definitions = root.get("$defs", {}) if isinstance(root, Mapping) else {}
        self._known: dict[str, Test | None] = {}

    def schema(self, schema: Schema) -> Test:
        """The test of a schema: all of its keywords."""
        if isinstance(schema, bool):
            return lambda _value: schema
        return _all(
            [
                self.keyword(keyword, argument, schema)
                for keyword, argument in schema.items()
                if keyword not in SILENT
            ]
        )

    def keyword(self, keyword: str, argument: Any, schema: Mapping[str, Any]) -> Test:
        """The test of one keyword of a schema. Raises ``NotCompiled``."""
        if keyword in _COMBINING:
            return _COMBINING[keyword](self, argument, schema)
        if keyword in self._own:
            return _guarded(keyword, argument, self._own[keyword](argument))
        if keyword in _LEAVES:
            return _guarded(keyword, argument, _LEAVES[keyword](argument))
        if keyword in _INSIDE:
            return _guarded(keyword, argument, _INSIDE[keyword](self, argument, schema))
        raise NotCompiled(keyword)

    def reference(self, reference: str) -> Test:
        """The test of a schema under the root's ``$defs``."""
        name = reference.removeprefix(_REFERENCE)
        if not reference.startswith(_REFERENCE) or not name.isidentifier():
            raise NotCompiled(reference)
        if name not in self._definitions:
            raise NotCompiled(reference)
        if name not in self._known:
            self._known[name] = None  # stands for: is being compiled
            self._known[name] = self.schema(self._definitions[name])
        test = self._known[name]
        if test is None:
            raise NotCompiled("a schema that refers to itself")
        return test


def every(outcomes: Iterable[bool | None]) -> bool | None:
    """Kleene's "and", which asks for no further outcome once one is False."""
    result: bool | None = True
    for found in outcomes:
        if found is False:
            return False
        if found is None:
            result = None
    return result


def _either(outcomes: Iterable[bool | None]) -> bool | None:
    """Kleene's "or", which asks for no further outcome once one is True."""
    result: bool | None = False
    for found in outcomes:
        if found is True:
            return True
        if found is None:
            result = None
    return result


def _all(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda value: every(each(value) for each in tests)


def asks_for_null(name: str, wanted: Any) -> bool:
    """Whether only null satisfies the keyword."""
    return (name == "type" and wanted in ("null", ["null"])) or (name == "const" and wanted is None)


def _guarded(keyword: str, argument: Any, inner: Test) -> Test:
    """A keyword's test, which an unknown value leaves undecided."""
    null = asks_for_null(keyword, argument)

    def test(value: Json) -> bool | None:
        if isinstance(value, Unknown):
            return False if null and value.certainly_set else None
        return inner(value)

    return test


# --- Keywords that combine schemas, and see unknown values themselves


def _all_of(compiler: Compiler, schemas: list[Schema], _schema: Schema) -> Test:
    return _all([compiler.schema(s) for s in schemas])


def _any_of(compiler: Compiler, schemas: list[Schema], _schema: Schema) -> Test:
    tests = [compiler.schema(s) for s in schemas]

    return lambda value: _either(each(value) for each in tests)


def _one_of(compiler: Compiler, schemas: list[Schema], _schema: Schema) -> Test:
    tests = [compiler.schema(s) for s in schemas]

    def test(value: Json) -> bool | None:
        outcomes = [each(value) for each in tests]
        if outcomes.count(True) > 1:
            return False
        return None if None in outcomes else True in outcomes

    return test


def _not(compiler: Compiler, schema: Schema, _schema: Schema) -> Test:
    inner = compiler.schema(schema)

    def test(value: Json) -> bool | None:
        found = inner(value)
        return None if found is None else not found

    return test


def _if(compiler: Compiler, condition: Schema, schema: Mapping[str, Any]) -> Test:
    holds = compiler.schema(condition)
    then = compiler.schema(schema.get("then", True))
    otherwise = compiler.schema(schema.get("else", True))

    def test(value: Json) -> bool | None:
        found = holds(value)
        if found is None:
            outcomes = {then(value), otherwise(value)}
            return outcomes.pop() if len(outcomes) == 1 else None
        return then(value) if found else otherwise(value)

    return test


def _ref(compiler: Compiler, reference: str, _schema: Schema) -> Test:
    return compiler.reference(reference)


# --- Keywords that look inside a value


def _properties(compiler: Compiler, schemas: Mapping[str, Schema], _schema: Schema) -> Test:
    members = [(name, compiler.schema(s)) for name, s in schemas.items()]

    def test(value: Json) -> bool | None:
        if not isinstance(value, dict):
            return True
        return every(each(value[name]) for name, each in members if name in value)

    return test


def _additional(compiler: Compiler, extra: Schema, schema: Mapping[str, Any]) -> Test:
    if "patternProperties" in schema:
        raise NotCompiled("patternProperties")
    named = frozenset(schema.get("properties", ()))
    inner = compiler.schema(extra)

    def test(value: Json) -> bool | None:
        if not isinstance(value, dict):
            return True
        return every(inner(member) for name, member in value.items() if name not in named)

    return test


def _pattern_properties(compiler: Compiler, schemas: Mapping[str, Schema], _schema: Schema) -> Test:
    members = [(compiler.search(pattern), compiler.schema(s)) for pattern, s in schemas.items()]

    def test(value: Json) -> bool | None:
        if not isinstance(value, dict):
            return True
        return every(
            each(member)
            for search, each in members
            for name, member in value.items()
            if search(name)
        )

    return test


def _property_names(compiler: Compiler, schema: Schema, _around: Schema) -> Test:
    inner = compiler.schema(schema)

    def test(value: Json) -> bool | None:
        return not isinstance(value, dict) or every(map(inner, value))

    return test


def _items(compiler: Compiler, schema: Schema, around: Mapping[str, Any]) -> Test:
    if "prefixItems" in around:
        raise NotCompiled("prefixItems")
    inner = compiler.schema(schema)

    def test(value: Json) -> bool | None:
        return every(map(inner, value)) if isinstance(value, list) else True

    return test


def _contains(compiler: Compiler, wanted: Schema, schema: Mapping[str, Any]) -> Test:
    inner = compiler.schema(wanted)
    least = schema.get("minContains", 1)
    most = schema.get("maxContains")

    def test(value: Json) -> bool | None:
        if not isinstance(value, list):
            return True
        outcomes = [inner(member) for member in value]
        holding, open_ = outcomes.count(True), outcomes.count(None)
        bound = len(value) if most is None else most
        if holding > bound or holding + open_ < least:
            return False
        return True if least <= holding and holding + open_ <= bound else None

    return test


# --- Keywords that look at the value alone


def _is_integer(value: Json) -> bool | None:
    match value:
        case int():
            return not isinstance(value, bool)
        case Decimal() if value.is_finite() and value == value.to_integral_value():
            return None  # JSON Schema has it for one, jsonschema as it comes does not
        case _:
            return isinstance(value, float) and value.is_integer()


def _type(names: str | list[str]) -> Test:
    tests = [_TYPES[name] for name in ([names] if isinstance(names, str) else names)]
    if len(tests) == 1:
        return tests[0]
    return lambda value: _either(each(value) for each in tests)


_TYPES: dict[str, Test] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "integer": _is_integer,
}


def _enum(values: list[Json]) -> Test:
    if not all(v is None or isinstance(v, str | bool | int) for v in values):
        raise NotCompiled("enum")
    texts = frozenset(v for v in values if isinstance(v, str))
    markers = [v for v in values if v is None or isinstance(v, bool)]
    numbers = [v for v in values if is_number(v)]

    def test(value: Json) -> bool | None:
        if isinstance(value, str):
            return value in texts
        if value is None or isinstance(value, bool):
            return any(value is v for v in markers)
        if is_number(value):
            return value in numbers
        return None  # an unknown may hide in it, which jsonschema looks for

    return test


def _const(wanted: Json) -> Test:
    return _enum([wanted])


def _required(names: list[str]) -> Test:
    def test(value: Json) -> bool:
        if isinstance(value, dict):
            for name in names:
                if name not in value:
                    return False
        return True

    return test


def _pattern(compiler: Compiler, pattern: str, _schema: Schema) -> Test:
    search = compiler.search(pattern)
    return lambda value: not isinstance(value, str) or search(value) is not None


def _size(kind: type[Sized], fits: Callable[[int, int], bool]) -> Callable[[int], Test]:
    def make(bound: int) -> Test:
        return lambda value: not isinstance(value, kind) or fits(len(value), bound)

    return make


def _order(fits: Callable[[Any, Any], bool]) -> Callable[[Any], Test]:
    def make(bound: Any) -> Test:
        return lambda value: not is_number(value) or fits(value, bound)

    return make


def _unique_items(wanted: bool) -> Test:
    def test(value: Json) -> bool | None:
        if not wanted or not isinstance(value, list):
            return True
        if all(isinstance(member, str) for member in value):
            return len(set(value)) == len(value)
        return None  # what is the same as what takes jsonschema to tell

    return test


_COMBINING: dict[str, Callable[[Compiler, Any, Any], Test]] = {
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
    "$ref": _ref,
}
_INSIDE: dict[str, Callable[[Compiler, Any, Any], Test]] = {
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "propertyNames": _property_names,
    "items": _items,
    "contains": _contains,
    "pattern": _pattern,
}
_LEAVES: dict[str, Callable[[Any], Test]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "required": _required,
    "uniqueItems": _unique_items,
    "minProperties": _size(dict, lambda size, bound: size >= bound),
    "maxProperties": _size(dict, lambda size, bound: size <= bound),
    "minItems": _size(list, lambda size, bound: size >= bound),
    "maxItems": _size(list, lambda size, bound: size <= bound),
    "minLength": _size(str, lambda size, bound: size >= bound),
    "maxLength": _size(str, lambda size, bound: size <= bound),
    "minimum": _order(lambda value, bound: not value < bound),
    "maximum": _order(lambda value, bound: not value > bound),
    "exclusiveMinimum": _order(lambda value, bound: not value <= bound),
    "exclusiveMaximum": _order(lambda value, bound: not value >= bound),
}

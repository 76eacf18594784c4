"""Where a document breaks a schema, for schemas and documents of which that can be told at once.

What ``quick`` tells to be broken has to be shown. jsonschema can show it, but takes as long
to be imported as most runs take to do their work. Schemas are compiled here to functions
that walk into a document as jsonschema does, and ask the tests of ``quick`` about the
keywords that name no place inside. What those cannot decide is left to jsonschema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from driftcheck.documents.quick import SILENT, Compiler, NotCompiled, Schema, Search, Test
from driftcheck.model.values import Json, Unknown


@dataclass(frozen=True, slots=True)
class Breach:
    """A place that breaks a schema: where, by which keyword, what it wanted and what is there."""

    path: tuple[str | int, ...]
    keyword: str
    wanted: Any
    found: Json


class NotDecided(Exception):
    """Only jsonschema can tell what a document breaks."""


#: All places of a value that break a schema. Raises ``NotDecided``.
Finder = Callable[[Json], Iterator[Breach]]


def finder(
    schema: Schema,
    *,
    own: Mapping[str, Callable[[Any], Finder]],
    tests: Mapping[str, Callable[[Any], Test]],
    search: Search,
) -> Finder | None:
    """What finds the places that break a schema; None where only jsonschema will do.

    Besides the keywords of JSON Schema there are those of ``own``, each of which makes a
    finder of its argument, and which ``tests`` tests; ``search`` compiles patterns.
    """
    try:
        return _Compiler(schema, own, Compiler(schema, tests, search)).schema(schema)
    except NotCompiled:
        return None


class _Compiler:
    """Compiles one schema with the definitions in it."""

    def __init__(
        self, root: Schema, own: Mapping[str, Callable[[Any], Finder]], tests: Compiler
    ) -> None:
        self.tests = tests
        self._own = own
        self._definitions = root.get("$defs", {}) if isinstance(root, Mapping) else {}
        self._known: dict[str, Finder] = {}

    def schema(self, schema: Schema) -> Finder:
        """What finds the breaches of all keywords of a schema."""
        if schema is True:
            return _nothing
        if schema is False:
            raise NotCompiled("false")  # jsonschema tells of the place around it
        finders = [
            self._keyword(keyword, argument, schema)
            for keyword, argument in schema.items()
            if keyword not in SILENT
        ]
        return finders[0] if len(finders) == 1 else _each(finders)

    def _keyword(self, keyword: str, argument: Any, schema: Mapping[str, Any]) -> Finder:
        # Made for each of them, because it refuses what is out of the ordinary.
        test = self.tests.keyword(keyword, argument, schema)
        if keyword == "$ref":
            return self._reference(argument)
        if keyword in _TRANSPARENT:
            return _TRANSPARENT[keyword](self, argument, schema)
        if keyword in self._own:
            return _decided(self._own[keyword](argument))
        if keyword in _INSIDE and not (keyword in _AS_A_WHOLE and isinstance(argument, bool)):
            return _decided(_INSIDE[keyword](self, argument, schema))
        return _tested(test, keyword, argument)

    def _reference(self, reference: str) -> Finder:
        if reference not in self._known:
            named = self._definitions[reference.rpartition("/")[2]]
            self._known[reference] = self.schema(named)
        return self._known[reference]


def _nothing(_value: Json) -> Iterator[Breach]:
    yield from ()


def _each(finders: list[Finder]) -> Finder:
    def find(value: Json) -> Iterator[Breach]:
        for each in finders:
            yield from each(value)

    return find


def _tested(test: Test, keyword: str, argument: Any) -> Finder:
    """A keyword that is broken by a value as a whole, or not at all."""

    def find(value: Json) -> Iterator[Breach]:
        outcome = test(value)
        if outcome is None:
            raise NotDecided
        if not outcome:
            yield Breach((), keyword, argument, value)

    return find


def _decided(inner: Finder) -> Finder:
    def find(value: Json) -> Iterator[Breach]:
        if isinstance(value, Unknown):
            raise NotDecided
        yield from inner(value)

    return find


def _under(name: str | int, found: Iterable[Breach]) -> Iterator[Breach]:
    for breach in found:
        yield replace(breach, path=(name, *breach.path))


# --- Keywords whose breaches are those of the schemas that they combine


def _all_of(compiler: _Compiler, schemas: list[Schema], _schema: Schema) -> Finder:
    return _each([compiler.schema(s) for s in schemas])


def _if(compiler: _Compiler, condition: Schema, schema: Mapping[str, Any]) -> Finder:
    holds = compiler.tests.schema(condition)
    then = compiler.schema(schema.get("then", True))
    otherwise = compiler.schema(schema.get("else", True))

    def find(value: Json) -> Iterator[Breach]:
        outcome = holds(value)
        if outcome is None:
            raise NotDecided
        yield from then(value) if outcome else otherwise(value)

    return find


# --- Keywords that look inside a value


def _properties(compiler: _Compiler, schemas: Mapping[str, Schema], _schema: Schema) -> Finder:
    members = [(name, compiler.schema(s)) for name, s in schemas.items()]

    def find(value: Json) -> Iterator[Breach]:
        if isinstance(value, dict):
            for name, each in members:
                if name in value:
                    yield from _under(name, each(value[name]))

    return find


def _additional(compiler: _Compiler, extra: Schema, schema: Mapping[str, Any]) -> Finder:
    named = frozenset(schema.get("properties", ()))
    inner = compiler.schema(extra)

    def find(value: Json) -> Iterator[Breach]:
        if isinstance(value, dict):
            for name, member in value.items():
                if name not in named:
                    yield from _under(name, inner(member))

    return find


def _pattern_properties(
    compiler: _Compiler, schemas: Mapping[str, Schema], _schema: Schema
) -> Finder:
    members = [(compiler.tests.search(p), compiler.schema(s)) for p, s in schemas.items()]

    def find(value: Json) -> Iterator[Breach]:
        if isinstance(value, dict):
            for search, each in members:
                for name, member in value.items():
                    if search(name):
                        yield from _under(name, each(member))

    return find


def _property_names(compiler: _Compiler, schema: Schema, _around: Schema) -> Finder:
    inner = compiler.schema(schema)

    def find(value: Json) -> Iterator[Breach]:
        if isinstance(value, dict):
            for name in value:
                yield from inner(name)

    return find


def _items(compiler: _Compiler, schema: Schema, _around: Schema) -> Finder:
    inner = compiler.schema(schema)

    def find(value: Json) -> Iterator[Breach]:
        if isinstance(value, list):
            for index, member in enumerate(value):
                yield from _under(index, inner(member))

    return find


_Make = Callable[[_Compiler, Any, Any], Finder]
_TRANSPARENT: dict[str, _Make] = {"allOf": _all_of, "if": _if}
#: Those that are broken by the value as a whole where they allow nothing inside.
_AS_A_WHOLE = frozenset({"additionalProperties", "items"})
_INSIDE: dict[str, _Make] = {
    "properties": _properties,
    "additionalProperties": _additional,
    "patternProperties": _pattern_properties,
    "propertyNames": _property_names,
    "items": _items,
}

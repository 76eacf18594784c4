"""What has to be read of a live table: what some spec or policy asks about, and no more.

Every operation that is not asked for is a call less for each table, and a right less
that the reader needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from driftcheck.aspects import ASPECTS, BY_NAME, FIELD_OWNERS
from driftcheck.aspects.base import Aspect
from driftcheck.aspects.reading import DESCRIBE_TABLE
from driftcheck.model.pointer import split
from driftcheck.model.table import Table
from driftcheck.model.values import Json
from driftcheck.policies.model import Policy
from driftcheck.spec.model import AspectSelection

LIST_TAGS = "dynamodb:ListTagsOfResource"
TAGS_IN_BULK = "tag:GetResources"
#: Tables from which on their tags are read in pages of a hundred instead of one by one.
BULK_TAGS_FROM = 10

#: Keywords of a schema that hold schemas for the same document.
_SAME = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
#: Keywords that say nothing of what stands in which field.
_PLAIN = frozenset({"type", "title", "description", "$comment", "required", "properties", "$defs"})
#: Aspects whose presence makes a comparison of their own: the parity of replicas.
_ALWAYS = frozenset({"replica"})


@dataclass(frozen=True, slots=True)
class Needs:
    """The aspects to read, and those that the spec leaves out of the comparison."""

    aspects: tuple[Aspect, ...]
    left_out: tuple[str, ...] = ()

    def compared(self, table: Table) -> Table:
        """A table without what the spec leaves out."""
        return _without(table, self.left_out)

    def operations(self) -> frozenset[str]:
        """The operations that are asked whatever the table looks like."""
        return frozenset(operation for aspect in self.aspects for operation in aspect.reads)


def compared(table: Table, selection: AspectSelection) -> Table:
    """A table without what a spec's choice of aspects leaves out."""
    return _without(table, [name for name in table.settings if not selection.covers(name)])


def _without(table: Table, left_out: Collection[str]) -> Table:
    if not left_out:
        return table
    kept = {name: f for name, f in table.settings.items() if name not in left_out}
    return replace(table, settings=kept)


class Needing:
    """Tells what to read of tables that are held against the same policies.

    ``selection`` is the spec's choice of aspects.
    """

    def __init__(self, policies: Sequence[Policy], selection: AspectSelection) -> None:
        self._selection = selection
        # What DescribeTable tells comes with every table, whatever is asked.
        self._always = frozenset(
            aspect.name
            for aspect in ASPECTS
            if set(aspect.reads) == {DESCRIBE_TABLE} and not aspect.may_read
        )
        self._always |= _ALWAYS | fields_aspects(policies)
        #: The aspects that the spec leaves out of the comparison.
        self.left_out = tuple(a.name for a in ASPECTS if not selection.covers(a.name))
        #: By the ids of what was asked about, which is kept so that the ids stay its own.
        self._known: dict[tuple[int, ...], tuple[object, Needs]] = {}

    def of(self, code: Table | None, contract: Table | None) -> Needs:
        """What to read of a table, for the code and the contract that it is held against."""
        stated = tuple(contract.settings.values()) if contract is not None else ()
        key = (id(code), *map(id, stated))
        found = self._known.get(key)
        if found is None:
            found = ((code, stated), self._work_out(code, contract))
            self._known[key] = found
        return found[1]

    def every(self, codes: Iterable[Table], contracts: Iterable[Table]) -> frozenset[str]:
        """The names of all aspects that some table of these may have to be read for."""
        needs = [self.of(None, None)]
        needs += [self.of(code, None) for code in codes]
        needs += [self.of(None, contract) for contract in contracts]
        return frozenset(aspect.name for need in needs for aspect in need.aspects)

    def _work_out(self, code: Table | None, contract: Table | None) -> Needs:
        wanted = set(self._always)
        if code is not None:
            wanted |= {
                name
                for name, fragment in code.settings.items()
                if not isinstance(fragment, dict) or not BY_NAME[name].silent(fragment)
            }
        if contract is not None:
            wanted |= set(contract.settings)
        wanted = {name for name in wanted if self._selection.covers(name)}
        # What others are compared with is read, left out or not.
        wanted |= {b for table in (code, contract) if table for b in _beside(table, wanted)}
        return Needs(tuple(a for a in ASPECTS if a.name in wanted), self.left_out)


def _beside(table: Table, wanted: Iterable[str]) -> Iterator[str]:
    """The aspects that the comparison of other aspects looks at."""
    for name in wanted:
        fragment = table.settings.get(name)
        if isinstance(fragment, dict):
            yield from BY_NAME[name].beside(fragment)


def in_bulk(operations: Iterable[str], tables: int) -> Iterator[str]:
    """What is read in bulk only where there are so many tables that it is worth it."""
    if LIST_TAGS in operations and tables >= BULK_TAGS_FROM:
        yield TAGS_IN_BULK


def fields_aspects(policies: Iterable[Policy]) -> frozenset[str]:
    """The aspects whose fields the policies speak of; all of them where that cannot be told."""
    found: set[str] = set()
    for policy in policies:
        for schema in (policy.when, policy.must):
            names = _Fields(schema).of(schema)
            if names is None:
                return frozenset(aspect.name for aspect in ASPECTS)
            found |= {FIELD_OWNERS[name] for name in names if name in FIELD_OWNERS}
            found |= _pointed_at(schema)
    return frozenset(found)


class _Fields:
    """The fields of the document that a schema of it, and the schemas that it holds, speak of."""

    def __init__(self, schema: Mapping[str, Json]) -> None:
        definitions = schema.get("$defs")
        self._definitions = definitions if isinstance(definitions, Mapping) else {}
        self._followed: set[str] = set()

    def of(self, schema: Json) -> set[str] | None:
        """The names of the fields; None if that may be any."""
        if isinstance(schema, bool):
            return set()
        if not isinstance(schema, Mapping):
            return None
        required = schema.get("required", ())
        if not isinstance(required, Sequence):
            return None  # a parameter
        found = {str(name) for name in (*schema.get("properties", ()), *required)}
        for below in self._below(schema):
            names = self.of(below)
            if names is None:
                return None
            found |= names
        return found

    def _below(self, schema: Mapping[str, Json]) -> Iterator[Json]:
        """The schemas for the same document; None for a keyword of which nothing is known."""
        for keyword, value in schema.items():
            if keyword in _SAME:
                yield from value if isinstance(value, list) else [value]
            elif keyword == "$ref":
                if str(value) not in self._followed:
                    self._followed.add(str(value))
                    yield self._definitions.get(str(value).removeprefix("#/$defs/"))
            elif keyword not in _PLAIN and not _only_pointers(value):
                yield None


def _only_pointers(value: Json) -> bool:
    """Whether a keyword's argument is pointers into the document and nothing besides.

    Such are those of driftcheck's own keywords that compare places of the document.
    """
    match value:
        case str():
            return value.startswith("/")
        case Mapping():
            return bool(value) and all(
                _only_pointers(v) and (_only_pointers(k) or str(k).isidentifier())
                for k, v in value.items()
            )
        case list():
            return bool(value) and all(_only_pointers(v) for v in value)
        case _:
            return False


def _pointed_at(schema: Json) -> set[str]:
    """The aspects of all fields that pointers anywhere in a schema lead to."""
    match schema:
        case str() if schema.startswith("/"):
            owner = FIELD_OWNERS.get(split(schema)[0])
            return {owner} if owner is not None else set()
        case Mapping():
            inside = [*schema.keys(), *schema.values()]
            return {name for value in inside for name in _pointed_at(value)}
        case list() | tuple():
            return {name for value in schema for name in _pointed_at(value)}
        case _:
            return set()

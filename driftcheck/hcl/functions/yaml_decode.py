"""``yamldecode``: a YAML document as Terraform's go-cty-yaml reads it.

PyYAML delivers the events of the parser, nothing more: what they mean is decided here
and in ``yaml_scalars``, and nothing of YAML's object construction is involved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from driftcheck.errors import HclLimitError
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.functions import yaml_scalars
from driftcheck.hcl.functions.registry import Call, FunctionError
from driftcheck.hcl.functions.support import charge, charge_items, quote
from driftcheck.hcl.types import STRING, MapType, ObjectType
from driftcheck.hcl.values import Value, object_value, tuple_value

if TYPE_CHECKING:
    import yaml

_MAP_TAG = "tag:yaml.org,2002:map"
_SEQ_TAG = "tag:yaml.org,2002:seq"
#: Deeper documents are refused; values are walked by recursion.
MAX_DEPTH = 100

# PyYAML's own parser passes over these, libyaml does not.
_UNKNOWN_DIRECTIVE = re.compile(r"^%(?!YAML\b|TAG\b)", re.MULTILINE)
# An escaped slash, which became part of YAML after version 1.1.
_ESCAPED_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")


def decode(call: Call, content: str) -> Value:
    """The value of a document. Raises ``FunctionError`` and ``HclLimitError``."""
    import yaml

    charge(call, len(content))
    # libyaml, whose Go translation Terraform uses, where PyYAML comes with it.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        events = iter(yaml.parse(content, Loader=loader))
        return _Document(call, content, events).value()
    except yaml.MarkedYAMLError as problem:
        raise FunctionError(_explain(problem), 0) from None
    except yaml.YAMLError as problem:
        raise FunctionError(f"invalid YAML: {problem}", 0) from None


def _explain(problem: yaml.MarkedYAMLError) -> str:
    mark = problem.problem_mark or problem.context_mark
    where = f"on line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{where}{problem.problem or problem.context or 'invalid YAML syntax'}"


class _Document:
    """Builds the value of the one document of a stream of parser events."""

    def __init__(self, call: Call, content: str, events: Iterator[yaml.Event]) -> None:
        self._call = call
        self._content = content
        self._events = events
        self._anchors: dict[str, Value] = {}
        self._pending: list[str] = []
        self._depth = 0

    def value(self) -> Value:
        """The value of the document, which must be the only one."""
        import yaml

        self._next()
        start = self._next()
        if not isinstance(start, yaml.DocumentStartEvent):
            raise self._error(start, "missing start of document")
        if start.version not in (None, (1, 1)):
            raise self._error(start, "found incompatible YAML document")
        if _UNKNOWN_DIRECTIVE.search(self._written(start)):
            raise self._error(start, "found unknown directive name")
        result = self._node(self._next())
        self._next()
        end = self._next()
        if not isinstance(end, yaml.StreamEndEvent):
            raise self._error(end, "unexpected extra content after value")
        return result

    def _next(self) -> yaml.Event:
        charge_items(self._call, 1)
        return next(self._events)

    def _written(self, event: yaml.Event) -> str:
        """The source text of an event."""
        assert event.start_mark is not None
        assert event.end_mark is not None
        return self._content[event.start_mark.index : event.end_mark.index]

    def _error(self, event: yaml.Event, problem: str) -> FunctionError:
        mark = event.start_mark
        assert mark is not None
        return FunctionError(f"on line {mark.line + 1}, column {mark.column + 1}: {problem}", 0)

    def _node(self, event: yaml.Event) -> Value:
        import yaml

        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        assert isinstance(event, yaml.NodeEvent)
        anchor = event.anchor
        if anchor is not None:
            self._pending.append(anchor)
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        else:
            value = self._collection(event)
        if anchor is not None:
            self._pending.remove(anchor)
            self._anchors[anchor] = value
        return value

    def _alias(self, event: yaml.AliasEvent) -> Value:
        anchor = event.anchor or ""
        if anchor in self._pending:
            raise self._error(
                event, f"cannot refer to anchor {quote(anchor)} from inside its own definition"
            )
        if anchor not in self._anchors:
            raise self._error(event, f"reference to undefined anchor {quote(anchor)}")
        value = self._anchors[anchor]
        # Aliases of aliases would make a small document enormous.
        charge(self._call, value.summary.weight)
        return value

    def _collection(self, event: yaml.Event) -> Value:
        import yaml

        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise HclLimitError(
                f"This YAML document is nested more than {MAX_DEPTH} levels deep.",
                self._call.location,
            )
        if isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(event)
        else:
            assert isinstance(event, yaml.SequenceStartEvent)
            value = self._sequence(event)
        self._depth -= 1
        return value

    def _sequence(self, event: yaml.SequenceStartEvent) -> Value:
        import yaml

        if event.tag not in (None, _SEQ_TAG):
            raise self._error(event, f"can't interpret sequence as {event.tag}")
        items = []
        while not isinstance(item := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(item))
        return tuple_value(items)

    def _mapping(self, event: yaml.MappingStartEvent) -> Value:
        import yaml

        if event.tag not in (None, _MAP_TAG):
            raise self._error(event, f"can't interpret mapping as {event.tag}")
        items: dict[str, Value] = {}
        while not isinstance(key := self._next(), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise self._error(key, "only strings are allowed as mapping keys")
            if not key.tag and key.value == "<<":
                merged = self._node(self._next())
                if not isinstance(merged.type, ObjectType | MapType):
                    raise self._error(key, f"cannot merge {merged.type} into mapping")
                charge_items(self._call, len(merged.as_dict()))
                items.update(merged.as_dict())
                continue
            items[self._key(key)] = self._node(self._next())
        return object_value(items)

    def _key(self, event: yaml.ScalarEvent) -> str:
        value = self._resolve(event)
        try:
            name = convert(value, STRING)
        except ConvertError:
            raise self._error(event, "only strings are allowed as mapping keys") from None
        if name.is_null:
            raise self._error(event, "mapping key cannot be null")
        return name.as_str()

    def _resolve(self, event: yaml.ScalarEvent) -> Value:
        slash = event.style == '"' and "/" in event.value
        if slash and _ESCAPED_SLASH.search(self._written(event)):
            raise self._error(event, "found unknown escape character")
        try:
            return yaml_scalars.resolve(
                event.tag or "", event.value, quoted=event.style in ("'", '"')
            )
        except yaml_scalars.ScalarError as problem:
            raise self._error(event, str(problem)) from None

    def _scalar(self, event: yaml.ScalarEvent) -> Value:
        value = self._resolve(event)
        if not event.tag and event.style:
            # A block scalar is always a string, even though "|- 1.50" turns into "1.5".
            return convert(value, STRING)
        return value

"""Follows a value through an expression: which part of it states the value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from driftcheck.errors import HclError
from driftcheck.hcl import syntax as s
from driftcheck.hcl.context import Scope
from driftcheck.hcl.module.references import children
from driftcheck.hcl.module.session import Session
from driftcheck.hcl.syntax import Expression, Node, Traversal
from driftcheck.hcl.types import BOOL
from driftcheck.hcl.values import Unknown, Value
from driftcheck.model.location import Location

#: A chain longer than this helps nobody.
MAX_LOCATIONS = 12

#: Expressions looked at for one chain.
_MAX_STEPS = 300

#: How far a chain is followed; Python's stack is the limit that must not be reached.
_MAX_DEPTH = 60

#: Steps into a value: attribute names, map keys, indexes.
Path = tuple[str | int, ...]

#: What a name bound by a ``for`` expression stands for: a collection, and a path in it.
Bindings = Mapping[str, tuple[Expression, Path, "Bound"]]

#: Functions whose result has the same content as their only (or first) argument.
_CONVERSIONS = frozenset({"tolist", "toset", "tomap", "tostring", "tonumber", "tobool"})
_MARKS = frozenset({"sensitive", "nonsensitive", "ephemeralasnull"})


@dataclass(frozen=True, slots=True)
class Bound:
    """A scope together with the names that ``for`` expressions around bind in it."""

    scope: Scope
    names: Bindings


@dataclass(slots=True)
class Trail:
    """The places behind a value, nearest first, and the resources that it is made from."""

    locations: list[Location] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)

    def at(self, location: Location | None) -> None:
        """Add a place, unless it is there already."""
        if (
            location is not None
            and location not in self.locations
            and len(self.locations) < MAX_LOCATIONS
        ):
            self.locations.append(location)


class ExpressionTracer(ABC):
    """Follows one value back to where it was stated."""

    def __init__(self, session: Session) -> None:
        self._session = session
        #: What was looked at: a cycle would never end, and is no news the second time.
        self._seen: set[tuple[int, Path]] = set()
        self._depth = 0
        self.trail = Trail()

    @abstractmethod
    def _reference(self, node: Traversal, path: Path, bound: Bound) -> None:
        """Follow what a reference leads to."""

    def argument(self, attribute: s.Attribute, scope: Scope, path: Path = ()) -> Trail:
        """The trail of (a part of) an argument's value."""
        node, expression, rest = self._descend(
            attribute, attribute.expression, path, Bound(scope, {})
        )
        self.trail.at(node.location)
        self._follow(expression, rest, Bound(scope, {}))
        return self.trail

    def _hop(self, node: Node, expression: Expression, path: Path, bound: Bound) -> None:
        """Go to another place where the value is stated."""
        node, expression, path = self._descend(node, expression, path, bound)
        self.trail.at(node.location)
        self._follow(expression, path, bound)

    def _descend(
        self, node: Node, expression: Expression, path: Path, bound: Bound
    ) -> tuple[Node, Expression, Path]:
        """Into object and tuple constructors, as far as the path goes."""
        while path:
            match expression:
                case s.Parentheses(inner=inner) | s.TemplateWrap(inner=inner):
                    expression = inner
                    continue
                case s.ObjectCons(items=items):
                    item = self._item(items, path[0], bound)
                    if item is None:
                        break
                    node, expression = item, item.value
                case s.TupleCons(items=elements):
                    index = path[0]
                    if not isinstance(index, int) or not 0 <= index < len(elements):
                        break
                    node = expression = elements[index]
                case _:
                    break
            path = path[1:]
        return node, expression, path

    def _item(self, items: list[s.ObjectItem], key: str | int, bound: Bound) -> s.ObjectItem | None:
        for item in items:
            if isinstance(item.key, s.Literal):
                text: object = item.key.value
            else:
                text = self._known(item.key, bound)
            if text == key:
                return item
        return None

    def _follow(self, expression: Expression, path: Path, bound: Bound) -> None:
        visit = (id(expression), path)
        if visit in self._seen or len(self._seen) >= _MAX_STEPS or self._depth >= _MAX_DEPTH:
            return
        self._seen.add(visit)
        self._depth += 1
        self._look_into(expression, path, bound)
        self._depth -= 1

    def _look_into(self, expression: Expression, path: Path, bound: Bound) -> None:
        match expression:
            case s.Parentheses(inner=inner) | s.TemplateWrap(inner=inner):
                self._follow(inner, path, bound)
            case Traversal():
                self._reference(expression, path, bound)
            case s.GetAttr(object=inner, name=name):
                self._follow(inner, (name, *path), bound)
            case s.Index(collection=inner, key=key):
                step = self._known(key, bound)
                if isinstance(step, str | int) and not isinstance(step, bool):
                    self._follow(inner, (step, *path), bound)
                else:
                    self._follow(inner, (), bound)
            case s.Conditional():
                self._conditional(expression, path, bound)
            case s.FunctionCall():
                self._call(expression, path, bound)
            case s.ForTuple() | s.ForObject():
                self._loop(expression, path, bound)
            case s.ObjectCons() | s.TupleCons() if path:
                self._part(expression, path, bound)
            case _:
                for child, _names in children(expression):
                    self._follow(child, (), bound)

    def _part(self, expression: Expression, path: Path, bound: Bound) -> None:
        """Follow one part of a whole that is written out, if it is there."""
        node, inner, rest = self._descend(expression, expression, path, bound)
        if node is not expression:
            self.trail.at(node.location)
            self._follow(inner, rest, bound)

    def _conditional(self, node: s.Conditional, path: Path, bound: Bound) -> None:
        """The branch that was taken, and whatever decided that it was."""
        taken = self._known(node.condition, bound)
        if taken is not False:
            self._follow(node.then, path, bound)
        if taken is not True:
            self._follow(node.otherwise, path, bound)
        self._follow(node.condition, (), bound)

    def _call(self, node: s.FunctionCall, path: Path, bound: Bound) -> None:
        name, args = node.name.removeprefix("core::"), node.args
        if name in _CONVERSIONS | _MARKS and args:
            self._follow(args[0], path, bound)
        elif name == "merge" and path and not node.expand_final:
            for arg in reversed(args):
                value = self._value(arg, bound)
                if value is None or value.is_unknown:
                    self._follow(arg, path, bound)
                elif isinstance(value.raw, dict) and path[0] in value.raw:
                    self._follow(arg, path, bound)
                    return
        elif name == "lookup" and len(args) >= 2:
            self._lookup(args, path, bound)
        elif name in ("try", "coalesce"):
            for arg in args:
                value = self._value(arg, bound)
                if value is not None and not value.is_null:
                    self._follow(arg, path, bound)
                    return
        else:
            for arg in args:
                self._follow(arg, (), bound)

    def _lookup(self, args: list[Expression], path: Path, bound: Bound) -> None:
        key = self._known(args[1], bound)
        table = self._value(args[0], bound)
        if isinstance(key, str) and table is not None and isinstance(table.raw, dict):
            if key in table.raw or len(args) < 3:
                self._follow(args[0], (key, *path), bound)
            else:
                self._follow(args[2], path, bound)
            return
        for arg in args:
            self._follow(arg, (), bound)

    def _loop(self, node: s.ForTuple | s.ForObject, path: Path, bound: Bound) -> None:
        """Into the body, with the loop's names standing for the collection's elements."""
        inside: Path = ()
        if path and isinstance(node, s.ForObject):
            key = node.key.inner if isinstance(node.key, s.Parentheses) else node.key
            if isinstance(key, Traversal) and key.root == node.key_name and not key.names:
                inside = path[:1]
        names = dict(bound.names)
        names[node.value_name] = (node.collection, inside, bound)
        if node.key_name is not None:
            names[node.key_name] = (node.collection, inside, bound)
        inner = Bound(bound.scope, names)
        body = node.body if isinstance(node, s.ForTuple) else node.value
        rest = path[1:]
        if isinstance(node, s.ForObject) and node.group:
            rest = path[2:]
        place, expression, rest = self._descend(body, body, rest, inner)
        if place is not body:
            self.trail.at(place.location)
        self._follow(expression, rest, inner)

    def _value(self, expression: Expression, bound: Bound) -> Value | None:
        """The value of a part of an expression, where it can be had without its ``for``."""
        if bound.names:
            return None
        try:
            return self._session.evaluate(expression, bound.scope)
        except HclError:
            return None

    def _known(self, expression: Expression, bound: Bound) -> object:
        """A known primitive value as plain data; None where there is none."""
        if isinstance(expression, s.Literal):
            return expression.value
        value = self._value(expression, bound)
        if value is None or isinstance(value.raw, Unknown | list | dict):
            return None
        return value.raw if value.type != BOOL else bool(value.raw)

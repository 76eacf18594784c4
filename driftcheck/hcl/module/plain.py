"""Resource instances as the plain data that the rest of driftcheck works with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial

from driftcheck.errors import HclError
from driftcheck.hcl.module.expression_trail import Trail
from driftcheck.hcl.module.instances import BodyOrigin, ResourceInstance
from driftcheck.hcl.module.provenance import Tracer
from driftcheck.hcl.module.session import Session
from driftcheck.hcl.render import RenderError, to_plain
from driftcheck.hcl.values import Unknown, Value
from driftcheck.model import values as model
from driftcheck.model.location import Location
from driftcheck.model.pointer import child
from driftcheck.model.resource import Resource


def model_resource(session: Session, instance: ResourceInstance) -> Resource:
    """One instance as plain data, with the place that states each value."""
    try:
        values = to_plain(instance.values)
    except RenderError as error:
        raise HclError(f"{instance.address}: {error.summary}", instance.location) from None
    assert isinstance(values, dict)
    lifecycle = instance.decl.lifecycle
    region = instance.region.raw
    found = Trails(session, instance)
    return Resource(
        address=instance.address,
        type=instance.type,
        name=instance.name,
        values=values,
        locations=Locations(found),
        ignore_changes=tuple(_ignored(path) for path in lifecycle.ignore_changes),
        ignore_all=lifecycle.ignore_all,
        region=model.Unknown(region.reason) if isinstance(region, Unknown) else _text(region),
        provider=provider_text(instance),
        existence=_existence(instance.existence),
        references=References(found),
    )


def provider_text(instance: ResourceInstance) -> str:
    """The provider configuration's address: ``provider.aws.east``, ``module.m.provider.aws``."""
    use = instance.provider
    own = f"provider.{use.name}.{use.alias}" if use.alias else f"provider.{use.name}"
    return f"{use.module}.{own}" if use.module else own


def _text(raw: object) -> str | None:
    return raw if isinstance(raw, str) else None


def _existence(existence: Unknown | None) -> model.Unknown | None:
    return None if existence is None else model.Unknown(existence.reason)


def _ignored(path: tuple[str, ...]) -> str:
    pointer = ""
    for step in path:
        pointer = child(pointer, step)
    return pointer


#: Follows one value back to where it was stated.
Follow = Callable[[], Trail]


class Trails:
    """The trail of every argument that a resource's block sets, by JSON Pointer.

    Blocks have a trail too: the place of the block. Values are followed only when
    somebody asks where they come from, which for most of them nobody does.
    """

    def __init__(self, session: Session, instance: ResourceInstance) -> None:
        self._session = session
        self._instance = instance
        self._known: dict[str, Trail] = {}

    @cached_property
    def follow(self) -> dict[str, Follow]:
        """How to follow each value, by its pointer."""
        instance = self._instance
        return {
            "": lambda: Trail([instance.location]),
            **dict(_body_trails(self._session, "", instance.values, instance.origin)),
        }

    def get(self, pointer: str) -> Trail | None:
        """The trail of the value at a pointer; None where nothing is stated."""
        trail = self._known.get(pointer)
        if trail is None and pointer in self.follow:
            trail = self._known[pointer] = self.follow[pointer]()
        return trail


class Locations(Mapping[str, tuple[Location, ...]]):
    """The places that state a resource's values."""

    def __init__(self, trails: Trails) -> None:
        self._trails = trails

    def __getitem__(self, pointer: str) -> tuple[Location, ...]:
        trail = self._trails.get(pointer)
        if trail is None:
            raise KeyError(pointer)
        return tuple(trail.locations)

    def __iter__(self) -> Iterator[str]:
        return iter(self._trails.follow)

    def __len__(self) -> int:
        return len(self._trails.follow)


class References(Mapping[str, tuple[str, ...]]):
    """The addresses of the resources that a resource's values come from, where they do."""

    def __init__(self, trails: Trails) -> None:
        self._trails = trails

    def __getitem__(self, pointer: str) -> tuple[str, ...]:
        trail = self._trails.get(pointer)
        if trail is None or not trail.resources:
            raise KeyError(pointer)
        return tuple(trail.resources)

    def __iter__(self) -> Iterator[str]:
        return (p for p in self._trails.follow if p in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _body_trails(
    session: Session, pointer: str, value: Value, origin: BodyOrigin
) -> Iterator[tuple[str, Follow]]:
    for name, attribute in origin.body.attributes.items():
        at = child(pointer, name)
        yield at, partial(Tracer(session).argument, attribute, origin.scope)
        yield from _element_trails(session, at, value, name, origin)
    raw = value.raw
    if not isinstance(raw, dict):
        return
    for name, made in origin.blocks.items():
        block_value = raw.get(name)
        if block_value is None or not isinstance(block_value.raw, list | dict):
            continue
        at = child(pointer, name)
        yield at, partial(Trail, [made[0][1].location])
        if isinstance(block_value.raw, dict):
            yield from _body_trails(session, at, block_value, made[0][1])
            continue
        for index, inner in _positions(block_value.raw, made):
            here = child(at, str(index))
            yield here, partial(Trail, [inner.location])
            yield from _body_trails(session, here, block_value.raw[index], inner)


def _element_trails(
    session: Session, pointer: str, value: Value, name: str, origin: BodyOrigin
) -> Iterator[tuple[str, Follow]]:
    """The trails of a map's elements: each tag is stated on a line of its own."""
    raw = value.raw.get(name) if isinstance(value.raw, dict) else None
    if raw is None or not isinstance(raw.raw, dict):
        return
    attribute = origin.body.attributes[name]
    for key in raw.raw:
        yield (
            child(pointer, key),
            partial(Tracer(session).argument, attribute, origin.scope, (key,)),
        )


def _positions(
    elements: list[Value], made: list[tuple[Value, BodyOrigin]]
) -> Iterator[tuple[int, BodyOrigin]]:
    """Which block made which element: a set has an order of its own, and defaults were added."""
    free = list(range(len(elements)))
    for written, origin in made:
        index = next((i for i in free if _is_completed(written, elements[i])), None)
        if index is not None:
            free.remove(index)
            yield index, origin


def _is_completed(written: Value, element: Value) -> bool:
    """Whether ``element`` is ``written`` with nothing but unset parts filled in."""
    left, right = written.raw, element.raw
    if left is None or isinstance(left, Unknown):
        return True
    if isinstance(left, dict) and isinstance(right, dict):
        return all(
            _is_completed(value, right[name]) for name, value in left.items() if name in right
        )
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return not left
        return all(_is_completed(a, b) for a, b in zip(left, right, strict=True))
    return left == right

"""Resource instances as the plain data that the rest of driftcheck works with."""

from __future__ import annotations

from collections.abc import Iterator

from driftcheck.hcl.module.instances import BodyOrigin, ResourceInstance
from driftcheck.hcl.module.provenance import Tracer, Trail
from driftcheck.hcl.module.session import Session
from driftcheck.hcl.render import to_plain
from driftcheck.hcl.values import Unknown, Value
from driftcheck.model import values as model
from driftcheck.model.location import Location
from driftcheck.model.pointer import child
from driftcheck.model.resource import Resource


def model_resource(session: Session, instance: ResourceInstance) -> Resource:
    """One instance as plain data, with the place that states each value."""
    values = to_plain(instance.values)
    assert isinstance(values, dict)
    lifecycle = instance.decl.lifecycle
    region = instance.region.raw
    locations: dict[str, tuple[Location, ...]] = {"": (instance.location,)}
    references: dict[str, tuple[str, ...]] = {}
    for pointer, trail in trails(session, instance):
        locations[pointer] = tuple(trail.locations)
        if trail.resources:
            references[pointer] = tuple(trail.resources)
    return Resource(
        address=instance.address,
        type=instance.type,
        name=instance.name,
        values=values,
        locations=locations,
        ignore_changes=tuple(_ignored(path) for path in lifecycle.ignore_changes),
        ignore_all=lifecycle.ignore_all,
        region=model.Unknown(region.reason) if isinstance(region, Unknown) else _text(region),
        provider=provider_text(instance),
        existence=_existence(instance.existence),
        references=references,
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


def trails(session: Session, instance: ResourceInstance) -> Iterator[tuple[str, Trail]]:
    """The trail of every argument that the resource's block sets, by JSON Pointer.

    Blocks have a trail too: the place of the block.
    """
    yield from _body_trails(session, "", instance.values, instance.origin)


def _body_trails(
    session: Session, pointer: str, value: Value, origin: BodyOrigin
) -> Iterator[tuple[str, Trail]]:
    for name, attribute in origin.body.attributes.items():
        yield (
            child(pointer, name),
            Tracer(session).argument(attribute, origin.scope),
        )
        yield from _element_trails(session, child(pointer, name), value, name, origin)
    raw = value.raw
    if not isinstance(raw, dict):
        return
    for name, made in origin.blocks.items():
        block_value = raw.get(name)
        if block_value is None or not isinstance(block_value.raw, list | dict):
            continue
        at = child(pointer, name)
        yield at, Trail([made[0][1].location])
        if isinstance(block_value.raw, dict):
            yield from _body_trails(session, at, block_value, made[0][1])
            continue
        for index, inner in _positions(block_value.raw, made):
            here = child(at, str(index))
            yield here, Trail([inner.location])
            yield from _body_trails(session, here, block_value.raw[index], inner)


def _element_trails(
    session: Session, pointer: str, value: Value, name: str, origin: BodyOrigin
) -> Iterator[tuple[str, Trail]]:
    """The trails of a map's elements: each tag is stated on a line of its own."""
    raw = value.raw.get(name) if isinstance(value.raw, dict) else None
    if raw is None or not isinstance(raw.raw, dict):
        return
    attribute = origin.body.attributes[name]
    for key in raw.raw:
        yield (
            child(pointer, key),
            Tracer(session).argument(attribute, origin.scope, (key,)),
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



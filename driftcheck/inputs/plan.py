"""Resources from a Terraform plan in JSON (``terraform show -json plan.bin``).

A plan holds the values that Terraform worked out itself. Three things that the
code says are not in it: lines, ``ignore_changes``, and whether an argument that
is only "known after apply" was set at all. The last is told from the
configuration part of the plan as far as that goes; see ``plan_configuration``.
``resource_drift`` is what Terraform found by asking AWS; driftcheck asks itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from driftcheck.errors import UsageError
from driftcheck.inputs.plan_configuration import Declared, PlanConfiguration
from driftcheck.inputs.plan_values import check_values
from driftcheck.inputs.terraform_aws import AwsSchemas
from driftcheck.model.pointer import child
from driftcheck.model.resource import Resource
from driftcheck.model.values import Json, Sensitive, Unknown
from driftcheck.paths import content_of, shown

#: Largest plan that is read, in bytes.
MAX_SIZE = 256 * 1024 * 1024

AFTER_APPLY = "it is known only after apply"
MAYBE_UNSET = "the plan does not tell whether it is set"


@dataclass(frozen=True, slots=True)
class Plan:
    """The resources of a plan, and what else a reader of the result should know.

    ``before`` are the resources as Terraform found them, at the addresses that
    ``moved`` blocks give them now. ``forgotten`` are the addresses that Terraform lets
    go of, ``replaced`` those that it deletes and makes anew, with the arguments that
    are the reason where the plan names them. ``holes`` say why tables may be missing.
    """

    resources: list[Resource]
    notes: tuple[str, ...] = ()
    before: list[Resource] = field(default_factory=list)
    forgotten: frozenset[str] = frozenset()
    replaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    holes: tuple[str, ...] = ()


def read_plan(path: Path) -> Plan:
    """The supported resources of the plan in a file.

    Raises ``UsageError`` for a file that is missing, too large, or no plan.
    """
    import json

    hint = "Make it with: terraform show -json PLANFILE"
    text = content_of(path, MAX_SIZE)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown(path)} is not JSON. {hint}") from error
    version = data.get("format_version") if isinstance(data, dict) else None
    if not isinstance(version, str) or "planned_values" not in data:
        raise UsageError(f"{shown(path)} is not a Terraform plan. {hint}")
    if version.split(".")[0] != "1":
        raise UsageError(f"{shown(path)} has the plan format {version}; driftcheck reads 1.x.")
    try:
        return plan_of(data)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        # Terraform's format is wide, and reading it is all that checks it.
        raise UsageError(
            f"{shown(path)} is not a plan as Terraform writes it: {type(error).__name__} "
            f"({str(error)[:200]}). {hint}"
        ) from error


def plan_of(data: Mapping[str, Any]) -> Plan:
    """The supported resources of a plan that was parsed already."""
    configuration = PlanConfiguration(data)
    changes = {c["address"]: c.get("change", {}) for c in data.get("resource_changes", ())}
    actions = {address: list(change.get("actions", ())) for address, change in changes.items()}
    # Terraform lists what it lets go of among the planned values.
    forgotten = frozenset(address for address, what in actions.items() if what == ["forget"])
    resources = [
        _resource(planned, changes.get(planned["address"], {}), declared)
        for planned, declared in _supported(data["planned_values"], configuration)
        if planned["address"] not in forgotten
    ]
    before = [
        _resource(known, {}, declared)
        for known, declared in _supported(
            data.get("prior_state", {}).get("values", {}), configuration
        )
    ]
    replaced = {
        address: tuple(_path(path) for path in changes[address].get("replace_paths", ()))
        for address, what in actions.items()
        if {"create", "delete"} <= set(what)
    }
    holes: list[str] = []
    notes = ["A plan does not tell which changes Terraform was told to ignore (ignore_changes)."]
    if data.get("errored"):
        holes.append("Terraform could not complete this plan, so resources may be missing from it.")
    elif data.get("complete") is False:
        holes.append("Terraform deferred a part of this plan, so resources may be missing from it.")
    return Plan(resources, tuple(notes + holes), before, forgotten, replaced, tuple(holes))


def _path(steps: list[str | int]) -> str:
    """An argument as a plan names it, in words."""
    return ".".join(str(step) for step in steps)


def _supported(
    values: Mapping[str, Any], configuration: PlanConfiguration
) -> Iterator[tuple[Mapping[str, Any], Declared | None]]:
    """The managed resources of supported types in a state, with their configuration."""
    for module, content in _modules(values.get("root_module", {}), ""):
        for resource in content.get("resources", ()):
            if resource.get("mode") == "managed" and AwsSchemas.is_supported(resource["type"]):
                if not all(isinstance(resource[k], str) for k in ("address", "name")):
                    raise TypeError("the address of a resource must be text")
                yield resource, configuration.resource(module, resource["type"], resource["name"])


def _modules(module: Mapping[str, Any], address: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield address, module
    for inner in module.get("child_modules", ()):
        yield from _modules(inner, inner.get("address", ""))


def _resource(
    planned: Mapping[str, Any], change: Mapping[str, Any], declared: Declared | None
) -> Resource:
    values = _merged(
        dict(planned.get("values", {})),
        change.get("after_unknown", {}),
        planned.get("sensitive_values", {}),
        _Place(planned["address"], declared),
    )
    check_values(planned["address"], planned["type"], values)
    return Resource(
        address=planned["address"],
        type=planned["type"],
        name=planned["name"],
        values=values,
        region=declared.region if declared is not None else None,
        provider=declared.provider if declared is not None else "",
        references=declared.references if declared is not None else {},
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a resource, for telling what an unknown value there means."""

    address: str
    declared: Declared | None
    pointer: str = ""

    def below(self, token: str) -> _Place:
        return _Place(self.address, self.declared, child(self.pointer, token))

    def unknown(self) -> Unknown | None:
        """Why the value here is unknown; None where it is merely not set."""
        subject = f"{self.address}{self.pointer.replace('/', '.')}"
        if self.declared is None:
            return Unknown(f"{subject}: {MAYBE_UNSET}")
        if self.declared.is_unset(self.pointer):
            return None
        if self.declared.is_stated(self.pointer):
            sure = self.declared.is_certain(self.pointer)
            return Unknown(f"{subject}: {AFTER_APPLY}", certainly_set=sure)
        return Unknown(f"{subject}: {MAYBE_UNSET}")


def _merged(value: Json, unknown: Json, sensitive: Json, place: _Place) -> Json:
    """A planned value with its unknown and sensitive parts in their places."""
    if unknown is True:
        return place.unknown()
    if isinstance(value, dict) or isinstance(unknown, dict):
        value = _merged_members(value, unknown, sensitive, place)
    elif isinstance(value, list):
        value = [
            _merged(item, _at(unknown, i), _at(sensitive, i), place.below(str(i)))
            for i, item in enumerate(value)
        ]
    return Sensitive(value) if sensitive is True else value


def _merged_members(value: Json, unknown: Json, sensitive: Json, place: _Place) -> Json:
    members, holes, marks = (v if isinstance(v, dict) else {} for v in (value, unknown, sensitive))
    names = [*members, *(name for name in holes if name not in members)]
    return {
        name: _merged(
            members.get(name), holes.get(name, False), marks.get(name, False), place.below(name)
        )
        for name in names
    }


def _at(items: Json, index: int) -> Json:
    return items[index] if isinstance(items, list) and index < len(items) else False

"""What names mean inside a module instance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from driftcheck.errors import HclError
from driftcheck.hcl.module.instances import ModuleInstance, ResourceInstance
from driftcheck.hcl.module.keys import (
    NO_REPETITION,
    InstanceSet,
    Iterator,
    Repetition,
    RepetitionKind,
)
from driftcheck.hcl.syntax import Traversal
from driftcheck.hcl.values import Value, object_value, string, tuple_value, unknown

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for all modules of one evaluation.

    ``cwd`` is the directory that Terraform would run in (``path.cwd``), ``workspace``
    the selected workspace.
    """

    cwd: str
    workspace: str


@dataclass(frozen=True, slots=True)
class ModuleScope:
    """Names in one module instance, as seen from one of its blocks.

    ``iterators`` are the names that ``dynamic`` blocks around bind; ``self_value``
    is what ``self`` means, where it means anything.
    """

    instance: ModuleInstance
    surroundings: Surroundings
    repetition: Repetition = NO_REPETITION
    iterators: Mapping[str, Iterator] = field(default_factory=dict)
    self_value: Value | None = None

    def with_iterator(self, name: str, iterator: Iterator) -> ModuleScope:
        """The scope of one block that a ``dynamic`` block makes."""
        return replace(self, iterators={**self.iterators, name: iterator})

    def resolve(self, reference: Traversal) -> tuple[Value, int]:
        """The value of a reference, and how many of its names it took.

        Raises ``HclError`` for what is not declared.
        """
        root = reference.root
        if root in self.iterators:
            return self.iterators[root].object, 0
        match root:
            case "var":
                return self._named(reference, "input variable", self.instance.variables), 1
            case "local":
                return self._named(reference, "local value", self.instance.locals), 1
            case "module":
                return self._module(reference)
            case "path" | "terraform" | "each" | "count" | "self":
                return self._context(reference)
            case "data" | "ephemeral":
                return self._resource(reference, root, 0)
            case "resource":
                return self._resource(reference, "resource", 0)
            case "template" | "lazy" | "arg":
                raise HclError(
                    f'"{root}" is not available here.',
                    reference.location,
                    "Terraform reserves this name.",
                )
            case _:
                return self._resource(reference, "resource", -1)

    def resolve_instance(self, reference: Traversal, key: Value, name: str) -> Value | None:
        """``reference[key].name`` where that must not, or cannot, make the whole object first.

        A module's output does not depend on its other outputs, and a resource
        whose schema is not known has no whole object. None where the ordinary way
        will do.
        """
        if reference.root in self.iterators or key.is_unknown or key.is_null:
            return None
        raw = key.raw
        if reference.root == "module" and len(reference.names) == 1:
            modules = self.instance.calls.get(reference.names[0])
            if modules is None or modules.unknown or isinstance(raw, bool):
                return None
            module = modules.items.get(raw) if isinstance(raw, int | str) else None
            return None if module is None else self._output(module, name, reference)
        address = _resource_address(reference)
        found = self.instance.resources.get(address) if address else None
        if found is None or found.unknown or not isinstance(raw, int | str):
            return None
        instance = found.items.get(raw)
        if instance is None or not instance.open:
            return None
        return _open_attribute(instance, name)

    def _named(self, reference: Traversal, kind: str, table: Mapping[str, Value]) -> Value:
        if not reference.names:
            raise HclError(
                "Invalid reference.",
                reference.location,
                f'"{reference.root}" must be followed by the name of an {kind}.'
                if kind.startswith("i")
                else f'"{reference.root}" must be followed by the name of a {kind}.',
            )
        name = reference.names[0]
        value = table.get(name)
        if value is None:
            declared = (
                self.instance.node.module.variables
                if reference.root == "var"
                else self.instance.node.module.locals
            )
            if name in declared:
                return _failed(f"{reference.root}.{name}")
            raise undeclared(kind, name, declared, reference)
        return value

    def _context(self, reference: Traversal) -> tuple[Value, int]:
        name = reference.names[0] if reference.names else ""
        found = self._context_value(reference.root, name)
        if found is not None:
            return found
        root = reference.root
        known = {
            "path": "`path.module`, `path.root` and `path.cwd`",
            "terraform": "`terraform.workspace` and `terraform.applying`",
            "each": "`each.key` and `each.value`, in a block that sets for_each",
            "count": "`count.index`, in a block that sets count",
            "self": "attributes, in provisioners and postconditions",
        }[root]
        spelled = f"{root}.{name}" if name else root
        raise HclError(
            f'"{spelled}" is not available here.', reference.location, f"There are {known}."
        )

    def _context_value(self, root: str, name: str) -> tuple[Value, int] | None:
        repetition = self.repetition
        value: Value | None = None
        match root, name:
            case "path", "module":
                value = string(self.instance.node.place.source_dir)
            case "path", "root":
                value = string(".")
            case "path", "cwd":
                value = string(self.surroundings.cwd)
            case "terraform", "workspace":
                value = string(self.surroundings.workspace)
            case "terraform", "applying":
                value = unknown("terraform.applying is known only while Terraform applies")
            case "each", "key":
                value = repetition.each_key
            case "each", "value":
                value = repetition.each_value
            case "count", "index":
                value = repetition.count_index
            case "self", _ if self.self_value is not None:
                return self.self_value, 0
        return None if value is None else (value, 1)

    def _module(self, reference: Traversal) -> tuple[Value, int]:
        names = reference.names
        calls = self.instance.node.module.calls
        if not names or names[0] not in calls:
            raise undeclared("module", names[0] if names else "", calls, reference)
        modules = self.instance.calls.get(names[0])
        child = self.instance.node.children.get(names[0])
        if child is not None and child.missing is not None:
            return unknown(child.missing), 1
        if modules is None:
            return _failed(f"module.{names[0]}"), 1
        if modules.unknown is not None:
            return unknown(modules.unknown.reason), 1
        if modules.kind is RepetitionKind.SINGLE and len(names) > 1:
            return self._output(modules.items[None], names[1], reference), 2
        return _collection(modules, _module_object), 1

    def _output(self, module: ModuleInstance, name: str, reference: Traversal) -> Value:
        if module.node.missing is not None:
            return unknown(module.node.missing)
        value = module.outputs.get(name)
        if value is None:
            if name in module.node.module.outputs:
                return _failed(f"{module.address}.{name}")
            raise undeclared("output", name, module.node.module.outputs, reference)
        return value

    def _resource(self, reference: Traversal, mode: str, first: int) -> tuple[Value, int]:
        """``first`` is the index in ``names`` of the resource type (-1: it is the root)."""
        names = reference.names
        type_ = reference.root if first < 0 else (names[0] if names else "")
        if len(names) < first + 2:
            raise HclError(
                f'Reference to undeclared name "{reference.text}".',
                reference.location,
                "A reference to a resource needs its type and its name, as in "
                "`aws_kms_key.main.arn`.",
            )
        name = names[first + 1]
        address = f"{type_}.{name}" if mode == "resource" else f"{mode}.{type_}.{name}"
        found = self.instance.resources.get(address)
        used = first + 2
        if found is None:
            declared = self.instance.node.module.resources
            if address in declared:
                return _failed(address), used
            raise undeclared("resource", address, declared, reference)
        if found.unknown is not None:
            return unknown(found.unknown.reason), used
        if found.kind is RepetitionKind.SINGLE:
            instance = found.items[None]
            if instance.open and len(names) > used:
                return _open_attribute(instance, names[used]), used + 1
        return _collection(found, _resource_object), used


def _failed(address: str) -> Value:
    """Something declared that has no value: it is part of a cycle, or was refused."""
    return unknown(f"{address} could not be evaluated")


def _resource_address(reference: Traversal) -> str:
    names = reference.names
    match reference.root:
        case "data" | "ephemeral" if len(names) == 2:
            return ".".join([reference.root, *names])
        case "resource" if len(names) == 2:
            return ".".join(names)
        case root if len(names) == 1:
            return f"{root}.{names[0]}"
    return ""


def _open_attribute(instance: ResourceInstance, name: str) -> Value:
    raw = instance.values.raw
    found = raw.get(name) if isinstance(raw, dict) else None
    if found is not None and not found.is_null:
        return found
    return unknown(f"{instance.address}.{name} is decided by the provider")


def _module_object(module: ModuleInstance) -> Value:
    return object_value(module.outputs)


def _resource_object(instance: ResourceInstance) -> Value:
    if instance.open:
        return unknown(f"{instance.address} has attributes that the provider decides")
    return instance.values


def _collection(instances: InstanceSet[_T], make: Callable[[_T], Value]) -> Value:
    """The value of a whole block: one object, a tuple by index, or an object by key."""
    if instances.kind is RepetitionKind.SINGLE:
        return make(instances.items[None])
    made = {key: make(item) for key, item in instances.items.items()}
    if instances.kind is RepetitionKind.COUNT:
        return tuple_value(made.values())
    return object_value({str(key): value for key, value in made.items()})


def undeclared(kind: str, name: str, declared: Iterable[str], reference: Traversal) -> HclError:
    """The error for a reference to something that is not declared, with what may be meant."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(declared), n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    article = "An" if kind[0] in "aeiou" else "A"
    return HclError(
        f'{article} {kind} "{name}" is not declared here.', reference.location, hint.strip()
    )

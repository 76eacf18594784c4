"""What the configuration part of a plan tells about where planned values come from.

The plan's values do not tell an argument that is not set (and that the provider
will decide) from one whose value is not known yet. The configuration does, unless
the argument goes through a ``local`` or stands in a ``dynamic`` block, which the
plan's configuration leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from driftcheck.model.pointer import child, split
from driftcheck.model.values import Unknown

#: What every evaluation knows.
_ALWAYS_KNOWN = frozenset({"path", "terraform", "count", "self"})
_KEY = re.compile(r"\[[^\]]*\]")

Expressions = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource's own configuration.

    ``references`` are as in ``model.Resource``. ``stated`` maps the pointers of the
    arguments that are written, with ``*`` for the positions of blocks, to whether
    their value may be unknown; ``blocks`` are the types of the blocks that are written.
    ``certain`` are the arguments that are made of one ARN and nothing else.
    """

    provider: str = ""
    region: str | Unknown | None = None
    references: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stated: Mapping[str, bool] = field(default_factory=dict)
    blocks: frozenset[str] = frozenset()
    certain: frozenset[str] = frozenset()

    def is_certain(self, pointer: str) -> bool:
        """Whether the value, once it is known, is certainly not null."""
        return _pattern(pointer) in self.certain

    def is_unset(self, pointer: str) -> bool:
        """Whether the configuration certainly leaves an unknown value to the provider."""
        pattern = _pattern(pointer)
        if pattern in self.stated:
            return not self.stated[pattern]
        parent = pattern.rpartition("/")[0]
        # At the top everything that is written is listed; so it is in a block that is.
        return parent == "" or parent in self.blocks

    def is_stated(self, pointer: str) -> bool:
        """Whether the configuration certainly gives a value that is not known yet."""
        return self.stated.get(_pattern(pointer), False)


class PlanConfiguration:
    """The ``configuration`` of a plan, with its ``variables``."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        configuration = plan.get("configuration", {})
        self._root: Mapping[str, Any] = configuration.get("root_module", {})
        self._providers: Mapping[str, Any] = configuration.get("provider_config", {})
        self._variables: Mapping[str, Any] = plan.get("variables", {})

    def resource(self, module: str, type_: str, name: str) -> Declared | None:
        """The configuration of a resource in the module at an address; None where there is none."""
        chain = self._chain(module)
        if chain is None:
            return None
        found = next(
            (
                r
                for r in chain[-1].module.get("resources", ())
                if (r.get("mode"), r.get("type"), r.get("name")) == ("managed", type_, name)
            ),
            None,
        )
        if found is None:
            return None
        reader = _Reader(chain, found)
        reader.read("", found.get("expressions", {}))
        key = found.get("provider_config_key", "")
        return Declared(
            provider=key,
            region=self._region(key),
            references=reader.references,
            stated=reader.stated,
            blocks=frozenset(reader.blocks),
            certain=frozenset(reader.certain),
        )

    def _chain(self, address: str) -> list[_Module] | None:
        """The modules from the root down to an address, each with the call that makes it."""
        chain = [_Module("", self._root, {})]
        for name in re.findall(r"module\.([A-Za-z0-9_-]+)", _KEY.sub("", address)):
            call = chain[-1].module.get("module_calls", {}).get(name)
            if call is None:
                return None
            chain.append(_Module("", call.get("module", {}), call))
        steps = re.findall(r"module\.[A-Za-z0-9_-]+(?:\[[^\]]*\])?", address)
        for depth in range(1, len(chain)):
            chain[depth] = _Module(".".join(steps[:depth]), chain[depth].module, chain[depth].call)
        return chain

    def _region(self, key: str) -> str | Unknown | None:
        """The region of a provider configuration, where it is written or a root variable."""
        provider = self._providers.get(key)
        if provider is None:
            return None
        stated = provider.get("expressions", {}).get("region")
        if not isinstance(stated, dict):
            return None
        if "constant_value" in stated:
            return str(stated["constant_value"])
        names = [r.removeprefix("var.") for r in stated.get("references", ())]
        if len(names) == 1 and names[0] in self._variables and not provider.get("module_address"):
            return str(self._variables[names[0]].get("value"))
        return Unknown(f"the plan does not tell the region of the provider {key}")


@dataclass(frozen=True, slots=True)
class _Module:
    """One module on the way to a resource: its address, its own part, and its call."""

    address: str
    module: Mapping[str, Any]
    call: Mapping[str, Any]


class _Reader:
    """Reads the expressions of one resource."""

    def __init__(self, chain: list[_Module], resource: Mapping[str, Any]) -> None:
        self._chain = chain
        self._resource = resource
        self.references: dict[str, tuple[str, ...]] = {}
        self.stated: dict[str, bool] = {}
        self.blocks: set[str] = set()
        self.certain: set[str] = set()

    def read(self, pointer: str, expressions: Expressions) -> None:
        """Take in the arguments and blocks of one body."""
        for name, expression in expressions.items():
            at = child(pointer, name)
            if isinstance(expression, list):
                self.blocks.add(f"{at}/*")
                for position, block in enumerate(expression):
                    self.read(f"{at}/{position}", block)
            elif isinstance(expression, dict) and not _is_expression(expression):
                self.blocks.add(at)
                self.read(at, expression)
            elif isinstance(expression, dict):
                pattern = _pattern(at)
                found = list(self._follow(expression.get("references", ()), len(self._chain) - 1))
                self.stated[pattern] = self.stated.get(pattern, False) or any(
                    doubt for _address, doubt in found
                )
                addresses = tuple(dict.fromkeys(address for address, _doubt in found if address))
                if addresses:
                    self.references[at] = addresses
                if len(addresses) == 2 and addresses[0] == f"{addresses[1]}.arn":
                    self.certain.add(pattern)

    def _follow(self, references: Any, depth: int) -> Iterator[tuple[str, bool]]:
        """What references lead to, through variables, and whether each may be unknown."""
        for reference in references:
            root, _dot, rest = str(reference).partition(".")
            if root in _ALWAYS_KNOWN or reference == "each.key":
                yield ("each.key" if root in ("each", "count") else "", False)
            elif root == "each":
                yield "each.value", False
                loop = self._resource.get("for_each_expression", {})
                yield from self._follow(loop.get("references", ()), depth)
            elif root == "var":
                yield from self._variable(re.split(r"[.\[]", rest)[0], depth)
            else:
                module = self._chain[depth].address
                yield (f"{module}.{reference}" if module else str(reference), True)

    def _variable(self, name: str, depth: int) -> Iterator[tuple[str, bool]]:
        """A root variable is known; a module's is what the call passes, or its default."""
        if depth == 0:
            return
        passed = self._chain[depth].call.get("expressions", {}).get(name, {})
        if isinstance(passed, dict):
            yield from self._follow(passed.get("references", ()), depth - 1)


def _is_expression(value: Mapping[str, Any]) -> bool:
    return not value or "references" in value or "constant_value" in value


def _pattern(pointer: str) -> str:
    """A pointer with ``*`` for every position in a list."""
    return "".join("/*" if token.isdigit() else child("", token) for token in split(pointer))

"""What a policy is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from driftcheck.model.finding import Severity
from driftcheck.model.location import Location
from driftcheck.model.values import Json


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of a policy that a spec may set: its default, its JSON Schema, its meaning."""

    default: Json
    schema: Mapping[str, Any]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A document that the policy must pass or fail; the policy's own test case.

    ``document`` is laid over an ordinary compliant table, so that an example
    states only what matters to it. ``expect`` is ``pass``, ``fail``, ``unknown``
    or ``not-applicable``; ``at`` lists the pointers of the expected findings.
    ``account`` and ``now`` (RFC 3339) are those of the example, and ``set_by_code`` lists
    the places that Terraform would write.
    """

    name: str
    expect: str
    document: Mapping[str, Json]
    parameters: Mapping[str, Json] = field(default_factory=dict)
    at: tuple[str, ...] = ()
    account: str | None = None
    now: str | None = None
    set_by_code: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A declarative rule about tables.

    ``when`` and ``must`` are JSON Schemas over the table document: a table that
    satisfies ``when`` has to satisfy ``must``. ``{"$parameter": "name"}`` anywhere
    in them stands for a parameter's value. ``path`` is the place that findings
    point at when the failing keyword speaks of the whole document.
    """

    id: str
    title: str
    severity: Severity
    rationale: str
    remediation: str
    must: Mapping[str, Any]
    when: Mapping[str, Any] = field(default_factory=dict)
    hcl: str = ""
    path: str = ""
    packs: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    location: Location | None = None

    def values(self, overrides: Mapping[str, Json]) -> dict[str, Json]:
        """The parameters' values: the defaults with ``overrides`` laid over them."""
        return {name: overrides.get(name, p.default) for name, p in self.parameters.items()}


def with_parameters(schema: Json, values: Mapping[str, Json]) -> Json:
    """``schema`` with every ``{"$parameter": name}`` replaced by its value."""
    match schema:
        case {"$parameter": str(name)} if len(schema) == 1:
            return values[name]
        case dict():
            return {k: with_parameters(v, values) for k, v in schema.items()}
        case list():
            return [with_parameters(v, values) for v in schema]
        case _:
            return schema

"""What a spec says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from driftcheck.model.finding import Finding, Severity
from driftcheck.model.location import Location
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json
from driftcheck.model.waiver import Waiver
from driftcheck.policies.model import Policy

_PATTERN = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class AssumeRole:
    """One link of a chain of roles; Terraform's ``assume_role`` block."""

    role_arn: str
    external_id: str | None = None
    session_name: str = "driftcheck"


@dataclass(frozen=True, slots=True)
class Target:
    """One place where the module's tables are live.

    What is None comes from the command line or the environment. ``assume_role`` is
    a chain: the first role is assumed with the profile's credentials, each further
    one with those of the role before it. ``variables``, ``var_files``, ``workspace``
    and ``tables`` replace or extend the spec's own for this target. ``environment``
    is a label that policies and people see; it sets no variable. ``pointer`` is the
    place in the spec that states the target; one that names several ``regions`` stands
    there for one target each.
    """

    name: str = "default"
    account: str | None = None
    region: str | None = None
    environment: str | None = None
    profile: str | None = None
    assume_role: tuple[AssumeRole, ...] = ()
    variables: Mapping[str, Json] = field(default_factory=dict)
    var_files: tuple[Path, ...] = ()
    workspace: str | None = None
    tables: tuple[str, ...] = ()
    location: Location | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """A partial table document that the matching tables must meet.

    ``match_name`` and ``match_address`` are shell-style patterns over the table's
    name and the address of its Terraform resource; None matches every table.
    ``settings`` maps aspects to the fields stated, in normal form.
    """

    settings: Mapping[str, Fragment]
    locations: Mapping[str, tuple[Location, ...]]
    match_name: str | None = None
    match_address: str | None = None
    location: Location | None = None

    def matches(self, name: str | None, address: str | None) -> bool:
        """Whether the contract speaks of a table; an unknown name matches only ``*``."""
        return _matches(self.match_name, name) and _matches(self.match_address, address)


@dataclass(frozen=True, slots=True)
class PolicySelection:
    """Which policies apply, and the parameters that the spec sets for them.

    ``packs`` names packs; ``include`` and ``exclude`` are shell-style patterns over
    policy ids. A policy applies when a pack or ``include`` brings it in and
    ``exclude`` does not take it out.
    """

    packs: tuple[str, ...] = ("baseline",)
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    parameters: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    locations: Mapping[str, Location] = field(default_factory=dict)

    def selects(self, policy_id: str, packs: tuple[str, ...]) -> bool:
        """Whether a policy with this id, member of these packs, applies."""
        included = any(p in self.packs for p in packs) or _any_match(self.include, policy_id)
        return included and not _any_match(self.exclude, policy_id)

    def selected(self, policies: Iterable[Policy]) -> list[Policy]:
        """Those of some policies that apply."""
        return [policy for policy in policies if self.selects(policy.id, policy.packs)]


@dataclass(frozen=True, slots=True)
class AspectSelection:
    """Which aspects of live tables are read and compared; patterns over their names."""

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    locations: Mapping[str, Location] = field(default_factory=dict)

    def covers(self, aspect: str) -> bool:
        """Whether an aspect is read and compared."""
        return _any_match(self.include, aspect) and not _any_match(self.exclude, aspect)


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """Whether live tables that no spec covers are findings, and which of them."""

    enabled: bool = False
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()

    def covers(self, table: str) -> bool:
        """Whether a live table of this name would be a finding."""
        return (
            self.enabled and _any_match(self.include, table) and not _any_match(self.exclude, table)
        )


@dataclass(frozen=True, slots=True)
class SeverityOverride:
    """The severity that findings matching all the given patterns are reported with."""

    severity: Severity
    rule: str | None = None
    aspect: str | None = None
    path: str | None = None
    table: str | None = None

    def matches(self, finding: Finding) -> bool:
        """Whether the override speaks of the finding."""
        return (
            _matches(self.rule, finding.rule)
            and _matches(self.aspect, finding.aspect)
            and _matches(self.path, finding.path)
            and _matches(self.table, finding.table)
        )


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole spec.

    ``file`` is the path as reports show it. ``module`` is the module's directory,
    known to lie inside ``root`` (no file outside ``root`` is ever read on behalf of
    the spec); None for tables that only the contract describes. ``tables`` are names
    of live tables and patterns over them, for a spec without a module and for code
    whose names cannot be known.
    """

    file: str
    root: Path
    name: str
    module: Path | None = None
    variables: Mapping[str, Json] = field(default_factory=dict)
    var_files: tuple[Path, ...] = ()
    workspace: str | None = None
    tables: tuple[str, ...] = ()
    targets: tuple[Target, ...] = (Target(),)
    contracts: tuple[Contract, ...] = ()
    policies: PolicySelection = PolicySelection()
    aspects: AspectSelection = AspectSelection()
    waivers: tuple[Waiver, ...] = ()
    unmanaged: Unmanaged = Unmanaged()
    severity: tuple[SeverityOverride, ...] = ()
    locations: Mapping[str, Location] = field(default_factory=dict)

    def variables_for(self, target: Target) -> dict[str, Json]:
        """The module's variables at a target: the spec's, with the target's laid over them."""
        return {**self.variables, **target.variables}

    def var_files_for(self, target: Target) -> tuple[Path, ...]:
        """The variable files at a target, later ones winning, as Terraform reads them."""
        return self.var_files + target.var_files

    def tables_for(self, target: Target) -> tuple[str, ...]:
        """The names of tables, and patterns over them, that are stated for a target."""
        return target.tables or self.tables

    def live_names(self, target: Target) -> tuple[str, ...]:
        """The names of live tables, and patterns over them, that the spec speaks of itself.

        Where it has neither a module nor a name, those are the tables that its contracts
        are for.
        """
        stated = self.tables_for(target)
        if stated or self.module is not None:
            return stated
        # A contract for all tables is laid over those that the others name.
        names = (contract.match_name for contract in self.contracts)
        return tuple(name for name in names if name is not None and name != "*")

    def table_for(self, target: Target) -> str | None:
        """The one table that is stated for a target by its name; None for none or several."""
        stated = self.tables_for(target)
        return stated[0] if len(stated) == 1 and not is_pattern(stated[0]) else None

    def where(self, pointer: str) -> Location | None:
        """Where the spec file states something, by JSON Pointer into the file."""
        return self.locations.get(pointer)


def is_pattern(text: str) -> bool:
    """Whether a text that names tables is a pattern over names; no name has these characters."""
    return not _PATTERN.isdisjoint(text)


def _matches(pattern: str | None, value: str | None) -> bool:
    return pattern is None or pattern == "*" or fnmatchcase(value or "", pattern)


def _any_match(patterns: tuple[str, ...], value: str) -> bool:
    return any(fnmatchcase(value, p) for p in patterns)

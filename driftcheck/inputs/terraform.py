"""Tables from Terraform resources, wherever those come from (HCL or a plan)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from driftcheck.aspects import ASPECTS, FIELD_OWNERS
from driftcheck.aspects.base import Aspect, Draft
from driftcheck.aspects.reading import plain
from driftcheck.inputs.joining import join_resources
from driftcheck.inputs.unset import without_unset
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.table import Fragment, Origin, Places, Table
from driftcheck.model.values import Unknown


def tables_from_resources(
    resources: Sequence[Resource], *, account: str | None = None, region: str | None = None
) -> list[Table]:
    """Every table that the resources describe, in the order of their addresses.

    ``account`` and ``region`` are where resources live that do not say it themselves.
    A table whose name is not known is a table all the same.
    """
    stated = [_in_own_region(without_unset(r)) for r in resources]
    sources = join_resources(stated, account=account, region=region)
    return [table_from_source(source) for source in sources]


def _in_own_region(resource: Resource) -> Resource:
    """The resource in the region that it names itself (provider 6), if it names one."""
    own = plain(resource.get("/region"))
    return replace(resource, region=own) if isinstance(own, str | Unknown) else resource


def table_from_source(source: TerraformTable, *, aspects: Sequence[Aspect] = ASPECTS) -> Table:
    """The table that one ``aws_dynamodb_table`` and the resources around it describe."""
    settings: dict[str, Fragment | Unknown] = {}
    locations: dict[str, Places] = {}
    ignored: set[str] = set()
    left_open: set[str] = set()
    for aspect in aspects:
        draft = Draft()
        aspect.from_terraform(source, draft)
        settings[aspect.name] = draft.fragment
        locations.update(draft.locations)
        ignored |= draft.ignored
        left_open |= draft.left_open
    table = source.table
    locations[""] = Origin(table, "")
    locations["/name"] = Origin(table, "/name")
    return Table(
        name=table_name(table),
        settings=settings,
        locations=locations,
        address=table.address,
        ignored=frozenset(ignored),
        left_open=frozenset(left_open),
        region=source.region,
        existence=table.existence,
        fields=FIELD_OWNERS,
    )


def table_name(table: Resource) -> str | Unknown:
    """The name of the table that a resource makes, or why nobody knows it."""
    name = plain(table.get("/name"))
    if isinstance(name, str | Unknown):
        return name
    return Unknown(f"{table.address} has no name that can be evaluated")

"""Which resources configure which table.

Replicas, tags, insights, streaming destinations, policies, indexes, scaling and
alarms are resources of their own in Terraform. Each names its table somehow: by
name, by ARN, or inside a scaling resource id. Where that name is known, it joins
the resource to the table of that name in the same region. Where it is not
known, the references that it is made from do. Where those do not tell one table
either, every table that it may belong to is told so: what that resource would
have said about it is unknown then, and never missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from driftcheck.aspects.reading import plain
from driftcheck.inputs.references import TABLE, References
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.values import Json, Unknown

_ARN = re.compile(r"arn:[^:]*:dynamodb:(?P<region>[^:]*):(?P<account>[^:]*):table/(?P<name>[^/]+)")


class Key:
    """What a resource says about the table that it belongs to.

    ``names`` are table names, with the region where the resource gives one itself;
    ``unknown`` is why the name is not known; ``at`` are the pointers where the name is
    made. Neither names nor an unknown: it belongs to no table.
    """

    def __init__(self, *at: str) -> None:
        self.at = at
        self.names: list[tuple[str, str | None]] = []
        self.unknown: Unknown | None = None

    def add(self, value: Json, read: Callable[[str], tuple[str, str | None] | None]) -> None:
        """Take in one value that may name a table."""
        known = plain(value)
        if isinstance(known, Unknown):
            self.unknown = self.unknown or known
        elif isinstance(known, str):
            name = read(known)
            if name is not None and name not in self.names:
                self.names.append(name)


def _by_name(pointer: str) -> Callable[[Resource], Key]:
    def key(resource: Resource) -> Key:
        found = Key(pointer)
        # A name may be given as the ARN of the table, too.
        found.add(resource.get(pointer), lambda text: _from_arn(text) or (text, None))
        return found

    return key


def _by_arn(pointer: str) -> Callable[[Resource], Key]:
    def key(resource: Resource) -> Key:
        found = Key(pointer)
        found.add(resource.get(pointer), _from_arn)
        return found

    return key


def _by_resource_id(resource: Resource) -> Key:
    found = Key("/resource_id")
    namespace = plain(resource.get("/service_namespace"))
    if namespace == "dynamodb" or isinstance(namespace, Unknown):
        found.add(resource.get("/resource_id"), _from_resource_id)
    return found


def _by_dimensions(resource: Resource) -> Key:
    """An alarm belongs to every table whose metrics it looks at."""
    pointers = ["/dimensions/TableName"]
    queries = plain(resource.get("/metric_query"))
    if isinstance(queries, list):
        pointers += [
            f"/metric_query/{i}/metric/0/dimensions/TableName" for i in range(len(queries))
        ]
    found = Key("/dimensions", "/metric_query")
    # An alarm on something else than DynamoDB is nobody's, however little else is known of it.
    if not _may_watch_dynamodb(resource, queries):
        return found
    for pointer in pointers:
        found.add(resource.get(pointer), lambda text: (text, None))
    if isinstance(queries, Unknown):
        found.unknown = found.unknown or queries
    return found


def _may_watch_dynamodb(resource: Resource, queries: Json) -> bool:
    spaces = [plain(resource.get("/namespace"))]
    if isinstance(queries, list):
        spaces += [
            plain(resource.get(f"/metric_query/{i}/metric/0/namespace"))
            for i in range(len(queries))
        ]
    return (
        isinstance(queries, Unknown)
        or "AWS/DynamoDB" in spaces
        or any(isinstance(space, Unknown) for space in spaces)
    )


def _from_arn(text: str) -> tuple[str, str | None] | None:
    match = _ARN.match(text)
    return (match["name"], match["region"] or None) if match else None


def _from_resource_id(text: str) -> tuple[str, str | None] | None:
    parts = text.split("/")
    return (parts[1], None) if parts[0] == "table" and len(parts) in (2, 4) else None


#: How each type of resource says which table it belongs to.
KEYS: dict[str, Callable[[Resource], Key]] = {
    "aws_dynamodb_global_secondary_index": _by_name("/table_name"),
    "aws_dynamodb_vector_index": _by_name("/table_name"),
    "aws_dynamodb_tag": _by_arn("/resource_arn"),
    "aws_dynamodb_table_replica": _by_arn("/global_table_arn"),
    "aws_dynamodb_contributor_insights": _by_name("/table_name"),
    "aws_dynamodb_kinesis_streaming_destination": _by_name("/table_name"),
    "aws_dynamodb_resource_policy": _by_arn("/resource_arn"),
    "aws_appautoscaling_target": _by_resource_id,
    "aws_appautoscaling_policy": _by_resource_id,
    "aws_appautoscaling_scheduled_action": _by_resource_id,
    "aws_cloudwatch_metric_alarm": _by_dimensions,
}

#: Types that are made in the replica's region and name the table by the ARN of another one.
_ACROSS_REGIONS = frozenset({"aws_dynamodb_table_replica"})


def join_resources(
    resources: Sequence[Resource], *, account: str | None = None, region: str | None = None
) -> list[TerraformTable]:
    """Each table with the resources that configure it, in the order of the tables' addresses."""
    tables = [
        TerraformTable(table=r, account=account, region=_region(r, region))
        for r in sorted(resources, key=lambda r: r.address)
        if r.type == TABLE
    ]
    references = References(resources)
    for resource in resources:
        read_key = KEYS.get(resource.type)
        if read_key is not None:
            _join(resource, read_key(resource), tables, region, references)
    return tables


def _join(
    resource: Resource,
    key: Key,
    tables: Sequence[TerraformTable],
    default_region: str | None,
    references: References,
) -> None:
    own_region = _region(resource, default_region)
    for name, named_region in key.names:
        region = named_region
        if region is None and resource.type not in _ACROSS_REGIONS:
            region = own_region
        for table in _named(name, region, resource, tables):
            _relate(resource, table)
    if key.unknown is None:
        return
    referenced = references.tables(resource, key.at)
    candidates = [t for t in tables if t.table.address in referenced]
    if len(candidates) == 1:
        _relate(resource, candidates[0])
        return
    # References that lead to no table (to a data source, say) do not rule any table out.
    for table in candidates or tables:
        if not _elsewhere(table, own_region, resource):
            reason = f"{resource.address} may belong to this table: {key.unknown.reason}"
            table.unjoined.setdefault(resource.type, Unknown(reason))


def _relate(resource: Resource, table: TerraformTable) -> None:
    if not any(r is resource for r in table.related):
        table.related.append(resource)


def _named(
    name: str, region: str | None, resource: Resource, tables: Sequence[TerraformTable]
) -> list[TerraformTable]:
    """The tables of a name in a region; of several, those of the same provider configuration."""
    found = [
        t
        for t in tables
        if plain(t.table.get("/name")) == name
        and (region is None or t.region is None or region == t.region)
    ]
    same_provider = [t for t in found if t.table.provider == resource.provider]
    return same_provider or found


def _elsewhere(table: TerraformTable, region: str | None, resource: Resource) -> bool:
    """Whether table and resource certainly live in different regions."""
    if resource.type in _ACROSS_REGIONS or None in (region, table.region):
        return False
    return region != table.region


def _region(resource: Resource, default: str | None) -> str | None:
    own = resource.region
    if isinstance(own, Unknown):
        return None
    return own or default

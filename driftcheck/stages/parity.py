"""Whether the replicas of a global table are configured as the table itself is.

The provider configures most of a replica with the table, but point-in-time
recovery, deletion protection, keys, tags and scaling belong to each region: a
replica keeps its own for as long as nobody looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from driftcheck.aspects import ASPECTS
from driftcheck.aspects.base import Aspect, Difference, Facts, FactUnavailable, Undecided
from driftcheck.aspects.parity import compare_replicas, shared_across_regions
from driftcheck.aspects.reading import DESCRIBE_TABLE
from driftcheck.compare.findings import Place, party_value, render, shown, subject_of
from driftcheck.errors import AwsError
from driftcheck.inputs.live import table_from_live
from driftcheck.model.finding import Finding, Kind, Party, Severity
from driftcheck.model.pointer import join
from driftcheck.model.table import Table
from driftcheck.model.values import Unknown, reveal
from driftcheck.stages.connection import Connection

RULE = "replica-parity"
FIELD = "replica"
#: Where the replica aspect reports what an aspect of the table reports elsewhere.
_SAME = {
    "/point_in_time_recovery/enabled": "point_in_time_recovery",
    "/server_side_encryption/kms_key_arn": "kms_key_arn",
    "/server_side_encryption/enabled": "kms_key_arn",
}


def replica_parity(
    home: Table, facts: Facts, connection: Connection, place: Place, found: Sequence[Finding]
) -> Iterator[Finding]:
    """Where a replica departs from the table at home, each region read by itself.

    ``facts`` are those that the table at home was read from. ``found`` are the findings
    about the table itself: what is reported there, at home or of a replica, is not told
    twice. A region that cannot be read is an unknown.
    """
    replicas = home.get(f"/{FIELD}")
    if not isinstance(replicas, dict):
        return
    for region, listed in replicas.items():
        if isinstance(listed, Unknown):
            continue  # being made or broken, which the replica's own finding says
        try:
            away = connection.in_region(region).facts(str(home.name))
            table = _read(home, ReplicaFacts(facts, region, away), region)
        except (AwsError, FactUnavailable) as error:
            yield _unreadable(region, error, place)
            continue
        for aspect, item in compare_replicas(home, table, ASPECTS):
            if not _told(region, item.pointer, found):
                yield _finding(aspect, item, region, place)


class ReplicaFacts:
    """Facts about a replica. What was asked for the sake of the table is not asked again."""

    def __init__(self, home: Facts, region: str, away: Facts) -> None:
        self._home = home
        self._region = region
        self._away = away

    def get(self, operation: str, key: str = "") -> Mapping[str, Any]:
        """See ``Facts.get``."""
        if not key and operation.startswith("dynamodb:"):
            return self._home.get(operation, self._region)
        return self._away.get(operation, key)

    def confirm(self, operation: str) -> bool:
        """See ``Facts.confirm``."""
        return self._away.confirm(operation)


def _read(home: Table, facts: Facts, region: str) -> Table:
    """The replica, so far as it is to be compared; raises ``FactUnavailable``."""
    if "Table" not in facts.get(DESCRIBE_TABLE):
        raise FactUnavailable(DESCRIBE_TABLE, f"there is no such table in {region}")
    shared = shared_across_regions(home, ASPECTS).settings
    compared = [aspect for aspect in ASPECTS if aspect.name in shared]
    return table_from_live(str(home.name), facts, region=region, aspects=compared)


def _told(region: str, pointer: str, found: Sequence[Finding]) -> bool:
    """Whether a finding speaks of the same thing, at home or as a setting of the replica."""
    inside = _SAME.get(pointer)
    places = [pointer, join(FIELD, region) + (join(inside) if inside else pointer)]
    return any(
        f.path == p or f.path.startswith(p + "/") or (f.path and p.startswith(f.path + "/"))
        for f in found
        for p in places
    )


def _finding(aspect: Aspect, item: Difference | Undecided, region: str, place: Place) -> Finding:
    name = aspect.name.replace("_", "-")
    subject = f"{subject_of(aspect, item.pointer)} of the replica in {region}"
    common = Finding(
        kind=Kind.UNKNOWN,
        rule=f"{RULE}-{name}",
        severity=Severity.INFO,
        message="",
        **place.common(),
        aspect=FIELD,
        path=join(FIELD, region) + item.pointer,
    )
    if isinstance(item, Undecided):
        return replace(
            common,
            severity=Severity.HIGH if item.decides else Severity.INFO,
            message=f"{subject} cannot be compared with the table in {place.region}: {item.reason}",
            decides=item.decides,
        )
    expected, actual = reveal(item.expected), reveal(item.actual)
    return replace(
        common,
        kind=Kind.DRIFT,
        severity=aspect.severity(item.pointer, expected, actual),
        message=f"{subject} is {render(item.actual)}, but {render(item.expected)} "
        f"in {place.region}",
        expected=shown(item.expected),
        actual=shown(item.actual),
        live_value=party_value(True, item.actual),
        at_odds=Party.UNDETERMINED,
        risk=aspect.risk(item.pointer, actual, expected),
        help="Replicas share the items and not these settings. Set them in the replica's region "
        "too, or waive the difference with the reason for it.",
    )


def _unreadable(region: str, error: Exception, place: Place) -> Finding:
    return Finding(
        kind=Kind.UNKNOWN,
        rule=f"{RULE}-not-readable",
        severity=Severity.HIGH,
        message=f"The replica in {region} could not be read: {error}",
        **place.common(),
        aspect=FIELD,
        path=join(FIELD, region),
    )

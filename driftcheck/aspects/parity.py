"""What the replicas of one global table should have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from driftcheck.aspects.base import Aspect, Comparison, Difference, Undecided
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Unknown


def shared_across_regions(table: Table, aspects: Sequence[Aspect]) -> Table:
    """The part of a live table that should be the same in every region of its global table."""
    settings: dict[str, Fragment | Unknown] = {}
    for aspect in aspects:
        setting = table.settings.get(aspect.name)
        shared = aspect.across_regions(setting) if isinstance(setting, dict) else setting
        if shared is not None:
            settings[aspect.name] = shared
    return replace(table, settings=settings)


def compare_replicas(
    home: Table, replica: Table, aspects: Sequence[Aspect]
) -> Iterator[tuple[Aspect, Difference | Undecided]]:
    """Where a replica, read in its own region, departs from the table in another.

    ``expected`` of a difference is the value at home, ``actual`` that of the replica.
    Capacity inside the band of the replica's autoscaler departs from nothing.
    """
    expected = shared_across_regions(home, aspects)
    actual = shared_across_regions(replica, aspects)
    within = Comparison(expected, actual, partial=False)
    for aspect in aspects:
        for item in aspect.compare(within):
            yield aspect, item

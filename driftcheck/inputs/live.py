"""A table as AWS describes it. Pure: facts in, a table out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from driftcheck.aspects import ASPECTS, FIELD_OWNERS
from driftcheck.aspects.base import Aspect, Facts, FactUnavailable
from driftcheck.aspects.reading import DESCRIBE_TABLE
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Unknown


def table_from_live(
    name: str, facts: Facts, *, region: str | None = None, aspects: Sequence[Aspect] = ASPECTS
) -> Table:
    """The table called ``name`` as its facts describe it.

    An aspect for which AWS gave no answer is unknown, with the API and the reason;
    the other aspects are read all the same.
    """
    settings = {aspect.name: _read(aspect, facts) for aspect in aspects}
    return Table(name=name, settings=settings, region=region, fields=FIELD_OWNERS)


def _read(aspect: Aspect, facts: Facts) -> Fragment | Unknown:
    try:
        return aspect.from_live(facts)
    except FactUnavailable as failure:
        return failure.unknown()


def confirmed(
    live: Table,
    facts: Facts,
    differing: Collection[str | None],
    *,
    aspects: Sequence[Aspect] = ASPECTS,
) -> Table | None:
    """The live table with those aspects read again whose answers lag; None if none of them do.

    ``differing`` are the aspects that something is to be reported about, with None for
    the table as a whole: a list that lags must not be the only witness.
    """
    again: dict[str, Fragment | Unknown] = {}
    for aspect in aspects:
        if {aspect.name, None}.isdisjoint(differing):
            continue
        lagging = [operation for operation in aspect.reads if facts.confirm(operation)]
        if lagging:
            again[aspect.name] = _read(aspect, facts)
    return replace(live, settings={**live.settings, **again}) if again else None


def table_exists(facts: Facts) -> bool:
    """Whether AWS knows the table; true as well where it refuses to say."""
    try:
        return "Table" in facts.get(DESCRIBE_TABLE)
    except FactUnavailable:
        return True


def resolve_names(table: Table, facts: Facts, *, aspects: Sequence[Aspect] = ASPECTS) -> Table:
    """A desired table (of a spec or of the code) with names that only AWS can resolve replaced.

    KMS aliases become the keys that they point to in the account and region of
    ``facts``. Do this before such a table is compared with a live one.
    """
    settings = dict(table.settings)
    for aspect in aspects:
        fragment = settings.get(aspect.name)
        if isinstance(fragment, dict):
            try:
                settings[aspect.name] = aspect.resolve(fragment, facts)
            except FactUnavailable as failure:
                settings[aspect.name] = failure.unknown()
    return replace(table, settings=settings)

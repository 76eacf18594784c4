"""Reading a live table, again for as long as AWS is changing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from driftcheck.aspects import ASPECTS
from driftcheck.aspects.base import Aspect, Facts
from driftcheck.inputs.live import table_exists, table_from_live
from driftcheck.model.table import Table
from driftcheck.model.values import Cause, all_unknowns
from driftcheck.stages.connection import Connection


def read_settled(
    connection: Connection,
    name: str,
    *,
    aspects: Sequence[Aspect] = ASPECTS,
    timeout: float,
    poll_interval: float,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
) -> tuple[Facts, Table] | None:
    """The live table with the facts it was read from; None where there is none.

    While the table is CREATING or UPDATING, or an index or a replica of it is being
    built, it is read anew every ``poll_interval`` seconds. After ``timeout`` seconds
    it is taken as it is: what is still changing is unknown then. A table that has changed is
    judged by lists that were read after the change, so those are read once more at the end.
    """
    deadline = clock() + timeout
    waited = False
    while True:
        facts = connection.facts(name)
        if not table_exists(facts):
            return None
        table = table_from_live(name, facts, region=connection.region, aspects=aspects)
        left = deadline - clock()
        if in_transition(table) and left > 0:
            sleep(min(poll_interval, left))
            waited = True
        elif waited:
            connection.forget()
            waited = False
        else:
            return facts, table


def in_transition(table: Table) -> bool:
    """Whether AWS is still changing anything about the table."""
    return any(u.cause is Cause.IN_TRANSITION for u in all_unknowns(list(table.settings.values())))

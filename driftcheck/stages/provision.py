"""``driftcheck provision``: the tables of a spec made from nothing, or taken away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftcheck.aws import provision as execute
from driftcheck.aws.connection import AwsConnection
from driftcheck.aws.creation import Creation, creation
from driftcheck.aws.provision import Note, Pace
from driftcheck.errors import UsageError
from driftcheck.model.table import Table
from driftcheck.model.values import Unknown
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.code import code_of_spec
from driftcheck.stages.code_tables import Place
from driftcheck.stages.completion import complete
from driftcheck.stages.options import EvaluationOptions


@dataclass(frozen=True, slots=True)
class Provisioned:
    """A table that is there now. ``created`` is false where it was there before.

    ``left_out`` says what of it is still not as the module and the spec want it.
    """

    table: str
    account: str
    region: str
    created: bool
    left_out: tuple[str, ...]


def targets_of(spec: Spec, name: str | None) -> Sequence[Target]:
    """The target called ``name``, or the only one. Raises ``UsageError`` for any other case."""
    if name is None and len(spec.targets) == 1:
        return spec.targets
    names = ", ".join(t.name for t in spec.targets)
    if name is None:
        raise UsageError(f"{spec.file} has several targets: choose one of {names} with --target.")
    chosen = [t for t in spec.targets if t.name == name]
    if not chosen:
        raise UsageError(f'{spec.file} has no target "{name}", only {names}.')
    return chosen


def plans(
    spec: Spec, target: Target, connection: AwsConnection, options: EvaluationOptions
) -> list[Creation]:
    """How to make every table of a target. Raises as ``_plans`` does."""
    return [plan for _, plan in _plans(spec, target, connection, options)]


def _plans(
    spec: Spec, target: Target, connection: AwsConnection, options: EvaluationOptions
) -> list[tuple[Table, Creation]]:
    """Every table of a target, with how to make it.

    Raises ``UsageError`` for a spec without a module (a contract alone does not
    describe a whole table), and where the code is not known well enough.
    """
    if spec.module is None:
        raise UsageError(f"{spec.file}: names no module, so there is nothing to provision from.")
    place = Place(connection.account, connection.region)
    code = code_of_spec(spec, target, place, options)
    for finding in code.findings:
        raise UsageError(f"{finding.location or spec.file}: {finding.message}")
    if not code.tables:
        raise UsageError(f"{spec.file}: the module has no table.")
    for table in code.tables:
        if table.existence is not None:
            raise UsageError(
                f"{table.address}: whether there is such a table is not known "
                f"({table.existence.reason})."
            )
        if isinstance(table.name, Unknown):
            raise UsageError(
                f"{table.address}: the table's name is not known ({table.name.reason})."
            )
    return [(table, creation(table)) for table in code.tables]


def provision(
    spec: Spec,
    target: Target,
    connection: AwsConnection,
    options: EvaluationOptions,
    note: Note,
    pace: Pace,
) -> Iterator[Provisioned]:
    """Make every table of a target; what is there already is completed."""
    for table, plan in _plans(spec, target, connection, options):
        created = execute.provision(connection, plan, note, pace)
        completion = complete(spec, table, connection, note, pace, created=created)
        yield Provisioned(
            plan.table, connection.account, connection.region, created, completion.left_out
        )


def destroy(connection: AwsConnection, table: str, note: Note, pace: Pace) -> bool:
    """Take a table away that ``provision`` made; whether there was one."""
    return execute.destroy(connection, table, note, pace)

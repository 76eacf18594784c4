"""What a scan has to say beside the comparison of a table: what failed, what nobody covers."""

from __future__ import annotations

from collections.abc import Sequence

from driftcheck.compare.findings import Place
from driftcheck.errors import AwsError, DriftcheckError
from driftcheck.model.finding import Finding, Kind, Party, Severity
from driftcheck.model.location import Location
from driftcheck.model.pointer import join
from driftcheck.model.table import Table
from driftcheck.model.values import Unknown
from driftcheck.spec.model import Contract, Spec, Target
from driftcheck.stages.connection import Connection

TARGET_FAILED = "target-failed"
NAME_UNKNOWN = "table-name-unknown"
EXISTENCE_UNKNOWN = "table-existence-unknown"
LISTING_FAILED = "tables-not-listed"
CONTRACT_UNMATCHED = "contract-unmatched"
TABLES_UNMATCHED = "tables-unmatched"
UNMANAGED = "unmanaged-table"


def target_failed(spec: Spec, target: Target, error: DriftcheckError) -> Finding:
    """Nothing, or nothing more, could be read of a target."""
    return Finding(
        kind=Kind.UNKNOWN,
        rule=TARGET_FAILED,
        severity=Severity.HIGH,
        message=f"The target {target.name} could not be read: {error}",
        spec=spec.name,
        target=target.name,
        account=target.account,
        region=target.region,
        path=f"/targets/{spec.name}/{target.name}",
        locations=(target.location,) if target.location else (),
    )


def listing_failed(
    spec: Spec, target: Target, connection: Connection, error: AwsError, why: str
) -> Finding:
    """The names of the live tables could not be read, though ``why`` needs them."""
    return Finding(
        kind=Kind.UNKNOWN,
        rule=LISTING_FAILED,
        severity=Severity.HIGH,
        message=f"{why} cannot be told: {error}",
        spec=spec.name,
        target=target.name,
        account=connection.account,
        region=connection.region,
        path=f"/targets/{spec.name}/{target.name}",
        locations=(target.location,) if target.location else (),
    )


def name_unknown(name: Unknown, code: Table | None, place: Place) -> Finding:
    """Which live table the code means is not known."""
    return Finding(
        kind=Kind.UNKNOWN,
        rule=NAME_UNKNOWN,
        severity=Severity.HIGH,
        message=f"The name of the table cannot be known: {name.reason}",
        address=place.address,
        spec=place.spec,
        target=place.target,
        account=place.account,
        region=place.region,
        path="/name",
        locations=code.where("/name") if code is not None else (),
        help='Give the value with --var, or name the live table in the spec with "table".',
    )


def existence_unknown(
    reason: Unknown, code: Table, place: Place, *, live: bool, decides: bool
) -> Finding:
    """Whether the code wants the table at all is not known; ``live`` tells whether there is one."""
    there = "it is live" if live else "there is none"
    return Finding(
        kind=Kind.UNKNOWN,
        rule=EXISTENCE_UNKNOWN,
        severity=Severity.HIGH if decides else Severity.INFO,
        message=f"Whether there should be the table {place.table} cannot be known ({there}): "
        f"{reason.reason}",
        **place.common(),
        locations=code.where(""),
        decides=decides,
        help='Give the value with --var, or name the table in the spec with "table".',
    )


def contract_unmatched(spec: Spec, contract: Contract) -> Finding:
    """A contract that speaks of no table: misspelt, or of a table that is gone."""
    stated = (("name", contract.match_name), ("address", contract.match_address))
    words = ", ".join(f'{what} "{pattern}"' for what, pattern in stated if pattern is not None)
    return Finding(
        kind=Kind.CONTRACT,
        rule=CONTRACT_UNMATCHED,
        severity=Severity.MEDIUM,
        message=f"The contract for the table with the {words} matches no table of any target",
        spec=spec.name,
        path="/contracts/" + words.replace(" ", "-").replace('"', ""),
        at_odds=Party.SPEC,
        help="Correct the pattern, or remove the contract if the table is meant to be gone.",
        locations=(contract.location,) if contract.location else (),
    )


def tables_unmatched(
    spec: Spec, pattern: str, targets: Sequence[str], place: Location | None
) -> Finding:
    """A pattern over tables that stands for none: misspelt, or of tables that are gone."""
    only = targets[0] if len(targets) == 1 else None
    return Finding(
        kind=Kind.CONTRACT,
        rule=TABLES_UNMATCHED,
        severity=Severity.MEDIUM,
        message=f'No live table matches "{pattern}"'
        + (f" in the target {only}" if only else " in any target"),
        spec=spec.name,
        target=only,
        path="/tables" + join(spec.name, only or "", pattern),
        at_odds=Party.SPEC,
        help="Correct the pattern, or remove it if the tables are meant to be gone.",
        locations=(place,) if place else (),
    )


def unmanaged_table(name: str, spec: Spec, target: Target, connection: Connection) -> Finding:
    """A live table that no spec of this run covers."""
    return Finding(
        kind=Kind.UNMANAGED,
        rule=UNMANAGED,
        severity=Severity.MEDIUM,
        message=f"The table {name} is live and no spec covers it",
        table=name,
        spec=spec.name,
        target=target.name,
        account=connection.account,
        region=connection.region,
        at_odds=Party.LIVE,
        help="Describe it in a spec (driftcheck adopt writes one), or exclude its name under "
        '"unmanaged" in the spec.',
        locations=(target.location,) if target.location else (),
    )

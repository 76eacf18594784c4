"""Whole remediations against the simulator, with the real boto3 in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from driftcheck.aspects import ASPECTS, FIELD_OWNERS
from driftcheck.aspects.reading import DESCRIBE_TABLE
from driftcheck.aws.connection import AwsConnection
from driftcheck.aws.connector import AwsConnector
from driftcheck.compare.findings import Place
from driftcheck.compare.three_way import Sources
from driftcheck.inputs.live import resolve_names, table_from_live
from driftcheck.model.finding import Risk
from driftcheck.model.table import Table
from driftcheck.remediation.execute.journal import Journal
from driftcheck.remediation.execute.outcome import Silent, TableOutcome
from driftcheck.remediation.execute.pace import Pace, Stop
from driftcheck.remediation.execute.run import Executor
from driftcheck.remediation.plan.choose import Choice
from driftcheck.remediation.plan.model import TablePlan
from driftcheck.remediation.plan.permission import Permission
from driftcheck.remediation.plan.planner import plan_table
from driftcheck.remediation.plan.standing import movements, standing_of
from driftcheck.spec.model import Spec, Target
from tests.remediation.direct import connect
from tests.simulator.account import Account
from tests.simulator.clock import ManualClock
from tests.simulator.wire import in_process

ACCOUNT, REGION = "123456789012", "eu-central-1"
EVERYTHING = frozenset({Risk.DISRUPTIVE, Risk.DESTRUCTIVE})
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Killed(BaseException):
    """The process ends here; nobody catches it."""


@dataclass(slots=True)
class World:
    """Simulated accounts by region behind one connection.

    ``reset`` begins anew with the same boto3 clients, whose making is what takes time.
    """

    clock: ManualClock
    accounts: dict[str, Account]
    connection: AwsConnection

    @property
    def account(self) -> Account:
        """The account in the region of the tables."""
        return self.accounts[REGION]

    def reset(self) -> None:
        """Nothing has happened yet."""
        self.clock.__init__()  # type: ignore[misc]
        self.accounts.clear()
        self.accounts[REGION] = Account(self.clock, ACCOUNT, REGION)
        self.connection.forget()

    def settle(self) -> None:
        """Let everything that is under way come to its end."""
        for _ in range(10_000):
            if not any(
                t.pending for a in self.accounts.values() for t in a.dynamodb.tables.values()
            ):
                return
            self.clock.sleep(30)
            for account in self.accounts.values():
                account.dynamodb.call("ListTables", {})
        raise AssertionError("the simulated tables never come to rest")

    def live(self, name: str) -> Table:
        """The table as driftcheck reads it."""
        self.connection.forget()
        return table_from_live(name, self.connection.facts(name), region=REGION)

    def pace(self, **changes: Any) -> Pace:
        """A pace in simulated time, one table at a time."""
        pace = Pace(
            poll_interval=2.0,
            wait_timeout=7200.0,
            parallel=1,
            sleep=self.clock.sleep,
            clock=self.clock.now,
        )
        return replace(pace, **changes)


def direct_world() -> World:
    """Simulated accounts, reached without boto3's stack."""
    accounts: dict[str, Account] = {}
    clock = ManualClock()
    accounts[REGION] = Account(clock, ACCOUNT, REGION)
    return World(clock, accounts, connect(lambda region: accounts[region], ACCOUNT, REGION))


@contextmanager
def world() -> Iterator[World]:
    """Simulated accounts, reached through the real connector and boto3."""
    accounts: dict[str, Account] = {}
    clock = ManualClock()

    def find(url: str) -> Account:
        region = next((part for part in url.split(".") if part.count("-") == 2), REGION)
        if region not in accounts:
            region = REGION
        return accounts[region]

    accounts[REGION] = Account(clock, ACCOUNT, REGION)
    with (
        mock.patch.dict("os.environ", _ENVIRONMENT),
        in_process(find),
        # botocore's own retries wait in the simulation's time as well.
        mock.patch("botocore.endpoint.time.sleep", clock.sleep),
    ):
        connector = AwsConnector()
        spec = Spec(file="specs/test.yaml", root=Path(), name="test")
        connection = connector.open(spec, Target(account=ACCOUNT, region=REGION))
        yield World(clock, accounts, connection)


def desired(document: Mapping[str, Any]) -> Table:
    """A whole table of the code, from its document."""
    settings: dict[str, Any] = {}
    for name, value in document.items():
        if name != "name":
            settings.setdefault(FIELD_OWNERS[name], {})[name] = value
    return Table(name=document["name"], settings=settings, fields=FIELD_OWNERS)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run is asked for."""

    allow: frozenset[Risk] = EVERYTHING
    confirmed: bool = True
    choice: Choice = field(default_factory=lambda: Choice(allow_undetermined=True))


def plan(world_: World, code: Table | None, wish: Wish, spec: Table | None = None) -> TablePlan:
    """The plan for the one table that the code or the spec describes."""
    named = code if code is not None else spec
    assert named is not None
    name = str(named.name)
    facts = world_.connection.facts(name)
    world_.connection.forget()
    now = datetime.now(UTC)
    return plan_table(
        ASPECTS,
        Sources(
            None if spec is None else resolve_names(spec, facts),
            None if code is None else resolve_names(code, facts),
            world_.live(name),
        ),
        Place(name, None, "test", "default", ACCOUNT, REGION),
        standing_of(facts.get(DESCRIBE_TABLE), name, now),
        wish.choice,
    )


def carry_out(
    world_: World, what: TablePlan, wish: Wish, journal: Path | None = None, **pace: Any
) -> TableOutcome:
    """Execute a plan."""
    confirmed = frozenset({what.table}) if wish.confirmed else frozenset()
    executor = Executor(
        aspects=ASPECTS,
        fields=FIELD_OWNERS,
        permission=Permission(wish.allow, confirmed),
        journal=Journal(journal),
        observer=Silent(),
        pace=world_.pace(**pace),
        stop=Stop(),
    )
    [outcome] = executor.run([(what, world_.connection)])
    return outcome


def at_rest(world_: World, name: str) -> bool:
    """Whether AWS is done with a table."""
    facts = world_.connection.facts(name)
    return not list(movements(facts.get(DESCRIBE_TABLE)["Table"]))


Act = Callable[[World], None]

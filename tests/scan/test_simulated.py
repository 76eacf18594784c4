"""Whatever table is made, a scan of it is silent; whatever happens to it, that alone is told."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from driftcheck.aspects import FIELD_OWNERS
from driftcheck.aws.connection import AwsConnection
from driftcheck.aws.connector import AwsConnector, AwsOptions
from driftcheck.aws.creation import creation
from driftcheck.aws.provision import Pace, provision
from driftcheck.compare.findings import Place
from driftcheck.compare.three_way import Sources
from driftcheck.inputs.live import table_from_live
from driftcheck.model.finding import Finding, Kind
from driftcheck.model.table import Table
from driftcheck.model.values import Json
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.verdict import judge
from tests.scan.simulated import TABLE, accidents, documents
from tests.simulator.account import Account
from tests.simulator.clock import ManualClock
from tests.simulator.wire import in_process

pytestmark = pytest.mark.simulator

REGION = "eu-central-1"
#: Every run of `make test` tries a few tables; `make test-all` tries many.
FEW = settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MANY = settings(FEW, max_examples=300)


class World:
    """An account at a time behind connections that are opened once."""

    def __init__(self, root: Path) -> None:
        self.account = Account(ManualClock(), region=REGION)
        target = Target(account="123456789012", region=REGION)
        self._spec = Spec("orders.yaml", root, "orders", targets=(target,))
        self._connection: AwsConnection | None = None

    @property
    def connection(self) -> AwsConnection:
        if self._connection is None:
            [target] = self._spec.targets
            self._connection = AwsConnector(AwsOptions()).open(self._spec, target)
        return self._connection

    def made(self, document: dict[str, Json]) -> Table:
        """A fresh account in which the table was provisioned."""
        self.account = Account(ManualClock(), region=REGION)
        self.connection.forget()
        wanted = declared(document)
        clock = self.account.clock
        pace = Pace(poll_interval=2, sleep=clock.sleep, clock=clock.now)
        assert provision(self.connection, creation(wanted), lambda note: None, pace)
        return wanted

    def scanned(self, wanted: Table) -> list[Finding]:
        """Everything that a scan says and that decides something."""
        self.connection.forget()
        live = table_from_live(TABLE, self.connection.facts(TABLE), region=REGION)
        found = judge(Sources(None, wanted, live), Place(TABLE), (), {})
        return [f for f in found if f.kind is not Kind.UNKNOWN or f.decides]


def declared(document: dict[str, Json]) -> Table:
    fragments: dict[str, dict[str, Json]] = {}
    for field, value in deepcopy(document).items():
        fragments.setdefault(FIELD_OWNERS[field], {})[field] = value
    return Table(TABLE, dict(fragments), fields=FIELD_OWNERS)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        found = World(tmp_path_factory.mktemp("root"))
        with in_process(lambda url: found.account):
            yield found


def silent(world: World, document: dict[str, Json]) -> None:
    wanted = world.made(document)
    assert world.scanned(wanted) == []
    assert [call for call in world.account.log if call.static] == []


def alone(world: World, document: dict[str, Json], data: DataObject) -> None:
    wanted = world.made(document)
    possible = accidents(world.account, document)
    accident = data.draw(st.sampled_from(possible))
    accident.happen()
    assert [(f.path, f.kind) for f in world.scanned(wanted)] == [(accident.pointer, Kind.DRIFT)]


@FEW
@given(document=documents())
def test_a_table_that_was_just_made_has_not_drifted(
    world: World, document: dict[str, Json]
) -> None:
    silent(world, document)


@FEW
@given(document=documents(), data=st.data())
def test_one_change_is_one_finding_there(
    world: World, document: dict[str, Json], data: DataObject
) -> None:
    alone(world, document, data)


@pytest.mark.slow
@MANY
@given(document=documents())
def test_many_tables_that_were_just_made_have_not_drifted(
    world: World, document: dict[str, Json]
) -> None:
    silent(world, document)


@pytest.mark.slow
@MANY
@given(document=documents(), data=st.data())
def test_one_change_of_many_is_one_finding_there(
    world: World, document: dict[str, Json], data: DataObject
) -> None:
    alone(world, document, data)

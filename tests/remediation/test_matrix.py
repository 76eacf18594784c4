"""Every difference that the matrix of aspects knows: mended on the simulator, both ways.

The cases are those of ``tests/scan/test_matrix.py``. What cannot be changed in place is
refused with a reason and left as it was; everything else is gone afterwards, to the eyes
of a scan.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from driftcheck.compare.findings import Place
from driftcheck.compare.three_way import Sources
from driftcheck.model.table import Table
from driftcheck.stages.verdict import judge
from tests.remediation.harness import (
    REGION,
    Wish,
    World,
    carry_out,
    desired,
    direct_world,
    plan,
)
from tests.scan.test_matrix import Case, cases, judged, sides
from tests.simulator.build import put_table

pytestmark = pytest.mark.simulator

#: What driftcheck never changes: others' alarms, backups and keys, and vector indexes.
NOT_OURS = {"alarm", "backup", "encryption_key", "vector_index"}
#: Global tables are not simulated.
GLOBAL_TABLES = {"replica", "multi_region_consistency"}
IMPOSSIBLE = {"keys", "local_secondary_index"}
CASES = [
    pytest.param(aspect, case, way, id=f"{aspect}: {case['name']}, {way}")
    for aspect, case in cases()
    if case["kind"] not in ("denied", "in transition") and aspect not in NOT_OURS | GLOBAL_TABLES
    for way in ("there", "back")
]


def document(table: Table) -> dict[str, Any]:
    """A table's document as the simulator takes it, in its region."""
    kept = {k: v for k, v in table.document().items() if k not in NOT_OURS | GLOBAL_TABLES}
    here: dict[str, Any] = json.loads(json.dumps(kept).replace("eu-west-1", REGION))
    eventual = {"mode": "EVENTUAL", "witness_region": None}
    return {**here, "replica": {}, "multi_region_consistency": eventual}


@pytest.fixture(scope="module")
def shared() -> World:
    return direct_world()


@pytest.mark.parametrize(("aspect", "case", "way"), CASES)
def test_what_differs_is_mended(shared: World, aspect: str, case: Case, way: str) -> None:
    declared, live = sides(case) if way == "there" else reversed(sides(case))
    shared.reset()
    put_table(shared.account, document(live))
    code = desired(document(declared))
    what = plan(shared, code, Wish())
    outcome = carry_out(shared, what, Wish())
    assert outcome.error is None
    assert [s.reason for s in outcome.steps if not s.result.done] == []
    assert [c.message for c in shared.account.writes() if c.static] == []
    shared.settle()
    again = plan(shared, code, Wish())
    assert (again.steps, again.left_alone, again.unknown) == ((), (), ())
    found = judge(Sources(None, code, shared.live(str(code.name))), Place("orders"), (), {})
    if aspect in IMPOSSIBLE and judged(declared, live):
        assert aspect not in {s.aspect for s in what.steps}
        assert {f.aspect for f in found} == {aspect}
        assert [r.aspect for r in again.refused] == [aspect]
    else:
        assert again.refused == ()
        assert found == []

"""The sample in the README is what the program prints."""

from __future__ import annotations

import re

import pytest

from driftcheck.reports.base import Style, pieces
from tests.scan.conftest import ROOT, Live
from tests.scan.test_drift import pitr_off, tag_added

pytestmark = pytest.mark.moto


def without_effort(text: str) -> str:
    """A report without how many calls it took, and how long."""
    return re.sub(r"; \d+ AWS calls in \d+ s", "", text)


def test_the_sample(on_demand: Live) -> None:
    pitr_off(on_demand)
    tag_added(on_demand)
    index = {"Delete": {"IndexName": "status-createdAt-index"}}
    on_demand.client().update_table(TableName=on_demand.table, GlobalSecondaryIndexUpdates=[index])
    printed = "".join(pieces("text", on_demand.scan(), Style(width=100)))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [sample] = re.findall(
        r"<!-- sample: begin -->\n```text\n\$ driftcheck scan specs/invoices.yaml\n(.*?)```\n"
        r"<!-- sample: end -->",
        readme,
        re.DOTALL,
    )
    assert without_effort(sample) == without_effort(printed)

"""SARIF against the schema of its standard, which is not ours to keep a copy of."""

from __future__ import annotations

import json
import os
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for

from driftcheck.model.report import Report
from driftcheck.reports.base import Style, renderer

URL = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FILE_VARIABLE = "DRIFTCHECK_SARIF_SCHEMA"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema: the file that the environment names, else what OASIS publishes."""
    named = os.environ.get(FILE_VARIABLE)
    if named is not None:
        return json.loads(Path(named).read_text(encoding="utf-8"))
    try:
        with urllib.request.urlopen(URL, timeout=20) as answer:
            return json.load(answer)
    except (OSError, ValueError) as error:
        pytest.skip(
            f"the schema is not to be had ({error}): keep it in a file and set {FILE_VARIABLE}=FILE"
        )


@pytest.mark.parametrize("name", ["report", "hostile"])
def test_sarif_is_valid(schema: Any, name: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(name)
    document = json.loads(renderer("sarif")(report, Style()))
    assert document["runs"][0]["results"]
    assert [e.message for e in validator_for(schema)(schema).iter_errors(document)] == []
